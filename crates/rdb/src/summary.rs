//! The facts of a file, and how they are gathered record by record.

use std::collections::BTreeSet;

use crate::event::{Encoding, Event};
use crate::format::Format;

/// How many databases are counted. Source: our choice, it bounds the memory; servers have 16 unless configured.
const DATABASES_MAX: usize = 65_536;

/// Bytes that are kept of an auxiliary name or text. Source: our choice; longer ones are not among those that are read.
const NOTE_BYTES_MAX: usize = 64;

/// What a complete and intact file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub format: Format,
    /// Size of the file, from the magic to the checksum.
    pub bytes: u64,
    pub checksum: Checksum,
    pub keys: u64,
    /// Keys that have an expiry (that fields of a hash have is not counted).
    pub expires: u64,
    /// Keys whose values belong to modules: a server without these modules does not load the file.
    pub module_keys: u64,
    /// Distinct databases that are selected.
    pub databases: u32,
    /// Function libraries.
    pub functions: u64,
    /// What the writer says it is (auxiliary `redis-ver` or `valkey-ver`), printable ASCII of at most 64 bytes.
    pub engine_version: Option<String>,
    /// When the writer says it began (auxiliary `ctime`), seconds since 1970.
    pub created_at_s: Option<u64>,
}

/// The verdict on the CRC64 that ends a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// The file carries this checksum, and it is that of its bytes.
    Matched(u64),
    /// The file carries none: checksums were off on the server (eight zero bytes), or the format is older than version 5.
    Disabled,
}

/// The facts so far.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    format: Option<Format>,
    keys: u64,
    expires: u64,
    module_keys: u64,
    functions: u64,
    databases: BTreeSet<u32>,
    engine_version: Option<String>,
    created_at_s: Option<u64>,
}

impl Facts {
    pub(crate) fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Format(format) => self.format = Some(*format),
            Event::Key(key) => {
                self.keys += 1;
                self.expires += u64::from(key.expires_at_ms.is_some());
                self.module_keys += u64::from(key.encoding == Encoding::Module);
            }
            Event::Database(number) if self.databases.len() < DATABASES_MAX => {
                self.databases.insert(*number);
            }
            Event::Auxiliary { name: b"redis-ver" | b"valkey-ver", text } => self.engine_version = printable(text),
            Event::Auxiliary { name: b"ctime", text } => {
                self.created_at_s = printable(text).and_then(|text| text.parse().ok());
            }
            Event::Function { .. } => self.functions += 1,
            Event::Auxiliary { .. } | Event::Database(_) | Event::SizeHint { .. } | Event::SlotHint { .. } => {}
            Event::ModuleAuxiliary { .. } | Event::Other | Event::Value(_) | Event::More | Event::End(_) => {}
        }
    }

    pub(crate) fn into_summary(self, bytes: u64, checksum: Checksum) -> Option<Summary> {
        let databases = u32::try_from(self.databases.len()).expect("at most DATABASES_MAX");
        let Self { format, keys, expires, module_keys, functions, engine_version, created_at_s, .. } = self;
        format.map(|format| Summary {
            format,
            bytes,
            checksum,
            keys,
            expires,
            module_keys,
            databases,
            functions,
            engine_version,
            created_at_s,
        })
    }
}

fn printable(text: &[u8]) -> Option<String> {
    let is_printable = text.len() <= NOTE_BYTES_MAX && text.iter().all(|byte| (b' '..=b'~').contains(byte));
    String::from_utf8(text.to_vec()).ok().filter(|_| is_printable)
}
