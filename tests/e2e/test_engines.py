"""Six engines: all their data through snapshot, copies and export, and back into the same engine."""

import os

import pytest

from kit import dataset, engine, processes
from support import Clients, available_group, fresh, key_arn, sha256

MIB = 1 << 20
DATABASES = (0, 3, 15)
# Settings that change what a server writes: compressed list nodes, compression, and how keys are aged.
SETTINGS = {
    "redis-6.2": ["--list-compress-depth", "1", "--maxmemory-policy", "allkeys-lru"],
    "redis-7.0": ["--list-compress-depth", "1", "--maxmemory-policy", "allkeys-lfu"],
    "redis-8.2": ["--maxmemory-policy", "allkeys-lru"],
    "valkey-8.1": ["--rdbcompression", "no"],
    "valkey-9.0": ["--list-compress-depth", "1"],
    "valkey-9.1": ["--rdbcompression", "no", "--maxmemory-policy", "allkeys-lfu"],
}
# As the first nine bytes of the file tell it.
FORMATS = {"redis-6.2": b"REDIS0009", "redis-7.0": b"REDIS0010", "redis-8.2": b"REDIS0012",
           "valkey-8.1": b"REDIS0011", "valkey-9.0": b"VALKEY080", "valkey-9.1": b"VALKEY080"}
# What a service may hold beside what it holds when idle.
MEMORY_LIMIT_MIB = 64
# For one job on a large value.
LIMIT_S = 600


def attach(service, clients, server):
    name = fresh("attached")
    service.run("attach", "--replication-group-id", name, "--node", f"127.0.0.1:{server.port}")
    return available_group(clients, name).id


@pytest.fixture(scope="session")
def another_key(service):
    return key_arn(service.admin("key", "create"))


@pytest.mark.parametrize("name", FORMATS)
def test_every_key_comes_back(engines, name, service, root, another_key, tmp_path):
    program, bucket = engines(name), root.bucket()
    with engine.FreshServer(program, options=SETTINGS[name]) as server:
        with server.connect() as source:
            dataset.fill(source, databases=DATABASES, big_mib=2)
            before = dataset.survey(source, DATABASES)
        taken, copied, sealed = fresh("taken"), fresh("copied"), fresh("sealed")
        snapshot = root.create(taken, ReplicationGroupId=attach(service, root, server))
        assert (snapshot["Engine"], snapshot["EngineVersion"]) == (program.engine, program.full_version)
    root.copy(taken, copied)
    root.copy(copied, sealed, KmsKeyId=another_key)
    files = [root.export(snapshot, snapshot, bucket) for snapshot in (taken, copied, sealed)]
    assert files[0][:9] == FORMATS[name]
    assert len(set(map(sha256, files))) == 1

    (tmp_path / "x.rdb").write_bytes(files[2])
    with engine.FreshServer(program, rdb=tmp_path / "x.rdb") as server, server.connect() as loaded:
        after = dataset.survey(loaded, DATABASES)
    assert dataset.differences(before, after, expiry_within_ms=0) == []
    assert dataset.summary(before) == dataset.summary(after)
    assert dataset.summary(after)[0] > 5000


def a_string(size_mib):
    return (["APPEND", "value", os.urandom(MIB)] for _ in range(size_mib))


def a_stream(size_mib):
    """An entry for each KiB; one group that was given all of them, another that was given half, and nobody acknowledged any."""
    ids = [f"{n}-1" for n in range(1, size_mib << 10)]
    yield from (["XADD", "value", id, "n", n, "text", os.urandom(1000)] for n, id in enumerate(ids))
    for group, step in (("first", 1), ("second", 2)):
        yield ["XGROUP", "CREATE", "value", group, "$"]
        given = ids[::step]
        for start in range(0, len(given), 1000):
            yield ["XCLAIM", "value", group, f"consumer {start % 7}", 0, *given[start:start + 1000], "FORCE", "JUSTID"]


def held(server):
    """The digest of the value, and who was given what of a stream, how often."""
    groups = server.call("XINFO", "GROUPS", "value") if server.text("TYPE", "value") == "stream" else []
    pending = [server.call("XPENDING", "value", group[1], "-", "+", 1 << 30) for group in groups]
    given = [[(id, consumer, times) for id, consumer, _, times in entries] for entries in pending]
    return server.call("DEBUG", "DIGEST"), groups, given


@pytest.mark.parametrize("value", [a_string, a_stream])
def test_the_size_of_a_value_costs_no_memory(engines, value, new_service, pytestconfig, tmp_path):
    program = engines("redis-7.0")
    # Large strings are refused otherwise, and the digest of a value is a command for tests.
    options = ["--proto-max-bulk-len", "1gb", "--enable-debug-command", "yes"]
    service = new_service(engines=[program]).start()
    clients = Clients(service.endpoint, service.credentials())
    key, bucket = key_arn(service.admin("key", "create")), clients.bucket()
    with engine.FreshServer(program, options=options) as server:
        with server.connect() as source:
            source.calls(value(pytestconfig.getoption("value_mib")))
            before = held(source)
        group = attach(service, clients, server)
        idle_mib = processes.memory_mib(service.process.pid)
        processes.forget_peak(service.process.pid)
        clients.elasticache.create_snapshot(SnapshotName="s", ReplicationGroupId=group)
        clients.available("s", LIMIT_S)
    clients.elasticache.copy_snapshot(SourceSnapshotName="s", TargetSnapshotName="sealed", KmsKeyId=key)
    clients.available("sealed", LIMIT_S)
    clients.elasticache.copy_snapshot(SourceSnapshotName="sealed", TargetSnapshotName="out", TargetBucket=bucket)
    clients.available("sealed", LIMIT_S)
    over_mib = processes.memory_mib(service.process.pid, "VmHWM") - idle_mib
    print(f"{value.__name__}: {over_mib:.1f} MiB over {idle_mib:.1f} MiB")

    clients.s3.download_file(bucket, "out-0001.rdb", tmp_path / "x.rdb")
    with engine.FreshServer(program, rdb=tmp_path / "x.rdb", options=options) as server, server.connect() as loaded:
        assert held(loaded) == before
    assert over_mib <= MEMORY_LIMIT_MIB
