//! Replication groups, cache clusters and the nodes behind them.

use crate::engine::{Engine, EngineVersion};
use crate::names::{ClusterId, NodeGroupId, ReplicationGroupId};
use crate::node_types::NodeType;
use crate::slots::SlotRanges;
use crate::time::Timestamp;
use crate::windows::{MaintenanceWindow, SnapshotWindow};
use serde::{Deserialize, Serialize};

/// Status of a replication group or of a cache cluster, as far as the service makes them (V19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterStatus {
    Creating,
    Available,
    Snapshotting,
    Deleting,
    CreateFailed,
}

/// What can happen to a group or cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterEvent {
    Started,
    StartFailed,
    SnapshotBegun,
    SnapshotEnded,
    DeleteRequested,
    /// The final snapshot failed, so the deletion does not go on (L60).
    DeleteAbandoned,
}

/// The event cannot happen in this status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cluster is {from}", from = .from.as_str())]
pub struct InvalidClusterTransition {
    pub from: ClusterStatus,
}

impl ClusterStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::Snapshotting => "snapshotting",
            Self::Deleting => "deleting",
            Self::CreateFailed => "create-failed",
        }
    }

    /// The one place that decides the status of a group or cluster (L16-L18, L62).
    ///
    /// # Errors
    /// When the event is not allowed in this status.
    pub const fn on(self, event: ClusterEvent) -> Result<Self, InvalidClusterTransition> {
        use ClusterEvent as E;
        match (self, event) {
            (Self::Creating, E::Started) => Ok(Self::Available),
            (Self::Creating, E::StartFailed) => Ok(Self::CreateFailed),
            (Self::Available, E::SnapshotBegun) => Ok(Self::Snapshotting),
            (Self::Snapshotting, E::SnapshotEnded) => Ok(Self::Available),
            (Self::Available | Self::CreateFailed, E::DeleteRequested) => Ok(Self::Deleting),
            (Self::Deleting, E::DeleteAbandoned) => Ok(Self::Available),
            (
                from,
                E::Started
                | E::StartFailed
                | E::SnapshotBegun
                | E::SnapshotEnded
                | E::DeleteRequested
                | E::DeleteAbandoned,
            ) => Err(InvalidClusterTransition { from }),
        }
    }
}

/// Settings that a single cluster has, or a group with all its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterSettings {
    pub engine: Engine,
    /// The version that answers, patch level included (V10).
    pub engine_version: EngineVersion,
    pub node_type: NodeType,
    pub parameter_group: String,
    pub subnet_group: String,
    pub vpc_id: String,
    pub auto_minor_version_upgrade: bool,
    pub retention_limit_days: u8,
    pub snapshot_window: SnapshotWindow,
    pub maintenance_window: MaintenanceWindow,
}

/// Whether the service runs the nodes or only knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ownership {
    /// Processes that the service started; deleting ends them.
    Spawned,
    /// Servers that already ran; deleting only forgets them.
    Attached,
}

/// A replication group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationGroup {
    pub id: ReplicationGroupId,
    pub description: String,
    pub status: ClusterStatus,
    pub created_at: Timestamp,
    pub settings: ClusterSettings,
    pub ownership: Ownership,
    #[serde(flatten)]
    pub mode: ClusterMode,
}

/// How the keys of a group lie on its members. Members are in the order of their numbers; the first of a shard was its
/// primary when the group was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterMode {
    /// All on one primary.
    #[serde(rename = "members")]
    Disabled(Vec<ClusterId>),
    /// Each shard has the keys of its slots; in the order of their ids.
    #[serde(rename = "shards")]
    Enabled(Vec<Shard>),
}

/// A primary with its replicas, and what they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    pub id: NodeGroupId,
    pub slots: SlotRanges,
    pub members: Vec<ClusterId>,
}

impl Shard {
    /// All there is of a group without cluster mode, or of a single cluster.
    pub fn only(members: Vec<ClusterId>) -> Self {
        Self { id: NodeGroupId::numbered(1), slots: SlotRanges::all(), members }
    }
}

impl ReplicationGroup {
    /// The shards; a group without cluster mode has one.
    pub fn shards(&self) -> Vec<Shard> {
        match &self.mode {
            ClusterMode::Disabled(members) => vec![Shard::only(members.clone())],
            ClusterMode::Enabled(shards) => shards.clone(),
        }
    }

