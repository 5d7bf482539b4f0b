"""Processes as /proc shows them."""

import os
import signal
import time
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def using(directory):
    """Processes that work in a directory or below it, or name it on their command line: {pid: command line}."""
    directory = os.path.realpath(directory)
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            place = os.readlink(entry / "cwd")
        except OSError:
            continue
        if place == directory or place.startswith(directory + "/") or any(directory in word for word in words):
            found[int(entry.name)] = " ".join(words).strip()
    return found


def end(directory, limit_s=10):
    """Kills what still uses a directory of ours. Returns what it had to kill."""
    killed = using(directory)
    for pid in killed:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    until = time.monotonic() + limit_s
    while using(directory) and time.monotonic() < until:
        time.sleep(0.02)
    return killed


def cpu_s(pid):
    """CPU time of a process so far, in seconds, of all its threads and none of its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def memory_mib(pid, field="VmRSS"):
    """`VmRSS` (now) or `VmHWM` (the most so far), in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} tells no {field}")


def forget_peak(pid):
    """Sets `VmHWM` back to what is resident now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
