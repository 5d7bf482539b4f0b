//! Snapshots: what one is, which statuses it passes, what a copy inherits.

use crate::engine::{Engine, EngineVersion};
use crate::ids::BlobId;
use crate::names::{ClusterId, NodeGroupId, ReplicationGroupId, SnapshotName};
use crate::node_types::NodeType;
use crate::size::ByteCount;
use crate::slots::SlotRanges;
use crate::time::Timestamp;
use crate::windows::{MaintenanceWindow, SnapshotWindow};
use serde::{Deserialize, Serialize};

/// Where a snapshot stands in its life (L1-L3). What belongs to one state only lives in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum SnapshotState {
    Creating,
    Available,
    /// Copies of this snapshot are being made; same-key copies of one source may run side by side (L4).
    Copying {
        copies: u32,
    },
    Exporting,
    Restoring,
    Deleting,
    Failed(Failure),
    /// Its stored bytes are not what was recorded: `failed` to callers, and available again once they are found sound.
    Damaged {
        reason: String,
    },
}

/// Why a snapshot never got its data. The fields are stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// For the operator: everything that is known.
    pub reason: String,
    /// For the caller to read.
    #[serde(default = "untold")]
    pub told: String,
    #[serde(default)]
    pub making: Making,
}

/// What older catalogs tell the caller of a failure.
fn untold() -> String {
    "an internal error of the service".to_owned()
}

/// How a snapshot comes to its data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Making {
    /// From a node.
    #[default]
    Creation,
    /// From another snapshot.
    Copy,
}

/// What can happen to a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotEvent {
    Stored,
    Failed(Failure),
    CopyBegun,
    CopyEnded,
    ExportBegun,
    ExportEnded,
    /// `reason` is for the caller to read.
    ExportFailed {
        reason: String,
    },
    DeleteRequested,
    DamageFound {
        reason: String,
    },
    /// A full read found the stored bytes to be what was recorded.
    FoundSound,
}

/// The event cannot happen in this state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("snapshot is {from}", from = .from.as_str())]
pub struct InvalidTransition {
    pub from: SnapshotState,
}

impl SnapshotState {
    /// The word of the API (L1, L2).
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::Copying { .. } => "copying",
            Self::Exporting => "exporting",
            Self::Restoring => "restoring",
            Self::Deleting => "deleting",
            Self::Failed(_) | Self::Damaged { .. } => "failed",
        }
    }

    /// The one place that decides a status (L3, L6-L8).
    ///
    /// # Errors
    /// When the event is not allowed in this state.
    pub fn on(&self, event: SnapshotEvent) -> Result<Self, InvalidTransition> {
        use SnapshotEvent as E;
        match (self, event) {
            (Self::Creating, E::Stored) => Ok(Self::Available),
            (Self::Creating, E::Failed(failure)) => Ok(Self::Failed(failure)),
            (Self::Available, E::CopyBegun) => Ok(Self::Copying { copies: 1 }),
            (Self::Copying { copies }, E::CopyBegun) => Ok(Self::Copying { copies: copies.saturating_add(1) }),
            (Self::Copying { copies: 0 | 1 }, E::CopyEnded) => Ok(Self::Available),
            (Self::Copying { copies }, E::CopyEnded) => Ok(Self::Copying { copies: copies - 1 }),
            (Self::Available, E::ExportBegun) => Ok(Self::Exporting),
            (Self::Exporting, E::ExportEnded | E::ExportFailed { .. }) => Ok(Self::Available),
            (Self::Available | Self::Failed(_) | Self::Damaged { .. }, E::DeleteRequested) => Ok(Self::Deleting),
            (Self::Available | Self::Damaged { .. }, E::DamageFound { reason }) => Ok(Self::Damaged { reason }),
            (Self::Damaged { .. }, E::FoundSound) => Ok(Self::Available),
            (
                from,
                E::Stored
                | E::Failed(_)
                | E::CopyBegun
                | E::CopyEnded
                | E::ExportBegun
                | E::ExportEnded
                | E::ExportFailed { .. }
                | E::DeleteRequested
                | E::DamageFound { .. }
                | E::FoundSound,
            ) => Err(InvalidTransition { from: from.clone() }),
        }
    }
}

/// Who asked for the snapshot; the words of the output field (L38).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotSource {
    Manual,
    Automated,
}

impl SnapshotSource {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Automated => "automated",
        }
    }
}

/// The cluster a snapshot was taken of, frozen at that moment (F4, spec section 8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub level: OriginLevel,
    pub node_type: NodeType,
    pub engine: Engine,
    pub engine_version: EngineVersion,
    pub port: u16,
    pub parameter_group: String,
    pub subnet_group: String,
    pub vpc_id: String,
    pub auto_minor_version_upgrade: bool,
    pub retention_limit_days: u8,
    pub snapshot_window: SnapshotWindow,
    pub maintenance_window: MaintenanceWindow,
    pub topic_arn: Option<String>,
}

