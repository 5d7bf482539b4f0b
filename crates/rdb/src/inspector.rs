//! Walks a file and gathers its facts, in one pass.

use crate::error::RdbError;
use crate::event::Event;
use crate::facts::{Collector, Facts};
use crate::slot_set::SlotSet;
use crate::walker::Walker;

/// Walks an RDB that is pushed in, piece by piece, and gathers its facts.
///
/// ```
/// # fn main() -> Result<(), valkeep_rdb::RdbError> {
/// let mut inspector = valkeep_rdb::Inspector::new();
/// let used = inspector.push(b"REDIS0011\x00\x03key\x05value\xFF\0\0\0\0\0\0\0\0what follows")?;
/// assert_eq!(used, 29);
/// assert_eq!(inspector.finish()?.keys, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Inspector {
    walker: Walker,
    collector: Collector,
}

impl Default for Inspector {
    fn default() -> Self {
        Self::new()
    }
}

impl Inspector {
    #[must_use]
    pub fn new() -> Self {
        Self { walker: Walker::new(), collector: Collector::new() }
    }

    /// Feeds the next bytes of the file and says how many belong to it. Fewer than `bytes.len()` only once the file is complete.
    ///
    /// # Errors
    /// When the bytes cannot belong to an intact file, and the same error again at each later call.
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, RdbError> {
        let mut used = 0;
        while !self.walker.is_complete() {
            let (taken, event) = self.walker.advance(&bytes[used..])?;
            used += taken;
            if event == Event::More {
                break;
            }
            self.collector.take(&event);
        }
        Ok(used)
    }

    /// Whether the whole file was pushed and found intact.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.walker.is_complete()
    }

    /// What was met until now, in a file that may yet turn out to be damaged.
    #[must_use]
    pub fn facts_so_far(&self) -> Facts {
        self.collector.report(self.walker.bytes())
    }

    /// The hash slots of the keys that were met until now.
    #[must_use]
    pub const fn slots(&self) -> &SlotSet {
        self.collector.slots()
    }

    /// Whether the file is whole, when no more bytes come.
    ///
    /// # Errors
    /// `Truncated` when the end was not reached; the error of `push` when there was one.
    pub fn check(&self) -> Result<(), RdbError> {
        self.walker.finish().map(|_| ())
    }

    /// The facts of a complete file.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn finish(self) -> Result<Facts, RdbError> {
        self.check().map(|()| self.facts_so_far())
    }
}
