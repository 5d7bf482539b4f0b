"""Nodes that are killed at chosen points of a dump (promise P8): the creation fails with its cause, leaves nothing, and the next one
works as soon as the node is back."""

import random
import shutil
from pathlib import Path

import pytest

from kit import dataset, engine
from kit.relay import ASKED, WAITING, Relay
from kit.service import eventually
from support import Clients, available_group

# `$EOF:`, forty bytes of mark, and the end of the line.
FRAME_BYTES, MARK_BYTES, CHECKSUM_BYTES = 47, 40, 8
# A job that cannot reach its node is tried again for half a minute.
PATIENCE_S = 180


def points(dump_bytes):
    """Where a dump of this length is cut: before its first byte, in each part of it, and behind its last byte."""
    end = dump_bytes - MARK_BYTES
    return [ASKED, WAITING, 1, 5, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 5, FRAME_BYTES + 9, FRAME_BYTES + 100, 4096, 1 << 16,
            dump_bytes // 4, dump_bytes // 2, 3 * dump_bytes // 4, end - 4096, end - CHECKSUM_BYTES - 1, end - CHECKSUM_BYTES, end - 4,
            end - 1, end, end + 1, dump_bytes - 1, dump_bytes]


class Watched:
    """A server behind a relay, attached as a group."""

    def __init__(self, service, program, rdb, name):
        self.program, self.rdb, self.name = program, rdb, name
        self.server = engine.FreshServer(program, rdb)
        self.relay = Relay(self.server.port)
        service.run("attach", "--replication-group-id", name, "--node", f"127.0.0.1:{self.relay.port}")

    def dies_at(self, point):
        if point == WAITING:
            with self.server.connect() as server:
                server.call("CONFIG", "SET", "repl-diskless-sync-delay", 60)
        self.relay.end_node, self.relay.point = self.server.kill, point

    def is_dead(self):
        return self.server.process.poll() is not None

    def comes_back(self):
        port = self.server.port
        self.server.stop()
        self.server = engine.FreshServer(self.program, self.rdb, port=port)

    def close(self):
        self.relay.close()
        self.server.stop()


@pytest.fixture
def watched(new_service):
    service = new_service().start()
    made = []

    def make(program, rdb):
        made.append(Watched(service, program, rdb, f"g{len(made)}"))
        return made[-1]

    make.service, make.clients = service, Clients(service.endpoint, service.credentials())
    yield make
    for one in made:
        one.close()


def test_a_node_that_dies_at_any_point_of_a_dump_leaves_nothing_and_can_come_back(watched, programs, tmp_path):
    clients, bucket = watched.clients, watched.clients.bucket()
    rdb, data = data_file(programs["redis"], tmp_path)
    used = [programs["redis"], programs.get("valkey", programs["redis"])]
    chosen = []
    for program in used:
        whole = watched(program, rdb)
        assert_whole(clients, bucket, whole, clients.create(f"whole-{whole.name}", ReplicationGroupId=whole.name), data)
        chosen.append(points(whole.relay.dumped))
    files, dying = stored_files(watched.service), {}
    # Every other point with the other engine.
    for number in range(len(chosen[0])):
        group, places = watched(used[number % 2], rdb), chosen[number % 2]
        group.dies_at(places[number])
        dying[group] = places[number], places[-1]
        clients.elasticache.create_snapshot(SnapshotName=f"s-{group.name}", ReplicationGroupId=group.name)
    for group, (point, dump_bytes) in dying.items():
        failed_cleanly(clients, group, point, dump_bytes)
    eventually("nothing is left", lambda: stored_files(watched.service) == files)
    for group, (point, _) in dying.items():
        group.comes_back()
        available_group(clients, group.name)
        taken = clients.create(f"t-{group.name}", ReplicationGroupId=group.name)
        if point in (WAITING, ASKED):
            assert_whole(clients, bucket, group, taken, data)


def data_file(program, directory):
    """A file with 3 MB that do not compress, and what it holds."""
    dice = random.Random(8)
    with engine.FreshServer(program) as server, server.connect() as connection:
        connection.calls(["SET", f"key:{n}", dice.randbytes(1000)] for n in range(3000))
        connection.call("SAVE")
        shutil.copy2(Path(server.directory) / "dump.rdb", directory / "data.rdb")
        return directory / "data.rdb", dataset.survey(connection)


def failed_cleanly(clients, group, point, dump_bytes):
    """The snapshot has failed, and an event tells why. What was whole when the node died may be there instead."""
    name = f"s-{group.name}"
    status = eventually(f"the snapshot of a node that died at {point} ended",
                        lambda: (clients.status(name) != "creating") and clients.status(name), PATIENCE_S)
    assert group.is_dead(), point
    events = clients.elasticache.describe_events(SourceType="cache-cluster", SourceIdentifier=f"{group.name}-001")["Events"]
    told = [event["Message"] for event in events]
    if status == "available":
        # Dumps of the same data differ by a few digits.
        assert point not in (ASKED, WAITING) and point >= dump_bytes - CHECKSUM_BYTES, point
    else:
        assert status == "failed", point
        assert f"Snapshot failed for snapshot with ID '{name}' of cache cluster with ID '{group.name}-001'" in told, point
        assert [text for text in told if text.startswith(f"Could not create snapshot '{name}' because the node")], (point, told)
    clients.elasticache.delete_snapshot(SnapshotName=name)
    clients.gone(name)


def stored_files(service):
    return {file for place in ("blobs", "tmp") for file in (service.data / place).rglob("*") if file.is_file()}


def assert_whole(clients, bucket, group, snapshot, data):
    """The snapshot holds the data."""
    name = snapshot["SnapshotName"]
    file = group.rdb.parent / f"{name}.rdb"
    file.write_bytes(clients.export(name, name, bucket))
    with engine.FreshServer(group.program, rdb=file) as server, server.connect() as connection:
        assert dataset.differences(data, dataset.survey(connection)) == []
