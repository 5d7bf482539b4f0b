//! What a failed request means.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use std::time::Duration;

/// Codes of S3 that tell of trouble that may pass, whatever the status they come with ("Error responses", API reference).
const PASSING_CODES: [&str; 6] =
    ["ExpiredToken", "InternalError", "RequestTimeTooSkewed", "RequestTimeout", "ServiceUnavailable", "SlowDown"];

/// HTTP status of the answer, if one came.
pub fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Whether the same request may succeed later: no answer, throttling, conflicts, the server's own errors, clocks that differ,
/// and an answer of 200 that is cut off or no answer of S3 at all.
pub fn may_pass<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.code().is_some_and(|code| PASSING_CODES.contains(&code))
        || matches!(status(error), None | Some(200..=299 | 408 | 409 | 429 | 500 | 502..=599))
}

/// How long the store asks to wait (`Retry-After` in seconds).
pub fn retry_after<E>(error: &SdkError<E, HttpResponse>) -> Option<Duration> {
    let seconds = error.raw_response()?.headers().get("retry-after")?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
