//! Reading back what was sealed: behind the writing as far as the store can, the rest after the commit.

use super::reader::{SealedReader, opened};
use super::{SealedError, failed_before};
use crate::blobs::{BlobReader, BlobWriter, Blobs};
use crate::keys::KeyService;
use futures_util::stream::TryStreamExt as _;
use std::pin::pin;
use std::sync::Arc;
use tokio::task::{JoinSet, spawn_blocking};
use valkeep_domain::ids::BlobId;
use valkeep_seal::{Opener, Place, ReadBack, SealError, Sealed, SegmentAt};

/// Segments that are read back in one go: what is settled waits in the store, not in memory.
const STEP_SEGMENTS: u64 = 64;

/// Reads back what is settled of a blob while more of it is written.
#[derive(Debug)]
pub(super) struct Behind {
    /// `None`: everything is left for after the commit.
    opener: Option<Arc<Opener>>,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Resting(ReadBack),
    /// One task, which ends when this is dropped.
    Reading(JoinSet<Result<ReadBack, SealedError>>),
    Failed,
}

impl Behind {
    /// For the blob that `opener` opens.
    pub(super) fn new(opener: Option<Opener>, read: ReadBack) -> Self {
        Self { opener: opener.map(Arc::new), step: Step::Resting(read) }
    }

    /// Goes on with what is settled by now, unless a step is under way. `place` says where an appended segment lies.
    ///
    /// # Errors
    /// Those of the last step: what was read back is not what was sealed, or cannot be read.
    pub(super) fn follow(
        &mut self,
        blob: &dyn BlobWriter,
        place: impl Fn(u64) -> Option<SegmentAt>,
    ) -> Result<(), SealedError> {
        let Some(opener) = &self.opener else { return Ok(()) };
        let read = match std::mem::replace(&mut self.step, Step::Failed) {
            Step::Resting(read) => read,
            Step::Reading(mut task) => match task.try_join_next() {
                Some(done) => done??,
                None => {
                    self.step = Step::Reading(task);
                    return Ok(());
                }
            },
            Step::Failed => return Err(failed_before()),
        };
        let settled = blob.settled();
        let settled_bytes = settled.as_ref().map_or(0, |settled| settled.len_bytes());
        let is_settled = |at: &SegmentAt| at.offset + u64::from(at.stored_bytes) <= settled_bytes;
        let next = read.next_number();
        let places: Vec<SegmentAt> = (next..next + STEP_SEGMENTS).map_while(|n| place(n).filter(is_settled)).collect();
        self.step = match settled {
            Some(settled) if !places.is_empty() => {
                let mut task = JoinSet::new();
                task.spawn(read_back(settled.into(), Arc::clone(opener), places.into_iter(), read));
                Step::Reading(task)
            }
            Some(_) | None => Step::Resting(read),
        };
        Ok(())
    }

    /// How far it came, once the step under way is done.
    async fn stopped(self) -> Result<ReadBack, SealedError> {
        match self.step {
            Step::Resting(read) => Ok(read),
            Step::Reading(mut task) => task.join_next().await.ok_or_else(failed_before)??,
            Step::Failed => Err(failed_before()),
        }
    }
}

/// Opens the segments at `places` and takes them as read.
async fn read_back(
    blob: Arc<dyn BlobReader>,
    opener: Arc<Opener>,
    places: impl Iterator<Item = SegmentAt> + Send + 'static,
    mut read: ReadBack,
) -> Result<ReadBack, SealedError> {
    let unzips = read.unzips();
    let mut segments = pin!(opened(blob, places, move |at, stored| {
        if unzips { opener.open_segment(at, stored) } else { opener.open_stored(at, stored) }
    }));
    while let Some((at, body)) = segments.try_next().await? {
        read = spawn_blocking(move || read.take(&at, &body).map(|()| read)).await??;
    }
    Ok(read)
}

/// A blob that survives power loss, and was perhaps not read back to its end.
#[derive(Debug)]
pub struct Committed {
    pub id: BlobId,
    pub sealed: Sealed,
    pub(super) behind: Behind,
}

impl Committed {
    /// The one place that decides that a blob was read back: every segment came from the store and was opened, in order, at
    /// the places that the stored footer names; head, footer and tail were read from the committed blob; sizes and digest are
    /// those of the stream that went in. Segments of a fresh stream were unzipped; those of a copy need not be
    /// ([`ReadBack::of_copy`]).
    ///
    /// # Errors
    /// Those of [`SealedReader::open`]; `Seal` where the blob is not what was sealed.
    pub async fn read_back(self, blobs: &dyn Blobs, keys: &dyn KeyService) -> Result<Sealed, SealedError> {
        let Self { id, sealed, behind } = self;
        let read = behind.stopped().await?;
        let SealedReader { blob, opener, footer } = SealedReader::open(blobs, keys, id).await?;
        let found = (footer.plain_bytes, footer.stored_bytes, footer.sha256);
        if found != (sealed.plain_bytes, sealed.stored_bytes, sealed.sha256) {
            return Err(SealError::Damaged { place: Place::Footer }.into());
        }
        let footer = Arc::new(footer);
        let places = Arc::clone(&footer);
        let rest = (read.next_number()..footer.segment_count()).map_while(move |number| places.segment(number));
        read_back(blob, opener, rest, read).await?.finish(&footer)?;
        Ok(sealed)
    }
}
