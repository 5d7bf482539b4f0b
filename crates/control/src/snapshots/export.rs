//! CopySnapshot with a bucket (spec section 4).
//!
//! The call judges everything that can be judged before a byte moves: the eight refusals of the page. The job then begins
//! an upload, records it, stores the parts one by one, each recorded, and completes the upload only when the digest of all
//! bytes is the one taken at capture. An object appears whole or not at all, and never where one is. A job that was cut
//! short goes on after the last recorded part; an upload that it had begun and not recorded is aborted by the next begin.

use super::{advance, find, find_again, request, stored};
use crate::authorize::{Call, Conditions, tags_of};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Job, Meter, MovingJob, Reason, StepError, Work, postpone};
use crate::{Control, Refusal, events};
use serde::{Deserialize, Serialize};
use std::ops::Bound;
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::{BucketName, ExportName, SnapshotName};
use valkeep_domain::snapshot::{Snapshot, SnapshotEvent, StoredShard};
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::{BucketError, ExportBuckets, Upload, UploadedPart};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};
use valkeep_ports::sealed::{Pieces, SealedError, SealedReader};
use valkeep_seal::PlainCheck;

/// Size of a part; the store asks for 5 MiB at least and takes 10,000 parts. Unit: bytes.
const PART_BYTES: u64 = 8 << 20;
const MAX_PARTS: u64 = 10_000;

/// Parts end where segments end: the largest segment has 4 MiB.
const PART_STEP_BYTES: u64 = 4 << 20;

/// How far an export is. The fields are stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportWork {
    pub source: SnapshotName,
    pub bucket: BucketName,
    pub target: ExportName,
    /// Shards whose object is in the bucket.
    pub done: u16,
    /// When an upload of the shard after those was first to begin. Whatever began since and is not recorded is a leftover.
    pub begun_since: Option<Timestamp>,
    /// That upload.
    pub upload: Option<Upload>,
    pub parts: Vec<UploadedPart>,
    /// Why it failed; what it left in the bucket is then still to be taken away.
    pub failed: Option<String>,
}

impl ExportWork {
    /// Where it goes: no two exports go to one place at the same time (E14c).
    pub(crate) fn place(&self) -> String {
        format!("{}/{}", self.bucket, self.target)
    }
}

impl Control {
    pub(super) async fn export_snapshot(
        &self,
        call: Call,
        source: SnapshotName,
        target: ExportName,
        bucket: String,
        tags: Option<Tags>,
    ) -> Result<Snapshot, Refusal> {
        let looked = self.look_at_exported(call.clone(), &source, tags).await?;
        self.key_of(&looked).await?;
        let keys: Vec<String> = (0..).take(looked.shards.len()).map(|position| target.key(position)).collect();
        let bucket = self.ports.buckets.check(&bucket, &keys, &call.caller, &call.context).await?;
        let first_key = target.key(0);
        let export = ExportWork {
            source,
            bucket,
            target,
            done: 0,
            begun_since: None,
            upload: None,
            parts: Vec::new(),
            failed: None,
        };
        let place = export.place();
        let taken = ExportRefusal::ObjectExists { bucket: export.bucket.clone(), key: first_key };
        let job = self.new_job(Work::ExportSnapshot(Box::new(export)));
        let written = job.record();
        let snapshot = self
            .ports
            .store
            .write(move |tx| {
                let mut snapshot = find_again(tx, &looked)?;
                request(&mut snapshot, SnapshotEvent::ExportBegun, "available")?;
                if export_under_way(tx, &place)? {
                    return Err(Refusal::Export(taken.clone()));
                }
                tx.replace(&snapshot)?;
                tx.insert(&written)?;
                reached(CrashPoint::RequestBeforeCommit);
                Ok::<_, Refusal>(snapshot)
            })
            .await?;
        self.start_job(job);
        Ok(snapshot)
    }

    /// P2a, P3; E2-E4.
    async fn look_at_exported(
        &self,
        call: Call,
        source: &SnapshotName,
        tags: Option<Tags>,
    ) -> Result<Snapshot, Refusal> {
        let (source, place) = (source.clone(), self.settings.place.clone());
        self.ports
            .store
            .read(move |tx| {
                let arn = place.snapshot(&source);
                let conditions = Conditions::default().request_tags(tags.as_ref()).resource_tags(&tags_of(tx, &arn)?);
                call.authorize("CopySnapshot", &arn.to_string(), &conditions)?;
                // E25: there is no new resource to tag; the right is asked for on the source.
                call.authorize_tagging(&arn, tags.as_ref())?;
                let snapshot = find(tx, &source)?;
                request(&mut snapshot.clone(), SnapshotEvent::ExportBegun, "available")?;
                if snapshot.origin.node_type.data_tiering() {
                    return Err(Refusal::InvalidValue(
                        "Exporting a snapshot is not supported for clusters using data tiering.".to_owned(),
                    ));
                }
                Ok(snapshot)
            })
            .await
    }
}

