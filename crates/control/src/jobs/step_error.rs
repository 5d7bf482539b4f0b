//! Why a step of a job does not succeed, and who may read what of it.

use crate::error_chain;
use crate::snapshots::verified::{Cause, VerifyError};
use crate::snapshots::verify::note_damage;
use std::borrow::Cow;
use valkeep_domain::ids::BlobId;
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::BlobError;
use valkeep_ports::buckets::BucketError;
use valkeep_ports::catalog::{CatalogError, Tx};
use valkeep_ports::engines::EngineError;
use valkeep_ports::keys::KeyError;
use valkeep_ports::sealed::SealedError;

/// How a step of a job ends when it does not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    /// May pass: the job is tried again a little later, a few times.
    #[error("{0}")]
    Retry(Reason),
    /// Will not pass: the job fails now.
    #[error("{0}")]
    Fail(Reason),
    /// The stored bytes of this blob are damaged: the job fails now, and so does every snapshot that owns the blob.
    #[error("{reason}")]
    Damaged { blob: BlobId, reason: Reason },
    /// Another worker has the job, or it is done; nothing may be written any more.
    #[error("the lease is lost")]
    LeaseLost,
}

/// A reason in two wordings.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    /// For the log and the catalog: everything that is known.
    pub(crate) full: String,
    /// For the caller: no paths, no ids of the inside, no texts of other programs.
    pub(crate) told: Cow<'static, str>,
}

/// Why a job ends without success.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    /// The blob whose stored bytes are to blame.
    pub(crate) damaged: Option<BlobId>,
}

impl Failure {
    /// For the transaction in which the job fails, once its snapshots are free of it: those that own the damaged bytes fail too.
    pub(crate) fn note_damage(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), CatalogError> {
        self.damaged.map_or(Ok(()), |blob| note_damage(tx, now, blob, &self.reason.full))
    }
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self { reason, damaged: None }
    }
}

impl Reason {
    /// An error with its causes, of which the caller is told this much.
    fn of(error: &dyn std::error::Error, told: impl Into<Cow<'static, str>>) -> Self {
        Self { full: error_chain(error), told: told.into() }
    }

    /// One text for everybody.
    pub(crate) fn plain(text: &'static str) -> Self {
        Self { full: text.to_owned(), told: text.into() }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.full)
    }
}

/// A text of the inside.
impl From<String> for Reason {
    fn from(full: String) -> Self {
        Self { full, told: "an internal error of the service".into() }
    }
}

impl From<CatalogError> for StepError {
    fn from(error: CatalogError) -> Self {
        let reason = Reason::of(&error, "the catalog of the service failed");
        match error {
            CatalogError::Unavailable(_) => Self::Retry(reason),
            CatalogError::AlreadyExists { .. } | CatalogError::NotFound { .. } | CatalogError::Unreadable { .. } => {
                Self::Fail(reason)
            }
        }
    }
}

impl From<BlobError> for StepError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::NotFound(_) => Self::Fail(Reason::of(&error, "the stored bytes are missing")),
            BlobError::AlreadyExists(_) | BlobError::Failed(_) => {
                Self::Retry(Reason::of(&error, "the stored bytes could not be read or written"))
            }
            BlobError::Full(_) => Self::Retry(Reason::of(&error, "there was no room for the bytes")),
        }
    }
}

impl From<KeyError> for StepError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unavailable(_) => Self::Retry(Reason::of(&error, "the key service failed")),
            KeyError::NotFound(_) | KeyError::Disabled(_) | KeyError::Unwrap(_) => {
                Self::Fail(Reason::of(&error, "the key of the snapshot cannot be used"))
            }
        }
    }
}

impl From<SealedError> for StepError {
    fn from(error: SealedError) -> Self {
        match error {
            SealedError::Blob(error) => error.into(),
            SealedError::Key(error) => error.into(),
            SealedError::Seal(_) | SealedError::Swapped { .. } => {
                Self::Fail(Reason::of(&error, "the bytes did not agree with what was recorded"))
            }
            SealedError::Lost(_) => Self::Retry(Reason::of(&error, "the service was busy or could not go on")),
        }
    }
}

/// Whether it is damage is [`Cause::is_damage`]'s to say, as for `verify` and the scrub.
impl From<VerifyError> for StepError {
    fn from(error: VerifyError) -> Self {
        let (full, blob, is_damage) = (error_chain(&error), error.blob, error.cause.is_damage());
        let (may_pass, told) = match error.cause {
            // What the caller is told is as always; the full text names the snapshot too.
            Cause::Sealed(cause) => match Self::from(cause) {
                Self::Retry(Reason { told, .. }) => (true, told),
                Self::Fail(Reason { told, .. }) | Self::Damaged { reason: Reason { told, .. }, .. } => (false, told),
                Self::LeaseLost => return Self::LeaseLost,
            },
            Cause::Rdb(_) | Cause::Trailing(_) | Cause::Disagreement(_) | Cause::Facts(_) => {
                (false, "the bytes did not agree with what was recorded".into())
            }
            Cause::CutShort | Cause::Lost(_) => return Self::Retry(full.into()),
        };
        let reason = Reason { full, told };
        match (is_damage, may_pass) {
            (true, _) => Self::Damaged { blob, reason },
            (false, true) => Self::Retry(reason),
            (false, false) => Self::Fail(reason),
        }
    }
}

impl From<BucketError> for StepError {
    fn from(error: BucketError) -> Self {
        match &error {
            BucketError::Unavailable(_) => Self::Retry(Reason::of(&error, "the store could not be reached")),
            BucketError::UploadGone => Self::Retry(Reason::of(&error, "the store lost the upload")),
            BucketError::Refused(refusal) => Self::Fail(Reason::of(&error, refusal.to_string())),
            BucketError::Failed(_) => Self::Fail(Reason::of(&error, "the store refused the upload")),
        }
    }
}

impl From<EngineError> for StepError {
    fn from(error: EngineError) -> Self {
        let reason = Reason::of(&error, error.told());
        // Room for blobs may come again; a node is not to blame for it.
        let may_pass = error.may_pass() || matches!(error, EngineError::Sink(_));
        if may_pass { Self::Retry(reason) } else { Self::Fail(reason) }
    }
}
