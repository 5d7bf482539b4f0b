//! Streams as sealed blobs: what is written is sealed on its way, what is read is opened, a few segments at a time.

use crate::blobs::{BlobError, BlobReader, BlobWriter, Blobs};
use crate::keys::{KeyError, KeyService};
use std::ops::Range;
use valkeep_domain::ids::BlobId;
use valkeep_seal::{
    Compression, DataKey, Decoded, Footer, Header, Opener, Place, Resealer, SealError, Sealed, Sealer, SegmentSize,
    Tail,
};

/// Plaintext that is sealed in one go, in bytes: bounds what waits in memory when a caller pushes much.
const PIECE_BYTES: usize = 1 << 20;

/// First read of a blob, in bytes: longer than the head of nearly every blob.
const HEAD_GUESS_BYTES: u64 = 4 << 10;

/// Why a stream was not sealed or not opened.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The blob is damaged, or a wish is outside the limits of the format.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The blob that lies under one id says it is another.
    #[error("blob {asked} holds the blob {found}")]
    Swapped { asked: BlobId, found: BlobId },
}

/// What is known of a blob before its first byte.
#[derive(Clone, Debug)]
pub struct NewBlob {
    pub id: BlobId,
    /// ARN of the named key that wraps the fresh data key.
    pub key_arn: String,
    /// Encryption context of the wrapping.
    pub context: Vec<(String, String)>,
    /// What the blob holds, enough to rebuild a lost catalog. Not secret.
    pub subject: Vec<u8>,
    pub compression: Compression,
}

/// What is known of a blob that is another one sealed anew.
#[derive(Clone, Debug)]
pub struct ResealedBlob {
    pub id: BlobId,
    /// ARN of the named key that wraps the fresh data key.
    pub key_arn: String,
    /// Encryption context of the wrapping.
    pub context: Vec<(String, String)>,
    /// What the blob holds. Not secret.
    pub subject: Vec<u8>,
}

/// A stream that is being sealed. Dropped without commit, it leaves nothing that can be read.
#[derive(Debug)]
pub struct SealedWriter {
    sealer: Sealer,
    blob: Box<dyn BlobWriter>,
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
        let (sealer, head) = Sealer::new(&header, DataKey::from_bytes(*fresh.plain), new.compression)?;
        let mut blob = blobs.create(new.id).await?;
        blob.write(head).await?;
        Ok(Self { sealer, blob })
    }

    /// Takes the next plaintext, in any portions.
    ///
    /// # Errors
    /// Those of [`BlobWriter::write`]; `Seal` when the stream is too long.
    pub async fn push(&mut self, plain: &[u8]) -> Result<(), SealedError> {
        for piece in plain.chunks(PIECE_BYTES) {
            let mut out = Vec::new();
            self.sealer.push(piece, &mut out)?;
            if !out.is_empty() {
                self.blob.write(out).await?;
            }
        }
        Ok(())
    }

    /// Ends the stream with the caller's `facts` on it. Returns when the blob survives power loss.
    ///
    /// # Errors
    /// Those of [`BlobWriter::commit`]; `Seal` when the facts are too long.
    pub async fn commit(mut self, facts: &[u8]) -> Result<Sealed, SealedError> {
        let mut out = Vec::new();
        let sealed = self.sealer.finish(facts, &mut out)?;
        self.blob.write(out).await?;
        self.blob.commit().await?;
        Ok(sealed)
    }
}

/// A sealed blob that can be read anywhere.
#[derive(Debug)]
pub struct SealedReader {
    blob: Box<dyn BlobReader>,
    opener: Opener,
    footer: Footer,
}

impl SealedReader {
    /// Opens head and footer of a blob; the head names the key that unwraps its data key.
    ///
    /// # Errors
    /// Those of [`Blobs::open`] and of the key service; `Seal` when it is damaged; `Swapped`.
    pub async fn open(blobs: &dyn Blobs, keys: &dyn KeyService, id: BlobId) -> Result<Self, SealedError> {
        let blob = blobs.open(id).await?;
        let (header, head) = read_head(blob.as_ref()).await?;
        let found = BlobId(header.blob_id.0);
        if found != id {
            return Err(SealedError::Swapped { asked: id, found });
        }
        Self::behind(blob, header, &head, keys).await
    }

    /// Opens head and footer of a blob that was found somewhere; its header says which one it is.
    ///
    /// # Errors
    /// Those of the reader and of the key service; `Seal` when it is damaged.
    pub async fn of(blob: Box<dyn BlobReader>, keys: &dyn KeyService) -> Result<Self, SealedError> {
        let (header, head) = read_head(blob.as_ref()).await?;
        Self::behind(blob, header, &head, keys).await
    }

    async fn behind(
        blob: Box<dyn BlobReader>,
        header: Header,
        head: &[u8],
        keys: &dyn KeyService,
    ) -> Result<Self, SealedError> {
        let key = keys.unwrap_data_key(&header.key_arn, &header.wrapped_key, &header.context).await?;
        let opener = Opener::new(head, &DataKey::from_bytes(*key))?;
        let footer = read_footer(blob.as_ref(), &opener).await?;
        Ok(Self { blob, opener, footer })
    }

