//! What a file holds, in numbers: small enough to lie in the footer of a sealed blob, whatever the file.
//!
//! The JSON form is stable. Names are only ever added; a reader ignores those that it does not know and takes those that are
//! missing as empty, so facts of an older or a newer writer can be read.

mod biggest;
mod collector;
mod expiries;
mod hints;
mod module;
mod names;
mod notes;
mod prefixes;

use serde::{Deserialize, Serialize};

pub(crate) use collector::Collector;

/// Databases that are listed. Source: our choice; servers have 16 unless configured.
const DATABASES_MAX: usize = 32;

/// Distinct databases that are counted. Source: our choice.
const DATABASES_COUNTED_MAX: usize = 65_536;

/// Modules that are listed. Source: our choice.
const MODULES_MAX: usize = 16;

/// Keys in each list of biggest keys. Source: our choice.
const BIGGEST_MAX: usize = 16;

/// Prefixes that are listed: the first by bytes, and the first by keys. Source: our choice.
const PREFIXES_BY_BYTES: usize = 32;
const PREFIXES_BY_KEYS: usize = 16;

/// What a file holds. Gathered while it is walked, in at most 2 MiB of memory; as JSON at most [`Facts::JSON_BYTES_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The magic: `REDIS0011`, `VALKEY080`. Empty when not even that was read.
    pub format: String,
    /// Bytes of the file, from the magic to the checksum.
    pub bytes: u64,
    /// The CRC64 that the file carries and that its bytes have, 16 hexadecimal digits; `None` when it carries none.
    pub crc64: Option<String>,
    /// Who wrote it (auxiliary `redis-ver` or `valkey-ver`): `redis` or `valkey`.
    pub engine: Option<String>,
    /// The version of the writer, printable ASCII.
    pub engine_version: Option<String>,
    /// When the writer began (auxiliary `ctime`), seconds since 1970.
    pub created_at_s: Option<u64>,
    /// Memory of the writer when it began (auxiliary `used-mem`).
    pub used_memory_bytes: Option<u64>,
    /// Replication history of the writer (auxiliary `repl-id`).
    pub replication_id: Option<String>,
    /// Place in that history (auxiliary `repl-offset`), bytes.
    pub replication_offset: Option<u64>,
    pub keys: u64,
    /// Keys that have an expiry (that fields of a hash have is not counted).
    pub expires: u64,
    /// Distinct databases that are selected, of the first 65,536.
    pub databases: u32,
    /// The highest of them.
    pub highest_database: Option<u32>,
    /// Function libraries.
    pub functions: u64,
    /// Bytes of their code.
    pub function_bytes: u64,
    /// The databases in the order of the file, at most 32.
    pub database_list: Vec<Database>,
    /// What lies in databases that are not listed.
    pub other_databases: Counts,
    /// The types that occur.
    pub types: Vec<Named>,
    /// The encodings that occur, see [`Encoding::name`](crate::Encoding::name).
    pub encodings: Vec<Named>,
    /// The modules whose data the file holds, at most 16. A server without them does not load it.
    pub modules: Vec<Module>,
    /// Whether there are more modules than are listed.
    pub has_more_modules: bool,
    /// The keys that take most bytes of the file, at most 16.
    pub biggest_by_bytes: Vec<BigKey>,
    /// The keys that have most elements, at most 16.
    pub biggest_by_elements: Vec<BigKey>,
    pub prefixes: Prefixes,
    pub expiries: Expiries,
    pub slots: Slots,
    /// Whether the listed databases hold as many keys and expiries as the writer announced; `None` when it did not.
    pub size_hints_agree: Option<bool>,
}

impl Facts {
    /// Longest JSON form. The facts of a sealed blob may have 65,535 bytes.
    pub const JSON_BYTES_MAX: usize = 48 << 10;

    /// Keys whose values belong to modules.
    #[must_use]
    pub fn module_keys(&self) -> u64 {
        let module = crate::Type::Module.name();
        self.types.iter().find(|named| named.name == module).map_or(0, |named| named.counts.keys)
    }
}

/// What a group of keys amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub keys: u64,
    /// Keys with an expiry.
    pub expires: u64,
    /// Bytes of the file that they take.
    pub bytes: u64,
    /// List items, set members, fields, entries of streams; 1 for each string.
    pub elements: u64,
}

impl Counts {
    /// Sums that hostile counts could exceed stay at the largest number.
    #[inline]
    pub(crate) fn add(&mut self, more: Self) {
        self.keys = self.keys.saturating_add(more.keys);
        self.expires = self.expires.saturating_add(more.expires);
        self.bytes = self.bytes.saturating_add(more.bytes);
        self.elements = self.elements.saturating_add(more.elements);
    }
}

/// One database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Database {
    pub number: u32,
    #[serde(flatten)]
    pub counts: Counts,
    /// What the writer announced.
    pub announced: Option<Announced>,
}

/// Counts that a writer gives before the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Announced {
    pub keys: u64,
    pub expires: u64,
}

/// One type or encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Named {
    pub name: String,
    #[serde(flatten)]
    pub counts: Counts,
}

/// A module whose data the file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Module {
    /// The nine characters of the module's type.
    pub name: String,
    /// Version of the type's encoding.
    pub version: u16,
}

/// A key that stands out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BigKey {
    /// The first 64 bytes of the name, with `\n`, `\t`, `\r`, `\\` and `\xHH` for what is not printable ASCII.
    pub name: String,
    /// Length of the whole name.
    pub name_bytes: u64,
    pub database: u32,
    #[serde(rename = "type")]
    pub value_type: String,
    pub bytes: u64,
    pub elements: u64,
    pub expires_at_ms: Option<i64>,
}

/// Keys by what their names begin with, up to and with the first delimiter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefixes {
    pub delimiter: String,
    /// The 32 prefixes that take most bytes and the 16 that have most keys, by falling bytes.
    pub list: Vec<Prefix>,
    /// Keys of all other prefixes.
    pub others: Counts,
    /// Keys without a delimiter in their first 40 bytes.
    pub none: Counts,
    /// How many keys and bytes the counts of any one prefix may be too low by, because the file has more prefixes than are counted at a
    /// time. The list is exact when both are 0.
    pub low_by_keys: u64,
    pub low_by_bytes: u64,
}

/// One prefix, written as names are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefix {
    pub prefix: String,
    #[serde(flatten)]
    pub counts: Counts,
}

/// When keys expire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expiries {
    /// The first and the last expiry, milliseconds since 1970.
    pub first_at_ms: Option<i64>,
    pub last_at_ms: Option<i64>,
    /// Keys by the time that was left to them when the file was begun; empty when the file does not say when that was.
    pub within: Vec<Within>,
}

/// Keys that expire after the bound before, and not after this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Within {
    /// Seconds from the beginning of the file; 0 for those that had expired, `None` for the rest.
    pub up_to_s: Option<u64>,
    pub keys: u64,
}

/// Hash slots of the keys' names (Redis cluster specification).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Slots {
    /// Distinct slots that have keys, of 16,384.
    pub used: u32,
    /// Slots that the writer announced.
    pub announced: u64,
    /// Whether each held as many keys and expiries as announced; `None` when none was.
    pub hints_agree: Option<bool>,
}

/// `Some` verdict only where something was compared.
fn agreement(compared: impl Iterator<Item = bool>) -> Option<bool> {
    compared.fold(None, |all, one| Some(all.unwrap_or(true) && one))
}