/// Which level the snapshot was taken at; it decides which fields an answer has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginLevel {
    /// One node: a single cluster, or a member of a group without cluster mode.
    Node {
        cluster: ClusterId,
        created_at: Timestamp,
        zone: String,
        /// The replication group it is a member of: then `DataTiering` is shown.
        group: Option<ReplicationGroupId>,
    },
    /// A group with cluster mode: one node of every shard.
    Group { id: ReplicationGroupId, description: String, node_groups: u16, automatic_failover: bool },
}

/// One shard of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSnapshot {
    pub cluster: ClusterId,
    pub node_group: NodeGroupConfiguration,
    /// Four digits, always `0001` for Redis and Valkey (N8).
    pub node_id: String,
    pub node_created_at: Timestamp,
    /// The bytes, once they are safe.
    pub stored: Option<StoredShard>,
}

/// What `ShowNodeGroupConfig` shows of a shard (L39).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroupConfiguration {
    pub id: NodeGroupId,
    pub slots: SlotRanges,
    pub replica_count: u16,
    pub primary_zone: String,
    pub replica_zones: Vec<String>,
}

/// The sealed bytes of a shard and what was learned while they passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredShard {
    pub blob: BlobId,
    /// Size of the RDB file, before compression and sealing.
    pub rdb_bytes: ByteCount,
    /// SHA-256 of the RDB file, hexadecimal.
    pub sha256: String,
    /// Magic and version of the file: `REDIS0010`.
    pub format: String,
    pub keys: u64,
    /// The CRC64 at the end of the file, hexadecimal; `None` when the server kept no checksums, or the snapshot was taken
    /// before this was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crc64: Option<String>,
    /// When the data was taken, whole seconds (F3).
    pub taken_at: Timestamp,
}

/// A snapshot as the catalog keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub name: SnapshotName,
    pub state: SnapshotState,
    pub source: SnapshotSource,
    pub origin: Origin,
    pub shards: Vec<NodeSnapshot>,
    /// ARN of the key that the caller chose; `None` under the service's own key (K11).
    pub kms_key: Option<String>,
    pub created_at: Timestamp,
    /// Why the last export failed, for the caller to read; forgotten when the next one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_export: Option<String>,
}

impl Snapshot {
    /// The copy of this snapshot under a new name (L24-L28): manual, creating, everything else inherited,
    /// the shown sizes included. The bytes become its own when the copy is made.
    pub fn copied_as(&self, name: SnapshotName, kms_key: Option<String>, now: Timestamp) -> Self {
        Self {
            name,
            state: SnapshotState::Creating,
            source: SnapshotSource::Manual,
            origin: self.origin.clone(),
            shards: self.shards.clone(),
            kms_key,
            created_at: now,
            failed_export: None,
        }
    }

    /// Moves the snapshot to the state that `event` leads to, and remembers how its last export ended.
    ///
    /// # Errors
    /// When the event is not allowed; the snapshot is unchanged then.
    pub fn apply(&mut self, event: SnapshotEvent) -> Result<(), InvalidTransition> {
        self.state = self.state.on(event.clone())?;
        match event {
            SnapshotEvent::ExportBegun => self.failed_export = None,
            SnapshotEvent::ExportFailed { reason } => self.failed_export = Some(reason),
            SnapshotEvent::Stored
            | SnapshotEvent::Failed(_)
            | SnapshotEvent::CopyBegun
            | SnapshotEvent::CopyEnded
            | SnapshotEvent::ExportEnded
            | SnapshotEvent::DeleteRequested
            | SnapshotEvent::DamageFound { .. }
            | SnapshotEvent::FoundSound => {}
        }
        Ok(())
    }

    /// The cluster that the snapshot is listed under, when it was taken at node level.
    pub fn cluster(&self) -> Option<&ClusterId> {
        match &self.origin.level {
            OriginLevel::Node { cluster, .. } => Some(cluster),
            OriginLevel::Group { .. } => None,
        }
    }

    /// The replication group that the snapshot is listed under.
    pub fn group(&self) -> Option<&ReplicationGroupId> {
        match &self.origin.level {
            OriginLevel::Node { group, .. } => group.as_ref(),
            OriginLevel::Group { id, .. } => Some(id),
        }
    }

    /// What is stored of its shards.
    pub fn stored(&self) -> impl Iterator<Item = &StoredShard> {
        self.shards.iter().filter_map(|shard| shard.stored.as_ref())
    }

