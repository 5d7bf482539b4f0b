//! The sweeper: bytes without an owner go.
//!
//! The record of a blob is written before its bytes and removed after them. So bytes without a record can only come from a
//! catalog that was put back to an older state: they are counted in the log and never removed. What writers left in the
//! store beside blobs is the store's to tidy up; it is told to every hour.

use crate::blobs::stored_where;
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Job, StepError};
use crate::{Control, error_chain};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobRecord, BlobState};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};

/// Blobs in one look.
const BATCH: usize = 100;

/// How often dead blobs are looked for, beside the times when one is known to have died: those of the S3 endpoint are not
/// announced. As often as workers look for jobs.
const EVERY: Duration = Duration::from_secs(1);

/// Pause before a blob that could not be removed is tried again: short, since its space is wanted back. Our choice.
const RETRY_AFTER: Duration = Duration::from_secs(15);

/// How often the blob store tidies up. Our choice.
const TIDY_EVERY: Duration = Duration::from_secs(3600);

/// Removes the bytes of dead blobs, then their records, until `stopped` changes.
pub(crate) async fn run(control: Arc<Control>, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(EVERY);
    let mut put_off = HashMap::new();
    let mut tidies = tokio::time::interval_at(Instant::now() + TIDY_EVERY, TIDY_EVERY);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = control.handover.blobs_died() => {}
            _ = ticks.tick() => {}
            _ = tidies.tick() => {
                if let Err(error) = control.ports.blobs.tidy().await {
                    tracing::warn!(error = error_chain(&error), "the blob store was not tidied up");
                }
            }
        }
        if let Err(error) = remove_dead(&control, &mut put_off).await {
            tracing::error!(%error, "dead blobs were not removed");
        }
    }
}

/// `put_off` names those that could not be removed, and until when they wait. One that fails ends the look, since the store may
/// be away; the next look goes on with the others.
async fn remove_dead(control: &Control, put_off: &mut HashMap<BlobId, Instant>) -> Result<(), CatalogError> {
    put_off.retain(|_, until| *until > Instant::now());
    let scan = Scan::index(BlobRecord::BY_STATE, "dead", BATCH + put_off.len());
    loop {
        let scan = scan.clone();
        let mut dead = control.ports.store.read(move |tx| tx.scan::<BlobRecord>(&scan)).await?;
        dead.retain(|blob| !put_off.contains_key(&blob.id));
        if dead.is_empty() {
            return Ok(());
        }
        let (mut gone, mut failed) = (Vec::new(), None);
        for BlobRecord { id, .. } in dead {
            match control.ports.blobs.delete(id).await {
                Ok(()) => gone.push(id),
                Err(error) => {
                    failed = Some((id, error));
                    break;
                }
            }
        }
        reached(CrashPoint::SweepBytesRemoved);
        control
            .ports
            .store
            .write(move |tx| {
                for blob in &gone {
                    tx.remove::<BlobRecord>(&blob.to_string())?;
                }
                Ok::<_, CatalogError>(())
            })
            .await?;
        if let Some((blob, error)) = failed {
            tracing::error!(%blob, error = error_chain(&error), "a dead blob was not removed; it is tried again later");
            put_off.insert(blob, Instant::now() + RETRY_AFTER);
            return Ok(());
        }
    }
}

/// After a start: blobs that nobody writes any more are dead, and bytes without a record are reported.
pub(crate) async fn adopt(control: &Arc<Control>) -> Result<(), CatalogError> {
    if let Err(error) = keep_finished(control).await {
        tracing::error!(error = error_chain(&error), "finished blobs could not be looked for");
    }
    control.ports.store.write(abandon_unwritten).await?;
    let control = control.clone();
    tokio::spawn(async move {
        match count_unknown(&control).await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(
                count,
                "blobs without a record are kept; the catalog may be an older one, and `valkeep repair` tells what they are"
            ),
            Err(error) => tracing::error!(error = error_chain(&error), "blobs could not be listed"),
        }
    });
    Ok(())
}

/// An older catalog that was put back says of a blob that was finished since that its job writes it, and the job would begin
/// anew and give it up. Where blobs without a record tell of such a catalog, the finished ones of jobs lose their records
/// too: so they are kept, and `repair` finds them.
async fn keep_finished(control: &Control) -> Result<(), StepError> {
    let store = &control.ports.store;
    let scan = Scan::index(BlobRecord::BY_STATE, "writing", usize::from(u16::MAX));
    let mut begun = store.read(move |tx| tx.scan::<BlobRecord>(&scan)).await?;
    begun.retain(|blob| matches!(blob.state, BlobState::Writing { job: Some(_) }));
    if begun.is_empty() || count_unknown(control).await? == 0 {
        return Ok(());
    }
    for BlobRecord { id, .. } in begun {
        // One that cannot be opened now may be finished.
        if !matches!(control.ports.blobs.open(id).await, Err(BlobError::NotFound(_))) {
            store.write::<_, CatalogError>(move |tx| tx.remove::<BlobRecord>(&id.to_string())).await?;
            tracing::warn!(blob = %id, "a blob that is finished and has no owner is kept for `valkeep repair`");
        }
    }
    Ok(())
}

/// Kills blobs of uploads that ended with the last process, and of jobs that are gone. A job that is still there deals
/// with its own. Their number is that of the writes that were under way, so one look sees them all.
fn abandon_unwritten(tx: &mut Tx<'_>) -> Result<(), CatalogError> {
    for blob in tx.scan::<BlobRecord>(&Scan::index(BlobRecord::BY_STATE, "writing", usize::from(u16::MAX)))? {
        let owned = match &blob.state {
            BlobState::Writing { job: Some(job) } => tx.get::<Job>(&job.to_string())?.is_some(),
            BlobState::Writing { job: None } | BlobState::Sealed { .. } | BlobState::Dead => false,
        };
        if !owned {
            tx.replace(&BlobRecord { state: BlobState::Dead, ..blob })?;
        }
    }
    Ok(())
}

/// Blobs that the sweeper removes meanwhile may be counted too; the number is a hint to the operator.
async fn count_unknown(control: &Control) -> Result<usize, StepError> {
    Ok(stored_where::<StepError>(control, |record| record.is_none()).await?.len())
}
