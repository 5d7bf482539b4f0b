//! Checksums of bodies: computed while bytes pass, compared with what the client sent, joined for multipart objects
//! (S3 User Guide, "Checking object integrity").

use super::error::{Refusal, refuse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use crc_fast::CrcAlgorithm;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::{S3ErrorCode, TrailingHeaders};
use serde::{Deserialize, Serialize};

/// The algorithms of `x-amz-checksum-…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64nvme, Self::Sha1, Self::Sha256];

    /// The name in headers and answers.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// # Errors
    /// `InvalidRequest` for a name that is none.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let found = Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(text));
        found.ok_or_else(|| refuse(S3ErrorCode::InvalidRequest, "Checksum algorithm provided is unsupported."))
    }

    const fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// CRCs of parts can be joined to that of the whole; digests cannot.
    const fn crc(self) -> Option<(CrcAlgorithm, usize)> {
        match self {
            Self::Crc32 => Some((CrcAlgorithm::Crc32IsoHdlc, 4)),
            Self::Crc32c => Some((CrcAlgorithm::Crc32Iscsi, 4)),
            Self::Crc64nvme => Some((CrcAlgorithm::Crc64Nvme, 8)),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Crc32 => Crc32::checksum(bytes).to_vec(),
            Self::Crc32c => Crc32c::checksum(bytes).to_vec(),
            Self::Crc64nvme => Crc64Nvme::checksum(bytes).to_vec(),
            Self::Sha1 => Sha1::checksum(bytes).to_vec(),
            Self::Sha256 => Sha256::checksum(bytes).to_vec(),
        }
    }
}

/// What the checksum of a multipart object is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// All bytes of the object.
    #[default]
    Full,
    /// The checksums of its parts.
    Composite,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Full => s3s::dto::ChecksumType::FULL_OBJECT,
            Self::Composite => s3s::dto::ChecksumType::COMPOSITE,
        }
    }

    /// # Errors
    /// `InvalidRequest` for a name that is none.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let found = [Self::Full, Self::Composite].into_iter().find(|known| known.as_str() == text);
        found.ok_or_else(|| refuse(S3ErrorCode::InvalidRequest, "Value for x-amz-checksum-type header is invalid."))
    }
}

/// Checksums in base64, one of each algorithm at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksums {
    pub(crate) values: Vec<(Algorithm, String)>,
    pub(crate) kind: Kind,
}

impl Checksums {
    pub(crate) fn get(&self, algorithm: Algorithm) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == algorithm).map(|(_, value)| value.as_str())
    }

    /// The value as an answer carries it.
    pub(crate) fn answer(&self, algorithm: Algorithm) -> Option<String> {
        self.get(algorithm).map(str::to_owned)
    }

    /// Whether every value of `claimed` is the one here.
    ///
    /// # Errors
    /// `BadDigest`.
    pub(crate) fn confirm(&self, claimed: &Self) -> Result<(), Refusal> {
        match claimed.values.iter().find(|(algorithm, value)| self.get(*algorithm) != Some(value)) {
            None => Ok(()),
            Some((algorithm, _)) => Err(Refusal::new(
                S3ErrorCode::BadDigest,
                format!("The {} you specified did not match the calculated checksum.", algorithm.as_str()),
            )),
        }
    }

    /// The checksum of an object made of `parts`, by the algorithms that all of them have.
    pub(crate) fn join(parts: &[(&Self, u64)], wanted: Option<(Algorithm, Kind)>) -> Self {
        let kind = wanted.map_or(Kind::Full, |(_, kind)| kind);
        let algorithm = wanted.map_or(Algorithm::Crc64nvme, |(algorithm, _)| algorithm);
        let values = Self::join_one(parts, algorithm, kind).map(|value| (algorithm, value));
        Self { values: values.into_iter().collect(), kind }
    }

    fn join_one(parts: &[(&Self, u64)], algorithm: Algorithm, kind: Kind) -> Option<String> {
        let raw: Vec<(Vec<u8>, u64)> = parts
            .iter()
            .map(|(checksums, size)| Some((BASE64.decode(checksums.get(algorithm)?).ok()?, *size)))
            .collect::<Option<_>>()?;
        match kind {
            Kind::Composite => {
                let bytes: Vec<u8> = raw.iter().flat_map(|(value, _)| value.iter().copied()).collect();
                Some(format!("{}-{}", BASE64.encode(algorithm.digest(&bytes)), parts.len()))
            }
            Kind::Full => {
                let (crc, width_bytes) = algorithm.crc()?;
                let number = |value: &[u8]| value.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                let mut raw = raw.iter();
                let first = number(&raw.next()?.0);
                let whole =
                    raw.fold(first, |sum, (value, size)| crc_fast::checksum_combine(crc, sum, number(value), *size));
                Some(BASE64.encode(&whole.to_be_bytes()[8 - width_bytes..]))
            }
        }
    }
}

