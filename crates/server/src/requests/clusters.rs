//! Parameters of the operations on replication groups and cache clusters.

use super::{PageLimits, identifier, optional, page, required, tags, unsupported};
use crate::fault::Answer;
use valkeep_api::Parameters;
use valkeep_control::clusters::caches::CreateCacheCluster;
use valkeep_control::clusters::create::NewSettings;
use valkeep_control::clusters::groups::CreateReplicationGroup;
use valkeep_control::{Control, PageRequest};
use valkeep_domain::engine::{Engine, EngineVersion};
use valkeep_domain::names::{ClusterId, ReplicationGroupId, SnapshotName};
use valkeep_domain::node_types::NodeType;
use valkeep_domain::windows::{InvalidWindow, MaintenanceWindow, SnapshotWindow};

/// W21.
const CLUSTERS: PageLimits = PageLimits { default: 100, max: 100 };

const MAX_DESCRIPTION_CHARS: usize = 255;

/// Members of both create calls that set something.
macro_rules! settings {
    ($($more:literal),* $(,)?) => {
        &[
            "Engine",
            "EngineVersion",
            "CacheNodeType",
            "Port",
            "CacheParameterGroupName",
            "CacheSubnetGroupName",
            "PreferredMaintenanceWindow",
            "SnapshotWindow",
            "SnapshotRetentionLimit",
            "AutoMinorVersionUpgrade",
            "TransitEncryptionEnabled",
            "NetworkType",
            "IpDiscovery",
            "Tags",
            $($more),*
        ]
    };
}

pub(super) const CREATE_GROUP: &[&str] = settings![
    "ReplicationGroupId",
    "ReplicationGroupDescription",
    "NumCacheClusters",
    "NumNodeGroups",
    "ReplicasPerNodeGroup",
    "AutomaticFailoverEnabled",
    "MultiAZEnabled",
    "AtRestEncryptionEnabled",
    "DataTieringEnabled",
    "ClusterMode",
    "PreferredCacheClusterAZs",
];

pub(super) const CREATE_CACHE: &[&str] =
    settings!["CacheClusterId", "NumCacheNodes", "AZMode", "PreferredAvailabilityZone"];

pub(crate) fn create_group(control: &Control, given: &Parameters<'_>) -> Result<CreateReplicationGroup, Answer> {
    let id = required(given, "ReplicationGroupId")?;
    let id = identifier("ReplicationGroupId", ReplicationGroupId::parse(id))?;
    let description = required(given, "ReplicationGroupDescription")?.to_owned();
    if description.chars().count() > MAX_DESCRIPTION_CHARS || description.chars().any(char::is_control) {
        return Err(Answer::invalid_value(format!(
            "The parameter ReplicationGroupDescription must have at most {MAX_DESCRIPTION_CHARS} printable characters."
        )));
    }
    let engine = engine(given, Engine::Redis)?;
    if engine == Engine::Memcached {
        return Err(Answer::invalid_value("Specified engine does not support replication."));
    }
    let nodes = node_count(given)?;
    only_false(given, &["MultiAZEnabled", "AtRestEncryptionEnabled", "DataTieringEnabled"])?;
    only_text(given, "ClusterMode", "disabled")?;
    if given.boolean("AutomaticFailoverEnabled") == Some(true) {
        // V17 first: the caller may have to mend more than one thing.
        return Err(if nodes < 2 {
            Answer::invalid_combination(
                "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
            )
        } else {
            unsupported("AutomaticFailoverEnabled=true")
        });
    }
    let zones = given.strings("PreferredCacheClusterAZs").unwrap_or_default();
    let zones = zones.into_iter().map(|text| zone(control, text)).collect::<Result<Vec<_>, _>>()?;
    if !zones.is_empty() && zones.len() != usize::from(nodes) {
        return Err(Answer::invalid_combination(
            "Must specify the same number of preferred availability zones as requested number of nodes",
        ));
    }
    Ok(CreateReplicationGroup {
        id,
        description,
        nodes,
        zones,
        settings: settings(given, engine)?,
        tags: tags::given(given)?,
    })
}

