//! Parameters of the snapshot operations.

use super::{PageLimits, identifier, optional, page, required, tags};
use crate::fault::Answer;
use valkeep_api::Parameters;
use valkeep_control::snapshots::copy::{CopySnapshot, CopyTarget};
use valkeep_control::snapshots::create::{CreateSnapshot, SnapshotOf};
use valkeep_control::snapshots::describe::DescribeSnapshots;
use valkeep_domain::names::{ClusterId, ExportName, ReplicationGroupId, SnapshotName};
use valkeep_domain::snapshot::SnapshotSource;

/// W21.
const SNAPSHOTS: PageLimits = PageLimits { default: 50, max: 50 };

fn existing_snapshot(given: &Parameters<'_>, name: &str) -> Result<SnapshotName, Answer> {
    identifier(name, SnapshotName::parse(required(given, name)?))
}

pub(crate) fn copy(given: &Parameters<'_>) -> Result<CopySnapshot, Answer> {
    let source = existing_snapshot(given, "SourceSnapshotName")?;
    let target = required(given, "TargetSnapshotName")?;
    let kms_key = given.string("KmsKeyId").map(str::to_owned);
    let target = match given.string("TargetBucket") {
        None => {
            CopyTarget::Inside { name: identifier("TargetSnapshotName", SnapshotName::parse_new(target))?, kms_key }
        }
        // E24.
        Some(_) if kms_key.is_some() => {
            return Err(Answer::invalid_combination("KmsKeyId cannot be specified when exporting a snapshot."));
        }
        Some(bucket) => CopyTarget::Bucket {
            name: identifier("TargetSnapshotName", ExportName::parse(target))?,
            bucket: bucket.to_owned(),
        },
    };
    Ok(CopySnapshot { source, target, tags: tags::given(given)? })
}

pub(crate) fn create(given: &Parameters<'_>) -> Result<CreateSnapshot, Answer> {
    let name = identifier("SnapshotName", SnapshotName::parse_new(required(given, "SnapshotName")?))?;
    let cluster = optional(given, "CacheClusterId", ClusterId::parse)?;
    let group = optional(given, "ReplicationGroupId", ReplicationGroupId::parse)?;
    let source = match (cluster, group) {
        // L10.
        (None, None) => {
            return Err(Answer::invalid_combination(
                "Either the cache cluster or the replication group must be specified.",
            ));
        }
        (Some(cluster), None) => SnapshotOf::Cluster(cluster),
        (None, Some(group)) => SnapshotOf::Group(group),
        // L11: some clients always send both, with one value.
        (Some(cluster), Some(group)) if cluster.as_str() == group.as_str() => SnapshotOf::Group(group),
        (Some(cluster), Some(group)) => SnapshotOf::Member { cluster, group },
    };
    let kms_key = given.string("KmsKeyId").map(str::to_owned);
    Ok(CreateSnapshot { name, source, kms_key, tags: tags::given(given)? })
}

pub(crate) fn delete(given: &Parameters<'_>) -> Result<SnapshotName, Answer> {
    existing_snapshot(given, "SnapshotName")
}

pub(crate) fn describe(given: &Parameters<'_>) -> Result<DescribeSnapshots, Answer> {
    // L38.
    let source = match given.string("SnapshotSource") {
        None => None,
        Some("system") => Some(SnapshotSource::Automated),
        Some("user") => Some(SnapshotSource::Manual),
        Some(other) => {
            return Err(Answer::invalid_value(format!(
                "Invalid value {other} for SnapshotSource. Must be system or user."
            )));
        }
    };
    Ok(DescribeSnapshots {
        name: optional(given, "SnapshotName", SnapshotName::parse)?,
        cluster: optional(given, "CacheClusterId", ClusterId::parse)?,
        group: optional(given, "ReplicationGroupId", ReplicationGroupId::parse)?,
        source,
        page: page(given, SNAPSHOTS)?,
    })
}