/// What a client said of a body before and behind it.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    pub(crate) checksums: Checksums,
    /// `Content-MD5`, in base64.
    pub(crate) md5: Option<String>,
    pub(crate) length_bytes: Option<u64>,
    /// Computed whether or not a value comes.
    pub(crate) also: Option<Algorithm>,
    pub(crate) trailers: Option<Trailers>,
}

/// Checksums that come behind the body.
#[derive(Debug)]
pub(crate) struct Trailers {
    pub(crate) announced: Vec<Algorithm>,
    pub(crate) headers: TrailingHeaders,
}

impl Trailers {
    /// The trailers that `x-amz-trailer` announces.
    pub(crate) fn announced(request: &http::HeaderMap, headers: Option<TrailingHeaders>) -> Option<Self> {
        let names = request.get("x-amz-trailer")?.to_str().ok()?.to_ascii_lowercase();
        let named = |algorithm: &Algorithm| names.split(',').any(|name| name.trim() == algorithm.header());
        Some(Self { announced: Algorithm::ALL.into_iter().filter(named).collect(), headers: headers? })
    }

    fn received(&self) -> Result<Vec<(Algorithm, String)>, Refusal> {
        let value = |algorithm: &Algorithm| {
            let text = self.headers.read(|headers| headers.get(algorithm.header())?.to_str().ok().map(str::to_owned));
            text.flatten()
                .map(|text| (*algorithm, text))
                .ok_or_else(|| refuse(S3ErrorCode::InvalidRequest, "The trailer that was announced did not come."))
        };
        self.announced.iter().map(value).collect()
    }
}

/// All that is computed of a body while it passes.
pub(crate) struct BodyHasher {
    md5: Md5,
    sums: ChecksumHasher,
    length_bytes: u64,
}

/// What a body turned out to be.
#[derive(Debug)]
pub(crate) struct Passed {
    pub(crate) md5: [u8; 16],
    pub(crate) checksums: Checksums,
    pub(crate) length_bytes: u64,
}

impl BodyHasher {
    /// Computes what the claims name, or CRC64NVME, S3's own default, when they name nothing.
    pub(crate) fn new(claims: &Claims) -> Self {
        let announced = claims.trailers.iter().flat_map(|trailers| trailers.announced.iter().copied());
        let claimed = claims.checksums.values.iter().map(|(algorithm, _)| *algorithm);
        let mut wanted: Vec<Algorithm> = claimed.chain(announced).chain(claims.also).collect();
        if wanted.is_empty() {
            wanted.push(Algorithm::Crc64nvme);
        }
        let has = |algorithm| wanted.contains(&algorithm);
        let sums = ChecksumHasher {
            crc32: has(Algorithm::Crc32).then(Crc32::new),
            crc32c: has(Algorithm::Crc32c).then(Crc32c::new),
            crc64nvme: has(Algorithm::Crc64nvme).then(Crc64Nvme::new),
            sha1: has(Algorithm::Sha1).then(Sha1::new),
            sha256: has(Algorithm::Sha256).then(Sha256::new),
        };
        Self { md5: Md5::new(), sums, length_bytes: 0 }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sums.update(bytes);
        self.length_bytes += bytes.len() as u64;
    }

