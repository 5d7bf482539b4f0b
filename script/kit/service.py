"""The service under test: starts it, waits for its word that it is ready, talks to its subcommands, stops it."""

import json
import os
import re
import shlex
import signal
import subprocess
import threading
import time
from pathlib import Path

from .tools import ROOT

RELEASE = ROOT / "target" / "release" / "valkeep"


class NotStarted(Exception):
    """The service ended by itself with `status`, or said nothing in time (None). The text holds what it wrote."""

    def __init__(self, told, status):
        super().__init__(told)
        self.status = status


class Service:
    """One data directory and, between `start` and `stop` or `kill`, one process on it."""

    def __init__(self, data, program=RELEASE, engines=(), settings=None, options=()):
        self.data, self.program, self.options = Path(data), Path(program), list(options)
        self.settings = {"VALKEEP_ENGINES_PROGRAMS": ":".join(str(e.path) for e in engines)} if engines else {}
        self.settings.update(settings or {})
        self.process = self.endpoint = None
        self.log = Path(f"{self.data}.log")

    def environment(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
        return {**kept, "HOME": str(self.data.parent), **self.settings, **more}

    def start(self, limit_s=30, listen="127.0.0.1:0", **settings):
        """Starts the process and returns when it has printed its endpoint."""
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--data", self.data, "--listen", listen, *self.options],
                env=self.environment(**settings), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        self.printed, self.endpoint = [], None
        ready = threading.Event()
        threading.Thread(target=self.listen, args=(self.process, ready), daemon=True).start()
        if not ready.wait(limit_s) or not self.endpoint:
            status = self.process.returncode if self.wait_end(1) else None
            self.kill()
            raise NotStarted(f"`valkeep serve` printed no endpoint\n{''.join(self.printed)}\n{self.log_text()[-3000:]}", status)
        return self

    def listen(self, process, ready):
        for line in process.stdout:
            self.printed.append(line)
            found = re.search(r"https?://[^\s\"']+:\d+", line)
            if found and not self.endpoint:
                self.endpoint = found[0].rstrip("/")
                ready.set()
        ready.set()

    def stop(self, limit_s=30):
        """SIGTERM, and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"the service did not stop within {limit_s} s of SIGTERM") from None

    def kill(self):
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def wait_end(self, limit_s):
        """Whether the process ended within the time."""
        try:
            self.process.wait(limit_s)
            return True
        except subprocess.TimeoutExpired:
            return False

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def run(self, *words, check=True, **settings):
        """A subcommand on this data directory; its finished process."""
        command = [self.program, *words, "--data", self.data]
        done = subprocess.run([str(w) for w in command], env=self.environment(**settings), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            raise RuntimeError(f"`valkeep {' '.join(map(str, words))}` exited with {done.returncode}\n{done.stderr}")
        return done

    def admin(self, *words):
        """A subcommand that prints JSON."""
        return json.loads(self.run(*words).stdout or "null")

    def variables(self):
        """What `valkeep env` sets in a shell."""
        variables = {}
        for line in self.run("env").stdout.splitlines():
            words = shlex.split(line)
            if words[:1] == ["export"]:
                name, _, value = words[1].partition("=")
                variables[name] = value
        return variables

    def credentials(self):
        """Access key id and secret access key of the first identity."""
        variables = self.variables()
        return variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]


def eventually(what, probe, limit_s=60, pause_s=0.05):
    """Asks until the answer is true, and returns it. The limit is the test's bound, not a pause."""
    until = time.monotonic() + limit_s
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > until:
            raise TimeoutError(f"after {limit_s} s still not: {what}")
        time.sleep(pause_s)
