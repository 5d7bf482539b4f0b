//! Snapshots as the API shows them (spec section 8).

use super::Members;
use valkeep_api::Value;
use valkeep_domain::arn::Place;
use valkeep_domain::snapshot::{NodeSnapshot, OriginLevel, Snapshot};

/// `with_configuration` is `ShowNodeGroupConfig` (L39).
pub(crate) fn snapshot(snapshot: &Snapshot, place: &Place, with_configuration: bool) -> Value {
    let origin = &snapshot.origin;
    let at_group_level = matches!(origin.level, OriginLevel::Group { .. });
    let shards = snapshot.shards.iter().map(|shard| node_snapshot(shard, at_group_level, with_configuration)).collect();
    let members = Members::default()
        .with("SnapshotName", snapshot.name.as_str())
        .with("SnapshotStatus", snapshot.state.as_str())
        .with("SnapshotSource", snapshot.source.as_str())
        .with("CacheNodeType", origin.node_type.as_str())
        .with("Engine", origin.engine.as_str())
        .with("EngineVersion", origin.engine_version.to_string());
    let members = match &origin.level {
        OriginLevel::Node { cluster, created_at, zone, group } => members
            .with("CacheClusterId", cluster.as_str())
            .with("NumCacheNodes", 1)
            .with("PreferredAvailabilityZone", zone.as_str())
            .with_time("CacheClusterCreateTime", *created_at)
            .with_some("DataTiering", group.as_ref().map(|_| "disabled")),
        OriginLevel::Group { id, description, node_groups, automatic_failover } => members
            .with("ReplicationGroupId", id.as_str())
            .with("ReplicationGroupDescription", description.as_str())
            .with("NumNodeGroups", i64::from(*node_groups))
            .with("AutomaticFailover", if *automatic_failover { "enabled" } else { "disabled" })
            .with("DataTiering", "disabled"),
    };
    members
        .with("PreferredMaintenanceWindow", origin.maintenance_window.to_string())
        .with_some("TopicArn", origin.topic_arn.as_deref())
        .with("Port", i64::from(origin.port))
        .with("CacheParameterGroupName", origin.parameter_group.as_str())
        .with("CacheSubnetGroupName", origin.subnet_group.as_str())
        .with("VpcId", origin.vpc_id.as_str())
        .with("AutoMinorVersionUpgrade", origin.auto_minor_version_upgrade)
        .with("SnapshotRetentionLimit", i64::from(origin.retention_limit_days))
        .with("SnapshotWindow", origin.snapshot_window.to_string())
        .with("NodeSnapshots", Value::List(shards))
        .with_some("KmsKeyId", snapshot.kms_key.as_deref())
        .with("ARN", place.snapshot(&snapshot.name).to_string())
        .structure()
}

fn node_snapshot(shard: &NodeSnapshot, at_group_level: bool, with_configuration: bool) -> Value {
    let stored = shard.stored.as_ref();
    // L22: while a group is saved, a shard shows only its id.
    let shows_node = !at_group_level || stored.is_some();
    let configuration = &shard.node_group;
    let shown = || {
        let zones = configuration.replica_zones.iter().map(|zone| Value::from(zone.as_str())).collect();
        Members::default()
            .with("NodeGroupId", configuration.id.as_str())
            .with("Slots", configuration.slots.to_string())
            .with("ReplicaCount", i64::from(configuration.replica_count))
            .with("PrimaryAvailabilityZone", configuration.primary_zone.as_str())
            .with("ReplicaAvailabilityZones", Value::List(zones))
            .structure()
    };
    let members = Members::default()
        .with_some("CacheClusterId", (at_group_level && stored.is_some()).then(|| shard.cluster.as_str()))
        .with_some("NodeGroupId", at_group_level.then(|| configuration.id.as_str()))
        .with_some("CacheNodeId", shows_node.then_some(shard.node_id.as_str()))
        .with_some("NodeGroupConfiguration", with_configuration.then(shown))
        .with("CacheSize", stored.map(|stored| stored.rdb_bytes.cache_size()).unwrap_or_default());
    let members = if shows_node { members.with_time("CacheNodeCreateTime", shard.node_created_at) } else { members };
    match stored {
        Some(stored) => members.with_time("SnapshotCreateTime", stored.taken_at).structure(),
        None => members.structure(),
    }
}
