"""Exports to a store that is not ours: moto's S3 server plays it, with buckets of two accounts."""

import hashlib

import pytest

import other_store
from kit import dataset, processes
from kit.service import Service
from other_store import CREDENTIALS
from support import NO_QUOTA, PROGRAM, Clients, available_group, refused


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with other_store.running(tmp_path_factory.mktemp("store")) as found:
        yield found


@pytest.fixture(scope="module")
def exporting(store, tmp_path_factory, programs, redis):
    """A service that exports to the store, and a snapshot `s` in it of more than one part."""
    directory = tmp_path_factory.mktemp("exporting")
    (directory / "c.toml").write_text(
        f'account_id = "123456789012"\n[export]\nendpoint = "{store.endpoint}"\nregion = "us-east-1"\n'
        f'access_key_id = "{CREDENTIALS[0]}"\nsecret_access_key = "{CREDENTIALS[1]}"\npath_style = true\n')
    service = Service(directory / "data", PROGRAM, programs.values(), NO_QUOTA, ["--config", directory / "c.toml"])
    try:
        service.start()
        clients = Clients(service.endpoint, service.credentials())
        clients.elasticache.create_replication_group(ReplicationGroupId="g", ReplicationGroupDescription="x", Engine="redis",
                                                     EngineVersion=redis.version, CacheNodeType="cache.t4g.small")
        with available_group(clients, "g").connect() as server:
            dataset.fill(server, keys=20, big_mib=40)
        clients.create("s", ReplicationGroupId="g")
        yield clients
    finally:
        if service.running():
            service.kill()
        processes.end(service.data)


def export(clients, bucket, name="out"):
    clients.elasticache.copy_snapshot(SourceSnapshotName="s", TargetSnapshotName=name, TargetBucket=bucket)
    clients.available("s")


def test_an_export_arrives_whole(exporting, store):
    first, second = store.bucket(), store.bucket()
    export(exporting, first, "deep/out")
    export(exporting, second)
    data = [store.s3.get_object(Bucket=b, Key=k)["Body"].read() for b, k in ((first, "deep/out-0001.rdb"), (second, "out-0001.rdb"))]
    assert data[0][:5] == b"REDIS" and len(data[0]) > 40 << 20
    assert len({hashlib.sha256(d).digest() for d in data}) == 1
    assert store.s3.list_multipart_uploads(Bucket=first).get("Uploads", []) == []


def test_missing_bucket_and_existing_object(exporting, store):
    with refused("InvalidParameterValue", "The S3 bucket nowhere-at-all does not exist.", 400):
        export(exporting, "nowhere-at-all")
    bucket = store.bucket()
    export(exporting, bucket)
    with refused("InvalidParameterValue", f"The S3 bucket {bucket} already contains an object with key out-0001.rdb.", 400):
        export(exporting, bucket)


def test_bucket_of_another_region(exporting, store):
    bucket = store.bucket(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with refused("InvalidParameterValue", f"The S3 bucket {bucket} is outside of the region.", 400):
        export(exporting, bucket)


def test_bucket_of_another_account(exporting, store):
    bucket = store.bucket(account="999988887777")
    with refused("InvalidParameterValue", f"The S3 bucket {bucket} is not owned by the authenticated user.", 400):
        export(exporting, bucket)
    assert store.keys(bucket) == []


def test_bucket_without_grants(exporting, store):
    bucket = store.bucket(granted=False)
    with refused("InvalidParameterValue", f"ElastiCache has not been granted READ permissions {bucket} on the S3 Bucket.", 400):
        export(exporting, bucket)


def test_no_bucket_name_reaches_another_path_or_host(exporting, store):
    for name in ("../moto-api", "a/b", "x@evil", "x?y=z", "127.0.0.1:80#"):
        with refused("InvalidParameterValue", f"The S3 bucket {name} does not exist."):
            export(exporting, name)
