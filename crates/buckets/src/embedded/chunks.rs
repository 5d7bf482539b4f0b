//! The framing of `aws-chunked` bodies, kept within bounds before s3s reads it: s3s holds a chunk as a whole, and takes a body
//! that breaks off between two chunks for complete.
//!
//! Source of the form: S3 API Reference, "Signature Calculations: Transferring a Payload in Multiple Chunks" and "Including
//! Trailing Headers". A chunk is `SIZE[;chunk-signature=…]` in hexadecimal, CRLF, the bytes, CRLF; the last one has size 0, and
//! trailers may follow it.

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use s3s::Body;

/// Most bytes of a signed chunk, which cannot be split. Clients send 64 to 128 KiB. Our choice.
const MAX_SIGNED_BYTES: u64 = 1 << 20;

/// Longest line before a chunk: a size of 64 bits with a signature has 99 bytes.
const MAX_LINE_BYTES: usize = 128;

/// How a body is not framed as it says.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum BadFraming {
    #[error("a chunk has no size before it")]
    NoSize,
    #[error("a chunk has no line end behind it")]
    NoLineEnd,
    #[error("a signed chunk of {0} bytes is too large")]
    TooLarge(u64),
    #[error("the body ends before its last chunk")]
    NoEnd,
}

/// The request with its chunks within bounds. Unsigned ones, which some clients send as one for a whole file, are split where
/// the network did it.
pub(super) fn within_bounds(request: Request<Body>) -> Request<Body> {
    let Some(framing) = Framing::announced(request.headers()) else { return request };
    request.map(|body| {
        let pieces = body.into_data_stream().map(Some).chain(stream::iter([None]));
        let framed = pieces.scan(framing, |framing, piece| {
            let passed = match piece {
                Some(Ok(bytes)) => framing.pass(bytes).map_err(Into::into),
                Some(Err(error)) => Err(error),
                None => framing.end().map(|()| Vec::new()).map_err(Into::into),
            };
            std::future::ready(Some(passed))
        });
        let framed = framed.map_ok(|passed| stream::iter(passed.into_iter().map(Ok::<_, s3s::StdError>))).try_flatten();
        Body::http_body_unsync(StreamBody::new(framed.map_ok(Frame::data)))
    })
}

/// Where in a body the next byte lies.
#[derive(Debug)]
struct Framing {
    signed: bool,
    at: At,
}

#[derive(Debug)]
enum At {
    /// In the line before a chunk, behind these bytes of it.
    Line(Vec<u8>),
    /// In a chunk of which so many bytes are left.
    Chunk(u64),
    /// In the line end behind a chunk; this is left of it.
    LineEnd(&'static [u8]),
    /// Behind the line of the last chunk.
    Trailers,
}

impl Framing {
    /// That of the body behind these headers; `None` for a plain one.
    fn announced(headers: &HeaderMap) -> Option<Self> {
        let payload = headers.get("x-amz-content-sha256")?.as_bytes().strip_prefix(b"STREAMING-")?;
        Some(Self { signed: !payload.starts_with(b"UNSIGNED-"), at: At::Line(Vec::new()) })
    }

    /// Takes the next bytes, and gives what s3s shall see instead.
    fn pass(&mut self, mut bytes: Bytes) -> Result<Vec<Bytes>, BadFraming> {
        let mut passed = Vec::new();
        while !bytes.is_empty() {
            match &mut self.at {
                At::Line(line) => {
                    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
                    if line.len() + end > MAX_LINE_BYTES {
                        return Err(BadFraming::NoSize);
                    }
                    line.extend_from_slice(&bytes.split_to(end));
                    if line.ends_with(b"\n") {
                        let line = std::mem::take(line);
                        passed.extend(self.begin(line)?);
                    }
                }
                At::Chunk(left) => {
                    let here = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                    *left -= here as u64;
                    if *left == 0 {
                        self.at = At::LineEnd(b"\r\n");
                    }
                    let part = bytes.split_to(here);
                    if self.signed {
                        passed.push(part);
                    } else {
                        passed.extend([format!("{here:x}\r\n").into(), part, Bytes::from_static(b"\r\n")]);
                    }
                }
                At::LineEnd(left) => {
                    let (found, expected) = (bytes.split_to(1), left[0]);
                    *left = &left[1..];
                    if left.is_empty() {
                        self.at = At::Line(Vec::new());
                    }
                    if found[0] != expected {
                        return Err(BadFraming::NoLineEnd);
                    }
                    if self.signed {
                        passed.push(found);
                    }
                }
                At::Trailers => passed.push(std::mem::take(&mut bytes)),
            }
        }
        Ok(passed)
    }

