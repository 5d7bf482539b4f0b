//! The front of a string that is shown to the caller.

use crate::error::Reason;
use crate::event::NAME_BYTES_MAX;
use crate::slot::Slot;
use crate::string::Sink;

/// A string of which [`NAME_BYTES_MAX`] bytes are kept.
#[derive(Debug)]
pub(crate) struct Kept {
    bytes: Box<[u8; NAME_BYTES_MAX]>,
    held: usize,
    total: u64,
}

impl Kept {
    pub(crate) fn new() -> Self {
        Self { bytes: Box::new([0; NAME_BYTES_MAX]), held: 0, total: 0 }
    }

    /// What is kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.held]
    }

    /// Bytes of the whole string.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }
}

impl Sink for Kept {
    const LOOKS: bool = true;

    #[inline]
    fn begin(&mut self, bytes: u64) -> Result<(), Reason> {
        (self.held, self.total) = (0, bytes);
        Ok(())
    }

    #[inline]
    fn part(&mut self, part: &mut &[u8]) -> Result<(), Reason> {
        let room = &mut self.bytes[self.held..];
        let bytes = part.len().min(room.len());
        room[..bytes].copy_from_slice(&part[..bytes]);
        self.held += bytes;
        *part = &[];
        Ok(())
    }

    #[inline]
    fn end(&mut self) -> Result<(), Reason> {
        Ok(())
    }
}

/// The name of a key, with the slot of all of it.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) text: Kept,
    pub(crate) slot: Slot,
}

impl Sink for Name {
    const LOOKS: bool = true;

    #[inline]
    fn begin(&mut self, bytes: u64) -> Result<(), Reason> {
        self.slot = Slot::default();
        self.text.begin(bytes)
    }

    #[inline]
    fn part(&mut self, part: &mut &[u8]) -> Result<(), Reason> {
        self.slot.push(part);
        self.text.part(part)
    }

    #[inline]
    fn end(&mut self) -> Result<(), Reason> {
        Ok(())
    }
}
