//! Reads the fields of one record, whatever the split of its bytes. Knows steps, not what they mean.

use crate::error::Reason;
use crate::field::Gatherer;
use crate::length::{self, Length};
use crate::shape::{Cases, Shape, Step};

/// Who wants to see what is read.
pub(crate) trait Listener {
    /// A number of the record.
    fn number(&mut self, number: u64);
    /// The next piece of a string, then `TextPart::End`.
    fn text(&mut self, part: TextPart<'_>);
}

/// A piece of a string.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TextPart<'a> {
    /// Bytes of the string itself.
    Plain(&'a [u8]),
    /// The whole string, a decimal number.
    Integer(i32),
    /// Something of an LZF stream.
    Packed,
    End,
}

/// A shape under way.
#[derive(Debug)]
struct Frame {
    shape: Shape,
    next: usize,
    /// Rounds not yet ended, the present one included; at least 1.
    rounds: u64,
}

/// How far the string of the present step is.
#[derive(Clone, Copy, Debug)]
enum Text {
    Head,
    Integer(usize),
    PackedSize,
    PlainSize { packed: u64 },
    Body { left: u64, is_packed: bool },
}

/// The largest output of LZF for one byte of input: a reference of 3 bytes gives at most 264.
const LZF_GROWTH_MAX: u64 = 264 / 3;
/// The largest input of LZF for one byte of output: a literal run of one byte takes 2.
const LZF_LOSS_MAX: u64 = 2;

const FLOAT_NAN: u8 = 253;
const FLOAT_INFINITE: u8 = 254;

#[derive(Debug)]
pub(crate) struct Machine {
    /// As deep as the nesting of the grammar's constants, at most.
    frames: Vec<Frame>,
    text: Text,
    /// Bytes of the present `Step::Skip` that are still to come; 0 when it has not begun.
    skip_left: u64,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { frames: Vec::new(), text: Text::Head, skip_left: 0 }
    }

    /// Begins a record: the shapes follow each other.
    pub(crate) fn begin(&mut self, shapes: [Shape; 2]) {
        for shape in shapes.into_iter().rev() {
            self.enter(shape, 1);
        }
    }

