//! What can be wrong with a file, and where.

use std::fmt;

use crate::format::Format;

/// A file that is not a complete, intact RDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("RDB at byte {offset}: {reason}")]
pub struct RdbError {
    /// How many bytes of the file were read when the fault showed, the faulty field's own first bytes included. Inside a compressed
    /// string faults show when a window of it is unpacked.
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
    /// A structure is not what its writers make.
    #[error("{structure}: {fault}")]
    Broken { structure: Structure, fault: Fault },
    #[error("a score is not a number")]
    BadScore,
    /// The expiry of a field that no server keeps: negative, or beyond 2^48 milliseconds in Redis.
    #[error("{0} is no time at which a field can expire")]
    BadFieldExpiry(i64),
    /// An expiry, an idle time or other metadata that no key follows.
    #[error("a key must follow, not opcode {0}")]
    KeyExpected(u8),
    #[error("a field without a value, or a member without a score")]
    Unpaired,
    /// A collection without elements. Servers up to Redis 6 could write them; later ones drop them when they load.
    #[error("a collection has no elements")]
    Empty,
    /// A number beyond 32 bits.
    #[error("database {0} is out of bounds")]
    BadDatabase(u64),
    #[error("the checksum in the file is {stored:#018x}, which is not that of its bytes")]
    ChecksumMismatch { stored: u64 },
    #[error("the file ends too early")]
    Truncated,
}

/// What lies inside a string or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    Lzf,
    Intset,
    Zipmap,
    Ziplist,
    Listpack,
    /// A listpack with the entries of a stream.
    StreamNode,
    Stream,
    ConsumerGroup,
}

impl fmt::Display for Structure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Lzf => "LZF",
            Self::Intset => "intset",
            Self::Zipmap => "zipmap",
            Self::Ziplist => "ziplist",
            Self::Listpack => "listpack",
            Self::StreamNode => "stream node",
            Self::Stream => "stream",
            Self::ConsumerGroup => "consumer group",
        })
    }
}

/// What is wrong with a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the size that it announces is not the size that it has")]
    Size,
    #[error("its last element goes beyond its end")]
    CutShort,
    #[error("a reference to bytes before its start")]
    Reference,
    #[error("the count that it announces is not that of its elements")]
    Count,
    #[error("an element or a header of an encoding that is not known")]
    Encoding,
    #[error("what should lead back from an element does not")]
    BackLength,
    #[error("no end mark where it should end")]
    EndMark,
    #[error("the last element is not where the header says")]
    Tail,
    #[error("elements are not in ascending order")]
    Order,
    #[error("text where a number belongs")]
    NotANumber,
    #[error("an entry has not the fields that it announces")]
    Fields,
    #[error("what is pending with consumers is not what is pending in the group")]
    Pending,
}
