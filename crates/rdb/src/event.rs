//! What a walk meets, in the order of the file.

use crate::format::Format;

/// Bytes of a key's name that are kept and shown. Source: our choice; it bounds the memory, names may have 512 MiB.
pub const NAME_BYTES_MAX: usize = 1024;

/// Where a walk stopped, and what it met there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// All bytes that were given are taken; the file goes on.
    More,
    /// The magic was read.
    Format(Format),
    /// A text about the file, cut to [`NAME_BYTES_MAX`] bytes each.
    Auxiliary { name: &'a [u8], text: &'a [u8] },
    /// The keys that follow are of this database.
    Database(u32),
    /// The writer's count of keys, and of keys with an expiry, in the database at hand.
    SizeHint { keys: u64, expires: u64 },
    /// The writer's counts of one hash slot.
    SlotHint { slot: u64, keys: u64, expires: u64 },
    /// A function library of that many bytes.
    Function { bytes: u64 },
    /// Data of a module that belongs to no key. `module` is the id that holds the module's name and version.
    ModuleAuxiliary { module: u64 },
    /// Another record that carries no keys: a slot import under way, for one.
    Other,
    /// The name of a key was read; its value follows.
    Key(Key<'a>),
    /// The value of the last key ended.
    Value(Value),
    /// The end of the file; its checksum was compared.
    End(Checksum),
}

/// A key before its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key<'a> {
    /// The first [`NAME_BYTES_MAX`] bytes of the name, unpacked.
    pub name: &'a [u8],
    /// Length of the whole name.
    pub name_bytes: u64,
    /// Hash slot of the whole name (CRC16 of the name or of its hash tag, modulo 16,384; Redis cluster specification).
    pub slot: u16,
    /// When the key expires, in milliseconds since 1970.
    pub expires_at_ms: Option<i64>,
    pub encoding: Encoding,
}

/// A value that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Bytes of the file that the key takes: its expiry, its type, its name, its value.
    pub stored_bytes: u64,
    /// Elements of a collection: list items, set members, fields, entries of a stream; 1 for a string; 0 for a module's value.
    pub elements: u64,
    /// Of a module's value, the id that holds the module's name and version.
    pub module: Option<u64>,
}

/// The verdict on the CRC64 that ends a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// The file carries this checksum, and it is that of its bytes.
    Matched(u64),
    /// The file carries none: checksums were off on the server (eight zero bytes), or the format is older than version 5.
    Disabled,
}

/// What a value is for its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    String,
    List,
    Set,
    SortedSet,
    Hash,
    Stream,
    Array,
    Module,
}

/// How the file holds a value. One for each value type of `rdb.h`, across both families.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    String,
    List,
    ListZiplist,
    ListQuicklist,
    ListQuicklist2,
    Set,
    SetIntset,
    SetListpack,
    SortedSet,
    SortedSet2,
    SortedSetZiplist,
    SortedSetListpack,
    Hash,
    HashZipmap,
    HashZiplist,
    HashListpack,
    /// Fields with expiries (Redis 7.4 from its release candidates, Valkey 9).
    HashExpiries,
    HashListpackExpiries,
    Stream,
    Array,
    Module,
}

impl Encoding {
    #[must_use]
    pub fn value_type(self) -> Type {
        match self {
            Self::String => Type::String,
            Self::List | Self::ListZiplist | Self::ListQuicklist | Self::ListQuicklist2 => Type::List,
            Self::Set | Self::SetIntset | Self::SetListpack => Type::Set,
            Self::SortedSet | Self::SortedSet2 | Self::SortedSetZiplist | Self::SortedSetListpack => Type::SortedSet,
            Self::Hash | Self::HashZipmap | Self::HashZiplist | Self::HashListpack => Type::Hash,
            Self::HashExpiries | Self::HashListpackExpiries => Type::Hash,
            Self::Stream => Type::Stream,
            Self::Array => Type::Array,
            Self::Module => Type::Module,
        }
    }
}

impl Type {
    /// Every type, in the order of their numbers.
    pub const ALL: [Self; 8] =
        [Self::String, Self::List, Self::Set, Self::SortedSet, Self::Hash, Self::Stream, Self::Array, Self::Module];

    /// The name in reports: the word of `TYPE`, where the servers have one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::List => "list",
            Self::Set => "set",
            Self::SortedSet => "zset",
            Self::Hash => "hash",
            Self::Stream => "stream",
            Self::Array => "array",
            Self::Module => "module",
        }
    }
}

impl Encoding {
    /// Every encoding, in the order of their numbers.
    pub const ALL: [Self; 21] = [
        Self::String,
        Self::List,
        Self::ListZiplist,
        Self::ListQuicklist,
        Self::ListQuicklist2,
        Self::Set,
        Self::SetIntset,
        Self::SetListpack,
        Self::SortedSet,
        Self::SortedSet2,
        Self::SortedSetZiplist,
        Self::SortedSetListpack,
        Self::Hash,
        Self::HashZipmap,
        Self::HashZiplist,
        Self::HashListpack,
        Self::HashExpiries,
        Self::HashListpackExpiries,
        Self::Stream,
        Self::Array,
        Self::Module,
    ];

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::List => "list",
            Self::ListZiplist => "list-ziplist",
            Self::ListQuicklist => "list-quicklist",
            Self::ListQuicklist2 => "list-quicklist-2",
            Self::Set => "set",
            Self::SetIntset => "set-intset",
            Self::SetListpack => "set-listpack",
            Self::SortedSet => "zset",
            Self::SortedSet2 => "zset-2",
            Self::SortedSetZiplist => "zset-ziplist",
            Self::SortedSetListpack => "zset-listpack",
            Self::Hash => "hash",
            Self::HashZipmap => "hash-zipmap",
            Self::HashZiplist => "hash-ziplist",
            Self::HashListpack => "hash-listpack",
            Self::HashExpiries => "hash-expiries",
            Self::HashListpackExpiries => "hash-listpack-expiries",
            Self::Stream => "stream",
            Self::Array => "array",
            Self::Module => "module",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_all_are_in_the_order_of_their_numbers() {
        assert!(Type::ALL.iter().enumerate().all(|(number, kind)| *kind as usize == number));
        assert!(Encoding::ALL.iter().enumerate().all(|(number, encoding)| *encoding as usize == number));
    }
}
