//! The parts on their way: one stream is read and checked in order, a few parts of it travel at the same time.
//!
//! A part takes a place before it is read and leaves it when it is stored, so the places bound the memory. After a part that
//! cannot be stored no other is begun; those on their way come to their end and are recorded.

use super::OpenUpload;
use super::object::Object;
use super::parts::{at_once, cut, record, recorded};
use crate::crash::{CrashPoint, reached};
use crate::jobs::StepError;
use crate::snapshots::verified::{Verified, VerifyError};
use bytes::Bytes;
use std::collections::BTreeSet;
use std::iter;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use valkeep_domain::names::SnapshotName;
use valkeep_ports::buckets::{BucketError, ExportBuckets, Upload, UploadedPart};
use valkeep_seal::Buffers;

/// Why an upload is not complete.
pub(super) enum Unsent {
    /// The store lost it.
    UploadGone,
    Other(StepError),
}

impl From<StepError> for Unsent {
    fn from(error: StepError) -> Self {
        Self::Other(error)
    }
}

impl From<BucketError> for Unsent {
    fn from(error: BucketError) -> Self {
        match error {
            BucketError::UploadGone => Self::UploadGone,
            BucketError::Refused(_) | BucketError::Unavailable(_) | BucketError::Failed(_) => Self::Other(error.into()),
        }
    }
}

/// A part that was read and is to be stored.
struct Part {
    number: u16,
    bytes: Bytes,
    place: OwnedSemaphorePermit,
}

/// A part that is stored.
struct Stored {
    part: UploadedPart,
    bytes: u64,
}

/// Stores the parts that are not on record. Succeeds only when the whole stream was vouched for and every part of it is
/// stored and on record.
pub(super) async fn send(object: &Object<'_>, snapshot: &SnapshotName, open: &OpenUpload) -> Result<(), Unsent> {
    let there: BTreeSet<u16> = recorded(object.control, object.held).await?.iter().map(|part| part.number).collect();
    let parts = || cut(object.shard.rdb_bytes.0, open.part_bytes);
    object.meter.add(parts().filter(|(number, _)| there.contains(number)).map(|(_, bytes)| bytes).sum());
    let verified = Verified::open(object.control, snapshot, object.position, object.shard).await;
    let stream = Stream { verified: verified.map_err(StepError::from)?, rest: Bytes::new(), parts: Buffers::default() };
    let (sender, receiver) = mpsc::channel(1);
    let (read, stored) = tokio::join!(
        stream.read(parts().map(|part| (part, there.contains(&part.0))), at_once(open.part_bytes), sender),
        store(object, open, receiver),
    );
    // A stream that was not read to its end was stopped by a part that could not be stored.
    stored?;
    Ok(read.map_err(StepError::from)?)
}

/// The plaintext of a shard, which is vouched for at its end.
struct Stream {
    verified: Verified,
    /// What was read and is not yet in a part.
    rest: Bytes,
    /// For parts.
    parts: Buffers,
}

impl Stream {
    /// Reads all `parts`, and gives on those that are not there yet. Ends early when nobody takes them any more.
    async fn read(
        mut self,
        parts: impl Iterator<Item = ((u16, u64), bool)>,
        places: usize,
        sender: mpsc::Sender<Part>,
    ) -> Result<(), VerifyError> {
        let places = Arc::new(Semaphore::new(places));
        for ((number, len_bytes), is_there) in parts {
            if is_there {
                self.take(len_bytes, |_| ()).await?;
                continue;
            }
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            let mut bytes = self.parts.take(usize::try_from(len_bytes).unwrap_or_default());
            self.take(len_bytes, |piece| bytes.extend_from_slice(piece)).await?;
            let bytes = Bytes::from_owner(bytes);
            if sender.send(Part { number, bytes, place }).await.is_err() {
                return Ok(());
            }
        }
        while self.verified.next().await?.is_some() {}
        Ok(())
    }

    /// Takes the next bytes of the stream; fewer only at its end.
    async fn take(&mut self, mut len_bytes: u64, mut taken: impl FnMut(&[u8])) -> Result<(), VerifyError> {
        while len_bytes > 0 {
            if self.rest.is_empty() {
                match self.verified.next().await? {
                    Some(piece) => self.rest = piece,
                    None => break,
                }
            }
            let most = usize::try_from(len_bytes).unwrap_or(usize::MAX).min(self.rest.len());
            taken(&self.rest.split_to(most));
            len_bytes -= most as u64;
        }
        Ok(())
    }
}

/// Stores parts as they come, and records those that are stored. After a failure no other is begun.
async fn store(object: &Object<'_>, open: &OpenUpload, mut parts: mpsc::Receiver<Part>) -> Result<(), Unsent> {
    let mut under_way = JoinSet::new();
    let mut outcome = Ok(());
    loop {
        tokio::select! {
            Some(part) = parts.recv(), if outcome.is_ok() => {
                under_way.spawn(store_part(object.control.ports.buckets.clone(), open.upload.clone(), part));
            }
            Some(ended) = under_way.join_next() => {
                let mut stored = Vec::new();
                for ended in iter::once(ended).chain(iter::from_fn(|| under_way.try_join_next())) {
                    match ended {
                        Ok(Ok(part)) => stored.push(part),
                        Ok(Err(error)) => outcome = outcome.and(Err(error.into())),
                        Err(lost) => outcome = outcome.and(Err(StepError::Retry(lost.to_string().into()).into())),
                    }
                }
                outcome = outcome.and(note(object, stored).await);
            }
            else => return outcome,
        }
    }
}

async fn store_part(buckets: Arc<dyn ExportBuckets>, upload: Upload, part: Part) -> Result<Stored, BucketError> {
    let bytes = part.bytes.len() as u64;
    let stored = buckets.upload_part(&upload, part.number, part.bytes).await?;
    reached(CrashPoint::ExportPartUnrecorded);
    drop(part.place);
    Ok(Stored { part: stored, bytes })
}

/// Records what is stored: all that ended meanwhile in one transaction.
async fn note(object: &Object<'_>, stored: Vec<Stored>) -> Result<(), Unsent> {
    if stored.is_empty() {
        return Ok(());
    }
    let bytes = stored.iter().map(|stored| stored.bytes).sum();
    record(object.control, object.held, stored.into_iter().map(|stored| stored.part).collect()).await?;
    object.meter.add(bytes);
    reached(CrashPoint::ExportPartRecorded);
    Ok(())
}
