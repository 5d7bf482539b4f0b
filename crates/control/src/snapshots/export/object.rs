//! One shard as one object: its upload from the beginning to the end.

use super::job::{gone_is_fine, save};
use super::parts::{part_bytes, recorded};
use super::sending::{Unsent, send};
use super::{ExportWork, OpenUpload};
use crate::Control;
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Meter, Reason, StepError};
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::BucketName;
use valkeep_domain::snapshot::StoredShard;
use valkeep_ports::buckets::{BucketError, ExportBuckets, Upload};

/// A shard that is to be an object.
pub(super) struct Object<'a> {
    pub(super) control: &'a Control,
    pub(super) held: Held,
    /// From 0.
    pub(super) position: u16,
    pub(super) shard: &'a StoredShard,
    pub(super) meter: &'a Meter<'a>,
}

impl Object<'_> {
    /// Brings it into the bucket, wherever an earlier attempt ended.
    pub(super) async fn bring(&self, export: &mut ExportWork) -> Result<(), StepError> {
        let (key, export_id) = (export.target.key(self.position), self.held.id().to_string());
        // A complete object of this very export: the process ended after it appeared and before that was recorded.
        if is_ours(self.buckets(), &export.bucket, &key, &export_id).await? {
            self.meter.add(self.shard.rdb_bytes.0);
        } else {
            let open = self.begin(export, &key, &export_id).await?;
            match self.upload(export, &open).await {
                Ok(()) => {}
                Err(Unsent::UploadGone) => return self.forget(export).await,
                Err(Unsent::Other(error)) => return Err(error),
            }
        }
        export.done = self.position + 1;
        export.begun_since = None;
        export.upload = None;
        save(self.control, self.held, export).await
    }

    fn buckets(&self) -> &dyn ExportBuckets {
        self.control.ports.buckets.as_ref()
    }

    /// The upload on record, or a new one.
    async fn begin(&self, export: &mut ExportWork, key: &str, export_id: &str) -> Result<OpenUpload, StepError> {
        if let Some(open) = &export.upload {
            return Ok(open.clone());
        }
        let part_bytes = part_bytes(self.shard.rdb_bytes.0)
            .ok_or_else(|| StepError::Fail(Reason::plain("the snapshot is too large for an object")))?;
        match export.begun_since {
            Some(since) => self.buckets().abort_unrecorded(&export.bucket, key, export_id, since).await?,
            None => {
                export.begun_since = Some(self.control.now());
                save(self.control, self.held, export).await?;
            }
        }
        reached(CrashPoint::ExportBeforeBegin);
        let open = OpenUpload { upload: self.buckets().begin(&export.bucket, key, export_id).await?, part_bytes };
        reached(CrashPoint::ExportBegunUnrecorded);
        export.upload = Some(open.clone());
        if let Err(error) = save(self.control, self.held, export).await {
            // Nobody will know of this upload: not even the worker that has the job now.
            if matches!(error, StepError::LeaseLost) {
                gone_is_fine(self.buckets().abort(&open.upload).await)?;
            }
            return Err(error);
        }
        reached(CrashPoint::ExportBegun);
        Ok(open)
    }

    /// Sends what is missing, and makes the object appear.
    async fn upload(&self, export: &ExportWork, open: &OpenUpload) -> Result<(), Unsent> {
        send(self, &export.source, open).await?;
        let parts = recorded(self.control, self.held).await?;
        reached(CrashPoint::ExportBeforeComplete);
        match self.buckets().complete(&open.upload, &parts).await {
            Ok(()) => {}
            // The answer of an earlier attempt may have been lost.
            Err(BucketError::UploadGone) => {
                let Upload { bucket, key, export_id, .. } = &open.upload;
                if !is_ours(self.buckets(), bucket, key, export_id).await? {
                    return Err(Unsent::UploadGone);
                }
            }
            Err(error) => return Err(error.into()),
        }
        reached(CrashPoint::ExportCompletedUnrecorded);
        Ok(())
    }

    /// The store lost the upload: the record must not name it any more, and the next attempt begins a new one.
    async fn forget(&self, export: &mut ExportWork) -> Result<(), StepError> {
        export.upload = None;
        save(self.control, self.held, export).await?;
        Err(StepError::Retry(Reason::plain("the store lost the upload")))
    }
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
