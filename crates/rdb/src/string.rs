//! Reads one string, in any of its encodings and whatever its split, for whoever wants to see its bytes.

use crate::error::Reason;
use crate::field::{Gatherer, number, take_up_to};
use crate::length::{self, Length};
use crate::lzf::{Lzf, Window};

/// Who gets the string.
pub(crate) trait Sink {
    /// Whether compressed strings are unpacked for it. If not, it sees nothing of them.
    const LOOKS: bool;
    /// A string of that many bytes begins.
    fn begin(&mut self, bytes: u64) -> Result<(), Reason>;
    /// Takes the next bytes off `part`; all of them unless it refuses them.
    fn part(&mut self, part: &mut &[u8]) -> Result<(), Reason>;
    /// The string was taken whole.
    fn end(&mut self) -> Result<(), Reason>;
}

/// A string that nobody wants to see.
pub(crate) struct Skip;

impl Sink for Skip {
    const LOOKS: bool = false;

    #[inline]
    fn begin(&mut self, _bytes: u64) -> Result<(), Reason> {
        Ok(())
    }

    #[inline]
    fn part(&mut self, part: &mut &[u8]) -> Result<(), Reason> {
        *part = &[];
        Ok(())
    }

    #[inline]
    fn end(&mut self) -> Result<(), Reason> {
        Ok(())
    }
}

/// How far the present string is.
#[derive(Clone, Copy, Debug)]
enum State {
    Head,
    Integer(usize),
    PackedSize,
    PlainSize { packed: u64 },
    Plain { left: u64 },
    Packed,
}

/// A string under way; holds nothing between strings.
#[derive(Debug)]
pub(crate) struct StringReader {
    state: State,
    lzf: Lzf,
    window: Window,
}

impl StringReader {
    pub(crate) fn new() -> Self {
        Self { state: State::Head, lzf: Lzf::default(), window: Window::new() }
    }

    /// Reads on; `true` when the string is complete, `false` when `input` is used up before.
    #[inline]
    pub(crate) fn read<S: Sink>(
        &mut self,
        input: &mut &[u8],
        gatherer: &mut Gatherer,
        sink: &mut S,
    ) -> Result<bool, Reason> {
        loop {
            self.state = match self.state {
                State::Head => match gatherer.take(input, length::size)?.map(length::decode) {
                    Some(Length::Plain(left)) => {
                        sink.begin(left)?;
                        State::Plain { left }
                    }
                    Some(Length::Encoded(encoding)) => encoded(encoding)?,
                    None => return Ok(false),
                },
                State::Plain { mut left } => {
                    let whole = *input;
                    let mut part = take_up_to(&mut left, input);
                    let bytes = part.len();
                    if let Err(reason) = sink.part(&mut part) {
                        *input = &whole[bytes - part.len()..];
                        return Err(reason);
                    }
                    if left == 0 {
                        break;
                    }
                    self.state = State::Plain { left };
                    return Ok(false);
                }
                State::Integer(size) => match gatherer.take(input, |_| Ok(size))?.map(little_endian) {
                    Some(integer) => {
                        if S::LOOKS {
                            let digits = integer.to_string();
                            sink.begin(digits.len() as u64)?;
                            sink.part(&mut digits.as_bytes())?;
                        }
                        break;
                    }
                    None => return Ok(false),
                },
                State::PackedSize => match number(input, gatherer)? {
                    Some(packed) => State::PlainSize { packed },
                    None => return Ok(false),
                },
                State::PlainSize { packed } => match number(input, gatherer)? {
                    Some(plain) => {
                        self.lzf = Lzf::new(packed, plain)?;
                        self.window.clear();
                        sink.begin(plain)?;
                        State::Packed
                    }
                    None => return Ok(false),
                },
                State::Packed => {
                    let is_over = if S::LOOKS {
                        self.lzf.unpack(input, &mut self.window, |mut part| sink.part(&mut part))?
                    } else {
                        self.lzf.skim(input)?
                    };
                    if is_over {
                        break;
                    }
                    return Ok(false);
                }
            };
        }
        self.state = State::Head;
        sink.end()?;
        Ok(true)
    }
}

/// String encodings: 8, 16 and 32-bit integers, LZF.
fn encoded(encoding: u8) -> Result<State, Reason> {
    match encoding {
        0 => Ok(State::Integer(1)),
        1 => Ok(State::Integer(2)),
        2 => Ok(State::Integer(4)),
        3 => Ok(State::PackedSize),
        _ => Err(Reason::BadStringEncoding(encoding)),
    }
}

/// A signed number of one to four bytes.
fn little_endian(field: &[u8]) -> i32 {
    let sign = if field.last().is_some_and(|last| *last >= 0x80) { -1 } else { 0 };
    field.iter().rev().fold(sign, |number, byte| number << 8 | i32::from(*byte))
}