/// Whether an export to that place has not ended.
fn export_under_way(tx: &mut Tx<'_>, place: &str) -> Result<bool, CatalogError> {
    let scan = Scan { to: Bound::Included(place.to_owned()), ..Scan::index(Job::BY_EXPORT, place, 1) };
    Ok(!tx.scan::<Job>(&scan)?.is_empty())
}

/// The job.
pub(crate) async fn run(control: &Control, held: Held, export: &ExportWork) -> Result<(), StepError> {
    if export.failed.is_some() {
        return clean_up(control, held, export).await;
    }
    let name = export.source.clone();
    let snapshot = held.read(control, move |tx| stored(tx, &name)).await?;
    let mut export = export.clone();
    let meter = control.progress.begin(held.id(), MovingJob::Export, &export.source, Some(snapshot.rdb_bytes()));
    for (position, shard) in (0..).zip(snapshot.stored()) {
        if position < export.done {
            meter.add(shard.rdb_bytes.0);
        } else {
            upload(control, held, &mut export, position, shard, &meter).await?;
        }
    }
    let source = export.source.clone();
    held.finish(control, move |tx| advance(tx, &source, SnapshotEvent::ExportEnded, |_| ())).await?;
    reached(CrashPoint::ExportFinished);
    tracing::info!(snapshot = %export.source, bucket = %export.bucket, "snapshot exported");
    Ok(())
}

/// Brings one shard into the bucket as one object.
async fn upload(
    control: &Control,
    held: Held,
    export: &mut ExportWork,
    position: u16,
    shard: &StoredShard,
    meter: &Meter<'_>,
) -> Result<(), StepError> {
    let (key, export_id) = (export.target.key(position), held.id().to_string());
    let buckets = control.ports.buckets.as_ref();
    // A complete object of this very export: the process ended after it appeared and before that was recorded.
    if is_ours(buckets, &export.bucket, &key, &export_id).await? {
        meter.add(shard.rdb_bytes.0);
    } else {
        let upload = begin(control, held, export, &key, &export_id).await?;
        send(control, held, export, &upload, shard, meter).await?;
        reached(CrashPoint::ExportBeforeComplete);
        complete(control, held, export, &upload).await?;
        reached(CrashPoint::ExportCompletedUnrecorded);
    }
    export.done = position + 1;
    export.begun_since = None;
    export.upload = None;
    export.parts.clear();
    save(control, held, export).await
}

/// Whether this export's object is there. An object of somebody else is an error: it is never replaced.
async fn is_ours(
    buckets: &dyn ExportBuckets,
    bucket: &BucketName,
    key: &str,
    export_id: &str,
) -> Result<bool, StepError> {
    match buckets.exported_by(bucket, key).await? {
        None => Ok(false),
        Some(Some(owner)) if owner == export_id => Ok(true),
        Some(_) => {
            let refusal = ExportRefusal::ObjectExists { bucket: bucket.clone(), key: key.to_owned() };
            Err(BucketError::Refused(refusal).into())
        }
    }
}

/// The upload on record, or a new one.
async fn begin(
    control: &Control,
    held: Held,
    export: &mut ExportWork,
    key: &str,
    export_id: &str,
) -> Result<Upload, StepError> {
    if let Some(upload) = &export.upload {
        return Ok(upload.clone());
    }
    let buckets = control.ports.buckets.as_ref();
    match export.begun_since {
        Some(since) => buckets.abort_unrecorded(&export.bucket, key, export_id, since).await?,
        None => {
            export.begun_since = Some(control.now());
            save(control, held, export).await?;
        }
    }
    reached(CrashPoint::ExportBeforeBegin);
    let upload = buckets.begin(&export.bucket, key, export_id).await?;
    reached(CrashPoint::ExportBegunUnrecorded);
    export.upload = Some(upload.clone());
    export.parts.clear();
    if let Err(error) = save(control, held, export).await {
        // Nobody will know of this upload: not even the worker that has the job now.
        if matches!(error, StepError::LeaseLost) {
            gone_is_fine(buckets.abort(&upload).await)?;
        }
        return Err(error);
    }
    reached(CrashPoint::ExportBegun);
    Ok(upload)
}

