//! The workers: claim jobs, run them, and see each to its end.

use super::{Held, Job, MAX_CLAIMS, MAX_ERRORS, StepError, Work};
use crate::crash::{CrashPoint, reached};
use crate::{Control, clusters, snapshots, sweep};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use valkeep_ports::catalog::{CatalogError, Scan};

/// Jobs that move bytes at the same time. Our choice: two for each core of a small machine.
const HEAVY_JOBS: usize = 4;

/// How often the catalog is looked at for jobs that nobody announced: retries, and leases that ran out.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The running workers of one process.
#[derive(Debug)]
pub struct Workers {
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl Workers {
    /// Takes up the jobs that an earlier process left, and runs all that come.
    ///
    /// `alone` says that no other process works on this catalog: leases of the last one are void then.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn start(control: Arc<Control>, alone: bool) -> Result<Self, CatalogError> {
        if alone {
            release_all(&control).await?;
            sweep::adopt(&control).await?;
        }
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(run(control, stopped));
        Ok(Self { stop, running })
    }

    /// Stops claiming jobs, lets those that run go on for at most `patience`, then lets go of them. What is cut short
    /// goes on after the next start.
    pub async fn stop(self, patience: Duration) {
        self.stop.send_replace(true);
        let mut running = self.running;
        if tokio::time::timeout(patience, &mut running).await.is_err() {
            running.abort();
        }
    }
}

/// Voids every lease: their holders died with the process that held this directory before.
async fn release_all(control: &Control) -> Result<(), CatalogError> {
    const BATCH: usize = 500;
    let mut after = None::<String>;
    loop {
        let from = after.clone();
        let last = control
            .ports
            .store
            .write(move |tx| {
                let scan = Scan::keys("", BATCH);
                let scan = match &from {
                    Some(key) => scan.after(key),
                    None => scan,
                };
                let jobs = tx.scan::<Job>(&scan)?;
                for job in &jobs {
                    if job.lease.is_some() {
                        tx.replace(&Job { lease: None, ..job.clone() })?;
                    }
                }
                Ok::<_, CatalogError>(
                    (jobs.len() == BATCH).then(|| jobs.last().map(|job| job.id.to_string())).flatten(),
                )
            })
            .await?;
        match last {
            Some(_) => after = last,
            None => return Ok(()),
        }
    }
}

async fn run(control: Arc<Control>, mut stopped: watch::Receiver<bool>) {
    let Some(mut handed) = control.handover.receiver() else {
        tracing::error!("the workers of this process run already");
        return;
    };
    let slots = Arc::new(Semaphore::new(HEAVY_JOBS));
    let mut tasks = JoinSet::new();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    tasks.spawn(clusters::revive(control.clone()));
    tasks.spawn(sweep::run(control.clone(), stopped.clone()));
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            job = handed.recv() => {
                if let Some(job) = job {
                    tasks.spawn(work(control.clone(), job));
                }
            }
            () = control.handover.a_job_waits() => claim_due(&control, &slots, &mut tasks).await,
            _ = looks.tick() => claim_due(&control, &slots, &mut tasks).await,
            // Finished tasks are taken out; a heavy one that ends makes room for the next.
            Some(_) = tasks.join_next() => {}
        }
    }
    drain(&mut handed, &control, &mut tasks);
    while tasks.join_next().await.is_some() {}
}

/// Starts what was handed over before the stop; those jobs are claimed and nobody else would take them soon.
fn drain(handed: &mut mpsc::Receiver<Job>, control: &Arc<Control>, tasks: &mut JoinSet<()>) {
    handed.close();
    while let Ok(job) = handed.try_recv() {
        tasks.spawn(work(control.clone(), job));
    }
}

/// Claims due jobs as long as there are slots and jobs.
async fn claim_due(control: &Arc<Control>, slots: &Arc<Semaphore>, tasks: &mut JoinSet<()>) {
    while let Ok(slot) = slots.clone().try_acquire_owned() {
        let now = control.now();
        match control.ports.store.write(move |tx| Job::claim(tx, now)).await {
            Ok(Some(job)) => {
                let control = control.clone();
                tasks.spawn(async move {
                    work(control.clone(), job).await;
                    drop(slot);
                    control.handover.look_again();
                });
            }
            Ok(None) => return,
            Err(error) => {
                tracing::error!(error = crate::error::chain(&error), "jobs cannot be claimed");
                return;
            }
        }
    }
}

