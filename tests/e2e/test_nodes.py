"""Real nodes: groups, clusters, replicas, versions, windows, attached servers (spec sections 6 and 8.1)."""

import json
import random
import re

import pytest

from kit import dataset, engine, processes
from kit.resp import Resp
from kit.service import eventually
from support import available_group, fresh, refused


def group_request(program, **more):
    return {"ReplicationGroupId": fresh("g"), "ReplicationGroupDescription": "x", "Engine": program.engine,
            "EngineVersion": program.version, "CacheNodeType": "cache.t4g.small", **more}


def test_a_group_has_real_replicas_and_the_snapshot_comes_from_one(root, new_group, program, service):
    group = new_group(program, NumCacheClusters=3)
    assert group.found["MemberClusters"] == [f"{group.id}-00{n}" for n in (1, 2, 3)]
    (shard,) = group.found["NodeGroups"]
    roles = {m["CacheClusterId"]: (m["CurrentRole"], m["ReadEndpoint"]["Port"]) for m in shard["NodeGroupMembers"]}
    assert [role for role, _ in roles.values()].count("primary") == 1
    with group.connect() as primary:
        dataset.fill(primary, keys=20)
        before = dataset.survey(primary)
        # The replicas have everything once they acknowledge it.
        assert primary.call("WAIT", 2, 10_000) == 2
    for role, port in roles.values():
        with Resp("127.0.0.1", port) as node:
            # When a consumer was last seen is not replicated.
            found = dataset.differences(before, dataset.survey(node))
            assert [difference for difference in found if "(stream)" not in difference] == []
            assert node.call("ROLE")[0] == (b"master" if role == "primary" else b"slave")
    name = fresh("from-replica")
    snapshot = root.create(name, ReplicationGroupId=group.id)
    assert roles[snapshot["CacheClusterId"]][0] == "replica"
    nodes = {pid for pid, line in processes.using(service.data).items() if f"{group.id}-00" in line or any(str(p) in line for _, p in roles.values())}
    assert len(nodes) == 3
    root.elasticache.delete_replication_group(ReplicationGroupId=group.id)
    root.elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId=group.id, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    assert not nodes & set(processes.using(service.data))


def test_a_running_group_is_described_as_the_model_has_it(root, redis_group, redis, arn):
    (group,) = root.elasticache.describe_replication_groups(ReplicationGroupId=redis_group.id)["ReplicationGroups"]
    expected = {"ReplicationGroupId": redis_group.id, "Status": "available", "ClusterEnabled": False, "CacheNodeType": "cache.t4g.small",
                "ARN": arn("replicationgroup", redis_group.id), "AuthTokenEnabled": False, "TransitEncryptionEnabled": False,
                "AtRestEncryptionEnabled": False, "Engine": "redis"}
    assert {key: group.get(key) for key in expected} == expected
    (cluster,) = root.elasticache.describe_cache_clusters(CacheClusterId=f"{redis_group.id}-001", ShowCacheNodeInfo=True)["CacheClusters"]
    assert (cluster["ReplicationGroupId"], cluster["EngineVersion"], cluster["CacheNodes"][0]["CacheNodeId"]) == (
        redis_group.id, redis.full_version, "0001")
    hidden = root.elasticache.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"]
    assert f"{redis_group.id}-001" not in [c["CacheClusterId"] for c in hidden]


def test_an_id_is_taken_once(root, redis_group, redis):
    with refused("ReplicationGroupAlreadyExists", status=400):
        root.elasticache.create_replication_group(**group_request(redis, ReplicationGroupId=redis_group.id.upper()))


