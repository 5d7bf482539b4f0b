"""The AWS CLI as a stranger has it: unmodified, with nothing of this machine's own configuration."""

import json
import os
import re
import subprocess
from pathlib import Path


class AwsError(Exception):
    """The command failed. `code` and `message` are the service's own."""

    def __init__(self, command, status, told):
        super().__init__(f"`{command}` exited with {status}\n{told}")
        self.status, self.told = status, told
        found = re.search(r"An error occurred \(([^)]+)\) when calling the (\w+) operation[^:]*: (.*)", told, re.S)
        self.code, self.operation = (found[1], found[2]) if found else (None, None)
        # Version 2 adds a paragraph of its own about the error.
        self.message = found[3].split("\n\nAdditional error details")[0].strip() if found else told.strip()


def environment(home, variables=(), config=""):
    """An environment in which no AWS setting of the caller reaches a client."""
    home = Path(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / "aws-config").write_text(config)
    (home / "aws-credentials").write_text("")
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "NO_PROXY": "*", "AWS_PAGER": "",
            "AWS_CONFIG_FILE": str(home / "aws-config"), "AWS_SHARED_CREDENTIALS_FILE": str(home / "aws-credentials"),
            "AWS_EC2_METADATA_DISABLED": "true", **dict(variables)}


class Aws:
    """Runs one AWS CLI."""

    def __init__(self, program, environment):
        self.program, self.environment = str(program), environment

    def raw(self, *words, **variables):
        """Standard output of a command."""
        done = subprocess.run([self.program, *map(str, words)], env={**self.environment, **variables},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise AwsError("aws " + " ".join(map(str, words)), done.returncode, done.stderr.strip())
        return done.stdout

    def __call__(self, *words, **variables):
        """The answer as JSON, or None when the command printed none."""
        printed = self.raw(*words, "--output", "json", **variables)
        return json.loads(printed) if printed.strip() else None
