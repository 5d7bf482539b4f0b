//! Replication groups and cache clusters as the API shows them (spec 8.1).

use super::Members;
use valkeep_api::Value;
use valkeep_control::clusters::groups::GroupView;
use valkeep_domain::arn::Place;
use valkeep_domain::cluster::{CacheCluster, ClusterStatus, NodeAddress, NodeRole, Shard};

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
    let cluster_mode = group.cluster_mode();
    let ids = || Value::List(view.members.iter().map(|member| Value::from(member.id.as_str())).collect());
    let node_groups = || group.shards().iter().map(|shard| node_group(view, shard)).collect();
    let configuration = view.members.first().filter(|_| cluster_mode && with_node_groups);
    Members::default()
        .with("ReplicationGroupId", group.id.as_str())
        .with("Description", group.description.as_str())
        .with("Status", group.status.as_str())
        .with("PendingModifiedValues", Value::Structure(Vec::new()))
        .with_some("MemberClusters", with_members.then(ids))
        .with_some("NodeGroups", with_node_groups.then(|| Value::List(node_groups())))
        // A cluster fails over by itself.
        .with("AutomaticFailover", enabled(cluster_mode))
        .with("MultiAZ", "disabled")
        .with_some("ConfigurationEndpoint", configuration.map(|member| endpoint(&member.node)))
        .with("SnapshotRetentionLimit", i64::from(group.settings.retention_limit_days))
        .with("SnapshotWindow", group.settings.snapshot_window.to_string())
        .with("ClusterEnabled", cluster_mode)
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
        .with("ClusterMode", enabled(cluster_mode))
        .with("Engine", group.settings.engine.as_str())
        .structure()
}

fn node_group(view: &GroupView, shard: &Shard) -> Value {
    let cluster_mode = view.group.cluster_mode();
    let members = || view.members.iter().filter(|member| shard.members.contains(&member.id));
    let primary = members().find(|member| member.role == NodeRole::Primary);
    let reader = members().find(|member| member.role == NodeRole::Replica).or(primary);
    // In a cluster clients learn from any node who has which slots, and which node is primary.
    let shown = |node: Option<&CacheCluster>| node.filter(|_| !cluster_mode).map(|node| endpoint(&node.node));
    let members = members().map(|member| {
        Members::default()
            .with("CacheClusterId", member.id.as_str())
            .with("CacheNodeId", NODE_ID)
            .with("ReadEndpoint", endpoint(&member.node))
            .with("PreferredAvailabilityZone", member.zone.as_str())
            .with_some("CurrentRole", (!cluster_mode).then_some(member.role.as_str()))
            .structure()
    });
    Members::default()
        .with("NodeGroupId", shard.id.as_str())
        .with("Status", view.group.status.as_str())
        .with_some("PrimaryEndpoint", shown(primary))
        .with_some("ReaderEndpoint", shown(reader))
        .with_some("Slots", cluster_mode.then(|| shard.slots.to_string()))
        .with("NodeGroupMembers", Value::List(members.collect()))
        .structure()
}

const fn enabled(yes: bool) -> &'static str {
    if yes { "enabled" } else { "disabled" }
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
