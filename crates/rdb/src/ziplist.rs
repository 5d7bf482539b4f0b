//! Ziplists: a header, elements that each start with the length of the one before, an end mark. Source: `ziplist.c` of the servers.

use crate::elements::Elements;
use crate::error::{Fault, Reason, Structure};
use crate::field::Gatherer;

/// Total bytes (4), place of the last element (4) and count (2), little-endian.
const HEADER_BYTES: usize = 10;
/// The count of a ziplist that has more elements than the field can say.
const COUNT_UNKNOWN: u16 = u16::MAX;
/// The first byte of a length before that takes four bytes more.
const LONG: u8 = 0xFE;
const END: u8 = 0xFF;

/// A ziplist under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ziplist<E> {
    /// Bytes of the string that holds it.
    bytes: u64,
    stage: Stage,
    gatherer: Gatherer<HEADER_BYTES>,
    announced: u16,
    /// Where the header says that the last element lies.
    tail: u64,
    /// Where the present element lies, and how long the one before is.
    starts_at: u64,
    before: u64,
    seen: u64,
    elements: E,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Header,
    /// Before an element or the end mark.
    Before,
    /// Behind that many bytes of an element.
    Encoding {
        size: u64,
    },
    /// Inside a text: what is left of it, and the bytes of the whole element.
    Text {
        left: u64,
        size: u64,
    },
    Ended,
}

/// The front of an element.
#[derive(Clone, Copy, Debug)]
enum Head {
    Integer(i64),
    Text(u64),
}

impl<E: Elements> Ziplist<E> {
    pub(crate) fn new(bytes: u64, elements: E) -> Self {
        Self {
            bytes,
            stage: Stage::Header,
            gatherer: Gatherer::new(),
            announced: 0,
            tail: 0,
            starts_at: HEADER_BYTES as u64,
            before: 0,
            seen: 0,
            elements,
        }
    }

    pub(crate) fn part(&mut self, input: &mut &[u8]) -> Result<(), Reason> {
        while !input.is_empty() {
            self.stage = match self.stage {
                Stage::Header => match self.gatherer.take_array(input) {
                    Some(header) => self.header(header)?,
                    None => return Ok(()),
                },
                Stage::Before => {
                    if self.gatherer.is_empty() {
                        self.whole(input)?;
                    }
                    match self.gatherer.take(input, |first| Ok(if first == LONG { 5 } else { 1 }))? {
                        Some([END]) => self.end_mark()?,
                        Some([before]) if u64::from(*before) == self.before => Stage::Encoding { size: 1 },
                        Some([LONG, long @ ..]) if little_endian(long) as u64 == self.before => {
                            Stage::Encoding { size: 5 }
                        }
                        Some(_) => return Err(broken(Fault::BackLength)),
                        None => return Ok(()),
                    }
                }
                Stage::Encoding { size } => match self.gatherer.take(input, head_size)? {
                    Some(field) => {
                        let size = size + field.len() as u64;
                        match head(field) {
                            Head::Integer(value) => {
                                self.elements.integer(value)?;
                                self.element(size)
                            }
                            Head::Text(left) => {
                                self.elements.begin_text();
                                // At once: an empty text ends even where the input does.
                                self.text(left, size + left, input)?
                            }
                        }
                    }
                    None => return Ok(()),
                },
                Stage::Text { left, size } => self.text(left, size, input)?,
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
        let [a, b, c, d, e, f, g, h, i, j] = header;
        self.tail = u64::from(u32::from_le_bytes([e, f, g, h]));
        self.announced = u16::from_le_bytes([i, j]);
        let is_size = u64::from(u32::from_le_bytes([a, b, c, d])) == self.bytes;
        if is_size { Ok(Stage::Before) } else { Err(broken(Fault::Size)) }
    }

    fn end_mark(&self) -> Result<Stage, Reason> {
        if self.announced != COUNT_UNKNOWN && u64::from(self.announced) != self.seen {
            return Err(broken(Fault::Count));
        }
        let is_tail = self.tail == self.starts_at - self.before;
        if is_tail { Ok(Stage::Ended) } else { Err(broken(Fault::Tail)) }
    }

    /// Takes what `input` has of the `left` bytes of a text, the end of an element of `size` bytes.
    #[inline]
    fn text(&mut self, mut left: u64, size: u64, input: &mut &[u8]) -> Result<Stage, Reason> {
        let is_done = self.elements.text(&mut left, input)?;
        Ok(if is_done { self.element(size) } else { Stage::Text { left, size } })
    }

    /// An element of that many bytes was seen.
    #[inline]
    fn element(&mut self, size: u64) -> Stage {
        self.seen += 1;
        self.starts_at += size;
        self.before = size;
        Stage::Before
    }

    /// Takes the elements at the front of `input` that lie there whole, behind a length of one byte.
    #[inline]
    fn whole(&mut self, input: &mut &[u8]) -> Result<(), Reason> {
        while let [before, element @ ..] = *input
            && let Some(first) = element.first()
            && u64::from(*before) == self.before
            && *before < LONG
            && let Ok(front) = head_size(*first)
            && let Some((front, rest)) = element.split_at_checked(front)
        {
            match head(front) {
                Head::Integer(value) => {
                    *input = rest;
                    self.elements.integer(value)?;
                    self.element(1 + front.len() as u64);
                }
                Head::Text(bytes) => {
                    let at = usize::try_from(bytes).unwrap_or(usize::MAX);
                    let Some((text, rest)) = rest.split_at_checked(at) else { break };
                    *input = rest;
                    if E::LOOKS {
                        self.elements.begin_text();
                        self.elements.part(text);
                        self.elements.end_text()?;
                    }
                    self.element(1 + front.len() as u64 + bytes);
                }
            }
        }
        Ok(())
    }
}

/// Bytes of the encoding and of an integer, by the first byte.
#[inline]
fn head_size(first: u8) -> Result<usize, Reason> {
    match first {
        0x00..=0x3F | 0xF1..=0xFD => Ok(1),
        0x40..=0x7F | 0xFE => Ok(2),
        0x80 => Ok(5),
        0xC0 => Ok(3),
        0xF0 => Ok(4),
        0xD0 => Ok(5),
        0xE0 => Ok(9),
        _ => Err(broken(Fault::Encoding)),
    }
}

/// Reads the front of an element, of the size that `head_size` gave.
#[inline]
fn head(field: &[u8]) -> Head {
    let first = field[0];
    match first {
        0x00..=0x3F => Head::Text(u64::from(first)),
        0x40..=0x7F => Head::Text(u64::from(first & 0x3F) << 8 | u64::from(field[1])),
        0x80 => Head::Text(field[1..].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))),
        0xF1..=0xFD => Head::Integer(i64::from(first & 0x0F) - 1),
        _ => {
            let unused = 64 - 8 * (field.len() as u32 - 1);
            Head::Integer(little_endian(&field[1..]) << unused >> unused)
        }
    }
}

fn little_endian(bytes: &[u8]) -> i64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | i64::from(*byte))
}

fn broken(fault: Fault) -> Reason {
    Reason::Broken { structure: Structure::Ziplist, fault }
}
