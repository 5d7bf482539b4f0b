//! The walk through a file: magic, records, end, checksum.

use crc_fast::{CrcAlgorithm, Digest};

use crate::error::{RdbError, Reason};
use crate::field::Gatherer;
use crate::format::{Format, MAGIC_BYTES};
use crate::machine::Machine;
use crate::record::{self, Kind};
use crate::summary::{Checksum, Facts, Summary};

/// Walks an RDB that is pushed in, piece by piece.
#[derive(Debug)]
pub struct Walker {
    stage: Stage,
    gatherer: Gatherer,
    machine: Machine,
    facts: Facts,
    digest: Digest,
    /// Bytes of the file so far.
    bytes: u64,
}

/// Where in the file the next byte lies.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Magic,
    Opcode(Format),
    Fields(Format, Kind),
    Trailer(Format),
    /// All bytes are read, the checksum is not yet compared.
    Sealed(Format, u64),
    Complete(Format, Checksum),
    Failed(RdbError),
}

impl Default for Walker {
    fn default() -> Self {
        Self::new()
    }
}

impl Walker {
    #[must_use]
    pub fn new() -> Self {
        Self {
            stage: Stage::Magic,
            gatherer: Gatherer::new(),
            machine: Machine::new(),
            facts: Facts::default(),
            digest: Digest::new(CrcAlgorithm::Crc64Redis),
            bytes: 0,
        }
    }

    /// Feeds the next bytes of the file and says how many belong to it. Fewer than `bytes.len()` only once the file is complete: what
    /// follows is the caller's to judge (the EOF mark of a replication link, or an error in a file).
    ///
    /// # Errors
    /// When the bytes cannot belong to an intact file, and the same error again at each later call.
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, RdbError> {
        if let Stage::Failed(error) = self.stage {
            return Err(error);
        }
        let mut input = bytes;
        let walked = self.walk(&mut input);
        let used = bytes.len() - input.len();
        self.digest.update(&bytes[..used]);
        self.bytes += used as u64;
        walked.and_then(|()| self.compare_checksum()).map(|()| used).map_err(|reason| self.fail(reason))
    }

    /// Whether the whole file was pushed and found intact.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self.stage, Stage::Complete(..))
    }

    /// The facts of a complete file.
    ///
    /// # Errors
    /// `Truncated` when the end was not reached; the error of `push` when there was one.
    pub fn finish(self) -> Result<Summary, RdbError> {
        match self.stage {
            Stage::Complete(format, checksum) => Ok(self.facts.into_summary(format, self.bytes, checksum)),
            Stage::Failed(error) => Err(error),
            Stage::Magic | Stage::Opcode(_) | Stage::Fields(..) | Stage::Trailer(_) | Stage::Sealed(..) => {
                Err(RdbError { offset: self.bytes, reason: Reason::Truncated })
            }
        }
    }

    /// Takes from `input` as much as belongs to the file.
    fn walk(&mut self, input: &mut &[u8]) -> Result<(), Reason> {
        while !input.is_empty() {
            self.stage = match self.stage {
                Stage::Magic => match self.gatherer.take_array::<MAGIC_BYTES>(input) {
                    Some(magic) => Stage::Opcode(Format::parse(&magic)?),
                    None => return Ok(()),
                },
                Stage::Opcode(format) => match self.gatherer.take_array(input) {
                    Some([record::END]) if format.has_checksum() => Stage::Trailer(format),
                    Some([record::END]) => Stage::Complete(format, Checksum::Disabled),
                    Some([opcode]) => self.begin(format, opcode)?,
                    None => return Ok(()),
                },
                Stage::Fields(format, kind) => {
                    if !self.machine.run(input, &mut self.gatherer, &mut self.facts)? {
                        return Ok(());
                    }
                    self.facts.end(kind)?;
                    Stage::Opcode(format)
                }
                Stage::Trailer(format) => match self.gatherer.take_array(input) {
                    Some(trailer) => Stage::Sealed(format, u64::from_le_bytes(trailer)),
                    None => return Ok(()),
                },
                Stage::Sealed(..) | Stage::Complete(..) | Stage::Failed(_) => return Ok(()),
            };
        }
        Ok(())
    }

    fn begin(&mut self, format: Format, opcode: u8) -> Result<Stage, Reason> {
        let record = record::starting_with(format, opcode)?;
        self.facts.begin(record.kind);
        self.machine.begin(record.shapes);
        Ok(Stage::Fields(format, record.kind))
    }

    /// Ends a file whose last byte was read. The CRC of bytes that end with their own CRC is 0.
    fn compare_checksum(&mut self) -> Result<(), Reason> {
        if let Stage::Sealed(format, stored) = self.stage {
            let checksum = match stored {
                0 => Checksum::Disabled,
                stored if self.digest.finalize() == 0 => Checksum::Matched(stored),
                stored => return Err(Reason::ChecksumMismatch { stored }),
            };
            self.stage = Stage::Complete(format, checksum);
        }
        Ok(())
    }

    /// Remembers the error, so that nothing can be read after it.
    fn fail(&mut self, reason: Reason) -> RdbError {
        let error = RdbError { offset: self.bytes, reason };
        self.stage = Stage::Failed(error);
        error
    }
}
