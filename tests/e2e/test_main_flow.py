"""The main job: live data into a snapshot, a copy, a bucket, and back into a server, with three unmodified clients."""

import pytest

from kit import dataset, engine
from kit.service import eventually
from support import fresh


class Boto3:
    """boto3 spoken like a command line, so that one test drives three clients."""

    def __init__(self, clients):
        self.clients = clients

    def __call__(self, service, operation, *words):
        parameters = {}
        for option, value in zip(words[::2], words[1::2]):
            name = "".join(part.capitalize() for part in option.removeprefix("--").split("-"))
            parameters[name] = value
        return getattr(getattr(self.clients, service), operation.replace("-", "_"))(**parameters)


@pytest.fixture(params=["aws2", "aws1", "boto3"])
def client(request, root):
    return Boto3(root) if request.param == "boto3" else request.getfixturevalue(request.param)


def test_data_comes_back_the_same(client, root, group, program, tmp_path):
    with group.connect() as server:
        before = dataset.survey(server)
    snapshot, copy, bucket = fresh("taken"), fresh("copied"), root.bucket()

    created = client("elasticache", "create-snapshot", "--replication-group-id", group.id, "--snapshot-name", snapshot)
    assert created["Snapshot"]["SnapshotStatus"] == "creating"
    wait(client, snapshot)
    copied = client("elasticache", "copy-snapshot", "--source-snapshot-name", snapshot, "--target-snapshot-name", copy)
    assert (copied["Snapshot"]["SnapshotName"], copied["Snapshot"]["SnapshotStatus"]) == (copy, "creating")
    wait(client, copy)
    wait(client, snapshot)
    exported = client("elasticache", "copy-snapshot", "--source-snapshot-name", copy,
                      "--target-snapshot-name", "out", "--target-bucket", bucket)
    assert exported["Snapshot"]["SnapshotStatus"] == "exporting"
    wait(client, copy)
    listed = client("s3api" if not isinstance(client, Boto3) else "s3", "list-objects-v2", "--bucket", bucket)
    assert [entry["Key"] for entry in listed["Contents"]] == ["out-0001.rdb"]

    file = tmp_path / "out.rdb"
    root.s3.download_file(bucket, "out-0001.rdb", str(file))
    with engine.FreshServer(program, rdb=file) as server, server.connect() as connection:
        assert dataset.differences(before, dataset.survey(connection)) == []

    deleted = client("elasticache", "delete-snapshot", "--snapshot-name", copy)
    assert deleted["Snapshot"]["SnapshotStatus"] == "deleting"
    root.gone(copy)


def wait(client, name):
    eventually(f"{name} is available", lambda: status(client, name) == "available")


def status(client, name):
    return client("elasticache", "describe-snapshots", "--snapshot-name", name)["Snapshots"][0]["SnapshotStatus"]


def test_a_snapshot_holds_the_state_of_its_start_and_the_node_is_not_changed(root, new_group, redis, tmp_path):
    group = new_group(redis)
    with group.connect() as server:
        server.call("SET", "before", 1)
        settings = server.call("CONFIG", "GET", "*")
        root.create(name := fresh("still"), ReplicationGroupId=group.id)
        server.call("SET", "after", 1)
        assert server.call("CONFIG", "GET", "*") == settings
        assert server.call("DBSIZE") == 2
    (tmp_path / "x.rdb").write_bytes(root.export(name, "x", root.bucket()))
    with engine.FreshServer(redis, rdb=tmp_path / "x.rdb") as fresh_server, fresh_server.connect() as connection:
        assert connection.call("KEYS", "*") == [b"before"]
    root.elasticache.delete_replication_group(ReplicationGroupId=group.id)
