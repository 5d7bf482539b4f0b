//! DeleteSnapshot (L41-L43).

use super::{find, request, stored};
use crate::authorize::{Call, Conditions, tags_of};
use crate::blobs::release;
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, StepError, Work};
use crate::{Control, Refusal};
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::{Snapshot, SnapshotEvent};
use valkeep_ports::records::Tagged;

impl Control {
    /// Begins to delete a snapshot; it stays visible as `deleting` until its references are gone.
    ///
    /// # Errors
    /// `Denied`, `SnapshotNotFound`, `SnapshotState` unless available or failed (L6, L7).
    pub async fn delete_snapshot(&self, call: Call, name: SnapshotName) -> Result<Snapshot, Refusal> {
        let job = self.new_job(Work::DeleteSnapshot { snapshot: name.clone() });
        let (written, place) = (job.record(), self.settings.place.clone());
        let snapshot = self
            .ports
            .store
            .write(move |tx| {
                let arn = place.snapshot(&name);
                let conditions = Conditions::default().resource_tags(&tags_of(tx, &arn)?);
                call.authorize("DeleteSnapshot", &arn.to_string(), &conditions)?;
                let mut snapshot = find(tx, &name)?;
                request(&mut snapshot, SnapshotEvent::DeleteRequested, "available or failed")?;
                tx.replace(&snapshot)?;
                tx.insert(&written)?;
                reached(CrashPoint::RequestBeforeCommit);
                Ok::<_, Refusal>(snapshot)
            })
            .await?;
        self.start_job(job);
        Ok(snapshot)
    }
}

/// The job: the blobs lose an owner, the name becomes free. Bytes of dead blobs are swept after.
pub(crate) async fn run(control: &Control, held: Held, name: &SnapshotName) -> Result<(), StepError> {
    reached(CrashPoint::DeleteBeforeRelease);
    let (name, place) = (name.clone(), control.settings.place.clone());
    held.finish(control, move |tx| {
        for blob in stored(tx, &name)?.blobs() {
            release(tx, blob)?;
        }
        tx.remove::<Tagged>(&place.snapshot(&name).to_string())?;
        tx.remove::<Snapshot>(name.as_str())?;
        Ok(())
    })
    .await?;
    reached(CrashPoint::DeleteReleased);
    control.handover.a_blob_died();
    Ok(())
}
