//! The sweeper: bytes without an owner go.
//!
//! The record of a blob is written before its bytes and removed after them. So bytes without a record can only come from a
//! catalog that was put back to an older state: they are named in the log and never removed.

use crate::Control;
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Job, StepError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobRecord, BlobState};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};

/// Blobs in one look.
const BATCH: usize = 100;

/// How often dead blobs are looked for, beside the times when one is known to have died. Our choice.
const EVERY: Duration = Duration::from_secs(10);

/// Removes the bytes of dead blobs, then their records, until `stopped` changes.
pub(crate) async fn run(control: Arc<Control>, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = control.handover.blobs_died() => {}
            _ = ticks.tick() => {}
        }
        if let Err(error) = remove_dead(&control).await {
            tracing::error!(%error, "dead blobs were not removed");
        }
    }
}

async fn remove_dead(control: &Control) -> Result<(), StepError> {
    loop {
        let dead = control
            .ports
            .store
            .read(|tx| tx.scan::<BlobRecord>(&Scan::index(BlobRecord::BY_STATE, "dead", BATCH)))
            .await?;
        for blob in &dead {
            control.ports.blobs.delete(blob.id).await?;
        }
        reached(CrashPoint::SweepBytesRemoved);
        let last = dead.len() < BATCH;
        control
            .ports
            .store
            .write(move |tx| {
                for blob in &dead {
                    tx.remove::<BlobRecord>(&blob.id.to_string())?;
                }
                Ok::<_, CatalogError>(())
            })
            .await?;
        if last {
            return Ok(());
        }
    }
}

/// After a start: blobs that nobody writes any more are dead, and bytes without a record are reported.
pub(crate) async fn adopt(control: &Arc<Control>) -> Result<(), CatalogError> {
    while control.ports.store.write(abandon_unwritten).await? == BATCH {}
    let control = control.clone();
    tokio::spawn(async move {
        match unknown_blobs(&control).await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(count, "blobs without a record are kept; the catalog may be an older one"),
            Err(error) => tracing::error!(%error, "blobs could not be listed"),
        }
    });
    Ok(())
}

/// Kills blobs of uploads that ended with the last process, and of jobs that are gone. A job that is still there deals
/// with its own.
fn abandon_unwritten(tx: &mut Tx<'_>) -> Result<usize, CatalogError> {
    let writing = tx.scan::<BlobRecord>(&Scan::index(BlobRecord::BY_STATE, "writing", BATCH))?;
    let mut abandoned = 0;
    for blob in writing {
        let owned = match &blob.state {
            BlobState::Writing { job: Some(job) } => tx.get::<Job>(&job.to_string())?.is_some(),
            BlobState::Writing { job: None } | BlobState::Sealed { .. } | BlobState::Dead => false,
        };
        if !owned {
            tx.replace(&BlobRecord { state: BlobState::Dead, ..blob })?;
            abandoned += 1;
        }
    }
    Ok(abandoned)
}

async fn unknown_blobs(control: &Control) -> Result<usize, StepError> {
    let mut unknown = 0;
    for chunk in control.ports.blobs.list().await?.chunks(BATCH) {
        let ids = chunk.to_vec();
        unknown += control
            .ports
            .store
            .read(move |tx| {
                let mut unknown = 0;
                for id in &ids {
                    unknown += usize::from(tx.get::<BlobRecord>(&id.to_string())?.is_none());
                }
                Ok::<_, CatalogError>(unknown)
            })
            .await?;
    }
    Ok(unknown)
}

/// Records a blob that a job is about to write, and takes back what an earlier attempt of the job wrote.
pub(crate) async fn begin_blob(control: &Control, held: Held, key_arn: &str) -> Result<BlobId, StepError> {
    let id = control.new_blob_id();
    let key_arn = key_arn.to_owned();
    control
        .ports
        .store
        .write(move |tx| {
            held.check(tx)?;
            tx.insert(&BlobRecord {
                id,
                state: BlobState::Writing { job: Some(held.id()) },
                stored_bytes: Default::default(),
                key_arn: key_arn.clone(),
            })?;
            Ok::<_, StepError>(id)
        })
        .await
}

/// Kills the blobs that this job began and that became nobody's.
pub(crate) fn abandon_blobs_of(tx: &mut Tx<'_>, held: Held) -> Result<(), StepError> {
    for blob in tx.scan::<BlobRecord>(&Scan::index(BlobRecord::BY_STATE, "writing", 10_000))? {
        if blob.state == (BlobState::Writing { job: Some(held.id()) }) {
            tx.replace(&BlobRecord { state: BlobState::Dead, ..blob })?;
        }
    }
    Ok(())
}

/// One more owner of a sealed blob.
pub(crate) fn add_reference(tx: &mut Tx<'_>, id: BlobId) -> Result<(), StepError> {
    let mut blob = existing(tx, id)?;
    match &mut blob.state {
        BlobState::Sealed { references } => *references += 1,
        BlobState::Writing { .. } | BlobState::Dead => {
            return Err(StepError::Fail(format!("blob {id} is not sealed")));
        }
    }
    Ok(tx.replace(&blob)?)
}

/// One owner less; without owners the blob is dead.
pub(crate) fn drop_reference(tx: &mut Tx<'_>, id: BlobId) -> Result<(), StepError> {
    let Some(mut blob) = tx.get::<BlobRecord>(&id.to_string())? else {
        tracing::error!(blob = %id, "a snapshot named a blob that the catalog does not know");
        return Ok(());
    };
    blob.state = match blob.state {
        BlobState::Sealed { references } if references > 1 => BlobState::Sealed { references: references - 1 },
        BlobState::Sealed { .. } | BlobState::Writing { .. } | BlobState::Dead => BlobState::Dead,
    };
    Ok(tx.replace(&blob)?)
}

/// The blob of a job is stored and has its first owner.
pub(crate) fn seal_blob(tx: &mut Tx<'_>, id: BlobId, stored_bytes: u64) -> Result<(), StepError> {
    let blob = existing(tx, id)?;
    Ok(tx.replace(&BlobRecord {
        state: BlobState::Sealed { references: 1 },
        stored_bytes: valkeep_domain::size::ByteCount(stored_bytes),
        ..blob
    })?)
}

fn existing(tx: &mut Tx<'_>, id: BlobId) -> Result<BlobRecord, StepError> {
    tx.get(&id.to_string())?.ok_or_else(|| StepError::Fail(format!("blob {id} has no record")))
}
