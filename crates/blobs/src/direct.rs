//! Files read and written past the system's page cache, where the file system can.
//!
//! A blob is written once and read seldom, and whoever reads it wants to know what the disk holds. Through the page cache
//! each byte would cost a fresh page and a copy, more than its sealing, and would push out what other programs need.

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use valkeep_seal::{ALIGNMENT, Buffer, Buffers};

/// What lengths and places must be multiples of. Source: open(2), `O_DIRECT`; no disk of today asks for more.
const BLOCK_BYTES: usize = ALIGNMENT;

/// Lets reads and writes of `file` pass the page cache by. Where the file system cannot, they take the usual way.
pub(crate) fn enable(file: &File) -> io::Result<()> {
    match fcntl_setfl(file, fcntl_getfl(file)? | OFlags::DIRECT) {
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Back to the page cache. Whether there was anything to take back.
fn disable(file: &File) -> io::Result<bool> {
    let flags = fcntl_getfl(file)?;
    fcntl_setfl(file, flags - OFlags::DIRECT)?;
    Ok(flags.contains(OFlags::DIRECT))
}

/// Takes bytes in any portions and writes them in blocks.
#[derive(Debug)]
pub(crate) struct BlockWriter {
    /// Bytes that do not fill the next write.
    staged: Buffer,
    written_bytes: u64,
}

impl BlockWriter {
    /// Bytes of one write. Our choice: a disk is as fast with more.
    const STAGE_BYTES: usize = 1 << 20;

    /// For a file that is empty.
    pub(crate) fn new() -> Self {
        Self { staged: Buffers::default().take(Self::STAGE_BYTES), written_bytes: 0 }
    }

    /// What was handed to the file so far, from its beginning.
    pub(crate) fn written_bytes(&self) -> u64 {
        self.written_bytes
    }

    pub(crate) fn append(&mut self, file: &File, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(Self::STAGE_BYTES - self.staged.len()));
            self.staged.extend_from_slice(now);
            bytes = later;
            if self.staged.len() == Self::STAGE_BYTES {
                self.write_staged(file)?;
            }
        }
        Ok(())
    }

    /// Writes what is left, which need not fill a block, and ends the writing.
    pub(crate) fn finish(&mut self, file: &File) -> io::Result<()> {
        if !self.staged.len().is_multiple_of(BLOCK_BYTES) {
            disable(file)?;
        }
        self.write_staged(file)
    }

    fn write_staged(&mut self, mut file: &File) -> io::Result<()> {
        let mut done = 0;
        while done < self.staged.len() {
            match file.write(&self.staged[done..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(bytes) => {
                    done += bytes;
                    // What follows a write that was cut short inside a block takes the usual way. Begun again, the
                    // block could be cut short at the same place for ever.
                    if done < self.staged.len() && !done.is_multiple_of(BLOCK_BYTES) {
                        disable(file)?;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_refused(file, &error)? => {}
                Err(error) => return Err(error),
            }
        }
        self.written_bytes += self.staged.len() as u64;
        self.staged.set_len(0);
        Ok(())
    }
}

/// Reads exactly that range, which the file has.
pub(crate) fn read(file: &File, offset_bytes: u64, len_bytes: usize, buffers: &Buffers) -> io::Result<Buffer> {
    let before = usize::try_from(offset_bytes % BLOCK_BYTES as u64).expect("it is less than a block");
    let from = offset_bytes - before as u64;
    let needed = before + len_bytes;
    let whole = needed.next_multiple_of(BLOCK_BYTES);
    let mut buffer = buffers.take(whole);
    buffer.set_len(whole);
    let mut done = 0;
    while done < needed {
        match file.read_at(&mut buffer[done..], from + done as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => {
                done += bytes;
                // A read that was cut short inside a block need not have met the end of the file. The usual way tells.
                if done < needed && !done.is_multiple_of(BLOCK_BYTES) {
                    disable(file)?;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_refused(file, &error)? => {}
            Err(error) => return Err(error),
        }
    }
    buffer.keep(before..needed);
    Ok(buffer)
}

/// Whether a file system refused the short way only now, or for these sizes. The usual way is taken from here on then.
fn is_refused(file: &File, error: &io::Error) -> io::Result<bool> {
    Ok(Errno::from_io_error(error) == Some(Errno::INVAL) && disable(file)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(len_bytes: usize) -> Vec<u8> {
        (0..len_bytes).map(|at| (at / 7) as u8).collect()
    }

    fn file() -> File {
        let file = tempfile::tempfile().unwrap();
        enable(&file).unwrap();
        file
    }

    #[test]
    fn any_length_comes_back_from_any_place() {
        for len_bytes in [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, (1 << 20) - 1, 1 << 20, (2 << 20) + 4097] {
            let (file, buffers, bytes) = (file(), Buffers::default(), pattern(len_bytes));
            let mut writer = BlockWriter::new();
            for portion in bytes.chunks(300_007) {
                writer.append(&file, portion).unwrap();
            }
            writer.finish(&file).unwrap();
            assert_eq!(writer.written_bytes(), len_bytes as u64);
            assert_eq!(file.metadata().unwrap().len(), len_bytes as u64);
            enable(&file).unwrap();
            for (from, to) in [(0, len_bytes), (len_bytes / 2, len_bytes), (len_bytes / 3, len_bytes / 2)] {
                assert_eq!(read(&file, from as u64, to - from, &buffers).unwrap(), bytes[from..to], "{from}..{to}");
            }
        }
    }

    #[test]
    fn what_the_file_does_not_have_is_an_error() {
        let (mut file, buffers) = (file(), Buffers::default());
        disable(&file).unwrap();
        file.write_all(&pattern(BLOCK_BYTES + 9)).unwrap();
        for (from, len_bytes) in [(0, BLOCK_BYTES + 10), (BLOCK_BYTES as u64 + 9, 1), (1 << 20, 1)] {
            enable(&file).unwrap();
            let error = read(&file, from, len_bytes, &buffers).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{from}+{len_bytes}");
        }
    }
}
