"""Who may do what: identities, policies, signatures (spec 5.4, W32)."""

import datetime
import urllib.parse

import pytest

from kit import signed
from support import Clients, allow, deny, fresh, key_arn, refused


@pytest.fixture
def denial(account):
    """The two texts of a refusal."""
    def text(identity, action, resource, explicit=False):
        end = "with an explicit deny in an identity-based policy" if explicit else f"because no identity-based policy allows the {action} action"
        return f"User: arn:aws:iam::{account}:user/{identity.name} is not authorized to perform: {action} on resource: {resource} {end}"
    return text


def test_an_identity_without_policies_may_do_nothing(root, identity, denial, source, arn):
    nobody = identity()
    with refused("AccessDenied", denial(nobody, "elasticache:DescribeSnapshots", arn("snapshot", source)), 403):
        nobody.elasticache.describe_snapshots(SnapshotName=source)
    with refused("AccessDenied", denial(nobody, "elasticache:DescribeSnapshots", arn("snapshot", "*")), 403):
        nobody.elasticache.describe_snapshots()
    with refused("AccessDenied", denial(nobody, "elasticache:DeleteSnapshot", arn("snapshot", source)), 403):
        nobody.elasticache.delete_snapshot(SnapshotName=source)


def test_a_refusal_comes_before_existence(identity):
    with refused("AccessDenied", status=403):
        identity().elasticache.delete_snapshot(SnapshotName="does-not-exist")


def test_an_explicit_deny_beats_an_allow(identity, denial, source, arn):
    limited = identity(allow("*"), deny("elasticache:DeleteSnapshot"))
    limited.elasticache.describe_snapshots(SnapshotName=source)
    with refused("AccessDenied", denial(limited, "elasticache:DeleteSnapshot", arn("snapshot", source), explicit=True), 403):
        limited.elasticache.delete_snapshot(SnapshotName=source)


def test_a_copy_needs_both_names(identity, denial, source, arn):
    target = fresh("named")
    for granted, missing in ((source, target), (target, source)):
        limited = identity(allow("elasticache:CopySnapshot", arn("snapshot", granted)))
        with refused("AccessDenied", denial(limited, "elasticache:CopySnapshot", arn("snapshot", missing)), 403):
            limited.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=target)
    both = identity(allow(["elasticache:CopySnapshot", "elasticache:DescribeSnapshots"], [arn("snapshot", source), arn("snapshot", "named-*")]))
    both.copy(source, target)


def test_an_export_needs_the_source_only(root, identity, source, arn):
    limited = identity(allow(["elasticache:CopySnapshot", "elasticache:DescribeSnapshots"], arn("snapshot", source)), allow("s3:*"))
    limited.export(source, "out", root.bucket())


def test_tags_of_the_request_need_a_permission_of_their_own(identity, denial, source, arn, root):
    target = fresh("tagged")
    limited = identity(allow(["elasticache:CopySnapshot", "elasticache:DescribeSnapshots"]))
    with refused("AccessDenied", denial(limited, "elasticache:AddTagsToResource", arn("snapshot", target)), 403):
        limited.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=target, Tags=[{"Key": "a", "Value": "b"}])
    limited.copy(source, target)


def test_the_guide_s_condition_on_tags(root, identity, source):
    """P2a: deny a copy when the source has Project=XYZ and the request has Service=Elasticache."""
    tagged, free = fresh("xyz"), fresh("abc")
    root.copy(source, tagged, Tags=[{"Key": "Project", "Value": "XYZ"}])
    root.copy(source, free, Tags=[{"Key": "Project", "Value": "ABC"}])
    limited = identity(allow("elasticache:*"), deny("elasticache:CopySnapshot", StringEquals={
        "aws:ResourceTag/Project": "XYZ", "aws:RequestTag/Service": "Elasticache"}))
    request = [{"Key": "Service", "Value": "Elasticache"}]
    with refused("AccessDenied"):
        limited.elasticache.copy_snapshot(SourceSnapshotName=tagged, TargetSnapshotName=fresh("x"), Tags=request)
    limited.copy(free, fresh("x"), Tags=request)
    limited.copy(tagged, fresh("x"), Tags=[{"Key": "Service", "Value": "Other"}])
    limited.copy(tagged, fresh("x"))


