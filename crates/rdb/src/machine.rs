//! Reads the fields of one record, whatever the split of its bytes. Knows steps, not what they mean.

use crate::elements::{field_expiry, is_score};
use crate::error::Reason;
use crate::field::{Gatherer, number, take_up_to};
use crate::kept::{Kept, Name};
use crate::packed::{Packed, Packing, Unpack};
use crate::shape::{Cases, Shape, Step};
use crate::slot::Slot;
use crate::stream::Stream;
use crate::string::{Skip, StringReader};

/// A shape under way.
#[derive(Debug)]
struct Frame {
    shape: Shape,
    next: usize,
    /// Rounds not yet ended, the present one included; at least 1.
    rounds: u64,
}

const FLOAT_NAN: u8 = 253;
const FLOAT_INFINITE: u8 = 254;

/// Facts and texts that one record tells, at most.
const FACTS: usize = 3;
const TEXTS: usize = 2;

#[derive(Debug)]
pub(crate) struct Machine {
    /// As deep as the nesting of the grammar's constants, at most.
    frames: Vec<Frame>,
    gatherer: Gatherer,
    string: StringReader,
    /// Bytes of the present `Step::Skip` that are still to come; 0 when it has not begun.
    skip_left: u64,
    packed: Packed,
    stream: Stream,
    told: Told,
}

/// What the steps that tell something have read.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) facts: [u64; FACTS],
    pub(crate) texts: [Kept; TEXTS],
    pub(crate) name: Name,
    pub(crate) time_ms: i64,
    pub(crate) elements: u64,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let told = Told {
            facts: [0; FACTS],
            texts: [Kept::new(), Kept::new()],
            name: Name { text: Kept::new(), slot: Slot::default() },
            time_ms: 0,
            elements: 0,
        };
        Self {
            frames: Vec::new(),
            gatherer: Gatherer::new(),
            string: StringReader::new(),
            skip_left: 0,
            packed: Packed::new(Packing::Zipmap, 0),
            stream: Stream::default(),
            told,
        }
    }

    /// What was told since the last `begin`; names, texts and facts may be of records before.
    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// Takes a field of `N` bytes between two records.
    #[inline]
    pub(crate) fn take_array<const N: usize>(&mut self, input: &mut &[u8]) -> Option<[u8; N]> {
        self.gatherer.take_array(input)
    }

    /// Begins a record.
    pub(crate) fn begin(&mut self, shape: Shape) {
        self.told.elements = 0;
        self.stream = Stream::default();
        self.enter(shape, 1);
    }

    /// Reads on; `true` when the record is complete, `false` when `input` is used up before.
    pub(crate) fn run(&mut self, input: &mut &[u8]) -> Result<bool, Reason> {
        while let Some(frame) = self.frames.last_mut() {
            let Some(step) = frame.shape.get(frame.next) else {
                frame.next = 0;
                frame.rounds -= 1;
                if frame.rounds == 0 {
                    self.frames.pop();
                }
                continue;
            };
            if !self.step(*step, input)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Does one step; `false` when its end is not in `input`.
    #[inline]
    fn step(&mut self, step: Step, input: &mut &[u8]) -> Result<bool, Reason> {
        let Self { gatherer, string, told, packed, stream, .. } = self;
        let is_done = match step {
            Step::Text => string.read(input, gatherer, &mut Skip)?,
            Step::Name => string.read(input, gatherer, &mut told.name)?,
            Step::Keep(which) => string.read(input, gatherer, &mut told.texts[which])?,
            Step::Element => {
                let is_done = string.read(input, gatherer, &mut Skip)?;
                told.elements += u64::from(is_done);
                is_done
            }
            Step::Packed(packing) => {
                string.read(input, gatherer, &mut Unpack { packing, packed, elements: &mut told.elements })?
            }
            Step::NodeId => string.read(input, gatherer, &mut stream.nodes)?,
            Step::StreamLength => match number(input, gatherer)? {
                Some(length) => Stream::length(length, told.elements).map(|()| true)?,
                None => false,
            },
            Step::Pending => match gatherer.take_array(input).map(u128::from_be_bytes) {
                Some(id) => stream.pending(id).map(|()| true)?,
                None => false,
            },
            Step::Owned => match gatherer.take_array(input).map(u128::from_be_bytes) {
                Some(id) => stream.owned(id).map(|()| true)?,
                None => false,
            },
            Step::ConsumerBegins => {
                stream.begin_consumer();
                true
            }
            Step::GroupEnds => stream.end_group().map(|()| true)?,
            Step::FieldExpiry => match number(input, gatherer)? {
                Some(after) => relative_expiry(told.time_ms, after).map(|()| true)?,
                None => false,
            },
            Step::ValkeyFieldExpiry => match gatherer.take_array(input).map(i64::from_le_bytes) {
                Some(time_ms) if time_ms < -1 => return Err(Reason::BadFieldExpiry(time_ms)),
                time_ms => time_ms.is_some(),
            },
            Step::Skip(bytes) => self.skip(bytes, input),
            Step::Number => number(input, gatherer)?.is_some(),
            Step::Fact(which) => keep(number(input, gatherer)?, &mut told.facts[which]),
            Step::Milliseconds => keep(gatherer.take_array(input).map(i64::from_le_bytes), &mut told.time_ms),
            Step::Seconds => {
                let seconds = gatherer.take_array(input).map(i32::from_le_bytes);
                keep(seconds.map(|seconds| i64::from(seconds) * 1000), &mut told.time_ms)
            }
            Step::Score => score(input, gatherer)?,
            Step::DecimalScore => decimal_score(input, gatherer)?,
            Step::Row(shape) => return self.go(shape, 1).map(|()| true),
            Step::Repeat(shape) => return self.branch(input, |machine, count| machine.go(shape, count)),
            Step::Elements(shape) => {
                return self.branch(input, |machine, count| {
                    machine.count(count);
                    machine.go(shape, count)
                });
            }
            Step::ElementsAfter(first, shape) => {
                return self.branch(input, |machine, count| {
                    machine.count(count);
                    machine.go(shape, count)?;
                    machine.enter(first, 1);
                    Ok(())
                });
            }
            Step::Switch(cases) => return self.branch(input, |machine, tag| machine.go(case(cases, tag)?, 1)),
            Step::Items(cases) => {
                return self.branch(input, |machine, tag| match tag {
                    0 => machine.go(&[], 0),
                    tag => {
                        machine.enter(case(cases, tag)?, 1);
                        Ok(())
                    }
                });
            }
        };
        if is_done {
            self.advance();
        }
        Ok(is_done)
    }

    /// Reads a number and goes where it leads.
    fn branch(
        &mut self,
        input: &mut &[u8],
        go: impl FnOnce(&mut Self, u64) -> Result<(), Reason>,
    ) -> Result<bool, Reason> {
        match number(input, &mut self.gatherer)? {
            Some(number) => go(self, number).map(|()| true),
            None => Ok(false),
        }
    }

    /// Leaves the present step for that many rounds of `shape`.
    fn go(&mut self, shape: Shape, rounds: u64) -> Result<(), Reason> {
        self.advance();
        self.enter(shape, rounds);
        Ok(())
    }

    fn count(&mut self, elements: u64) {
        self.told.elements = self.told.elements.saturating_add(elements);
    }

    fn enter(&mut self, shape: Shape, rounds: u64) {
        if rounds > 0 && !shape.is_empty() {
            self.frames.push(Frame { shape, next: 0, rounds });
        }
    }

    #[inline]
    fn advance(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.next += 1;
        }
    }

    fn skip(&mut self, bytes: u64, input: &mut &[u8]) -> bool {
        if self.skip_left == 0 {
            self.skip_left = bytes;
        }
        take_up_to(&mut self.skip_left, input);
        self.skip_left == 0
    }
}

