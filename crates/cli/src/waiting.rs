//! Waiting for a state: one operation asked again and again until its answers say so.

mod work;

use std::time::Duration;

use valkeep_api::{Acceptor, ELASTICACHE, OperationModel, Service, Waiter, WaiterCondition, WaiterState};

use crate::call::Client;
use crate::document::{Document, Map};
use crate::failure::{Failure, ServiceError};
use crate::help::kebab;
use crate::jmespath::Expression;

pub(crate) use work::Work;

/// Pause between two looks of our own waiters, and their number: two hours, the longest export that is heard of.
const DELAY_S: u32 = 5;
const LOOKS_MAX: u32 = 1440;

/// The first pause of [`Pace::Growing`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The waiter that also looks at what the service tells of the work itself.
const EXPORTED: &str = "SnapshotExported";

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
pub(crate) fn waiters(service: &'static Service) -> impl Iterator<Item = &'static Waiter> {
    let own: &[Waiter] = if service.name == ELASTICACHE.name { &SNAPSHOT_WAITERS } else { &[] };
    service.waiters.iter().chain(own)
}

/// The waiter of that command name, `snapshot-available`.
pub(crate) fn find(name: &str) -> Option<&'static Waiter> {
    waiters(&ELASTICACHE).find(|waiter| kebab(waiter.name) == name)
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
    work("CopySnapshot", Some("TargetBucket"), "SnapshotExported", ("SourceSnapshotName", "SnapshotName")),
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
    let waiter = waiters(&ELASTICACHE).find(|waiter| waiter.name == work.waiter)?;
    let (given, described) = work.name;
    Some((waiter, Map::from_iter([(described, parameters.get(given)?.clone())])))
}

/// How long to pause between two questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// The waiter's own pause, as the reference makes it.
    Steady,
    /// Short pauses first, that grow to the waiter's own: little work is seen to end at once.
    Growing,
}

impl Pace {
    /// The pace of the command `wait`.
    pub(crate) fn of(waiter: &'static Waiter) -> Self {
        let own = SNAPSHOT_WAITERS.iter().any(|known| known.name == waiter.name);
        if own { Self::Growing } else { Self::Steady }
    }

    fn pause(self, waiter: &Waiter, attempt: u32) -> Duration {
        let longest = Duration::from_secs(waiter.delay_s.into());
        match self {
            Self::Steady => longest,
            Self::Growing => longest.min(FIRST_PAUSE * 2_u32.saturating_pow(attempt - 1)),
        }
    }
}

/// What is known of what is waited for.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    pub status: &'a str,
    pub work: Option<Work>,
}

/// Asks until `waiter` is content. `observe` is told every state that is not yet the wanted one.
///
/// # Errors
/// The wanted state cannot come any more, does not come in time, or the question itself fails.
pub(crate) fn wait(
    client: &mut Client<'_>,
    waiter: &'static Waiter,
    parameters: &Map,
    pace: Pace,
    mut observe: impl FnMut(&Seen<'_>),
) -> Result<(), Failure> {
    let operation = client.service().operation(waiter.operation).ok_or_else(|| {
        Failure::General(format!("Waiter {} asks for {}, which does not exist", waiter.name, waiter.operation))
    })?;
    for attempt in 1.. {
        let answer = match client.call(operation, parameters) {
            Ok(answer) => Ok(answer),
            Err(Failure::Service(error)) => Err(error),
            Err(other) => return Err(other),
        };
        let work = client.told(work::FIELD).and_then(Work::parse);
        if let Some(Work::Failed { reason }) = &work
            && waiter.name == EXPORTED
        {
            return Err(failed(waiter, &format!("Waiter encountered a terminal failure state: {reason}")));
        }
        if judge(waiter, answer.as_ref().map_err(|error| &**error))? {
            break;
        }
        if attempt >= waiter.max_attempts {
            return Err(failed(waiter, "Max attempts exceeded"));
        }
        if let Some(state) = answer.as_ref().ok().and_then(|answer| state(waiter, answer)) {
            observe(&Seen { status: &state, work });
        }
        client.pause(pace.pause(waiter, attempt))?;
    }
    Ok(())
}

/// The state that the answer tells, where the waiter looks for one.
fn state(waiter: &Waiter, answer: &Document) -> Option<String> {
    let paths = waiter.acceptors.iter().filter_map(|acceptor| match acceptor.condition {
        WaiterCondition::PathAny { path, .. } | WaiterCondition::PathAll { path, .. } => Some(path),
        WaiterCondition::Error { .. } => None,
    });
    paths.flat_map(|path| found(path, answer).unwrap_or_default()).find_map(|state| state.as_str().map(str::to_owned))
}

/// Whether the wanted state is there; `false` when it may still come.
fn judge(waiter: &Waiter, answer: Result<&Document, &ServiceError>) -> Result<bool, Failure> {
    for acceptor in waiter.acceptors {
        if holds(&acceptor.condition, answer)? {
            return match acceptor.state {
                WaiterState::Success => Ok(true),
                WaiterState::Failure => {
                    let reason = explanation(&acceptor.condition);
                    Err(failed(waiter, &format!("Waiter encountered a terminal failure state: {reason}")))
                }
            };
        }
    }
    match answer {
        Ok(_) => Ok(false),
        Err(error) => Err(failed(waiter, &format!("An error occurred ({}): {}", error.code, error.message))),
    }
}

fn holds(condition: &WaiterCondition, answer: Result<&Document, &ServiceError>) -> Result<bool, Failure> {
    match (condition, answer) {
        (WaiterCondition::Error { code }, Err(error)) => Ok(error.code == *code),
        (WaiterCondition::Error { .. }, Ok(_)) | (_, Err(_)) => Ok(false),
        (WaiterCondition::PathAll { path, expected }, Ok(answer)) => {
            let found = found(path, answer)?;
            Ok(!found.is_empty() && found.iter().all(|value| *value == Document::from(*expected)))
        }
        (WaiterCondition::PathAny { path, expected }, Ok(answer)) => {
            Ok(found(path, answer)?.contains(&Document::from(*expected)))
        }
    }
}

/// What the path finds; nothing when that is no list.
fn found(path: &str, answer: &Document) -> Result<Vec<Document>, Failure> {
    let found = Expression::parse(path).and_then(|expression| expression.search(answer)).map_err(Failure::General)?;
    if let Document::List(found) = found { Ok(found) } else { Ok(Vec::new()) }
}

fn failed(waiter: &Waiter, reason: &str) -> Failure {
    Failure::General(format!("Waiter {} failed: {reason}", waiter.name))
}

/// What was seen, in the reference's words.
fn explanation(condition: &WaiterCondition) -> String {
    match condition {
        WaiterCondition::PathAll { path, expected } => {
            format!("For expression \"{path}\" all members matched expected path: \"{expected}\"")
        }
        WaiterCondition::PathAny { path, expected } => {
            format!("For expression \"{path}\" we matched expected path: \"{expected}\" at least once")
        }
        WaiterCondition::Error { code } => format!("Matched expected service error code: {code}"),
    }
}

#[cfg(test)]
mod tests;