    /// The header, authenticated.
    pub fn header(&self) -> &Header {
        self.opener.header()
    }

    /// What the writer knew at the end: sizes, digest, facts.
    pub fn footer(&self) -> &Footer {
        &self.footer
    }

    /// The plaintext of `range`, in order, one segment at a time; what lies behind the end of the stream is left out.
    pub fn pieces(self, range: Range<u64>) -> Pieces {
        Pieces { numbers: self.footer.covering(range.clone()), range, reader: self }
    }

    async fn segment(&self, number: u64, range: &Range<u64>) -> Result<Vec<u8>, SealedError> {
        let at = self.footer.segment(number).expect("the footer gave the number itself");
        let stored = self.blob.read_at(at.offset, at.stored_bytes as usize).await?;
        let mut plain = Vec::new();
        self.opener.open_segment(&self.footer, number, &stored, &mut plain)?;
        let cut = |position: u64| {
            let inside = position.clamp(at.plain_range.start, at.plain_range.end) - at.plain_range.start;
            usize::try_from(inside).expect("a segment has at most 4 MiB")
        };
        plain.truncate(cut(range.end));
        plain.drain(..cut(range.start).min(plain.len()));
        Ok(plain)
    }
}

/// The plaintext of a range of a blob, piece by piece.
#[derive(Debug)]
pub struct Pieces {
    reader: SealedReader,
    numbers: Range<u64>,
    range: Range<u64>,
}

impl Pieces {
    /// The next bytes, at most a segment; `None` at the end.
    ///
    /// # Errors
    /// Those of [`BlobReader::read_at`]; `Seal` when the segment is damaged.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, SealedError> {
        match self.numbers.next() {
            Some(number) => self.reader.segment(number, &self.range).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Writes a blob anew under another key and a fresh data key, without unzipping: plaintext, facts and compression stay
/// those of the source. `moved` hears of the plaintext bytes of each segment that is written. Returns when the new blob
/// survives power loss.
///
/// # Errors
/// Those of [`SealedReader::open`] and [`SealedWriter::create`]; `Seal` in a damaged segment of the source.
pub async fn reseal(
    blobs: &dyn Blobs,
    keys: &dyn KeyService,
    from: BlobId,
    new: ResealedBlob,
    moved: impl Fn(u64) + Send,
) -> Result<Sealed, SealedError> {
    let SealedReader { blob: source, opener, footer } = SealedReader::open(blobs, keys, from).await?;
    let fresh = keys.generate_data_key(&new.key_arn, &new.context).await?;
    let header = Header {
        blob_id: valkeep_seal::BlobId(new.id.0),
        segment_size: opener.header().segment_size,
        key_arn: new.key_arn,
        wrapped_key: fresh.wrapped,
        context: new.context,
        subject: new.subject,
    };
    let (mut resealer, head) = Resealer::new(opener, footer, &header, DataKey::from_bytes(*fresh.plain))?;
    let mut blob = blobs.create(new.id).await?;
    blob.write(head).await?;
    while let Some(at) = resealer.next_segment() {
        let stored = read(source.as_ref(), at.offset, at.stored_bytes.into()).await?;
        let mut out = Vec::new();
        resealer.push(&stored, &mut out)?;
        blob.write(out).await?;
        moved(at.plain_range.end - at.plain_range.start);
    }
    let mut out = Vec::new();
    let sealed = resealer.finish(&mut out)?;
    blob.write(out).await?;
    blob.commit().await?;
    Ok(sealed)
}

async fn read_head(blob: &dyn BlobReader) -> Result<(Header, Vec<u8>), SealedError> {
    let mut head = read(blob, 0, HEAD_GUESS_BYTES.min(blob.len_bytes())).await?;
    loop {
        match Header::decode(&head)? {
            Decoded::Complete { header, head_bytes } => {
                head.truncate(head_bytes);
                return Ok((header, head));
            }
            Decoded::NeedMore(bytes) if bytes as u64 > blob.len_bytes() => {
                return Err(SealError::Damaged { place: Place::Header }.into());
            }
            // The decoder never asks for more than the longest head.
            Decoded::NeedMore(bytes) => head = blob.read_at(0, bytes).await?,
        }
    }
}

async fn read_footer(blob: &dyn BlobReader, opener: &Opener) -> Result<Footer, SealedError> {
    let total = blob.len_bytes();
    let tail_bytes = Tail::BYTES as u64;
    let tail = Tail::decode(&read(blob, total.saturating_sub(tail_bytes), tail_bytes).await?, total)?;
    let stored = read(blob, tail.footer_offset, tail.footer_bytes.into()).await?;
    Ok(opener.footer(&stored, total)?)
}

async fn read(blob: &dyn BlobReader, offset_bytes: u64, len_bytes: u64) -> Result<Vec<u8>, BlobError> {
    let len_bytes = usize::try_from(len_bytes).map_err(|source| BlobError::Failed(std::io::Error::other(source)))?;
    blob.read_at(offset_bytes, len_bytes).await
}
