//! Whose a blob is: records of blobs, kept by the transactions of jobs.

use crate::Control;
use crate::jobs::{Held, StepError};
use valkeep_domain::ids::{BlobId, JobId};
use valkeep_domain::size::ByteCount;
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::{BlobError, BlobRecord, BlobState};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};

/// Blobs that are being written at the same time, as far as one job looks for its own. Far above what the workers and the
/// connections of a process can begin.
const MAX_WRITING: usize = 10_000;

/// Blobs in one look at the catalog.
const BATCH: usize = 100;

/// Records a blob that the job is about to write.
pub(crate) async fn begin(control: &Control, held: Held, key_arn: &str) -> Result<BlobId, StepError> {
    let id = control.new_blob_id();
    let key_arn = key_arn.to_owned();
    held.write(control, move |tx, job| {
        tx.insert(&BlobRecord {
            id,
            state: BlobState::Writing { job: Some(job.id) },
            stored_bytes: ByteCount::default(),
            key_arn: key_arn.clone(),
            checked_at: None,
        })?;
        Ok(id)
    })
    .await
}

/// After the bytes are stored: if the claim was lost meanwhile, the sweeper may have passed already, so they go here.
pub(crate) async fn keep_if_held(control: &Control, held: Held, id: BlobId) -> Result<(), StepError> {
    let outcome = held.read(control, |_| Ok(())).await;
    if matches!(outcome, Err(StepError::LeaseLost)) {
        control.ports.blobs.delete(id).await?;
    }
    outcome
}

/// The blobs that lie in the store and whose record, or that they have none, is `wanted`.
///
/// # Errors
/// When the blobs cannot be listed, and those of the catalog.
pub(crate) async fn stored_where<E>(
    control: &Control,
    wanted: impl Fn(Option<&BlobRecord>) -> bool + Copy + Send + Sync + 'static,
) -> Result<Vec<BlobId>, E>
where
    E: From<BlobError> + From<CatalogError> + Send + 'static,
{
    let mut found = Vec::new();
    for chunk in control.ports.blobs.list().await?.chunks(BATCH) {
        let ids = chunk.to_vec();
        let look = move |tx: &mut Tx<'_>| {
            let mut found = Vec::new();
            for id in &ids {
                let record = tx.get::<BlobRecord>(&id.to_string())?;
                found.extend(wanted(record.as_ref()).then_some(*id));
            }
            Ok::<_, E>(found)
        };
        found.extend(control.ports.store.read(look).await?);
    }
    Ok(found)
}

/// Leaves to the sweeper what the job began to write and what became nobody's.
pub(crate) fn abandon_those_of(tx: &mut Tx<'_>, job: JobId) -> Result<(), StepError> {
    for blob in tx.scan::<BlobRecord>(&Scan::index(BlobRecord::BY_STATE, "writing", MAX_WRITING))? {
        if blob.state == (BlobState::Writing { job: Some(job) }) {
            tx.replace(&BlobRecord { state: BlobState::Dead, ..blob })?;
        }
    }
    Ok(())
}

/// The blob that the job wrote is stored, was read back, and has its first owner.
pub(crate) fn seal(
    tx: &mut Tx<'_>,
    now: Timestamp,
    job: JobId,
    id: BlobId,
    stored_bytes: u64,
) -> Result<(), StepError> {
    let blob = existing(tx, id)?;
    if blob.state != (BlobState::Writing { job: Some(job) }) {
        return Err(StepError::Fail(format!("blob {id} is not one that this job writes").into()));
    }
    let (state, stored_bytes) = (BlobState::Sealed { references: 1 }, ByteCount(stored_bytes));
    Ok(tx.replace(&BlobRecord { state, stored_bytes, checked_at: Some(now), ..blob })?)
}

/// One more owner.
pub(crate) fn acquire(tx: &mut Tx<'_>, id: BlobId) -> Result<(), StepError> {
    let blob = existing(tx, id)?;
    let state = blob.state.acquired().ok_or_else(|| StepError::Fail(format!("blob {id} is not sealed").into()))?;
    Ok(tx.replace(&BlobRecord { state, ..blob })?)
}

/// One owner less.
pub(crate) fn release(tx: &mut Tx<'_>, id: BlobId) -> Result<(), StepError> {
    let Some(blob) = tx.get::<BlobRecord>(&id.to_string())? else {
        tracing::error!(blob = %id, "a snapshot named a blob that the catalog does not know");
        return Ok(());
    };
    Ok(tx.replace(&BlobRecord { state: blob.state.released(), ..blob })?)
}

fn existing(tx: &mut Tx<'_>, id: BlobId) -> Result<BlobRecord, StepError> {
    tx.get(&id.to_string())?.ok_or_else(|| StepError::Fail(format!("blob {id} has no record").into()))
}
