//! How the things of the domain lie in the catalog: their keys and indexes.

use crate::catalog::{IndexEntry, Record, Table};
use serde::{Deserialize, Serialize};
use valkeep_domain::cluster::{CacheCluster, ReplicationGroup};
use valkeep_domain::event::{EventSource, SourceType};
use valkeep_domain::names::{ClusterId, ReplicationGroupId};
use valkeep_domain::snapshot::{Snapshot, SnapshotSource};
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;

/// The text that sorts snapshots by creation time, then name (L40).
fn in_order_of_creation(created_at: Timestamp, name: &str) -> String {
    format!("{:016}/{name}", created_at.ms().max(0))
}

/// The indexes of snapshots. Entries of each sort by creation time, then name.
#[derive(Clone, Copy, Debug)]
pub struct Snapshots;

impl Snapshots {
    /// All snapshots.
    pub const ALL: &'static str = "created";
    pub const BY_CLUSTER: &'static str = "cluster";
    pub const BY_GROUP: &'static str = "group";
    pub const BY_SOURCE: &'static str = "source";

    /// Prefix of the entries of one cluster in [`Self::BY_CLUSTER`].
    pub fn of_cluster(id: &ClusterId) -> String {
        format!("{id}/")
    }

    /// Prefix of the entries of one group in [`Self::BY_GROUP`].
    pub fn of_group(id: &ReplicationGroupId) -> String {
        format!("{id}/")
    }

    /// Prefix of the entries of one kind in [`Self::BY_SOURCE`].
    pub fn of_source(source: SnapshotSource) -> String {
        format!("{}/", source.as_str())
    }
}

impl Record for Snapshot {
    const TABLE: Table = Table::Snapshot;

    fn key(&self) -> String {
        self.name.as_str().to_owned()
    }

    fn index(&self) -> Vec<IndexEntry> {
        let order = in_order_of_creation(self.created_at, self.name.as_str());
        let mut entries = vec![IndexEntry {
            index: Snapshots::BY_SOURCE,
            value: format!("{}{order}", Snapshots::of_source(self.source)),
        }];
        if let Some(id) = self.cluster() {
            entries.push(IndexEntry {
                index: Snapshots::BY_CLUSTER,
                value: format!("{}{order}", Snapshots::of_cluster(id)),
            });
        }
        if let Some(id) = self.group() {
            entries
                .push(IndexEntry { index: Snapshots::BY_GROUP, value: format!("{}{order}", Snapshots::of_group(id)) });
        }
        entries.push(IndexEntry { index: Snapshots::ALL, value: order });
        entries
    }
}

impl Record for ReplicationGroup {
    const TABLE: Table = Table::ReplicationGroup;

    fn key(&self) -> String {
        self.id.as_str().to_owned()
    }
}

/// The indexes of cache clusters.
#[derive(Clone, Copy, Debug)]
pub struct CacheClusters;

impl CacheClusters {
    /// Nodes by the address they answer at, so that no two are given the same.
    pub const BY_ADDRESS: &'static str = "address";

    pub fn address(host: &str, port: u16) -> String {
        format!("{host}:{port}")
    }
}

impl Record for CacheCluster {
    const TABLE: Table = Table::CacheCluster;

    fn key(&self) -> String {
        self.id.as_str().to_owned()
    }

    fn index(&self) -> Vec<IndexEntry> {
        vec![IndexEntry {
            index: CacheClusters::BY_ADDRESS,
            value: CacheClusters::address(&self.node.host, self.node.port),
        }]
    }
}

/// The tags of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tagged {
    pub arn: String,
    pub tags: Tags,
}

impl Record for Tagged {
    const TABLE: Table = Table::Tags;

    fn key(&self) -> String {
        self.arn.clone()
    }
}

/// A manual snapshot taken of a node, remembered for the daily quota even when the snapshot is gone (L63).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTaken {
    pub cluster: ClusterId,
    pub at: Timestamp,
    pub snapshot: String,
}

impl SnapshotTaken {
    /// Prefix of the keys of one cluster; they sort by time.
    pub fn of_cluster(id: &ClusterId) -> String {
        format!("{id}/")
    }

    /// The key before every key of `cluster` at or after `at`.
    pub fn from(cluster: &ClusterId, at: Timestamp) -> String {
        format!("{}{:016}", Self::of_cluster(cluster), at.ms().max(0))
    }
}

impl Record for SnapshotTaken {
    const TABLE: Table = Table::SnapshotTaken;

    fn key(&self) -> String {
        format!("{}/{}", Self::from(&self.cluster, self.at), self.snapshot)
    }
}

/// Something that happened (L66, L67).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: Timestamp,
    /// Tells apart the events of one millisecond, and orders them.
    pub number: u32,
    pub source: EventSource,
    pub message: String,
}

impl Event {
    /// Events by their kind of source.
    pub const BY_TYPE: &'static str = "type";
    /// Events by their source.
    pub const BY_SOURCE: &'static str = "source";

    /// Prefix of the entries of one kind in [`Self::BY_TYPE`].
    pub fn of_type(kind: SourceType) -> String {
        format!("{}/", kind.as_str())
    }

    /// Prefix of the entries of one source in [`Self::BY_SOURCE`].
    pub fn of_source(kind: SourceType, id: &str) -> String {
        format!("{}/{id}/", kind.as_str())
    }

    /// The text before all keys of that moment, and after those of later ones: the newest event is the first.
    pub fn since(at: Timestamp) -> String {
        const LAST_MS: i64 = 9_999_999_999_999_999;
        format!("{:016}", LAST_MS - at.ms().clamp(0, LAST_MS))
    }
}

impl Record for Event {
    const TABLE: Table = Table::Event;

    fn key(&self) -> String {
        format!("{}/{:010}", Self::since(self.at), u32::MAX - self.number)
    }

    fn index(&self) -> Vec<IndexEntry> {
        let (kind, key) = (self.source.source_type(), self.key());
        vec![
            IndexEntry { index: Self::BY_TYPE, value: format!("{}{key}", Self::of_type(kind)) },
            IndexEntry { index: Self::BY_SOURCE, value: format!("{}{key}", Self::of_source(kind, self.source.id())) },
        ]
    }
}
