"""Tags (spec section 5.2)."""

import pytest

from support import fresh, refused


def tags(**found):
    return [{"Key": key, "Value": value} for key, value in found.items()]


def listed(root, arn):
    return {tag["Key"]: tag["Value"] for tag in root.elasticache.list_tags_for_resource(ResourceName=arn)["TagList"]}


@pytest.fixture
def tagged(root, source, arn):
    """ARN of a snapshot with two tags."""
    name = fresh("tagged")
    root.copy(source, name, Tags=tags(Project="A", owner="me"))
    return arn("snapshot", name)


def test_add_remove_and_list_answer_with_all_tags_that_are_left(root, tagged):
    added = root.elasticache.add_tags_to_resource(ResourceName=tagged, Tags=tags(owner="you", stage="test"))["TagList"]
    assert {t["Key"]: t["Value"] for t in added} == {"Project": "A", "owner": "you", "stage": "test"}
    left = root.elasticache.remove_tags_from_resource(ResourceName=tagged, TagKeys=["Project"])["TagList"]
    assert {t["Key"]: t["Value"] for t in left} == listed(root, tagged) == {"owner": "you", "stage": "test"}


def test_keys_are_case_sensitive(root, tagged):
    root.elasticache.add_tags_to_resource(ResourceName=tagged, Tags=tags(PROJECT="B"))
    assert listed(root, tagged) == {"Project": "A", "PROJECT": "B", "owner": "me"}


def test_null_and_empty_values_are_the_same(root, tagged):
    root.elasticache.add_tags_to_resource(ResourceName=tagged, Tags=[{"Key": "null"}, {"Key": "empty", "Value": ""}])
    assert {k: v for k, v in listed(root, tagged).items() if k in ("null", "empty")} == {"null": "", "empty": ""}


def test_both_list_forms_are_understood(root, tagged):
    for form in ("Tags.Tag.1", "Tags.member.1"):
        answer = root.query("AddTagsToResource", {"ResourceName": tagged, f"{form}.Key": form[:8], f"{form}.Value": "x"})
        assert answer.status == 200, answer.body


def test_a_key_that_is_not_there_removes_nothing(root, tagged):
    with refused("TagNotFound", status=404):
        root.elasticache.remove_tags_from_resource(ResourceName=tagged, TagKeys=["Project", "missing"])
    assert listed(root, tagged) == {"Project": "A", "owner": "me"}


@pytest.mark.parametrize("bad", [
    tags(**{"k" * 129: "v"}), tags(k="v" * 257), tags(**{"aws:k": "v"}), tags(**{"aws:": "v"}),
    tags(k="1") + tags(k="2"), tags(**{"": "v"})], ids=["long key", "long value", "aws:", "bare aws:", "twice", "empty key"])
def test_bad_tags_are_refused_and_change_nothing(root, tagged, source, bad):
    with refused("InvalidParameterValue", status=400):
        root.elasticache.add_tags_to_resource(ResourceName=tagged, Tags=bad)
    with refused("InvalidParameterValue", status=400):
        root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=fresh("never"), Tags=bad)
    assert listed(root, tagged) == {"Project": "A", "owner": "me"}


def test_the_longest_key_and_value_and_any_character_work(root, tagged):
    odd = {"k" * 128: "v" * 256, "grüße & <tags> '\"": "ü" * 256}
    root.elasticache.add_tags_to_resource(ResourceName=tagged, Tags=tags(**odd))
    assert odd.items() <= listed(root, tagged).items()


def test_fifty_tags_and_no_more(root, tagged):
    root.elasticache.add_tags_to_resource(ResourceName=tagged, Tags=tags(**{f"k{n}": "v" for n in range(48)}))
    with refused("TagQuotaPerResourceExceeded", status=400):
        root.elasticache.add_tags_to_resource(ResourceName=tagged, Tags=tags(one_more="v"))
    root.elasticache.add_tags_to_resource(ResourceName=tagged, Tags=tags(k1="changed"))
    assert len(listed(root, tagged)) == 50


def test_a_copy_inherits_tags_unless_it_has_its_own(root, tagged, arn):
    source = tagged.rsplit(":", 1)[1]
    heir, own = fresh("heir"), fresh("own")
    root.copy(source, heir)
    root.copy(source, own, Tags=tags(mine="1"))
    assert listed(root, arn("snapshot", heir)) == {"Project": "A", "owner": "me"}
    assert listed(root, arn("snapshot", own)) == {"mine": "1"}
    root.elasticache.add_tags_to_resource(ResourceName=arn("snapshot", heir), Tags=tags(later="1"))
    assert "later" not in listed(root, tagged)


def test_a_snapshot_inherits_the_tags_of_its_group(root, new_group, redis, arn):
    group = new_group(redis, Tags=tags(team="a"))
    assert listed(root, arn("replicationgroup", group.id)) == {"team": "a"}
    root.elasticache.add_tags_to_resource(ResourceName=arn("replicationgroup", group.id), Tags=tags(more="b"))
    assert listed(root, arn("cluster", f"{group.id}-001")) == {"team": "a", "more": "b"}
    name = fresh("inherits")
    root.create(name, ReplicationGroupId=group.id)
    assert listed(root, arn("snapshot", name)) == {"team": "a", "more": "b"}
    root.elasticache.delete_replication_group(ReplicationGroupId=group.id)


@pytest.mark.parametrize("name", ["not-an-arn", "arn:aws:elasticache:us-east-1:1:snapshot", "a:b:c:d:e:f:g:h"])
def test_an_arn_has_seven_parts(root, name):
    with refused("InvalidARN", "Input ARN string does not have 7 components.", 400):
        root.elasticache.list_tags_for_resource(ResourceName=name)


def test_an_unknown_resource_is_not_found(root, arn):
    for kind, code in (("snapshot", "SnapshotNotFoundFault"), ("cluster", "CacheClusterNotFound"),
                       ("replicationgroup", "ReplicationGroupNotFoundFault")):
        with refused(code, status=404):
            root.elasticache.list_tags_for_resource(ResourceName=arn(kind, "nobody"))


def test_deleting_a_snapshot_deletes_its_tags(root, tagged, source):
    name = tagged.rsplit(":", 1)[1]
    root.elasticache.delete_snapshot(SnapshotName=name)
    root.gone(name)
    root.copy(source, name)
    assert listed(root, tagged) == {}
