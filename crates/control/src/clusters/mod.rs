//! Replication groups and cache clusters: create, describe, delete, attach (spec section 8.1).

pub mod attach;
pub mod caches;
pub mod create;
pub mod delete;
pub mod describe;
pub mod groups;
pub(crate) mod remove;
pub(crate) mod revive;
pub(crate) mod start;

use crate::jobs::{Reason, StepError};
use crate::{Control, Refusal};
use serde::{Deserialize, Serialize};
use valkeep_domain::arn::{Arn, Place};
use valkeep_domain::cluster::{CacheCluster, ClusterEvent, NodeRole, Ownership, ReplicationGroup};
use valkeep_domain::names::{ClusterId, ReplicationGroupId};
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

/// The clusters behind `nodes`, the primary first.
pub(crate) fn members(tx: &mut Tx<'_>, nodes: &Nodes) -> Result<Vec<CacheCluster>, StepError> {
    let ids = match nodes {
        Nodes::Cluster(id) => vec![id.clone()],
        Nodes::Group(id) => {
            let group = tx.get::<ReplicationGroup>(id.as_str())?;
            group.ok_or_else(|| StepError::Fail(format!("replication group {id} is gone").into()))?.members
        }
    };
    let mut members = Vec::new();
    for id in ids {
        let member = tx.get::<CacheCluster>(id.as_str())?;
        members.push(member.ok_or_else(|| StepError::Fail(format!("cache cluster {id} is gone").into()))?);
    }
    Ok(members)
}

/// The node of `nodes` that takes writes.
pub(crate) fn primary(tx: &mut Tx<'_>, nodes: &Nodes) -> Result<CacheCluster, Refusal> {
    let members = members(tx, nodes).map_err(|error| Refusal::Internal(Box::new(error)))?;
    let primary = members.into_iter().find(|member| member.role == NodeRole::Primary);
    primary.ok_or_else(|| Refusal::Internal("the cluster has no primary".into()))
}

/// Whether an event that a caller asks for is allowed, for the node and for its group.
pub(crate) fn check(tx: &mut Tx<'_>, nodes: &Nodes, node: &CacheCluster, event: ClusterEvent) -> Result<(), Refusal> {
    if let Nodes::Group(id) = nodes {
        group(tx, id)?.status.on(event).map_err(|_| Refusal::GroupState(id.clone()))?;
    }
    node.status.on(event).map_err(|_| Refusal::ClusterState(node.id.clone()))?;
    Ok(())
}

/// Applies an event that a caller asks for to the node and to its group.
pub(crate) fn request(tx: &mut Tx<'_>, nodes: &Nodes, node: &CacheCluster, event: ClusterEvent) -> Result<(), Refusal> {
    check(tx, nodes, node, event)?;
    if let Nodes::Group(id) = nodes {
        let mut group = group(tx, id)?;
        group.status = group.status.on(event).map_err(|_| Refusal::GroupState(id.clone()))?;
        tx.replace(&group)?;
    }
    let status = node.status.on(event).map_err(|_| Refusal::ClusterState(node.id.clone()))?;
    tx.replace(&CacheCluster { status, ..node.clone() })?;
    Ok(())
}

/// Applies an event that a job brings about to the group and to every node it concerns: a snapshot concerns the group and
/// one node, so nodes that the event does not move stay as they are.
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
            spawned_as: (cluster.ownership == Ownership::Spawned).then(|| cluster.id.to_string()),
        })
    }
}

/// What the password of a node is sealed for.
fn password_purpose(id: &ClusterId) -> String {
    format!("node-password/{id}")
}

/// The process behind a spawned cluster.
fn spec(member: &CacheCluster, primary: &CacheCluster) -> NodeSpec {
    NodeSpec {
        id: member.id.to_string(),
        engine: member.settings.engine,
        version: member.settings.engine_version.clone(),
        port: member.node.port,
        follow: (member.role == NodeRole::Replica).then_some(primary.node.port),
        maxmemory_bytes: member.settings.node_type.maxmemory_bytes(),
    }
}
