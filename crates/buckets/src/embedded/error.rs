//! Why the endpoint did not do what it was asked, in S3's codes.

use s3s::{S3Error, S3ErrorCode};
use std::borrow::Cow;
use valkeep_ports::blobs::BlobError;
use valkeep_ports::catalog::CatalogError;
use valkeep_ports::keys::KeyError;
use valkeep_ports::sealed::SealedError;

/// An answer of S3 that is an error of the client.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub(crate) struct Refusal {
    pub(crate) code: S3ErrorCode,
    pub(crate) message: Cow<'static, str>,
}

impl Refusal {
    pub(crate) fn new(code: S3ErrorCode, message: String) -> Self {
        Self { code, message: message.into() }
    }
}

/// A refusal with a fixed text.
pub(crate) fn refuse(code: S3ErrorCode, message: &'static str) -> Refusal {
    Refusal { code, message: message.into() }
}

/// The refusal of a parameter that the endpoint cannot honour.
pub(crate) fn unsupported(what: &str) -> Refusal {
    Refusal::new(S3ErrorCode::NotImplemented, format!("This endpoint does not support {what}."))
}

/// Everything that keeps the endpoint from answering.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// The client's body broke off or was not what its signature says.
    #[error("the body could not be read")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another writer or the sweeper was faster; the same request may succeed.
    #[error("lost a race: {0}")]
    Raced(&'static str),
}

impl From<KeyError> for Trouble {
    fn from(error: KeyError) -> Self {
        Self::Sealed(error.into())
    }
}

impl Trouble {
    /// Whether the same request may succeed a little later.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.code == S3ErrorCode::SlowDown,
            Self::Body(_) => false,
            Self::Catalog(error) => matches!(error, CatalogError::Unavailable(_)),
            Self::Sealed(error) => matches!(
                error,
                SealedError::Blob(BlobError::Full(_) | BlobError::Failed(_))
                    | SealedError::Key(KeyError::Unavailable(_))
            ),
            Self::Raced(_) => true,
        }
    }
}

impl From<Trouble> for S3Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(refusal) => refusal.into(),
            Trouble::Body(source) => {
                let mut error = Self::with_message(S3ErrorCode::IncompleteBody, "The request body could not be read.");
                error.set_source(source);
                error
            }
            Trouble::Raced(_) => Self::with_message(S3ErrorCode::OperationAborted, "Please try again."),
            // The text is for the operator, not for the client.
            Trouble::Catalog(_) | Trouble::Sealed(_) => {
                tracing::error!(error = &trouble as &dyn std::error::Error, "the S3 endpoint failed");
                let code =
                    if trouble.may_pass() { S3ErrorCode::ServiceUnavailable } else { S3ErrorCode::InternalError };
                Self::with_message(code, "We encountered an internal error. Please try again.")
            }
        }
    }
}

impl From<Refusal> for S3Error {
    fn from(refusal: Refusal) -> Self {
        Self::with_message(refusal.code, refusal.message)
    }
}
