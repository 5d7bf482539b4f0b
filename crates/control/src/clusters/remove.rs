//! The job that deletes a group or cluster: the final snapshot, the processes, the records.

use super::{Nodes, members, settle};
use crate::Control;
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, StepError, postpone};
use crate::snapshots::copy::give_up;
use crate::snapshots::create::{Prefer, capture};
use crate::sweep::abandon_blobs_of;
use valkeep_domain::cluster::{CacheCluster, ClusterEvent, Ownership, ReplicationGroup};
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::{Snapshot, SnapshotState};
use valkeep_ports::records::Tagged;

pub(crate) async fn run(
    control: &Control,
    held: Held,
    nodes: &Nodes,
    final_snapshot: Option<&SnapshotName>,
) -> Result<(), StepError> {
    if let Some(name) = final_snapshot {
        take_final(control, held, name).await?;
    }
    let of = nodes.clone();
    let doomed = control.ports.store.read(move |tx| members(tx, &of)).await?;
    for member in doomed.iter().rev().filter(|member| member.ownership == Ownership::Spawned) {
        control.ports.engines.remove(member.id.as_str()).await?;
        reached(CrashPoint::RemoveNodeRemoved);
    }
    let (of, place) = (nodes.clone(), control.settings.place.clone());
    control
        .ports
        .store
        .write(move |tx| {
            held.finish(tx)?;
            for member in members(tx, &of)? {
                tx.remove::<Tagged>(&place.cluster(&member.id).to_string())?;
                tx.remove::<CacheCluster>(member.id.as_str())?;
            }
            if let Nodes::Group(id) = &of {
                tx.remove::<Tagged>(&place.replication_group(id).to_string())?;
                tx.remove::<ReplicationGroup>(id.as_str())?;
            }
            Ok::<_, StepError>(())
        })
        .await?;
    reached(CrashPoint::RemoveFinished);
    Ok(())
}

/// Takes the final snapshot, unless an earlier attempt of this job has.
async fn take_final(control: &Control, held: Held, name: &SnapshotName) -> Result<(), StepError> {
    if final_is_taken(control, name).await? {
        return Ok(());
    }
    let captured = capture(control, held, name, Prefer::Primary).await?;
    let name = name.clone();
    control
        .ports
        .store
        .write(move |tx| {
            held.check(tx)?;
            captured.store(tx, &name)
        })
        .await
}

/// Whether the final snapshot is whole. Once it is, the caller may even have deleted it.
async fn final_is_taken(control: &Control, name: &SnapshotName) -> Result<bool, StepError> {
    let name = name.clone();
    let snapshot = control.ports.store.read(move |tx| tx.get::<Snapshot>(name.as_str())).await?;
    Ok(snapshot.is_none_or(|snapshot| snapshot.state != SnapshotState::Creating))
}

/// L60: without its final snapshot the deletion does not go on. Past that point it is tried again until it succeeds.
pub(crate) async fn fail(
    control: &Control,
    held: Held,
    nodes: &Nodes,
    final_snapshot: Option<&SnapshotName>,
    reason: String,
) -> Result<(), StepError> {
    let name = match final_snapshot {
        Some(name) if !final_is_taken(control, name).await? => name.clone(),
        Some(_) | None => return postpone(control, held, reason).await,
    };
    let nodes = nodes.clone();
    control
        .ports
        .store
        .write(move |tx| {
            held.finish(tx)?;
            abandon_blobs_of(tx, held)?;
            give_up(tx, &name, &reason)?;
            settle(tx, &nodes, ClusterEvent::DeleteAbandoned)
        })
        .await
}
