"""Keys (spec 5.1): names, copies under another key, disabled keys."""

import pytest

from support import fresh, key_arn, refused, sha256


@pytest.fixture
def key(service):
    """(ARN, alias) of a new key."""
    alias = f"alias/{fresh('key')}"
    return key_arn(service.admin("key", "create", "--alias", alias, "--description", "for a test")), alias


def test_a_key_is_named_by_id_arn_alias_and_alias_arn(root, source, key):
    arn, alias = key
    names = [arn, arn.rsplit("/", 1)[1], alias, f"{arn.rsplit(':', 1)[0]}:{alias}"]
    for name in names:
        assert root.copy(source, fresh("sealed"), KmsKeyId=name)["KmsKeyId"] == arn


def test_an_unknown_key_is_refused(root, source, key):
    other_region = key[0].replace("us-east-1", "eu-west-1")
    for name in ("no-such-key", "alias/none", other_region):
        with refused("InvalidParameterValue", f"KMS key does not exist with key id: {name}", 400):
            root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=fresh("x"), KmsKeyId=name)


def test_a_copy_under_another_key_holds_the_same_bytes_and_lives_alone(root, source, key):
    first, second, bucket = fresh("plain"), fresh("sealed"), root.bucket()
    root.copy(source, first)
    before = sha256(root.export(first, "before", bucket))
    root.copy(first, second, KmsKeyId=key[0])
    root.elasticache.delete_snapshot(SnapshotName=first)
    root.gone(first)
    assert sha256(root.export(second, "after", bucket)) == before


def test_a_copy_of_a_sealed_snapshot_keeps_its_key(root, source, key):
    first, second = fresh("sealed"), fresh("sealed")
    root.copy(source, first, KmsKeyId=key[1])
    assert root.copy(first, second)["KmsKeyId"] == key[0]


def test_a_snapshot_can_be_taken_under_a_key(root, redis_group, key):
    assert root.create(fresh("sealed"), ReplicationGroupId=redis_group.id, KmsKeyId=key[1])["KmsKeyId"] == key[0]


def test_the_default_key_is_not_shown(root, source):
    assert "KmsKeyId" not in root.elasticache.describe_snapshots(SnapshotName=source)["Snapshots"][0]


def test_a_disabled_key_stops_use_and_nothing_else(root, service, source, key):
    """K8: snapshots under it are listed and deleted, but not copied or exported; a copy under another key is not touched."""
    arn, alias = key
    sealed, resealed, bucket = fresh("sealed"), fresh("resealed"), root.bucket()
    other = key_arn(service.admin("key", "create"))
    root.copy(source, sealed, KmsKeyId=arn)
    root.copy(sealed, resealed, KmsKeyId=other)
    service.run("key", "disable", alias)
    with refused("InvalidParameterValue", status=400):
        root.elasticache.copy_snapshot(SourceSnapshotName=sealed, TargetSnapshotName=fresh("x"))
    with refused("InvalidParameterValue", status=400):
        root.elasticache.copy_snapshot(SourceSnapshotName=sealed, TargetSnapshotName=fresh("x"), KmsKeyId=other)
    with refused("InvalidParameterValue", status=400):
        root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=fresh("x"), KmsKeyId=arn)
    with refused("InvalidParameterValue", status=400):
        root.elasticache.copy_snapshot(SourceSnapshotName=sealed, TargetSnapshotName="x", TargetBucket=bucket)
    assert root.status(sealed) == "available"
    assert root.export(resealed, "resealed", bucket)
    service.run("key", "enable", arn)
    assert root.export(sealed, "sealed", bucket)
    service.run("key", "disable", arn)
    root.elasticache.delete_snapshot(SnapshotName=sealed)
    root.gone(sealed)


def test_keys_are_listed_and_described(service, key):
    arn, alias = key
    told = service.run("key", "list").stdout
    assert arn in told
    for name in (arn, alias):
        described = service.run("key", "describe", name).stdout
        assert arn in described and "for a test" in described
    assert service.run("key", "describe", "alias/none", check=False).returncode != 0
