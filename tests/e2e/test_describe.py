"""DescribeSnapshots: filters, pages, fields (spec 3.5, W21, section 8)."""

import re

import pytest

from support import fresh, refused


@pytest.fixture(scope="module")
def many(root, new_group, redis):
    """A group with 45 snapshots."""
    group = new_group(redis)
    first = fresh("page")
    root.create(first, ReplicationGroupId=group.id)
    names = [first] + [f"{first}-c{n:02}" for n in range(44)]
    for name in names[1:]:
        root.copy(first, name)
    return group, names


def described(root, **filters):
    return root.elasticache.describe_snapshots(**filters)["Snapshots"]


def names_of(snapshots):
    return [snapshot["SnapshotName"] for snapshot in snapshots]


def test_filters_by_source(root, many):
    group, names = many
    member = f"{group.id}-001"
    assert names_of(described(root, CacheClusterId=member)) == names
    assert names_of(described(root, CacheClusterId=member, SnapshotSource="user")) == names
    assert described(root, CacheClusterId=member, SnapshotSource="system") == []
    assert described(root, ReplicationGroupId="nobody") == []
    with refused("CacheClusterNotFound", status=404):
        described(root, CacheClusterId="nobody")
    with refused("InvalidParameterValue", status=400):
        described(root, SnapshotSource="manual")


def test_an_unknown_name_is_a_fault_alone_and_an_empty_list_beside_another_filter(root, many, source):
    with refused("SnapshotNotFoundFault", status=404):
        described(root, SnapshotName="nobody")
    assert described(root, SnapshotName=source, CacheClusterId=f"{many[0].id}-001") == []


def test_pages_hold_every_snapshot_once_in_order(root, many):
    group, names = many
    found, sizes, marker = [], [], {}
    while True:
        page = root.elasticache.describe_snapshots(CacheClusterId=f"{group.id}-001", MaxRecords=20, **marker)
        found += names_of(page["Snapshots"])
        sizes.append(len(page["Snapshots"]))
        if not page.get("Marker"):
            break
        marker = {"Marker": page["Marker"]}
    assert found == names
    assert sizes == [20, 20, 5]


def test_a_page_is_not_disturbed_by_a_deletion(root, many):
    group, names = many
    extra = f"{names[0]}-a-last"
    root.copy(names[0], extra)
    page = root.elasticache.describe_snapshots(CacheClusterId=f"{group.id}-001", MaxRecords=20)
    root.elasticache.delete_snapshot(SnapshotName=extra)
    root.gone(extra)
    rest = root.elasticache.describe_snapshots(CacheClusterId=f"{group.id}-001", Marker=page["Marker"])
    assert names_of(page["Snapshots"]) + names_of(rest["Snapshots"]) == names


def test_the_command_line_pages_by_itself(aws2, many):
    group, names = many
    answer = aws2("elasticache", "describe-snapshots", "--cache-cluster-id", f"{group.id}-001", "--page-size", "20")
    assert names_of(answer["Snapshots"]) == names


@pytest.mark.parametrize("records", [0, 19, 51, -1])
def test_max_records_has_bounds(root, records):
    with refused("InvalidParameterValue", status=400):
        described(root, MaxRecords=records)


def test_other_operations_page_to_a_hundred(root):
    root.elasticache.describe_cache_clusters(MaxRecords=100)
    for call in (root.elasticache.describe_cache_clusters, root.elasticache.describe_replication_groups):
        for records in (19, 101):
            with refused("InvalidParameterValue"):
                call(MaxRecords=records)


def test_an_unknown_marker_is_refused(root):
    with refused("InvalidParameterValue", status=400):
        described(root, Marker="nonsense")


@pytest.mark.parametrize("parameters", [{"MaxRecords": "many"}, {"ShowNodeGroupConfig": "perhaps"}])
def test_a_value_that_does_not_parse_is_malformed(root, parameters):
    assert root.query("DescribeSnapshots", parameters).fault[:2] == (400, "MalformedInput")


def test_node_group_configuration_is_shown_on_demand(root, source):
    (plain,) = described(root, SnapshotName=source)
    assert "NodeGroupConfiguration" not in plain["NodeSnapshots"][0]
    (shown,) = described(root, SnapshotName=source, ShowNodeGroupConfig=True)
    shape = shown["NodeSnapshots"][0].pop("NodeGroupConfiguration")
    assert shape["ReplicaCount"] == 0
    assert shown == plain


def test_fields_of_a_snapshot_of_a_group(root, source, redis_group, redis, arn):
    (snapshot,) = described(root, SnapshotName=source)
    expected = {"SnapshotName": source, "CacheClusterId": f"{redis_group.id}-001", "SnapshotStatus": "available",
                "SnapshotSource": "manual", "CacheNodeType": "cache.t4g.small", "Engine": "redis",
                "EngineVersion": redis.full_version, "NumCacheNodes": 1, "CacheParameterGroupName": "default.redis7",
                "CacheSubnetGroupName": "default", "AutoMinorVersionUpgrade": True, "SnapshotRetentionLimit": 0,
                "DataTiering": "disabled", "ARN": arn("snapshot", source)}
    assert {key: snapshot.get(key) for key in expected} == expected
    assert re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", snapshot["SnapshotWindow"])
    assert re.fullmatch(r"[a-z]{3}:\d\d:\d\d-[a-z]{3}:\d\d:\d\d", snapshot["PreferredMaintenanceWindow"])
    for absent in ("ReplicationGroupId", "ReplicationGroupDescription", "NumNodeGroups", "KmsKeyId", "TopicArn", "PreferredOutpostArn"):
        assert absent not in snapshot
    (node,) = snapshot["NodeSnapshots"]
    assert node["CacheNodeId"] == "0001" and "NodeGroupId" not in node and "CacheClusterId" not in node
    size_mb = int(re.fullmatch(r"(\d+) MB", node["CacheSize"])[1])
    assert size_mb >= 8
    assert node["SnapshotCreateTime"] >= node["CacheNodeCreateTime"].replace(microsecond=0)


def test_the_size_is_the_stored_file_s_rounded_up(root, source):
    data = root.export(source, "sized", root.bucket())
    (snapshot,) = described(root, SnapshotName=source)
    assert snapshot["NodeSnapshots"][0]["CacheSize"] == f"{-(-len(data) // (1 << 20))} MB"
