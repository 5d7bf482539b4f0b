//! Bodies in and out: streams from the wire into sealed blobs, ranges of sealed blobs onto the wire.

use super::EmbeddedS3;
use super::checksums::{Claims, Passed};
use super::error::{Trouble, refuse};
use super::hashing::Hashing;
use super::records::{Body, ObjectRecord, PartRecord};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use s3s::S3ErrorCode;
use s3s::dto::StreamingBlob;
use std::ops::Range;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc;
use valkeep_domain::ids::BlobId;
use valkeep_domain::size::ByteCount;
use valkeep_ports::blobs::{BlobRecord, BlobState};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};
use valkeep_ports::sealed::{NewBlob, SealedError, SealedReader, SealedWriter};
use valkeep_seal::Compression;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Largest object of one request, and largest part (S3 User Guide, "Amazon S3 multipart upload limits"): 5 GiB.
pub(crate) const MAX_BODY_BYTES: u64 = 5 << 30;

/// Pieces that are read ahead of the client, at most 1 MiB each.
const READ_AHEAD_PIECES: usize = 2;

/// A body that is stored, but not visible yet.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) blob: BlobRecord,
    pub(crate) etag: String,
    pub(crate) checksums: super::checksums::Checksums,
    pub(crate) size_bytes: u64,
}

impl Stored {
    /// Gives the blob to its first owner, in the transaction that makes the owner visible.
    pub(crate) fn own(&self, tx: &mut Tx<'_>) -> Result<(), Trouble> {
        let state = tx.get::<BlobRecord>(&self.blob.id.to_string())?.map(|blob| blob.state);
        if state != Some(BlobState::Writing { job: None }) {
            return Err(Trouble::Raced("the sweeper took the upload for dead"));
        }
        Ok(tx.replace(&BlobRecord { state: BlobState::Sealed { references: 1 }, ..self.blob.clone() })?)
    }
}

/// Takes one reference from a blob; the last one leaves it to the sweeper.
pub(crate) fn release(tx: &mut Tx<'_>, blob: BlobId) -> Result<(), CatalogError> {
    let Some(record) = tx.get::<BlobRecord>(&blob.to_string())? else { return Ok(()) };
    tx.replace(&BlobRecord { state: record.state.released(), ..record })
}

/// Leaves a blob to the sweeper, unless it has an owner by now.
fn abandon(tx: &mut Tx<'_>, blob: BlobId) -> Result<(), CatalogError> {
    let Some(record) = tx.get::<BlobRecord>(&blob.to_string())? else { return Ok(()) };
    match record.state.abandoned() {
        Some(state) => tx.replace(&BlobRecord { state, ..record }),
        None => Ok(()),
    }
}

/// The pause before a catalog that was away is asked again. Our choice.
const FORGET_AGAIN: Duration = Duration::from_secs(5);

/// Parts that are looked at together when all of an upload are visited.
const PARTS_PAGE: usize = 1000;

/// Every part of an upload, in the order of numbers: at most 10,000.
pub(crate) fn parts_of(tx: &mut Tx<'_>, upload: &str) -> Result<Vec<PartRecord>, CatalogError> {
    let mut parts: Vec<PartRecord> = Vec::new();
    loop {
        let scan = Scan::keys(&PartRecord::keys_of(upload), PARTS_PAGE);
        let scan = match parts.last() {
            Some(last) => scan.after(&PartRecord::key_of(upload, last.number)),
            None => scan,
        };
        let page = tx.scan::<PartRecord>(&scan)?;
        let done = page.len() < PARTS_PAGE;
        parts.extend(page);
        if done {
            return Ok(parts);
        }
    }
}

/// Gives up the bytes of an object that goes or is replaced.
pub(crate) fn release_body(tx: &mut Tx<'_>, body: &Body) -> Result<(), CatalogError> {
    match body {
        Body::Whole { blob } => release(tx, *blob),
        Body::Parts { upload, .. } => release_parts(tx, upload),
    }
}

