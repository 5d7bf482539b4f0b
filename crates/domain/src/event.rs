//! Events: what happened to clusters and snapshots, as DescribeEvents tells it (L66-L69).

use crate::names::{ClusterId, ReplicationGroupId};
use crate::snapshot::{OriginLevel, Snapshot};
use serde::{Deserialize, Serialize};

/// How long an event is kept (L69). Unit: milliseconds.
pub const KEPT_MS: i64 = 14 * 24 * 3600 * 1000;

/// One of the words that DescribeEvents knows for kinds of sources (L69).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceType(&'static str);

impl SourceType {
    pub const CACHE_CLUSTER: Self = Self("cache-cluster");
    pub const REPLICATION_GROUP: Self = Self("replication-group");

    const ALL: [Self; 9] = [
        Self::CACHE_CLUSTER,
        Self("cache-parameter-group"),
        Self("cache-security-group"),
        Self("cache-subnet-group"),
        Self::REPLICATION_GROUP,
        Self("serverless-cache"),
        Self("serverless-cache-snapshot"),
        Self("user"),
        Self("user-group"),
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.0 == text)
    }

    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Whom an event is about. There is no kind for snapshots: theirs are events of the cluster they were taken of (L66, L69).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventSource {
    CacheCluster(ClusterId),
    ReplicationGroup(ReplicationGroupId),
}

impl EventSource {
    /// Whom the events of a snapshot are about: the node it was taken of, the first of a group.
    pub fn of_snapshot(snapshot: &Snapshot) -> Self {
        match (&snapshot.origin.level, snapshot.shards.first()) {
            (OriginLevel::Node { cluster, .. }, _) => Self::CacheCluster(cluster.clone()),
            (OriginLevel::Group { .. }, Some(shard)) => Self::CacheCluster(shard.cluster.clone()),
            (OriginLevel::Group { id, .. }, None) => Self::ReplicationGroup(id.clone()),
        }
    }

    pub const fn source_type(&self) -> SourceType {
        match self {
            Self::CacheCluster(_) => SourceType::CACHE_CLUSTER,
            Self::ReplicationGroup(_) => SourceType::REPLICATION_GROUP,
        }
    }

    pub fn id(&self) -> &str {
        match self {
            Self::CacheCluster(id) => id.as_str(),
            Self::ReplicationGroup(id) => id.as_str(),
        }
    }
}
