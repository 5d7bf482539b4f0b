"""The refusals of an export (spec E1 to E13), each made for real, and what an export writes.

E8, a bucket of another account, cannot be made on the embedded endpoint: every bucket there belongs to the one
account. `test_external_store.py` makes it on another store.
"""

import re
import threading

import pytest
from botocore.exceptions import ClientError

from kit import dataset
from kit.service import eventually
from support import (CALLER_ACTIONS, GRANT_ACTIONS, SERVICE, Clients, allow, available_group, bucket_policy, deny, fresh,
                     refused, sha256)

COPY = allow(["elasticache:*"])
LIST_ALL = allow(["s3:ListAllMyBuckets"])

INSUFFICIENT = "The authenticated user does not have sufficient permissions to perform the desired activity."
CANNOT_LIST = "Elasticache was unable to validate the authenticated user has access on the S3 bucket"


def not_granted(permission, bucket):
    return f"ElastiCache has not been granted {permission} permissions {bucket} on the S3 Bucket."


def exists(bucket, key):
    return f"The S3 bucket {bucket} already contains an object with key {key}."


def export(clients, source, bucket, name="out", **more):
    return clients.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=name, TargetBucket=bucket, **more)


def refused_export(clients, source, bucket, message, name="out"):
    """The refusal, word for word, and no trace of it (E14b)."""
    with refused("InvalidParameterValue", message, status=400):
        export(clients, source, bucket, name)


def nothing_written(root, source, bucket):
    assert "Contents" not in root.s3.list_objects_v2(Bucket=bucket)
    assert root.status(source) == "available"


@pytest.mark.parametrize("bucket", ["no-such-bucket", "No_Bucket_Can_Be_Called_This", "x", "a..b", "../etc"])
def test_bucket_that_does_not_exist(root, source, bucket):
    refused_export(root, source, bucket, f"The S3 bucket {bucket} does not exist.")


def test_bucket_of_another_region(root, source):
    bucket = root.bucket(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert root.s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-west-1"
    refused_export(root, source, bucket, f"The S3 bucket {bucket} is outside of the region.")


def test_caller_who_may_not_list_all_buckets(root, source, identity):
    bucket = root.bucket()
    limited = identity(COPY, allow(["s3:*"], [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]))
    refused_export(limited, source, bucket, CANNOT_LIST)
    nothing_written(root, source, bucket)


@pytest.mark.parametrize("action", CALLER_ACTIONS)
def test_caller_who_lacks_one_permission(root, source, identity, action):
    bucket = root.bucket()
    limited = identity(COPY, LIST_ALL, allow([a for a in CALLER_ACTIONS if a != action]))
    refused_export(limited, source, bucket, INSUFFICIENT)
    nothing_written(root, source, bucket)


def test_caller_with_exactly_the_permissions_of_the_guide(root, source, identity):
    bucket = root.bucket()
    limited = identity(COPY, LIST_ALL, allow(CALLER_ACTIONS))
    assert limited.export(source, "out", bucket)[:5] == b"REDIS"


def test_denied_caller_is_refused_though_allowed(root, source, identity):
    bucket = root.bucket()
    limited = identity(COPY, LIST_ALL, allow(["s3:*"]), deny(["s3:PutObject"], [f"arn:aws:s3:::{bucket}/*"]))
    refused_export(limited, source, bucket, INSUFFICIENT)


def test_grants_by_access_control_list_are_asked_for_one_by_one(root, source):
    bucket = root.bucket(grants=None)
    refused_export(root, source, bucket, not_granted("READ", bucket))
    root.grant(bucket, "READ")
    refused_export(root, source, bucket, not_granted("WRITE", bucket))
    root.grant(bucket, "READ", "WRITE")
    refused_export(root, source, bucket, not_granted("READ_ACP", bucket))
    nothing_written(root, source, bucket)
    root.grant(bucket, "READ", "WRITE", "READ_ACP")
    assert root.export(source, "out", bucket)[:5] == b"REDIS"


def test_full_control_contains_all_three(root, source):
    assert root.export(source, "out", root.bucket(grants=["FULL_CONTROL"]))


@pytest.mark.parametrize(("missing", "permission"), [
    ("s3:ListBucket", "READ"), ("s3:GetObject", "READ"), ("s3:PutObject", "WRITE"), ("s3:GetBucketAcl", "READ_ACP")])
def test_grants_by_bucket_policy(root, source, missing, permission):
    bucket = root.bucket(grants=None)
    root.s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, actions=[a for a in GRANT_ACTIONS if a != missing]))
    refused_export(root, source, bucket, not_granted(permission, bucket))
    # Either way suffices for each permission by itself (E19).
    root.grant(bucket, permission)
    assert root.export(source, "out", bucket)


