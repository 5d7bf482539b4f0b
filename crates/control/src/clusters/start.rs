//! The job that starts the nodes of a new group or cluster: the primary, then its replicas.

use super::{Nodes, home, members, revive, settle, spec};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Reason, StepError};
use crate::{Control, error_chain, events};
use valkeep_domain::cluster::{ClusterEvent, NodeRole};

/// Starting is idempotent: a node that an earlier attempt started is kept.
pub(crate) async fn run(control: &Control, held: Held, nodes: &Nodes) -> Result<(), StepError> {
    let of = nodes.clone();
    let members = held.read(control, move |tx| members(tx, &of)).await?;
    let primary = members.iter().find(|member| member.role == NodeRole::Primary);
    let primary = primary.ok_or_else(|| StepError::Fail(Reason::plain("the group has no primary")))?;
    for member in &members {
        held.read(control, |_| Ok(())).await?;
        control.ports.engines.start(&spec(member, primary)).await?;
        reached(CrashPoint::StartNodeStarted);
    }
    let (of, now) = (nodes.clone(), control.now());
    held.finish(control, move |tx| {
        events::nodes_created(tx, now, &of)?;
        settle(tx, &of, ClusterEvent::Started)
    })
    .await?;
    reached(CrashPoint::StartFinished);
    // They are in service from now on, which their directories learn now or at the next look.
    for member in &members {
        if let Err(error) = revive::look_at(control, member).await {
            tracing::warn!(node = %member.id, error = error_chain(&error), "a new node could not be looked at");
        }
    }
    Ok(())
}

/// Nodes that did start are ended; the group stays as `create-failed` until it is deleted. What an older catalog takes for a start may
/// be of nodes that have been in service since: they are left.
pub(crate) async fn fail(control: &Control, held: Held, nodes: &Nodes, cause: &str) -> Result<(), StepError> {
    let of = nodes.clone();
    let started = held.read(control, move |tx| members(tx, &of)).await?;
    for member in &started {
        held.read(control, |_| Ok(())).await?;
        if let Err(error) = control.ports.engines.abandon(&home(member)).await {
            tracing::error!(node = %member.id, error = error_chain(&error), "a node of a failed group still runs");
        }
    }
    let (of, now, cause) = (nodes.clone(), control.now(), cause.to_owned());
    held.finish(control, move |tx| {
        events::nodes_not_created(tx, now, &of, &cause)?;
        settle(tx, &of, ClusterEvent::StartFailed)
    })
    .await
}
