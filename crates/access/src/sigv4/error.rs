//! Why a signature was refused, in the words of AWS.

/// A refused signature. Each variant is one error code of the AWS Query APIs; the text is meant for the caller's eyes.
///
/// Source: spec `W32` and the common errors of the API; the texts of `IncompleteSignature` are ours where AWS
/// documents none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The request carries no signature at all.
    #[error("Request is missing Authentication Token")]
    MissingAuthenticationToken,
    /// The signature is malformed, is given twice, or uses a form that is not accepted.
    #[error("{0}")]
    IncompleteSignature(String),
    /// The access key is not known, or the request carries a session token (none are issued).
    #[error("The security token included in the request is invalid.")]
    InvalidClientTokenId,
    /// The signature is well formed and wrong, or does not cover what it must.
    #[error("{0}")]
    SignatureDoesNotMatch(String),
    /// The presigned URL is past its `X-Amz-Expires`.
    #[error("{0}")]
    RequestExpired(String),
}

impl SignatureError {
    /// The error code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationToken",
            Self::IncompleteSignature(_) => "IncompleteSignature",
            Self::InvalidClientTokenId => "InvalidClientTokenId",
            Self::SignatureDoesNotMatch(_) => "SignatureDoesNotMatch",
            Self::RequestExpired(_) => "RequestExpired",
        }
    }

    /// The public text. It may repeat parts of the request (never the signature), so the caller must escape it.
    #[must_use]
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// The recomputed signature differs from the one sent.
    pub(super) fn mismatch() -> Self {
        Self::SignatureDoesNotMatch(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
             Key and signing method. Consult the service documentation for details."
                .to_owned(),
        )
    }

    pub(super) fn incomplete(text: impl Into<String>) -> Self {
        Self::IncompleteSignature(text.into())
    }

    pub(super) fn uncovered(text: impl Into<String>) -> Self {
        Self::SignatureDoesNotMatch(text.into())
    }
}
