"""The main job with our own client, and what it has beyond the AWS CLI."""

import subprocess

import pytest

from kit import aws, engine
from support import PROGRAM, fresh


@pytest.fixture(scope="session")
def own(client_environment):
    return aws.Aws(PROGRAM, client_environment)


def test_it_says_the_same_as_the_aws_cli(own, aws2, source):
    questions = [["elasticache", "describe-snapshots", "--snapshot-name", source, "--show-node-group-config"],
                 ["elasticache", "describe-replication-groups"], ["elasticache", "describe-cache-clusters", "--show-cache-node-info"],
                 ["sts", "get-caller-identity"]]
    for question in questions:
        for form in ("json", "text", "table", "yaml", "yaml-stream"):
            words = [*question, "--output", form]
            assert own.raw(*words) == aws2.raw(*words)


def test_faults_read_the_same(own, aws2):
    told = []
    for client in (own, aws2):
        with pytest.raises(aws.AwsError) as failure:
            client("elasticache", "delete-snapshot", "--snapshot-name", "nowhere")
        told.append((failure.value.status, failure.value.code, failure.value.message))
    assert told[0] == told[1] == (254, "SnapshotNotFoundFault", told[1][2])


def test_wait_ends_when_a_snapshot_is_available(own, redis_group):
    name = fresh("waited")
    created = own("elasticache", "create-snapshot", "--replication-group-id", redis_group.id, "--snapshot-name", name, "--wait")
    assert created["Snapshot"]["SnapshotStatus"] == "creating"
    copy = fresh("waited")
    own("elasticache", "copy-snapshot", "--source-snapshot-name", name, "--target-snapshot-name", copy, "--wait")
    described = own("elasticache", "describe-snapshots", "--query", f"Snapshots[?SnapshotName=='{name}' || SnapshotName=='{copy}'].SnapshotStatus")
    assert described == ["available", "available"]
    own("elasticache", "delete-snapshot", "--snapshot-name", copy, "--wait")
    own("elasticache", "wait", "snapshot-deleted", "--snapshot-name", copy)


def test_waiting_for_what_does_not_exist_fails(own):
    with pytest.raises(aws.AwsError) as failure:
        own("elasticache", "wait", "snapshot-available", "--snapshot-name", "nowhere")
    assert failure.value.status == 255
    assert "Waiter SnapshotAvailable failed: An error occurred (SnapshotNotFoundFault)" in failure.value.told


def test_waiting_tells_why_a_snapshot_failed(own, service, redis, tmp_path):
    group = fresh("attached")
    (tmp_path / "password").write_text("s3cret")
    with engine.FreshServer(redis) as server:
        with server.connect() as admin:
            admin.call("ACL", "SETUSER", "backup", "on", ">s3cret", "-@all", "+info", "+ping")
        service.run("attach", "--replication-group-id", group, "--node", f"127.0.0.1:{server.port}",
                    "--username", "backup", "--password-file", tmp_path / "password")
        with pytest.raises(aws.AwsError) as failure:
            own("elasticache", "create-snapshot", "--replication-group-id", group, "--snapshot-name", fresh("refused"), "--wait")
    assert failure.value.status == 255
    assert "Waiter SnapshotAvailable failed: Waiter encountered a terminal failure state: the user may not run" in failure.value.told


def test_under_the_name_aws_it_refuses_other_services(tmp_path, client_environment):
    link = tmp_path / "aws"
    link.symlink_to(PROGRAM)
    done = subprocess.run([link, "elasticache", "describe-snapshots"], env=client_environment, capture_output=True, text=True)
    assert done.returncode == 0
    done = subprocess.run([link, "ec2", "describe-instances"], env=client_environment, capture_output=True, text=True)
    assert done.returncode == 252 and "aws serves elasticache" in done.stderr
    done = subprocess.run([link, "serve"], env=client_environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 252 and "Found invalid choice 'serve'" in done.stderr
