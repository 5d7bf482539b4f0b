//! From parameters to what the use cases ask for. Everything a caller gives becomes a type here, or a fault.

pub(crate) mod clusters;
pub(crate) mod events;
pub(crate) mod snapshots;
pub(crate) mod tags;

use crate::fault::Answer;
use valkeep_api::{Operation, Parameters};
use valkeep_control::PageRequest;
use valkeep_domain::names::InvalidName;

/// The members that an operation honours; `None` for an operation that is not implemented. A member that is not here is
/// refused by name when it is given, unless its only honourable value is (see `clusters`).
pub(crate) fn supported(operation: Operation) -> Option<&'static [&'static str]> {
    use Operation as O;
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other operations of the model are not implemented")]
    Some(match operation {
        O::CopySnapshot => &["SourceSnapshotName", "TargetSnapshotName", "TargetBucket", "KmsKeyId", "Tags"],
        O::CreateSnapshot => &["ReplicationGroupId", "CacheClusterId", "SnapshotName", "KmsKeyId", "Tags"],
        O::DescribeSnapshots => &[
            "ReplicationGroupId",
            "CacheClusterId",
            "SnapshotName",
            "SnapshotSource",
            "Marker",
            "MaxRecords",
            "ShowNodeGroupConfig",
        ],
        O::DeleteSnapshot => &["SnapshotName"],
        O::AddTagsToResource => &["ResourceName", "Tags"],
        O::RemoveTagsFromResource => &["ResourceName", "TagKeys"],
        O::ListTagsForResource => &["ResourceName"],
        O::CreateReplicationGroup => clusters::CREATE_GROUP,
        O::DescribeReplicationGroups => &["ReplicationGroupId", "MaxRecords", "Marker"],
        O::DeleteReplicationGroup => &["ReplicationGroupId", "RetainPrimaryCluster", "FinalSnapshotIdentifier"],
        O::CreateCacheCluster => clusters::CREATE_CACHE,
        O::DescribeCacheClusters => {
            &["CacheClusterId", "MaxRecords", "Marker", "ShowCacheNodeInfo", "ShowCacheClustersNotInReplicationGroups"]
        }
        O::DeleteCacheCluster => &["CacheClusterId", "FinalSnapshotIdentifier"],
        O::DescribeEvents => {
            &["SourceIdentifier", "SourceType", "StartTime", "EndTime", "Duration", "MaxRecords", "Marker"]
        }
        _ => return None,
    })
}

/// A parameter that cannot be honoured is refused by name, never ignored.
pub(crate) fn refuse_unsupported(given: &Parameters<'_>, supported: &[&str]) -> Result<(), Answer> {
    match given.present().find(|name| !supported.contains(name)) {
        None => Ok(()),
        Some(name) => Err(unsupported(name)),
    }
}

pub(crate) fn unsupported(name: &str) -> Answer {
    Answer::invalid_value(format!("The parameter {name} is not supported by this service yet."))
}

/// A required member; the decoder has refused requests without it.
fn required<'a>(given: &'a Parameters<'_>, name: &str) -> Result<&'a str, Answer> {
    given
        .string(name)
        .ok_or_else(|| Answer::invalid_value(format!("The parameter {name} must be provided and must not be blank.")))
}

/// W29 for every rule of an identifier (N1 names the length among them).
fn identifier<T>(parameter: &str, parsed: Result<T, InvalidName>) -> Result<T, Answer> {
    parsed.map_err(|error| match error {
        InvalidName::Letters | InvalidName::TooLong { .. } => Answer::invalid_value(format!(
            "The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only \
             ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )),
        InvalidName::ExportName => Answer::invalid_value(format!(
            "The parameter {parameter} must be 1 to 1000 characters long, without control characters, and fit an S3 key."
        )),
    })
}

fn optional<T>(
    given: &Parameters<'_>,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, InvalidName>,
) -> Result<Option<T>, Answer> {
    given.string(name).map(|text| identifier(name, parse(text))).transpose()
}

/// W21: how many records a page may have.
#[derive(Clone, Copy)]
pub(crate) struct PageLimits {
    pub(crate) default: u16,
    pub(crate) max: u16,
}

const MIN_RECORDS: i64 = 20;

fn page(given: &Parameters<'_>, limits: PageLimits) -> Result<PageRequest, Answer> {
    let max_records = given.integer("MaxRecords").unwrap_or(limits.default.into());
    if !(MIN_RECORDS..=limits.max.into()).contains(&max_records) {
        return Err(Answer::invalid_value(format!(
            "Invalid value {max_records} for MaxRecords. Must be between {MIN_RECORDS} and {}.",
            limits.max
        )));
    }
    let max_records = usize::try_from(max_records).unwrap_or(usize::from(limits.max));
    Ok(PageRequest { max_records, marker: given.string("Marker").map(str::to_owned) })
}
