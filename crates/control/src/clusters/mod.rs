//! Replication groups and cache clusters: create, describe, delete, attach (spec section 8.1).

pub mod attach;
pub mod caches;
pub mod create;
pub mod delete;
pub mod describe;
mod discover;
pub mod groups;
pub(crate) mod remove;
pub(crate) mod revive;
pub(crate) mod start;
pub(crate) mod topology;

use crate::jobs::{Reason, StepError};
use crate::{Control, Refusal};
use serde::{Deserialize, Serialize};
use valkeep_domain::arn::{Arn, Place};
use valkeep_domain::cluster::{CacheCluster, ClusterEvent, NodeRole, Ownership, ReplicationGroup, Shard};
use valkeep_domain::names::{ClusterId, NodeGroupId, ReplicationGroupId};
use valkeep_domain::slots::SlotRanges;
use valkeep_ports::catalog::Tx;
use valkeep_ports::engines::{NodeAccess, NodeSpec};
use zeroize::Zeroizing;

/// What is created, snapshotted and deleted as one: a group with its members, or a single cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nodes {
    Group(ReplicationGroupId),
    Cluster(ClusterId),
}

impl Nodes {
    /// A member stands for its group.
    pub(crate) fn of(cluster: &CacheCluster) -> Self {
        match &cluster.group {
            Some(group) => Self::Group(group.clone()),
            None => Self::Cluster(cluster.id.clone()),
        }
    }

    pub(crate) fn arn(&self, place: &Place) -> Arn {
        match self {
            Self::Group(id) => place.replication_group(id),
            Self::Cluster(id) => place.cluster(id),
        }
    }
}

impl std::fmt::Display for Nodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group(id) => write!(f, "replication group {id}"),
            Self::Cluster(id) => write!(f, "cache cluster {id}"),
        }
    }
}

pub(crate) fn group(tx: &mut Tx<'_>, id: &ReplicationGroupId) -> Result<ReplicationGroup, Refusal> {
    tx.get(id.as_str())?.ok_or_else(|| Refusal::GroupNotFound(id.clone()))
}

pub(crate) fn cluster(tx: &mut Tx<'_>, id: &ClusterId) -> Result<CacheCluster, Refusal> {
    tx.get(id.as_str())?.ok_or_else(|| Refusal::ClusterNotFound(id.clone()))
}

/// A shard with its nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShardNodes {
    pub(crate) id: NodeGroupId,
    pub(crate) slots: SlotRanges,
    pub(crate) members: Vec<CacheCluster>,
}

impl ShardNodes {
    /// The node that takes writes.
    pub(crate) fn primary(&self) -> Option<&CacheCluster> {
        self.members.iter().find(|member| member.role == NodeRole::Primary)
    }
}

/// The shards behind `nodes`; a group without cluster mode, or a single cluster, is one.
pub(crate) fn shards(tx: &mut Tx<'_>, nodes: &Nodes) -> Result<Vec<ShardNodes>, StepError> {
    let shards = match nodes {
        Nodes::Cluster(id) => vec![Shard::only(vec![id.clone()])],
        Nodes::Group(id) => {
            let group = tx.get::<ReplicationGroup>(id.as_str())?;
            group.ok_or_else(|| StepError::Fail(format!("replication group {id} is gone").into()))?.shards()
        }
    };
    let mut found = Vec::new();
    for Shard { id, slots, members: ids } in shards {
        let mut members = Vec::new();
        for id in ids {
            let member = tx.get::<CacheCluster>(id.as_str())?;
            members.push(member.ok_or_else(|| StepError::Fail(format!("cache cluster {id} is gone").into()))?);
        }
        found.push(ShardNodes { id, slots, members });
    }
    Ok(found)
}

/// The clusters behind `nodes`, shard by shard.
pub(crate) fn members(tx: &mut Tx<'_>, nodes: &Nodes) -> Result<Vec<CacheCluster>, StepError> {
    Ok(shards(tx, nodes)?.into_iter().flat_map(|shard| shard.members).collect())
}

