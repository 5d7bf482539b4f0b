//! The walk through a file: magic, records, end, checksum.

use crate::checksum::Crc;
use crate::error::{RdbError, Reason};
use crate::event::{Checksum, Encoding, Event, Key, Type, Value};
use crate::format::{Format, MAGIC_BYTES};
use crate::machine::Machine;
use crate::record::{Attribute, Kind, NAME, Record};
use crate::shape::Shape;

/// Walks an RDB that is pushed in, piece by piece.
#[derive(Debug)]
pub struct Walker {
    stage: Stage,
    machine: Machine,
    /// What was read about a key that must follow.
    key: Option<KeyHead>,
    crc: Crc,
    /// Bytes of the file so far.
    bytes: u64,
}

/// Where in the file the next byte lies.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Magic,
    Opcode(Format),
    Attribute(Format, Attribute),
    Alone(Format, Kind),
    Name(Format, KeyHead, Encoding, Shape),
    Value(Format, KeyHead, Encoding),
    Trailer,
    /// All bytes are read; the checksum that stands there is not yet compared.
    Sealed(u64),
    Complete(Checksum),
    Failed(RdbError),
}

#[derive(Clone, Copy, Debug)]
struct KeyHead {
    /// Where in the file its first byte lies.
    starts_at: u64,
    expires_at_ms: Option<i64>,
}

/// What a walk came to.
#[derive(Clone, Copy, Debug)]
enum Met {
    /// An event without texts.
    Plain(Event<'static>),
    /// A record whose texts lie with the machine.
    Auxiliary,
    /// A name that lies with the machine.
    Name(KeyHead, Encoding),
}

impl Default for Walker {
    fn default() -> Self {
        Self::new()
    }
}

impl Walker {
    #[must_use]
    pub fn new() -> Self {
        Self { stage: Stage::Magic, machine: Machine::new(), key: None, crc: Crc::new(), bytes: 0 }
    }

    /// Takes the next bytes of the file up to the next event, and says how many it took. The same bytes give the same events, whatever
    /// their split. Once [`Event::End`] was told nothing more is taken and it is told again: what follows the file is the caller's to
    /// judge (the EOF mark of a replication link, or an error in a file).
    ///
    /// # Errors
    /// When the bytes cannot belong to an intact file, and the same error again at each later call.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<(usize, Event<'_>), RdbError> {
        match self.stage {
            Stage::Failed(error) => return Err(error),
            Stage::Complete(checksum) => return Ok((0, Event::End(checksum))),
            Stage::Magic | Stage::Opcode(_) | Stage::Attribute(..) | Stage::Alone(..) => {}
            Stage::Name(..) | Stage::Value(..) | Stage::Trailer | Stage::Sealed(_) => {}
        }
        let mut input = bytes;
        let walked = self.walk(&mut input);
        let used = bytes.len() - input.len();
        self.crc.update(&bytes[..used]);
        self.bytes += used as u64;
        match walked.and_then(|met| self.compare_checksum(met)) {
            Ok(met) => Ok((used, event(met, &self.machine))),
            Err(reason) => Err(self.fail(reason)),
        }
    }

