"""A disk that fails when told to: `shim.c`, built here, and the plan that it reads."""

import errno
import mmap
import struct
import subprocess
from pathlib import Path

# The order is that of `enum operation` in shim.c.
OPERATIONS = ["open", "read", "pread", "write", "pwrite", "fsync", "fdatasync", "rename", "truncate", "unlink", "mkdir"]
# Half of a write is done; the next one finds the disk full.
HALF = 0
# The call does less than it was asked, and no more is wrong.
SHORT = -2
FULL, BROKEN, TOO_MANY = errno.ENOSPC, errno.EIO, errno.EMFILE
ERRORS = {
    "open": [TOO_MANY, BROKEN, FULL], "read": [BROKEN, SHORT], "pread": [BROKEN, SHORT],
    "write": [FULL, BROKEN, HALF, SHORT], "pwrite": [FULL, BROKEN, HALF, SHORT],
    "fsync": [BROKEN, FULL], "fdatasync": [BROKEN], "rename": [BROKEN, FULL], "truncate": [BROKEN], "unlink": [BROKEN], "mkdir": [FULL],
}
# armed, operation, nth, lasting, error, hits; then one count for each operation.
HEAD, COUNTS = struct.Struct("=6i"), struct.Struct(f"={len(OPERATIONS)}i")


def called(error):
    return {HALF: "a half write", SHORT: "a short count"}.get(error) or errno.errorcode[error]


class Faults:
    """What happens to files below `below`, for processes that run with `environment`."""

    def __init__(self, directory, below):
        library, plan, self.log = (Path(directory) / name for name in ("shim.so", "plan", "faults.log"))
        source = Path(__file__).with_name("shim.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library, source], check=True)
        plan.write_bytes(bytes(HEAD.size + COUNTS.size))
        with open(plan, "r+b") as file:
            self.plan = mmap.mmap(file.fileno(), 0)
        # With its allocator settled the service does not begin itself anew, which it would do without the library.
        self.environment = {"LD_PRELOAD": str(library), "FAULTS_PLAN": str(plan), "FAULTS_LOG": str(self.log), "FAULTS_BELOW": str(below),
                            "MALLOC_MMAP_THRESHOLD_": "262144"}

    def count(self):
        """Counts calls from now on, and fails none."""
        self.arm(OPERATIONS[0], 0, 0, False)

    def arm(self, operation, nth, error, lasting):
        """The nth call from now on fails; all later ones too when it is lasting."""
        self.disarm()
        self.plan[:] = HEAD.pack(0, OPERATIONS.index(operation), nth, lasting, error, 0) + bytes(COUNTS.size)
        self.plan[:4] = struct.pack("=i", True)

    def disarm(self):
        self.plan[:4] = struct.pack("=i", False)

    def hits(self):
        """Calls that failed since the plan was armed."""
        return HEAD.unpack_from(self.plan)[5]

    def seen(self):
        """Calls since the plan was armed, by operation."""
        return dict(zip(OPERATIONS, COUNTS.unpack_from(self.plan, HEAD.size)))

    def told(self):
        """Every call that failed, a line each."""
        return self.log.read_text().splitlines() if self.log.exists() else []
