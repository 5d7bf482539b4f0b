//! Which node of a cluster has which slots, as its nodes tell it.

use super::ShardNodes;
use crate::jobs::{Reason, StepError};
use crate::{Control, error_chain};
use futures_util::future::join_all;
use std::collections::BTreeMap;
use valkeep_domain::cluster::{CacheCluster, NodeRole};
use valkeep_domain::slots::SlotRanges;
use valkeep_ports::engines::{ClusterNode, ClusterView, NodeFacts};

/// All nodes that a node of a cluster knows, itself among them.
pub(super) fn all(view: &ClusterView) -> impl Iterator<Item = &ClusterNode> {
    std::iter::once(&view.own).chain(&view.others)
}

/// The nodes that have slots, by their id.
pub(super) fn owners(view: &ClusterView) -> BTreeMap<&str, &SlotRanges> {
    all(view).filter(|node| !node.slots.is_empty()).map(|node| (node.id.as_str(), &node.slots)).collect()
}

/// The slots that no node has. Keys of such a slot cannot be read by anybody.
pub(super) fn missing(view: &ClusterView) -> SlotRanges {
    // A view in which two nodes have one slot was refused where it was read.
    SlotRanges::union(owners(view).into_values()).unwrap_or_default().missing()
}

/// Who has the slots of a shard.
#[derive(Debug)]
pub(crate) struct Owner {
    slots: SlotRanges,
    /// In the cluster.
    id: String,
    /// Grows whenever slots come to the node from another (Redis cluster specification, "configEpoch").
    epoch: u64,
}

impl Owner {
    /// Whether no slot came or went since `before`, not even there and back. A failover leaves all keys where they are.
    pub(crate) fn kept_its_slots(&self, before: &Self) -> bool {
        let another = self.id != before.id;
        self.slots == before.slots && (another || self.epoch == before.epoch)
    }
}

/// The shards with the slots and roles that they have now: servers fail over and slots are moved between them without a
/// word to us.
///
/// # Errors
/// `Retry` when a shard has no primary that answers, when primaries disagree, or when keys are on their way from one to another:
/// a snapshot would miss a key that leaves a shard after one save and comes to the other before its own. `Fail` when
/// nodes that are not in the group have slots, or none has.
pub(crate) async fn observe(control: &Control, shards: &[ShardNodes]) -> Result<Vec<(ShardNodes, Owner)>, StepError> {
    let looks = shards.iter().map(|shard| primary_of(control, shard));
    let mut views = Vec::new();
    for (shard, found) in shards.iter().zip(join_all(looks).await) {
        let missing = || {
            let id = &shard.id;
            retry(format!("no primary of shard {id} answers; when it is a new node, attach the cluster again"))
        };
        views.push(found?.ok_or_else(missing)?);
    }
    check(&views.iter().map(|(_, view)| view).collect::<Vec<_>>())?;
    let observed = shards.iter().zip(views).map(|(shard, (primary, view))| {
        let ClusterNode { id, epoch, slots, .. } = view.own;
        (with_primary(shard, primary, slots.clone()), Owner { slots, id, epoch })
    });
    Ok(observed.collect())
}

/// Whether these views of primaries are of one whole cluster in which nothing moves.
fn check(views: &[&ClusterView]) -> Result<(), StepError> {
    let Some((first, others)) = views.split_first() else { return Ok(()) };
    let told = owners(first);
    if others.iter().any(|other| owners(other) != told) {
        return Err(retry("the nodes of the cluster disagree on who has which slots".to_owned()));
    }
    let moving: usize = views.iter().map(|view| view.moving_slots).sum();
    if moving > 0 {
        return Err(retry("slots of the cluster are on their way from one node to another".to_owned()));
    }
    if let Some((_, slots)) = told.iter().find(|(id, _)| !views.iter().any(|view| view.own.id == **id)) {
        return Err(fail(format!("slots {slots} are on a node that is not in the group; attach the cluster again")));
    }
    match missing(first) {
        none if none.is_empty() => Ok(()),
        slots => Err(fail(format!("slots {slots} of the cluster are on no node"))),
    }
}

/// The only shard of a group without cluster mode, with the roles that its members have now. Another one than before is the
/// primary only when that one follows it: then both have the same data.
///
/// # Errors
/// When a login cannot be read.
pub(crate) async fn roles(control: &Control, shard: &ShardNodes) -> Result<ShardNodes, StepError> {
    if shard.members.len() == 1 {
        return Ok(shard.clone());
    }
    let told = look(control, shard).await?;
    let known = told.iter().find(|(position, _)| shard.members[*position].role == NodeRole::Primary);
    let Some((_, known)) = known.filter(|(_, facts)| facts.role == NodeRole::Replica) else { return Ok(shard.clone()) };
    let same_data = |facts: &NodeFacts| facts.history.is_some() && facts.history == known.history;
    let followed = |facts: &NodeFacts| facts.role == NodeRole::Primary && same_data(facts);
    match told.iter().find(|(_, facts)| followed(facts)) {
        Some((primary, _)) => Ok(with_primary(shard, *primary, shard.slots.clone())),
        None => Ok(shard.clone()),
    }
}

