"""Snapshots of one service that are stored in a bucket of another one: our own endpoint plays the store."""

import json

import pytest

from kit import dataset, processes
from kit.service import Service, eventually
from support import NO_QUOTA, PROGRAM, Clients, available_group, fresh, key_arn, sha256

PREFIX = "snapshots/"


class Pair:
    """The service that is the store, and the one that keeps its snapshots there."""

    def __init__(self, directory, programs):
        self.store = Service(directory / "store", PROGRAM, [], NO_QUOTA).start()
        self.held = Clients(self.store.endpoint, self.store.credentials())
        self.bucket = self.held.bucket()
        access_key, secret = self.store.credentials()
        self.config = directory / "valkeep.toml"
        self.config.write_text(f'[blobs]\nstore = "s3"\nbucket = "{self.bucket}"\nprefix = "{PREFIX}"\nendpoint = "{self.store.endpoint}"\n'
                          f'access_key_id = "{access_key}"\nsecret_access_key = "{secret}"\npath_style = true\n')
        self.service = Service(directory / "data", PROGRAM, programs.values(), NO_QUOTA, ["--config", self.config]).start()

    def clients(self):
        return Clients(self.service.endpoint, self.service.credentials())

    def keys(self):
        return [entry["Key"] for entry in self.held.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]

    def blobs(self):
        return [key for key in self.keys() if key != f"{PREFIX}owner"]

    def uploads(self):
        return self.held.s3.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])


@pytest.fixture
def pair(tmp_path, programs):
    made = Pair(tmp_path, programs)
    yield made
    for service in (made.service, made.store):
        if service.running():
            service.kill()
        processes.end(service.data)


def taken(pair, redis, name, big_mib):
    """The clients of the service, with a snapshot of that name."""
    clients = pair.clients()
    clients.elasticache.create_replication_group(ReplicationGroupId="g", ReplicationGroupDescription="x", Engine="redis",
                                                 EngineVersion=redis.version, CacheNodeType="cache.t4g.small")
    with available_group(clients, "g").connect() as server:
        dataset.fill(server, keys=20, big_mib=big_mib)
    clients.create(name, ReplicationGroupId="g")
    return clients


def test_everything_that_snapshots_do_works_on_our_own_endpoint(pair, redis):
    clients = taken(pair, redis, "s", big_mib=40)
    clients.copy("s", "same")
    clients.copy("s", "other", KmsKeyId=key_arn(pair.service.admin("key", "create")))
    assert len(pair.blobs()) == 2 and pair.uploads() == []
    target = clients.bucket()
    exports = {sha256(clients.export(name, fresh("out"), target)) for name in ("s", "same", "other")}
    assert len(exports) == 1
    assert pair.service.run("verify", "--all").returncode == 0
    for name in ("s", "same", "other"):
        clients.elasticache.delete_snapshot(SnapshotName=name)
        clients.gone(name)
    for entry in clients.s3.list_objects_v2(Bucket=target)["Contents"]:
        clients.s3.delete_object(Bucket=target, Key=entry["Key"])
    eventually("the prefix is empty", lambda: pair.blobs() == [])
    assert pair.uploads() == []


def test_a_lost_catalog_is_repaired_from_the_bucket(pair, redis):
    clients = taken(pair, redis, "s", big_mib=20)
    before = sha256(clients.export("s", fresh("out"), clients.bucket()))
    clients.elasticache.delete_replication_group(ReplicationGroupId="g")
    pair.service.stop()
    for file in pair.service.data.glob("catalog.sqlite3*"):
        file.unlink()
    done = pair.service.run("repair", "--apply", "--output", "json", "--config", pair.config, check=False)
    assert done.returncode == 0, done.stderr
    fates = {row.get("Snapshot"): row["Fate"] for row in json.loads(done.stdout)["Blobs"]}
    assert fates["s"] == "made"
    pair.service.start()
    clients = pair.clients()
    assert sha256(clients.export("s", fresh("out"), clients.bucket())) == before
    assert pair.service.run("verify", "s").returncode == 0
