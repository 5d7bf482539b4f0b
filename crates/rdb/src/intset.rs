//! Intsets: integers of one width, in ascending order. Source: `intset.c` of the servers.

use crate::error::{Fault, Reason, Structure};
use crate::field::Gatherer;

/// Width (4) and count (4), little-endian.
const HEADER_BYTES: usize = 8;

/// An intset under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intset {
    /// Bytes of the string that holds it.
    bytes: u64,
    gatherer: Gatherer<HEADER_BYTES>,
    width: Option<Width>,
    announced: u64,
    seen: u64,
    /// The last integer, at first below all.
    last: i128,
}

#[derive(Clone, Copy, Debug)]
enum Width {
    Two,
    Four,
    Eight,
}

impl Intset {
    pub(crate) fn new(bytes: u64) -> Self {
        Self { bytes, gatherer: Gatherer::new(), width: None, announced: 0, seen: 0, last: i128::MIN }
    }

    pub(crate) fn part(&mut self, input: &mut &[u8]) -> Result<(), Reason> {
        while !input.is_empty() {
            let integer = match self.width {
                None => match self.gatherer.take_array(input) {
                    Some(header) => {
                        self.header(header)?;
                        continue;
                    }
                    None => None,
                },
                Some(Width::Two) => self.gatherer.take_array(input).map(|field| i64::from(i16::from_le_bytes(field))),
                Some(Width::Four) => self.gatherer.take_array(input).map(|field| i64::from(i32::from_le_bytes(field))),
                Some(Width::Eight) => self.gatherer.take_array(input).map(i64::from_le_bytes),
            };
            let Some(integer) = integer.map(i128::from) else { return Ok(()) };
            if integer <= self.last {
                return Err(broken(Fault::Order));
            }
            self.last = integer;
            self.seen += 1;
        }
        Ok(())
    }

    /// How many elements it held.
    pub(crate) fn end(&self) -> Result<u64, Reason> {
        match self.width {
            Some(_) if self.seen == self.announced => Ok(self.seen),
            _ => Err(broken(Fault::CutShort)),
        }
    }

    fn header(&mut self, header: [u8; HEADER_BYTES]) -> Result<(), Reason> {
        let [a, b, c, d, e, f, g, h] = header;
        let width = u32::from_le_bytes([a, b, c, d]);
        self.announced = u64::from(u32::from_le_bytes([e, f, g, h]));
        self.width = match width {
            2 => Some(Width::Two),
            4 => Some(Width::Four),
            8 => Some(Width::Eight),
            _ => return Err(broken(Fault::Encoding)),
        };
        let is_size = HEADER_BYTES as u64 + u64::from(width) * self.announced == self.bytes;
        if is_size { Ok(()) } else { Err(broken(Fault::Size)) }
    }
}

fn broken(fault: Fault) -> Reason {
    Reason::Broken { structure: Structure::Intset, fault }
}
