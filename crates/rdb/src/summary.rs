//! The facts of a file, and how they are gathered record by record.

use std::collections::BTreeSet;

use crate::error::Reason;
use crate::format::Format;
use crate::machine::{Listener, TextPart};
use crate::record::Kind;

/// How many databases a file may have. Source: our choice, it bounds the memory; servers have 16 unless configured.
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
    keys: u64,
    expires: u64,
    module_keys: u64,
    functions: u64,
    databases: BTreeSet<u32>,
    engine_version: Option<String>,
    created_at_s: Option<u64>,
    expiry_waits: bool,
    last_number: u64,
    /// The strings of an auxiliary record under way.
    notes: Option<Notes>,
}

impl Facts {
    pub(crate) fn begin(&mut self, kind: Kind) {
        self.notes = (kind == Kind::Auxiliary).then(Notes::default);
    }

    pub(crate) fn end(&mut self, kind: Kind) -> Result<(), Reason> {
        match kind {
            Kind::Key => self.key(),
            Kind::ModuleKey => {
                self.module_keys += 1;
                self.key();
            }
            Kind::Expiry => self.expiry_waits = true,
            Kind::Database => return self.database(self.last_number),
            Kind::Auxiliary => self.auxiliary(),
            Kind::Function => self.functions += 1,
            Kind::Other => {}
        }
        Ok(())
    }

    fn key(&mut self) {
        self.keys += 1;
        self.expires += u64::from(std::mem::take(&mut self.expiry_waits));
    }

    fn database(&mut self, number: u64) -> Result<(), Reason> {
        let database = u32::try_from(number).map_err(|_| Reason::BadDatabase(number))?;
        self.databases.insert(database);
        if self.databases.len() > DATABASES_MAX { Err(Reason::BadDatabase(number)) } else { Ok(()) }
    }

    fn auxiliary(&mut self) {
        let Some(Notes { name: Note { text: name, .. }, text, .. }) = self.notes.take() else { return };
        match name.as_slice() {
            b"redis-ver" | b"valkey-ver" => self.engine_version = text.printable(),
            b"ctime" => self.created_at_s = text.printable().and_then(|text| text.parse().ok()),
            _ => {}
        }
    }

    pub(crate) fn into_summary(self, format: Format, bytes: u64, checksum: Checksum) -> Summary {
        let databases = u32::try_from(self.databases.len()).expect("at most DATABASES_MAX");
        let Self { keys, expires, module_keys, functions, engine_version, created_at_s, .. } = self;
        Summary {
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
        }
    }
}

impl Listener for Facts {
    #[inline]
    fn number(&mut self, number: u64) {
        self.last_number = number;
    }

    #[inline]
    fn text(&mut self, part: TextPart<'_>) {
        if let Some(notes) = &mut self.notes {
            notes.text(part);
        }
    }
}

/// Name and text of an auxiliary record.
#[derive(Debug, Default)]
struct Notes {
    name: Note,
    text: Note,
    named: bool,
}

impl Notes {
    fn text(&mut self, part: TextPart<'_>) {
        let note = if self.named { &mut self.text } else { &mut self.name };
        match part {
            TextPart::Plain(bytes) => note.push(bytes),
            TextPart::Integer(integer) => note.push(integer.to_string().as_bytes()),
            TextPart::Packed => note.is_whole = false,
            TextPart::End => self.named = true,
        }
    }
}

/// A short string.
#[derive(Debug)]
struct Note {
    text: Vec<u8>,
    /// Whether `text` is all of it: neither too long nor compressed.
    is_whole: bool,
}

impl Default for Note {
    fn default() -> Self {
        Self { text: Vec::new(), is_whole: true }
    }
}

impl Note {
    fn push(&mut self, bytes: &[u8]) {
        if self.text.len() + bytes.len() <= NOTE_BYTES_MAX {
            self.text.extend_from_slice(bytes);
        } else {
            self.is_whole = false;
        }
    }

    fn printable(self) -> Option<String> {
        let is_printable = self.is_whole && self.text.iter().all(|byte| (b' '..=b'~').contains(byte));
        String::from_utf8(self.text).ok().filter(|_| is_printable)
    }
}