pub(crate) fn create_cache(control: &Control, given: &Parameters<'_>) -> Result<CreateCacheCluster, Answer> {
    // W28: the service prints its internal name.
    let name = "CacheClusterIdentifier";
    let id = identifier(name, ClusterId::parse(required(given, "CacheClusterId")?))?;
    let engine = engine(given, Engine::Redis)?;
    match engine {
        Engine::Redis => {}
        Engine::Valkey => {
            return Err(Answer::invalid_value(
                "This API doesn't support Valkey engine. Please use CreateReplicationGroup API for Valkey cluster creation.",
            ));
        }
        Engine::Memcached => return Err(unsupported("Engine=memcached")),
    }
    if given.integer("NumCacheNodes").is_some_and(|count| count != 1) {
        return Err(Answer::invalid_value("NumCacheNodes should be 1 if engine is redis"));
    }
    only_text(given, "AZMode", "single-az")?;
    let zone = given.string("PreferredAvailabilityZone").map(|text| zone(control, text)).transpose()?;
    Ok(CreateCacheCluster { id, zone, settings: settings(given, engine)?, tags: tags::given(given)? })
}

pub(crate) fn describe_groups(given: &Parameters<'_>) -> Result<(Option<ReplicationGroupId>, PageRequest), Answer> {
    Ok((optional(given, "ReplicationGroupId", ReplicationGroupId::parse)?, page(given, CLUSTERS)?))
}

pub(crate) fn describe_caches(given: &Parameters<'_>) -> Result<(Option<ClusterId>, bool, PageRequest), Answer> {
    let only_single = given.boolean("ShowCacheClustersNotInReplicationGroups").unwrap_or(false);
    Ok((optional(given, "CacheClusterId", ClusterId::parse)?, only_single, page(given, CLUSTERS)?))
}

pub(crate) fn delete_group(given: &Parameters<'_>) -> Result<(ReplicationGroupId, Option<SnapshotName>), Answer> {
    let id = required(given, "ReplicationGroupId")?;
    let id = identifier("ReplicationGroupId", ReplicationGroupId::parse(id))?;
    let last = final_snapshot(given)?;
    if given.boolean("RetainPrimaryCluster") == Some(true) {
        // L61.
        return Err(if last.is_some() {
            Answer::invalid_combination("FinalSnapshotIdentifier cannot be specified with RetainPrimaryCluster.")
        } else {
            unsupported("RetainPrimaryCluster=true")
        });
    }
    Ok((id, last))
}

pub(crate) fn delete_cache(given: &Parameters<'_>) -> Result<(ClusterId, Option<SnapshotName>), Answer> {
    let id = identifier("CacheClusterIdentifier", ClusterId::parse(required(given, "CacheClusterId")?))?;
    Ok((id, final_snapshot(given)?))
}

fn final_snapshot(given: &Parameters<'_>) -> Result<Option<SnapshotName>, Answer> {
    optional(given, "FinalSnapshotIdentifier", SnapshotName::parse_new)
}

fn engine(given: &Parameters<'_>, default: Engine) -> Result<Engine, Answer> {
    match given.string("Engine") {
        None => Ok(default),
        Some(name) => {
            Engine::parse(name).ok_or_else(|| Answer::invalid_value(format!("Invalid value {name} for Engine.")))
        }
    }
}

/// V17: primary and replicas, from whichever of the two counts is given.
fn node_count(given: &Parameters<'_>) -> Result<u16, Answer> {
    let number = |name: &str, range: std::ops::RangeInclusive<i64>| match given.integer(name) {
        Some(value) if !range.contains(&value) => Err(Answer::invalid_value(format!(
            "Invalid value {value} for {name}. Must be between {} and {}.",
            range.start(),
            range.end()
        ))),
        value => Ok(value),
    };
    if number("NumNodeGroups", 1..=500)?.is_some_and(|shards| shards > 1) {
        return Err(unsupported("NumNodeGroups greater than 1"));
    }
    let clusters = number("NumCacheClusters", 1..=6)?;
    let replicas = number("ReplicasPerNodeGroup", 0..=5)?;
    let nodes = match (clusters, replicas) {
        (Some(clusters), Some(replicas)) if clusters != replicas + 1 => {
            return Err(Answer::invalid_combination(
                "NumCacheClusters and ReplicasPerNodeGroup must describe the same number of nodes.",
            ));
        }
        (Some(clusters), _) => clusters,
        (None, Some(replicas)) => replicas + 1,
        (None, None) => 1,
    };
    Ok(u16::try_from(nodes).unwrap_or(1))
}

