"""Real clusters: attached, all shards taken together, copied, exported, and every key back once."""

import contextlib
import random
import time

import pytest

from kit import dataset, engine
from kit.certificate import Certificate
from kit.cluster import Cluster
from kit.service import eventually
from support import Clients, fresh, key_arn, refused, sha256


@pytest.fixture
def cluster(program):
    """Three shards with data of every type, the first with a replica."""
    with Cluster(program) as cluster:
        cluster.write(data(random.Random(5)))
        yield cluster


def data(dice, rounds=400):
    for number, words in enumerate(dataset.rounds(dice, rounds)):
        # What a script or a group of a stream asks for is in the slot of its key.
        yield [words[0], *words[1:]] if words[0] not in ("XGROUP", "XREADGROUP") else ["SET", f"instead:{number}", number]
    for n in range(60):
        yield ["HSET", f"{{user:{n % 7}}}:profile:{n}", *dataset.pairs(dice, 30)]
        yield ["SET", f"big:{n}", dice.randbytes(100_000)]


def surveys(servers):
    found = []
    for server in servers:
        with server.connect() as node:
            found.append(dataset.survey(node, (0,)))
    return found


def attach(service, cluster, at=None):
    name = fresh("cluster")
    server = at or cluster.primaries[0]
    service.run("attach", "--replication-group-id", name, "--node", f"127.0.0.1:{server.port}")
    return name


def described(clients, group):
    return clients.elasticache.describe_replication_groups(ReplicationGroupId=group)["ReplicationGroups"][0]


def test_a_cluster_is_attached_by_any_of_its_nodes_and_described_g5_n7(root, service, cluster):
    name = attach(service, cluster, at=cluster.replicas[0])
    group = described(root, name)
    assert (group["ClusterEnabled"], group["ClusterMode"], group["AutomaticFailover"], group["Status"]) == (True, "enabled", "enabled", "available")
    assert group["ConfigurationEndpoint"]["Port"] == cluster.primaries[0].port
    assert group["MemberClusters"] == [f"{name}-0001-001", f"{name}-0001-002", f"{name}-0002-001", f"{name}-0003-001"]
    expected = [(f"000{n + 1}", "{}-{}".format(*cluster.range(n))) for n in range(3)]
    assert [(shard["NodeGroupId"], shard["Slots"]) for shard in group["NodeGroups"]] == expected
    ports = [[member["ReadEndpoint"]["Port"] for member in shard["NodeGroupMembers"]] for shard in group["NodeGroups"]]
    first, second, third = (primary.port for primary in cluster.primaries)
    assert ports == [[first, cluster.replicas[0].port], [second], [third]]
    assert "PrimaryEndpoint" not in group["NodeGroups"][0] and "CurrentRole" not in group["NodeGroups"][0]["NodeGroupMembers"][0]
    with refused("InvalidParameterValue"):
        root.elasticache.create_snapshot(SnapshotName=fresh("s"), CacheClusterId=f"{name}-0001-001")


def test_the_shards_of_a_cluster_give_their_data_over_tls(root, service, redis, tmp_path):
    name, certificate = fresh("cluster"), Certificate(tmp_path)
    with Cluster(redis, certificate=certificate) as cluster:
        cluster.write(data(random.Random(7), rounds=50))
        ports = [cluster.tls_port_of(server) for server in (cluster.primaries[0], cluster.replicas[0], *cluster.primaries[1:])]
        service.run("attach", "--replication-group-id", name, "--node", f"127.0.0.1:{ports[2]}", "--tls", "--tls-ca", certificate.chain)
        shards = described(root, name)["NodeGroups"]
        assert [member["ReadEndpoint"]["Port"] for shard in shards for member in shard["NodeGroupMembers"]] == ports
        before = surveys(cluster.primaries)
        taken = root.create(fresh("taken"), ReplicationGroupId=name)["SnapshotName"]
    rows = service.admin("verify", taken, "--output", "json")["Shards"]
    assert [(row["Verdict"], row["Keys"]) for row in rows] == [("sound", len(dataset.held(shard))) for shard in before]