/// Runs a claimed job until it is done, failed, or to be tried again.
async fn work(control: Arc<Control>, job: Job) {
    reached(CrashPoint::JobClaimed);
    let held = Held::of(&job);
    let given_up = job.claims > MAX_CLAIMS;
    let outcome = if given_up {
        Err(StepError::Fail("the job was begun too often without an end".to_owned()))
    } else {
        tokio::select! {
            outcome = execute(&control, held, &job.work) => outcome,
            lost = held.beat(&control) => Err(lost),
        }
    };
    match outcome {
        Ok(()) | Err(StepError::LeaseLost) => {}
        Err(StepError::Retry(reason)) if job.errors + 1 < MAX_ERRORS => retry(&control, held, reason).await,
        Err(StepError::Retry(reason) | StepError::Fail(reason)) => fail(&control, held, &job.work, reason).await,
    }
    if !job.work.is_light() {
        // An attempt that was cut short, or failed, may have left blobs that are nobody's now.
        control.handover.a_blob_died();
    }
}

/// The story of each kind of job is told where its function is.
async fn execute(control: &Control, held: Held, work: &Work) -> Result<(), StepError> {
    match work {
        Work::CreateSnapshot { snapshot } => snapshots::create::run(control, held, snapshot).await,
        Work::CopySnapshot { source, target } => snapshots::copy::run(control, held, source, target).await,
        Work::ResealSnapshot { source, target, key_arn } => {
            snapshots::reseal::run(control, held, source, target, key_arn).await
        }
        Work::ExportSnapshot(export) => snapshots::export::run(control, held, export).await,
        Work::DeleteSnapshot { snapshot } => snapshots::delete::run(control, held, snapshot).await,
        Work::StartNodes { nodes } => clusters::start::run(control, held, nodes).await,
        Work::RemoveNodes { nodes, final_snapshot } => {
            clusters::remove::run(control, held, nodes, final_snapshot.as_ref()).await
        }
    }
}

/// Gives the job back; it is due again after a pause that doubles.
async fn retry(control: &Control, held: Held, reason: String) {
    tracing::warn!(job = %held.id(), reason, "job will be tried again");
    let now = control.now();
    let written = control
        .ports
        .store
        .write(move |tx| {
            let job = held.check(tx)?;
            let pause_ms = 500 << job.errors.min(6);
            tx.replace(&Job {
                lease: None,
                errors: job.errors + 1,
                last_error: Some(reason.clone()),
                not_before: now.plus_ms(pause_ms),
                ..job
            })?;
            Ok::<_, StepError>(())
        })
        .await;
    report(held, written);
}

/// Ends the job without success: what it had begun is undone, the status says so.
async fn fail(control: &Control, held: Held, work: &Work, reason: String) {
    tracing::error!(job = %held.id(), reason, "job failed");
    let written = match work {
        Work::CreateSnapshot { snapshot } => snapshots::create::fail(control, held, snapshot, reason).await,
        Work::CopySnapshot { source, target } | Work::ResealSnapshot { source, target, .. } => {
            snapshots::copy::fail(control, held, source, target, reason).await
        }
        Work::ExportSnapshot(export) => snapshots::export::fail(control, held, export, reason).await,
        Work::DeleteSnapshot { .. } => postpone(control, held, reason).await,
        Work::StartNodes { nodes } => clusters::start::fail(control, held, nodes).await,
        Work::RemoveNodes { nodes, final_snapshot } => {
            clusters::remove::fail(control, held, nodes, final_snapshot.as_ref(), reason).await
        }
    };
    report(held, written);
}

/// A deletion has no other end than its own: it is tried again later, for ever.
pub(crate) async fn postpone(control: &Control, held: Held, reason: String) -> Result<(), StepError> {
    const PAUSE_MS: i64 = 60_000;
    let now = control.now();
    control
        .ports
        .store
        .write(move |tx| {
            let job = held.check(tx)?;
            tx.replace(&Job {
                lease: None,
                claims: 0,
                errors: 0,
                last_error: Some(reason.clone()),
                not_before: now.plus_ms(PAUSE_MS),
                ..job
            })?;
            Ok(())
        })
        .await
}

/// A worker that cannot even write how a job ended leaves it to its lease.
fn report(held: Held, written: Result<(), StepError>) {
    if let Err(error) = written {
        tracing::error!(job = %held.id(), %error, "the end of a job was not written");
    }
}
