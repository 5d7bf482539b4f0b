//! The tokens of a block, read without branches that depend on them: which token comes next cannot be foreseen. The way from token to
//! token leads through `steps` alone, which are worked out many at a time.

use super::{LITERALS, LONG, TOKEN_BYTES_MAX};

/// Bytes in which tokens of a block may start.
const BLOCK_BYTES: usize = 128;
/// Bytes that such a token may reach beyond, its literals included.
pub(super) const REACH_BYTES: usize = BLOCK_BYTES + TOKEN_BYTES_MAX + LITERALS as usize;

/// What a control byte means.
#[derive(Clone, Copy)]
struct Meaning {
    /// Bytes that are put out, but for those of a length of its own.
    output: u8,
    /// All ones when a length of its own follows.
    long: u8,
    /// All ones for a reference.
    reference: u16,
}

static MEANINGS: [Meaning; 256] = meanings();

const fn meanings() -> [Meaning; 256] {
    let mut meanings = [Meaning { output: 0, long: 0, reference: 0 }; 256];
    let mut control = 0;
    while control < 256 {
        let byte = control as u8;
        meanings[control] = match byte {
            0..LITERALS => Meaning { output: byte + 1, long: 0, reference: 0 },
            LITERALS..LONG => Meaning { output: (byte >> 5) + 2, long: 0, reference: 0xFFFF },
            LONG.. => Meaning { output: 9, long: 0xFF, reference: 0xFFFF },
        };
        control += 1;
    }
    meanings
}

/// A block and the tokens in it.
pub(super) struct Block<'a> {
    bytes: &'a [u8; REACH_BYTES],
    /// Bytes from one control byte to the next, for each byte that may be one.
    steps: [u8; BLOCK_BYTES],
}

/// A token that is read.
#[derive(Clone, Copy)]
pub(super) struct Read {
    /// Bytes that it puts out.
    pub(super) bytes: usize,
    /// How far back they lie; 0 for literals.
    pub(super) distance: usize,
    /// Where the next token starts.
    pub(super) end: usize,
}

impl<'a> Block<'a> {
    pub(super) fn new(bytes: &'a [u8; REACH_BYTES]) -> Self {
        let mut steps = [0; BLOCK_BYTES];
        for (control, to) in bytes.iter().zip(&mut steps) {
            *to = step(*control);
        }
        Self { bytes, steps }
    }

    /// The token that starts at this byte, unless that is beyond the block.
    #[inline]
    pub(super) fn token(&self, start: usize) -> Option<Read> {
        let size = self.steps.get(start)?;
        let [control, second, third] = [self.bytes[start], self.bytes[start + 1], self.bytes[start + 2]];
        let Meaning { output, long, reference } = MEANINGS[usize::from(control)];
        let low = second ^ (second ^ third) & long;
        let distance = ((u16::from(control & 0x1F) << 8 | u16::from(low)) + 1) & reference;
        let bytes = usize::from(output) + usize::from(second & long);
        Some(Read { bytes, distance: usize::from(distance), end: start + usize::from(*size) })
    }
}

#[inline]
fn step(control: u8) -> u8 {
    if control < LITERALS { control + 2 } else { 2 + u8::from(control >= LONG) }
}
