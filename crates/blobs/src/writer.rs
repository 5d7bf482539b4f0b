//! A blob that is being written.
//!
//! The bytes go to the disk on another thread while the caller makes the next ones; one piece is under way at most. Every
//! [`SYNC_EVERY_BYTES`] a third thread syncs what is there, and forgets the system's copies of it where the file system made
//! some. So the sync of the commit is short however large the blob is, and what is settled can be read back from the disk
//! behind the writer.

use crate::direct::BlockWriter;
use crate::layout::{Layout, blocking, failed, sync_directory};
use crate::reader::LocalReader;
use async_trait::async_trait;
use rustix::fs::{Advice, fadvise};
use std::fs::{self, File};
use std::io;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::{JoinHandle, spawn_blocking};
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobReader, BlobWriter};
use valkeep_seal::{Buffer, Buffers};

/// Data that may wait for the disk, in bytes: what is left to sync and to read back at the commit. Our choice.
const SYNC_EVERY_BYTES: u64 = 16 << 20;

/// Room that blobs leave to the catalog, which must go on to write when they cannot: deletions are how room comes back.
/// In bytes. Our choice.
const RESERVE_BYTES: u64 = 16 << 20;

/// The file between two pieces, or given up for good.
type Progress = Result<Unfinished, BlobError>;

#[derive(Debug)]
pub(crate) struct LocalWriter {
    id: BlobId,
    layout: Layout,
    file: Arc<File>,
    settled_bytes: Arc<AtomicU64>,
    /// For what is read back.
    buffers: Buffers,
    /// The piece that is being written; `None` once something failed.
    under_way: Option<JoinHandle<Progress>>,
}

impl LocalWriter {
    pub(crate) fn new(id: BlobId, file: File, layout: Layout) -> Self {
        let (file, settled_bytes) = (Arc::new(file), Arc::new(AtomicU64::new(0)));
        let unfinished = Unfinished {
            file: Arc::clone(&file),
            blocks: BlockWriter::new(),
            sync: None,
            sync_asked_bytes: 0,
            settled_bytes: Arc::clone(&settled_bytes),
        };
        let ready = spawn_blocking(move || Ok(unfinished));
        Self { id, layout, file, settled_bytes, buffers: Buffers::default(), under_way: Some(ready) }
    }

    /// Waits for the piece under way. After a failure there is nothing left to wait for, and nothing is synced any more.
    async fn written(&mut self) -> Progress {
        match self.under_way.take() {
            Some(under_way) => under_way.await.map_err(lost)?,
            None => Err(BlobError::Failed(io::Error::other("an earlier write of this blob failed"))),
        }
    }
}

#[async_trait]
impl BlobWriter for LocalWriter {
    async fn write(&mut self, bytes: Buffer) -> Result<(), BlobError> {
        let mut unfinished = self.written().await?;
        unfinished.sync_behind().await?;
        self.under_way = Some(spawn_blocking(move || unfinished.append(&bytes).map_err(failed)));
        Ok(())
    }

    fn settled(&self) -> Option<Box<dyn BlobReader>> {
        let settled_bytes = self.settled_bytes.load(Ordering::Acquire);
        Some(Box::new(LocalReader::first(Arc::clone(&self.file), settled_bytes, self.buffers.clone())))
    }

