//! LZF: literal runs of up to 32 bytes, and references to what was put out up to 8 KiB before. Source: `lzf_d.c` of liblzf, which the
//! servers carry.

mod block;
mod skim;
mod window;

use crate::error::{Fault, Reason, Structure};
use skim::Skimming;
use window::Unpacking;
pub(crate) use window::Window;

/// Control bytes below this one start a literal run of that many bytes and one more.
const LITERALS: u8 = 32;
/// Control bytes from this one on start a reference whose length takes a byte of its own.
const LONG: u8 = 0xE0;
/// Bytes of the longest token, its literals aside: control, length, distance.
const TOKEN_BYTES_MAX: usize = 3;
/// How far back a reference reaches.
const REACH: usize = 8192;
/// What one token puts out at most.
const OUTPUT_BYTES_MAX: usize = 264;
/// An LZF stream under way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lzf {
    packed_left: u64,
    plain: u64,
    made: u64,
    /// Bytes of the present literal run that are still to come.
    literals: usize,
    /// A token that is torn between two pushes.
    torn: [u8; TOKEN_BYTES_MAX],
    held: usize,
}

/// One step of a stream.
#[derive(Clone, Copy, Debug)]
enum Token {
    Literals(usize),
    Reference { distance: usize, bytes: usize },
}

/// What is done with the output.
trait Output {
    /// Does whole tokens at the front of `input`, as many as it likes, and moves `at` behind them.
    fn run(&mut self, lzf: &mut Lzf, input: &[u8], at: &mut usize) -> Result<(), Reason>;
    fn literals(&mut self, bytes: &[u8]);
    fn reference(&mut self, distance: usize, bytes: usize);
    /// A token was put out whole.
    fn token_ended(&mut self) -> Result<(), Reason>;
    fn end(&mut self) -> Result<(), Reason>;
}

impl Lzf {
    /// A stream of `packed` bytes that holds `plain` bytes.
    pub(crate) fn new(packed: u64, plain: u64) -> Result<Self, Reason> {
        let growth_max = (OUTPUT_BYTES_MAX / TOKEN_BYTES_MAX) as u64;
        let is_possible =
            packed > 0 && plain > 0 && plain <= packed.saturating_mul(growth_max) && packed <= plain.saturating_mul(2);
        let lzf = Self { packed_left: packed, plain, ..Self::default() };
        if is_possible { Ok(lzf) } else { Err(Reason::BadLzf { packed, plain }) }
    }

    /// Follows the tokens without unpacking; `true` when the stream is over and was what it should be.
    pub(crate) fn skim(&mut self, input: &mut &[u8]) -> Result<bool, Reason> {
        self.read(input, &mut Skimming)
    }

    /// Unpacks through `window`, which hands on to `sink` whenever it is full and at the end; `true` at the end.
    pub(crate) fn unpack(
        &mut self,
        input: &mut &[u8],
        window: &mut Window,
        sink: impl FnMut(&[u8]) -> Result<(), Reason>,
    ) -> Result<bool, Reason> {
        self.read(input, &mut Unpacking { window, sink })
    }

    fn read(&mut self, input: &mut &[u8], output: &mut impl Output) -> Result<bool, Reason> {
        loop {
            if self.literals == 0 && self.held == 0 {
                let mut at = 0;
                let done = output.run(self, input, &mut at);
                self.take(input, at);
                done?;
                if self.packed_left == 0 {
                    output.end()?;
                    return if self.made == self.plain { Ok(true) } else { Err(broken(Fault::Size)) };
                }
            }
            if self.packed_left == 0 {
                return Err(broken(Fault::CutShort));
            }
            if input.is_empty() {
                return Ok(false);
            }
            self.read_torn(input, output)?;
        }
    }

    /// Takes at least one byte of a token that may not be whole.
    fn read_torn(&mut self, input: &mut &[u8], output: &mut impl Output) -> Result<(), Reason> {
        if self.literals > 0 {
            let part = self.take(input, self.literals);
            self.literals -= part.len();
            output.literals(part);
        } else if let Some(token) = self.torn_token(input) {
            self.accept(token)?;
            match token {
                Token::Literals(bytes) => self.literals = bytes,
                Token::Reference { distance, bytes } => output.reference(distance, bytes),
            }
        }
        if self.literals == 0 && self.held == 0 { output.token_ended() } else { Ok(()) }
    }

    /// Takes one byte of a token, and the token when that was its last.
    fn torn_token(&mut self, input: &mut &[u8]) -> Option<Token> {
        for byte in self.take(input, 1) {
            self.torn[self.held] = *byte;
            self.held += 1;
        }
        let (token, size) = token(self.torn);
        (self.held == size).then(|| {
            self.held = 0;
            token
        })
    }

