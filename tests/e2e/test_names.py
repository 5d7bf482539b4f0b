"""Names and identifiers (spec section 2), and required members (W28)."""

import pytest

from support import fresh, refused

IDENTIFIER = ("The parameter {} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, "
              "digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.")
BAD = ["1begins-with-a-digit", "-begins-with-a-hyphen", "ends-with-a-hyphen-", "two--hyphens", "under_score", "dot.ted", "spa ce",
       "ümlaut", "x" * 41, "automatic.group-2026-01-01-00-00", "slash/ed"]


@pytest.mark.parametrize("name", BAD)
def test_snapshot_names_follow_the_rules(root, source, redis_group, name):
    with refused("InvalidParameterValue", IDENTIFIER.format("TargetSnapshotName"), 400):
        root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=name)
    with refused("InvalidParameterValue", IDENTIFIER.format("SnapshotName"), 400):
        root.elasticache.create_snapshot(SnapshotName=name, ReplicationGroupId=redis_group.id)


@pytest.mark.parametrize("length", [1, 40])
def test_the_shortest_and_the_longest_name_work(root, source, length):
    root.copy(source, "n" * length)


def test_names_are_stored_in_lower_case_and_found_in_any(root, source):
    name = fresh("Mixed-Case")
    assert root.copy(source, name)["SnapshotName"] == name.lower()
    assert root.elasticache.describe_snapshots(SnapshotName=name.upper())["Snapshots"][0]["SnapshotName"] == name.lower()
    with refused("SnapshotAlreadyExistsFault", status=400):
        root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=name.swapcase())
    root.elasticache.delete_snapshot(SnapshotName=name.swapcase())
    root.gone(name)


def test_an_automatic_name_may_be_looked_up(root):
    with refused("SnapshotNotFoundFault", status=404):
        root.elasticache.describe_snapshots(SnapshotName="automatic.group-2026-01-01-00-00")


@pytest.mark.parametrize(("action", "parameters", "printed"), [
    ("CopySnapshot", {"TargetSnapshotName": "x"}, "SourceSnapshotName"),
    ("CopySnapshot", {"SourceSnapshotName": "source"}, "TargetSnapshotName"),
    ("CopySnapshot", {"SourceSnapshotName": "source", "TargetSnapshotName": ""}, "TargetSnapshotName"),
    ("DeleteSnapshot", {}, "SnapshotName"),
    ("CreateSnapshot", {"ReplicationGroupId": "x"}, "SnapshotName"),
    ("DeleteCacheCluster", {}, "CacheClusterIdentifier"),
    ("CreateCacheCluster", {"Engine": "redis"}, "CacheClusterIdentifier"),
    ("ListTagsForResource", {}, "ResourceName"),
])
def test_a_missing_member_is_named(root, source, action, parameters, printed):
    assert root.query(action, parameters).fault == (
        400, "InvalidParameterValue", f"The parameter {printed} must be provided and must not be blank.")


@pytest.mark.parametrize("id", ["g" * 41, "Group--x", "9group"])
def test_group_ids_follow_the_rules(root, id):
    with refused("InvalidParameterValue", IDENTIFIER.format("ReplicationGroupId"), 400):
        root.elasticache.create_replication_group(ReplicationGroupId=id, ReplicationGroupDescription="x", Engine="redis",
                                                  CacheNodeType="cache.t4g.small")


def test_a_snapshot_needs_a_source(root, redis_group):
    with refused("InvalidParameterCombination", "Either the cache cluster or the replication group must be specified.", 400):
        root.elasticache.create_snapshot(SnapshotName="x")
    with refused("ReplicationGroupNotFoundFault", status=404):
        root.elasticache.create_snapshot(SnapshotName="x", ReplicationGroupId="nobody")
    with refused("CacheClusterNotFound", status=404):
        root.elasticache.create_snapshot(SnapshotName="x", CacheClusterId="nobody")


def test_a_member_and_its_group_may_both_be_named(root, redis_group):
    snapshot = root.create(fresh("both"), ReplicationGroupId=redis_group.id, CacheClusterId=f"{redis_group.id}-001")
    assert snapshot["CacheClusterId"] == f"{redis_group.id}-001"
