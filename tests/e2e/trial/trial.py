"""A run of a harness: a seed that decides, a service with a directory of its own, and an end that keeps what a failure needs."""

import random
import shutil
import sys
import tempfile
from pathlib import Path

from kit import engine, processes, tools
from kit.service import Service
from setup import Setup
from support import NO_QUOTA


class Trial:
    """`word` names the directory; without a seed there is a new one."""

    def __init__(self, word, program, seed):
        self.seed = random.SystemRandom().getrandbits(32) if seed is None else seed
        print(f"seed {self.seed}", flush=True)
        self.dice = random.Random(self.seed)
        self.engine = engine.Program(tools.redis_server())
        self.directory = Path(tempfile.mkdtemp(prefix=f"valkeep-{word}-"))
        self.service = Service(self.directory / "data", program, [self.engine], NO_QUOTA)

    def begin(self, big_mib=16, **settings):
        """Starts the service, and makes what a workload finds."""
        return Setup(self.service.start(**settings), self.engine, big_mib)

    def run(self, work, told=lambda: ""):
        """Does `work`, which says whether everything held, and exits. A failure shows what `told` knows beside the log."""
        good = False
        try:
            good = work(self)
        except Exception as error:
            print(f"\nbroken: {type(error).__name__}: {error}\nseed {self.seed}; the data directory is kept: {self.service.data}")
            print(told())
            print(self.service.log_text()[-4000:])
        finally:
            if self.service.running():
                self.service.kill()
            processes.end(self.directory)
            if good:
                shutil.rmtree(self.directory, ignore_errors=True)
        sys.exit(0 if good else 1)