@pytest.mark.parametrize(("change", "code", "message"), [
    ({"CacheNodeType": "cache.m3.large"}, "InvalidParameterValue", None),
    ({"CacheNodeType": "cache.nonsense"}, "InvalidParameterValue", None),
    ({"CacheNodeType": "cache.r6gd.xlarge"}, "InvalidParameterCombination", "When using the cache.r6gd.xlarge node type, you must enable data tiering."),
    ({"Engine": "memcached"}, "InvalidParameterValue", "Specified engine does not support replication."),
    ({"NumCacheClusters": 7}, "InvalidParameterValue", None),
    ({"AutomaticFailoverEnabled": True, "NumCacheClusters": 1}, "InvalidParameterCombination",
     "When using automatic failover, there must be at least 2 cache clusters in the replication group."),
    ({"SnapshotWindow": "07:00-07:30"}, "InvalidParameterValue", "Snapshot window must be at least 60 minutes."),
    ({"SnapshotWindow": "7-8"}, "InvalidParameterValue",
     "Invalid backup window format. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC). Example: 03:15-08:15"),
    ({"PreferredMaintenanceWindow": "tue:09:30-tue:10:00"}, "InvalidParameterValue", "Maintenance window must be at least 60 minutes."),
    ({"PreferredMaintenanceWindow": "someday"}, "InvalidParameterValue",
     "Invalid maintenance window format. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC)"),
    ({"SnapshotWindow": "09:00-10:00", "PreferredMaintenanceWindow": "tue:09:30-tue:10:30"}, "InvalidParameterValue",
     "The snapshot window and maintenance window must not overlap."),
    ({"SnapshotRetentionLimit": 36}, "InvalidParameterValue",
     "Invalid snapshot retention limit: 36. Retention limit must be between 0 and 35."),
    ({"Port": 80}, "InvalidParameterValue", "Invalid endpoint port: 80. Valid range is 1150-8004,8006-65535"),
    ({"CacheParameterGroupName": "nobody"}, "CacheParameterGroupNotFound", None),
    ({"CacheSubnetGroupName": "nobody"}, "CacheSubnetGroupNotFoundFault", None),
])
def test_a_group_that_breaks_a_rule_is_refused(root, redis, change, code, message):
    with refused(code, message):
        root.elasticache.create_replication_group(**group_request(redis, **change))


def test_valkey_clusters_are_made_as_groups(root):
    with refused("InvalidParameterValue", "This API doesn't support Valkey engine. Please use CreateReplicationGroup API for Valkey cluster creation."):
        root.elasticache.create_cache_cluster(CacheClusterId=fresh("c"), Engine="valkey", CacheNodeType="cache.t4g.small", NumCacheNodes=1)


def test_a_cluster_has_one_node(root):
    with pytest.raises(root.elasticache.exceptions.ClientError) as caught:
        root.elasticache.create_cache_cluster(CacheClusterId=fresh("c"), Engine="redis", CacheNodeType="cache.t4g.small", NumCacheNodes=2)
    assert caught.value.response["Error"]["Message"] in (
        "NumCacheNodes should be 1 if engine is redis", "Cannot create a Redis cluster with a NumCacheNodes parameter greater than 1.")


