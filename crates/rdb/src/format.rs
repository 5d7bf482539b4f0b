//! The first nine bytes: which engine family wrote the file, in which version of the format.

use std::fmt;

use crate::error::Reason;

/// Bytes of the magic and the version, in both families.
pub(crate) const MAGIC_BYTES: usize = 9;

/// Who defines the format. The same number of an opcode or a value type may mean different things in the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Magic `REDIS`: Redis, and Valkey up to 8.1.
    Redis,
    /// Magic `VALKEY`: Valkey from 9.0.
    Valkey,
}

/// Family and version of an RDB. Prints as the magic itself: `REDIS0011`, `VALKEY080`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    pub family: Family,
    pub version: u16,
}

impl Format {
    /// Reads a magic.
    pub(crate) fn parse(magic: &[u8]) -> Result<Self, Reason> {
        let (family, digits) = if let Some(digits) = magic.strip_prefix(b"REDIS") {
            (Family::Redis, digits)
        } else if let Some(digits) = magic.strip_prefix(b"VALKEY") {
            (Family::Valkey, digits)
        } else {
            return Err(Reason::BadMagic);
        };
        if magic.len() != MAGIC_BYTES || !digits.iter().all(u8::is_ascii_digit) {
            return Err(Reason::BadMagic);
        }
        let version = digits.iter().fold(0, |version, digit| version * 10 + u16::from(digit - b'0'));
        let format = Self { family, version };
        if format.is_known() { Ok(format) } else { Err(Reason::UnsupportedVersion(format)) }
    }

    /// Redis 1.x .. 8.8 write versions 1..14; Valkey writes 80 (9.0, 9.1) and 81. Source: `rdb.h` of both, librdb `redisver.h`.
    fn is_known(self) -> bool {
        match self.family {
            Family::Redis => (1..=14).contains(&self.version),
            Family::Valkey => (80..=81).contains(&self.version),
        }
    }

    /// Whether eight checksum bytes follow the EOF opcode: from version 5 on.
    pub(crate) fn has_checksum(self) -> bool {
        self.version >= 5
    }

    /// Whether this is Redis in at least the given version.
    pub(crate) fn is_redis_from(self, version: u16) -> bool {
        self.family == Family::Redis && self.version >= version
    }

    /// Whether this is Valkey's own format.
    pub(crate) fn is_valkey(self) -> bool {
        self.family == Family::Valkey
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.family {
            Family::Redis => write!(out, "REDIS{:04}", self.version),
            Family::Valkey => write!(out, "VALKEY{:03}", self.version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_magics_print_as_they_were_read() {
        for magic in ["REDIS0001", "REDIS0009", "REDIS0011", "REDIS0014", "VALKEY080", "VALKEY081"] {
            assert_eq!(Format::parse(magic.as_bytes()).map(|format| format.to_string()), Ok(magic.to_owned()));
        }
    }

    #[test]
    fn foreign_magics_and_versions_are_refused() {
        for magic in ["REDIS00 1", "REDIS-001", "redis0011", "VALKEY0a0", "AOF000000", "REDIS"] {
            assert_eq!(Format::parse(magic.as_bytes()), Err(Reason::BadMagic), "{magic}");
        }
        for magic in ["REDIS0000", "REDIS0015", "REDIS0080", "VALKEY011", "VALKEY079", "VALKEY082"] {
            assert!(matches!(Format::parse(magic.as_bytes()), Err(Reason::UnsupportedVersion(_))), "{magic}");
        }
    }
}
