//! What a snapshot is going to be of: its shards, and the node that each is to be taken from.

use super::create::SnapshotOf;
use crate::Refusal;
use crate::clusters::{self, Nodes, ShardNodes};
use valkeep_domain::cluster::{CacheCluster, NodeRole, ReplicationGroup};
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::{
    NodeGroupConfiguration, NodeSnapshot, Origin, OriginLevel, Snapshot, SnapshotSource, SnapshotState,
};
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::Tx;

/// A snapshot that was not begun yet.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) nodes: Nodes,
    /// The group, when it has cluster mode: then the snapshot is one of the group, else one of its node.
    whole: Option<ReplicationGroup>,
    /// Never empty.
    shards: Vec<(ShardNodes, CacheCluster)>,
}

impl Plan {
    /// What a caller asks for (L9-L13).
    ///
    /// # Errors
    /// When the cluster or group is not there, or the two do not belong together.
    pub(super) fn of(tx: &mut Tx<'_>, source: &SnapshotOf) -> Result<Self, Refusal> {
        match source {
            SnapshotOf::Cluster(id) => {
                let cluster = clusters::cluster(tx, id)?;
                Self::of_node(tx, cluster)
            }
            SnapshotOf::Group(id) => Self::choose(tx, Nodes::Group(id.clone()), preferred),
            SnapshotOf::Member { cluster, group } => {
                let member = clusters::cluster(tx, cluster)?;
                clusters::group(tx, group)?;
                if member.group.as_ref() != Some(group) {
                    return Err(Refusal::InvalidCombination(format!(
                        "The cache cluster {cluster} is not a member of the replication group {group}."
                    )));
                }
                Self::of_node(tx, member)
            }
        }
    }

    /// Each shard from its primary (L57).
    pub(crate) fn of_primaries(tx: &mut Tx<'_>, nodes: Nodes) -> Result<Self, Refusal> {
        Self::choose(tx, nodes, |members| members.iter().find(|member| member.role == NodeRole::Primary))
    }

    /// L12: one shard of several is no snapshot of the data.
    fn of_node(tx: &mut Tx<'_>, node: CacheCluster) -> Result<Self, Refusal> {
        if let Some(group) = &node.group
            && clusters::group(tx, group)?.cluster_mode()
        {
            return Err(Refusal::InvalidValue(format!(
                "The cache cluster {} is a member of {group}, which has cluster mode enabled. Specify the replication group.",
                node.id
            )));
        }
        Self::choose(tx, Nodes::of(&node), |members| members.iter().find(|member| member.id == node.id))
    }

    fn choose(
        tx: &mut Tx<'_>,
        nodes: Nodes,
        choice: impl Fn(&[CacheCluster]) -> Option<&CacheCluster>,
    ) -> Result<Self, Refusal> {
        let whole = match &nodes {
            Nodes::Group(id) => Some(clusters::group(tx, id)?).filter(ReplicationGroup::cluster_mode),
            Nodes::Cluster(_) => None,
        };
        let shards = clusters::shards(tx, &nodes).map_err(|error| Refusal::Internal(Box::new(error)))?;
        let chosen = shards.into_iter().map(|shard| match choice(&shard.members).cloned() {
            Some(node) => Ok((shard, node)),
            None => Err(no_node()),
        });
        let shards = chosen.collect::<Result<Vec<_>, _>>()?;
        if shards.is_empty() { Err(no_node()) } else { Ok(Self { nodes, whole, shards }) }
    }

    /// The nodes that it is to be taken from, one of each shard.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &CacheCluster> {
        self.shards.iter().map(|(_, node)| node)
    }

    /// L15: with cluster mode every node type is supported.
    pub(crate) fn check_supported(&self) -> Result<(), Refusal> {
        let mut types = self.sources().map(|node| &node.settings.node_type);
        match types.find(|node_type| self.whole.is_none() && !node_type.snapshot_supported()) {
            Some(node_type) => Err(Refusal::SnapshotsNotSupported(format!("the node type {node_type}"))),
            None => Ok(()),
        }
    }

    /// The snapshot before it has data: what is known of the cluster is frozen in it (F4).
    pub(crate) fn snapshot(&self, name: SnapshotName, kms_key: Option<String>, now: Timestamp) -> Snapshot {
        let (_, first) = &self.shards[0];
        let settings = self.whole.as_ref().map_or(&first.settings, |group| &group.settings);
        Snapshot {
            name,
            state: SnapshotState::Creating,
            source: SnapshotSource::Manual,
            origin: Origin {
                level: self.level(first),
                node_type: settings.node_type.clone(),
                engine: settings.engine,
                engine_version: settings.engine_version.clone(),
                port: first.node.port,
                parameter_group: settings.parameter_group.clone(),
                subnet_group: settings.subnet_group.clone(),
                vpc_id: settings.vpc_id.clone(),
                auto_minor_version_upgrade: settings.auto_minor_version_upgrade,
                retention_limit_days: settings.retention_limit_days,
                snapshot_window: settings.snapshot_window,
                maintenance_window: settings.maintenance_window,
                topic_arn: None,
            },
            shards: self.shards.iter().map(|(shard, node)| planned(shard, node)).collect(),
            kms_key,
            created_at: now,
            failed_export: None,
        }
    }

    fn level(&self, node: &CacheCluster) -> OriginLevel {
        match &self.whole {
            Some(group) => OriginLevel::Group {
                id: group.id.clone(),
                description: group.description.clone(),
                node_groups: u16::try_from(self.shards.len()).unwrap_or(u16::MAX),
                automatic_failover: true,
            },
            None => OriginLevel::Node {
                cluster: node.id.clone(),
                created_at: node.created_at,
                zone: node.zone.clone(),
                group: node.group.clone(),
            },
        }
    }
}

fn planned(shard: &ShardNodes, node: &CacheCluster) -> NodeSnapshot {
    NodeSnapshot {
        cluster: node.id.clone(),
        node_group: NodeGroupConfiguration {
            id: shard.id.clone(),
            slots: shard.slots.clone(),
            replica_count: 0,
            primary_zone: node.zone.clone(),
            replica_zones: Vec::new(),
        },
        node_id: "0001".to_owned(),
        node_created_at: node.created_at,
        stored: None,
    }
}

/// L13: a replica where there is one. Whether it is in step is seen when the job looks at it.
fn preferred(members: &[CacheCluster]) -> Option<&CacheCluster> {
    members.iter().find(|member| member.role == NodeRole::Replica).or(members.first())
}

fn no_node() -> Refusal {
    Refusal::Internal("a shard has no node to take a snapshot of".into())
}
