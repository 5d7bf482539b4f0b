"""The wire form of answers and errors (spec section 1), and what is not implemented."""

import re
import uuid

import pytest

from kit import signed
from support import fresh, refused

NAMESPACE = 'xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"'


def test_the_shape_of_an_answer(root, source):
    answer = root.query("DescribeSnapshots", {"SnapshotName": source})
    request_id = answer.text("RequestId")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/xml")
    assert answer.headers["x-amzn-RequestId"] == request_id == str(uuid.UUID(request_id))
    assert answer.headers["Date"]
    text = answer.body.decode()
    assert re.search(rf"<DescribeSnapshotsResponse {NAMESPACE}>\s*<DescribeSnapshotsResult>\s*<Snapshots>\s*<Snapshot>", text)
    assert re.search(r"</DescribeSnapshotsResult>\s*<ResponseMetadata>\s*<RequestId>[^<]+</RequestId>\s*</ResponseMetadata>\s*</DescribeSnapshotsResponse>\s*$", text)
    assert "<Marker" not in text


def test_an_empty_list_is_an_empty_element(root):
    answer = root.query("DescribeSnapshots", {"ReplicationGroupId": "nobody"})
    assert re.search(rb"<Snapshots ?/>|<Snapshots></Snapshots>", answer.body)


def test_the_shape_of_an_error(root):
    answer = root.query("DescribeSnapshots", {"SnapshotName": "nobody"})
    request_id = answer.headers["x-amzn-RequestId"]
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/xml")
    body = re.sub(r">\s+<", "><", answer.body.decode()).strip()
    body = body.removeprefix('<?xml version="1.0" encoding="UTF-8"?>').strip()
    assert re.fullmatch(rf"<ErrorResponse {NAMESPACE}><Error><Type>Sender</Type><Code>SnapshotNotFoundFault</Code>"
                        rf"<Message>[^<]+</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>", body)


def test_text_is_escaped(root, source, arn):
    name = fresh("escaped")
    value = "<b> & \"quotes\" 'single' ü €"
    root.copy(source, name, Tags=[{"Key": "k", "Value": value}])
    assert root.elasticache.list_tags_for_resource(ResourceName=arn("snapshot", name))["TagList"] == [{"Key": "k", "Value": value}]


def test_unknown_parameters_are_ignored_and_booleans_have_any_case(root, source):
    answer = root.query("DescribeSnapshots", {"SnapshotName": source, "Colour": "blue", "ShowNodeGroupConfig": "TRUE"})
    assert answer.status == 200 and answer.text("NodeGroupConfiguration") is not None


def body_of(root, text):
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    headers = signed.Signer(root.endpoint, root.credentials).headers("POST", "/", "", text.encode(), more=form)
    return signed.send(root.endpoint, "POST", "/", "", headers, text.encode())


def test_an_action_is_needed_and_must_be_known(root):
    assert body_of(root, "Version=2015-02-02").fault[:2] == (400, "MissingAction")
    assert root.query("BrewCoffee").fault == (400, "InvalidAction", "Could not find operation BrewCoffee for version 2015-02-02")
    assert body_of(root, "Action=DescribeSnapshots&Version=2014-01-01").fault[:2] == (400, "InvalidAction")


@pytest.mark.parametrize("action", ["ModifyCacheCluster", "CreateServerlessCacheSnapshot", "CreateUser",
                                    "RebootCacheCluster", "DescribeReservedCacheNodes"])
def test_other_operations_of_the_model_say_that_they_are_not_implemented(root, action):
    status, code, message = root.query(action).fault
    assert (status, code) == (501, "NotImplemented") and action in message


@pytest.mark.parametrize(("parameter", "value"), [
    ("NumNodeGroups", 2), ("SnapshotName", "source"), ("AuthToken", "a" * 20), ("TransitEncryptionEnabled", True),
    ("GlobalReplicationGroupId", "global"), ("NotificationTopicArn", "arn:aws:sns:us-east-1:1:topic"), ("NetworkType", "ipv6")])
def test_a_parameter_that_cannot_be_honoured_is_refused_by_name(root, redis, parameter, value):
    with refused("InvalidParameterValue") as caught:
        root.elasticache.create_replication_group(
            ReplicationGroupId=fresh("g"), ReplicationGroupDescription="x", Engine="redis", EngineVersion=redis.version,
            CacheNodeType="cache.t4g.small", **{parameter: value})
    assert parameter in caught.value.response["Error"]["Message"]


def test_hostile_requests_are_answered(root, source):
    """Each is refused with a client's error, and the service goes on."""
    for text in ("Action=DescribeSnapshots&Version=2015-02-02&" + "x" * (8 << 20),
                 "Action=AddTagsToResource&Version=2015-02-02&Tags.Tag.999999999999.Key=x",
                 "Action=DescribeSnapshots&Version=2015-02-02&SnapshotName=%00",
                 "Action=DescribeSnapshots&Version=2015-02-02&SnapshotName=%ff",
                 "Action=DescribeSnapshots&Version=2015-02-02" + "&a=b" * 100_000):
        try:
            answer = body_of(root, text)
            assert 400 <= answer.status < 500, text[:80]
        except ConnectionError:
            # A body over the bound may be cut off before it is all sent.
            assert len(text) > 1 << 20
    assert root.status(source) == "available"
