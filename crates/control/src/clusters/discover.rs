//! From the servers that an operator names to the shards of a group.

use super::attach::Attach;
use super::topology::{all, missing};
use crate::{Control, Refusal, error_chain};
use futures_util::future::join_all;
use std::collections::BTreeSet;
use valkeep_domain::cluster::NodeRole;
use valkeep_domain::slots::SlotRanges;
use valkeep_ports::engines::{ClusterNode, ClusterView, NodeAccess, NodeFacts};

/// Nodes of a cluster (L65). All shards of a snapshot are taken at the same time, so this bounds connections and memory too.
const MAX_CLUSTER_NODES: usize = 90;

/// Nodes of a group without cluster mode (V17).
const MAX_SHARD_NODES: usize = 6;

/// A server that answered.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) facts: NodeFacts,
}

/// What the servers are.
#[derive(Clone, Debug)]
pub(super) enum Discovered {
    /// A primary and its replicas.
    Shard(Vec<Found>),
    /// Shards in the order of their slots.
    Cluster(Vec<(SlotRanges, Vec<Found>)>),
}

impl Control {
    /// Asks the servers what they are. One server is enough to find a whole cluster.
    ///
    /// # Errors
    /// `InvalidValue` when a server cannot be used, when they are not one group, or when a slot has no node.
    pub(super) async fn discover(&self, request: &Attach) -> Result<Discovered, Refusal> {
        let different: BTreeSet<_> = request.nodes.iter().collect();
        if different.len() < request.nodes.len() {
            return Err(refused("A node is named twice."));
        }
        if request.nodes.is_empty() || request.nodes.len() > MAX_CLUSTER_NODES {
            return Err(refused(format!("A group has one to {MAX_CLUSTER_NODES} nodes.")));
        }
        let named = self.inspect_all(request, request.nodes.clone()).await?;
        let views: Vec<Option<&ClusterView>> = named.iter().map(|found| found.facts.cluster.as_ref()).collect();
        match views.first().copied().flatten() {
            Some(view) => {
                let known = |one: &Option<&ClusterView>| one.is_some_and(|one| all(view).any(|it| it.id == one.own.id));
                match named.iter().zip(&views).find(|(_, one)| !known(one)) {
                    Some((stranger, _)) => Err(refused(format!(
                        "{}:{} is not of the cluster of {}:{}.",
                        stranger.host, stranger.port, named[0].host, named[0].port
                    ))),
                    None => self.discover_cluster(request, view).await.map(Discovered::Cluster),
                }
            }
            None => one_shard(named).map(Discovered::Shard),
        }
    }

    /// The whole cluster, by what one of its nodes tells. Primaries without slots have no keys and are left out, as are
    /// replicas that the cluster has given up.
    async fn discover_cluster(
        &self,
        request: &Attach,
        view: &ClusterView,
    ) -> Result<Vec<(SlotRanges, Vec<Found>)>, Refusal> {
        let mut primaries: Vec<&ClusterNode> = all(view).filter(|node| !node.slots.is_empty()).collect();
        primaries.sort_by_key(|node| node.slots.first());
        let missing = missing(view);
        if !missing.is_empty() {
            return Err(refused(format!("The cluster is not whole: slots {missing} are on no node.")));
        }
        if let Some(failed) = primaries.iter().find(|node| node.failed) {
            return Err(refused(format!("The cluster is not whole: the node with slots {} failed.", failed.slots)));
        }
        let follows = |replica: &ClusterNode, primary: &ClusterNode| replica.follows.as_ref() == Some(&primary.id);
        let shards: Vec<Vec<&ClusterNode>> = primaries
            .iter()
            .map(|primary| {
                let replicas = all(view).filter(|node| follows(node, primary) && !node.failed);
                std::iter::once(*primary).chain(replicas).collect()
            })
            .collect();
        let nodes = || shards.iter().flatten().copied();
        if nodes().count() > MAX_CLUSTER_NODES {
            return Err(refused(format!("The cluster has more than {MAX_CLUSTER_NODES} nodes.")));
        }
        let mut found = self.inspect_members(request, nodes().collect()).await?.into_iter();
        let shards = shards.iter().map(|shard| found.by_ref().take(shard.len()).collect());
        Ok(primaries.iter().map(|primary| primary.slots.clone()).zip(shards).collect())
    }

    /// Asks every node of a cluster at the address that the cluster tells.
    async fn inspect_members(&self, request: &Attach, nodes: Vec<&ClusterNode>) -> Result<Vec<Found>, Refusal> {
        let unknown = |node: &ClusterNode| refused(format!("The cluster does not tell where its node {} is.", node.id));
        let addresses = nodes.iter().map(|node| node.address.clone().ok_or_else(|| unknown(node)));
        let found = self.inspect_all(request, addresses.collect::<Result<_, _>>()?).await?;
        match found.iter().zip(&nodes).find(|(found, node)| !is_node(&found.facts, node)) {
            Some((other, node)) => {
                let Found { host, port, .. } = other;
                Err(refused(format!("{host}:{port} is not the node {} that the cluster has there.", node.id)))
            }
            None => Ok(found),
        }
    }

    /// In the order given.
    async fn inspect_all(&self, request: &Attach, nodes: Vec<(String, u16)>) -> Result<Vec<Found>, Refusal> {
        let looks = nodes.into_iter().map(|(host, port)| async move {
            let access = NodeAccess {
                host: host.clone(),
                port,
                username: request.username.clone(),
                password: request.password.clone(),
                tls: request.tls.clone(),
                spawned_as: None,
            };
            match self.ports.engines.inspect(&access).await {
                Ok(facts) => Ok(Found { host, port, facts }),
                Err(error) => Err(refused(format!("{host}:{port} cannot be attached: {}", error_chain(&error)))),
            }
        });
        join_all(looks).await.into_iter().collect()
    }
}

fn is_node(facts: &NodeFacts, node: &ClusterNode) -> bool {
    facts.cluster.as_ref().is_some_and(|view| view.own.id == node.id)
}

/// A lone replica is all there is: it is what snapshots are taken from.
fn one_shard(mut found: Vec<Found>) -> Result<Vec<Found>, Refusal> {
    if let Some(Found { host, port, .. }) = found.iter().find(|found| found.facts.cluster.is_some()) {
        return Err(refused(format!("{host}:{port} runs in cluster mode, and the others do not.")));
    }
    if found.len() > MAX_SHARD_NODES {
        return Err(refused("A group has one to six nodes."));
    }
    let primaries = found.iter().filter(|it| it.facts.role == NodeRole::Primary).count();
    if primaries > 1 || (primaries == 0 && found.len() > 1) {
        return Err(refused(format!("The nodes are {primaries} primaries; a group is one primary and its replicas.")));
    }
    found.sort_by_key(|found| found.facts.role == NodeRole::Replica);
    Ok(found)
}

fn refused(text: impl Into<String>) -> Refusal {
    Refusal::InvalidValue(text.into())
}
