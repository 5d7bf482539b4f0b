"""The golden cases: what the real AWS CLI v2 does, written down, and how a program is held against it.

A file below `cases/` is a mapping of shared answers and a list of cases:

    answers: {name: {status, body, headers, action}}
    cases:
    - name      unique in the file
      run       the words after the program's name, as a shell reads them; {endpoint} and {home} are replaced
      env       added to the environment; null removes
      files     written below HOME; those in bin/ are programs, first on PATH
      answers   names of answers, in order; the last is given again and again
      stdin     input, else none
      columns   standard output is a terminal of that width
      loose     stdout or stderr: compared only by its beginning, of that many characters
      golden    exit, stdout, stderr, requests, written by `record.py`
"""

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import yaml

from endpoint import Endpoint

FOLDER = Path(__file__).parent / "cases"
LIMIT_S = 60
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE000000001", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
               "AWS_ENDPOINT_URL": "{endpoint}", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "LANG": "C.UTF-8",
               "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color"}


def load():
    """{file: its whole content}"""
    return {file: yaml.safe_load(file.read_text()) for file in sorted(FOLDER.glob("*.yaml"))}


def observe(program, case, answers):
    """What `program` does with the case, in the form of a golden record."""
    with tempfile.TemporaryDirectory(prefix="client-") as home, Endpoint([answers[name] for name in case.get("answers", [])]) as endpoint:
        home = os.path.realpath(home)
        places = {"{endpoint}": endpoint.url, "{home}": home}
        for name, text in case.get("files", {}).items():
            write(Path(home) / name, placed(text, places))
        argv = [program, *(placed(word, places) for word in shlex.split(case["run"]))]
        code, stdout, stderr = execute(argv, environment(case, home, places), home, case)
        return {"exit": code, "stdout": constant(stdout, endpoint, home), "stderr": named(constant(stderr, endpoint, home)),
                "requests": endpoint.requests}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if path.parent.name == "bin":
        path.chmod(0o755)


def placed(text, places):
    for name, value in places.items():
        text = text.replace(name, value)
    return text


def environment(case, home, places):
    variables = {**ENVIRONMENT, **case.get("env", {}), "HOME": home, "PATH": f"{home}/bin:{os.environ['PATH']}"}
    return {name: placed(str(value), places) for name, value in variables.items() if value is not None}


def execute(argv, variables, home, case):
    stdin = case.get("stdin")
    feed = {"input": stdin.encode()} if stdin is not None else {"stdin": subprocess.DEVNULL}
    if "columns" not in case:
        done = subprocess.run(argv, env=variables, cwd=home, capture_output=True, timeout=LIMIT_S, **feed)
        return done.returncode, done.stdout.decode(), done.stderr.decode()
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, case["columns"], 0, 0))
    process = subprocess.Popen(argv, env=variables, cwd=home, stdin=subprocess.DEVNULL, stdout=inside, stderr=subprocess.PIPE)
    os.close(inside)
    shown = read_terminal(terminal)
    stderr = process.communicate(timeout=LIMIT_S)[1]
    return process.returncode, shown.decode(), stderr.decode()


def read_terminal(terminal):
    read = bytearray()
    try:
        while block := os.read(terminal, 65536):
            read += block
    except OSError:
        # Linux says so when the last writer is gone.
        pass
    os.close(terminal)
    return bytes(read)


def constant(text, endpoint, home):
    """Ports and temporary directories get names."""
    return text.replace(endpoint.url, "{endpoint}").replace(home, "{home}")


def named(stderr):
    """The program's own name in messages becomes `aws`."""
    stderr = re.sub(r"(?m)^\S+: \[ERROR\]:", "aws: [ERROR]:", stderr)
    stderr = re.sub(r"(?m)^usage: \S+ \[options\]", "usage: aws [options]", stderr)
    return re.sub(r"(?m)^  \S+ ((<command> )?(<subcommand> )?help)$", r"  aws \1", stderr)


def differences(case, seen):
    """One text for each part that differs from the golden record."""
    golden, loose = case["golden"], case.get("loose", {})
    for part in ("exit", "stdout", "stderr", "requests"):
        wanted, got = golden[part], seen[part]
        if part in loose:
            wanted, got = wanted[:loose[part]], got[:loose[part]]
        if wanted != got:
            yield f"{part}\n  wanted {wanted!r}\n  got    {got!r}"


def save(file, content):
    """Writes a file of cases back, texts of several lines as blocks."""
    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper, value):
        style = "|" if "\n" in value and not re.search(r"[ \t]\n|[^\x20-\x7e\n\u00a0-\ud7ff]", value) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    file.write_text(yaml.dump(content, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120))


if __name__ == "__main__":
    sys.exit("this is a module; run record.py or pytest")
