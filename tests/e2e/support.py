"""Words the tests share: clients, identities, buckets, and what a refusal looks like."""

import contextlib
import hashlib
import itertools
import json
import os
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from kit import signed
from kit.resp import Resp
from kit.service import RELEASE, eventually

# The program under test.
PROGRAM = Path(os.environ.get("VALKEEP_BINARY", RELEASE))
NO_QUOTA = {"VALKEEP_QUOTAS_MANUAL_SNAPSHOTS_PER_NODE_PER_DAY": "100000"}
# The grantee of spec E17 and the principal of E18.
CANONICAL_USER = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353"
SERVICE = "us-east-1.elasticache-snapshot.amazonaws.com"
GRANT_ACTIONS = ["s3:PutObject", "s3:GetObject", "s3:ListBucket", "s3:GetBucketAcl",
                 "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads"]
# What a caller of an export needs (E15).
CALLER_ACTIONS = ["s3:GetBucketLocation", "s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"]

_numbers = itertools.count(1)


def fresh(word):
    """A name nobody used."""
    return f"{word}-{next(_numbers)}"


class Clients:
    """boto3 clients of one identity, without retries."""

    def __init__(self, endpoint, credentials, region="us-east-1", **options):
        session = boto3.Session(aws_access_key_id=credentials[0], aws_secret_access_key=credentials[1], region_name=region)
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60, **options)

        def client(service):
            return session.client(service, endpoint_url=endpoint, config=config)

        self.endpoint, self.credentials = endpoint, tuple(credentials)
        self.elasticache, self.s3, self.sts = client("elasticache"), client("s3"), client("sts")

    def query(self, action, parameters=(), **how):
        """A raw signed call; its `signed.Answer`."""
        return signed.query(self.endpoint, self.credentials, action, parameters, **how)

    def status(self, name):
        return self.elasticache.describe_snapshots(SnapshotName=name)["Snapshots"][0]["SnapshotStatus"]

    def available(self, name, limit_s=60):
        """Waits until the snapshot is available; its description."""
        def look():
            snapshot = self.elasticache.describe_snapshots(SnapshotName=name)["Snapshots"][0]
            assert snapshot["SnapshotStatus"] != "failed", f"{name} failed"
            return snapshot["SnapshotStatus"] == "available" and snapshot
        return eventually(f"{name} is available", look, limit_s)

    def create(self, name, **source):
        self.elasticache.create_snapshot(SnapshotName=name, **source)
        return self.available(name)

    def copy(self, source, target, **more):
        answer = self.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=target, **more)
        self.available(target)
        self.available(source)
        return answer["Snapshot"]

    def export(self, source, name, bucket):
        """Exports and waits; the bytes of the one object."""
        self.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=name, TargetBucket=bucket)
        self.available(source)
        return self.s3.get_object(Bucket=bucket, Key=f"{name}-0001.rdb")["Body"].read()

    def gone(self, name):
        """Waits until the snapshot is not found."""
        def look():
            try:
                self.elasticache.describe_snapshots(SnapshotName=name)
            except ClientError as error:
                return error.response["Error"]["Code"] == "SnapshotNotFoundFault"
        return eventually(f"{name} is gone", look)

    def bucket(self, grants="policy", **create):
        """A new bucket that the service may export to."""
        name = fresh("bucket")
        self.s3.create_bucket(Bucket=name, **create)
        if grants == "policy":
            self.s3.put_bucket_policy(Bucket=name, Policy=bucket_policy(name))
        elif grants:
            self.grant(name, *grants)
        return name

    def grant(self, bucket, *permissions):
        """Sets the ACL: the owner's full control, and these permissions of the service."""
        owner = self.s3.get_bucket_acl(Bucket=bucket)["Owner"]
        grants = [{"Grantee": {"Type": "CanonicalUser", "ID": owner["ID"]}, "Permission": "FULL_CONTROL"}]
        grants += [{"Grantee": {"Type": "CanonicalUser", "ID": CANONICAL_USER}, "Permission": p} for p in permissions]
        self.s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Grants": grants, "Owner": owner})


def bucket_policy(bucket, effect="Allow", actions=None, *more):
    statement = {"Effect": effect, "Principal": {"Service": SERVICE}, "Action": actions or GRANT_ACTIONS,
                 "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement, *more]})


def allow(actions, resources="*", **condition):
    return statement("Allow", actions, resources, condition)


def deny(actions, resources="*", **condition):
    return statement("Deny", actions, resources, condition)


def statement(effect, actions, resources, condition):
    found = {"Effect": effect, "Action": actions, "Resource": resources}
    return {**found, "Condition": condition} if condition else found


def available_group(clients, group):
    def look():
        found = clients.elasticache.describe_replication_groups(ReplicationGroupId=group)["ReplicationGroups"][0]
        assert found["Status"] != "create-failed", found
        return found["Status"] == "available" and found
    found = eventually(f"{group} is available", look)
    primary = found["NodeGroups"][0]["PrimaryEndpoint"]
    return SimpleNamespace(id=group, found=found, address=primary["Address"], port=primary["Port"],
                           connect=lambda **how: Resp(primary["Address"], primary["Port"], **how))


@contextlib.contextmanager
def refused(code, message=None, status=None):
    """The block must end in this refusal, word for word where a message is given."""
    with pytest.raises(ClientError) as caught:
        yield caught
    error = caught.value.response
    assert (error["Error"]["Code"], error["Error"]["Message"]) == (code, message if message is not None else error["Error"]["Message"])
    if status is not None:
        assert error["ResponseMetadata"]["HTTPStatusCode"] == status


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def key_arn(answer):
    """The ARN in what `valkeep key create` printed."""
    found = [value for value in answer.values() if isinstance(value, str) and value.startswith("arn:aws:kms:") and ":key/" in value]
    assert len(found) == 1, answer
    return found[0]
