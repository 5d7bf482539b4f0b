//! Snapshots: create, copy, export, describe, delete (spec sections 3 and 4).

mod capture;
pub mod copy;
pub mod create;
pub mod delete;
pub mod describe;
pub mod export;
pub(crate) mod facts;
pub mod inspect;
pub(crate) mod plan;
mod rendezvous;
pub(crate) mod reseal;
mod source;
pub(crate) mod subject;
pub(crate) mod together;
pub mod verified;
pub mod verify;

use crate::Refusal;
use crate::clusters::Nodes;
use crate::jobs::{Reason, StepError};
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::{Failure, InvalidTransition, Making, Snapshot, SnapshotEvent};
use valkeep_ports::catalog::{CatalogError, Tx};

/// The snapshot of that name (N3).
pub(crate) fn find(tx: &mut Tx<'_>, name: &SnapshotName) -> Result<Snapshot, Refusal> {
    tx.get(name.as_str())?.ok_or_else(|| Refusal::SnapshotNotFound(name.clone()))
}

/// The snapshot that a call looked at, as it is now. One that was deleted and made anew meanwhile is another.
pub(crate) fn find_again(tx: &mut Tx<'_>, looked: &Snapshot) -> Result<Snapshot, Refusal> {
    let found = find(tx, &looked.name)?;
    let same = found.created_at == looked.created_at && found.kms_key == looked.kms_key;
    if same { Ok(found) } else { Err(Refusal::SnapshotNotFound(looked.name.clone())) }
}

/// Inserts a new snapshot; names are unique in every status (N14).
pub(crate) fn insert_new(tx: &mut Tx<'_>, snapshot: &Snapshot) -> Result<(), Refusal> {
    tx.insert(snapshot).map_err(|error| match error {
        CatalogError::AlreadyExists { .. } => Refusal::SnapshotExists(snapshot.name.clone()),
        error @ (CatalogError::NotFound { .. } | CatalogError::Unreadable { .. } | CatalogError::Unavailable(_)) => {
            error.into()
        }
    })
}

/// Applies an event that the caller asked for.
pub(crate) fn request(snapshot: &mut Snapshot, event: SnapshotEvent, needed: &'static str) -> Result<(), Refusal> {
    snapshot.apply(event).map_err(|InvalidTransition { from }| Refusal::SnapshotState {
        name: snapshot.name.clone(),
        state: from.as_str(),
        needed,
    })
}

/// Applies an event that a job brings about, on the stored snapshot.
pub(crate) fn advance(
    tx: &mut Tx<'_>,
    name: &SnapshotName,
    event: SnapshotEvent,
    change: impl FnOnce(&mut Snapshot),
) -> Result<(), StepError> {
    let mut snapshot = stored(tx, name)?;
    snapshot.apply(event).map_err(|error| StepError::Fail(format!("{name}: {error}").into()))?;
    change(&mut snapshot);
    Ok(tx.replace(&snapshot)?)
}

/// A snapshot that will never be whole: failed, with its reason, and without bytes.
pub(crate) fn give_up(tx: &mut Tx<'_>, name: &SnapshotName, making: Making, reason: &Reason) -> Result<(), StepError> {
    let failure = Failure { reason: reason.full.clone(), told: reason.told.clone().into_owned(), making };
    advance(tx, name, SnapshotEvent::Failed(failure), |snapshot| {
        for shard in &mut snapshot.shards {
            shard.stored = None;
        }
    })
}

/// A snapshot that a job works on; it cannot be gone, since every job holds it in a moving status.
pub(crate) fn stored(tx: &mut Tx<'_>, name: &SnapshotName) -> Result<Snapshot, StepError> {
    tx.get(name.as_str())?.ok_or_else(|| StepError::Fail(format!("snapshot {name} is gone").into()))
}

/// The group or cluster that a snapshot in progress was taken of.
pub(crate) fn nodes_of(tx: &mut Tx<'_>, name: &SnapshotName) -> Result<Nodes, StepError> {
    let snapshot = stored(tx, name)?;
    match (snapshot.group(), snapshot.cluster()) {
        (Some(group), _) => Ok(Nodes::Group(group.clone())),
        (None, Some(cluster)) => Ok(Nodes::Cluster(cluster.clone())),
        (None, None) => Err(StepError::Fail(format!("snapshot {name} has no source").into())),
    }
}