def test_conditions_on_tag_keys_and_on_the_key(root, identity, source, service):
    key = key_arn(service.admin("key", "create"))
    limited = identity(
        allow("elasticache:*"),
        deny("elasticache:CopySnapshot", **{"ForAnyValue:StringEquals": {"aws:TagKeys": ["secret"]}}),
        deny("elasticache:CopySnapshot", StringEquals={"elasticache:KmsKeyId": key}))
    with refused("AccessDenied"):
        limited.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=fresh("x"), Tags=[{"Key": "secret", "Value": "1"}])
    with refused("AccessDenied"):
        limited.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=fresh("x"), KmsKeyId=key)
    limited.copy(source, fresh("x"), Tags=[{"Key": "open", "Value": "1"}])


def test_a_condition_on_the_node_type_ignores_case(identity, redis):
    limited = identity(allow("elasticache:*"), deny("elasticache:CreateReplicationGroup", StringEquals={"elasticache:CacheNodeType": "CACHE.T4G.SMALL"}))
    with refused("AccessDenied"):
        limited.elasticache.create_replication_group(ReplicationGroupId=fresh("g"), ReplicationGroupDescription="x", Engine="redis",
                                                     EngineVersion=redis.version, CacheNodeType="cache.t4g.small")


def test_create_snapshot_needs_the_snapshot_and_its_source(identity, redis_group, arn):
    name = fresh("limited")
    limited = identity(allow("elasticache:CreateSnapshot", arn("snapshot", name)))
    with refused("AccessDenied", status=403):
        limited.elasticache.create_snapshot(SnapshotName=name, ReplicationGroupId=redis_group.id)


def test_a_policy_can_be_read_changed_and_taken_away(service, identity, source):
    limited = identity(allow("elasticache:DescribeSnapshots"))
    assert "elasticache:DescribeSnapshots" in service.run("policy", "get", limited.name, "limits").stdout
    limited.elasticache.describe_snapshots(SnapshotName=source)
    service.run("policy", "delete", limited.name, "limits")
    with refused("AccessDenied"):
        limited.elasticache.describe_snapshots(SnapshotName=source)


def test_a_document_that_is_no_policy_is_refused(service, identity, tmp_path):
    limited = identity()
    for document in ("not json", '{"Version": "2012-10-17"}', '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}'):
        (tmp_path / "p.json").write_text(document)
        done = service.run("policy", "put", limited.name, "bad", "--document", tmp_path / "p.json", check=False)
        assert done.returncode != 0 and done.stderr.strip()


def test_rotating_a_key_ends_the_old_one(service, identity, source):
    old = identity(allow("elasticache:*"))
    made = service.admin("identity", "rotate", old.name)
    new = Clients(old.endpoint, (made["AccessKeyId"], made["SecretAccessKey"]))
    new.elasticache.describe_snapshots(SnapshotName=source)
    with refused("SignatureDoesNotMatch" if made["AccessKeyId"] == old.credentials[0] else "InvalidClientTokenId", status=403):
        old.elasticache.describe_snapshots(SnapshotName=source)
    service.run("identity", "delete", old.name)
    with refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403):
        new.elasticache.describe_snapshots(SnapshotName=source)


def test_secrets_are_shown_once(service):
    name = fresh("secret")
    made = service.admin("identity", "create", name)
    listed = service.run("identity", "list").stdout
    assert name in listed and made["SecretAccessKey"] not in listed
    for file in service.data.rglob("*"):
        if file.is_file():
            assert made["SecretAccessKey"].encode() not in file.read_bytes(), file
    assert made["SecretAccessKey"] not in service.log_text()


def test_who_am_i(root, identity, account):
    somebody = identity()
    told = somebody.sts.get_caller_identity()
    assert (told["Account"], told["Arn"]) == (account, f"arn:aws:iam::{account}:user/{somebody.name}")


