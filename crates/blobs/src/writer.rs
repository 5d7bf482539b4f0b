//! A blob that is being written.
//!
//! The bytes go to the disk on another thread while the caller makes the next ones; one piece is under way at most. Every
//! [`SYNC_EVERY_BYTES`] the data is synced, so that the sync of the commit is short however large the blob is.

use crate::layout::{Layout, blocking, failed, sync_directory};
use async_trait::async_trait;
use std::fs::{self, File};
use std::io::{self, Write};
use tokio::task::JoinHandle;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobWriter};

/// Data that may wait for the disk, in bytes. Our choice: a fraction of a second of a slow disk.
const SYNC_EVERY_BYTES: u64 = 64 << 20;

/// Room that blobs leave to the catalog, which must go on to write when they cannot: deletions are how room comes back.
/// In bytes. Our choice.
const RESERVE_BYTES: u64 = 16 << 20;

/// The file between two pieces, or given up for good.
type Progress = Result<Unfinished, BlobError>;

#[derive(Debug)]
pub(crate) struct LocalWriter {
    id: BlobId,
    layout: Layout,
    /// The piece that is being written; `None` once something failed.
    under_way: Option<JoinHandle<Progress>>,
}

#[derive(Debug)]
struct Unfinished {
    file: File,
    unsynced_bytes: u64,
}

impl LocalWriter {
    pub(crate) fn new(id: BlobId, file: File, layout: Layout) -> Self {
        let ready = tokio::task::spawn_blocking(move || Ok(Unfinished { file, unsynced_bytes: 0 }));
        Self { id, layout, under_way: Some(ready) }
    }

    /// Waits for the piece under way. After a failure there is nothing left to wait for, and the file is closed unsynced.
    async fn settled(&mut self) -> Progress {
        match self.under_way.take() {
            Some(under_way) => under_way.await.map_err(|lost| BlobError::Failed(io::Error::other(lost)))?,
            None => Err(BlobError::Failed(io::Error::other("an earlier write of this blob failed"))),
        }
    }
}

#[async_trait]
impl BlobWriter for LocalWriter {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), BlobError> {
        let unfinished = self.settled().await?;
        self.under_way = Some(tokio::task::spawn_blocking(move || unfinished.append(&bytes).map_err(failed)));
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<(), BlobError> {
        let unfinished = self.settled().await?;
        let (id, layout) = (self.id, self.layout.clone());
        blocking(move || unfinished.publish(id, &layout).map_err(failed)).await
    }
}

/// A blob that is not committed goes at once, so that a full disk gets its room back.
impl Drop for LocalWriter {
    fn drop(&mut self) {
        match fs::remove_file(self.layout.begun(self.id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(blob = %self.id, %error, "a begun blob waits for the sweeper");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

/// Refuses to use up the room that is kept for the catalog.
fn check_room(file: &File) -> io::Result<()> {
    let system = rustix::fs::fstatvfs(file)?;
    let free_bytes = system.f_bavail.saturating_mul(system.f_frsize);
    // What has no size, such as a pipe, does not fill up.
    if system.f_blocks > 0 && free_bytes < RESERVE_BYTES {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
}

impl Unfinished {
    /// Gives the file back only when the bytes, and the sync that is due, succeeded.
    fn append(mut self, bytes: &[u8]) -> io::Result<Self> {
        check_room(&self.file)?;
        self.file.write_all(bytes)?;
        self.unsynced_bytes += bytes.len() as u64;
        if self.unsynced_bytes >= SYNC_EVERY_BYTES {
            self.file.sync_data()?;
            self.unsynced_bytes = 0;
        }
        Ok(self)
    }

    fn publish(self, id: BlobId, layout: &Layout) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(layout.begun(id), layout.committed(id))?;
        sync_directory(&layout.shelf_of(id))?;
        sync_directory(&layout.begun_directory())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_write_is_told_and_loses_the_blob_for_good() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::prepare(directory.path()).unwrap();
        for writes_after in [0, 1, 2] {
            // A device that is always full stands in for the disk.
            let full = File::options().write(true).open("/dev/full").unwrap();
            let mut writer = Box::new(LocalWriter::new(BlobId([1; 16]), full, layout.clone()));
            writer.write(b"bytes".to_vec()).await.unwrap();
            for n in 0..writes_after {
                let outcome = writer.write(b"more".to_vec()).await;
                assert!(
                    if n == 0 { matches!(outcome, Err(BlobError::Full(_))) } else { outcome.is_err() },
                    "{outcome:?}"
                );
            }
            let outcome = writer.commit().await;
            assert!(outcome.is_err());
            assert_eq!(matches!(outcome, Err(BlobError::Full(_))), writes_after == 0, "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn a_failed_sync_gives_the_file_up() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::prepare(directory.path()).unwrap();
        // A pipe takes bytes and refuses to sync them.
        let (mut reading, writing) = io::pipe().unwrap();
        let drain = std::thread::spawn(move || io::copy(&mut reading, &mut io::sink()));
        let unsynced = File::from(std::os::fd::OwnedFd::from(writing));
        let mut writer = Box::new(LocalWriter::new(BlobId([1; 16]), unsynced, layout.clone()));
        writer.write(vec![0; SYNC_EVERY_BYTES as usize]).await.unwrap();
        assert!(matches!(writer.write(b"more".to_vec()).await, Err(BlobError::Failed(_))));
        // The file is closed: its other end sees no more than came before the failed sync.
        assert_eq!(drain.join().unwrap().unwrap(), SYNC_EVERY_BYTES);
        assert!(writer.commit().await.is_err());
        assert!(!layout.committed(BlobId([1; 16])).exists());
    }
}
