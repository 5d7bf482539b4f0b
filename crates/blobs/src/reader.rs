//! A committed blob, or the settled part of one that is being written, read in ranges.

use crate::direct;
use crate::layout::{blocking, failed};
use async_trait::async_trait;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use valkeep_ports::blobs::{BlobError, BlobReader};
use valkeep_seal::{Buffer, Buffers};

/// A committed blob in any file. Blocks for a moment.
///
/// # Errors
/// When the file cannot be opened.
pub fn open_file(path: &Path) -> io::Result<Box<dyn BlobReader>> {
    Ok(Box::new(LocalReader::whole(File::open(path)?)?))
}

#[derive(Debug)]
pub(crate) struct LocalReader {
    file: Arc<File>,
    len_bytes: u64,
    buffers: Buffers,
}

impl LocalReader {
    pub(crate) fn whole(file: File) -> io::Result<Self> {
        direct::enable(&file)?;
        let len_bytes = file.metadata()?.len();
        Ok(Self::first(Arc::new(file), len_bytes, Buffers::default()))
    }

    /// The first bytes of a file that has at least that many.
    pub(crate) fn first(file: Arc<File>, len_bytes: u64, buffers: Buffers) -> Self {
        Self { file, len_bytes, buffers }
    }
}

#[async_trait]
impl BlobReader for LocalReader {
    fn len_bytes(&self) -> u64 {
        self.len_bytes
    }

    async fn read_at(&self, offset_bytes: u64, len_bytes: usize) -> Result<Buffer, BlobError> {
        let end = offset_bytes.checked_add(len_bytes as u64);
        // Before the buffer is made: a wrong length must not take the memory.
        if end.is_none_or(|end| end > self.len_bytes) {
            return Err(BlobError::Failed(io::ErrorKind::UnexpectedEof.into()));
        }
        let (file, buffers) = (Arc::clone(&self.file), self.buffers.clone());
        blocking(move || direct::read(&file, offset_bytes, len_bytes, &buffers).map_err(failed)).await
    }
}
