//! What can be wrong with a file, and where.

use crate::format::Format;

/// A file that is not a complete, intact RDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("RDB at byte {offset}: {reason}")]
pub struct RdbError {
    /// How many bytes of the file were read when the fault showed, the faulty field's own first bytes included.
    pub offset: u64,
    pub reason: Reason,
}

/// Why a file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("the file starts with neither REDIS nor VALKEY and a version number")]
    BadMagic,
    /// The magic is well-formed, but of a version whose tables this walker does not have.
    #[error("format {0} is not known")]
    UnsupportedVersion(Format),
    #[error("{format} has no opcode {opcode}")]
    UnknownOpcode { format: Format, opcode: u8 },
    #[error("{format} has no value type {value_type}")]
    UnknownType { format: Format, value_type: u8 },
    /// A first byte that starts no length, or a string encoding where a plain length belongs.
    #[error("byte {0:#04x} starts no length here")]
    BadLength(u8),
    #[error("string encoding {0} is not known")]
    BadStringEncoding(u8),
    /// A tag inside a value (quicklist container, module item, array element) that the format does not define.
    #[error("tag {0} is not known here")]
    BadTag(u64),
    /// Lengths that no LZF stream can have.
    #[error("{packed} compressed bytes cannot hold {plain} bytes of LZF")]
    BadLzf { packed: u64, plain: u64 },
    #[error("a score is not a number")]
    BadScore,
    /// A number beyond 32 bits, or more distinct databases than the walker counts (65,536).
    #[error("database {0} is out of bounds")]
    BadDatabase(u64),
    #[error("the checksum in the file is {stored:#018x}, which is not that of its bytes")]
    ChecksumMismatch { stored: u64 },
    #[error("the file ends too early")]
    Truncated,
}