    /// All members, shard by shard.
    pub fn members(&self) -> Vec<ClusterId> {
        self.shards().into_iter().flat_map(|shard| shard.members).collect()
    }

    pub const fn cluster_mode(&self) -> bool {
        matches!(self.mode, ClusterMode::Enabled(_))
    }
}

/// Part of a node in its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeRole {
    Primary,
    Replica,
}

impl NodeRole {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica => "replica",
        }
    }
}

/// A cache cluster: one node, alone or as a member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheCluster {
    pub id: ClusterId,
    pub group: Option<ReplicationGroupId>,
    pub role: NodeRole,
    pub status: ClusterStatus,
    pub created_at: Timestamp,
    pub settings: ClusterSettings,
    pub ownership: Ownership,
    pub zone: String,
    pub node: NodeAddress,
    /// Known once a snapshot was taken of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<SavedSize>,
}

/// How large the data of a node were in its last snapshot, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSize {
    /// In its memory.
    pub data_bytes: u64,
    /// In the RDB file.
    pub rdb_bytes: u64,
}

/// How a node is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeAddress {
    pub host: String,
    pub port: u16,
    /// User name and password, the password sealed by the key service.
    pub login: Option<NodeLogin>,
    pub tls: Option<NodeTls>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeLogin {
    pub username: Option<String>,
    /// Sealed under the purpose `node-password`, hexadecimal.
    pub sealed_password: String,
}

/// How the certificate of a node is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeTls {
    /// PEM of the authority to trust; `None` trusts any certificate (asked for by name when attaching).
    pub ca_pem: Option<String>,
    /// Name to expect in the certificate, when it is not the host.
    pub server_name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_takes_exactly_its_events() {
        use ClusterEvent as E;
        use ClusterStatus as S;
        let allowed = [
            (S::Creating, E::Started, S::Available),
            (S::Creating, E::StartFailed, S::CreateFailed),
            (S::Available, E::SnapshotBegun, S::Snapshotting),
            (S::Snapshotting, E::SnapshotEnded, S::Available),
            (S::Available, E::DeleteRequested, S::Deleting),
            (S::CreateFailed, E::DeleteRequested, S::Deleting),
            (S::Deleting, E::DeleteAbandoned, S::Available),
        ];
        for from in [S::Creating, S::Available, S::Snapshotting, S::Deleting, S::CreateFailed] {
            for event in
                [E::Started, E::StartFailed, E::SnapshotBegun, E::SnapshotEnded, E::DeleteRequested, E::DeleteAbandoned]
            {
                let expected = allowed.iter().find(|row| row.0 == from && row.1 == event).map(|row| row.2);
                assert_eq!(from.on(event).ok(), expected, "{from:?} on {event:?}");
            }
        }
    }
    #[test]
    fn groups_are_read_as_catalogs_hold_them() {
        let stored = |mode: &str| {
            format!(
                r#"{{"id":"g","description":"d","status":"available","created_at":0,"settings":{{"engine":"redis",
                "engine_version":"7.0.15","node_type":"cache.t4g.micro","parameter_group":"default.redis7",
                "subnet_group":"default","vpc_id":"vpc-1","auto_minor_version_upgrade":true,"retention_limit_days":0,
                "snapshot_window":"05:00-06:00","maintenance_window":"sun:05:00-sun:06:00"}},"ownership":"attached",{mode}}}"#
            )
        };
        let read = |mode| serde_json::from_str::<ReplicationGroup>(&stored(mode)).unwrap();
        let id = |text| ClusterId::parse(text).unwrap();
        let one = read(r#""members":["g-001","g-002"]"#);
        assert_eq!(one.shards(), [Shard::only(vec![id("g-001"), id("g-002")])]);
        let two = read(
            r#""shards":[{"id":"0001","slots":"0-99","members":["g-0001-001"]},
            {"id":"0002","slots":"100-16383","members":["g-0002-001","g-0002-002"]}]"#,
        );
        assert_eq!(two.members(), [id("g-0001-001"), id("g-0002-001"), id("g-0002-002")]);
        for group in [one, two] {
            assert_eq!(
                serde_json::from_str::<ReplicationGroup>(&serde_json::to_string(&group).unwrap()).unwrap(),
                group
            );
        }
    }
}
