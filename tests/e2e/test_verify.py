"""verify, scrub and repair on real servers: what they print, how they exit, and what comes back."""

import json
import time

import pytest

from kit import dataset
from kit.service import eventually
from support import Clients, available_group, fresh, sha256


def command(service, *words):
    """Exit code and parsed answer of a command on what is stored."""
    done = service.run(*words, "--output", "json", check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def stored(new_service, redis):
    """(service, clients): a service of its own with the snapshots `plain` and, under another key, `sealed`."""
    service = new_service().start()
    clients = Clients(service.endpoint, service.credentials())
    group = fresh("group")
    clients.elasticache.create_replication_group(
        ReplicationGroupId=group, ReplicationGroupDescription="For a test", Engine=redis.engine,
        EngineVersion=redis.version, CacheNodeType="cache.t4g.small")
    with available_group(clients, group).connect() as server:
        dataset.fill(server, big_mib=1)
    clients.create("plain", ReplicationGroupId=group, Tags=[{"Key": "team", "Value": "one"}])
    key = service.admin("key", "create", "--alias", "alias/team")["Arn"]
    clients.copy("plain", "sealed", KmsKeyId=key)
    return service, clients


def blob_of(service, snapshot):
    _, answer = command(service, "scrub")
    blob = next(row["Blob"] for row in answer["Blobs"] if row["Snapshot"] == snapshot)
    return service.data / "blobs" / blob[:2] / blob


def flip(path):
    """Turns one bit in the middle; the bytes as they were."""
    before = path.read_bytes()
    after = bytearray(before)
    after[len(after) // 2] ^= 1
    path.write_bytes(after)
    return before


def test_all_that_is_stored_is_sound_with_and_without_the_service(stored):
    service, _ = stored
    for _ in range(2):
        code, answer = command(service, "verify", "--all")
        assert code == 0
        rows = answer["Shards"]
        assert [row["Verdict"] for row in rows] == ["sound", "sound"]
        assert len({row["Sha256"] for row in rows}) == 1
        assert all(row["Keys"] > 0 and row["Bytes"] > 0 and row["Format"] == "REDIS0010" for row in rows)
        if service.running():
            service.stop()


def test_damage_is_named_fails_the_snapshot_and_ends_when_the_bytes_are_back(stored):
    service, clients = stored
    path = blob_of(service, "plain")
    before = flip(path)
    code, answer = command(service, "verify", "plain")
    [row] = answer["Shards"]
    assert (code, row["Verdict"]) == (1, "damaged")
    assert row["Reason"].startswith(f"snapshot plain, shard 0001, blob {path.name}: ")
    assert clients.status("plain") == "failed"
    assert command(service, "verify", "sealed")[0] == 0
    path.write_bytes(before)
    assert command(service, "verify", "plain")[0] == 0
    assert clients.status("plain") == "available"


def test_what_cannot_be_checked_is_no_damage(stored):
    service, clients = stored
    service.run("key", "disable", "alias/team")
    code, answer = command(service, "verify", "sealed")
    assert (code, answer["Shards"][0]["Verdict"]) == (2, "unchecked")
    assert clients.status("sealed") == "available"
    assert service.run("verify", "no-such-snapshot", check=False).returncode == 2
    assert service.run("verify", check=False).returncode == 2


def test_a_file_is_verified_without_a_service(stored, tmp_path):
    service, clients = stored
    data = clients.export("plain", "file", clients.bucket())
    file = tmp_path / "dump.rdb"
    for content, code, verdict in [(data, 0, "sound"), (data + b"x", 1, "damaged"), (data[:-1], 1, "damaged")]:
        file.write_bytes(content)
        found, answer = command(service, "verify", str(file))
        assert (found, answer["Shards"][0]["Verdict"]) == (code, verdict)
    blob = blob_of(service, "sealed")
    code, answer = command(service, "verify", str(blob))
    assert (code, answer["Shards"][0]["Sha256"]) == (0, sha256(data))


def test_the_scrub_tells_when_each_blob_was_checked(stored):
    service, _ = stored
    def checked():
        _, answer = command(service, "scrub")
        return {row["Blob"]: row["CheckedAt"] for row in answer["Blobs"]}

    # They were read back when they were stored.
    before = checked()
    eventually("the clock shows another second", lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) > max(before.values()))
    code, answer = command(service, "scrub", "--now")
    assert (code, len(answer["Shards"])) == (0, 2)
    after = checked()
    assert len(before) == 2 and all(after[blob] > at for blob, at in before.items())


def test_a_catalog_of_yesterday_gets_the_newer_snapshots_back(stored):
    service, clients = stored
    service.stop()
    catalog = list(service.data.glob("catalog.sqlite3*"))
    kept = {path.name: path.read_bytes() for path in catalog}
    service.start()
    clients = Clients(service.endpoint, service.credentials())
    group = clients.elasticache.describe_replication_groups()["ReplicationGroups"][0]["ReplicationGroupId"]
    clients.create("newer", ReplicationGroupId=group)
    digest = sha256(clients.export("newer", "before", clients.bucket()))
    service.stop()
    for path in service.data.glob("catalog.sqlite3*"):
        path.unlink()
    for name, content in kept.items():
        (service.data / name).write_bytes(content)

    code, answer = command(service, "repair")
    fates = {row.get("Snapshot"): row["Fate"] for row in answer["Blobs"]}
    assert (code, fates["newer"]) == (0, "can-be-made")
    code, answer = command(service, "repair", "--apply")
    made = next(row for row in answer["Blobs"] if row.get("Snapshot") == "newer")
    assert (code, made["MadeAs"]) == (0, "newer")
    service.start()
    clients = Clients(service.endpoint, service.credentials())
    assert sha256(clients.export("newer", "after", clients.bucket())) == digest


def test_a_lost_catalog_is_made_anew_from_blobs_and_key_files(stored):
    service, clients = stored
    digest = sha256(clients.export("sealed", "before", clients.bucket()))
    service.stop()
    for path in service.data.glob("catalog.sqlite3*"):
        path.unlink()
    assert f"valkeep repair --data {service.data} --apply" in service.run("verify", "--all", check=False).stderr
    code, answer = command(service, "repair", "--apply")
    assert code == 0
    assert {row["MadeAs"] for row in answer["Blobs"] if "MadeAs" in row} == {"plain", "sealed"}
    service.start()
    clients = Clients(service.endpoint, service.credentials())
    assert sha256(clients.export("sealed", "after", clients.bucket())) == digest
    assert command(service, "verify", "--all")[0] == 0
    assert service.admin("key", "describe", "alias/team")["Enabled"]
