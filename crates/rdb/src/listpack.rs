//! Listpacks: a header, elements that each end with their own length, an end mark. Source: `listpack.c` of the servers.

use crate::elements::Elements;
use crate::error::{Fault, Reason, Structure};
use crate::field::Gatherer;

/// Total bytes (4) and count (2), little-endian.
const HEADER_BYTES: usize = 6;
/// The count of a listpack that has more elements than the field can say.
const COUNT_UNKNOWN: u16 = u16::MAX;
const END: u8 = 0xFF;
/// The longest field: an encoding byte and a 64-bit integer.
const FIELD_BYTES_MAX: usize = 9;

/// Bytes of an element, its back length aside, by its first byte; 0 where that byte does not tell. None of them is above 127, so each
/// has a back length of one byte, which is the same number.
static SIZES: [u8; 256] = sizes();

const fn sizes() -> [u8; 256] {
    let mut sizes = [0; 256];
    let mut head = 0;
    while head < 256 {
        sizes[head] = match head {
            0x00..=0x7F => 1,
            0x80..=0xBF => 1 + (head as u8 & 0x3F),
            0xC0..=0xDF => 2,
            0xF1 => 3,
            0xF2 => 4,
            0xF3 => 5,
            0xF4 => 9,
            _ => 0,
        };
        head += 1;
    }
    sizes
}

/// A listpack under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listpack<E> {
    /// Bytes of the string that holds it.
    bytes: u64,
    stage: Stage,
    gatherer: Gatherer<FIELD_BYTES_MAX>,
    announced: u16,
    seen: u64,
    elements: E,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Header,
    Element,
    /// Inside a text: what is left of it, and the bytes of the whole element.
    Text {
        left: u64,
        size: u64,
    },
    /// Before the back length of an element of that size.
    Back {
        size: u64,
    },
    Ended,
}

/// The front of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Head {
    Integer(i64),
    Text(u64),
    End,
}

impl<E: Elements> Listpack<E> {
    pub(crate) fn new(bytes: u64, elements: E) -> Self {
        Self { bytes, stage: Stage::Header, gatherer: Gatherer::new(), announced: 0, seen: 0, elements }
    }

    pub(crate) fn part(&mut self, input: &mut &[u8]) -> Result<(), Reason> {
        while !input.is_empty() {
            self.stage = match self.stage {
                Stage::Header => match self.gatherer.take_array(input) {
                    Some(header) => self.header(header)?,
                    None => return Ok(()),
                },
                Stage::Element => {
                    if self.gatherer.is_empty() {
                        self.whole(input)?;
                    }
                    match self.gatherer.take(input, head_size)?.map(|field| (head(field), field.len() as u64)) {
                        Some((Head::End, _)) => self.end_mark()?,
                        Some((Head::Text(left), size)) => {
                            self.elements.begin_text();
                            Stage::Text { left, size: size + left }
                        }
                        Some((Head::Integer(value), size)) => {
                            self.elements.integer(value)?;
                            Stage::Back { size }
                        }
                        None => return Ok(()),
                    }
                }
                Stage::Text { mut left, size } => {
                    if self.elements.text(&mut left, input)? {
                        Stage::Back { size }
                    } else {
                        Stage::Text { left, size }
                    }
                }
                Stage::Back { size } => {
                    let (back, width) = back_length(size);
                    match self.gatherer.take(input, |_| Ok(width))? {
                        Some(field) if *field == back[..width] => {
                            self.seen += 1;
                            Stage::Element
                        }
                        Some(_) => return Err(broken(Fault::BackLength)),
                        None => return Ok(()),
                    }
                }
                Stage::Ended => return Err(broken(Fault::EndMark)),
            };
        }
        Ok(())
    }

    /// How many elements of the value it held.
    pub(crate) fn end(&self) -> Result<u64, Reason> {
        if let Stage::Ended = self.stage { self.elements.end(self.seen) } else { Err(broken(Fault::CutShort)) }
    }