def test_a_cluster_s_answer_while_it_is_made(root, redis):
    name = fresh("c")
    made = root.elasticache.create_cache_cluster(CacheClusterId=name, Engine="redis", EngineVersion=redis.version,
                                                 CacheNodeType="cache.t4g.small", NumCacheNodes=1)["CacheCluster"]
    assert (made["CacheClusterStatus"], made["SnapshotRetentionLimit"], made["PendingModifiedValues"], made["CacheSecurityGroups"]) == (
        "creating", 0, {}, [])
    assert "CacheClusterCreateTime" not in made
    assert re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", made["SnapshotWindow"])
    root.elasticache.get_waiter("cache_cluster_available").wait(CacheClusterId=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    with refused("CacheClusterAlreadyExists", status=400):
        root.elasticache.create_cache_cluster(CacheClusterId=name, Engine="redis", CacheNodeType="cache.t4g.small", NumCacheNodes=1)
    root.elasticache.delete_cache_cluster(CacheClusterId=name)
    root.elasticache.get_waiter("cache_cluster_deleted").wait(CacheClusterId=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    with refused("CacheClusterNotFound", status=404):
        root.elasticache.describe_cache_clusters(CacheClusterId=name)


def test_the_older_valkey_serves_requests_for_its_version(new_group, programs, root):
    if "valkey8" not in programs:
        pytest.skip("no Valkey 8 server here")
    group = new_group(programs["valkey8"])
    with group.connect() as server:
        assert f"valkey_version:{programs['valkey8'].full_version}".encode() in server.call("INFO", "server")
    root.elasticache.delete_replication_group(ReplicationGroupId=group.id)


# Servers that run already.

@pytest.fixture
def attached(service, program, tmp_path):
    """A server of our own with two users; the `backup` user may do what a replica does, and no more."""
    with engine.FreshServer(program) as server:
        with server.connect() as admin:
            dataset.fill(admin, keys=20, big_mib=2)
            admin.call("ACL", "SETUSER", "backup", "on", ">s3cret", "-@all", "+psync", "+sync", "+replconf", "+ping", "+info", "+role", "+hello")
            admin.call("ACL", "SETUSER", "default", "on", ">other")
        (tmp_path / "password").write_text("s3cret\n")
        (tmp_path / "wrong").write_text("guess\n")
        yield server


def test_a_running_server_is_attached_with_a_user_of_its_own(root, service, attached, program, tmp_path):
    name = fresh("attached")
    service.run("attach", "--replication-group-id", name, "--node", f"127.0.0.1:{attached.port}", "--description", "Ours",
                "--username", "backup", "--password-file", tmp_path / "password")
    group = available_group(root, name)
    assert group.port == attached.port
    with attached.connect(password="other") as admin:
        before = dataset.survey(admin)
    snapshot = root.create(fresh("taken"), ReplicationGroupId=name)
    assert (snapshot["Engine"], snapshot["EngineVersion"]) == (program.engine, program.full_version)
    (tmp_path / "x.rdb").write_bytes(root.export(snapshot["SnapshotName"], "x", root.bucket()))
    with engine.FreshServer(program, rdb=tmp_path / "x.rdb") as server, server.connect() as connection:
        assert dataset.differences(before, dataset.survey(connection)) == []
    root.elasticache.delete_replication_group(ReplicationGroupId=name)
    root.elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    with attached.connect(password="other") as admin:
        assert admin.call("PING") == b"PONG"


def test_a_replica_gives_data_only_while_it_follows_the_primary_of_its_group(root, service, program):
    name = fresh("turned")

    def source():
        taken = root.create(fresh("taken"), ReplicationGroupId=name)
        shards = json.loads(service.run("verify", taken["SnapshotName"], "--output", "json").stdout)["Shards"]
        return taken["CacheClusterId"], [shard["Keys"] for shard in shards]

    with engine.FreshServer(program) as first, engine.FreshServer(program) as second, engine.FreshServer(program) as stranger:
        for server, keys in ((first, 50), (stranger, 7)):
            with server.connect() as connection:
                connection.calls([["SET", f"key:{n}", "value"] for n in range(keys)])
        follow(second, first)
        service.run("attach", "--replication-group-id", name, "--node", f"127.0.0.1:{first.port}", "--node", f"127.0.0.1:{second.port}")
        available_group(root, name)
        assert source() == (f"{name}-002", [50])
        follow(second, stranger)
        assert source() == (f"{name}-001", [50])
        with second.connect() as connection:
            connection.call("REPLICAOF", "NO", "ONE")
            connection.call("FLUSHALL")
        assert source() == (f"{name}-001", [50])
        # A failover: the other one is the primary now.
        follow(second, first)
        with second.connect() as connection:
            connection.call("REPLICAOF", "NO", "ONE")
        follow(first, second)
        assert source() == (f"{name}-002", [50])


def follow(server, primary):
    def is_in_step():
        with server.connect() as connection:
            told = connection.text("INFO", "replication")
        return f"master_port:{primary.port}" in told and "master_link_status:up" in told and "master_sync_in_progress:0" in told

    with server.connect() as connection:
        connection.call("REPLICAOF", "127.0.0.1", primary.port)
    eventually("the replica is in step", is_in_step, limit_s=60)


def test_a_wrong_password_is_told(service, attached, tmp_path):
    done = service.run("attach", "--replication-group-id", fresh("attached"), "--node", f"127.0.0.1:{attached.port}",
                       "--username", "backup", "--password-file", tmp_path / "wrong", check=False)
    assert done.returncode != 0 and "guess" not in done.stderr + done.stdout
    assert "s3cret" not in service.log_text()


def test_a_server_that_is_not_there_is_told(service):
    port = engine.free_port()
    done = service.run("attach", "--replication-group-id", fresh("attached"), "--node", f"127.0.0.1:{port}", check=False)
    assert done.returncode != 0 and str(port) in done.stderr


def test_a_node_that_dies_during_the_save_fails_the_snapshot_and_nothing_hangs(root, service, program):
    name = fresh("dying")
    with engine.FreshServer(program, options=["--key-load-delay", "0"]) as server:
        dice = random.Random(3)
        with server.connect() as admin:
            admin.calls(["SET", f"big:{n}", dice.randbytes(1 << 20)] for n in range(128))
            # The dump takes long enough to be cut.
            admin.call("CONFIG", "SET", "rdb-key-save-delay", 50_000)
        service.run("attach", "--replication-group-id", name, "--node", f"127.0.0.1:{server.port}")
        available_group(root, name)
        snapshot = fresh("cut")
        root.elasticache.create_snapshot(SnapshotName=snapshot, ReplicationGroupId=name)
        assert root.status(snapshot) == "creating"
        eventually("the dump has begun", lambda: b"rdb_bgsave_in_progress:1" in info(server), limit_s=30)
    eventually("the snapshot failed", lambda: root.status(snapshot) == "failed", limit_s=120)
    with refused("InvalidSnapshotState"):
        root.elasticache.copy_snapshot(SourceSnapshotName=snapshot, TargetSnapshotName=fresh("x"))
    root.elasticache.delete_snapshot(SnapshotName=snapshot)
    root.gone(snapshot)


def info(server):
    with server.connect() as connection:
        return connection.call("INFO", "persistence")
