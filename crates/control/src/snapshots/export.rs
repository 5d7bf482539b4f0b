//! CopySnapshot with a bucket (spec section 4).
//!
//! The call judges everything that can be judged before a byte moves: the eight refusals of the page. The job then begins
//! an upload, records it, stores the parts one by one, each recorded, and completes the upload only when the digest of all
//! bytes is the one taken at capture. An object appears whole or not at all, and never where one is. A job that was cut
//! short goes on after the last recorded part; an upload that it had begun and not recorded is aborted by the next begin.

use super::{advance, find, request, stored};
use crate::authorize::{Call, Conditions, tags_of};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Job, StepError, Work};
use crate::{Control, Refusal};
use serde::{Deserialize, Serialize};
use valkeep_domain::ids::BlobId;
use valkeep_domain::names::{BucketName, ExportName, SnapshotName};
use valkeep_domain::snapshot::{Snapshot, SnapshotEvent};
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::{BucketError, Upload, UploadedPart};
use valkeep_ports::catalog::Tx;
use valkeep_ports::sealed::{Pieces, SealedReader};
use valkeep_seal::PlainCheck;

/// Size of a part; the store asks for 5 MiB at least and takes 10,000 parts. Unit: bytes.
const PART_BYTES: u64 = 8 << 20;
const MAX_PARTS: u64 = 10_000;

/// Parts end where segments end: the largest segment has 4 MiB.
const PART_STEP_BYTES: u64 = 4 << 20;

/// How far an export is.
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
        self.usable_key(looked.kms_key.as_deref()).await?;
        let keys: Vec<String> = (0..).take(looked.shards.len()).map(|position| target.key(position)).collect();
        let bucket = self.ports.buckets.check(&bucket, &keys, &call.caller).await?;
        let export = ExportWork {
            source: source.clone(),
            bucket,
            target,
            done: 0,
            begun_since: None,
            upload: None,
            parts: Vec::new(),
        };
        let job = self.new_job(Work::ExportSnapshot(Box::new(export)));
        let written = job.record();
        let snapshot = self
            .ports
            .store
            .write(move |tx| {
                let mut snapshot = find(tx, &source)?;
                request(&mut snapshot, SnapshotEvent::ExportBegun, "available")?;
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

/// The job.
pub(crate) async fn run(control: &Control, held: Held, export: &ExportWork) -> Result<(), StepError> {
    let name = export.source.clone();
    let snapshot = control.ports.store.read(move |tx| stored(tx, &name)).await?;
    let mut export = export.clone();
    for (position, blob) in (0..).zip(snapshot.blobs()).skip(usize::from(export.done)) {
        upload(control, held, &mut export, position, blob).await?;
    }
    let source = export.source.clone();
    control
        .ports
        .store
        .write(move |tx| {
            held.finish(tx)?;
            advance(tx, &source, SnapshotEvent::ExportEnded, |_| ())
        })
        .await?;
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
    blob: BlobId,
) -> Result<(), StepError> {
    let (key, export_id) = (export.target.key(position), held.id().to_string());
    let buckets = control.ports.buckets.as_ref();
    // A complete object of this very export: the process ended after it appeared and before that was recorded.
    let there = buckets.exported_by(&export.bucket, &key).await?;
    if there != Some(Some(export_id.clone())) {
        let upload = begin(control, held, export, &key, &export_id).await?;
        send(control, held, export, &upload, blob).await?;
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
    save(control, held, export).await?;
    reached(CrashPoint::ExportBegun);
    Ok(upload)
}

/// Stores the parts that are not stored yet. All bytes are read and checked, also those stored before.
async fn send(
    control: &Control,
    held: Held,
    export: &mut ExportWork,
    upload: &Upload,
    blob: BlobId,
) -> Result<(), StepError> {
    let reader = SealedReader::open(control.ports.blobs.as_ref(), control.ports.keys.as_ref(), blob).await?;
    let mut check = PlainCheck::new(reader.footer());
    let part_bytes = reader.footer().plain_bytes.div_ceil(MAX_PARTS).next_multiple_of(PART_STEP_BYTES).max(PART_BYTES);
    let part_bytes =
        usize::try_from(part_bytes).map_err(|_| StepError::Fail("the snapshot is too large".to_owned()))?;
    let mut pieces = reader.pieces(0..u64::MAX);
    let mut number = 0;
    loop {
        let part = next_part(&mut pieces, &mut check, part_bytes).await?;
        let last = part.len() < part_bytes;
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
        if last {
            break;
        }
    }
    check.finish().map_err(|error| StepError::Fail(error.to_string()))
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
    match control.ports.buckets.complete(upload, &export.parts).await {
        Ok(()) => Ok(()),
        // The answer of an earlier attempt may have been lost.
        Err(BucketError::UploadGone) => {
            let there = control.ports.buckets.exported_by(&upload.bucket, &upload.key).await?;
            if there == Some(Some(held.id().to_string())) { Ok(()) } else { forget(control, held, export).await }
        }
        Err(error) => Err(error.into()),
    }
}

/// The store lost the upload: the record must not name it any more, and the next attempt begins a new one.
async fn forget(control: &Control, held: Held, export: &mut ExportWork) -> Result<(), StepError> {
    export.upload = None;
    export.parts.clear();
    save(control, held, export).await?;
    Err(StepError::Retry("the bucket lost the upload".to_owned()))
}

async fn save(control: &Control, held: Held, export: &ExportWork) -> Result<(), StepError> {
    let work = Work::ExportSnapshot(Box::new(export.clone()));
    control
        .ports
        .store
        .write(move |tx| {
            let job = held.check(tx)?;
            tx.replace(&Job { work: work.clone(), ..job })?;
            Ok(())
        })
        .await
}

/// The export failed: nothing of it stays in the bucket; the snapshot is available again (L3, E29, E30).
pub(crate) async fn fail(control: &Control, held: Held, export: &ExportWork, reason: String) -> Result<(), StepError> {
    let recorded = control.ports.store.read(move |tx| held.check(tx)).await?;
    let Work::ExportSnapshot(now) = recorded.work else { return Err(StepError::LeaseLost) };
    let (buckets, export_id) = (control.ports.buckets.as_ref(), held.id().to_string());
    if let Some(upload) = &now.upload {
        undo(buckets.abort(upload).await);
    }
    if let Some(since) = now.begun_since {
        undo(buckets.abort_unrecorded(&now.bucket, &now.target.key(now.done), &export_id, since).await);
    }
    for position in 0..=now.done {
        let key = now.target.key(position);
        if let Ok(Some(Some(owner))) = buckets.exported_by(&now.bucket, &key).await
            && owner == export_id
        {
            undo(buckets.delete(&now.bucket, &key).await);
        }
    }
    let source = export.source.clone();
    tracing::error!(snapshot = %source, bucket = %now.bucket, reason, "Could not export snapshot to bucket");
    control
        .ports
        .store
        .write(move |tx: &mut Tx<'_>| {
            held.finish(tx)?;
            advance(tx, &source, SnapshotEvent::ExportEnded, |_| ())
        })
        .await
}

/// A bucket that refuses even the clean-up is the owner's to look at.
fn undo(outcome: Result<(), BucketError>) {
    if let Err(error) = outcome {
        tracing::error!(error = crate::error::chain(&error), "an export left something in the bucket");
    }
}
