"""DescribeEvents with the AWS CLI: what happened to snapshots, and which of it is asked for (spec L66-L69)."""

from datetime import datetime, timedelta, timezone

import pytest

from kit import aws, engine
from kit.service import eventually
from support import fresh


class Told:
    """A group of whose snapshots one was taken, one copied, one failed and one damaged; and its events."""

    def __init__(self, root, aws2, service, redis, server):
        self.root, self.aws2 = root, aws2
        self.began = datetime.now(timezone.utc)
        self.group, self.taken, self.failed = fresh("told"), fresh("taken"), fresh("failed")
        self.member = f"{self.group}-001"
        # More events than two pages hold, with the other groups.
        for name in [self.group, *(fresh("told") for _ in range(40))]:
            service.run("attach", "--replication-group-id", name, "--node", f"127.0.0.1:{server.port}")
        before = blobs(service)
        root.create(self.taken, ReplicationGroupId=self.group)
        (self.file,) = blobs(service) - before
        self.copied = fresh("copied")
        root.copy(self.taken, self.copied)
        with server.connect() as connection:
            connection.call("CONFIG", "SET", "requirepass", "changed")
        root.elasticache.create_snapshot(SnapshotName=self.failed, ReplicationGroupId=self.group)
        eventually("the snapshot failed", lambda: root.status(self.failed) == "failed")
        whole = self.file.read_bytes()
        self.file.write_bytes(whole[:-1])
        service.run("verify", self.taken, check=False)
        self.file.write_bytes(whole)
        service.run("verify", self.taken)

    def events(self, *words):
        return self.aws2("elasticache", "describe-events", *words)["Events"]

    def of_member(self, *words):
        return self.events("--source-type", "cache-cluster", "--source-identifier", self.member, *words)


def blobs(service):
    return {file for file in (service.data / "blobs").rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def told(root, aws2, service, redis):
    with engine.FreshServer(redis) as server:
        yield Told(root, aws2, service, redis, server)


def test_a_success_a_failure_with_its_cause_and_damage_are_told_newest_first(told):
    events = told.of_member()
    assert {(event["SourceIdentifier"], event["SourceType"]) for event in events} == {(told.member, "cache-cluster")}
    # Of one moment the order of names is not said.
    messages = [event["Message"] for event in events]
    damaged = [f"Snapshot '{name}' failed because its stored bytes are damaged" for name in (told.taken, told.copied)]
    sound = [f"Snapshot '{name}' is available again: its stored bytes are sound" for name in (told.taken, told.copied)]
    assert sorted(messages[:2]) == sorted(sound)
    assert sorted(messages[2:4]) == sorted(damaged)
    assert messages[4:] == [
        f"Could not create snapshot '{told.failed}' because the node refused the user name or the password",
        f"Snapshot failed for snapshot with ID '{told.failed}' of cache cluster with ID '{told.member}'",
        f"Snapshot succeeded for snapshot with ID '{told.taken}' of cache cluster with ID '{told.member}'"]
    dates = [datetime.fromisoformat(event["Date"]) for event in events]
    assert dates == sorted(dates, reverse=True)
    assert told.began - timedelta(seconds=1) <= dates[-1] <= datetime.now(timezone.utc)


def test_events_are_chosen_by_source(told):
    of_groups = told.events("--source-type", "replication-group")
    assert f"Replication group {told.group} attached" in [event["Message"] for event in of_groups]
    assert {event["SourceType"] for event in of_groups} == {"replication-group"}
    assert told.events("--source-type", "replication-group", "--source-identifier", told.member) == []
    assert told.of_member() == told.events("--source-type", "cache-cluster", "--source-identifier", told.member.upper())
    assert told.events("--source-type", "user") == []


def test_events_are_chosen_by_period(told):
    whole, hour = told.of_member(), timedelta(hours=1)
    begin, end = (moment.isoformat(timespec="seconds") for moment in (told.began - timedelta(minutes=1), told.began + hour))
    assert told.of_member("--duration", 60) == whole
    assert told.of_member("--start-time", begin) == whole
    assert told.of_member("--start-time", begin, "--end-time", end) == whole
    assert told.of_member("--start-time", begin, "--duration", 120) == whole
    assert told.of_member("--end-time", begin) == []
    assert told.of_member("--end-time", begin, "--duration", 20160) == []
    assert told.of_member("--start-time", end) == []


def test_events_come_in_pages(told):
    everything = told.aws2("elasticache", "describe-events")["Events"]
    assert len(everything) > 40
    first = told.aws2("elasticache", "describe-events", "--max-records", 20, "--no-paginate")
    assert first["Events"] == everything[:20]
    second = told.aws2("elasticache", "describe-events", "--max-records", 20, "--no-paginate", "--marker", first["Marker"])
    assert second["Events"] == everything[20:40]
    assert told.events("--page-size", 20) == everything


@pytest.mark.parametrize(("words", "code"), [
    (["--source-identifier", "c"], "InvalidParameterCombination"),
    (["--source-type", "snapshot"], "InvalidParameterValue"),
    (["--duration", "0"], "InvalidParameterValue"),
    (["--max-records", "19"], "InvalidParameterValue"),
    (["--marker", "00"], "InvalidParameterValue"),
    (["--start-time", "2023-11-14T12:00:00Z", "--end-time", "2023-11-14T11:00:00Z"], "InvalidParameterCombination"),
])
def test_what_makes_no_sense_is_refused(aws2, words, code):
    with pytest.raises(aws.AwsError) as failure:
        aws2("elasticache", "describe-events", *words, "--no-paginate")
    assert (failure.value.status, failure.value.code) == (254, code)
