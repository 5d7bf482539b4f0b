"""Statuses that a client sees while the work runs. The work is made long by data, not by sleeping."""

import random

import pytest

from kit.service import eventually
from support import fresh, key_arn, refused

BIG_MIB = 192


@pytest.fixture(scope="module")
def big(new_group, redis):
    """A group whose data takes a while to move."""
    group = new_group(redis)
    dice = random.Random(7)
    with group.connect() as server:
        server.calls(["SET", f"big:{n}", dice.randbytes(1 << 20)] for n in range(BIG_MIB))
    return group


def watch(look, until):
    """Every status in the order seen, from one poll to the next, until the last is `until`."""
    seen = []

    def poll():
        if (status := look()) not in seen[-1:]:
            seen.append(status)
        return status == until
    eventually(f"the status is {until}", poll, limit_s=120, pause_s=0)
    return seen


def test_every_status_is_seen_while_the_work_runs(big, root, service):
    def group_status():
        return root.elasticache.describe_replication_groups(ReplicationGroupId=big.id)["ReplicationGroups"][0]["Status"]

    root.elasticache.create_snapshot(SnapshotName="watched", ReplicationGroupId=big.id)
    assert group_status() == "snapshotting"
    (taken,) = root.elasticache.describe_snapshots(SnapshotName="watched")["Snapshots"]
    assert taken["NodeSnapshots"][0]["CacheSize"] == "" and "SnapshotCreateTime" not in taken["NodeSnapshots"][0]
    with refused("InvalidReplicationGroupState", status=400):
        root.elasticache.create_snapshot(SnapshotName="second", ReplicationGroupId=big.id)
    with refused("InvalidReplicationGroupState"):
        root.elasticache.delete_replication_group(ReplicationGroupId=big.id)
    with refused("InvalidSnapshotState"):
        root.elasticache.delete_snapshot(SnapshotName="watched")
    with refused("InvalidSnapshotState"):
        root.elasticache.copy_snapshot(SourceSnapshotName="watched", TargetSnapshotName="too-early")
    assert watch(lambda: root.status("watched"), "available") == ["creating", "available"]
    eventually("the group is available again", lambda: group_status() == "available")

    key = key_arn(service.admin("key", "create"))
    root.elasticache.copy_snapshot(SourceSnapshotName="watched", TargetSnapshotName="resealed", KmsKeyId=key)
    assert root.status("resealed") == "creating"
    assert watch(lambda: root.status("watched"), "available") == ["copying", "available"]
    root.available("resealed")

    bucket = root.bucket()
    root.elasticache.copy_snapshot(SourceSnapshotName="watched", TargetSnapshotName="out", TargetBucket=bucket)
    with refused("InvalidSnapshotState"):
        root.elasticache.delete_snapshot(SnapshotName="watched")
    with refused("InvalidSnapshotState"):
        root.elasticache.copy_snapshot(SourceSnapshotName="watched", TargetSnapshotName="again", TargetBucket=bucket)
    with refused("InvalidSnapshotState"):
        root.elasticache.copy_snapshot(SourceSnapshotName="watched", TargetSnapshotName=fresh("again"))
    assert watch(lambda: root.status("watched"), "available") == ["exporting", "available"]
    assert root.s3.head_object(Bucket=bucket, Key="out-0001.rdb")["ContentLength"] > BIG_MIB << 20

    deleted = root.elasticache.delete_snapshot(SnapshotName="watched")["Snapshot"]
    assert deleted["SnapshotStatus"] == "deleting"
    root.gone("watched")


def test_an_object_appears_whole_or_not_at_all(big, root):
    root.create("whole", ReplicationGroupId=big.id)
    bucket = root.bucket()
    root.elasticache.copy_snapshot(SourceSnapshotName="whole", TargetSnapshotName="out", TargetBucket=bucket)
    sizes = set()

    def look():
        sizes.update(entry["Size"] for entry in root.s3.list_objects_v2(Bucket=bucket).get("Contents", []))
        return root.status("whole") == "available"
    eventually("the export ends", look, limit_s=120, pause_s=0)
    sizes.update(entry["Size"] for entry in root.s3.list_objects_v2(Bucket=bucket)["Contents"])
    assert len(sizes) == 1 and sizes.pop() > BIG_MIB << 20
    assert root.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_a_group_goes_from_creating_to_available_and_is_then_not_found(root, redis):
    group = fresh("watched-group")
    created = root.elasticache.create_replication_group(
        ReplicationGroupId=group, ReplicationGroupDescription="watched", Engine="redis", EngineVersion=redis.version,
        CacheNodeType="cache.t4g.small", NumCacheClusters=2)["ReplicationGroup"]
    assert created["Status"] == "creating"
    assert created["MemberClusters"] == [f"{group}-001", f"{group}-002"]
    assert created["PendingModifiedValues"] == {}

    def status():
        return root.elasticache.describe_replication_groups(ReplicationGroupId=group)["ReplicationGroups"][0]["Status"]
    assert watch(status, "available") == ["creating", "available"]
    deleted = root.elasticache.delete_replication_group(ReplicationGroupId=group)["ReplicationGroup"]
    assert deleted["Status"] == "deleting"
    root.elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId=group, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    with refused("ReplicationGroupNotFoundFault", status=404):
        status()
