"""Deleting snapshots (spec 3.2, 3.6) and the daily quota (L63, L64)."""

from support import Clients, available_group, fresh, refused


def test_delete_answers_deleting_and_frees_the_name(root, source):
    name = fresh("short-lived")
    root.copy(source, name)
    deleted = root.elasticache.delete_snapshot(SnapshotName=name)["Snapshot"]
    assert (deleted["SnapshotName"], deleted["SnapshotStatus"]) == (name, "deleting")
    root.gone(name)
    root.copy(source, name)


def test_an_unknown_snapshot_is_not_found(root):
    with refused("SnapshotNotFoundFault", status=404):
        root.elasticache.delete_snapshot(SnapshotName="nobody")


def test_manual_snapshots_outlive_their_group(root, new_group, redis):
    group = new_group(redis)
    with group.connect() as server:
        server.call("SET", "k", "v")
    name = fresh("survivor")
    root.create(name, ReplicationGroupId=group.id)
    root.elasticache.delete_replication_group(ReplicationGroupId=group.id)
    root.elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId=group.id, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    assert root.elasticache.describe_snapshots(CacheClusterId=f"{group.id}-001")["Snapshots"][0]["SnapshotName"] == name
    root.copy(name, fresh("copy-of-survivor"))
    assert root.export(name, "survivor", root.bucket())


def test_twenty_manual_snapshots_a_node_a_day(new_service, redis):
    service = new_service({"VALKEEP_QUOTAS_MANUAL_SNAPSHOTS_PER_NODE_PER_DAY": "3"}).start()
    clients = Clients(service.endpoint, service.credentials())
    clients.elasticache.create_replication_group(ReplicationGroupId="g", ReplicationGroupDescription="x", Engine="redis",
                                                 EngineVersion=redis.version, CacheNodeType="cache.t4g.small")
    available_group(clients, "g")
    for n in range(3):
        clients.create(f"s{n}", ReplicationGroupId="g")
    # Deleting one gives nothing back, and copies do not count.
    clients.elasticache.delete_snapshot(SnapshotName="s0")
    clients.gone("s0")
    with refused("SnapshotQuotaExceededFault", status=400) as caught:
        clients.elasticache.create_snapshot(SnapshotName="s3", ReplicationGroupId="g")
    assert caught.value.response["Error"]["Message"] in (
        "The maximum number of manual snapshots for this cluster taken within 24 hours has been reached",
        "The maximum number of manual snapshots for this node taken within 24 hours has been reached its quota of 3")
    clients.copy("s1", "copied")
    clients.elasticache.delete_replication_group(ReplicationGroupId="g")


def test_the_default_quota_is_twenty(new_service, redis):
    service = new_service()
    del service.settings["VALKEEP_QUOTAS_MANUAL_SNAPSHOTS_PER_NODE_PER_DAY"]
    service.start()
    clients = Clients(service.endpoint, service.credentials())
    clients.elasticache.create_cache_cluster(CacheClusterId="c", Engine="redis", EngineVersion=redis.version,
                                             CacheNodeType="cache.t4g.small", NumCacheNodes=1)
    clients.elasticache.get_waiter("cache_cluster_available").wait(CacheClusterId="c", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    for n in range(20):
        clients.create(f"s{n}", CacheClusterId="c")
    with refused("SnapshotQuotaExceededFault"):
        clients.elasticache.create_snapshot(SnapshotName="s20", CacheClusterId="c")
    clients.elasticache.delete_cache_cluster(CacheClusterId="c")
    clients.elasticache.get_waiter("cache_cluster_deleted").wait(CacheClusterId="c", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
