//! AWS Signature Version 4, the verifying half.
//!
//! A request says who sent it in one of two forms: the `Authorization` header, or `X-Amz-*` query parameters (a presigned
//! URL). [`claim`] reads either one and checks all that can be checked without the secret: exactly one form, one date, the
//! clock, the signed headers. [`Claim::verify`] then recomputes the signature and answers a [`Proof`].
//!
//! The canonical form is the one of every service but S3 (path normalised and encoded twice). S3 requests use [`claim`]
//! alone; their signature is verified where their payload forms are known.
//!
//! Sources: *Signature Version 4 signing process* (IAM User Guide); spec `W32`; behaviour of botocore 1.43.11, measured
//! by the vectors in `testdata/sigv4.json`.

mod canonical;
mod claim;
mod error;
mod fields;
mod key;

pub use canonical::payload_sha256_hex;
pub use claim::{Claim, MAX_PRESIGNED_S, MAX_SKEW_S, Proof, RequestHead, Scope, claim};
pub use error::SignatureError;
pub use key::{SecretKey, SigningKey};

/// The one algorithm that is accepted.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The last element of every credential scope.
const TERMINATOR: &str = "aws4_request";
