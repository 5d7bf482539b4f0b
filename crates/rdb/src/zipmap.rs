//! Zipmaps, the small hashes of Redis 2.4 and before: a count, fields and values with their lengths, an end mark. Source: `zipmap.c` of
//! Redis.

use crate::error::{Fault, Reason, Structure};
use crate::field::{Gatherer, take_up_to};

/// From this count on the first byte does not tell.
const COUNT_UNKNOWN: u8 = 254;
/// The first byte of a length of four bytes more.
const LONG: u8 = 254;
const END: u8 = 255;

/// A zipmap under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zipmap {
    stage: Stage,
    gatherer: Gatherer<5>,
    announced: u8,
    seen: u64,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Count,
    FieldLength,
    Field {
        left: u64,
    },
    ValueLength,
    /// Before the count of unused bytes behind a value of that size.
    Unused {
        value: u64,
    },
    Value {
        left: u64,
    },
    Ended,
}

impl Zipmap {
    pub(crate) fn new() -> Self {
        Self { stage: Stage::Count, gatherer: Gatherer::new(), announced: 0, seen: 0 }
    }

    pub(crate) fn part(&mut self, input: &mut &[u8]) -> Result<(), Reason> {
        while !input.is_empty() {
            self.stage = match self.stage {
                Stage::Count => match self.gatherer.take_array(input) {
                    Some([count]) => {
                        self.announced = count;
                        Stage::FieldLength
                    }
                    None => return Ok(()),
                },
                Stage::FieldLength => match self.length(input)? {
                    Some(Length::Bytes(left)) => Stage::field(left),
                    Some(Length::End) if self.announced >= COUNT_UNKNOWN => Stage::Ended,
                    Some(Length::End) if u64::from(self.announced) == self.seen => Stage::Ended,
                    Some(Length::End) => return Err(broken(Fault::Count)),
                    None => return Ok(()),
                },
                Stage::Field { mut left } => {
                    take_up_to(&mut left, input);
                    Stage::field(left)
                }
                Stage::ValueLength => match self.length(input)? {
                    Some(Length::Bytes(value)) => Stage::Unused { value },
                    Some(Length::End) => return Err(Reason::Unpaired),
                    None => return Ok(()),
                },
                Stage::Unused { value } => match self.gatherer.take_array(input) {
                    Some([unused]) => {
                        self.seen += 1;
                        Stage::value(value + u64::from(unused))
                    }
                    None => return Ok(()),
                },
                Stage::Value { mut left } => {
                    take_up_to(&mut left, input);
                    Stage::value(left)
                }
                Stage::Ended => return Err(broken(Fault::EndMark)),
            };
        }
        Ok(())
    }

    /// How many fields it held.
    pub(crate) fn end(&self) -> Result<u64, Reason> {
        if let Stage::Ended = self.stage { Ok(self.seen) } else { Err(broken(Fault::CutShort)) }
    }

    fn length(&mut self, input: &mut &[u8]) -> Result<Option<Length>, Reason> {
        let field = self.gatherer.take(input, |first| Ok(if first == LONG { 5 } else { 1 }))?;
        Ok(field.map(|field| match field {
            [END] => Length::End,
            [_, long @ ..] if !long.is_empty() => {
                Length::Bytes(long.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
            _ => Length::Bytes(u64::from(field[0])),
        }))
    }
}

enum Length {
    Bytes(u64),
    End,
}

impl Stage {
    /// Inside a field of which that much is left.
    fn field(left: u64) -> Self {
        if left > 0 { Self::Field { left } } else { Self::ValueLength }
    }

    /// Inside a value of which that much is left.
    fn value(left: u64) -> Self {
        if left > 0 { Self::Value { left } } else { Self::FieldLength }
    }
}

fn broken(fault: Fault) -> Reason {
    Reason::Broken { structure: Structure::Zipmap, fault }
}