/// Keeps what was read; `false` when it was not read yet.
#[inline]
fn keep<T>(read: Option<T>, place: &mut T) -> bool {
    read.map(|value| *place = value).is_some()
}

fn case(cases: Cases, tag: u64) -> Result<Shape, Reason> {
    let case = cases.iter().find(|(of, _)| *of == tag);
    case.map(|(_, shape)| *shape).ok_or(Reason::BadTag(tag))
}

/// The expiry of a field: none, or that many milliseconds and one less after the earliest of its hash.
fn relative_expiry(earliest_ms: i64, after: u64) -> Result<(), Reason> {
    match after.checked_sub(1).map(i64::try_from) {
        None => Ok(()),
        Some(Ok(after)) => field_expiry(earliest_ms.saturating_add(after)),
        Some(Err(_)) => Err(Reason::BadFieldExpiry(i64::MAX)),
    }
}

fn score(input: &mut &[u8], gatherer: &mut Gatherer) -> Result<bool, Reason> {
    match gatherer.take_array(input).map(f64::from_le_bytes) {
        Some(score) if score.is_nan() => Err(Reason::BadScore),
        score => Ok(score.is_some()),
    }
}

fn decimal_score(input: &mut &[u8], gatherer: &mut Gatherer) -> Result<bool, Reason> {
    let size = |head: u8| match head {
        FLOAT_NAN => Err(Reason::BadScore),
        FLOAT_INFINITE.. => Ok(1),
        digits => Ok(1 + usize::from(digits)),
    };
    let Some(field) = gatherer.take(input, size)? else {
        return Ok(false);
    };
    if field[0] >= FLOAT_INFINITE || is_score(&field[1..]) { Ok(true) } else { Err(Reason::BadScore) }
}