# Signatures.

DESCRIBE = {"Action": "DescribeSnapshots", "Version": signed.API_VERSION}
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def sent(root, headers, body=None):
    return signed.send(root.endpoint, "POST", "/", "", headers, signed.form(DESCRIBE).encode() if body is None else body).fault[:2]


def good_headers(root, **more):
    return signed.Signer(root.endpoint, root.credentials).headers("POST", "/", "", signed.form(DESCRIBE).encode(), more=FORM, **more)


def test_no_signature(root):
    assert sent(root, {"host": "x", **FORM}) == (403, "MissingAuthenticationToken")


def test_an_unknown_access_key(root):
    answer = signed.query(root.endpoint, ("AKIAUNKNOWNUNKNOWN00", "x"), "DescribeSnapshots")
    assert answer.fault == (403, "InvalidClientTokenId", "The security token included in the request is invalid.")


def test_a_wrong_secret(root):
    assert signed.query(root.endpoint, (root.credentials[0], "wrong"), "DescribeSnapshots").fault[:2] == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("authorization", ["AWS4-HMAC-SHA256 nonsense", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host",
                                           "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=00"])
def test_a_malformed_header(root, authorization):
    assert sent(root, {**good_headers(root), "authorization": authorization})[1] == "IncompleteSignature"


def test_a_changed_body(root):
    assert sent(root, good_headers(root), b"Action=DeleteSnapshot&Version=2015-02-02&SnapshotName=source")[0] in (400, 403)


def test_a_changed_header(root):
    assert sent(root, {**good_headers(root), "content-type": "application/x-www-form-urlencoded"}) == (403, "SignatureDoesNotMatch")


def test_an_unsigned_amazon_header_is_refused(root):
    assert sent(root, good_headers(root)) == (200, None)
    assert sent(root, good_headers(root, unsigned={"x-amz-copy-source": "/a/b"}))[0] == 403


def test_a_session_token_is_refused(root):
    assert signed.query(root.endpoint, root.credentials, "DescribeSnapshots", more={"x-amz-security-token": "token"}).status == 403


@pytest.mark.parametrize(("minutes", "status"), [(-14, 200), (14, 200), (-16, 403), (16, 403)])
def test_the_clock_may_differ_by_fifteen_minutes(root, minutes, status):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    assert signed.query(root.endpoint, root.credentials, "DescribeSnapshots", signed_at=at).status == status


@pytest.mark.parametrize("how", [{"region": "eu-west-1"}, {"service": "s3"}, {"service": "dynamodb"}])
def test_a_signature_for_another_region_or_service_is_no_signature_here(root, how):
    assert signed.query(root.endpoint, root.credentials, "DescribeSnapshots", **how).status >= 400


def test_a_get_with_signed_headers_works(root):
    text = signed.form(DESCRIBE)
    canonical = "&".join(sorted(text.split("&")))
    headers = signed.Signer(root.endpoint, root.credentials).headers("GET", "/", canonical, b"")
    assert signed.send(root.endpoint, "GET", "/", text, headers, b"").status == 200


def test_a_presigned_get_works_until_it_is_changed(root):
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    request = AWSRequest("GET", root.endpoint + "/", params=DESCRIBE)
    SigV4QueryAuth(Credentials(*root.credentials), "elasticache", "us-east-1", expires=60).add_auth(request)
    url = urllib.parse.urlsplit(request.prepare().url)
    host = {"host": url.netloc}
    assert signed.send(root.endpoint, "GET", "/", url.query, host, b"").status == 200
    assert signed.send(root.endpoint, "GET", "/", url.query + "&SnapshotName=source", host, b"").status == 403
    assert signed.send(root.endpoint, "GET", "/", url.query.replace("X-Amz-Expires=60", "X-Amz-Expires=3600"), host, b"").status == 403
    assert signed.send(root.endpoint, "GET", "/", url.query, {**host, "x-amz-copy-source": "/a/b"}, b"").status == 403
