"""The stored files of a running service are changed from outside: nothing of them is ever handed out, and nothing else suffers."""

import json
import random

import pytest

import blob
from kit import dataset, processes
from kit.service import Service, eventually
from support import NO_QUOTA, PROGRAM, Clients, available_group, key_arn, sha256

FAILED = 'job=export; state=failed; reason="'
# How a refusal is worded in the log when it names no part of the blob.
REFUSALS = ["not a sealed blob", "unknown format version", "damaged in its header", "damaged in its segment", "damaged in its footer",
            "damaged in its tail", "does not belong", "is not there", "holds the blob"]


class Stored:
    """A service with two snapshots, and the files that hold them."""

    def __init__(self, service, clients, program):
        self.service, self.clients = service, clients
        self.key = key_arn(service.admin("key", "create"))
        self.bucket = clients.bucket()
        clients.elasticache.create_replication_group(ReplicationGroupId="g", ReplicationGroupDescription="x", Engine="redis",
                                                     EngineVersion=program.version, CacheNodeType="cache.t4g.small")
        self.files, self.exported = {}, {}
        for name in ("hurt", "neighbour"):
            with available_group(clients, "g").connect() as server:
                server.call("FLUSHALL")
                dataset.fill(server, seed=len(self.files), keys=20, big_mib=3)
            before = self.blobs()
            clients.create(name, ReplicationGroupId="g")
            (self.files[name],) = self.blobs() - before
            self.exported[name] = sha256(clients.export(name, f"whole-{name}", self.bucket))

    def blobs(self):
        return {file for file in (self.service.data / "blobs").rglob("*") if file.is_file()}

    def objects(self):
        return {o["Key"] for o in self.clients.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])}

    def log_since(self, start):
        return self.service.log_text()[start:]


@pytest.fixture(scope="module")
def stored(tmp_path_factory, programs):
    service = Service(tmp_path_factory.mktemp("damage") / "data", PROGRAM, [programs["redis"]], NO_QUOTA).start()
    yield Stored(service, Clients(service.endpoint, service.credentials()), programs["redis"])
    service.kill()
    processes.end(service.data)


def test_every_damage_is_refused_and_named(stored, pytestconfig):
    clients, file = stored.clients, stored.files["hurt"]
    whole, other = file.read_bytes(), stored.files["neighbour"].read_bytes()
    before, tried = stored.objects(), 0
    for tried, (what, part, changed) in enumerate(blob.damages(whole, other, random.Random(4), pytestconfig.getoption("damage_places")), 1):
        if changed == whole:
            continue
        for refuse in (refuse_export, refuse_copy):
            start = len(stored.service.log_text())
            if changed is None:
                file.unlink()
            else:
                file.write_bytes(changed)
            refuse(stored, what)
            eventually(f"the snapshot failed: {what}", lambda: clients.status("hurt") == "failed")
            assert stored.objects() == before, what
            name_the_place(stored.log_since(start), what, part)
            refuse_verify(stored, what, part)
            file.write_bytes(whole)
            assert stored.service.run("verify", "hurt").returncode == 0
            assert clients.status("hurt") == "available"
    print(f"{tried} damages, each refused by export, copy and verify")
    assert sha256(clients.export("hurt", "healed", stored.bucket)) == stored.exported["hurt"]
    assert sha256(clients.export("neighbour", "still-whole", stored.bucket)) == stored.exported["neighbour"]


def refuse_export(stored, what):
    clients = stored.clients
    clients.elasticache.copy_snapshot(SourceSnapshotName="hurt", TargetSnapshotName="out", TargetBucket=stored.bucket)
    eventually(f"the export ended: {what}", lambda: clients.status("hurt") == "failed")
    work = clients.query("DescribeSnapshots", {"SnapshotName": "hurt"}).headers.get("x-valkeep-work") or ""
    assert work.startswith(FAILED), f"{what}: {work}"


def refuse_copy(stored, what):
    clients = stored.clients
    clients.elasticache.copy_snapshot(SourceSnapshotName="hurt", TargetSnapshotName="copy", KmsKeyId=stored.key)
    eventually(f"the copy ended: {what}", lambda: clients.status("copy") != "creating")
    assert clients.status("copy") == "failed", what
    clients.elasticache.delete_snapshot(SnapshotName="copy")
    clients.gone("copy")


def refuse_verify(stored, what, part):
    """The verdict fails the snapshot, and no other, until its file is whole again."""
    done = stored.service.run("verify", "--all", "--output", "json", check=False)
    verdicts = {row["Snapshot"]: row for row in json.loads(done.stdout)["Shards"]}
    assert (done.returncode, verdicts["hurt"]["Verdict"], verdicts["neighbour"]["Verdict"]) == (1, "damaged", "sound"), what
    assert is_named(verdicts["hurt"]["Reason"], part), f"{what}: {verdicts['hurt']}"
    assert (stored.clients.status("hurt"), stored.clients.status("neighbour")) == ("failed", "available"), what


def name_the_place(log, what, part):
    failures = [line for line in log.splitlines() if " ERROR " in line and "snapshot=hurt" in line]
    assert failures, f"{what}: no failure in the log\n{log}"
    assert any(is_named(line, part) for line in failures), f"{what}: {failures}"


def is_named(text, part):
    return any(word in text for word in ([f"damaged in its {part}"] if part else REFUSALS))
