//! A job in the hands of a worker: the right to write, and its proof.

use super::{Job, LEASE_MS, Lease, StepError};
use crate::Control;
use std::time::Duration;
use valkeep_domain::ids::JobId;
use valkeep_ports::catalog::Tx;

/// The claim of one worker on one job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    id: JobId,
    fence: u64,
}

impl Held {
    pub(super) fn of(job: &Job) -> Self {
        Self { id: job.id, fence: job.fence }
    }

    pub(crate) fn id(self) -> JobId {
        self.id
    }

    /// Must be the first move of every transaction of the job: the job, if the claim still holds.
    pub(crate) fn check(self, tx: &mut Tx<'_>) -> Result<Job, StepError> {
        match tx.get::<Job>(&self.id.to_string())? {
            Some(job) if job.fence == self.fence => Ok(job),
            Some(_) | None => Err(StepError::LeaseLost),
        }
    }

    /// Ends the job; the transaction does the rest of its last step.
    pub(crate) fn finish(self, tx: &mut Tx<'_>) -> Result<(), StepError> {
        self.check(tx)?;
        tx.remove::<Job>(&self.id.to_string())?;
        Ok(())
    }

    /// Keeps the lease alive until dropped; ends when it is lost.
    pub(super) async fn beat(self, control: &Control) -> StepError {
        let pause = Duration::from_millis(LEASE_MS.unsigned_abs() / 3);
        loop {
            tokio::time::sleep(pause).await;
            let now = control.now();
            let beaten = control
                .ports
                .store
                .write(move |tx| {
                    let job = self.check(tx)?;
                    tx.replace(&Job { lease: Some(Lease::from(now)), ..job })?;
                    Ok::<_, StepError>(())
                })
                .await;
            match beaten {
                Err(StepError::LeaseLost) => return StepError::LeaseLost,
                // A catalog that is away for a while does not end the work; the fencing number guards every write.
                Err(error) => tracing::warn!(job = %self.id, %error, "lease not renewed"),
                Ok(()) => {}
            }
        }
    }
}
