use super::*;
use crate::waiters;
use valkeep_api::ELASTICACHE;

fn waiter(name: &str) -> &'static Waiter {
    waiters::all(&ELASTICACHE).find(|waiter| waiter.name == name).expect("a waiter of that name")
}

/// An answer with items under `list`, each with one of `values` as its `member`.
fn answer(list: &str, member: &str, values: &[&str]) -> Document {
    let item = |value: &&str| Document::Map(Map::from_iter([(member, *value)]));
    Map::from_iter([(list, values.iter().map(item).collect::<Vec<_>>())]).into()
}

fn snapshots(statuses: &[&str]) -> Document {
    answer("Snapshots", "SnapshotStatus", statuses)
}

fn clusters(statuses: &[&str]) -> Document {
    answer("CacheClusters", "CacheClusterStatus", statuses)
}

fn error(code: &str) -> ServiceError {
    ServiceError {
        operation: "DescribeSnapshots".to_owned(),
        code: code.to_owned(),
        message: "m".to_owned(),
        retries_spent: None,
        fields: Map::new(),
    }
}

#[test]
fn the_wanted_state_is_seen() {
    let cases = [
        ("CacheClusterAvailable", clusters(&["available", "available"]), true),
        ("CacheClusterAvailable", clusters(&["available", "creating"]), false),
        ("CacheClusterAvailable", clusters(&[]), false),
        ("CacheClusterDeleted", clusters(&["deleted"]), true),
        ("SnapshotAvailable", snapshots(&["available"]), true),
        ("SnapshotAvailable", snapshots(&["creating"]), false),
        ("SnapshotDeleted", snapshots(&["deleting"]), false),
        ("SnapshotDeleted", snapshots(&[]), true),
        ("SnapshotExported", snapshots(&["exporting"]), false),
        ("SnapshotExported", snapshots(&["available"]), true),
    ];
    for (name, answer, expected) in cases {
        assert_eq!(judge(waiter(name), Ok(&answer)), Ok(expected), "{name} {answer:?}");
    }
    let gone = error("SnapshotNotFoundFault");
    assert_eq!(judge(waiter("SnapshotDeleted"), Err(&gone)), Ok(true));
    assert_eq!(judge(waiter("CacheClusterDeleted"), Err(&error("CacheClusterNotFound"))), Ok(true));
}

#[test]
fn a_state_that_cannot_become_the_wanted_one_is_told() {
    let matched = |name: &str, path: &str, status: &str| {
        format!(
            "Waiter {name} failed: Waiter encountered a terminal failure state: \
             For expression \"{path}\" we matched expected path: \"{status}\" at least once"
        )
    };
    let cases = [
        (
            "CacheClusterAvailable",
            clusters(&["available", "deleting"]),
            "CacheClusters[].CacheClusterStatus",
            "deleting",
        ),
        ("CacheClusterDeleted", clusters(&["available"]), "CacheClusters[].CacheClusterStatus", "available"),
        ("SnapshotAvailable", snapshots(&["failed"]), "Snapshots[].SnapshotStatus", "failed"),
        ("SnapshotDeleted", snapshots(&["available"]), "Snapshots[].SnapshotStatus", "available"),
        ("SnapshotExported", snapshots(&["deleting"]), "Snapshots[].SnapshotStatus", "deleting"),
    ];
    for (name, answer, path, status) in cases {
        assert_eq!(judge(waiter(name), Ok(&answer)), Err(Failure::General(matched(name, path, status))));
    }
    for name in ["CacheClusterAvailable", "SnapshotExported"] {
        let expected = format!("Waiter {name} failed: An error occurred (X): m");
        assert_eq!(judge(waiter(name), Err(&error("X"))), Err(Failure::General(expected)));
    }
}
