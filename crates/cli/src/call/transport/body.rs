//! The bodies of answers: bounded, and unpacked.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::Response;
use http::header::CONTENT_ENCODING;

use super::TransportError;

/// Most bytes of an answer's body, packed or not, so that an endless answer ends in an error. Our choice: the
/// longest page of the service has 100 items.
pub(super) const BODY_MAX_BYTES: usize = 64 << 20;

pub(super) fn too_long() -> TransportError {
    TransportError::Unusable { reason: format!("the answer is longer than {BODY_MAX_BYTES} bytes") }
}

/// Undoes what the `content-encoding` header says.
pub(super) fn decoded(answer: Response<Bytes>) -> Result<Response<Bytes>, TransportError> {
    let (head, body) = answer.into_parts();
    let coding = head.headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let coding = coding.trim().to_ascii_lowercase();
    let body = match coding.as_str() {
        _ if body.is_empty() => body,
        "gzip" | "x-gzip" => unpacked(MultiGzDecoder::new(&body[..]), &coding)?,
        // Both forms go under this name; only one starts with a header that says so.
        "deflate" => match unpacked(ZlibDecoder::new(&body[..]), &coding) {
            Ok(body) => body,
            Err(_) => unpacked(DeflateDecoder::new(&body[..]), &coding)?,
        },
        _ => body,
    };
    Ok(Response::from_parts(head, body))
}

fn unpacked(packed: impl Read, coding: &str) -> Result<Bytes, TransportError> {
    let mut body = Vec::new();
    let limit = BODY_MAX_BYTES as u64 + 1;
    packed.take(limit).read_to_end(&mut body).map_err(|_| TransportError::Unusable {
        reason: format!(
            "('Received response with content-encoding: {coding}, but failed to decode it.', \
             error('Error -3 while decompressing data: incorrect header check'))"
        ),
    })?;
    if body.len() > BODY_MAX_BYTES { Err(too_long()) } else { Ok(body.into()) }
}
