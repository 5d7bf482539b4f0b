//! The job: shard after shard, and what is taken away when it fails.

use super::object::Object;
use super::{ExportWork, parts};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Failure, Held, Job, MovingJob, Reason, StepError, Total, Work, postpone};
use crate::snapshots::{advance, stored};
use crate::{Control, events};
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::snapshot::SnapshotEvent;
use valkeep_ports::buckets::BucketError;

pub(crate) async fn run(control: &Control, held: Held, export: &ExportWork) -> Result<(), StepError> {
    if export.failed.is_some() {
        return clean_up(control, held, export).await;
    }
    let name = export.source.clone();
    let snapshot = held.read(control, move |tx| stored(tx, &name)).await?;
    let mut export = export.clone();
    let meter =
        control.progress.begin(held.id(), MovingJob::Export, &export.source, Some(Total::Exact(snapshot.rdb_bytes())));
    for (position, shard) in (0..).zip(snapshot.stored()) {
        if position < export.done {
            meter.add(shard.rdb_bytes.0);
        } else {
            Object { control, held, position, shard, meter: &meter }.bring(&mut export).await?;
        }
    }
    let source = export.source.clone();
    held.finish(control, move |tx| advance(tx, &source, SnapshotEvent::ExportEnded, |_| ())).await?;
    reached(CrashPoint::ExportFinished);
    tracing::info!(snapshot = %export.source, bucket = %export.bucket, "snapshot exported");
    Ok(())
}

/// Records how far the export is. Progress makes earlier errors void; without an upload there are no parts.
pub(super) async fn save(control: &Control, held: Held, export: &ExportWork) -> Result<(), StepError> {
    let export = export.clone();
    held.write(control, move |tx, job| {
        if export.upload.is_none() {
            parts::remove(tx, job.id)?;
        }
        let work = Work::ExportSnapshot(Box::new(export.clone()));
        Ok(tx.replace(&Job { work, errors: 0, ..job })?)
    })
    .await
}

/// The export failed: the snapshot is available again and knows why (L3, E30), and the job goes on as the one that takes
/// away what is in the bucket (E29).
pub(crate) async fn fail(control: &Control, held: Held, export: ExportWork, failure: Failure) -> Result<(), StepError> {
    if export.failed.is_some() {
        return postpone(control, held, failure.reason.full).await;
    }
    let Reason { full, told } = failure.reason.clone();
    tracing::error!(snapshot = %export.source, bucket = %export.bucket, reason = full, "Could not export snapshot to bucket");
    let now = control.now();
    held.write(control, move |tx, job| {
        let failed = ExportWork { failed: Some(full.clone()), ..export.clone() };
        let work = Work::ExportSnapshot(Box::new(failed));
        tx.replace(&Job { work, lease: None, errors: 0, claims: 0, not_before: now, ..job })?;
        let snapshot = stored(tx, &export.source)?;
        events::export_failed(tx, now, &snapshot, &export.bucket, &told)?;
        advance(tx, &export.source, SnapshotEvent::ExportFailed { reason: told.clone().into_owned() }, |_| ())?;
        Ok(failure.note_damage(tx, now)?)
    })
    .await
}

/// Takes away the upload that was begun, and objects that this export completed. Tried until it succeeds.
async fn clean_up(control: &Control, held: Held, export: &ExportWork) -> Result<(), StepError> {
    let (buckets, export_id) = (control.ports.buckets.as_ref(), held.id().to_string());
    if let Some(open) = &export.upload {
        gone_is_fine(buckets.abort(&open.upload).await)?;
    }
    if let Some(since) = export.begun_since {
        let key = export.target.key(export.done);
        gone_is_fine(buckets.abort_unrecorded(&export.bucket, &key, &export_id, since).await)?;
    }
    for position in 0..=export.done {
        let key = export.target.key(position);
        if buckets.exported_by(&export.bucket, &key).await? == Some(Some(export_id.clone())) {
            buckets.delete(&export.bucket, &key).await?;
        }
    }
    let job = held.id();
    held.finish(control, move |tx| Ok(parts::remove(tx, job)?)).await
}

/// With the bucket, everything in it went.
pub(super) fn gone_is_fine(outcome: Result<(), BucketError>) -> Result<(), StepError> {
    match outcome {
        Ok(()) | Err(BucketError::UploadGone | BucketError::Refused(ExportRefusal::NoSuchBucket(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
