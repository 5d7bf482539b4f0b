"""What must hold after a restart: seen through the API, and in the data directory itself."""

import hashlib
import json
import re
import sqlite3
import tempfile
import time

from kit import dataset, engine
from model import ABSENT, GONE, THERE

SETTLE_LIMIT_S = 60
SWEEP_LIMIT_S = 60
MOVING = {"creating", "copying", "exporting", "restoring", "deleting", "snapshotting", "modifying"}


class Broken(Exception):
    """An invariant does not hold."""


def settle(clients):
    """Waits until no status moves. Returns all snapshots by name."""
    until = time.monotonic() + SETTLE_LIMIT_S
    while True:
        snapshots = {s["SnapshotName"]: s for page in clients.elasticache.get_paginator("describe_snapshots").paginate() for s in page["Snapshots"]}
        groups = clients.elasticache.describe_replication_groups()["ReplicationGroups"]
        clusters = clients.elasticache.describe_cache_clusters()["CacheClusters"]
        moving = [f"{s['SnapshotName']} is {s['SnapshotStatus']}" for s in snapshots.values() if s["SnapshotStatus"] in MOVING]
        moving += [f"{g['ReplicationGroupId']} is {g['Status']}" for g in groups if g["Status"] in MOVING]
        moving += [f"{c['CacheClusterId']} is {c['CacheClusterStatus']}" for c in clusters if c["CacheClusterStatus"] in MOVING]
        if not moving:
            return snapshots, {c["CacheClusterId"] for c in clusters}
        if time.monotonic() > until:
            raise Broken(f"stuck after {SETTLE_LIMIT_S} s: {', '.join(moving)}")
        time.sleep(0.05)


def check(clients, model, setup, data):
    """All invariants; the model then knows what was seen."""
    check_answers(clients, model, setup)
    check_blobs(data)


def check_answers(clients, model, setup):
    """What can be seen through the API."""
    snapshots, clusters = settle(clients)
    check_snapshots(clients, model, setup, snapshots)
    check_clusters(model, setup, clusters)
    abort_own_uploads(clients, setup)
    check_bucket(clients, model, setup)


def check_snapshots(clients, model, setup, found):
    for name, snapshot in list(model.snapshots.items()):
        state = THERE if name in found else GONE
        if state not in snapshot.states:
            raise Broken(f"snapshot {name} is {state}; acknowledged was {' or '.join(snapshot.states)}")
        if state == GONE:
            del model.snapshots[name]
            continue
        snapshot.states = {THERE}
        status = found[name]["SnapshotStatus"]
        if status == "failed" and snapshot.may_fail:
            clients.elasticache.delete_snapshot(SnapshotName=name)
            del model.snapshots[name]
            continue
        if status != "available":
            raise Broken(f"snapshot {name} is {status}")
        tags = {t["Key"]: t["Value"] for t in clients.elasticache.list_tags_for_resource(ResourceName=setup.arn(name))["TagList"]}
        if tags not in snapshot.tags:
            raise Broken(f"snapshot {name} has the tags {tags}; acknowledged was {snapshot.tags}")
        snapshot.tags = [tags]
    unknown = found.keys() - model.snapshots.keys() - {n for n, s in found.items() if s["SnapshotStatus"] == "failed"}
    if unknown:
        raise Broken(f"snapshots that nobody asked for: {sorted(unknown)}")


def check_clusters(model, setup, found):
    for name, states in list(model.clusters.items()):
        state = THERE if name in found else GONE
        if state not in states:
            raise Broken(f"cluster {name} is {state}; acknowledged was {' or '.join(states)}")
        model.clusters[name] = {state}
    unknown = {name for name in found if not name.startswith(setup.group)} - model.clusters.keys()
    if unknown:
        raise Broken(f"clusters that nobody asked for: {sorted(unknown)}")