    /// Begins the chunk of a whole line, which is passed on where the chunk is.
    fn begin(&mut self, line: Vec<u8>) -> Result<Option<Bytes>, BadFraming> {
        let digits = line.iter().position(|byte| matches!(byte, b';' | b'\r')).map(|end| &line[..end]);
        let size = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let size = size.and_then(|digits| u64::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        self.at = match size {
            None => return Err(BadFraming::NoSize),
            Some(0) => At::Trailers,
            Some(size) if self.signed && size > MAX_SIGNED_BYTES => return Err(BadFraming::TooLarge(size)),
            Some(size) => At::Chunk(size),
        };
        let is_passed = self.signed || matches!(self.at, At::Trailers);
        Ok(is_passed.then(|| line.into()))
    }

    /// The body has no more bytes.
    fn end(&self) -> Result<(), BadFraming> {
        if matches!(self.at, At::Trailers) { Ok(()) } else { Err(BadFraming::NoEnd) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    const UNSIGNED: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    const TRAILER: &str = "x-amz-checksum-crc32:AAAAAA==\r\n\r\n";

    fn framing(payload: &str) -> Framing {
        let headers = HeaderMap::from_iter([("x-amz-content-sha256".parse().unwrap(), payload.parse().unwrap())]);
        Framing::announced(&headers).unwrap()
    }

    /// What becomes of a body that comes in these pieces.
    fn passed(payload: &str, pieces: &[&[u8]]) -> Result<String, BadFraming> {
        let mut framing = framing(payload);
        let mut passed = Vec::new();
        for piece in pieces {
            passed.extend(framing.pass(Bytes::copy_from_slice(piece))?.concat());
        }
        framing.end()?;
        Ok(String::from_utf8(passed).unwrap())
    }

    #[test]
    fn a_plain_body_is_no_framing() {
        for payload in
            [None, Some("UNSIGNED-PAYLOAD"), Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
        {
            let name = "x-amz-content-sha256".parse().unwrap();
            let headers = HeaderMap::from_iter(payload.map(|payload| (name, payload.parse().unwrap())));
            assert!(Framing::announced(&headers).is_none());
        }
    }

    #[test]
    fn a_signed_body_is_left_as_it_is_however_it_comes() {
        let body = format!("5;chunk-signature={0}\r\nhello\r\n0;chunk-signature={0}\r\n{TRAILER}", "a".repeat(64));
        for at in 0..=body.len() {
            let (first, second) = body.as_bytes().split_at(at);
            assert_eq!(passed(SIGNED, &[first, second]), Ok(body.clone()), "{at}");
        }
    }

    #[test]
    fn an_unsigned_chunk_is_split_where_the_pieces_end() {
        let body = format!("c\r\nhello, world\r\n0\r\n{TRAILER}");
        assert_eq!(passed(UNSIGNED, &[body.as_bytes()]), Ok(body.clone()));
        let split = passed(UNSIGNED, &[&body.as_bytes()[..8], &body.as_bytes()[8..]]);
        assert_eq!(split, Ok(format!("5\r\nhello\r\n7\r\n, world\r\n0\r\n{TRAILER}")));
        for at in 0..=body.len() {
            let (first, second) = body.as_bytes().split_at(at);
            let plain: String = passed(UNSIGNED, &[first, second]).unwrap().split("\r\n").skip(1).step_by(2).collect();
            assert!(plain.starts_with("hello, world"), "{at}: {plain}");
        }
    }

    #[test]
    fn a_body_that_is_cut_anywhere_before_its_last_chunk_is_refused() {
        let body = b"5\r\nhello\r\n0\r\n\r\n";
        for cut in 0..13 {
            assert_eq!(passed(UNSIGNED, &[&body[..cut]]), Err(BadFraming::NoEnd), "{cut}");
        }
        for cut in 13..=body.len() {
            assert!(passed(UNSIGNED, &[&body[..cut]]).is_ok(), "{cut}");
        }
    }

    #[test]
    fn what_is_no_framing_is_refused() {
        for (payload, body, reason) in [
            (UNSIGNED, "\r\nhello".to_owned(), BadFraming::NoSize),
            (UNSIGNED, "-5\r\nhello\r\n".to_owned(), BadFraming::NoSize),
            (UNSIGNED, "+5\r\nhello\r\n".to_owned(), BadFraming::NoSize),
            (UNSIGNED, "5\nhello\r\n".to_owned(), BadFraming::NoSize),
            (UNSIGNED, format!("1{}\r\n", "0".repeat(16)), BadFraming::NoSize),
            (UNSIGNED, "0".repeat(MAX_LINE_BYTES + 1), BadFraming::NoSize),
            (UNSIGNED, "5\r\nhello, world\r\n".to_owned(), BadFraming::NoLineEnd),
            (SIGNED, "5\r\nhello\rx".to_owned(), BadFraming::NoLineEnd),
            (SIGNED, "100001;chunk-signature=".to_owned() + "\r\n", BadFraming::TooLarge((1 << 20) + 1)),
        ] {
            assert_eq!(passed(payload, &[body.as_bytes()]), Err(reason), "{body:?}");
        }
        assert!(passed(SIGNED, &[b"100000;chunk-signature=\r\n"]).is_err_and(|it| it == BadFraming::NoEnd));
    }
}