/// Stores the parts that are not stored yet. All bytes are read and checked, also those stored before.
async fn send(
    control: &Control,
    held: Held,
    export: &mut ExportWork,
    upload: &Upload,
    shard: &StoredShard,
    meter: &Meter<'_>,
) -> Result<(), StepError> {
    let reader = SealedReader::open(control.ports.blobs.as_ref(), control.ports.keys.as_ref(), shard.blob).await?;
    let mut check = PlainCheck::new(reader.footer());
    let part_bytes = reader.footer().plain_bytes.div_ceil(MAX_PARTS).next_multiple_of(PART_STEP_BYTES).max(PART_BYTES);
    let part_bytes =
        usize::try_from(part_bytes).map_err(|_| StepError::Fail(Reason::plain("the snapshot is too large")))?;
    let mut pieces = reader.pieces(0..u64::MAX);
    let mut number = 0;
    loop {
        let part = next_part(&mut pieces, &mut check, part_bytes).await?;
        let (bytes, last) = (part.len() as u64, part.len() < part_bytes);
        number += 1;
        if usize::from(number) > export.parts.len() && (number == 1 || !part.is_empty()) {
            let stored = match control.ports.buckets.upload_part(upload, number, part).await {
                Err(BucketError::UploadGone) => return forget(control, held, export).await,
                stored => stored?,
            };
            reached(CrashPoint::ExportPartUnrecorded);
            export.parts.push(stored);
            save(control, held, export).await?;
            reached(CrashPoint::ExportPartRecorded);
        }
        meter.add(bytes);
        if last {
            break;
        }
    }
    Ok(check.finish().map_err(SealedError::from)?)
}

/// The next `part_bytes` of the stream; fewer only at its end.
async fn next_part(pieces: &mut Pieces, check: &mut PlainCheck, part_bytes: usize) -> Result<Vec<u8>, StepError> {
    let mut part = Vec::new();
    while part.len() < part_bytes {
        let Some(piece) = pieces.next().await? else { break };
        check.update(&piece);
        part.extend_from_slice(&piece);
    }
    Ok(part)
}

async fn complete(control: &Control, held: Held, export: &mut ExportWork, upload: &Upload) -> Result<(), StepError> {
    let buckets = control.ports.buckets.as_ref();
    match buckets.complete(upload, &export.parts).await {
        Ok(()) => Ok(()),
        // The answer of an earlier attempt may have been lost.
        Err(BucketError::UploadGone) => {
            if is_ours(buckets, &upload.bucket, &upload.key, &held.id().to_string()).await? {
                return Ok(());
            }
            forget(control, held, export).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The store lost the upload: the record must not name it any more, and the next attempt begins a new one.
async fn forget(control: &Control, held: Held, export: &mut ExportWork) -> Result<(), StepError> {
    export.upload = None;
    export.parts.clear();
    save(control, held, export).await?;
    Err(StepError::Retry(Reason::plain("the store lost the upload")))
}

/// Records how far the export is. Progress makes earlier errors void.
async fn save(control: &Control, held: Held, export: &ExportWork) -> Result<(), StepError> {
    let work = Work::ExportSnapshot(Box::new(export.clone()));
    held.write(control, move |tx, job| Ok(tx.replace(&Job { work: work.clone(), errors: 0, ..job })?)).await
}

/// The export failed: the snapshot is available again and knows why (L3, E30), and the job goes on as the one that takes
/// away what is in the bucket (E29).
pub(crate) async fn fail(control: &Control, held: Held, export: ExportWork, reason: Reason) -> Result<(), StepError> {
    if export.failed.is_some() {
        return postpone(control, held, reason.full).await;
    }
    let Reason { full: reason, told } = reason;
    tracing::error!(snapshot = %export.source, bucket = %export.bucket, reason, "Could not export snapshot to bucket");
    let now = control.now();
    held.write(control, move |tx, job| {
        let failed = ExportWork { failed: Some(reason.clone()), ..export.clone() };
        let work = Work::ExportSnapshot(Box::new(failed));
        tx.replace(&Job { work, lease: None, errors: 0, claims: 0, not_before: now, ..job })?;
        let snapshot = stored(tx, &export.source)?;
        events::export_failed(tx, now, &snapshot, &export.bucket, &told)?;
        advance(tx, &export.source, SnapshotEvent::ExportFailed { reason: told.clone().into_owned() }, |_| ())
    })
    .await
}

/// Takes away the upload that was begun, and objects that this export completed. Tried until it succeeds.
async fn clean_up(control: &Control, held: Held, export: &ExportWork) -> Result<(), StepError> {
    let (buckets, export_id) = (control.ports.buckets.as_ref(), held.id().to_string());
    if let Some(upload) = &export.upload {
        gone_is_fine(buckets.abort(upload).await)?;
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
    held.finish(control, |_| Ok(())).await
}

/// With the bucket, everything in it went.
fn gone_is_fine(outcome: Result<(), BucketError>) -> Result<(), StepError> {
    match outcome {
        Ok(()) | Err(BucketError::UploadGone | BucketError::Refused(ExportRefusal::NoSuchBucket(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