    /// Reads on; `true` when the record is complete, `false` when `input` is used up before.
    pub(crate) fn run(
        &mut self,
        input: &mut &[u8],
        gatherer: &mut Gatherer,
        listener: &mut impl Listener,
    ) -> Result<bool, Reason> {
        while let Some(frame) = self.frames.last_mut() {
            let Some(step) = frame.shape.get(frame.next) else {
                frame.next = 0;
                frame.rounds -= 1;
                if frame.rounds == 0 {
                    self.frames.pop();
                }
                continue;
            };
            if !self.step(*step, input, gatherer, listener)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Does one step; `false` when its end is not in `input`.
    fn step(
        &mut self,
        step: Step,
        input: &mut &[u8],
        gatherer: &mut Gatherer,
        listener: &mut impl Listener,
    ) -> Result<bool, Reason> {
        let done = match step {
            Step::Skip(bytes) => self.skip(bytes, input),
            Step::Text => self.text(input, gatherer, listener)?,
            Step::Number => match number(input, gatherer)? {
                Some(number) => {
                    listener.number(number);
                    true
                }
                None => false,
            },
            Step::Score => score(input, gatherer)?,
            Step::DecimalScore => decimal_score(input, gatherer)?,
            Step::Row(shape) => {
                self.advance();
                self.enter(shape, 1);
                return Ok(true);
            }
            Step::Repeat(shape) => {
                return self.branch(input, gatherer, |machine, count| {
                    machine.advance();
                    machine.enter(shape, count);
                    Ok(())
                });
            }
            Step::RepeatAfter(first, shape) => {
                return self.branch(input, gatherer, |machine, count| {
                    machine.advance();
                    machine.enter(shape, count);
                    machine.enter(first, 1);
                    Ok(())
                });
            }
            Step::Switch(cases) => {
                return self.branch(input, gatherer, |machine, tag| {
                    machine.advance();
                    machine.enter(case(cases, tag)?, 1);
                    Ok(())
                });
            }
            Step::Items(cases) => {
                return self.branch(input, gatherer, |machine, tag| {
                    if tag == 0 {
                        machine.advance();
                    } else {
                        machine.enter(case(cases, tag)?, 1);
                    }
                    Ok(())
                });
            }
        };
        if done {
            self.advance();
        }
        Ok(done)
    }

    /// Reads a number and goes where it leads.
    fn branch(
        &mut self,
        input: &mut &[u8],
        gatherer: &mut Gatherer,
        go: impl FnOnce(&mut Self, u64) -> Result<(), Reason>,
    ) -> Result<bool, Reason> {
        match number(input, gatherer)? {
            Some(number) => go(self, number).map(|()| true),
            None => Ok(false),
        }
    }

    fn enter(&mut self, shape: Shape, rounds: u64) {
        if rounds > 0 && !shape.is_empty() {
            self.frames.push(Frame { shape, next: 0, rounds });
        }
    }

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

    fn text(
        &mut self,
        input: &mut &[u8],
        gatherer: &mut Gatherer,
        listener: &mut impl Listener,
    ) -> Result<bool, Reason> {
        loop {
            self.text = match self.text {
                Text::Head => match gatherer.take(input, length::size)?.map(length::decode) {
                    Some(Length::Plain(left)) => Text::Body { left, is_packed: false },
                    Some(Length::Encoded(encoding)) => encoded(encoding)?,
                    None => return Ok(false),
                },
                Text::Integer(size) => match gatherer.take(input, |_| Ok(size))?.map(little_endian) {
                    Some(integer) => {
                        listener.text(TextPart::Integer(integer));
                        break;
                    }
                    None => return Ok(false),
                },
                Text::PackedSize => match number(input, gatherer)? {
                    Some(packed) => Text::PlainSize { packed },
                    None => return Ok(false),
                },
                Text::PlainSize { packed } => match number(input, gatherer)? {
                    Some(plain) if lzf_is_possible(packed, plain) => Text::Body { left: packed, is_packed: true },
                    Some(plain) => return Err(Reason::BadLzf { packed, plain }),
                    None => return Ok(false),
                },
                Text::Body { mut left, is_packed } => {
                    let bytes = take_up_to(&mut left, input);
                    listener.text(if is_packed { TextPart::Packed } else { TextPart::Plain(bytes) });
                    if left == 0 {
                        break;
                    }
                    self.text = Text::Body { left, is_packed };
                    return Ok(false);
                }
            };
        }
        listener.text(TextPart::End);
        self.text = Text::Head;
        Ok(true)
    }
}

/// Takes at most `left` bytes off `input` and off `left`.
fn take_up_to<'input>(left: &mut u64, input: &mut &'input [u8]) -> &'input [u8] {
    let bytes = usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
    let (taken, rest) = input.split_at(bytes);
    *input = rest;
    *left -= bytes as u64;
    taken
}

#[inline]
fn number(input: &mut &[u8], gatherer: &mut Gatherer) -> Result<Option<u64>, Reason> {
    match gatherer.take(input, length::size)? {
        None => Ok(None),
        Some(field) => match length::decode(field) {
            Length::Plain(number) => Ok(Some(number)),
            Length::Encoded(_) => Err(Reason::BadLength(field[0])),
        },
    }
}

fn case(cases: Cases, tag: u64) -> Result<Shape, Reason> {
    let case = cases.iter().find(|(of, _)| *of == tag);
    case.map(|(_, shape)| *shape).ok_or(Reason::BadTag(tag))
}

/// String encodings: 8, 16 and 32-bit integers, LZF.
fn encoded(encoding: u8) -> Result<Text, Reason> {
    match encoding {
        0 => Ok(Text::Integer(1)),
        1 => Ok(Text::Integer(2)),
        2 => Ok(Text::Integer(4)),
        3 => Ok(Text::PackedSize),
        _ => Err(Reason::BadStringEncoding(encoding)),
    }
}

/// A signed number of one to four bytes.
fn little_endian(field: &[u8]) -> i32 {
    let sign = if field.last().is_some_and(|last| *last >= 0x80) { -1 } else { 0 };
    field.iter().rev().fold(sign, |number, byte| number << 8 | i32::from(*byte))
}

fn lzf_is_possible(packed: u64, plain: u64) -> bool {
    packed > 0
        && plain > 0
        && plain <= packed.saturating_mul(LZF_GROWTH_MAX)
        && packed <= plain.saturating_mul(LZF_LOSS_MAX)
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
    let is_number = |digits: &str| digits.parse().is_ok_and(|score: f64| !score.is_nan());
    if field[0] >= FLOAT_INFINITE || std::str::from_utf8(&field[1..]).is_ok_and(is_number) {
        Ok(true)
    } else {
        Err(Reason::BadScore)
    }
}
