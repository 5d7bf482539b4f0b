//! What the body of an answer was packed into for the way.

use std::io::{ErrorKind, Read};

use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// The body as the service wrote it. Codings that nobody asks for and the reference does not know are passed on.
///
/// # Errors
/// The text of what is wrong with the body, or with its length beyond `longest` bytes.
pub(super) fn unpacked(coding: &str, body: Bytes, longest: usize) -> Result<Bytes, String> {
    let coding = coding.to_ascii_lowercase();
    let unpacked = match coding.as_str() {
        "gzip" | "x-gzip" => gzip(&body, longest),
        "deflate" => {
            read(ZlibDecoder::new(&body[..]), longest).or_else(|_| read(DeflateDecoder::new(&body[..]), longest))
        }
        _ => return Ok(body),
    };
    let unpacked = unpacked.map_err(|reason| {
        let reason = format!("error('Error -3 while decompressing data: {reason}')");
        format!("('Received response with content-encoding: {coding}, but failed to decode it.', {reason})")
    })?;
    if unpacked.len() > longest {
        return Err(format!("the answer is longer than {longest} bytes"));
    }
    Ok(unpacked.into())
}

/// All members of a gzip text. Behind the first, what is no member is passed over.
fn gzip(mut packed: &[u8], longest: usize) -> Result<Vec<u8>, String> {
    let mut whole = Vec::new();
    loop {
        let mut decoder = GzDecoder::new(packed);
        let is_member = decoder.header().is_some() || packed.len() < GZIP_HEADER_BYTES;
        if !is_member && !whole.is_empty() {
            return Ok(whole);
        }
        whole.append(&mut read(&mut decoder, longest.saturating_sub(whole.len()))?);
        packed = decoder.into_inner();
        if packed.is_empty() || whole.len() > longest {
            return Ok(whole);
        }
    }
}

/// The shortest header of a gzip member.
const GZIP_HEADER_BYTES: usize = 10;

/// Reads at most one byte more than allowed. Like the reference, it takes a stream that ends early for what is there.
fn read(decoder: impl Read, longest: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let longest = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    match decoder.take(longest).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(bytes),
        Err(error) if bytes.is_empty() && error.kind() == ErrorKind::InvalidInput => {
            Err("incorrect header check".to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    const TEXT: &[u8] = b"<CopySnapshotResponse/>";
    const LONGEST: usize = 1000;

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn packed_bodies_are_unpacked() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(TEXT).unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(TEXT).unwrap();
        let cases = [
            ("gzip", gzipped(TEXT)),
            ("GZIP", gzipped(TEXT)),
            ("x-gzip", [gzipped(&TEXT[..5]), gzipped(&TEXT[5..])].concat()),
            ("gzip", [gzipped(TEXT), b"something else".to_vec()].concat()),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", deflate.finish().unwrap()),
            ("identity", TEXT.to_vec()),
            ("br", TEXT.to_vec()),
        ];
        for (coding, body) in cases {
            assert_eq!(unpacked(coding, body.into(), LONGEST).unwrap(), TEXT, "{coding}");
        }
    }

    #[test]
    fn a_stream_that_ends_early_is_what_is_there() {
        assert_eq!(unpacked("gzip", Bytes::new(), LONGEST).unwrap(), "");
        let mut packed = gzipped(TEXT);
        packed.truncate(packed.len() - 8);
        assert_eq!(unpacked("gzip", packed.into(), LONGEST).unwrap(), TEXT);
    }

    #[test]
    fn what_is_not_packed_is_an_error() {
        assert_eq!(
            unpacked("gzip", TEXT.into(), LONGEST).unwrap_err(),
            "('Received response with content-encoding: gzip, but failed to decode it.', \
             error('Error -3 while decompressing data: incorrect header check'))"
        );
    }

    #[test]
    fn a_small_answer_cannot_become_an_endless_one() {
        let packed = gzipped(&[b'x'; LONGEST + 1]);
        assert_eq!(unpacked("gzip", packed.into(), LONGEST).unwrap_err(), "the answer is longer than 1000 bytes");
    }
}
