//! The job that deletes a group or cluster: the final snapshot, the processes, the records.

use super::{Nodes, ShardNodes, home, members, settle, shards, spec};
use crate::Control;
use crate::crash::{CrashPoint, reached};
use crate::events;
use crate::jobs::{Held, Job, Reason, StepError, Work, postpone};
use crate::snapshots::create::lose;
use crate::snapshots::together::{Prefer, capture};
use std::sync::Arc;
use valkeep_domain::cluster::{CacheCluster, ClusterEvent, Ownership, ReplicationGroup};
use valkeep_domain::names::{ClusterId, SnapshotName};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};
use valkeep_ports::records::{SnapshotTaken, Tagged};

pub(crate) async fn run(
    control: &Arc<Control>,
    held: Held,
    nodes: &Nodes,
    final_snapshot: Option<&SnapshotName>,
) -> Result<(), StepError> {
    if let Some(name) = final_snapshot {
        take_final(control, held, nodes, name).await?;
    }
    // Nobody brings a node back while it is being removed.
    let _alone = control.node_changes.lock().await;
    let of = nodes.clone();
    let doomed = held.read(control, move |tx| members(tx, &of)).await?;
    for member in doomed.iter().rev().filter(|member| member.ownership == Ownership::Spawned) {
        held.read(control, |_| Ok(())).await?;
        control.ports.engines.remove(&home(member)).await?;
        reached(CrashPoint::RemoveNodeRemoved);
    }
    let (of, place, now) = (nodes.clone(), control.settings.place.clone(), control.now());
    held.finish(control, move |tx| {
        let gone = members(tx, &of)?;
        events::nodes_deleted(tx, now, &of, &gone)?;
        for member in gone {
            tx.remove::<Tagged>(&place.cluster(&member.id).to_string())?;
            tx.remove::<CacheCluster>(member.id.as_str())?;
            forget_quota(tx, &member.id)?;
        }
        if let Nodes::Group(id) = &of {
            tx.remove::<Tagged>(&place.replication_group(id).to_string())?;
            tx.remove::<ReplicationGroup>(id.as_str())?;
        }
        Ok(())
    })
    .await?;
    reached(CrashPoint::RemoveFinished);
    Ok(())
}

/// What was counted for the daily quota goes with the node (L63).
fn forget_quota(tx: &mut Tx<'_>, id: &ClusterId) -> Result<(), CatalogError> {
    const BATCH: usize = 1_000;
    loop {
        let taken = tx.scan_at::<SnapshotTaken>(&Scan::keys(&SnapshotTaken::of_cluster(id), BATCH))?;
        for (key, _) in &taken {
            tx.remove::<SnapshotTaken>(key)?;
        }
        if taken.len() < BATCH {
            return Ok(());
        }
    }
}

/// Takes the final snapshot; from then on the job no longer has one to take.
async fn take_final(control: &Arc<Control>, held: Held, nodes: &Nodes, name: &SnapshotName) -> Result<(), StepError> {
    wake_primary(control, held, nodes).await?;
    let captured = capture(control, held, name, Prefer::Primary).await?;
    let (name, nodes, now) = (name.clone(), nodes.clone(), control.now());
    held.write(control, move |tx, job| {
        captured.store(tx, now, job.id, &name)?;
        let work = Work::RemoveNodes { nodes: nodes.clone(), final_snapshot: None };
        Ok(tx.replace(&Job { work, errors: 0, ..job })?)
    })
    .await
}

/// A node that died with the machine is started again, so that its data can be taken.
async fn wake_primary(control: &Control, held: Held, nodes: &Nodes) -> Result<(), StepError> {
    let of = nodes.clone();
    let shards = held.read(control, move |tx| shards(tx, &of)).await?;
    for primary in shards.iter().filter_map(ShardNodes::primary) {
        if primary.ownership == Ownership::Spawned {
            control.ports.engines.revive(&spec(primary, primary)).await?;
        }
    }
    Ok(())
}

/// L60: without its final snapshot the deletion does not go on. Past that point it is tried again until it succeeds.
pub(crate) async fn fail(
    control: &Control,
    held: Held,
    nodes: &Nodes,
    final_snapshot: Option<&SnapshotName>,
    reason: Reason,
) -> Result<(), StepError> {
    let Some(name) = final_snapshot.cloned() else { return postpone(control, held, reason.full).await };
    let (nodes, now) = (nodes.clone(), control.now());
    held.finish(control, move |tx| {
        lose(tx, now, held.id(), &name, &reason)?;
        events::nodes_kept(tx, now, &nodes, &name)?;
        settle(tx, &nodes, ClusterEvent::DeleteAbandoned)
    })
    .await
}