    fn take<'input>(&mut self, input: &mut &'input [u8], bytes_max: usize) -> &'input [u8] {
        let bytes = self.reach(input).min(bytes_max);
        let (part, rest) = input.split_at(bytes);
        self.packed_left -= bytes as u64;
        *input = rest;
        part
    }

    /// How many bytes of `input` belong to the stream.
    fn reach(&self, input: &[u8]) -> usize {
        usize::try_from(self.packed_left).map_or(input.len(), |left| left.min(input.len()))
    }

    /// Counts what a token puts out.
    #[inline]
    fn accept(&mut self, token: Token) -> Result<(), Reason> {
        let bytes = match token {
            Token::Literals(bytes) => bytes,
            Token::Reference { distance, .. } if distance as u64 > self.made => return Err(broken(Fault::Reference)),
            Token::Reference { bytes, .. } => bytes,
        };
        self.made += bytes as u64;
        if self.made <= self.plain { Ok(()) } else { Err(broken(Fault::Size)) }
    }
}

/// Reads the token that starts with these bytes, and says how many of them it takes.
#[inline]
fn token([control, second, third]: [u8; TOKEN_BYTES_MAX]) -> (Token, usize) {
    let distance = |low: u8| (usize::from(control & 0x1F) << 8 | usize::from(low)) + 1;
    match control {
        0..LITERALS => (Token::Literals(usize::from(control) + 1), 1),
        LITERALS..LONG => (Token::Reference { distance: distance(second), bytes: usize::from(control >> 5) + 2 }, 2),
        LONG.. => (Token::Reference { distance: distance(third), bytes: usize::from(second) + 9 }, 3),
    }
}

fn broken(fault: Fault) -> Reason {
    Reason::Broken { structure: Structure::Lzf, fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unpacks a stream that comes in pieces of `step` bytes, and follows it.
    fn unpack(packed: &[u8], plain: u64, step: usize) -> Result<Vec<u8>, Reason> {
        let mut window = Window::new();
        let mut lzf = Lzf::new(packed.len() as u64, plain)?;
        let mut skimmed = lzf;
        let mut output = Vec::new();
        let mut is_over = (false, false);
        for mut input in packed.chunks(step) {
            let mut again = input;
            let unpacked = lzf.unpack(&mut input, &mut window, |bytes| {
                output.extend_from_slice(bytes);
                Ok(())
            });
            assert_eq!((unpacked, input), (skimmed.skim(&mut again), again), "both find the same");
            is_over = (unpacked?, input.is_empty());
        }
        assert_eq!(is_over, (true, true));
        Ok(output)
    }

    #[test]
    fn streams_unpack_to_what_was_packed_whatever_their_split() {
        let far = [&[31], [7; 32].as_slice()].concat().repeat(256);
        let far_reference = [far.as_slice(), &[0x3F, 0xFF]].concat();
        let table: &[(&[u8], Vec<u8>)] = &[
            (b"\x00a", b"a".to_vec()),
            (b"\x02abc", b"abc".to_vec()),
            (b"\x00a\x20\x00", b"aaaa".to_vec()),
            (b"\x01ab\x40\x01\x00c", b"abababc".to_vec()),
            (b"\x00a\xE0\xFF\x00", vec![b'a'; 265]),
            (&far_reference, vec![7; 8195]),
        ];
        for (packed, plain) in table {
            for step in [1, 2, 3, 50, packed.len()] {
                assert_eq!(unpack(packed, plain.len() as u64, step).as_ref(), Ok(plain), "{packed:?} by {step}");
            }
        }
    }

    #[test]
    fn output_beyond_the_window_is_whole() {
        let mut packed = b"\x03abcd".to_vec();
        packed.extend(b"\xE0\xF7\x03".repeat(1000));
        let plain = b"abcd".repeat(1 + 64_000);
        for step in [1, 7, 4096] {
            assert_eq!(unpack(&packed, plain.len() as u64, step).as_ref(), Ok(&plain));
        }
    }

    #[test]
    fn broken_streams_are_refused() {
        let table: &[(&[u8], u64, Reason)] = &[
            (b"\x20\x00", 3, broken(Fault::Reference)),
            (b"\x00a\x20\x01", 4, broken(Fault::Reference)),
            (b"\x00a\x20\x00", 5, broken(Fault::Size)),
            (b"\x00a\x20\x00", 3, broken(Fault::Size)),
            (b"\x02ab", 3, broken(Fault::CutShort)),
            (b"\x00a\xE0\x01", 9, broken(Fault::CutShort)),
            (b"\x00a\x20", 4, broken(Fault::CutShort)),
            (b"", 1, Reason::BadLzf { packed: 0, plain: 1 }),
            (b"\x00a", 0, Reason::BadLzf { packed: 2, plain: 0 }),
            (b"\x00a\x00", 265, Reason::BadLzf { packed: 3, plain: 265 }),
            (b"\x00a\x00", 1, Reason::BadLzf { packed: 3, plain: 1 }),
        ];
        for (packed, plain, reason) in table {
            for step in [1, 2, 8] {
                assert_eq!(unpack(packed, *plain, step), Err(*reason), "{packed:?} by {step}");
            }
        }
    }
}
