//! Passes some keys of a file to a new file: bytes in, bytes out, whatever their split.
//!
//! The result is a valid file of the same format. What it takes over and what not:
//! - a key travels as it is stored, with its expiry, idle time, frequency and metadata;
//! - a database is selected only where keys of it follow;
//! - size hints and slot hints are left out: they come before the keys, whose number is not known by then, and servers do without;
//! - the writer's replication history (`repl-id`, `repl-offset`, `repl-stream-db`) is left out: a server that took it for its own could
//!   go on following a primary whose data it lacks;
//! - a slot import under way stays: without its record, keys of half an import would become visible;
//! - other auxiliary texts, functions and data of modules stay, unless the selection is without them;
//! - the checksum is computed anew; a file that carries none gets none.
//!
//! Memory is bounded: values pass through, only what comes before a value is held, at most [`HEAD_BYTES_MAX`].

mod glob;
mod selection;

use crc_fast::{CrcAlgorithm, Digest};

use crate::error::RdbError;
use crate::event::{Checksum, Event, Key};
use crate::format::Format;
use crate::record::{Kind, Record};
use crate::walker::Walker;

pub use glob::Glob;
pub use selection::Selection;

/// Longest beginning of a key that is held until it is known whether the key passes: expiry, metadata and name as they are stored.
/// Source: our choice.
pub const HEAD_BYTES_MAX: usize = 1 << 20;

/// Longest auxiliary record that could be one of those that are left out. Source: the longest of them is a `repl-id` of 40 bytes.
const AUXILIARY_BYTES_MAX: usize = 128;

const SELECT_DATABASE: u8 = 254;
const END: u8 = 255;

/// Why a file is not filtered to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The source is damaged or no RDB.
    #[error(transparent)]
    Source(#[from] RdbError),
    /// Patterns are compared with whole names, and not so much of a name is kept.
    #[error("a key's name has {bytes} bytes, and names of more than {max} cannot be compared with a pattern", max = crate::NAME_BYTES_MAX)]
    LongName { bytes: u64 },
    /// More than [`HEAD_BYTES_MAX`] before a value.
    #[error("a key's name and metadata take more than {HEAD_BYTES_MAX} bytes")]
    LongHead,
}

/// What a filter did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filtered {
    pub kept_keys: u64,
    pub dropped_keys: u64,
}

/// Passes the keys of a selection.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use valkeep_rdb::{Filter, Glob, Selection};
///
/// let mut filter = Filter::new(Selection { patterns: Some(vec![Glob::new(b"user:*")]), ..Selection::default() });
/// let mut out = Vec::new();
/// filter.push(b"REDIS0011\x00\x06user:1\x01a\x00\x06cart:1\x01b\xFF\0\0\0\0\0\0\0\0", &mut out)?;
/// assert_eq!(out, b"REDIS0011\x00\x06user:1\x01a\xFF\0\0\0\0\0\0\0\0");
/// assert_eq!(filter.finish()?.kept_keys, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Filter {
    walker: Walker,
    rewriter: Rewriter,
    /// Of what was written.
    digest: Digest,
    failed: Option<FilterError>,
}

impl Filter {
    #[must_use]
    pub fn new(selection: Selection) -> Self {
        Self {
            walker: Walker::new(),
            rewriter: Rewriter::new(selection),
            digest: Digest::new(CrcAlgorithm::Crc64Redis),
            failed: None,
        }
    }

    /// Feeds the next bytes of the source, appends to `out` what passes (at most [`HEAD_BYTES_MAX`] more than it was given), and says how
    /// many bytes belong to the source: fewer than `bytes.len()` only once it is complete. What was written is a valid file only then.
    ///
    /// # Errors
    /// See [`FilterError`]; the same error again at each later call.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, FilterError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let filtered = self.filter(bytes, out);
        self.failed = filtered.err();
        filtered
    }

    fn filter(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, FilterError> {
        let mut input = bytes;
        let written = out.len();
        while !self.walker.is_complete() {
            let (used, event) = self.walker.advance(input)?;
            let (taken, rest) = input.split_at(used);
            input = rest;
            self.rewriter.take(taken, &event, out)?;
            let is_used_up = event == Event::More;
            let end = if let Event::End(checksum) = event { Some(checksum) } else { None };
            if let Some(checksum) = end {
                out.push(END);
                self.digest.update(&out[written..]);
                out.extend_from_slice(self.trailer(checksum).as_slice());
                return Ok(bytes.len() - input.len());
            }
            if is_used_up {
                break;
            }
        }
        self.digest.update(&out[written..]);
        Ok(bytes.len() - input.len())
    }

    /// What follows the last opcode.
    fn trailer(&self, checksum: Checksum) -> Vec<u8> {
        if !self.rewriter.format.is_some_and(Format::has_checksum) {
            return Vec::new();
        }
        match checksum {
            Checksum::Matched(_) => self.digest.finalize().to_le_bytes().to_vec(),
            Checksum::Disabled => vec![0; 8],
        }
    }

    /// Whether the whole source was pushed and found intact.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.walker.is_complete() && self.failed.is_none()
    }

    /// What the filter did with a complete source.
    ///
    /// # Errors
    /// `Truncated` when the end of the source was not reached; the error of `push` when there was one.
    pub fn finish(self) -> Result<Filtered, FilterError> {
        match self.failed {
            Some(error) => Err(error),
            None => self.walker.finish().map(|_| self.rewriter.filtered).map_err(FilterError::from),
        }
    }
}