fn settings(given: &Parameters<'_>, engine: Engine) -> Result<NewSettings, Answer> {
    let invalid = |text: String| Answer::invalid_value(text);
    let window = |error: InvalidWindow| Answer::invalid_value(error.to_string());
    only_false(given, &["TransitEncryptionEnabled"])?;
    only_text(given, "NetworkType", "ipv4")?;
    only_text(given, "IpDiscovery", "ipv4")?;
    retention(given)?;
    let node_type = given.string("CacheNodeType").unwrap_or("cache.t3.micro");
    Ok(NewSettings {
        engine,
        engine_version: given
            .string("EngineVersion")
            .map(|text| {
                EngineVersion::parse(text).map_err(|_| invalid(format!("Cannot find version {text} for {engine}")))
            })
            .transpose()?,
        node_type: NodeType::parse(node_type).map_err(|error| invalid(error.to_string()))?,
        port: given.integer("Port").map(port).transpose()?,
        parameter_group: given.string("CacheParameterGroupName").map(str::to_owned),
        subnet_group: given.string("CacheSubnetGroupName").map(str::to_owned),
        auto_minor_version_upgrade: given.boolean("AutoMinorVersionUpgrade").unwrap_or(true),
        snapshot_window: given.string("SnapshotWindow").map(SnapshotWindow::parse).transpose().map_err(window)?,
        maintenance_window: given
            .string("PreferredMaintenanceWindow")
            .map(MaintenanceWindow::parse)
            .transpose()
            .map_err(window)?,
    })
}

/// V13.
fn port(number: i64) -> Result<u16, Answer> {
    match u16::try_from(number) {
        Ok(port) if (1150..=8004).contains(&port) || port >= 8006 => Ok(port),
        Ok(_) | Err(_) => {
            Err(Answer::invalid_value(format!("Invalid endpoint port: {number}. Valid range is 1150-8004,8006-65535")))
        }
    }
}

/// L44; automatic snapshots are not taken yet.
fn retention(given: &Parameters<'_>) -> Result<(), Answer> {
    match given.integer("SnapshotRetentionLimit") {
        None | Some(0) => Ok(()),
        Some(1..=35) => Err(unsupported("SnapshotRetentionLimit greater than 0")),
        Some(days) => Err(Answer::invalid_value(format!(
            "Invalid snapshot retention limit: {days}. Retention limit must be between 0 and 35."
        ))),
    }
}

fn only_false(given: &Parameters<'_>, names: &[&str]) -> Result<(), Answer> {
    match names.iter().find(|name| given.boolean(name) == Some(true)) {
        None => Ok(()),
        Some(name) => Err(unsupported(&format!("{name}=true"))),
    }
}

fn only_text(given: &Parameters<'_>, name: &str, only: &str) -> Result<(), Answer> {
    match given.string(name) {
        Some(value) if value != only => Err(unsupported(&format!("{name}={value}"))),
        Some(_) | None => Ok(()),
    }
}

/// A zone of this region: the region and a letter. All nodes are on one machine, so a zone is only a name that they bear.
fn zone(control: &Control, text: &str) -> Result<String, Answer> {
    let letter = text.strip_prefix(control.place().region.as_str());
    match letter.map(str::as_bytes) {
        Some([b'a'..=b'z']) => Ok(text.to_owned()),
        Some(_) | None => Err(Answer::invalid_value(format!("{text} is not a valid availability zone."))),
    }
}
