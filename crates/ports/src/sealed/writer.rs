//! Plaintext in, a sealed blob out.

use super::behind::{Behind, Committed};
use super::pressure::Pressure;
use super::reader::reopened;
use super::{NewBlob, SealedError, failed_before};
use crate::blobs::{BlobWriter, Blobs};
use crate::keys::KeyService;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;
use valkeep_domain::ids::BlobId;
use valkeep_seal::{
    Buffer, DataKey, Header, Piece, PlainDigest, ReadBack, Sealer, Segment, SegmentSealer, SegmentSize, Zipper,
};

/// Segments that are zipped and sealed at once, one for each core. More would not make a stream faster than its node.
const MOST_AT_ONCE: usize = 2;

/// A stream that is being sealed. Dropped without commit, it leaves nothing that can be read.
///
/// A piece passes three threads: one zips and seals it, one digests it, one writes it. They are begun and awaited here, so the
/// caller's own task has nothing to do but cut the stream.
#[derive(Debug)]
pub struct SealedWriter {
    id: BlobId,
    sealer: Sealer,
    segments: SegmentSealer,
    /// Pieces that are being sealed, in the order of the stream.
    sealing: VecDeque<JoinHandle<(Segment, Buffer, Zipper)>>,
    at_once: usize,
    /// zstd's memory of threads that are done.
    zippers: Vec<Zipper>,
    /// The digest that takes a piece; `None` once something failed.
    digesting: Option<JoinHandle<PlainDigest>>,
    pressure: Pressure,
    blob: Box<dyn BlobWriter>,
    behind: Behind,
}

impl SealedWriter {
    /// Begins a blob under a fresh data key.
    ///
    /// # Errors
    /// Those of the key service and of [`Blobs::create`]; `Seal` when a field is too long.
    pub async fn create(blobs: &dyn Blobs, keys: &dyn KeyService, new: NewBlob) -> Result<Self, SealedError> {
        let fresh = keys.generate_data_key(&new.key_arn, &new.context).await?;
        let header = Header {
            blob_id: valkeep_seal::BlobId(new.id.0),
            segment_size: SegmentSize::DEFAULT,
            key_arn: new.key_arn,
            wrapped_key: fresh.wrapped,
            context: new.context,
            subject: new.subject,
        };
        let (sealer, head) = Sealer::new(&header, DataKey::from(fresh.plain), new.compression)?;
        let opener = if new.read_behind { Some(reopened(keys, &header, &head).await?) } else { None };
        let mut blob = blobs.create(new.id).await?;
        blob.write(head.into()).await?;
        Ok(Self {
            id: new.id,
            segments: sealer.segments(),
            sealer,
            sealing: VecDeque::new(),
            at_once: available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_AT_ONCE),
            zippers: Vec::new(),
            digesting: Some(spawn_blocking(PlainDigest::new)),
            pressure: Pressure::default(),
            blob,
            behind: Behind::new(opener, ReadBack::of_stream()),
        })
    }

    /// Takes the next plaintext, in any portions. Each byte is copied once, into the piece that is sealed.
    ///
    /// # Errors
    /// Those of [`BlobWriter::write`]; `Seal` when the stream is too long, or when what was read back already is not what was
    /// sealed. The blob cannot be committed then.
    pub async fn push(&mut self, mut plain: &[u8]) -> Result<(), SealedError> {
        while let Some(piece) = self.sealer.push(&mut plain) {
            self.begin(piece).await?;
        }
        Ok(())
    }

    /// Ends the stream with the caller's `facts` on it. Returns when the blob survives power loss.
    ///
    /// # Errors
    /// Those of [`BlobWriter::commit`]; `Seal` when the facts are too long.
    pub async fn commit(mut self, facts: &[u8]) -> Result<Committed, SealedError> {
        let last = self.sealer.last();
        self.begin(last).await?;
        while let Some(sealing) = self.sealing.pop_front() {
            self.bind(sealing).await?;
        }
        let digest = self.digesting.take().ok_or_else(failed_before)?.await?;
        let (sealed, end) = self.sealer.finish(digest, facts)?;
        self.blob.write(end.into()).await?;
        self.blob.commit().await?;
        Ok(Committed { id: self.id, sealed, behind: self.behind })
    }

    /// Begins to seal a piece, once there is room for it.
    async fn begin(&mut self, piece: Piece) -> Result<(), SealedError> {
        let full = self.sealing.len() >= self.at_once;
        let waits = full && self.sealing.front().is_some_and(|oldest| !oldest.is_finished());
        self.sealer.hurry(self.pressure.observe(Instant::now(), waits));
        if full && let Some(oldest) = self.sealing.pop_front() {
            self.bind(oldest).await?;
        }
        let (segments, mut zipper) = (self.segments.clone(), self.zippers.pop().unwrap_or_default());
        self.sealing.push_back(spawn_blocking(move || {
            let (segment, plain) = segments.seal(piece, &mut zipper);
            (segment, plain, zipper)
        }));
        Ok(())
    }

    /// Writes the oldest segment and lets its plaintext be digested.
    async fn bind(&mut self, sealing: JoinHandle<(Segment, Buffer, Zipper)>) -> Result<(), SealedError> {
        let (segment, plain, zipper) = sealing.await?;
        self.zippers.push(zipper);
        let mut digest = self.digesting.take().ok_or_else(failed_before)?.await?;
        self.digesting = Some(spawn_blocking(move || {
            digest.update(&plain);
            digest
        }));
        self.blob.write(self.sealer.append(segment)?).await?;
        self.behind.follow(self.blob.as_ref(), |number| self.sealer.segment(number))
    }
}