/// Removes the parts of an upload with their bytes.
pub(crate) fn release_parts(tx: &mut Tx<'_>, upload: &str) -> Result<(), CatalogError> {
    for part in parts_of(tx, upload)? {
        remove_part(tx, &part)?;
    }
    Ok(())
}

/// Removes one part with its bytes.
pub(crate) fn remove_part(tx: &mut Tx<'_>, part: &PartRecord) -> Result<(), CatalogError> {
    release(tx, part.blob)?;
    tx.remove::<PartRecord>(&PartRecord::key_of(&part.upload, part.number))?;
    Ok(())
}

/// Does work that stores a body to its end: neither a client that goes away nor a job that is given up leaves a blob without
/// an owner.
///
/// # Errors
/// Those of `work`.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Trouble>> + Send + 'static,
) -> Result<T, Trouble> {
    tokio::spawn(work).await.map_err(SealedError::from)?
}

impl EmbeddedS3 {
    /// Seals a body into a fresh blob while it is hashed. Whatever goes wrong, the blob is left to the sweeper; so this is
    /// called inside [`to_its_end`].
    ///
    /// # Errors
    /// The refusals of [`Hashing::finish`], `EntityTooLarge`, `SlowDown`; failures of the stores.
    pub(crate) async fn store_body<S>(
        &self,
        bucket: &str,
        key: &str,
        claims: &Claims,
        body: S,
    ) -> Result<Stored, Trouble>
    where
        S: Stream<Item = Result<Bytes, BoxError>> + Send,
    {
        if claims.length_bytes.is_some_and(|length| length > MAX_BODY_BYTES) {
            return Err(too_large().into());
        }
        let _place = self.places.to_write().await?;
        let key_arn = self.keys.default_key().await?;
        let id = BlobId(self.ids.random());
        let record = BlobRecord {
            id,
            state: BlobState::Writing { job: None },
            stored_bytes: ByteCount(0),
            key_arn,
            checked_at: None,
        };
        let begun = record.clone();
        self.store.write(move |tx| tx.insert(&begun)).await?;
        match self.seal_body(&record, bucket, key, claims, body).await {
            Ok((passed, stored_bytes)) => Ok(Stored {
                blob: BlobRecord { stored_bytes: ByteCount(stored_bytes), ..record },
                etag: hex::encode(passed.md5),
                checksums: passed.checksums,
                size_bytes: passed.length_bytes,
            }),
            Err(trouble) => {
                self.forget(id).await;
                Err(trouble)
            }
        }
    }