    /// The blobs that hold its bytes.
    pub fn blobs(&self) -> impl Iterator<Item = BlobId> + '_ {
        self.stored().map(|stored| stored.blob)
    }

    /// Size of the RDB files of its shards together, in bytes.
    pub fn rdb_bytes(&self) -> u64 {
        self.stored().fold(0, |sum, stored| sum.saturating_add(stored.rdb_bytes.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_takes_exactly_its_events_l3() {
        use SnapshotEvent as E;
        use SnapshotState as S;
        let failure = || Failure { reason: "disk full".into(), told: "no room".into(), making: Making::Copy };
        let failed = || S::Failed(failure());
        let damaged = || S::Damaged { reason: "segment 3".into() };
        let states = [
            S::Creating,
            S::Available,
            S::Copying { copies: 2 },
            S::Exporting,
            S::Restoring,
            S::Deleting,
            failed(),
            damaged(),
        ];
        let events = [
            E::Stored,
            E::Failed(failure()),
            E::CopyBegun,
            E::CopyEnded,
            E::ExportBegun,
            E::ExportEnded,
            E::ExportFailed { reason: "no bucket".into() },
            E::DeleteRequested,
            E::DamageFound { reason: "segment 3".into() },
            E::FoundSound,
        ];
        let allowed = |state: &S, event: &E| match (state, event) {
            (S::Creating, E::Stored) => Some(S::Available),
            (S::Creating, E::Failed(_)) => Some(failed()),
            (S::Available, E::CopyBegun) => Some(S::Copying { copies: 1 }),
            (S::Available, E::ExportBegun) => Some(S::Exporting),
            (S::Available, E::DeleteRequested) => Some(S::Deleting),
            (S::Copying { .. }, E::CopyBegun) => Some(S::Copying { copies: 3 }),
            (S::Copying { .. }, E::CopyEnded) => Some(S::Copying { copies: 1 }),
            (S::Exporting, E::ExportEnded | E::ExportFailed { .. }) => Some(S::Available),
            (S::Failed(_) | S::Damaged { .. }, E::DeleteRequested) => Some(S::Deleting),
            (S::Available | S::Damaged { .. }, E::DamageFound { .. }) => Some(damaged()),
            (S::Damaged { .. }, E::FoundSound) => Some(S::Available),
            _ => None,
        };
        for state in &states {
            for event in &events {
                assert_eq!(state.on(event.clone()).ok(), allowed(state, event), "{state:?} on {event:?}");
            }
        }
    }

    #[test]
    fn the_last_of_several_copies_ends_the_copying_l4() {
        let one = SnapshotState::Copying { copies: 1 };
        assert_eq!(one.on(SnapshotEvent::CopyEnded), Ok(SnapshotState::Available));
    }

    /// As catalogs held snapshots before they knew of failed exports.
    const STORED: &str = r#"{"name":"s","state":{"is":"available"},"source":"manual","origin":{"level":{"node":{
        "cluster":"c","created_at":0,"zone":"us-east-1a","group":null}},"node_type":"cache.t4g.micro","engine":"redis",
        "engine_version":"7.0.15","port":6379,"parameter_group":"default.redis7","subnet_group":"default",
        "vpc_id":"vpc-1","auto_minor_version_upgrade":true,"retention_limit_days":0,"snapshot_window":"05:00-06:00",
        "maintenance_window":"sun:05:00-sun:06:00","topic_arn":null},"shards":[],"kms_key":null,"created_at":0}"#;

    #[test]
    fn a_failure_of_an_older_catalog_is_read() {
        let stored = r#"{"is":"failed","reason":"disk full"}"#;
        let failure = Failure { reason: "disk full".into(), told: untold(), making: Making::Creation };
        let state: SnapshotState = serde_json::from_str(stored).unwrap();
        assert_eq!(state, SnapshotState::Failed(failure));
        assert_eq!(serde_json::from_str::<SnapshotState>(&serde_json::to_string(&state).unwrap()).unwrap(), state);
    }

    #[test]
    fn a_failed_export_is_remembered_until_the_next_begins_e30() {
        let mut snapshot: Snapshot = serde_json::from_str(STORED).unwrap();
        let stored = serde_json::to_string(&snapshot).unwrap();
        assert!(!stored.contains("failed_export"), "{stored}");
        let failed = SnapshotEvent::ExportFailed { reason: "no bucket".into() };
        snapshot.apply(failed.clone()).unwrap_err();
        assert_eq!(snapshot.failed_export, None);
        snapshot.apply(SnapshotEvent::ExportBegun).unwrap();
        snapshot.apply(failed).unwrap();
        snapshot.apply(SnapshotEvent::CopyBegun).unwrap();
        snapshot.apply(SnapshotEvent::CopyEnded).unwrap();
        let mut read: Snapshot = serde_json::from_str(&serde_json::to_string(&snapshot).unwrap()).unwrap();
        assert_eq!(read.failed_export.as_deref(), Some("no bucket"));
        let copy = read.copied_as(SnapshotName::parse_new("c").unwrap(), None, Timestamp::from_ms(0));
        assert_eq!(copy.failed_export, None);
        read.apply(SnapshotEvent::ExportBegun).unwrap();
        assert_eq!(read.failed_export, None);
    }
}
