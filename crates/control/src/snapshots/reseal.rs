//! The job of a copy under another key: every blob is written anew under a fresh data key of that key.
//!
//! Steps: record a blob, write it, and so for each shard, and read it back; then one transaction gives the blobs to the copy. An attempt
//! that was cut short leaves recorded blobs that are nobody's; the next one takes them back first. A source that is found
//! damaged fails.

use super::facts::Disagreement;
use super::subject::subject_of;
use super::verified::VerifyError;
use super::verify::ShardAt;
use super::{advance, stored};
use crate::Control;
use crate::blobs::{abandon_those_of, begin, keep_if_held, seal};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Meter, MovingJob, StepError, Total};
use crate::scrub::Pace;
use valkeep_domain::ids::BlobId;
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::SnapshotEvent;
use valkeep_ports::sealed::{ResealedBlob, SealedError, reseal};

pub(crate) async fn run(
    control: &Control,
    held: Held,
    source: &SnapshotName,
    target: &SnapshotName,
    key_arn: &str,
) -> Result<(), StepError> {
    let (name, copy) = (source.clone(), target.clone());
    let (from, to) = held
        .write(control, move |tx, job| {
            abandon_those_of(tx, job.id)?;
            Ok((stored(tx, &name)?, stored(tx, &copy)?))
        })
        .await?;
    let meter = control.progress.begin(held.id(), MovingJob::Copy, target, Some(Total::Exact(from.rdb_bytes())));
    let mut written = Vec::new();
    for (position, stored) in (0..).zip(from.stored()) {
        let subject = subject_of(control, &to, position).await?;
        let shard = ShardAt { snapshot: from.name.clone(), position, stored: stored.clone() };
        written.push(copy_blob(control, held, &shard, key_arn, subject, &meter).await?);
    }
    let (source, target, now) = (source.clone(), target.clone(), control.now());
    held.finish(control, move |tx| {
        for (blob, stored_bytes) in &written {
            seal(tx, now, held.id(), *blob, *stored_bytes)?;
        }
        advance(tx, &target, SnapshotEvent::Stored, |copy| {
            let shards = copy.shards.iter_mut().filter_map(|shard| shard.stored.as_mut());
            for (shard, (blob, _)) in shards.zip(&written) {
                shard.blob = *blob;
            }
        })?;
        advance(tx, &source, SnapshotEvent::CopyEnded, |_| ())
    })
    .await?;
    reached(CrashPoint::CopyFinished);
    Ok(())
}

async fn copy_blob(
    control: &Control,
    held: Held,
    from: &ShardAt,
    key_arn: &str,
    subject: Vec<u8>,
    meter: &Meter<'_>,
) -> Result<(BlobId, u64), StepError> {
    let id = begin(control, held, key_arn).await?;
    reached(CrashPoint::CopyBlobRecorded);
    let context = control.encryption_context(id);
    let new = ResealedBlob { id, key_arn: key_arn.to_owned(), context, subject };
    let (blobs, keys) = (control.ports.blobs.as_ref(), control.ports.keys.as_ref());
    let committed = match reseal(blobs, keys, from.stored.blob, new, |bytes| meter.add(bytes)).await {
        Ok(committed) => committed,
        Err(error) => return Err(blame(control, from, error).await),
    };
    reached(CrashPoint::CopyBlobCommitted);
    keep_if_held(control, held, id).await?;
    let sealed = committed.read_back(blobs, keys).await?;
    // An authentic blob may still not be the one that was recorded.
    Disagreement::check("sha256", hex::encode(sealed.sha256), &from.stored.sha256).map_err(|other| VerifyError {
        snapshot: from.snapshot.clone(),
        shard: u32::from(from.position) + 1,
        blob: from.stored.blob,
        cause: other.into(),
    })?;
    Ok((id, sealed.stored_bytes))
}

/// Why a copy failed that nothing can help: the source is read in full to know whether its bytes are to blame, or those that
/// were being written.
async fn blame(control: &Control, source: &ShardAt, error: SealedError) -> StepError {
    match StepError::from(error) {
        StepError::Fail(reason) => match control.read_in_full(source, &mut Pace::Free, |_| ()).await {
            Ok(_) => StepError::Fail(reason),
            Err(found) => found.into(),
        },
        other @ (StepError::Retry(_) | StepError::Damaged { .. } | StepError::LeaseLost) => other,
    }
}
