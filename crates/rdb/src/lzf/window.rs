//! Unpacks through a window of the last output.

use super::block::{Block, REACH_BYTES, Read};
use super::{Lzf, OUTPUT_BYTES_MAX, Output, REACH};
use crate::error::Reason;

/// Bytes that a copy moves at a time; what it moves too much is overwritten by the next one.
const STRIDE: usize = 32;
/// What references reach, and room for new output; small enough to stay in a first-level cache.
const WINDOW_BYTES: usize = 3 * REACH;
/// Where the output of one token, copied in strides, still fits.
const WINDOW_FULL: usize = WINDOW_BYTES - OUTPUT_BYTES_MAX - STRIDE;

/// The last output of a stream.
#[derive(Debug)]
pub(crate) struct Window {
    /// The window, and behind it the block that is unpacked: literals and references are copies within one array.
    bytes: Box<[u8; WINDOW_BYTES + REACH_BYTES]>,
    /// Where the next output goes.
    end: usize,
    /// From where on it was not handed on yet.
    told: usize,
}

impl Window {
    pub(crate) fn new() -> Self {
        Self { bytes: Box::new([0; WINDOW_BYTES + REACH_BYTES]), end: 0, told: 0 }
    }

    /// Forgets the stream before.
    pub(crate) fn clear(&mut self) {
        (self.end, self.told) = (0, 0);
    }

    /// Hands on what is new. Afterwards there is room for the output of any token.
    fn tell(&mut self, sink: &mut impl FnMut(&[u8]) -> Result<(), Reason>) -> Result<(), Reason> {
        sink(&self.bytes[self.told..self.end])?;
        if self.end > WINDOW_FULL {
            self.bytes.copy_within(self.end - REACH..self.end, 0);
            self.end = REACH;
        }
        self.told = self.end;
        Ok(())
    }

    /// Copies a literal run from the front of `input`.
    #[inline]
    fn copy(&mut self, input: &[u8], bytes: usize) {
        match input.first_chunk::<STRIDE>() {
            Some(stride) => self.bytes[self.end..self.end + STRIDE].copy_from_slice(stride),
            None => self.bytes[self.end..self.end + bytes].copy_from_slice(&input[..bytes]),
        }
        self.end += bytes;
    }

    /// Copies one stride from `from` to the end, which it does not move.
    #[inline]
    fn copy_stride(&mut self, from: usize) {
        let mut stride = [0; STRIDE];
        stride.copy_from_slice(&self.bytes[from..from + STRIDE]);
        self.bytes[self.end..self.end + STRIDE].copy_from_slice(&stride);
    }

    fn copy_back(&mut self, distance: usize, bytes: usize) {
        let end = self.end + bytes;
        if distance >= STRIDE {
            while self.end < end {
                self.copy_stride(self.end - distance);
                self.end += STRIDE;
            }
        } else {
            for to in self.end..end {
                self.bytes[to] = self.bytes[to - distance];
            }
        }
        self.end = end;
    }

    /// Puts out a token that starts at `start` of the block behind the window.
    #[inline]
    fn put(&mut self, token: Read, start: usize) {
        let Read { bytes, distance, .. } = token;
        if (bytes > STRIDE) | (distance.wrapping_sub(1) < bytes - 1) {
            self.copy_back(distance, bytes);
            return;
        }
        let back = usize::from(distance == 0).wrapping_sub(1);
        let from = (WINDOW_BYTES + start + 1) & !back | (self.end - distance) & back;
        self.copy_stride(from);
        self.end += bytes;
    }
}

/// Puts out into a window, and hands on to `sink`.
pub(super) struct Unpacking<'a, S> {
    pub(super) window: &'a mut Window,
    pub(super) sink: S,
}

impl<S: FnMut(&[u8]) -> Result<(), Reason>> Output for Unpacking<'_, S> {
    fn run(&mut self, lzf: &mut Lzf, input: &[u8], at: &mut usize) -> Result<(), Reason> {
        let reach = lzf.reach(input);
        while *at < reach
            && let Some(bytes) = input[*at..].first_chunk::<REACH_BYTES>()
        {
            let left = reach - *at;
            let block = Block::new(bytes);
            self.window.bytes[WINDOW_BYTES..].copy_from_slice(bytes);
            let mut next = 0;
            while let Some(token) = block.token(next) {
                let made = lzf.made + token.bytes as u64;
                if (token.distance as u64 > lzf.made) | (token.end > left) | (made > lzf.plain) {
                    *at += next;
                    return Ok(());
                }
                lzf.made = made;
                self.window.put(token, next);
                next = token.end;
                if self.window.end > WINDOW_FULL {
                    self.window.tell(&mut self.sink).inspect_err(|_| *at += next)?;
                }
            }
            *at += next;
        }
        Ok(())
    }

    fn literals(&mut self, bytes: &[u8]) {
        self.window.copy(bytes, bytes.len());
    }

    fn reference(&mut self, distance: usize, bytes: usize) {
        self.window.copy_back(distance, bytes);
    }

    fn token_ended(&mut self) -> Result<(), Reason> {
        if self.window.end > WINDOW_FULL { self.window.tell(&mut self.sink) } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), Reason> {
        self.window.tell(&mut self.sink)
    }
}
