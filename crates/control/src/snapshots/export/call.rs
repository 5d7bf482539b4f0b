//! The call: it judges everything that can be judged before a byte moves, and writes the job.

use super::ExportWork;
use crate::authorize::{Call, Conditions, tags_of};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Job, Work};
use crate::snapshots::{find, find_again, request};
use crate::{Control, Refusal};
use std::ops::Bound;
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::{ExportName, SnapshotName};
use valkeep_domain::snapshot::{Snapshot, SnapshotEvent};
use valkeep_domain::tags::Tags;
use valkeep_ports::catalog::{CatalogError, Scan, Tx};

impl Control {
    pub(in crate::snapshots) async fn export_snapshot(
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
        let export = ExportWork { source, bucket, target, done: 0, begun_since: None, upload: None, failed: None };
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
