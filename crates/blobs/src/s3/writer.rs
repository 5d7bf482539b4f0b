//! A blob that is being written: to the spool at once, to the store when it has time.

use super::spool::Spool;
use super::upload::{Route, Uploader};
use crate::layout::blocking;
use async_trait::async_trait;
use std::io;
use valkeep_ports::blobs::{BlobError, BlobWriter};
use valkeep_seal::Buffer;

#[derive(Debug)]
pub(super) struct S3Writer {
    /// `None` once something failed.
    spool: Option<Spool>,
    uploader: Uploader,
}

impl S3Writer {
    pub(super) fn new(spool: Spool, route: Route) -> Self {
        Self { spool: Some(spool), uploader: Uploader::start(route) }
    }

    fn take_spool(&mut self) -> Result<Spool, BlobError> {
        self.spool.take().ok_or_else(|| BlobError::Failed(io::Error::other("an earlier write of this blob failed")))
    }
}

#[async_trait]
impl BlobWriter for S3Writer {
    async fn write(&mut self, bytes: Buffer) -> Result<(), BlobError> {
        let mut spool = self.take_spool()?;
        let (spool, full) = blocking(move || {
            let full = spool.append(&bytes)?;
            Ok((spool, full))
        })
        .await?;
        for part in full {
            self.uploader.hand_over(part).await?;
        }
        self.spool = Some(spool);
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<(), BlobError> {
        let whole = self.take_spool()?.end()?;
        self.uploader.publish(whole).await
    }
}