def abort_own_uploads(clients, setup):
    """Uploads of the workload's own clients are theirs to abort; any other upload is a leftover."""
    for upload in clients.s3.list_multipart_uploads(Bucket=setup.bucket).get("Uploads", []):
        if not upload["Key"].startswith("mine/"):
            raise Broken(f"an upload was left over: {upload['Key']}")
        clients.s3.abort_multipart_upload(Bucket=setup.bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def check_bucket(clients, model, setup):
    listed = {o["Key"]: o["Size"] for page in clients.s3.get_paginator("list_objects_v2").paginate(Bucket=setup.bucket) for o in page.get("Contents", [])}
    for key, (states, lineage) in list(model.exports.items()):
        state = THERE if key in listed else GONE
        if state not in states:
            raise Broken(f"exported object {key} is {state}; acknowledged was {' or '.join(states)}")
        if state == THERE:
            compare(clients, model, setup, key, lineage, listed.pop(key))
            clients.s3.delete_object(Bucket=setup.bucket, Key=key)
        del model.exports[key]
    for key, digests in model.objects.items():
        found = digest(clients, setup, key)[0] if listed.pop(key, None) is not None else ABSENT
        if found not in digests:
            raise Broken(f"object {key} has the digest {found}; acknowledged was {digests}")
        model.objects[key] = {found}
    if listed:
        raise Broken(f"objects that nobody wrote: {sorted(listed)}")


def compare(clients, model, setup, key, lineage, size):
    found, read = digest(clients, setup, key)
    if read != size:
        raise Broken(f"object {key} is listed with {size} bytes and has {read}")
    if model.digests.setdefault(lineage, found) != found:
        raise Broken(f"object {key} does not hold the bytes of {lineage}")


def digest(clients, setup, key):
    body = clients.s3.get_object(Bucket=setup.bucket, Key=key)["Body"].read()
    return hashlib.sha256(body).hexdigest(), len(body)


def check_blobs(data):
    """Files and records agree, and every blob is owned as often as its record says. The sweeper has a while for it."""
    until = time.monotonic() + SWEEP_LIMIT_S
    while wrong := blob_faults(data):
        if time.monotonic() > until:
            raise Broken(f"after {SWEEP_LIMIT_S} s: " + "; ".join(wrong[:5]))
        time.sleep(0.2)


def blob_faults(data):
    records, bodies = read_catalog(data / "catalog.sqlite3")
    files = {plain(file.name): file for place in ("blobs", "tmp") for file in (data / place).rglob("*") if file.is_file()}
    wrong = [f"{file.relative_to(data)} has no record" for id, file in files.items() if id not in records]
    for id, record in records.items():
        state = record["state"]
        owners = len(re.findall(re.escape(record["id"]), bodies))
        if state["is"] != "sealed":
            wrong.append(f"blob {id} is {state['is']}")
        elif id not in files or "tmp" in files[id].relative_to(data).parts:
            wrong.append(f"blob {id} has no file")
        elif owners != state["references"] or not owners:
            wrong.append(f"blob {id} counts {state['references']} owners and has {owners}")
    return wrong


def read_catalog(path):
    """Blob records by id, and the text of every record that may own a blob, in one consistent look."""
    catalog = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        catalog.execute("begin")
        records = {plain(key): json.loads(body) for key, body in catalog.execute("select key, body from blob")}
        owners = [body for table in ("snapshot", "object", "part") for (body,) in catalog.execute(f"select body from {table}")]
        return records, "\n".join(b if isinstance(b, str) else b.decode() for b in owners)
    finally:
        catalog.close()


def plain(id):
    return id.split(".")[0].replace("-", "").lower()


def whole_lineages(clients, model, setup, program):
    """Every save that is left can still be exported and loaded, by its newest descendant. Their number."""
    settle(clients)
    newest = {snapshot.lineage: name for name, snapshot in model.snapshots.items()}
    for lineage, name in newest.items():
        bytes_ = clients.export(name, f"last-{name}", setup.bucket)
        with tempfile.NamedTemporaryFile(suffix=".rdb") as file:
            file.write(bytes_)
            file.flush()
            with engine.FreshServer(program, rdb=file.name) as server, server.connect() as connection:
                if different := dataset.differences(setup.data, dataset.survey(connection)):
                    raise Broken(f"{name}, of {lineage}, does not hold the data: {different[:3]}")
    return len(newest)
