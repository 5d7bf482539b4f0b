//! The job of a copy under another key: every blob is written anew under a fresh data key of that key.
//!
//! Steps: record a blob, write it, and so for each shard; then one transaction gives the blobs to the copy. An attempt
//! that was cut short leaves recorded blobs that are nobody's; the next one takes them back first.

use super::{advance, stored};
use crate::Control;
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, StepError};
use crate::sweep::{abandon_blobs_of, begin_blob, seal_blob};
use valkeep_domain::ids::BlobId;
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::SnapshotEvent;
use valkeep_ports::sealed::reseal;

pub(crate) async fn run(
    control: &Control,
    held: Held,
    source: &SnapshotName,
    target: &SnapshotName,
    key_arn: &str,
) -> Result<(), StepError> {
    let name = source.clone();
    let from = control
        .ports
        .store
        .write(move |tx| {
            held.check(tx)?;
            abandon_blobs_of(tx, held)?;
            stored(tx, &name)
        })
        .await?;
    let mut written = Vec::new();
    for blob in from.blobs() {
        written.push(copy_blob(control, held, blob, key_arn).await?);
    }
    let (source, target) = (source.clone(), target.clone());
    control
        .ports
        .store
        .write(move |tx| {
            held.finish(tx)?;
            for (blob, stored_bytes) in &written {
                seal_blob(tx, *blob, *stored_bytes)?;
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

async fn copy_blob(control: &Control, held: Held, from: BlobId, key_arn: &str) -> Result<(BlobId, u64), StepError> {
    let id = begin_blob(control, held, key_arn).await?;
    reached(CrashPoint::CopyBlobRecorded);
    let context = control.encryption_context(id);
    let sealed = reseal(control.ports.blobs.as_ref(), control.ports.keys.as_ref(), from, id, key_arn, context).await?;
    reached(CrashPoint::CopyBlobCommitted);
    Ok((id, sealed.stored_bytes))
}