/// Decides for each stretch of the source what becomes of it.
#[derive(Debug)]
struct Rewriter {
    selection: Selection,
    format: Option<Format>,
    stretch: Stretch,
    held: Vec<u8>,
    database: u32,
    /// The source selected the database at hand, and the result does not yet.
    selects: bool,
    filtered: Filtered,
}

/// What becomes of the bytes at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stretch {
    /// The next byte starts a record.
    Begins,
    Passes,
    Drops,
    /// The beginning of a key.
    Head,
    Auxiliary,
}

impl Rewriter {
    fn new(selection: Selection) -> Self {
        Self {
            selection,
            format: None,
            stretch: Stretch::Passes,
            held: Vec::new(),
            database: 0,
            selects: false,
            filtered: Filtered::default(),
        }
    }

    /// Takes the bytes up to an event.
    fn take(&mut self, bytes: &[u8], event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), FilterError> {
        if let (Stretch::Begins, Some(format), Some(first)) = (self.stretch, self.format, bytes.first()) {
            self.stretch = self.beginning_with(format, *first);
        }
        match self.stretch {
            Stretch::Begins | Stretch::Drops => {}
            Stretch::Passes => out.extend_from_slice(bytes),
            Stretch::Head if self.held.len() + bytes.len() > HEAD_BYTES_MAX => return Err(FilterError::LongHead),
            Stretch::Auxiliary if self.held.len() + bytes.len() > AUXILIARY_BYTES_MAX => {
                self.release(out);
                out.extend_from_slice(bytes);
                self.stretch = Stretch::Passes;
            }
            Stretch::Head | Stretch::Auxiliary => self.held.extend_from_slice(bytes),
        }
        self.stretch = match event {
            Event::More => self.stretch,
            Event::Key(key) => self.judge(key, out)?,
            Event::Auxiliary { name, .. } => {
                if !is_left_out(name) {
                    self.release(out);
                }
                self.held.clear();
                Stretch::Begins
            }
            Event::Format(format) => {
                self.format = Some(*format);
                Stretch::Begins
            }
            Event::Database(database) => {
                (self.database, self.selects) = (*database, true);
                Stretch::Begins
            }
            Event::SizeHint { .. }
            | Event::SlotHint { .. }
            | Event::Function { .. }
            | Event::ModuleAuxiliary { .. } => Stretch::Begins,
            Event::Other | Event::Value(_) | Event::End(_) => Stretch::Begins,
        };
        Ok(())
    }

    fn beginning_with(&self, format: Format, first: u8) -> Stretch {
        let unless = |is_without: bool, stretch: Stretch| if is_without { Stretch::Drops } else { stretch };
        match Record::starting_with(format, first) {
            Ok(Record::Key(..) | Record::Attribute(..)) => Stretch::Head,
            Ok(Record::Alone(kind, _)) => match kind {
                Kind::Auxiliary => unless(self.selection.without_auxiliary, Stretch::Auxiliary),
                Kind::Function => unless(self.selection.without_functions, Stretch::Passes),
                Kind::ModuleAuxiliary => unless(self.selection.without_module_data, Stretch::Passes),
                Kind::Database | Kind::SizeHint | Kind::SlotHint => Stretch::Drops,
                Kind::Other => Stretch::Passes,
            },
            // The walker refuses what it does not know, so nothing is lost.
            Ok(Record::End) | Err(_) => Stretch::Drops,
        }
    }

    /// Decides over a key, once its name is read.
    fn judge(&mut self, key: &Key<'_>, out: &mut Vec<u8>) -> Result<Stretch, FilterError> {
        let is_kept = self.selection.keeps(self.database, key)?;
        if is_kept {
            if std::mem::take(&mut self.selects) {
                select(self.database, out);
            }
            self.release(out);
            self.filtered.kept_keys += 1;
        } else {
            self.filtered.dropped_keys += 1;
        }
        self.held.clear();
        Ok(if is_kept { Stretch::Passes } else { Stretch::Drops })
    }

    fn release(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.held);
    }
}

/// The texts that are not true of a part of the file.
fn is_left_out(name: &[u8]) -> bool {
    matches!(name, b"repl-id" | b"repl-offset" | b"repl-stream-db" | b"slot-info")
}

/// Selects a database, with its number in the shortest length encoding.
fn select(database: u32, out: &mut Vec<u8>) {
    out.push(SELECT_DATABASE);
    match database {
        0..=0x3F => out.push(database as u8),
        0x40..=0x3FFF => out.extend_from_slice(&(database as u16 | 0x4000).to_be_bytes()),
        0x4000.. => {
            out.push(0x80);
            out.extend_from_slice(&database.to_be_bytes());
        }
    }
}
