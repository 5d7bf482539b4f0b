"""The example of the `copy-snapshot` page, to the letter."""

import re

import pytest

from kit import aws
from kit.engine import free_port
from kit.service import eventually

# The keys of the page's printed answer.
PAGE_KEYS = {
    "Engine", "CacheParameterGroupName", "VpcId", "CacheClusterId", "SnapshotRetentionLimit", "NumCacheNodes", "SnapshotName",
    "CacheClusterCreateTime", "AutoMinorVersionUpgrade", "PreferredAvailabilityZone", "SnapshotStatus", "SnapshotSource",
    "SnapshotWindow", "EngineVersion", "NodeSnapshots", "CacheSubnetGroupName", "Port", "PreferredMaintenanceWindow", "CacheNodeType",
}
# The page's output section has these too; its example is older than they are (spec F9).
LATER_KEYS = {"ARN", "DataTiering"}
WIRE_SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
WIRE_MILLISECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
PARSED = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}000)?\+00:00"


@pytest.fixture(scope="module")
def port(root, redis):
    """Port of the cluster `my-redis4`, whose snapshot is `my-snapshot`."""
    port = free_port()
    root.elasticache.create_cache_cluster(
        CacheClusterId="my-redis4", Engine="redis", EngineVersion=redis.version, CacheNodeType="cache.m5.large", NumCacheNodes=1,
        Port=port, PreferredAvailabilityZone="us-east-1c", SnapshotWindow="07:00-08:00", PreferredMaintenanceWindow="tue:09:30-tue:10:30")

    def look():
        return root.elasticache.describe_cache_clusters(CacheClusterId="my-redis4")["CacheClusters"][0]["CacheClusterStatus"] == "available"
    eventually("my-redis4 is available", look)
    root.create("my-snapshot", CacheClusterId="my-redis4")
    return port


def copy(client, target, **variables):
    answer = client("elasticache", "copy-snapshot", "--source-snapshot-name", "my-snapshot", "--target-snapshot-name", target, **variables)
    assert set(answer) == {"Snapshot"}
    return answer["Snapshot"]


def test_the_page_s_command_gives_the_page_s_fields(aws2, root, port, redis):
    snapshot = copy(aws2, "my-snapshot-copy")
    assert set(snapshot) - LATER_KEYS == PAGE_KEYS
    (node,) = snapshot["NodeSnapshots"]
    assert set(node) == {"CacheSize", "SnapshotCreateTime", "CacheNodeId", "CacheNodeCreateTime"}
    expected = {"Engine": "redis", "CacheParameterGroupName": "default.redis7", "CacheClusterId": "my-redis4", "NumCacheNodes": 1,
                "SnapshotName": "my-snapshot-copy", "AutoMinorVersionUpgrade": True, "PreferredAvailabilityZone": "us-east-1c",
                "SnapshotStatus": "creating", "SnapshotSource": "manual", "SnapshotWindow": "07:00-08:00",
                "EngineVersion": redis.full_version, "CacheSubnetGroupName": "default", "Port": port,
                "PreferredMaintenanceWindow": "tue:09:30-tue:10:30", "CacheNodeType": "cache.m5.large"}
    assert {key: snapshot[key] for key in expected} == expected
    assert node["CacheNodeId"] == "0001"
    assert re.fullmatch(r"\d+ MB", node["CacheSize"])
    assert snapshot["VpcId"].startswith("vpc-")
    for time in (snapshot["CacheClusterCreateTime"], node["CacheNodeCreateTime"], node["SnapshotCreateTime"]):
        assert re.fullmatch(PARSED, time)
    root.available("my-snapshot")


def test_the_wire_form_of_times_is_the_page_s(aws2, root, port, tmp_path):
    (tmp_path / "config").write_text("[default]\ncli_timestamp_format = wire\n")
    snapshot = copy(aws2, "my-wire-copy", AWS_CONFIG_FILE=str(tmp_path / "config"))
    (node,) = snapshot["NodeSnapshots"]
    assert re.fullmatch(WIRE_MILLISECONDS, snapshot["CacheClusterCreateTime"])
    assert re.fullmatch(WIRE_MILLISECONDS, node["CacheNodeCreateTime"])
    assert re.fullmatch(WIRE_SECONDS, node["SnapshotCreateTime"])
    root.available("my-snapshot")


def test_the_same_command_again_is_refused(aws2, root, port):
    copy(aws2, "my-second-copy")
    root.available("my-snapshot")
    with pytest.raises(aws.AwsError) as caught:
        copy(aws2, "my-second-copy")
    assert (caught.value.code, caught.value.operation) == ("SnapshotAlreadyExistsFault", "CopySnapshot")