@pytest.mark.parametrize(("action", "permission"), [("s3:ListBucket", "READ"), ("s3:PutObject", "WRITE"), ("s3:GetBucketAcl", "READ_ACP")])
def test_a_deny_in_the_bucket_policy_beats_the_list(root, source, action, permission):
    bucket = root.bucket(grants=["FULL_CONTROL"])
    root.s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, "Deny", [action]))
    refused_export(root, source, bucket, not_granted(permission, bucket))


def test_a_policy_for_another_service_is_no_grant(root, source):
    bucket = root.bucket(grants=None)
    root.s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket).replace(SERVICE, "eu-west-1.elasticache-snapshot.amazonaws.com"))
    refused_export(root, source, bucket, not_granted("READ", bucket))


def test_object_that_exists(root, source):
    bucket = root.bucket()
    root.s3.put_object(Bucket=bucket, Key="out-0001.rdb", Body=b"mine")
    refused_export(root, source, bucket, exists(bucket, "out-0001.rdb"))
    assert root.s3.get_object(Bucket=bucket, Key="out-0001.rdb")["Body"].read() == b"mine"


def test_the_second_export_of_a_name_is_refused(root, source):
    bucket = root.bucket()
    root.export(source, "out", bucket)
    refused_export(root, source, bucket, exists(bucket, "out-0001.rdb"))


def test_the_command_line_shows_the_refusal(aws2, aws1, source):
    from kit.aws import AwsError
    for client in (aws2, aws1):
        with pytest.raises(AwsError) as caught:
            client("elasticache", "copy-snapshot", "--source-snapshot-name", source, "--target-snapshot-name", "x", "--target-bucket", "nowhere-at-all")
        assert (caught.value.code, caught.value.message) == ("InvalidParameterValue", "The S3 bucket nowhere-at-all does not exist.")


def test_the_order_of_the_checks(root, source, identity):
    """Each call breaks several rules; the first in the order of E1 to E13 is told."""
    key = {"KmsKeyId": "anything"}
    with refused("InvalidParameterCombination", "KmsKeyId cannot be specified when exporting a snapshot.", 400):
        export(root, "no-such-snapshot", "no-such-bucket", **key)
    with refused("SnapshotNotFoundFault", status=404):
        export(root, "no-such-snapshot", "no-such-bucket")
    elsewhere = root.bucket(grants=None, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    nobody = identity(COPY)
    refused_export(nobody, source, elsewhere, f"The S3 bucket {elsewhere} is outside of the region.")
    here = root.bucket(grants=None)
    root.s3.put_object(Bucket=here, Key="out-0001.rdb", Body=b"mine")
    refused_export(nobody, source, here, CANNOT_LIST)
    refused_export(identity(COPY, LIST_ALL), source, here, INSUFFICIENT)
    refused_export(root, source, here, not_granted("READ", here))


def test_the_name_of_an_export_is_the_object_s(root, source):
    """N15 to N18: no rule of snapshot names, the case kept, a prefix allowed."""
    bucket = root.bucket()
    names = ["Short-Term/My--Export-", "1 ünïcode &<>'\" name", "x" * 1000]
    for name in names:
        root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=name, TargetBucket=bucket)
        root.available(source)
    keys = {entry["Key"] for entry in root.s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert keys == {f"{name}-0001.rdb" for name in names}
    for bad in ("", "x" * 1001):
        with refused("InvalidParameterValue"):
            root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=bad, TargetBucket=bucket)


def test_the_answer_is_the_source_exporting_and_no_snapshot_appears(root, source):
    before = root.elasticache.describe_snapshots(SnapshotName=source)["Snapshots"][0]
    answer = export(root, source, root.bucket(), fresh("exported"))["Snapshot"]
    root.available(source)
    assert answer == {**before, "SnapshotStatus": "exporting"}
    names = [s["SnapshotName"] for page in root.elasticache.get_paginator("describe_snapshots").paginate() for s in page["Snapshots"]]
    assert not [name for name in names if name.startswith("exported")]


