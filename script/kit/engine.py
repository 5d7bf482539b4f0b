"""Server programs: which they are, and fresh servers started from a file."""

import contextlib
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .resp import Resp, RespError


class Program:
    """A redis-server or valkey-server that can be run here."""

    def __init__(self, path):
        self.path = Path(path)
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
        match = re.match(r"(Redis|Valkey) server v=(\d+\.\d+\.\d+)", told)
        if not match:
            raise ValueError(f"{path} is neither a Redis nor a Valkey server: {told.strip()}")
        self.engine, self.full_version = match[1].lower(), match[2]

    @property
    def version(self):
        """As a request names it: `7.0`."""
        return ".".join(self.full_version.split(".")[:2])

    def __repr__(self):
        return f"{self.engine} {self.full_version}"


class FreshServer:
    """A server of our own on a free port, or a given one, with the data of `rdb` or with none. Leaves nothing."""

    def __init__(self, program, rdb=None, options=(), port=None):
        self.directory = tempfile.mkdtemp(prefix="valkeep-server-")
        self.port = port or free_port()
        if rdb:
            shutil.copyfile(rdb, Path(self.directory) / "dump.rdb")
        self.log = Path(self.directory) / "log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [program.path, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.directory,
                 "--save", "", "--repl-diskless-sync-delay", "0", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise

    def wait(self, limit_s=120):
        until = time.monotonic() + limit_s
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{self.log.read_text()[-1500:]}")
            try:
                with self.connect() as server:
                    server.call("PING")
                    return
            except RespError as error:
                if "NOAUTH" in str(error):
                    return
            except OSError:
                pass
            if time.monotonic() > until:
                raise TimeoutError(f"the server does not answer after {limit_s} s")
            time.sleep(0.02)

    def connect(self, **options):
        return Resp("127.0.0.1", self.port, **options)

    def kill(self):
        """SIGKILL; its directory stays."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def free_port():
    """A port that nobody listens on, from below those that Linux gives to connections: so it is still free a moment later."""
    while True:
        port = random.randrange(10_000, 32_768)
        with contextlib.suppress(OSError), socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
            return port
