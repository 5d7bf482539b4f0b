"""The embedded S3 endpoint, through the AWS CLI, boto3 and plain HTTP."""

import base64
import hashlib
import json
import random
import urllib.error
import urllib.request

import pytest

from kit import signed
from support import CANONICAL_USER, Clients, allow, deny, fresh, refused, sha256

MIB = 1 << 20


@pytest.fixture(scope="module")
def bucket(root):
    return root.bucket(grants=None)


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A file of 20 MiB, which the clients send in parts."""
    file = tmp_path_factory.mktemp("big") / "big file"
    file.write_bytes(random.Random(5).randbytes(20 * MIB + 7))
    return file


def read(root, bucket, key, **how):
    return root.s3.get_object(Bucket=bucket, Key=key, **how)["Body"].read()


@pytest.mark.parametrize("client", ["aws2", "aws1"])
def test_the_command_line_copies_20_mib_up_and_down(request, root, bucket, big, tmp_path, client):
    aws = request.getfixturevalue(client)
    address = f"s3://{bucket}/deep/path/{client} big"
    aws.raw("s3", "cp", "--no-progress", big, address)
    aws.raw("s3", "cp", "--no-progress", address, tmp_path / "down")
    assert sha256((tmp_path / "down").read_bytes()) == sha256(big.read_bytes())
    assert str(big.stat().st_size) in aws.raw("s3", "ls", "--recursive", f"s3://{bucket}/deep/")
    aws("s3api", "copy-object", "--bucket", bucket, "--key", f"second {client}", "--copy-source", f"{bucket}/deep/path/{client} big")
    assert sha256(read(root, bucket, f"second {client}")) == sha256(big.read_bytes())
    aws.raw("s3", "rm", "--recursive", f"s3://{bucket}/deep/")
    assert aws("s3api", "list-objects-v2", "--bucket", bucket, "--prefix", "deep/").get("Contents", []) == []


def test_the_command_line_syncs_a_directory(aws2, root, tmp_path):
    bucket = root.bucket(grants=None)
    for n in range(30):
        (tmp_path / f"file {n}").write_text(str(n))
    aws2.raw("s3", "sync", "--no-progress", tmp_path, f"s3://{bucket}")
    assert aws2.raw("s3", "sync", tmp_path, f"s3://{bucket}").strip() == ""
    aws2.raw("s3", "rb", "--force", f"s3://{bucket}")
    with refused("NoSuchBucket"):
        root.s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksums_are_verified_and_kept(aws2, bucket, tmp_path, algorithm):
    """Through the AWS CLI, which can compute them all."""
    (tmp_path / "body").write_bytes(random.Random(1).randbytes(100_000))
    put = aws2("s3api", "put-object", "--bucket", bucket, "--key", algorithm, "--body", tmp_path / "body", "--checksum-algorithm", algorithm)
    head = aws2("s3api", "head-object", "--bucket", bucket, "--key", algorithm, "--checksum-mode", "ENABLED")
    assert head[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]


def test_a_wrong_checksum_is_refused_and_nothing_is_stored(root, bucket):
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    with refused("BadDigest", status=400):
        root.s3.put_object(Bucket=bucket, Key="wrong", Body=b"body", ChecksumSHA256=wrong)
    with refused("BadDigest", status=400):
        root.s3.put_object(Bucket=bucket, Key="wrong", Body=b"body", ContentMD5=base64.b64encode(hashlib.md5(b"other").digest()).decode())
    with refused("NoSuchKey", status=404):
        read(root, bucket, "wrong")


@pytest.mark.parametrize(("wanted", "expected"), [
    ("bytes=0-0", slice(0, 1)), ("bytes=5-14", slice(5, 15)), ("bytes=-7", slice(-7, None)), ("bytes=1048570-1048590", slice(1048570, 1048591)),
    ("bytes=3000000-", slice(3_000_000, None))])
def test_ranges(root, bucket, wanted, expected):
    body = random.Random(2).randbytes(3 * MIB + 100)
    root.s3.put_object(Bucket=bucket, Key="ranged", Body=body)
    answer = root.s3.get_object(Bucket=bucket, Key="ranged", Range=wanted)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert answer["Body"].read() == body[expected]


def test_a_range_past_the_end_is_refused(root, bucket):
    root.s3.put_object(Bucket=bucket, Key="short", Body=b"short")
    with refused("InvalidRange", status=416):
        read(root, bucket, "short", Range="bytes=100-200")


def test_listing_pages_prefixes_and_delimiters(root):
    bucket = root.bucket(grants=None)
    keys = sorted(f"{folder}/{n:03} ü&<" for folder in "abc" for n in range(11))
    for key in keys:
        root.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    for operation in ("list_objects_v2", "list_objects"):
        pages = list(root.s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": 10}))
        assert [len(page["Contents"]) for page in pages] == [10, 10, 10, 3]
        assert [o["Key"] for page in pages for o in page["Contents"]] == keys
        assert [p["Prefix"] for p in getattr(root.s3, operation)(Bucket=bucket, Delimiter="/")["CommonPrefixes"]] == ["a/", "b/", "c/"]
        assert [o["Key"] for o in getattr(root.s3, operation)(Bucket=bucket, Prefix="b/")["Contents"]] == keys[11:22]
    after = root.s3.list_objects_v2(Bucket=bucket, StartAfter=keys[-2])
    assert [o["Key"] for o in after["Contents"]] == keys[-1:]
    deleted = root.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in [*keys, "never there"]]})
    assert len(deleted["Deleted"]) == 34 and root.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_conditional_puts(root, bucket):
    first = root.s3.put_object(Bucket=bucket, Key="once", Body=b"1", IfNoneMatch="*")
    with refused("PreconditionFailed", status=412):
        root.s3.put_object(Bucket=bucket, Key="once", Body=b"2", IfNoneMatch="*")
    assert read(root, bucket, "once") == b"1"
    with refused("PreconditionFailed", status=412):
        root.s3.get_object(Bucket=bucket, Key="once", IfMatch='"other"')
    assert read(root, bucket, "once", IfMatch=first["ETag"]) == b"1"


def upload(root, bucket, key, parts):
    """A multipart upload, not completed: its id and its parts."""
    upload_id = root.s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    done = [{"PartNumber": number, "ETag": root.s3.upload_part(Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=part)["ETag"]}
            for number, part in parts.items()]
    return upload_id, done


def test_multipart_uploads(root, bucket):
    parts = {1: b"a" * 5 * MIB, 2: b"b" * 5 * MIB, 5: b"the end"}
    upload_id, done = upload(root, bucket, "parts", parts)
    assert [p["PartNumber"] for p in root.s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload_id)["Parts"]] == [1, 2, 5]
    assert upload_id in [u["UploadId"] for u in root.s3.list_multipart_uploads(Bucket=bucket)["Uploads"]]
    with refused("NoSuchKey"):
        read(root, bucket, "parts")
    root.s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload_id, PartNumber=5, Body=b"The End")
    with refused("InvalidPart"):
        root.s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload_id, MultipartUpload={"Parts": done})
    done[2]["ETag"] = root.s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload_id)["Parts"][2]["ETag"]
    root.s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload_id, MultipartUpload={"Parts": done})
    assert read(root, bucket, "parts") == parts[1] + parts[2] + b"The End"
    with refused("NoSuchUpload"):
        root.s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload_id)


def test_an_aborted_or_small_or_late_upload_leaves_nothing(root, bucket):
    upload_id, _ = upload(root, bucket, "aborted", {1: b"x"})
    root.s3.abort_multipart_upload(Bucket=bucket, Key="aborted", UploadId=upload_id)
    small, done = upload(root, bucket, "small", {1: b"x", 2: b"y"})
    with refused("EntityTooSmall"):
        root.s3.complete_multipart_upload(Bucket=bucket, Key="small", UploadId=small, MultipartUpload={"Parts": done})
    root.s3.abort_multipart_upload(Bucket=bucket, Key="small", UploadId=small)
    late, done = upload(root, bucket, "late", {1: b"late"})
    root.s3.put_object(Bucket=bucket, Key="late", Body=b"early")
    with refused("PreconditionFailed", status=412):
        root.s3.complete_multipart_upload(Bucket=bucket, Key="late", UploadId=late, MultipartUpload={"Parts": done}, IfNoneMatch="*")
    assert read(root, bucket, "late") == b"early"
    root.s3.abort_multipart_upload(Bucket=bucket, Key="late", UploadId=late)
    assert root.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_metadata_and_copies(root, bucket):
    root.s3.put_object(Bucket=bucket, Key="from", Body=b"body", Metadata={"colour": "blue"}, ContentType="text/plain")
    root.s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from"})
    head = root.s3.head_object(Bucket=bucket, Key="to")
    assert (head["Metadata"], head["ContentType"], head["ContentLength"]) == ({"colour": "blue"}, "text/plain", 4)
    root.s3.delete_object(Bucket=bucket, Key="from")
    assert read(root, bucket, "to") == b"body"


def test_a_presigned_url_works_and_a_changed_one_does_not(root, bucket):
    # Without this boto3 presigns with version 2, which is refused.
    presigning = Clients(root.endpoint, root.credentials, signature_version="s3v4").s3
    root.s3.put_object(Bucket=bucket, Key="shared", Body=b"for you")
    root.s3.put_object(Bucket=bucket, Key="secret", Body=b"not for you")
    url = presigning.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "shared"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"for you"
    for changed in (url.replace("/shared", "/secret"), url.split("?")[0]):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(changed)
        assert caught.value.code == 403
    put = presigning.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "given"}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(put, data=b"a gift", method="PUT"))
    assert read(root, bucket, "given") == b"a gift"


def test_buckets_have_a_region_an_owner_and_a_life(root):
    name = fresh("bucket")
    with refused("NoSuchBucket", status=404):
        root.s3.list_objects_v2(Bucket=name)
    root.s3.create_bucket(Bucket=name)
    assert root.s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    listed = root.s3.list_buckets()
    assert name in [b["Name"] for b in listed["Buckets"]]
    assert root.s3.get_bucket_acl(Bucket=name)["Owner"]["ID"] == listed["Owner"]["ID"]
    root.s3.put_object(Bucket=name, Key="k", Body=b"x")
    with refused("BucketNotEmpty", status=409):
        root.s3.delete_bucket(Bucket=name)
    root.s3.delete_object(Bucket=name, Key="k")
    root.s3.delete_bucket(Bucket=name)
    with refused("404"):
        root.s3.head_bucket(Bucket=name)
    for bad in ("UPPER", "ab", "a..b"):
        assert raw_put_bucket(root, bad) == 400


def raw_put_bucket(root, name):
    headers = signed.Signer(root.endpoint, root.credentials, service="s3").headers("PUT", f"/{name}", "", b"")
    return signed.send(root.endpoint, "PUT", f"/{name}", "", headers, b"").status


def test_access_lists_and_policies_come_back(root):
    bucket = root.bucket(grants=["READ", "WRITE", "READ_ACP"])
    grants = root.s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert {g["Permission"] for g in grants if g["Grantee"].get("ID") == CANONICAL_USER} == {"READ", "WRITE", "READ_ACP"}
    with refused("NoSuchBucketPolicy", status=404):
        root.s3.get_bucket_policy(Bucket=bucket)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
                                                      "Resource": f"arn:aws:s3:::{bucket}/no/*"}]}
    root.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert json.loads(root.s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    with refused("AccessDenied", status=403):
        root.s3.put_object(Bucket=bucket, Key="no/thing", Body=b"x")
    root.s3.put_object(Bucket=bucket, Key="yes", Body=b"x")
    root.s3.delete_bucket_policy(Bucket=bucket)
    root.s3.put_object(Bucket=bucket, Key="no/thing", Body=b"x")
    with refused("MalformedPolicy", status=400):
        root.s3.put_bucket_policy(Bucket=bucket, Policy="{}")


def test_grants_by_header_of_the_command_line(aws2, root):
    """The command that the guide of 2023 prints."""
    bucket = root.bucket(grants=None)
    aws2.raw("s3api", "put-bucket-acl", "--bucket", bucket, *(
        word for option in ("--grant-read", "--grant-write", "--grant-read-acp") for word in (option, f"id={CANONICAL_USER}")))
    assert {g["Permission"] for g in root.s3.get_bucket_acl(Bucket=bucket)["Grants"]} >= {"READ", "WRITE", "READ_ACP"}


def test_identities_are_limited_on_buckets_too(root, identity, bucket):
    root.s3.put_object(Bucket=bucket, Key="open/a", Body=b"a")
    root.s3.put_object(Bucket=bucket, Key="closed/b", Body=b"b")
    limited = identity(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"), deny("s3:GetObject", f"arn:aws:s3:::{bucket}/closed/*"))
    assert read(limited, bucket, "open/a") == b"a"
    for attempt in (lambda: read(limited, bucket, "closed/b"),
                    lambda: limited.s3.put_object(Bucket=bucket, Key="open/c", Body=b"c"),
                    lambda: limited.s3.delete_object(Bucket=bucket, Key="open/a"),
                    lambda: limited.s3.list_objects_v2(Bucket=bucket),
                    lambda: limited.s3.list_buckets(),
                    lambda: limited.s3.copy_object(Bucket=bucket, Key="open/d", CopySource={"Bucket": bucket, "Key": "closed/b"})):
        with refused("AccessDenied", status=403):
            attempt()
    assert read(root, bucket, "open/a") == b"a"


def test_a_wrong_secret_is_refused(root, bucket):
    with refused("SignatureDoesNotMatch", status=403):
        Clients(root.endpoint, (root.credentials[0], "wrong")).s3.list_buckets()
    with refused("InvalidAccessKeyId", status=403):
        Clients(root.endpoint, ("AKIAUNKNOWNUNKNOWN00", "wrong")).s3.list_buckets()


@pytest.mark.parametrize("call", [
    lambda s3, bucket: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}),
    lambda s3, bucket: s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": []}),
    lambda s3, bucket: s3.put_object_tagging(Bucket=bucket, Key="once", Tagging={"TagSet": []}),
    lambda s3, bucket: s3.get_bucket_website(Bucket=bucket)], ids=["versioning", "lifecycle", "tagging", "website"])
def test_other_operations_are_not_implemented(root, bucket, call):
    with refused("NotImplemented", status=501):
        call(root.s3, bucket)


def test_keys_cannot_leave_the_bucket(root, bucket, service):
    for key in ("../../etc/passwd", "a/../../b", "/absolute", "with\nnewline", "nul", "." * 300, "x" * 1024):
        root.s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
        assert read(root, bucket, key) == key.encode()
    with refused("KeyTooLongError", status=400):
        root.s3.put_object(Bucket=bucket, Key="x" * 1025, Body=b"x")
