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

    /// One transaction of the job, which begins with the proof that the claim still holds. The job goes on.
    pub(crate) async fn write<T: Send + 'static>(
        self,
        control: &Control,
        work: impl Fn(&mut Tx<'_>, Job) -> Result<T, StepError> + Send + Sync + 'static,
    ) -> Result<T, StepError> {
        control
            .ports
            .store
            .write(move |tx| {
                let job = self.check(tx)?;
                work(tx, job)
            })
            .await
    }

    /// The last transaction of the job: what `work` changes, and the end of the job.
    pub(crate) async fn finish<T: Send + 'static>(
        self,
        control: &Control,
        work: impl Fn(&mut Tx<'_>) -> Result<T, StepError> + Send + Sync + 'static,
    ) -> Result<T, StepError> {
        self.write(control, move |tx, job| {
            tx.remove::<Job>(&job.id.to_string())?;
            work(tx)
        })
        .await
    }

    /// A look at the catalog, by a worker whose claim still holds. To be taken again before anything outside is changed.
    pub(crate) async fn read<T: Send + 'static>(
        self,
        control: &Control,
        work: impl Fn(&mut Tx<'_>) -> Result<T, StepError> + Send + Sync + 'static,
    ) -> Result<T, StepError> {
        control
            .ports
            .store
            .read(move |tx| {
                self.check(tx)?;
                work(tx)
            })
            .await
    }

    /// The job, if the claim still holds.
    fn check(self, tx: &mut Tx<'_>) -> Result<Job, StepError> {
        match tx.get::<Job>(&self.id.to_string())? {
            Some(job) if job.fence == self.fence => Ok(job),
            Some(_) | None => Err(StepError::LeaseLost),
        }
    }

    /// Keeps the lease alive until dropped; ends when it is lost.
    pub(super) async fn beat(self, control: &Control) -> StepError {
        let pause = Duration::from_millis(LEASE_MS.unsigned_abs() / 3);
        loop {
            tokio::time::sleep(pause).await;
            let now = control.now();
            let beaten = self
                .write(control, move |tx, job| Ok(tx.replace(&Job { lease: Some(Lease::from(now)), ..job })?))
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
