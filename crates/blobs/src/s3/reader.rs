//! A committed blob, read in ranges.

use super::bucket::{Bucket, Found};
use super::patience::Patience;
use async_trait::async_trait;
use std::io;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobReader};
use valkeep_seal::Buffer;

#[derive(Debug)]
pub(super) struct S3Reader {
    pub(super) id: BlobId,
    pub(super) bucket: Bucket,
    /// The object as it was when it was opened. Another one under its key is an error.
    pub(super) object: Found,
    pub(super) patience: Patience,
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
        let read = || self.bucket.read(self.id, &self.object.etag, offset_bytes, len_bytes);
        Ok(self.patience.of_request(read).await?.into())
    }
}