    async fn seal_body<S>(
        &self,
        blob: &BlobRecord,
        bucket: &str,
        key: &str,
        claims: &Claims,
        body: S,
    ) -> Result<(Passed, u64), Trouble>
    where
        S: Stream<Item = Result<Bytes, BoxError>> + Send,
    {
        let context = [("bucket", bucket), ("key", key), ("blob", &blob.id.to_string())];
        let new = NewBlob {
            id: blob.id,
            key_arn: blob.key_arn.clone(),
            context: context.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            subject: format!("s3 object {bucket}/{key}").into_bytes(),
            // Exports are compressed by the engine already, and parts of other objects are the client's choice.
            compression: Compression::None,
            read_behind: false,
        };
        let mut writer = SealedWriter::create(self.blobs.as_ref(), self.keys.as_ref(), new).await?;
        let mut hashing = Hashing::new(claims);
        let mut body = pin!(body);
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(Trouble::Body)?;
            hashing.push(&piece).await?;
            if hashing.length_bytes() > MAX_BODY_BYTES {
                return Err(too_large().into());
            }
            writer.push(&piece).await?;
        }
        let passed = hashing.finish(claims).await?;
        let committed = writer.commit(&[]).await?;
        Ok((passed, committed.sealed.stored_bytes))
    }

    /// Leaves a blob that nobody owns to the sweeper; the transaction that would have given it an owner failed, or only its
    /// answer was lost. A catalog that is away is asked again until it is back.
    pub(crate) async fn forget(&self, blob: BlobId) {
        let Err(error) = self.store.write(move |tx| abandon(tx, blob)).await else { return };
        tracing::warn!(%blob, error = &error as &dyn std::error::Error, "an unused blob waits for the catalog");
        let store = self.store.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(FORGET_AGAIN).await;
                if store.write(move |tx| abandon(tx, blob)).await.is_ok() {
                    return;
                }
            }
        });
    }

    /// The blobs of an object with the part of the object that each holds.
    pub(crate) async fn blobs_of(&self, object: &ObjectRecord) -> Result<Vec<(BlobId, Range<u64>)>, Trouble> {
        let upload = match &object.body {
            Body::Whole { blob } => return Ok(vec![(*blob, 0..object.size_bytes)]),
            Body::Parts { upload, .. } => upload.clone(),
        };
        let parts = self.store.read(move |tx| parts_of(tx, &upload)).await?;
        let mut at = 0;
        Ok(parts
            .iter()
            .map(|part| {
                let start = at;
                at += part.size_bytes;
                (part.blob, start..at)
            })
            .collect())
    }

    /// The bytes of a range of an object. The first blob is opened before this returns, so that what is gone is an error
    /// and not a broken answer.
    ///
    /// # Errors
    /// Failures of the stores.
    pub(crate) async fn read_body(&self, object: &ObjectRecord, range: Range<u64>) -> Result<StreamingBlob, Trouble> {
        let place = self.places.to_read().await?;
        let mut blobs = self.blobs_of(object).await?;
        blobs.retain(|(_, held)| held.start < range.end && range.start < held.end);
        let mut blobs = blobs.into_iter();
        let (sender, mut receiver) = mpsc::channel(READ_AHEAD_PIECES);
        if let Some((blob, held)) = blobs.next() {
            let first = self.open(blob).await?;
            let store = self.clone();
            tokio::spawn(async move { store.send_all((first, held), blobs, range, sender).await });
        }
        Ok(StreamingBlob::wrap(futures_util::stream::poll_fn(move |context| {
            // The place is free again when the answer is.
            let _place = &place;
            receiver.poll_recv(context)
        })))
    }

    /// Sends the pieces of all blobs; ends early when the client is gone.
    async fn send_all(
        self,
        first: (SealedReader, Range<u64>),
        rest: impl Iterator<Item = (BlobId, Range<u64>)>,
        range: Range<u64>,
        sender: mpsc::Sender<Result<Bytes, std::io::Error>>,
    ) {
        let sent = async {
            send(first, &range, &sender).await?;
            for (blob, held) in rest {
                if sender.is_closed() {
                    break;
                }
                send((self.open(blob).await?, held), &range, &sender).await?;
            }
            Ok::<(), SealedError>(())
        };
        if let Err(error) = sent.await {
            tracing::error!(error = &error as &dyn std::error::Error, "an object could not be read to its end");
            // The client sees a broken answer, or is gone.
            sender.send(Err(std::io::Error::other(error))).await.ok();
        }
    }

    async fn open(&self, blob: BlobId) -> Result<SealedReader, SealedError> {
        SealedReader::open(self.blobs.as_ref(), self.keys.as_ref(), blob).await
    }
}

async fn send(
    (reader, held): (SealedReader, Range<u64>),
    range: &Range<u64>,
    sender: &mpsc::Sender<Result<Bytes, std::io::Error>>,
) -> Result<(), SealedError> {
    let inside = range.start.saturating_sub(held.start)..range.end.min(held.end) - held.start;
    let mut pieces = reader.pieces(inside);
    while let Some(piece) = pieces.next().await? {
        if sender.send(Ok(Bytes::from_owner(piece))).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn too_large() -> super::error::Refusal {
    refuse(S3ErrorCode::EntityTooLarge, "Your proposed upload exceeds the maximum allowed object size.")
}
