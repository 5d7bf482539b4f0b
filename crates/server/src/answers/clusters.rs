//! Replication groups and cache clusters as the API shows them (spec 8.1).

use super::Members;
use valkeep_api::Value;
use valkeep_control::clusters::groups::GroupView;
use valkeep_domain::arn::Place;
use valkeep_domain::cluster::{CacheCluster, ClusterStatus, NodeAddress, NodeRole};

/// N8.
const NODE_ID: &str = "0001";

/// G4: the answer of a create call.
pub(crate) fn new_group(view: &GroupView, place: &Place) -> Value {
    group_members(view, place, true, false)
}

/// G5.
pub(crate) fn group(view: &GroupView, place: &Place) -> Value {
    let up = !matches!(view.group.status, ClusterStatus::Creating | ClusterStatus::CreateFailed);
    group_members(view, place, true, up)
}

/// G6: without members and node groups.
pub(crate) fn deleted_group(view: &GroupView, place: &Place) -> Value {
    group_members(view, place, false, false)
}

fn group_members(view: &GroupView, place: &Place, with_members: bool, with_node_groups: bool) -> Value {
    let group = &view.group;
    let ids = || Value::List(group.members.iter().map(|id| Value::from(id.as_str())).collect());
    Members::default()
        .with("ReplicationGroupId", group.id.as_str())
        .with("Description", group.description.as_str())
        .with("Status", group.status.as_str())
        .with("PendingModifiedValues", Value::Structure(Vec::new()))
        .with_some("MemberClusters", with_members.then(ids))
        .with_some("NodeGroups", with_node_groups.then(|| Value::List(vec![node_group(view)])))
        .with("AutomaticFailover", "disabled")
        .with("MultiAZ", "disabled")
        .with("SnapshotRetentionLimit", i64::from(group.settings.retention_limit_days))
        .with("SnapshotWindow", group.settings.snapshot_window.to_string())
        .with("ClusterEnabled", false)
        .with("CacheNodeType", group.settings.node_type.as_str())
        .with("AuthTokenEnabled", view.members.first().is_some_and(|member| member.node.login.is_some()))
        .with("TransitEncryptionEnabled", view.members.first().is_some_and(|member| member.node.tls.is_some()))
        .with("AtRestEncryptionEnabled", false)
        .with("ARN", place.replication_group(&group.id).to_string())
        .with("LogDeliveryConfigurations", Value::List(Vec::new()))
        .with_time("ReplicationGroupCreateTime", group.created_at)
        .with("DataTiering", "disabled")
        .with("AutoMinorVersionUpgrade", group.settings.auto_minor_version_upgrade)
        .with("NetworkType", "ipv4")
        .with("IpDiscovery", "ipv4")
        .with("ClusterMode", "disabled")
        .with("Engine", group.settings.engine.as_str())
        .structure()
}

fn node_group(view: &GroupView) -> Value {
    let primary = view.members.iter().find(|member| member.role == NodeRole::Primary);
    let reader = view.members.iter().find(|member| member.role == NodeRole::Replica).or(primary);
    let members = view.members.iter().map(|member| {
        Members::default()
            .with("CacheClusterId", member.id.as_str())
            .with("CacheNodeId", NODE_ID)
            .with("ReadEndpoint", endpoint(&member.node))
            .with("PreferredAvailabilityZone", member.zone.as_str())
            .with("CurrentRole", member.role.as_str())
            .structure()
    });
    Members::default()
        .with("NodeGroupId", NODE_ID)
        .with("Status", view.group.status.as_str())
        .with_some("PrimaryEndpoint", primary.map(|member| endpoint(&member.node)))
        .with_some("ReaderEndpoint", reader.map(|member| endpoint(&member.node)))
        .with("NodeGroupMembers", Value::List(members.collect()))
        .structure()
}

fn endpoint(node: &NodeAddress) -> Value {
    Members::default().with("Address", node.host.as_str()).with("Port", i64::from(node.port)).structure()
}

/// G1: the answer of a create call, with the zone when one was asked for.
pub(crate) fn new_cluster(cluster: &CacheCluster, asked_for_zone: bool) -> Value {
    cluster_members(cluster)
        .with_some("PreferredAvailabilityZone", asked_for_zone.then_some(cluster.zone.as_str()))
        .structure()
}

/// G3; `with_nodes` is `ShowCacheNodeInfo`.
pub(crate) fn cluster(cluster: &CacheCluster, place: &Place, with_nodes: bool) -> Value {
    let members = cluster_members(cluster)
        .with("PreferredAvailabilityZone", cluster.zone.as_str())
        .with_time("CacheClusterCreateTime", cluster.created_at)
        .with("SecurityGroups", Value::List(Vec::new()))
        .with("ARN", place.cluster(&cluster.id).to_string());
    let up = !matches!(cluster.status, ClusterStatus::Creating | ClusterStatus::CreateFailed);
    if with_nodes && up { members.with("CacheNodes", Value::List(vec![node(cluster)])) } else { members }.structure()
}

fn cluster_members(cluster: &CacheCluster) -> Members {
    let settings = &cluster.settings;
    let parameter_group = Members::default()
        .with("CacheParameterGroupName", settings.parameter_group.as_str())
        .with("ParameterApplyStatus", "in-sync")
        .with("CacheNodeIdsToReboot", Value::List(Vec::new()))
        .structure();
    Members::default()
        .with("CacheClusterId", cluster.id.as_str())
        .with("CacheNodeType", settings.node_type.as_str())
        .with("Engine", settings.engine.as_str())
        .with("EngineVersion", settings.engine_version.to_string())
        .with("CacheClusterStatus", cluster.status.as_str())
        .with("NumCacheNodes", 1)
        .with("PreferredMaintenanceWindow", settings.maintenance_window.to_string())
        .with("PendingModifiedValues", Value::Structure(Vec::new()))
        .with("CacheSecurityGroups", Value::List(Vec::new()))
        .with("CacheParameterGroup", parameter_group)
        .with("CacheSubnetGroupName", settings.subnet_group.as_str())
        .with("AutoMinorVersionUpgrade", settings.auto_minor_version_upgrade)
        .with_some("ReplicationGroupId", cluster.group.as_ref().map(|id| id.as_str()))
        .with("SnapshotRetentionLimit", i64::from(settings.retention_limit_days))
        .with("SnapshotWindow", settings.snapshot_window.to_string())
        .with("AuthTokenEnabled", cluster.node.login.is_some())
        .with("TransitEncryptionEnabled", cluster.node.tls.is_some())
        .with("AtRestEncryptionEnabled", false)
        .with("NetworkType", "ipv4")
        .with("IpDiscovery", "ipv4")
}

fn node(cluster: &CacheCluster) -> Value {
    Members::default()
        .with("CacheNodeId", NODE_ID)
        .with("CacheNodeStatus", cluster.status.as_str())
        .with_time("CacheNodeCreateTime", cluster.created_at)
        .with("Endpoint", endpoint(&cluster.node))
        .with("ParameterGroupStatus", "in-sync")
        .with("CustomerAvailabilityZone", cluster.zone.as_str())
        .structure()
}
