"""The prompt and the completion of the client, before a terminal.

VALKEEP_BINARY names the program under test (default: target/release/valkeep).
"""

import os
import pty
import re
import select
import subprocess
import tempfile
import time
from pathlib import Path

import cases
from endpoint import Endpoint
from test_cases import PROGRAM

LIMIT_S = 20
QUIET_S = 0.3
SNAPSHOTS = {"body": """<DescribeSnapshotsResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><DescribeSnapshotsResult>
<Snapshots><Snapshot><SnapshotName>nightly</SnapshotName></Snapshot><Snapshot><SnapshotName>weekly</SnapshotName></Snapshot></Snapshots>
</DescribeSnapshotsResult><ResponseMetadata><RequestId>3f2b6c1e</RequestId></ResponseMetadata></DescribeSnapshotsResponse>"""}
CLUSTER = {"status": 404, "body": """<ErrorResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><Error><Type>Sender</Type>
<Code>CacheClusterNotFound</Code><Message>none</Message></Error><RequestId>3f2b6c1e</RequestId></ErrorResponse>"""}


class Typing:
    """A program before a terminal, and a user who types when nothing moves."""

    def __init__(self, argv, home, env):
        variables = {**cases.ENVIRONMENT, "AWS_PAGER": "", "HOME": home, "PATH": f"{Path(home) / 'bin'}:{os.environ['PATH']}", **env}
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(home)
            os.execve(argv[0], argv, variables)
        self.shown = b""

    def type(self, *keys):
        for text in ("", *keys):
            os.write(self.terminal, text.encode())
            self.look(QUIET_S)
        return self

    def look(self, quiet):
        """Reads until nothing came for so many seconds; says whether the program is still there."""
        while select.select([self.terminal], [], [], quiet)[0]:
            try:
                block = os.read(self.terminal, 65536)
            except OSError:
                return False
            self.shown += block
            if b"\x1b[6n" in block:
                os.write(self.terminal, b"\x1b[1;1R")
        return True

    def end(self):
        """The exit code, and what was shown without colours and movements."""
        limit = time.monotonic() + LIMIT_S
        while self.look(0.1) and time.monotonic() < limit:
            pass
        os.close(self.terminal)
        _, status = os.waitpid(self.process, 0)
        return os.waitstatus_to_exitcode(status), re.sub(rb"\x1b[\[\]][0-9;?]*[A-Za-z]|\x1b[78]", b"", self.shown).decode()


def prompt(home, *words, **env):
    return Typing([PROGRAM, *words], home, env)


def test_the_prompt_completes_an_operation_an_option_and_a_value_and_runs_them(tmp_path):
    with Endpoint([SNAPSHOTS]) as endpoint:
        typing = prompt(str(tmp_path), "elasticache", "--cli-auto-prompt", AWS_ENDPOINT_URL=endpoint.url)
        code, shown = typing.type("describe-sn\t", "--outp\t", "te\t", "--quer\t", "Snapshots[0].SnapshotName", "\r").end()
        assert code == 0, shown
        assert shown.endswith("nightly\r\n")
        assert [dict(request["parameters"])["Action"] for request in endpoint.requests] == ["DescribeSnapshots"]
    history = tmp_path / ".aws/cli/prompt_history"
    assert history.read_text() == "elasticache describe-snapshots --output text --query Snapshots[0].SnapshotName\n"
    assert history.stat().st_mode & 0o777 == 0o600


def test_the_prompt_completes_names_that_the_service_knows(tmp_path):
    with Endpoint([SNAPSHOTS]) as endpoint:
        typing = prompt(str(tmp_path), "elasticache", "--cli-auto-prompt", AWS_ENDPOINT_URL=endpoint.url)
        _, shown = typing.type("delete-snapshot --snapshot-name we\t", "\x03").end()
        assert "--snapshot-name weekly" in shown


def test_ctrl_c_and_ctrl_d_leave_the_prompt(tmp_path):
    for key in ("\x03", "\x04"):
        for typed in ([], ["copy"]):
            code, _ = prompt(str(tmp_path), "elasticache", "--cli-auto-prompt").type(*typed, key).end()
            assert code == 130


def test_an_incomplete_command_is_asked_for_on_partial(tmp_path):
    with Endpoint([SNAPSHOTS]) as endpoint:
        env = {"AWS_ENDPOINT_URL": endpoint.url, "AWS_CLI_AUTO_PROMPT": "on-partial"}
        code, shown = prompt(str(tmp_path), "elasticache", "delete-snapshot", **env).type("\x15configure get x", "\x03").end()
        assert code == 130, shown
        assert "elasticache delete-snapshot " in shown
        assert not endpoint.requests


def completed(home, line, **env):
    """What bash shows for the line and a tab."""
    folder = Path(home) / "bin"
    folder.mkdir(exist_ok=True)
    if not (folder / "valkeep").exists():
        (folder / "valkeep").symlink_to(os.path.abspath(PROGRAM))
    (Path(home) / ".bashrc").write_text("source <(valkeep completion bash)\nPS1='$ '\nbind 'set bell-style none'\n")
    typing = Typing(["/bin/bash", "--noprofile", "-i"], home, {**env, "TERM": "dumb"})
    typing.type(line + "\t", "\x03", "exit\r")
    return next(shown for shown in typing.end()[1].splitlines() if shown.startswith("$ valkeep"))


def test_bash_completes_commands_options_values_and_names(tmp_path):
    with Endpoint([SNAPSHOTS]) as endpoint:
        for line, whole in [
            ("valkeep elast", "valkeep elasticache "),
            ("valkeep elasticache describe-sna", "valkeep elasticache describe-snapshots "),
            ("valkeep elasticache copy-snapshot --so", "valkeep elasticache copy-snapshot --source-snapshot-name "),
            ("valkeep elasticache describe-snapshots --output=ta", "valkeep elasticache describe-snapshots --output=table "),
            ("valkeep elasticache delete-snapshot --snapshot-name w", "valkeep elasticache delete-snapshot --snapshot-name weekly "),
        ]:
            assert completed(str(tmp_path), line, AWS_ENDPOINT_URL=endpoint.url).startswith(f"$ {whole}"), line
        assert len(endpoint.requests) == 1


def test_completion_is_silent_when_the_service_refuses(tmp_path):
    line = "valkeep elasticache delete-cache-cluster --cache-cluster-id "
    with Endpoint([CLUSTER]) as endpoint, tempfile.TemporaryDirectory() as home:
        env = {**cases.ENVIRONMENT, "HOME": home, "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": endpoint.url, "COMP_LINE": line,
               "COMP_POINT": str(len(line))}
        done = subprocess.run([PROGRAM, "completion", "candidates", "bash"], env=env, capture_output=True, timeout=LIMIT_S)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert len(endpoint.requests) == 1
