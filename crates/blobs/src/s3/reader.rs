//! A committed blob, read in ranges.

use super::bucket::{Bucket, Found};
use super::failure::RequestError;
use super::patience::Patience;
use async_trait::async_trait;
use std::io;
use std::time::Duration;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobReader};
use valkeep_seal::Buffer;

/// Longest one attempt to read a range, its bytes included. Our choice.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct S3Reader {
    pub(super) id: BlobId,
    pub(super) bucket: Bucket,
    /// The object as it was when it was opened. Another one under its key is an error.
    pub(super) object: Found,
    pub(super) patience: Patience,
}

impl S3Reader {
    async fn read_once(&self, offset_bytes: u64, len_bytes: usize) -> Result<Vec<u8>, RequestError> {
        let read = self.bucket.read(self.id, &self.object.etag, offset_bytes, len_bytes);
        match tokio::time::timeout(READ_TIMEOUT, read).await {
            Ok(read) => read,
            Err(late) => Err(RequestError::CutOff { doing: "reading a blob", source: late.into() }),
        }
    }
}

#[async_trait]
impl BlobReader for S3Reader {
    fn len_bytes(&self) -> u64 {
        self.object.len_bytes
    }

    async fn read_at(&self, offset_bytes: u64, len_bytes: usize) -> Result<Buffer, BlobError> {
        let end = offset_bytes.checked_add(len_bytes as u64);
        // Before the buffer is made: a wrong length must not take the memory.
        if end.is_none_or(|end| end > self.object.len_bytes) {
            return Err(BlobError::Failed(io::ErrorKind::UnexpectedEof.into()));
        }
        if len_bytes == 0 {
            return Ok(Buffer::default());
        }
        Ok(self.patience.of_request(|| self.read_once(offset_bytes, len_bytes)).await?.into())
    }
}