    /// Ends the body and compares it with what was claimed of it.
    ///
    /// # Errors
    /// `BadDigest`, `InvalidDigest`, `IncompleteBody`, or `InvalidRequest` for a missing trailer.
    pub(crate) fn finish(self, claims: &Claims) -> Result<Passed, Refusal> {
        let sums = self.sums.finalize();
        let values = [
            (Algorithm::Crc32, sums.checksum_crc32),
            (Algorithm::Crc32c, sums.checksum_crc32c),
            (Algorithm::Crc64nvme, sums.checksum_crc64nvme),
            (Algorithm::Sha1, sums.checksum_sha1),
            (Algorithm::Sha256, sums.checksum_sha256),
        ];
        let values = values.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value?))).collect();
        let passed = Passed {
            md5: self.md5.finalize(),
            checksums: Checksums { values, kind: Kind::Full },
            length_bytes: self.length_bytes,
        };
        passed.confirm(claims)?;
        Ok(passed)
    }
}

impl Passed {
    fn confirm(&self, claims: &Claims) -> Result<(), Refusal> {
        if claims.length_bytes.is_some_and(|length| length != self.length_bytes) {
            return Err(refuse(
                S3ErrorCode::IncompleteBody,
                "You did not provide the number of bytes specified by the Content-Length HTTP header.",
            ));
        }
        if let Some(md5) = &claims.md5 {
            let claimed = BASE64.decode(md5).ok().filter(|bytes| bytes.len() == 16);
            let claimed = claimed
                .ok_or_else(|| refuse(S3ErrorCode::InvalidDigest, "The Content-MD5 you specified was invalid."))?;
            if claimed != self.md5 {
                let text = "The Content-MD5 you specified did not match what we received.";
                return Err(refuse(S3ErrorCode::BadDigest, text));
            }
        }
        self.checksums.confirm(&claims.checksums)?;
        let trailed = claims.trailers.as_ref().map_or(Ok(Vec::new()), Trailers::received)?;
        self.checksums.confirm(&Checksums { values: trailed, kind: Kind::Full })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(bytes: &[u8], algorithm: Algorithm) -> Checksums {
        let claims = Claims { also: Some(algorithm), ..Claims::default() };
        let mut hasher = BodyHasher::new(&claims);
        hasher.update(bytes);
        hasher.finish(&claims).unwrap().checksums
    }

    #[test]
    fn crcs_of_parts_join_to_the_crc_of_the_whole() {
        let (first, second, third) = (&b"hello "[..], &b"world"[..], &b""[..]);
        for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64nvme] {
            let parts = [first, second, third].map(|bytes| (hashed(bytes, algorithm), bytes.len() as u64));
            let parts: Vec<_> = parts.iter().map(|(sums, size)| (sums, *size)).collect();
            let joined = Checksums::join(&parts, Some((algorithm, Kind::Full)));
            assert_eq!(joined, hashed(b"hello world", algorithm), "{algorithm:?}");
        }
    }

    #[test]
    fn a_composite_checksum_counts_its_parts_and_a_digest_has_no_other() {
        let part = hashed(b"hello", Algorithm::Sha256);
        let parts = [(&part, 5), (&part, 5)];
        let joined = Checksums::join(&parts, Some((Algorithm::Sha256, Kind::Composite)));
        // printf hello | sha256sum, twice in binary, | sha256sum, in base64.
        assert_eq!(joined.get(Algorithm::Sha256), Some(COMPOSITE_OF_TWO_HELLOS));
        assert_eq!(Checksums::join(&parts, Some((Algorithm::Sha256, Kind::Full))).values, []);
    }

    const COMPOSITE_OF_TWO_HELLOS: &str = "HSXBmho/tlx40BhWEFc2KRbBS/02t1qoyw9NaWKTsYM=-2";

    #[test]
    fn wrong_claims_are_refused_with_the_code_of_s3() {
        let sha = |value: &str| Checksums { values: vec![(Algorithm::Sha256, value.to_owned())], kind: Kind::Full };
        for (claims, code) in [
            (Claims { checksums: sha("AAAA"), ..Claims::default() }, S3ErrorCode::BadDigest),
            (Claims { md5: Some("AAAAAAAAAAAAAAAAAAAAAA==".to_owned()), ..Claims::default() }, S3ErrorCode::BadDigest),
            (Claims { md5: Some("no".to_owned()), ..Claims::default() }, S3ErrorCode::InvalidDigest),
            (Claims { length_bytes: Some(4), ..Claims::default() }, S3ErrorCode::IncompleteBody),
        ] {
            let mut hasher = BodyHasher::new(&claims);
            hasher.update(b"hello");
            assert_eq!(hasher.finish(&claims).unwrap_err().code, code);
        }
    }
}