/// Whether an event that a caller asks for is allowed, for the nodes it concerns and for their group.
pub(crate) fn check<'a>(
    tx: &mut Tx<'_>,
    nodes: &Nodes,
    concerned: impl IntoIterator<Item = &'a CacheCluster>,
    event: ClusterEvent,
) -> Result<(), Refusal> {
    if let Nodes::Group(id) = nodes {
        group(tx, id)?.status.on(event).map_err(|_| Refusal::GroupState(id.clone()))?;
    }
    for node in concerned {
        node.status.on(event).map_err(|_| Refusal::ClusterState(node.id.clone()))?;
    }
    Ok(())
}

/// Applies an event that a caller asks for to the nodes it concerns and to their group.
pub(crate) fn request<'a>(
    tx: &mut Tx<'_>,
    nodes: &Nodes,
    concerned: impl IntoIterator<Item = &'a CacheCluster>,
    event: ClusterEvent,
) -> Result<(), Refusal> {
    if let Nodes::Group(id) = nodes {
        let mut group = group(tx, id)?;
        group.status = group.status.on(event).map_err(|_| Refusal::GroupState(id.clone()))?;
        tx.replace(&group)?;
    }
    for node in concerned {
        let status = node.status.on(event).map_err(|_| Refusal::ClusterState(node.id.clone()))?;
        tx.replace(&CacheCluster { status, ..node.clone() })?;
    }
    Ok(())
}

/// Applies an event that a job brings about to the group and to every node it concerns: a snapshot concerns the group and
/// one node of each shard, so nodes that the event does not move stay as they are.
pub(crate) fn settle(tx: &mut Tx<'_>, nodes: &Nodes, event: ClusterEvent) -> Result<(), StepError> {
    if let Nodes::Group(id) = nodes {
        let group = tx.get::<ReplicationGroup>(id.as_str())?;
        let group = group.ok_or_else(|| StepError::Fail(format!("replication group {id} is gone").into()))?;
        let status = group.status.on(event).map_err(|error| StepError::Fail(format!("{id}: {error}").into()))?;
        tx.replace(&ReplicationGroup { status, ..group })?;
    }
    for member in members(tx, nodes)? {
        if let Ok(status) = member.status.on(event) {
            tx.replace(&CacheCluster { status, ..member })?;
        }
    }
    Ok(())
}

impl Control {
    /// How to reach and enter a node.
    pub(crate) fn access(&self, cluster: &CacheCluster) -> Result<NodeAccess, StepError> {
        let node = &cluster.node;
        let (username, password) = match &node.login {
            None => (None, None),
            Some(login) => {
                let secret = self.ports.secrets.open(&password_purpose(&cluster.id), &login.sealed_password)?;
                let password = String::from_utf8(secret.to_vec())
                    .map_err(|_| StepError::Fail(Reason::plain("the stored password is no text")))?;
                (login.username.clone(), Some(Zeroizing::new(password)))
            }
        };
        Ok(NodeAccess {
            host: node.host.clone(),
            port: node.port,
            username,
            password,
            tls: node.tls.clone(),
            spawned_as: (cluster.ownership == Ownership::Spawned).then(|| home(cluster)),
        })
    }
}

/// What the password of a node is sealed for.
fn password_purpose(id: &ClusterId) -> String {
    format!("node-password/{id}")
}

/// Names a node on this machine, and its directory there. A cluster that is made anew under an id of before is another node: so
/// neither a job nor a record of an older catalog reaches it.
fn home(cluster: &CacheCluster) -> String {
    format!("{}-{:x}", cluster.id, cluster.created_at.ms())
}

/// The process behind a spawned cluster.
fn spec(member: &CacheCluster, primary: &CacheCluster) -> NodeSpec {
    NodeSpec {
        id: home(member),
        engine: member.settings.engine,
        version: member.settings.engine_version.clone(),
        port: member.node.port,
        follow: (member.role == NodeRole::Replica).then_some(primary.node.port),
        maxmemory_bytes: member.settings.node_type.maxmemory_bytes(),
    }
}
