"""CopySnapshot inside the service (spec 3.4)."""

from support import fresh, refused, sha256

# What a copy has of its own (L27); everything else is the source's (L26).
OWN = {"SnapshotName", "ARN", "SnapshotStatus", "SnapshotSource", "KmsKeyId"}


def without_own(snapshot):
    return {key: value for key, value in snapshot.items() if key not in OWN}


def test_a_copy_carries_every_field_of_its_source(root, source):
    (original,) = root.elasticache.describe_snapshots(SnapshotName=source)["Snapshots"]
    name = fresh("copy")
    answer = root.copy(source, name)
    (described,) = root.elasticache.describe_snapshots(SnapshotName=name)["Snapshots"]
    assert (answer["SnapshotName"], answer["SnapshotStatus"], answer["SnapshotSource"]) == (name, "creating", "manual")
    assert without_own(answer) == without_own(described) == without_own(original)
    assert answer["NodeSnapshots"][0]["CacheSize"] != ""
    assert described["ARN"] == original["ARN"].replace(f":{source}", f":{name}")


def test_the_target_must_be_new_and_the_source_known(root, source):
    with refused("SnapshotAlreadyExistsFault", status=400):
        root.elasticache.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=source)
    with refused("SnapshotNotFoundFault", status=404):
        root.elasticache.copy_snapshot(SourceSnapshotName="nobody", TargetSnapshotName=fresh("x"))
    with refused("SnapshotNotFoundFault", status=404):
        root.elasticache.copy_snapshot(SourceSnapshotName="nobody", TargetSnapshotName=source)


def test_a_copy_outlives_its_source_and_the_other_way_round(root, source):
    first, second, third = fresh("link"), fresh("link"), fresh("link")
    root.copy(source, first)
    root.copy(first, second)
    root.copy(second, third)
    bucket = root.bucket()
    before = sha256(root.export(first, "before", bucket))
    for gone in (first, third):
        root.elasticache.delete_snapshot(SnapshotName=gone)
        root.gone(gone)
    assert sha256(root.export(second, "after", bucket)) == before


def test_copies_of_copies_keep_the_time_the_data_was_taken(root, source):
    (original,) = root.elasticache.describe_snapshots(SnapshotName=source)["Snapshots"]
    first, second = fresh("old"), fresh("old")
    root.copy(source, first)
    assert root.copy(first, second)["NodeSnapshots"] == original["NodeSnapshots"]
