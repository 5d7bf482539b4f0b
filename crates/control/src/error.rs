//! Why a call is not done, in the words of the domain. The server maps each to its fault.

use valkeep_domain::arn::{InvalidArn, ResourceKind};
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::{ClusterId, ReplicationGroupId, SnapshotName};
use valkeep_ports::buckets::BucketError;
use valkeep_ports::catalog::CatalogError;
use valkeep_ports::engines::EngineError;
use valkeep_ports::keys::KeyError;

/// A call that is refused. `Display` is the text for the caller, except for the last variant.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// P8, P9: the whole text.
    #[error("{0}")]
    Denied(String),

    #[error("Snapshot not found: {0}")]
    SnapshotNotFound(SnapshotName),
    #[error("Snapshot with specified name already exists: {0}")]
    SnapshotExists(SnapshotName),
    #[error("Snapshot {name} is in state {state}; the operation needs state {needed}.")]
    SnapshotState { name: SnapshotName, state: &'static str, needed: &'static str },
    #[error(
        "The maximum number of manual snapshots for this node taken within 24 hours has been reached its quota of {0}"
    )]
    SnapshotQuota(u32),
    #[error("Snapshots are not supported for {0}.")]
    SnapshotsNotSupported(String),

    #[error("CacheCluster not found: {0}")]
    ClusterNotFound(ClusterId),
    #[error("CacheCluster already exists: {0}")]
    ClusterExists(ClusterId),
    #[error("CacheCluster {0} is not in the available state.")]
    ClusterState(ClusterId),
    #[error("ReplicationGroup {0} not found.")]
    GroupNotFound(ReplicationGroupId),
    #[error("ReplicationGroup already exists: {0}")]
    GroupExists(ReplicationGroupId),
    #[error("ReplicationGroup {0} is not in the available state.")]
    GroupState(ReplicationGroupId),
    #[error("You have already reached your quota of {0} nodes in this region.")]
    NodeQuota(u32),
    #[error("CacheParameterGroup not found: {0}")]
    ParameterGroupNotFound(String),
    #[error("Cache Subnet Group {0} does not exist.")]
    SubnetGroupNotFound(String),

    /// A tagging call names something that is not there.
    #[error("{name} is either not present or not available.")]
    ResourceNotFound { kind: ResourceKind, name: String },
    #[error(transparent)]
    InvalidArn(#[from] InvalidArn),
    #[error("The maximum number of tags (50) would be exceeded on {0}.")]
    TagQuota(String),
    #[error("Tag {key} not found on {arn}.")]
    TagNotFound { key: String, arn: String },

    /// One of the texts of the page (E5-E13).
    #[error(transparent)]
    Export(ExportRefusal),

    /// `InvalidParameterValue` with this text.
    #[error("{0}")]
    InvalidValue(String),
    /// `InvalidParameterCombination` with this text.
    #[error("{0}")]
    InvalidCombination(String),

    /// A part of the service failed; the caller sees no more than that.
    #[error("internal failure")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<CatalogError> for Refusal {
    fn from(error: CatalogError) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        match error {
            // K2 and K8: the texts of the key service are for the caller.
            KeyError::NotFound(_) | KeyError::Disabled(_) => Self::InvalidValue(error.to_string()),
            KeyError::Unwrap(_) | KeyError::Unavailable(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<BucketError> for Refusal {
    fn from(error: BucketError) -> Self {
        match error {
            BucketError::Refused(refusal) => Self::Export(refusal),
            BucketError::UploadGone | BucketError::Unavailable(_) | BucketError::Failed(_) => {
                Self::Internal(Box::new(error))
            }
        }
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotInstalled { .. } => Self::InvalidValue(error.to_string()),
            EngineError::NotStarted(_)
            | EngineError::Unreachable(_)
            | EngineError::NotReady(_)
            | EngineError::LoginRefused(_)
            | EngineError::NotPermitted { .. }
            | EngineError::Refused(_)
            | EngineError::TimedOut { .. }
            | EngineError::Stranger
            | EngineError::Broken(_)
            | EngineError::Sink(_)
            | EngineError::Local(_) => Self::Internal(Box::new(error)),
        }
    }
}

/// An error with its causes, each said once, for the log, the operator, and the reason of a failed snapshot.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    text
}
