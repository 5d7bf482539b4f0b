"""A disk that is full, a directory that cannot be written, too few open files: calls are refused, nothing is lost, and when
there is room again the service goes on without a restart."""

import contextlib
import itertools
import os
import re
import socket
import subprocess
import urllib.parse

import pytest
from botocore.exceptions import ClientError

from kit import engine
from kit.service import NotStarted, eventually
from support import Clients, available_group, key_arn, sha256

MIB = 1 << 20
# A job that meets a full disk is tried again for half a minute.
PATIENCE_S = 120


@contextlib.contextmanager
def mounted(*words):
    """A mount of its own, at the place that is the last word. Only root may make one, and not in every container."""
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no mount here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", words[-1]], check=True)


@pytest.fixture
def source(redis):
    """A server with 8 MiB that do not compress."""
    with engine.FreshServer(redis) as server:
        with server.connect() as connection:
            connection.calls(["SET", f"big:{n}", os.urandom(MIB)] for n in range(8))
        yield server


def ready(service, source):
    """Clients of a service that has the server attached, a snapshot `first`, and a bucket with what it holds."""
    clients = Clients(service.endpoint, service.credentials())
    service.run("attach", "--replication-group-id", "g", "--node", f"127.0.0.1:{source.port}")
    available_group(clients, "g")
    clients.create("first", ReplicationGroupId="g")
    bucket = clients.bucket()
    return clients, bucket, sha256(clients.export("first", "first", bucket))


def works(clients, bucket, whole, name):
    """Everything works, and `first` is what it was."""
    clients.create(f"{name}-taken", ReplicationGroupId="g")
    clients.copy("first", f"{name}-copied")
    assert sha256(clients.export(f"{name}-copied", name, bucket)) == whole


def errors(service):
    """Errors that jobs met so far and that may pass."""
    return service.log_text().count("job met an error that may pass")


def test_a_full_disk_costs_the_new_snapshot_only(tmp_path, new_service, source):
    disk = tmp_path / "data0"
    disk.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=96m", "tmpfs", disk):
        service = new_service().start()
        clients, bucket, whole = ready(service, source)
        ballast = disk / "ballast"
        fill(ballast, leave_bytes=20 * MIB)
        clients.elasticache.create_snapshot(SnapshotName="late", ReplicationGroupId="g")
        eventually("the snapshot failed for want of room", lambda: clients.status("late") == "failed", PATIENCE_S)
        assert re.search(r'reason="[^"]*(full|no room|[Nn]o space|no storage space)', service.log_text())
        assert list((disk / "tmp").iterdir()) == []
        # What needs no room works.
        clients.copy("first", "copied")
        clients.elasticache.delete_snapshot(SnapshotName="late")
        clients.gone("late")

        # A snapshot that finds no room is tried again, and room comes.
        met = errors(service)
        clients.elasticache.create_snapshot(SnapshotName="patient", ReplicationGroupId="g")
        eventually("it met the full disk", lambda: errors(service) > met)
        ballast.unlink()
        clients.available("patient")
        assert sha256(clients.export("copied", "second", bucket)) == whole
        service.kill()


def test_not_one_byte_left_refuses_calls_and_loses_none(tmp_path, new_service, source):
    disk = tmp_path / "data0"
    disk.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=96m", "tmpfs", disk):
        service = new_service().start()
        clients, bucket, whole = ready(service, source)
        arn = clients.elasticache.describe_snapshots(SnapshotName="first")["Snapshots"][0]["ARN"]
        ballast = disk / "ballast"
        fill(ballast, leave_bytes=0)
        acknowledged = []
        with pytest.raises(ClientError) as caught:
            for n in itertools.count():
                tags = [{"Key": "n", "Value": f"{n:0200}"}]
                clients.elasticache.add_tags_to_resource(ResourceName=arn, Tags=tags)
                acknowledged = tags
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
        assert clients.elasticache.list_tags_for_resource(ResourceName=arn)["TagList"] == acknowledged
        # A start says why it cannot be; a little room is enough for it.
        service.kill()
        with pytest.raises(NotStarted, match="disk is full") as refused:
            service.start()
        assert refused.value.status == 1
        fill(ballast, leave_bytes=MIB)
        service.start()
        clients = Clients(service.endpoint, service.credentials())
        assert clients.elasticache.list_tags_for_resource(ResourceName=arn)["TagList"] == acknowledged
        ballast.unlink()
        works(clients, bucket, whole, "after")
        service.kill()


def fill(file, leave_bytes):
    file.unlink(missing_ok=True)
    room = os.statvfs(file.parent)
    with open(file, "wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, room.f_bavail * room.f_frsize - leave_bytes)


def test_a_directory_that_cannot_be_written_is_waited_for(tmp_path, new_service, source):
    service = new_service().start()
    clients, bucket, whole = ready(service, source)
    key = key_arn(service.admin("key", "create"))
    blobs = service.data / "blobs"
    with mounted("--bind", blobs, blobs):
        subprocess.run(["mount", "-o", "remount,bind,ro", blobs], check=True)
        clients.elasticache.create_snapshot(SnapshotName="waiting", ReplicationGroupId="g")
        clients.elasticache.copy_snapshot(SourceSnapshotName="first", TargetSnapshotName="sealed", KmsKeyId=key)
        eventually("both met it", lambda: errors(service) >= 2)
        assert (clients.status("waiting"), clients.status("sealed")) == ("creating", "creating")
    clients.available("waiting", PATIENCE_S)
    clients.available("sealed", PATIENCE_S)
    works(clients, bucket, whole, "after")


@pytest.mark.parametrize("limit", [64, 128, 256])
def test_too_few_open_files_are_got_over(tmp_path, new_service, source, limit):
    service = new_service()
    service.start()
    subprocess.run(["prlimit", "--pid", str(service.process.pid), f"--nofile={limit}:{limit}"], check=True)
    clients, bucket, whole = ready(service, source)
    address = urllib.parse.urlsplit(service.endpoint)
    with contextlib.ExitStack() as idle:
        def used_up():
            # More each time: idle connections are closed after some seconds.
            for _ in range(limit):
                idle.enter_context(socket.create_connection((address.hostname, address.port)))
            return len(os.listdir(f"/proc/{service.process.pid}/fd")) >= limit - 1
        eventually("the descriptors are used up", used_up)
        # The connection that is open already is answered, though the work cannot be done now.
        with contextlib.suppress(ClientError):
            clients.elasticache.create_snapshot(SnapshotName="starved", ReplicationGroupId="g")
        assert clients.status("first") == "available"
    eventually("the work ended", lambda: not moving(clients), PATIENCE_S)
    works(clients, bucket, whole, "after")
    assert "panicked" not in service.log_text()


def moving(clients):
    return [s for s in clients.elasticache.describe_snapshots()["Snapshots"] if s["SnapshotStatus"] in ("creating", "copying")]