    /// Feeds the next bytes of the file, for callers who need no events, and says how many belong to it: fewer than `bytes.len()` only once
    /// the file is complete.
    ///
    /// # Errors
    /// As [`Self::advance`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, RdbError> {
        let mut input = bytes;
        loop {
            let (used, event) = self.advance(input)?;
            let is_over = matches!(event, Event::More | Event::End(_));
            input = &input[used..];
            if is_over {
                return Ok(bytes.len() - input.len());
            }
        }
    }

    /// Whether the whole file was read and found intact.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self.stage, Stage::Complete(_))
    }

    /// Bytes of the file that were read.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The checksum of a complete file.
    ///
    /// # Errors
    /// `Truncated` when the end was not reached; the error of `advance` when there was one.
    pub fn finish(&self) -> Result<Checksum, RdbError> {
        let truncated = RdbError { offset: self.bytes, reason: Reason::Truncated };
        match self.stage {
            Stage::Failed(error) => Err(error),
            Stage::Complete(checksum) => Ok(checksum),
            Stage::Magic | Stage::Opcode(_) | Stage::Attribute(..) | Stage::Alone(..) => Err(truncated),
            Stage::Name(..) | Stage::Value(..) | Stage::Trailer | Stage::Sealed(_) => Err(truncated),
        }
    }

    /// Takes from `input` up to the next event.
    fn walk(&mut self, input: &mut &[u8]) -> Result<Met, Reason> {
        let end = self.bytes + input.len() as u64;
        while !input.is_empty() {
            match self.stage {
                Stage::Magic => match self.machine.take_array::<MAGIC_BYTES>(input) {
                    Some(magic) => {
                        let format = Format::parse(&magic)?;
                        self.stage = Stage::Opcode(format);
                        return Ok(Met::Plain(Event::Format(format)));
                    }
                    None => break,
                },
                Stage::Opcode(format) => {
                    let starts_at = end - input.len() as u64;
                    if let Some([opcode]) = self.machine.take_array(input) {
                        self.begin(format, opcode, starts_at)?;
                    }
                }
                Stage::Attribute(format, attribute) => {
                    if !self.machine.run(input)? {
                        break;
                    }
                    if let (Attribute::Expiry, Some(key)) = (attribute, &mut self.key) {
                        key.expires_at_ms = Some(self.machine.told().time_ms);
                    }
                    self.stage = Stage::Opcode(format);
                }
                Stage::Alone(format, kind) => {
                    if !self.machine.run(input)? {
                        break;
                    }
                    self.stage = Stage::Opcode(format);
                    return record(kind, &self.machine);
                }
                Stage::Name(format, key, encoding, value) => {
                    if !self.machine.run(input)? {
                        break;
                    }
                    self.machine.begin(value);
                    self.stage = Stage::Value(format, key, encoding);
                    return Ok(Met::Name(key, encoding));
                }
                Stage::Value(format, key, encoding) => {
                    if !self.machine.run(input)? {
                        break;
                    }
                    let elements = self.machine.told().elements;
                    if elements == 0 && !may_be_empty(format, encoding) {
                        return Err(Reason::Empty);
                    }
                    self.stage = Stage::Opcode(format);
                    let stored_bytes = end - input.len() as u64 - key.starts_at;
                    let module = (encoding == Encoding::Module).then_some(self.machine.told().facts[0]);
                    return Ok(Met::Plain(Event::Value(Value { stored_bytes, elements, module })));
                }
                Stage::Trailer => match self.machine.take_array(input) {
                    Some(trailer) => self.stage = Stage::Sealed(u64::from_le_bytes(trailer)),
                    None => break,
                },
                Stage::Sealed(_) | Stage::Complete(_) | Stage::Failed(_) => break,
            }
        }
        Ok(Met::Plain(Event::More))
    }

    /// Begins what starts with this opcode or type.
    fn begin(&mut self, format: Format, opcode: u8, starts_at: u64) -> Result<(), Reason> {
        let key = self.key.take();
        match Record::starting_with(format, opcode)? {
            Record::Key(encoding, value) => {
                self.machine.begin(NAME);
                let key = key.unwrap_or(KeyHead { starts_at, expires_at_ms: None });
                self.stage = Stage::Name(format, key, encoding, value);
            }
            Record::Attribute(attribute, shape) => {
                self.machine.begin(shape);
                self.key = key.or(Some(KeyHead { starts_at, expires_at_ms: None }));
                self.stage = Stage::Attribute(format, attribute);
            }
            Record::Alone(..) | Record::End if key.is_some() => return Err(Reason::KeyExpected(opcode)),
            Record::Alone(kind, shape) => {
                self.machine.begin(shape);
                self.stage = Stage::Alone(format, kind);
            }
            Record::End if format.has_checksum() => self.stage = Stage::Trailer,
            Record::End => self.stage = Stage::Sealed(0),
        }
        Ok(())
    }

    /// Ends a file whose last byte was read.
    fn compare_checksum(&mut self, met: Met) -> Result<Met, Reason> {
        let Stage::Sealed(stored) = self.stage else { return Ok(met) };
        let checksum = match stored {
            0 => Checksum::Disabled,
            stored if self.crc.is_settled() => Checksum::Matched(stored),
            stored => return Err(Reason::ChecksumMismatch { stored }),
        };
        self.stage = Stage::Complete(checksum);
        Ok(Met::Plain(Event::End(checksum)))
    }

    /// Remembers the error, so that nothing can be read after it.
    fn fail(&mut self, reason: Reason) -> RdbError {
        let error = RdbError { offset: self.bytes, reason };
        self.stage = Stage::Failed(error);
        error
    }
}

/// Whether a value without elements can be what a server held. Redis up to 6.2, by its faults, could hold and write empty collections;
/// later servers drop them when they load, and delete each collection with its last element.
fn may_be_empty(format: Format, encoding: Encoding) -> bool {
    match encoding.value_type() {
        Type::String | Type::Stream | Type::Array | Type::Module => true,
        Type::List | Type::Set | Type::SortedSet | Type::Hash => !format.is_valkey() && !format.is_redis_from(10),
    }
}

/// What a record without a key tells.
fn record(kind: Kind, machine: &Machine) -> Result<Met, Reason> {
    let told = machine.told();
    let [first, second, third] = told.facts;
    let event = match kind {
        Kind::Auxiliary => return Ok(Met::Auxiliary),
        Kind::Database => Event::Database(u32::try_from(first).map_err(|_| Reason::BadDatabase(first))?),
        Kind::SizeHint => Event::SizeHint { keys: first, expires: second },
        Kind::SlotHint => Event::SlotHint { slot: first, keys: second, expires: third },
        Kind::Function => Event::Function { bytes: told.texts[0].total() },
        Kind::ModuleAuxiliary => Event::ModuleAuxiliary { module: first },
        Kind::Other => Event::Other,
    };
    Ok(Met::Plain(event))
}

/// Adds the texts to what was met.
fn event(met: Met, machine: &Machine) -> Event<'_> {
    let told = machine.told();
    match met {
        Met::Plain(event) => event,
        Met::Auxiliary => Event::Auxiliary { name: told.texts[0].bytes(), text: told.texts[1].bytes() },
        Met::Name(KeyHead { expires_at_ms, .. }, encoding) => Event::Key(Key {
            name: told.name.text.bytes(),
            name_bytes: told.name.text.total(),
            slot: told.name.slot.number(),
            expires_at_ms,
            encoding,
        }),
    }
}
