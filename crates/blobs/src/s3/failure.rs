//! Why a request to the store failed.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;
use std::io;
use std::time::Duration;
use tokio::time::error::Elapsed;
use valkeep_ports::blobs::BlobError;

/// A request that failed.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The store refused it, or did not answer.
    #[error("{doing} failed: {said}")]
    Refused {
        /// What was tried.
        doing: &'static str,
        /// Status and code of the answer, or that none came.
        said: String,
        status: Option<u16>,
        code: Option<String>,
        may_pass: bool,
        retry_after: Option<Duration>,
        source: Box<dyn Error + Send + Sync>,
    },
    /// An answer that was cut off or came too slowly.
    #[error("{doing} was cut off")]
    CutOff { doing: &'static str, source: Box<dyn Error + Send + Sync> },
    /// An attempt took longer than one may.
    #[error("the store did not answer in time")]
    TooSlow(#[source] Elapsed),
    /// The bytes to send could not be read back from the spool: the disk, or the blob was deleted meanwhile.
    #[error("{doing} failed: the spool cannot be read")]
    Spool { doing: &'static str, source: Box<dyn Error + Send + Sync> },
    /// An answer that is not the one to the request.
    #[error("{doing} gave what was not asked for: {found}")]
    Wrong { doing: &'static str, found: &'static str },
}

impl RequestError {
    pub(super) fn refused<E>(doing: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let (status, code) = (valkeep_s3::status(&error), error.code().map(str::to_owned));
        let said = match (status, &code) {
            (Some(status), Some(code)) => format!("{status} {code}"),
            (Some(status), None) => status.to_string(),
            (None, _) => "no answer".to_owned(),
        };
        let (may_pass, retry_after) = (valkeep_s3::may_pass(&error), valkeep_s3::retry_after(&error));
        Self::Refused { doing, said, status, code, may_pass, retry_after, source: Box::new(error) }
    }

    /// Whether the same request may succeed later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Refused { may_pass, .. } => *may_pass,
            Self::CutOff { .. } | Self::TooSlow(_) => true,
            Self::Spool { .. } | Self::Wrong { .. } => false,
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::CutOff { .. } | Self::TooSlow(_) | Self::Spool { .. } | Self::Wrong { .. } => None,
        }
    }

    pub(super) fn is_status(&self, wanted: u16) -> bool {
        matches!(self, Self::Refused { status: Some(status), .. } if *status == wanted)
    }

    pub(super) fn is_code(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code: Some(code), .. } if code == wanted)
    }
}

impl From<RequestError> for BlobError {
    fn from(error: RequestError) -> Self {
        Self::Failed(io::Error::other(error))
    }
}
