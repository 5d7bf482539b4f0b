"""Snapshots that are stored in a bucket of another store: moto's S3 server plays it."""

import pytest

import other_store
from kit import dataset, processes
from kit.service import NotStarted, Service, eventually
from other_store import CREDENTIALS
from support import NO_QUOTA, PROGRAM, Clients, available_group, fresh, key_arn, sha256

PREFIX = "deep/snapshots/"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with other_store.running(tmp_path_factory.mktemp("store")) as found:
        yield found


@pytest.fixture
def storing(store, tmp_path, programs):
    """Makes services, not started, that keep their snapshots in a bucket."""
    made = []

    def make(bucket, prefix=PREFIX, data=None):
        config = tmp_path / f"{len(made)}.toml"
        config.write_text(
            f'account_id = "123456789012"\n[blobs]\nstore = "s3"\nbucket = "{bucket}"\nprefix = "{prefix}"\n'
            f'endpoint = "{store.endpoint}"\nregion = "us-east-1"\naccess_key_id = "{CREDENTIALS[0]}"\n'
            f'secret_access_key = "{CREDENTIALS[1]}"\npath_style = true\n')
        made.append(Service(data or tmp_path / f"data{len(made)}", PROGRAM, programs.values(), NO_QUOTA, ["--config", config]))
        return made[-1]
    yield make
    for service in made:
        if service.running():
            service.kill()
        processes.end(service.data)


def with_group(service, program, big_mib):
    """The clients of a started service, and a group `g` with data."""
    clients = Clients(service.endpoint, service.credentials())
    clients.elasticache.create_replication_group(ReplicationGroupId="g", ReplicationGroupDescription="x", Engine="redis",
                                                 EngineVersion=program.version, CacheNodeType="cache.t4g.small")
    with available_group(clients, "g").connect() as server:
        dataset.fill(server, keys=20, big_mib=big_mib)
    return clients


def blobs(store, bucket):
    return [key for key in store.keys(bucket) if key != f"{PREFIX}owner"]


def spool(service):
    return list((service.data / "spool").iterdir())


def test_snapshots_live_in_the_bucket_and_leave_it_when_deleted(store, storing, redis):
    bucket = store.bucket()
    service = storing(bucket).start()
    clients = with_group(service, redis, big_mib=40)
    clients.create("s", ReplicationGroupId="g")
    clients.copy("s", "same")
    clients.copy("s", "other", KmsKeyId=key_arn(service.admin("key", "create")))
    assert len(blobs(store, bucket)) == 2 and all(key.startswith(PREFIX) for key in blobs(store, bucket))
    assert not (service.data / "blobs").exists() and spool(service) == []
    service.stop()
    service.start()
    clients = Clients(service.endpoint, service.credentials())
    target = clients.bucket()
    exports = [clients.export(name, fresh("out"), target) for name in ("s", "same", "other")]
    assert exports[0][:5] == b"REDIS" and len(exports[0]) > 40 << 20
    assert len({sha256(export) for export in exports}) == 1
    for name in ("s", "same", "other"):
        clients.elasticache.delete_snapshot(SnapshotName=name)
        clients.gone(name)
    for entry in clients.s3.list_objects_v2(Bucket=target).get("Contents", []):
        clients.s3.delete_object(Bucket=target, Key=entry["Key"])
    eventually("the prefix is empty", lambda: blobs(store, bucket) == [])
    assert store.uploads(bucket) == []


def test_a_killed_capture_leaves_no_upload_and_no_spool(store, storing, redis):
    bucket = store.bucket()
    service = storing(bucket).start()
    clients = with_group(service, redis, big_mib=120)
    clients.elasticache.create_snapshot(SnapshotName="s", ReplicationGroupId="g")
    eventually("an upload has begun", lambda: store.uploads(bucket), pause_s=0.01)
    service.kill()
    assert spool(service) and store.uploads(bucket)
    service.start()
    Clients(service.endpoint, service.credentials()).available("s")
    eventually("only the snapshot is left", lambda: len(blobs(store, bucket)) == 1)
    assert store.uploads(bucket) == [] and spool(service) == []


def test_a_bucket_that_cannot_be_used_stops_the_start(store, storing):
    with pytest.raises(NotStarted, match="NoSuchBucket"):
        storing("nowhere-at-all").start()
    bucket = store.bucket()
    storing(bucket).start()
    with pytest.raises(NotStarted, match="Choose another prefix"):
        storing(bucket).start()


def test_a_directory_keeps_its_store_while_it_holds_snapshots(store, storing, redis):
    first, second = store.bucket(), store.bucket()
    service = storing(first).start()
    data = service.data
    service.stop()
    service = storing(second, data=data).start()
    clients = with_group(service, redis, big_mib=0)
    clients.create("s", ReplicationGroupId="g")
    service.stop()
    with pytest.raises(NotStarted, match=f"keeps its snapshots in the bucket {second}"):
        storing(first, data=data).start()