    async fn commit(mut self: Box<Self>) -> Result<(), BlobError> {
        let mut unfinished = self.written().await?;
        unfinished.sync_done().await?;
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
pub(crate) fn check_room(file: &File) -> io::Result<()> {
    let system = rustix::fs::fstatvfs(file)?;
    let free_bytes = system.f_bavail.saturating_mul(system.f_frsize);
    // What has no size, such as a pipe, does not fill up.
    if system.f_blocks > 0 && free_bytes < RESERVE_BYTES {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
}

/// The file of a blob, with the sync that runs behind the writing.
#[derive(Debug)]
struct Unfinished {
    file: Arc<File>,
    blocks: BlockWriter,
    sync: Option<JoinHandle<Result<(), BlobError>>>,
    /// Where the sync ends that was asked for last.
    sync_asked_bytes: u64,
    settled_bytes: Arc<AtomicU64>,
}

impl Unfinished {
    /// Gives the file back only when the bytes were taken.
    fn append(mut self, bytes: &[u8]) -> io::Result<Self> {
        check_room(&self.file)?;
        self.blocks.append(&self.file, bytes)?;
        Ok(self)
    }

    /// Begins the sync that is due, once the one before succeeded.
    async fn sync_behind(&mut self) -> Result<(), BlobError> {
        if self.sync.as_ref().is_some_and(JoinHandle::is_finished) {
            self.sync_done().await?;
        }
        if self.blocks.written_bytes() - self.sync_asked_bytes >= SYNC_EVERY_BYTES {
            self.sync_done().await?;
            let file = Arc::clone(&self.file);
            let (from, to) = (self.sync_asked_bytes, self.blocks.written_bytes());
            let settled_bytes = Arc::clone(&self.settled_bytes);
            self.sync_asked_bytes = to;
            self.sync = Some(spawn_blocking(move || {
                file.sync_data().map_err(failed)?;
                forget_cached(&file, from, to);
                settled_bytes.store(to, Ordering::Release);
                Ok(())
            }));
        }
        Ok(())
    }

    /// Waits for the sync under way.
    async fn sync_done(&mut self) -> Result<(), BlobError> {
        match self.sync.take() {
            Some(sync) => sync.await.map_err(lost)?,
            None => Ok(()),
        }
    }

    fn publish(mut self, id: BlobId, layout: &Layout) -> io::Result<()> {
        self.blocks.finish(&self.file)?;
        self.file.sync_all()?;
        forget_cached(&self.file, self.sync_asked_bytes, self.blocks.written_bytes());
        fs::rename(layout.begun(id), layout.committed(id))?;
        sync_directory(&layout.shelf_of(id))?;
        sync_directory(&layout.begun_directory())
    }
}

/// Lets the system drop its copy of synced bytes, so that the next read is one of the disk. Advice only: a system that keeps
/// the copy keeps the right bytes.
fn forget_cached(file: &File, from: u64, to: u64) {
    fadvise(file, from, NonZeroU64::new(to - from), Advice::DontNeed).ok();
}

/// A thread that ended without an answer.
fn lost(error: tokio::task::JoinError) -> BlobError {
    BlobError::Failed(io::Error::other(error))
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
            writer.write(vec![1; 1 << 20].into()).await.unwrap();
            for n in 0..writes_after {
                let outcome = writer.write(vec![2; 1 << 20].into()).await;
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
        let mut outcomes = Vec::new();
        // The sync that is due after the first piece runs beside the second; the third waits for it.
        for _ in 0..5 {
            outcomes.push(writer.write(vec![0; SYNC_EVERY_BYTES as usize].into()).await);
        }
        assert!(outcomes[0].is_ok());
        assert!(outcomes[2..].iter().all(|outcome| matches!(outcome, Err(BlobError::Failed(_)))), "{outcomes:?}");
        assert_eq!(writer.settled().unwrap().len_bytes(), 0);
        assert!(writer.commit().await.is_err());
        // The file is closed: its other end sees no more than came before the failure was known.
        assert!(drain.join().unwrap().unwrap() <= 2 * SYNC_EVERY_BYTES);
        assert!(!layout.committed(BlobId([1; 16])).exists());
    }

    #[tokio::test]
    async fn a_sync_that_fails_behind_the_last_piece_fails_the_commit() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::prepare(directory.path()).unwrap();
        let (mut reading, writing) = io::pipe().unwrap();
        let drain = std::thread::spawn(move || io::copy(&mut reading, &mut io::sink()));
        let unsynced = File::from(std::os::fd::OwnedFd::from(writing));
        let mut writer = Box::new(LocalWriter::new(BlobId([1; 16]), unsynced, layout.clone()));
        writer.write(vec![0; SYNC_EVERY_BYTES as usize].into()).await.unwrap();
        assert!(writer.commit().await.is_err());
        drain.join().unwrap().unwrap();
        assert!(!layout.committed(BlobId([1; 16])).exists());
    }

    #[tokio::test]
    async fn what_was_synced_can_be_read_back_while_more_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::prepare(directory.path()).unwrap();
        let file = File::options().read(true).write(true).create_new(true).open(layout.begun(BlobId([1; 16]))).unwrap();
        let mut writer = Box::new(LocalWriter::new(BlobId([1; 16]), file, layout));
        for n in 1..=4 {
            writer.write(vec![n; SYNC_EVERY_BYTES as usize].into()).await.unwrap();
        }
        // The fourth piece waited for the sync of the second.
        let settled = writer.settled().unwrap();
        assert!(settled.len_bytes() >= 2 * SYNC_EVERY_BYTES, "{}", settled.len_bytes());
        assert_eq!(settled.read_at(SYNC_EVERY_BYTES - 1, 2).await.unwrap(), [1, 2]);
        writer.commit().await.unwrap();
    }
}
