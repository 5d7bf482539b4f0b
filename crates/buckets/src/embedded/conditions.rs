//! Preconditions: on reads as RFC 9110 section 13 says, on writes as S3 says ("Conditional requests").

use super::error::{Refusal, refuse, unsupported};
use super::records::ObjectRecord;
use super::s3_time;
use s3s::S3ErrorCode;
use s3s::dto::{ETag, ETagCondition, Timestamp};

/// What a read asks of the object.
#[derive(Debug, Default)]
pub(super) struct ReadConditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    /// RFC 9110 section 13.2.2: a condition on the entity tag hides the one on the time.
    ///
    /// # Errors
    /// `PreconditionFailed`, `NotModified`.
    pub(super) fn check(&self, object: &ObjectRecord) -> Result<(), Refusal> {
        // HTTP dates have no fraction of a second.
        let modified = s3_time(object.modified_at.whole_seconds());
        let holds = match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) => matches(condition, &object.etag),
            (None, Some(since)) => modified <= *since,
            (None, None) => true,
        };
        if !holds {
            return Err(failed());
        }
        let changed = match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => !matches(condition, &object.etag),
            (None, Some(since)) => modified > *since,
            (None, None) => true,
        };
        if changed { Ok(()) } else { Err(refuse(S3ErrorCode::NotModified, "Not Modified")) }
    }

    /// The same conditions on the source of a copy: S3 knows no "not modified" there.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub(super) fn check_source(&self, object: &ObjectRecord) -> Result<(), Refusal> {
        self.check(object).map_err(|_| failed())
    }
}

/// What a write asks of the object that it would replace.
#[derive(Clone, Debug)]
pub(super) enum WriteCondition {
    Always,
    /// `If-None-Match: *`.
    Absent,
    /// `If-Match`.
    Is(ETagCondition),
}

impl WriteCondition {
    /// # Errors
    /// `NotImplemented` for what S3 does not know either.
    pub(super) fn parse(
        if_match: Option<ETagCondition>,
        if_none_match: Option<ETagCondition>,
    ) -> Result<Self, Refusal> {
        match (if_match, if_none_match) {
            (None, None) => Ok(Self::Always),
            (None, Some(ETagCondition::Any)) => Ok(Self::Absent),
            (Some(condition), None) => Ok(Self::Is(condition)),
            _ => Err(unsupported("this combination of conditions on a write")),
        }
    }

    /// # Errors
    /// `PreconditionFailed`; `NoSuchKey` when an object that is to be replaced is not there.
    pub(super) fn check(&self, there: Option<&ObjectRecord>) -> Result<(), Refusal> {
        match (self, there) {
            (Self::Always, _) | (Self::Absent, None) => Ok(()),
            (Self::Is(_), None) => Err(no_such_key()),
            (Self::Is(condition), Some(object)) if matches(condition, &object.etag) => Ok(()),
            (Self::Absent | Self::Is(_), Some(_)) => Err(failed()),
        }
    }
}

pub(super) fn no_such_key() -> Refusal {
    refuse(S3ErrorCode::NoSuchKey, "The specified key does not exist.")
}

fn matches(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(ETag::Strong(wanted) | ETag::Weak(wanted)) => wanted == etag,
    }
}

fn failed() -> Refusal {
    refuse(S3ErrorCode::PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}
