//! Plaintext of sealed blobs, whole or in ranges.

use super::SealedError;
use crate::blobs::{BlobError, BlobReader, Blobs};
use crate::keys::KeyService;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use tokio::task::spawn_blocking;
use valkeep_domain::ids::BlobId;
use valkeep_seal::{Buffer, DataKey, Decoded, Footer, Header, Opener, Place, SealError, SegmentAt, Tail};

/// First read of a blob, in bytes: longer than the head of nearly every blob.
const HEAD_GUESS_BYTES: u64 = 4 << 10;

/// Segments that are read and opened at once, so that two cores are busy while one more is read. Each takes up to three
/// times its size.
const AHEAD: usize = 4;

/// A sealed blob that can be read anywhere.
#[derive(Debug)]
pub struct SealedReader {
    pub(super) blob: Arc<dyn BlobReader>,
    pub(super) opener: Arc<Opener>,
    pub(super) footer: Footer,
}

impl SealedReader {
    /// Opens head and footer of a blob; the head names the key that unwraps its data key.
    ///
    /// # Errors
    /// Those of [`Blobs::open`] and of the key service; `Seal` when it is damaged; `Swapped`.
    pub async fn open(blobs: &dyn Blobs, keys: &dyn KeyService, id: BlobId) -> Result<Self, SealedError> {
        let blob: Arc<dyn BlobReader> = blobs.open(id).await?.into();
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
        Self::behind(blob.into(), header, &head, keys).await
    }

    async fn behind(
        blob: Arc<dyn BlobReader>,
        header: Header,
        head: &[u8],
        keys: &dyn KeyService,
    ) -> Result<Self, SealedError> {
        let opener = reopened(keys, &header, head).await?;
        let footer = read_footer(blob.as_ref(), &opener).await?;
        Ok(Self { blob, opener: Arc::new(opener), footer })
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
        let Self { blob, opener, footer } = self;
        let numbers = footer.covering(range.clone());
        let places = numbers.map(move |number| footer.segment(number).expect("the footer gave the number itself"));
        let opened = opened(blob, places, move |at, stored| opener.open_segment(at, stored));
        Pieces(opened.map_ok(move |(at, plain)| cut(plain, &at.plain_range, &range)).boxed())
    }
}

/// The plaintext of a range of a blob, piece by piece.
pub struct Pieces(BoxStream<'static, Result<Buffer, SealedError>>);

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pieces")
    }
}

impl Pieces {
    /// The next bytes, at most a segment; `None` at the end. The segments after it are read and opened meanwhile.
    ///
    /// # Errors
    /// Those of [`BlobReader::read_at`]; `Seal` when the segment is damaged.
    pub async fn next(&mut self) -> Result<Option<Buffer>, SealedError> {
        self.0.try_next().await
    }
}

/// Reads the segments at `places` and does `open` to each on a thread for such work, a few at once, in order.
pub(super) fn opened<T: Send + 'static>(
    blob: Arc<dyn BlobReader>,
    places: impl Iterator<Item = SegmentAt> + Send + 'static,
    open: impl Fn(&SegmentAt, Buffer) -> Result<T, SealError> + Send + Sync + 'static,
) -> impl stream::Stream<Item = Result<(SegmentAt, T), SealedError>> + Send {
    let open = Arc::new(open);
    let segments = places.map(move |at| {
        let (blob, open) = (Arc::clone(&blob), Arc::clone(&open));
        async move {
            let stored = blob.read_at(at.offset, at.stored_bytes as usize).await?;
            spawn_blocking(move || Ok((open(&at, stored)?, at))).await?.map(|(opened, at)| (at, opened))
        }
    });
    stream::iter(segments).buffered(AHEAD)
}

/// The part of a piece that lies in `range`; `held` is where the piece lies.
fn cut(mut plain: Buffer, held: &Range<u64>, range: &Range<u64>) -> Buffer {
    let inside = |position: u64| {
        usize::try_from(position.clamp(held.start, held.end) - held.start).expect("a segment has at most 4 MiB")
    };
    plain.keep(inside(range.start)..inside(range.end));
    plain
}

/// What opens the blob with this head, by way of the key service.
pub(super) async fn reopened(keys: &dyn KeyService, header: &Header, head: &[u8]) -> Result<Opener, SealedError> {
    let key = keys.unwrap_data_key(&header.key_arn, &header.wrapped_key, &header.context).await?;
    Ok(Opener::new(head, &DataKey::from(key))?)
}

async fn read_head(blob: &dyn BlobReader) -> Result<(Header, Buffer), SealedError> {
    let mut head = read(blob, 0, HEAD_GUESS_BYTES.min(blob.len_bytes())).await?;
    loop {
        match Header::decode(&head)? {
            Decoded::Complete { header, head_bytes } => {
                head.keep(0..head_bytes);
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

async fn read(blob: &dyn BlobReader, offset_bytes: u64, len_bytes: u64) -> Result<Buffer, BlobError> {
    let len_bytes = usize::try_from(len_bytes).map_err(|source| BlobError::Failed(std::io::Error::other(source)))?;
    blob.read_at(offset_bytes, len_bytes).await
}
