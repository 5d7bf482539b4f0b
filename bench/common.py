"""What the benchmarks share: the service with a snapshot in it, and results as files."""

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "script"))

from kit import engine, processes, signed, tools  # noqa: E402
from kit.resp import Resp  # noqa: E402
from kit.service import RELEASE, Service, eventually  # noqa: E402

GROUP = "bench"
NO_QUOTA = {"VALKEEP_QUOTAS_MANUAL_SNAPSHOTS_PER_NODE_PER_DAY": "1000000"}


class Fault(Exception):
    pass


class Client:
    """Signed Query calls, one connection each; for set-up, not for load."""

    def __init__(self, service):
        self.endpoint, self.credentials = service.endpoint, service.credentials()

    def call(self, action, **parameters):
        answer = signed.query(self.endpoint, self.credentials, action, parameters)
        if answer.status != 200:
            raise Fault(f"{action}: {answer.fault}")
        return answer

    def available(self, name, limit_s=600):
        def look():
            status = self.call("DescribeSnapshots", SnapshotName=name).text("SnapshotStatus")
            if status == "failed":
                raise Fault(f"{name} failed")
            return status == "available"
        eventually(f"{name} is available", look, limit_s, pause_s=0.05)

    def group(self, program):
        """A replication group of one node; a connection to it."""
        self.call("CreateReplicationGroup", ReplicationGroupId=GROUP, ReplicationGroupDescription="bench", Engine=program.engine,
                  EngineVersion=program.version, CacheNodeType="cache.m5.large")
        answer = eventually("the group is available", lambda: (
            lambda a: a.text("Status") == "available" and a)(self.call("DescribeReplicationGroups", ReplicationGroupId=GROUP)))
        primary = answer.xml.find(f".//{signed.NAMESPACE}PrimaryEndpoint")
        return Resp(primary.find(f"{signed.NAMESPACE}Address").text, primary.find(f"{signed.NAMESPACE}Port").text)


@contextlib.contextmanager
def service(program=RELEASE):
    """The service on a new directory, with redis-server; ends all and removes all."""
    if not Path(program).exists():
        sys.exit(f"error: {program} is not there; build it with `cargo build --release -p valkeep`")
    with tempfile.TemporaryDirectory(prefix="valkeep-bench-") as directory:
        made = Service(Path(directory) / "data", program, [redis()], NO_QUOTA)
        try:
            yield made
        finally:
            if made.running():
                made.kill()
            processes.end(directory)


def redis():
    try:
        return engine.Program(tools.redis_server())
    except tools.Missing as error:
        sys.exit(f"error: {error}")


def save(name, results):
    """Prints the results and keeps them in bench/results."""
    told = {"taken": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "commit": commit(), "machine": platform.machine(),
            "cores": os.cpu_count(), "load_before": os.getloadavg()[0], **results}
    file = ROOT / "bench" / "results" / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


def commit():
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or None