def test_an_empty_bucket_name_means_an_ordinary_copy(root, source):
    name = fresh("plain")
    answer = root.query("CopySnapshot", {"SourceSnapshotName": source, "TargetSnapshotName": name, "TargetBucket": ""})
    assert (answer.status, answer.text("SnapshotName")) == (200, name)
    root.available(name)
    root.available(source)


def test_exports_of_a_snapshot_and_its_copy_are_the_same_bytes(root, source):
    copy, bucket = fresh("same"), root.bucket()
    root.copy(source, copy)
    assert sha256(root.export(source, "a", bucket)) == sha256(root.export(copy, "b", bucket))


def test_of_two_exports_to_one_key_at_once_exactly_one_writes(root, source):
    """E14c. The loser hears of it at once, or its export ends without an object."""
    other, bucket = fresh("rival"), root.bucket()
    root.copy(source, other)
    heard = []

    def race(name):
        try:
            export(root, name, bucket, "contested")
            heard.append("accepted")
        except ClientError as error:
            heard.append(error.response["Error"]["Message"])
    threads = [threading.Thread(target=race, args=(name,)) for name in (source, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    root.available(source)
    root.available(other)
    assert "accepted" in heard and set(heard) <= {"accepted", exists(bucket, "contested-0001.rdb")}
    assert [o["Key"] for o in root.s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["contested-0001.rdb"]
    assert root.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_tags_of_an_export_are_checked_and_put_on_nothing(root, source):
    bucket = root.bucket()
    export(root, source, bucket, Tags=[{"Key": "a", "Value": "b"}])
    root.available(source)
    with refused("InvalidParameterValue"):
        export(root, source, bucket, "other", Tags=[{"Key": "aws:a", "Value": "b"}])


def work(clients, name):
    """What the answer tells of the work on a snapshot, beside its XML."""
    answer = clients.query("DescribeSnapshots", {"SnapshotName": name})
    return answer.status, answer.headers.get("x-valkeep-work")


def works_until_available(clients, name):
    """What was told of an export on its way, and at its end."""
    told = []
    while clients.status(name) != "available":
        told.append(work(clients, name)[1])
    return told, work(clients, name)


def test_an_export_that_fails_tells_its_reason_until_the_next_begins(new_service, redis):
    service = new_service().start()
    clients = Clients(service.endpoint, service.credentials())
    clients.elasticache.create_replication_group(ReplicationGroupId="g", ReplicationGroupDescription="x", Engine="redis",
                                                 EngineVersion=redis.version, CacheNodeType="cache.t4g.small")
    with available_group(clients, "g").connect() as server:
        dataset.fill(server, keys=20, big_mib=20)
    clients.create("s", ReplicationGroupId="g")
    assert work(clients, "s") == (200, None)
    bucket = clients.bucket()

    # A byte in the middle of the stored snapshot turns.
    [blob] = [file for file in (service.data / "blobs").rglob("*") if file.is_file()]
    whole = blob.read_bytes()
    middle = len(whole) // 2
    blob.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1:])
    export(clients, "s", bucket)
    reason = 'job=export; state=failed; reason="the bytes did not agree with what was recorded"'
    eventually("the export found the damage", lambda: clients.status("s") == "failed")
    assert work(clients, "s") == (200, reason)
    assert "Contents" not in clients.s3.list_objects_v2(Bucket=bucket)

    # It outlives the process, and is told to nobody who may not describe the snapshot.
    service.kill()
    service.start()
    made = service.admin("identity", "create", "stranger")
    clients = Clients(service.endpoint, service.credentials())
    stranger = Clients(service.endpoint, (made["AccessKeyId"], made["SecretAccessKey"]))
    assert work(clients, "s") == (200, reason)
    assert work(stranger, "s") == (403, None)

    blob.write_bytes(whole)
    service.run("verify", "s")
    export(clients, "s", bucket)
    told, last = works_until_available(clients, "s")
    for text in filter(None, told):
        done, total = map(int, re.fullmatch(r"job=export; state=running; done=(\d+); total=(\d+)", text).groups())
        assert done <= total and total > 20 << 20
    assert last == (200, None)
    assert [o["Key"] for o in clients.s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["out-0001.rdb"]