/// The member that is primary now, with what it tells: of several that say so the one that the cluster believes.
async fn primary_of(control: &Control, shard: &ShardNodes) -> Result<Option<(usize, ClusterView)>, StepError> {
    let views =
        look(control, shard).await?.into_iter().filter_map(|(position, facts)| Some((position, facts.cluster?)));
    let primaries = views.filter(|(_, view)| view.own.follows.is_none());
    Ok(primaries.max_by_key(|(_, view)| (!view.own.slots.is_empty(), view.own.epoch)))
}

/// What the members of a shard that answer tell of themselves.
async fn look(control: &Control, shard: &ShardNodes) -> Result<Vec<(usize, NodeFacts)>, StepError> {
    let accesses = shard.members.iter().map(|member| control.access(member)).collect::<Result<Vec<_>, _>>()?;
    let looks = join_all(accesses.iter().map(|access| control.ports.engines.inspect(access))).await;
    let mut told = Vec::new();
    for (position, (member, facts)) in shard.members.iter().zip(looks).enumerate() {
        match facts {
            Ok(facts) => told.push((position, facts)),
            Err(error) => {
                tracing::warn!(node = %member.id, error = error_chain(&error), "a node tells nothing of itself");
            }
        }
    }
    Ok(told)
}

fn with_primary(shard: &ShardNodes, primary: usize, slots: SlotRanges) -> ShardNodes {
    let role = |position| if position == primary { NodeRole::Primary } else { NodeRole::Replica };
    let members = shard.members.iter().enumerate();
    let members = members.map(|(position, member)| CacheCluster { role: role(position), ..member.clone() });
    ShardNodes { id: shard.id.clone(), slots, members: members.collect() }
}

/// Texts of ours, which name nothing but shards and slots.
fn retry(text: String) -> StepError {
    StepError::Retry(Reason { full: text.clone(), told: text.into() })
}

fn fail(text: String) -> StepError {
    StepError::Fail(Reason { full: text.clone(), told: text.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, slots: &str) -> ClusterNode {
        let slots = SlotRanges::parse(slots).unwrap();
        ClusterNode { id: id.to_owned(), address: None, follows: None, failed: false, epoch: 1, slots }
    }

    fn view(own: &str, nodes: &[(&str, &str)], moving_slots: usize) -> ClusterView {
        let (mut owns, others): (Vec<_>, Vec<_>) =
            nodes.iter().map(|(id, slots)| node(id, slots)).partition(|node| node.id == own);
        ClusterView { own: owns.remove(0), others, moving_slots }
    }

    #[test]
    fn a_cluster_is_taken_only_whole_agreed_on_and_at_rest() {
        let (a, b) = (("a", "0-8191"), ("b", "8192-16383"));
        let sound = [view("a", &[a, b], 0), view("b", &[a, b], 0)];
        assert!(check(&sound.iter().collect::<Vec<_>>()).is_ok());
        let cases = [
            ([view("a", &[a, b], 1), view("b", &[a, b], 0)], "retry: slots of the cluster are on their way"),
            (
                [view("a", &[a, b], 0), view("b", &[a, ("b", "8192-16382")], 0)],
                "retry: the nodes of the cluster disagree",
            ),
            ([view("a", &[a], 0), view("b", &[a, b], 0)], "retry: the nodes of the cluster disagree"),
            (
                [
                    view("a", &[a, ("b", ""), ("c", "8192-16383")], 0),
                    view("b", &[a, ("b", ""), ("c", "8192-16383")], 0),
                ],
                "fail: slots 8192-16383 are on a node that is not in the group",
            ),
            (
                [view("a", &[("a", "0-5,8-8191"), b], 0), view("b", &[("a", "0-5,8-8191"), b], 0)],
                "fail: slots 6-7 of the cluster are on no node",
            ),
        ];
        for (views, expected) in cases {
            let told = match check(&views.iter().collect::<Vec<_>>()) {
                Err(StepError::Retry(reason)) => format!("retry: {}", reason.told),
                Err(StepError::Fail(reason)) => format!("fail: {}", reason.told),
                other => format!("{other:?}"),
            };
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
