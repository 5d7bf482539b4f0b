//! The canonical form of a request: the exact bytes that its sender signed.

use std::borrow::Cow;

use aws_lc_rs::digest;
use percent_encoding::percent_decode;

use super::claim::{Claim, RequestHead};
use super::{ALGORITHM, TERMINATOR};

/// The SHA-256 of a request body, in the lower-case hex that the canonical form wants.
#[must_use]
pub fn payload_sha256_hex(body: &[u8]) -> String {
    sha256_hex(body)
}

/// What the signature of `claim` must be a MAC of.
pub(super) fn string_to_sign(claim: &Claim, head: &RequestHead<'_>, payload_sha256_hex: &str) -> String {
    let canonical = canonical_request(head, &claim.signed_headers, payload_sha256_hex);
    let scope = &claim.scope;
    format!(
        "{ALGORITHM}\n{}\n{}/{}/{}/{TERMINATOR}\n{}",
        claim.amz_date(),
        scope.date,
        scope.region,
        scope.service,
        sha256_hex(&canonical)
    )
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

fn canonical_request(head: &RequestHead<'_>, signed_headers: &[String], payload_sha256_hex: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(head.method.as_bytes());
    out.push(b'\n');
    push_path(&mut out, head.path);
    out.push(b'\n');
    push_query(&mut out, head.query);
    out.push(b'\n');
    for name in signed_headers {
        push_header(&mut out, name, head);
    }
    out.push(b'\n');
    out.extend_from_slice(signed_headers.join(";").as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload_sha256_hex.as_bytes());
    out
}

/// The path without `.`, `..` and empty segments, encoded once more.
fn push_path(out: &mut Vec<u8>, path: &str) {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    for segment in &segments {
        out.push(b'/');
        push_encoded(out, segment.as_bytes());
    }
    if segments.is_empty() || path.ends_with('/') {
        out.push(b'/');
    }
}

/// The parameters encoded in one way and sorted, without the signature itself.
fn push_query(out: &mut Vec<u8>, query: &str) {
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = decoded_pairs(query)
        .filter(|(name, _)| name.as_ref() != b"X-Amz-Signature")
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect();
    pairs.sort_unstable();
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

/// The parameters of a query, decoded as forms are: `+` is a space. The request decoder must read them in the same way,
/// otherwise two meanings would share a signature.
pub(super) fn decoded_pairs(query: &str) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> Cow<'_, [u8]> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return Cow::Owned(percent_decode(spaced.as_bytes()).collect());
    }
    percent_decode(text.as_bytes()).into()
}

/// `name:value\n`, repeated values joined by commas, white space folded.
fn push_header(out: &mut Vec<u8>, name: &str, head: &RequestHead<'_>) {
    out.extend_from_slice(name.as_bytes());
    for (at, value) in head.values(name).enumerate() {
        out.push(if at == 0 { b':' } else { b',' });
        let words = value.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
        for (at, word) in words.enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(word);
        }
    }
    out.push(b'\n');
}

fn encoded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 8);
    push_encoded(&mut out, bytes);
    out
}

/// Percent-encodes all but the unreserved characters of RFC 3986, with upper-case hex.
fn push_encoded(out: &mut Vec<u8>, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
}
