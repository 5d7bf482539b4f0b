//! What can be waited for: the service's own waiters, ours for snapshots, and the work that operations begin.

use valkeep_api::{Acceptor, ELASTICACHE, OperationModel, Service, Waiter, WaiterCondition, WaiterState};

use crate::document::Map;
use crate::names::kebab;

/// Pause between two looks of our own waiters, and their number: two hours, the longest export that is heard of.
const DELAY_S: u32 = 5;
const LOOKS_MAX: u32 = 1440;

/// The waiter that also looks at what the service tells of the work itself.
pub(crate) const EXPORTED: &str = "SnapshotExported";

/// The statuses of all snapshots that are described; `gone` stands for none.
const STATUSES: &str = "Snapshots[].SnapshotStatus";
const STATUSES_OR_GONE: &str = "Snapshots[].SnapshotStatus || ['gone']";

/// Our own waiters; the service's description has none for snapshots.
static SNAPSHOT_WAITERS: [Waiter; 3] = [
    Waiter {
        name: "SnapshotAvailable",
        operation: "DescribeSnapshots",
        delay_s: DELAY_S,
        max_attempts: LOOKS_MAX,
        acceptors: &[success(STATUSES, "available"), failure(STATUSES, "failed"), failure(STATUSES, "deleting")],
    },
    Waiter {
        name: "SnapshotDeleted",
        operation: "DescribeSnapshots",
        delay_s: DELAY_S,
        max_attempts: LOOKS_MAX,
        acceptors: &[
            success(STATUSES_OR_GONE, "gone"),
            Acceptor {
                condition: WaiterCondition::Error { code: "SnapshotNotFoundFault" },
                state: WaiterState::Success,
            },
            failure(STATUSES, "available"),
            failure(STATUSES, "creating"),
            failure(STATUSES, "failed"),
        ],
    },
    // The source of an export is `exporting` while it runs and `available` afterwards, whatever came of it.
    // Only our own service tells of a failure.
    Waiter {
        name: EXPORTED,
        operation: "DescribeSnapshots",
        delay_s: DELAY_S,
        max_attempts: LOOKS_MAX,
        acceptors: &[success(STATUSES, "available"), failure(STATUSES, "failed"), failure(STATUSES, "deleting")],
    },
];

const fn success(path: &'static str, expected: &'static str) -> Acceptor {
    Acceptor { condition: WaiterCondition::PathAll { path, expected }, state: WaiterState::Success }
}

const fn failure(path: &'static str, expected: &'static str) -> Acceptor {
    Acceptor { condition: WaiterCondition::PathAny { path, expected }, state: WaiterState::Failure }
}

/// The waiters of a service: those of its description, then our own.
pub(crate) fn all(service: &'static Service) -> impl Iterator<Item = &'static Waiter> {
    let own: &[Waiter] = if service.name == ELASTICACHE.name { &SNAPSHOT_WAITERS } else { &[] };
    service.waiters.iter().chain(own)
}

/// Whether a waiter is ours, not of the service's description.
pub(crate) fn is_own(waiter: &Waiter) -> bool {
    SNAPSHOT_WAITERS.iter().any(|known| known.name == waiter.name)
}

/// The waiter of that command name, `snapshot-available`.
pub(crate) fn find(name: &str) -> Option<&'static Waiter> {
    all(&ELASTICACHE).find(|waiter| kebab(waiter.name) == name)
}

/// An operation whose work goes on after its answer, and how the end of the work is seen.
struct Pending {
    operation: &'static str,
    /// Decides between two kinds of work: only with this parameter.
    with: Option<&'static str>,
    waiter: &'static str,
    /// The parameter that names what is in the making, and its name where it is described.
    name: (&'static str, &'static str),
}

/// The first row that fits counts.
static PENDING: [Pending; 8] = [
    work("CopySnapshot", Some("TargetBucket"), EXPORTED, ("SourceSnapshotName", "SnapshotName")),
    work("CopySnapshot", None, "SnapshotAvailable", ("TargetSnapshotName", "SnapshotName")),
    work("CreateCacheCluster", None, "CacheClusterAvailable", ("CacheClusterId", "CacheClusterId")),
    work("CreateReplicationGroup", None, "ReplicationGroupAvailable", ("ReplicationGroupId", "ReplicationGroupId")),
    work("CreateSnapshot", None, "SnapshotAvailable", ("SnapshotName", "SnapshotName")),
    work("DeleteCacheCluster", None, "CacheClusterDeleted", ("CacheClusterId", "CacheClusterId")),
    work("DeleteReplicationGroup", None, "ReplicationGroupDeleted", ("ReplicationGroupId", "ReplicationGroupId")),
    work("DeleteSnapshot", None, "SnapshotDeleted", ("SnapshotName", "SnapshotName")),
];

const fn work(
    operation: &'static str,
    with: Option<&'static str>,
    waiter: &'static str,
    name: (&'static str, &'static str),
) -> Pending {
    Pending { operation, with, waiter, name }
}

/// Whether the work of `operation` goes on after its answer, so that `--wait` has something to wait for.
pub(crate) fn has_work(operation: &OperationModel) -> bool {
    PENDING.iter().any(|work| work.operation == operation.name)
}

/// The waiter for the work that a call began, and the parameters of its question.
pub(crate) fn for_work(operation: &OperationModel, parameters: &Map) -> Option<(&'static Waiter, Map)> {
    let fits = |work: &&Pending| {
        work.operation == operation.name && work.with.is_none_or(|parameter| parameters.get(parameter).is_some())
    };
    let work = PENDING.iter().find(fits)?;
    let waiter = all(&ELASTICACHE).find(|waiter| waiter.name == work.waiter)?;
    let (given, described) = work.name;
    Some((waiter, Map::from_iter([(described, parameters.get(given)?.clone())])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_waiter_asks_for_an_operation_that_exists() {
        assert_eq!(all(&ELASTICACHE).count(), 7);
        for waiter in all(&ELASTICACHE) {
            assert!(ELASTICACHE.operation(waiter.operation).is_some(), "{}", waiter.name);
        }
    }

    #[test]
    fn all_work_has_its_operation_its_waiter_and_both_parameters() {
        for work in &PENDING {
            let Pending { operation, with, waiter, name: (given, described) } = work;
            let begins = ELASTICACHE.operation(operation).expect("the operation that begins the work");
            assert!(begins.input.member(given).is_some(), "{operation} {given}");
            assert!(with.is_none_or(|parameter| begins.input.member(parameter).is_some()), "{operation} {with:?}");
            let waiter = all(&ELASTICACHE).find(|known| known.name == *waiter).expect("the waiter of the work");
            let asked = ELASTICACHE.operation(waiter.operation).expect("the operation of the waiter");
            assert!(asked.input.member(described).is_some(), "{} {described}", waiter.operation);
        }
    }

    #[test]
    fn a_copy_to_a_bucket_is_waited_for_as_an_export_of_its_source() {
        let copy = ELASTICACHE.operation("CopySnapshot").expect("an operation");
        let names = [("SourceSnapshotName", "a"), ("TargetSnapshotName", "b")];
        let question = |extra: &[(&str, &str)]| {
            let (waiter, question) = for_work(copy, &names.iter().chain(extra).copied().collect())?;
            Some((waiter.name, question.get("SnapshotName")?.as_str()?.to_owned()))
        };
        assert_eq!(question(&[]), Some(("SnapshotAvailable", "b".to_owned())));
        assert_eq!(question(&[("TargetBucket", "x")]), Some(("SnapshotExported", "a".to_owned())));
    }
}
