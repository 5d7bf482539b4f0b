//! Memory for bytes on their way, taken again instead of anew.
//!
//! A stream of segments that asked the system for each megabyte would spend more time in page faults than in sealing. So a
//! [`Buffer`] goes back to its [`Buffers`] when it is dropped, wherever that happens, and the next one is made of it.

use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the bytes of a buffer begin: at a multiple of this address, so that storage can be read into it and written from it
/// without a copy in between (open(2), `O_DIRECT`: the logical block size, 4 KiB at most on the disks of today).
pub const ALIGNMENT: usize = 4096;

/// Most that is kept for the next taker; more are in use at the same time only for moments. Our choice.
const KEPT: usize = 8;

/// Memory that one stream takes and gives back. It lives as long as the stream or any of its buffers.
#[derive(Clone, Default)]
pub struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Buffers")
    }
}

impl Buffers {
    /// An empty buffer with room for `capacity` bytes.
    #[must_use]
    pub fn take(&self, capacity: usize) -> Buffer {
        let needed = capacity + ALIGNMENT;
        let kept = self.lock().pop().filter(|memory| memory.len() >= needed);
        // A little more than is needed: the next segment is rarely just as long.
        let memory = kept.unwrap_or_else(|| vec![0; needed.next_multiple_of(16 * ALIGNMENT)]);
        let start = memory.as_ptr().align_offset(ALIGNMENT);
        Buffer { memory, range: start..start, home: Some(self.clone()) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Some bytes, and room behind them.
#[derive(Default)]
pub struct Buffer {
    memory: Vec<u8>,
    range: Range<usize>,
    /// Where the memory goes; nowhere for what was not taken from there.
    home: Option<Buffers>,
}

impl Buffer {
    /// Makes it `len` bytes long. What they are is not said: whoever asks for them writes them.
    ///
    /// # Panics
    /// When there is no room for them.
    pub fn set_len(&mut self, len: usize) {
        assert!(self.range.start + len <= self.memory.len(), "the taker asked for too little room");
        self.range.end = self.range.start + len;
    }

    /// Appends.
    ///
    /// # Panics
    /// When there is no room for them.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        let end = self.range.end + bytes.len();
        self.memory[self.range.end..end].copy_from_slice(bytes);
        self.range.end = end;
    }

    /// Keeps these of its bytes only; what lies outside of them is left out.
    pub fn keep(&mut self, kept: Range<usize>) {
        let len = self.len();
        let end = self.range.start + kept.end.min(len);
        self.range = (self.range.start + kept.start.min(len)).min(end)..end;
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            let mut kept = home.lock();
            if kept.len() < KEPT {
                kept.push(std::mem::take(&mut self.memory));
            }
        }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[self.range.clone()]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.range.clone()]
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(memory: Vec<u8>) -> Self {
        Self { range: 0..memory.len(), memory, home: None }
    }
}

/// How many bytes; not which.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({} bytes)", self.len())
    }
}

impl<T: AsRef<[u8]> + ?Sized> PartialEq<T> for Buffer {
    fn eq(&self, other: &T) -> bool {
        **self == *other.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_taken_again_and_begins_at_a_block() {
        let buffers = Buffers::default();
        let mut first = buffers.take(1 << 20);
        first.extend_from_slice(b"bytes");
        assert_eq!(first, b"bytes");
        let address = first.as_ptr();
        assert_eq!(address.align_offset(ALIGNMENT), 0);
        drop(first);
        let mut again = buffers.take(1 << 20);
        assert!(again.is_empty());
        again.set_len(1);
        assert_eq!(again.as_ptr(), address);
        let beside = buffers.take(1);
        assert_ne!(beside.as_ptr(), address);
        // What is too small makes way.
        drop(beside);
        let large = buffers.take(2 << 20);
        assert!(large.memory.len() > 2 << 20);
        assert!(buffers.lock().is_empty());
    }

    #[test]
    fn only_so_much_is_kept() {
        let buffers = Buffers::default();
        let taken: Vec<Buffer> = (0..KEPT + 2).map(|_| buffers.take(1)).collect();
        drop(taken);
        assert_eq!(buffers.lock().len(), KEPT);
        drop(Buffer::from(vec![1]));
        assert_eq!(buffers.lock().len(), KEPT);
    }

    #[test]
    fn a_part_is_kept_however_it_is_named() {
        for (kept, expected) in
            [(0..9, "abcdef"), (2..4, "cd"), (6..9, ""), (std::ops::Range { start: 4, end: 3 }, ""), (8..9, "")]
                .map(|(kept, text)| (kept, text.as_bytes()))
        {
            let mut buffer = Buffer::from(b"abcdef".to_vec());
            buffer.keep(kept.clone());
            assert_eq!(buffer, expected, "{kept:?}");
        }
    }

    #[test]
    #[should_panic(expected = "range end index")]
    fn more_than_there_is_room_for_is_a_fault_of_the_program() {
        let mut buffer = Buffers::default().take(1);
        buffer.extend_from_slice(&[0; 1 << 20]);
    }
}