    fn header(&mut self, header: [u8; HEADER_BYTES]) -> Result<Stage, Reason> {
        let [a, b, c, d, e, f] = header;
        self.announced = u16::from_le_bytes([e, f]);
        let is_size = u64::from(u32::from_le_bytes([a, b, c, d])) == self.bytes;
        if is_size { Ok(Stage::Element) } else { Err(broken(Fault::Size)) }
    }

    fn end_mark(&self) -> Result<Stage, Reason> {
        let is_count = self.announced == COUNT_UNKNOWN || u64::from(self.announced) == self.seen;
        if is_count { Ok(Stage::Ended) } else { Err(broken(Fault::Count)) }
    }

    /// Takes the elements at the front of `input` that lie there whole and lead back as they should.
    #[inline]
    fn whole(&mut self, input: &mut &[u8]) -> Result<(), Reason> {
        while let Some(&first) = input.first() {
            let size = usize::from(SIZES[usize::from(first)]);
            if size > 0 {
                if input.get(size).map(|back| usize::from(*back)) != Some(size) {
                    break;
                }
                self.look(input, size, 1)?;
            } else if first >> 4 == 0xE {
                let Some(second) = input.get(1) else { break };
                let size = 2 + (usize::from(first & 0x0F) << 8 | usize::from(*second));
                let (back, width) = back_length(size as u64);
                if input.get(size..size + width) != Some(&back[..width]) {
                    break;
                }
                self.look(input, size, width)?;
            } else {
                break;
            }
            self.seen += 1;
        }
        Ok(())
    }

    /// Shows an element of `size` bytes, and takes it off `input` with its back length of `width` bytes, unless it is refused: then
    /// what follows it stays.
    #[inline]
    fn look(&mut self, input: &mut &[u8], size: usize, width: usize) -> Result<(), Reason> {
        let (element, rest) = input.split_at(size);
        *input = rest;
        if E::LOOKS {
            match head(element) {
                Head::Integer(value) => self.elements.integer(value)?,
                Head::Text(bytes) => {
                    self.elements.begin_text();
                    self.elements.part(&element[size - bytes as usize..]);
                    self.elements.end_text()?;
                }
                Head::End => {}
            }
        }
        *input = &rest[width..];
        Ok(())
    }
}

/// Bytes of the front of an element, by its first byte.
fn head_size(first: u8) -> Result<usize, Reason> {
    match first {
        0x00..=0xBF | END => Ok(1),
        0xC0..=0xEF => Ok(2),
        0xF0 | 0xF3 => Ok(5),
        0xF1 => Ok(3),
        0xF2 => Ok(4),
        0xF4 => Ok(9),
        0xF5..=0xFE => Err(broken(Fault::Encoding)),
    }
}

/// Reads the front of an element; `field` has at least the bytes that `head_size` gave.
#[inline]
fn head(field: &[u8]) -> Head {
    let first = field[0];
    let long = || i64::from(first & 0x1F) << 8 | i64::from(field[1]);
    match first {
        0x00..=0x7F => Head::Integer(i64::from(first)),
        0x80..=0xBF => Head::Text(u64::from(first & 0x3F)),
        0xC0..=0xDF => Head::Integer(long() << (64 - 13) >> (64 - 13)),
        0xE0..=0xEF => Head::Text((long() & 0x0FFF) as u64),
        0xF0 => Head::Text(little_endian(&field[1..5]) as u64),
        END => Head::End,
        _ => {
            let unused = 64 - 8 * (field.len() as u32 - 1);
            Head::Integer(little_endian(&field[1..]) << unused >> unused)
        }
    }
}

fn little_endian(bytes: &[u8]) -> i64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// The length of an element as it stands behind it, and how many bytes that takes. Source: `lpEncodeBacklen`, whose borders these are.
#[inline]
fn back_length(size: u64) -> ([u8; 5], usize) {
    let width = match size {
        0..=127 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    };
    let mut back = [0; 5];
    for (place, byte) in back[..width].iter_mut().rev().enumerate() {
        let is_last = place + 1 == width;
        *byte = (size >> (7 * place)) as u8 & 0x7F | if is_last { 0 } else { 0x80 };
    }
    (back, width)
}

fn broken(fault: Fault) -> Reason {
    Reason::Broken { structure: Structure::Listpack, fault }
}
