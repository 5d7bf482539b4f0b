//! CopySnapshot without a bucket (L24-L34).
//!
//! Under the same key the copy takes references on the blobs of the source: constant time at any size. Under another key
//! the job of [`super::reseal`] writes every byte anew, so that the two keys are independent. With a bucket it is an
//! export, see [`super::export`].

use super::{advance, find, find_again, give_up, insert_new, request, stored};
use crate::authorize::{Call, Conditions, tags_of};
use crate::blobs::{abandon_those_of, acquire};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Failure, Held, StepError, Work};
use crate::{Control, Refusal, events, tags};
use valkeep_domain::names::{ExportName, SnapshotName};
use valkeep_domain::snapshot::{Making, Snapshot, SnapshotEvent};
use valkeep_domain::tags::Tags;

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct CopySnapshot {
    pub source: SnapshotName,
    pub target: CopyTarget,
    /// `None` inherits the tags of the source (T10).
    pub tags: Option<Tags>,
}

/// Where the copy goes. A copy in a bucket has no key of its own (E24).
#[derive(Clone, Debug)]
pub enum CopyTarget {
    Inside { name: SnapshotName, kms_key: Option<String> },
    Bucket { name: ExportName, bucket: String },
}

impl Control {
    /// Copies a snapshot, or exports it. The answer describes the target, or the source of an export (L25, E28).
    ///
    /// # Errors
    /// Every refusal of spec 3.4 and 4.1.
    pub async fn copy_snapshot(&self, call: Call, request: CopySnapshot) -> Result<Snapshot, Refusal> {
        match request.target {
            CopyTarget::Inside { name, kms_key } => {
                self.copy_inside(call, request.source, name, kms_key, request.tags).await
            }
            CopyTarget::Bucket { name, bucket } => {
                self.export_snapshot(call, request.source, name, bucket, request.tags).await
            }
        }
    }

    async fn copy_inside(
        &self,
        call: Call,
        source: SnapshotName,
        target: SnapshotName,
        kms_key: Option<String>,
        tags: Option<Tags>,
    ) -> Result<Snapshot, Refusal> {
        let wanted = self.wanted_key(kms_key.as_deref()).await;
        let named = wanted.as_ref().ok().and_then(Option::clone).or(kms_key);
        let looked = self.look_at_source(call, &source, &target, named, tags.clone()).await?;
        let source_key = self.key_of(&looked).await?;
        let key_arn = wanted?.unwrap_or_else(|| source_key.clone());
        let shown_key = self.shown_key(&key_arn).await?;
        let work = if key_arn == source_key {
            Work::CopySnapshot { source: source.clone(), target: target.clone() }
        } else {
            Work::ResealSnapshot { source: source.clone(), target: target.clone(), key_arn }
        };
        let job = self.new_job(work);
        let (written, now, place) = (job.record(), self.now(), self.settings.place.clone());
        let copy = self
            .ports
            .store
            .write(move |tx| {
                let mut from = find_again(tx, &looked)?;
                request(&mut from, SnapshotEvent::CopyBegun, "available")?;
                let copy = from.copied_as(target.clone(), shown_key.clone(), now);
                insert_new(tx, &copy)?;
                tx.replace(&from)?;
                let tags = match &tags {
                    Some(tags) => tags.clone(),
                    None => tags_of(tx, &place.snapshot(&source))?,
                };
                tags::put(tx, &place.snapshot(&target), tags)?;
                tx.insert(&written)?;
                reached(CrashPoint::RequestBeforeCommit);
                Ok::<_, Refusal>(copy)
            })
            .await?;
        self.start_job(job);
        Ok(copy)
    }

    /// ARN of the key that a caller names, if it names one (K1, K2, K8).
    pub(super) async fn wanted_key(&self, reference: Option<&str>) -> Result<Option<String>, Refusal> {
        match reference {
            Some(reference) => Ok(Some(self.ports.keys.resolve(reference).await?)),
            None => Ok(None),
        }
    }

    /// ARN of the key that a snapshot lies under; it must be there and enabled to use the bytes (K8).
    pub(super) async fn key_of(&self, snapshot: &Snapshot) -> Result<String, Refusal> {
        match &snapshot.kms_key {
            Some(arn) => Ok(self.ports.keys.resolve(arn).await?),
            None => Ok(self.ports.keys.default_key().await?),
        }
    }

    /// K11: the service's own key is not shown.
    pub(super) async fn shown_key(&self, arn: &str) -> Result<Option<String>, Refusal> {
        let own = self.ports.keys.default_key().await?;
        Ok((arn != own).then(|| arn.to_owned()))
    }

    /// P2, P2a, P4; then L32: the source is judged before the target.
    async fn look_at_source(
        &self,
        call: Call,
        source: &SnapshotName,
        target: &SnapshotName,
        kms_key: Option<String>,
        tags: Option<Tags>,
    ) -> Result<Snapshot, Refusal> {
        let (source, target, place) = (source.clone(), target.clone(), self.settings.place.clone());
        self.ports
            .store
            .read(move |tx| {
                let (from, to) = (place.snapshot(&source), place.snapshot(&target));
                let conditions = Conditions::default()
                    .request_tags(tags.as_ref())
                    .with_some("elasticache:KmsKeyId", kms_key.as_deref());
                let on_source = conditions.clone().resource_tags(&tags_of(tx, &from)?);
                call.authorize("CopySnapshot", &from.to_string(), &on_source)?;
                call.authorize("CopySnapshot", &to.to_string(), &conditions)?;
                call.authorize_tagging(&to, tags.as_ref())?;
                let found = find(tx, &source)?;
                request(&mut found.clone(), SnapshotEvent::CopyBegun, "available")?;
                if tx.get::<Snapshot>(target.as_str())?.is_some() {
                    return Err(Refusal::SnapshotExists(target.clone()));
                }
                Ok(found)
            })
            .await
    }
}

/// The job of a copy under the same key: one transaction.
pub(crate) async fn run(
    control: &Control,
    held: Held,
    source: &SnapshotName,
    target: &SnapshotName,
) -> Result<(), StepError> {
    reached(CrashPoint::CopyBeforeReferences);
    let (source, target) = (source.clone(), target.clone());
    held.finish(control, move |tx| {
        for blob in stored(tx, &target)?.blobs() {
            acquire(tx, blob)?;
        }
        advance(tx, &target, SnapshotEvent::Stored, |_| ())?;
        advance(tx, &source, SnapshotEvent::CopyEnded, |_| ())
    })
    .await?;
    reached(CrashPoint::CopyFinished);
    Ok(())
}

/// The copy failed: it owns no bytes and says why; the source is free again.
pub(crate) async fn fail(
    control: &Control,
    held: Held,
    source: &SnapshotName,
    target: &SnapshotName,
    failure: Failure,
) -> Result<(), StepError> {
    let (source, target, now) = (source.clone(), target.clone(), control.now());
    held.finish(control, move |tx| {
        abandon_those_of(tx, held.id())?;
        give_up(tx, &target, Making::Copy, &failure.reason)?;
        let copy = stored(tx, &target)?;
        events::copy_failed(tx, now, &copy, &source, &failure.reason.told)?;
        advance(tx, &source, SnapshotEvent::CopyEnded, |_| ())?;
        Ok(failure.note_damage(tx, now)?)
    })
    .await
}
