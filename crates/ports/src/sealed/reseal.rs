//! The same stream under another key.

use super::behind::{Behind, Committed};
use super::reader::{SealedReader, opened, reopened};
use super::{ResealedBlob, SealedError};
use crate::blobs::Blobs;
use crate::keys::KeyService;
use futures_util::stream::TryStreamExt as _;
use std::pin::pin;
use std::sync::Arc;
use valkeep_domain::ids::BlobId;
use valkeep_seal::{DataKey, Footer, Header, ReadBack, Resealer, SegmentAt};

/// Writes a blob anew under another key and a fresh data key, without unzipping: plaintext, facts and compression stay
/// those of the source. `moved` hears of the plaintext bytes of each segment that is written. Returns when the new blob
/// survives power loss.
///
/// # Errors
/// Those of [`SealedReader::open`] and [`SealedWriter::create`](super::SealedWriter::create); `Seal` in a damaged segment of
/// the source.
pub async fn reseal(
    blobs: &dyn Blobs,
    keys: &dyn KeyService,
    from: BlobId,
    new: ResealedBlob,
    moved: impl Fn(u64) + Send,
) -> Result<Committed, SealedError> {
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
    let footer = Arc::new(footer);
    let (mut resealer, segments, head) =
        Resealer::new(opener, Arc::clone(&footer), &header, DataKey::from(fresh.plain))?;
    let mut behind = Behind::new(Some(reopened(keys, &header, &head).await?), ReadBack::of_copy());
    let mut blob = blobs.create(new.id).await?;
    blob.write(head.into()).await?;
    let mut resealed = pin!(opened(source, segments_of(footer), move |at, stored| segments.reseal(at, stored)));
    while let Some((at, segment)) = resealed.try_next().await? {
        blob.write(resealer.append(segment)?).await?;
        behind.follow(blob.as_ref(), |number| resealer.segment(number))?;
        moved(at.plain_range.end - at.plain_range.start);
    }
    let (sealed, end) = resealer.finish()?;
    blob.write(end.into()).await?;
    blob.commit().await?;
    Ok(Committed { id: new.id, sealed, behind })
}

fn segments_of(footer: Arc<Footer>) -> impl Iterator<Item = SegmentAt> + Send {
    (0..footer.segment_count()).map_while(move |number| footer.segment(number))
}