def test_every_key_of_a_cluster_comes_back_once_l21_n19(root, service, cluster, program, tmp_path):
    group, bucket, another_key = attach(service, cluster), root.bucket(), key_arn(service.admin("key", "create"))
    before = surveys(cluster.primaries)
    taken, copied, sealed = fresh("taken"), fresh("copied"), fresh("sealed")
    begun = root.elasticache.create_snapshot(SnapshotName=taken, ReplicationGroupId=group)["Snapshot"]
    # L22.
    assert begun["NodeSnapshots"] == [{"NodeGroupId": f"000{n}", "CacheSize": ""} for n in (1, 2, 3)]
    snapshot = root.available(taken)
    assert (snapshot["ReplicationGroupId"], snapshot["NumNodeGroups"], snapshot["AutomaticFailover"]) == (group, 3, "enabled")
    assert "CacheClusterId" not in snapshot and "NumCacheNodes" not in snapshot
    sources = [(shard["NodeGroupId"], shard["CacheClusterId"]) for shard in snapshot["NodeSnapshots"]]
    assert sources == [("0001", f"{group}-0001-002"), ("0002", f"{group}-0002-001"), ("0003", f"{group}-0003-001")]
    times = [shard["SnapshotCreateTime"].timestamp() for shard in snapshot["NodeSnapshots"]]
    assert max(times) - min(times) <= 1
    root.copy(taken, copied)
    root.copy(copied, sealed, KmsKeyId=another_key)
    (shown,) = root.elasticache.describe_snapshots(SnapshotName=sealed, ShowNodeGroupConfig=True)["Snapshots"]
    slots = [shard["NodeGroupConfiguration"]["Slots"] for shard in shown["NodeSnapshots"]]
    assert slots == ["{}-{}".format(*cluster.range(n)) for n in range(3)]

    keys = [f"{n:04}" for n in (1, 2, 3)]
    objects = {}
    for source in (taken, sealed):
        root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=source, TargetBucket=bucket)
        root.available(source)
        objects[source] = [root.s3.get_object(Bucket=bucket, Key=f"{source}-{key}.rdb")["Body"].read() for key in keys]
    listed = [found["Key"] for found in root.s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(f"{source}-{key}.rdb" for source in (taken, sealed) for key in keys)
    assert list(map(sha256, objects[taken])) == list(map(sha256, objects[sealed]))

    seen = {}
    for number, body in enumerate(objects[sealed]):
        (tmp_path / "x.rdb").write_bytes(body)
        with engine.FreshServer(program, rdb=tmp_path / "x.rdb") as server, server.connect() as loaded:
            after = dataset.survey(loaded, (0,))
        assert dataset.differences(before[number], after, expiry_within_ms=0) == []
        for entry, _ in dataset.held(after):
            assert seen.setdefault(entry, number) == number, f"{entry} is in two files"
            assert cluster.shard_of(entry[1]) == number
    assert len(seen) == sum(len(dataset.held(shard)) for shard in before) > 3000

    rows = service.admin("verify", sealed, "--output", "json")["Shards"]
    assert [row["Verdict"] for row in rows] == ["sound"] * 3
    assert sum(row["Keys"] for row in rows) == len(seen)
    with refused("InvalidParameterValue", f"The S3 bucket {bucket} already contains an object with key {taken}-0001.rdb."):
        root.elasticache.copy_snapshot(SourceSnapshotName=taken, TargetSnapshotName=taken, TargetBucket=bucket)


def events_of(clients, word):
    return [event["Message"] for event in clients.elasticache.describe_events()["Events"] if word in event["Message"]]


def slow_dump(server):
    """Makes the dump of a server take seconds."""
    with server.connect() as node:
        node.call("CONFIG", "SET", "rdb-key-save-delay", 3_000)


def dumping(server):
    with server.connect() as node:
        return b"rdb_bgsave_in_progress:1" in node.call("INFO", "persistence")


def blobs(service, directories=("blobs", "tmp")):
    """Files of blobs, those that are being written among them."""
    return [path for directory in directories for path in (service.data / directory).rglob("*") if path.is_file()]


@pytest.mark.parametrize("moment", ["entered", "dumping", "taken"])
def test_a_service_that_is_killed_finishes_the_snapshot_of_all_shards_l5(new_service, cluster, program, moment):
    service = new_service(engines=[program]).start()
    clients = Clients(service.endpoint, service.credentials())
    group = attach(service, cluster)
    slow_dump(cluster.primaries[2])
    clients.elasticache.create_snapshot(SnapshotName="s", ReplicationGroupId=group)
    if moment == "dumping":
        eventually("the dump of the third shard has begun", lambda: dumping(cluster.primaries[2]), limit_s=30)
    elif moment == "taken":
        eventually("two shards are stored", lambda: len(blobs(service, ["blobs"])) == 2, limit_s=30)
    service.kill()
    service.start()
    clients = Clients(service.endpoint, service.credentials())
    assert len(clients.available("s")["NodeSnapshots"]) == 3
    assert described(clients, group)["Status"] == "available"
    eventually("only its blobs are left", lambda: len(blobs(service)) == 3)
    for words in (["verify", "--all"], ["scrub", "--now"]):
        assert [row["Verdict"] for row in service.admin(*words, "--output", "json")["Shards"]] == ["sound"] * 3


def test_a_shard_whose_node_dies_during_the_dump_fails_the_whole_snapshot_l23(new_service, cluster, program):
    service = new_service(engines=[program]).start()
    clients = Clients(service.endpoint, service.credentials())
    group = attach(service, cluster)
    slow_dump(cluster.primaries[2])
    clients.elasticache.create_snapshot(SnapshotName="cut", ReplicationGroupId=group)
    eventually("the dump of the third shard has begun", lambda: dumping(cluster.primaries[2]), limit_s=30)
    cluster.primaries[2].stop()
    eventually("the snapshot failed", lambda: clients.status("cut") == "failed", limit_s=120)
    (cause,) = events_of(clients, "Could not create snapshot")
    assert "shard 0003" in cause, cause
    assert described(clients, group)["Status"] == "available"
    eventually("nothing of it is left", lambda: blobs(service) == [])
    clients.elasticache.delete_snapshot(SnapshotName="cut")
    clients.gone("cut")


def test_after_a_replica_that_dies_during_the_dump_all_shards_are_taken_anew(root, service, cluster):
    group, name = attach(service, cluster), fresh("taken")
    slow_dump(cluster.replicas[0])
    root.elasticache.create_snapshot(SnapshotName=name, ReplicationGroupId=group)
    eventually("the dump of the replica has begun", lambda: dumping(cluster.replicas[0]), limit_s=30)
    before = time.time()
    cluster.replicas[0].stop()
    shards = root.available(name)["NodeSnapshots"]
    assert [shard["CacheClusterId"] for shard in shards] == [f"{group}-000{n}-001" for n in (1, 2, 3)]
    assert all(shard["SnapshotCreateTime"].timestamp() >= before - 1 for shard in shards)


def test_slots_on_their_way_hold_a_snapshot_back_until_they_are_there(root, service, cluster):
    group, name = attach(service, cluster), fresh("held")
    with contextlib.ExitStack() as stack:
        source, target = (stack.enter_context(node.connect()) for node in cluster.primaries[:2])
        source.call("CLUSTER", "SETSLOT", 93, "MIGRATING", cluster.id(cluster.primaries[1]))
        target.call("CLUSTER", "SETSLOT", 93, "IMPORTING", cluster.id(cluster.primaries[0]))
        root.elasticache.create_snapshot(SnapshotName=name, ReplicationGroupId=group)
        time.sleep(2)
        assert root.status(name) == "creating"
        # The slot arrives: no key was in it.
        for node in (target, source):
            node.call("CLUSTER", "SETSLOT", 93, "NODE", cluster.id(cluster.primaries[1]))
    root.available(name)
    (shown,) = root.elasticache.describe_snapshots(SnapshotName=name, ShowNodeGroupConfig=True)["Snapshots"]
    slots = [shard["NodeGroupConfiguration"]["Slots"] for shard in shown["NodeSnapshots"]]
    assert slots[0] == "0-92,94-5460" and slots[1].startswith("93-93,")


def test_a_cluster_that_is_not_whole_is_not_attached(service, program):
    with Cluster(program, shards=2, replicas=0, options=["--cluster-require-full-coverage", "no"]) as cluster:
        with cluster.primaries[0].connect() as node:
            node.call("CLUSTER", "DELSLOTSRANGE", 7, 9)
        done = service.run("attach", "--replication-group-id", fresh("cluster"), "--node", f"127.0.0.1:{cluster.primaries[0].port}", check=False)
        assert done.returncode != 0 and "slots 7-9 are on no node" in done.stderr
