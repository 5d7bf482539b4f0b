//! CreateReplicationGroup, for one shard.

use super::create::{HOST, NewSettings};
use super::{Nodes, group};
use crate::authorize::{Call, Conditions};
use crate::{Control, Refusal, tags};
use valkeep_domain::arn::{Arn, ResourceKind};
use valkeep_domain::cluster::{
    CacheCluster, ClusterMode, ClusterSettings, ClusterStatus, NodeAddress, NodeRole, Ownership, ReplicationGroup,
};
use valkeep_domain::names::{ClusterId, ReplicationGroupId};
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::{CatalogError, Tx};

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct CreateReplicationGroup {
    pub id: ReplicationGroupId,
    pub description: String,
    pub settings: NewSettings,
    /// Primary and replicas together, 1 to 6 (V17).
    pub nodes: u16,
    /// The zone of each node; none for the zone of the service.
    pub zones: Vec<String>,
    pub tags: Option<Tags>,
}

/// A group with its members, shard by shard, the first of each the primary that it was made with.
#[derive(Clone, Debug)]
pub struct GroupView {
    pub group: ReplicationGroup,
    pub members: Vec<CacheCluster>,
}

impl Control {
    /// Begins a replication group; its nodes start in the background.
    ///
    /// # Errors
    /// Every refusal of V3-V17, `GroupExists`, `ClusterExists`, `Denied`.
    pub async fn create_replication_group(
        &self,
        call: Call,
        request: CreateReplicationGroup,
    ) -> Result<GroupView, Refusal> {
        let place = self.settings.place.clone();
        let arn = place.replication_group(&request.id);
        self.authorize_creation(
            &call,
            "CreateReplicationGroup",
            &arn,
            &request.settings,
            request.nodes - 1,
            request.tags.as_ref(),
        )?;
        let id = request.id.clone();
        self.ports.store.read(move |tx| refuse_existing(tx, &id)).await?;
        let settings = self.settle_settings(&request.settings)?;
        if request.settings.port.is_some() && request.nodes > 1 {
            return Err(Refusal::InvalidCombination(
                "Port cannot be chosen for more than one node, because all nodes run on this machine.".to_owned(),
            ));
        }
        let (now, zone) = (self.now(), self.settings.zone.clone());
        let nodes = Nodes::Group(request.id.clone());
        let (count, port) = (usize::from(request.nodes), request.settings.port);
        self.create_nodes(nodes, count, port, move |tx, ports| {
            refuse_existing(tx, &request.id)?;
            let view = new_group(&request, &settings, ports, &zone, now);
            insert_group(tx, &view)?;
            for member in &view.members {
                tags::put(tx, &place.cluster(&member.id), request.tags.clone().unwrap_or_default())?;
            }
            tags::put(tx, &place.replication_group(&request.id), request.tags.clone().unwrap_or_default())?;
            Ok(view)
        })
        .await
    }

    /// P2, P4, P5 for both create calls.
    pub(super) fn authorize_creation(
        &self,
        call: &Call,
        action: &str,
        arn: &Arn,
        new: &NewSettings,
        replicas: u16,
        tags: Option<&Tags>,
    ) -> Result<(), Refusal> {
        let place = &self.settings.place;
        let conditions = Conditions::default()
            .request_tags(tags)
            .with("elasticache:CacheNodeType", new.node_type.as_str())
            .with("elasticache:EngineType", new.engine.as_str())
            .with_some("elasticache:EngineVersion", new.engine_version.as_ref().map(ToString::to_string))
            .with_some("elasticache:CacheParameterGroupName", new.parameter_group.as_deref())
            .with("elasticache:NumNodeGroups", "1")
            .with("elasticache:ReplicasPerNodeGroup", replicas.to_string())
            .with("elasticache:SnapshotRetentionLimit", "0");
        // What cannot be asked for yet is off in every cluster.
        let conditions = OFF.iter().fold(conditions, |conditions, key| conditions.with(key, "false"));
        call.authorize(action, &arn.to_string(), &conditions)?;
        let named =
            [(ResourceKind::ParameterGroup, &new.parameter_group), (ResourceKind::SubnetGroup, &new.subnet_group)];
        for (kind, name) in named {
            if let Some(name) = name {
                call.authorize(action, &place.named(kind, name).to_string(), &conditions)?;
            }
        }
        call.authorize_tagging(arn, tags)
    }
}

/// Conditions on features that no cluster of this service has (P5).
const OFF: [&str; 6] = [
    "elasticache:AtRestEncryptionEnabled",
    "elasticache:AuthTokenEnabled",
    "elasticache:AutomaticFailoverEnabled",
    "elasticache:ClusterModeEnabled",
    "elasticache:MultiAZEnabled",
    "elasticache:TransitEncryptionEnabled",
];

fn refuse_existing(tx: &mut Tx<'_>, id: &ReplicationGroupId) -> Result<(), Refusal> {
    match group(tx, id) {
        Err(Refusal::GroupNotFound(_)) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(Refusal::GroupExists(id.clone())),
    }
}

fn new_group(
    request: &CreateReplicationGroup,
    settings: &ClusterSettings,
    ports: &[u16],
    zone: &str,
    now: Timestamp,
) -> GroupView {
    let members: Vec<CacheCluster> = (1_u16..)
        .zip(ports)
        .map(|(number, port)| CacheCluster {
            id: request.id.member(number),
            group: Some(request.id.clone()),
            role: if number == 1 { NodeRole::Primary } else { NodeRole::Replica },
            status: ClusterStatus::Creating,
            created_at: now,
            settings: settings.clone(),
            ownership: Ownership::Spawned,
            zone: request.zones.get(usize::from(number) - 1).map_or(zone, String::as_str).to_owned(),
            node: NodeAddress { host: HOST.to_owned(), port: *port, login: None, tls: None },
            saved: None,
        })
        .collect();
    let group = ReplicationGroup {
        id: request.id.clone(),
        description: request.description.clone(),
        status: ClusterStatus::Creating,
        created_at: now,
        settings: settings.clone(),
        ownership: Ownership::Spawned,
        mode: ClusterMode::Disabled(members.iter().map(|member| member.id.clone()).collect()),
    };
    GroupView { group, members }
}

/// Inserts a group with its members; the ids of the members must be free as well.
pub(super) fn insert_group(tx: &mut Tx<'_>, view: &GroupView) -> Result<(), Refusal> {
    tx.insert(&view.group)?;
    view.members.iter().try_for_each(|member| insert_cluster(tx, member))
}

/// Inserts a cluster whose id must be free.
pub(super) fn insert_cluster(tx: &mut Tx<'_>, cluster: &CacheCluster) -> Result<(), Refusal> {
    let exists = |id: &ClusterId| Refusal::ClusterExists(id.clone());
    tx.insert(cluster).map_err(|error| match error {
        CatalogError::AlreadyExists { .. } => exists(&cluster.id),
        error @ (CatalogError::NotFound { .. } | CatalogError::Unreadable { .. } | CatalogError::Unavailable(_)) => {
            error.into()
        }
    })
}
