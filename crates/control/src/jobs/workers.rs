//! The workers: claim jobs, run them, and see each to its end.

use super::{Class, Failure, Held, Job, LONGEST_PAUSE_MS, MAX_CLAIMS, MAX_ERRORS, Reason, StepError, Work};
use crate::crash::{CrashPoint, reached};
use crate::{Control, clusters, scrub, snapshots, sweep};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use valkeep_ports::catalog::{CatalogError, Scan};

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
    pub async fn start(control: Arc<Control>, alone: bool) -> Self {
        let handed = control.handover.receiver();
        if alone {
            // On a full disk nothing can be written; the service starts all the same, so that room can be made.
            for written in [release_all(&control).await, sweep::adopt(&control).await] {
                if let Err(error) = written {
                    tracing::error!(
                        error = crate::error_chain(&error),
                        "what the last process left waits for its leases"
                    );
                }
            }
        }
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(run(control, handed, stopped));
        Self { stop, running }
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

async fn run(control: Arc<Control>, handed: Option<mpsc::Receiver<Job>>, mut stopped: watch::Receiver<bool>) {
    let Some(mut handed) = handed else {
        tracing::error!("the workers of this process run already");
        return;
    };
    let slots = Class::ALL.map(|class| (class, Arc::new(Semaphore::new(class.slots()))));
    let mut tasks = JoinSet::new();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    tasks.spawn(clusters::revive::run(control.clone(), stopped.clone()));
    tasks.spawn(sweep::run(control.clone(), stopped.clone()));
    tasks.spawn(scrub::run(control.clone(), stopped.clone()));
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            job = handed.recv() => {
                if let Some(job) = job {
                    tasks.spawn(work(control.clone(), job));
                }
            }
            () = control.handover.a_job_waits() => claim_all(&control, &slots, &mut tasks).await,
            _ = looks.tick() => claim_all(&control, &slots, &mut tasks).await,
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

type Slots = [(Class, Arc<Semaphore>); 4];

/// Claims due jobs of every class as long as there are slots and jobs.
async fn claim_all(control: &Arc<Control>, slots: &Slots, tasks: &mut JoinSet<()>) {
    for (class, slots) in slots {
        while let Ok(slot) = slots.clone().try_acquire_owned() {
            match claim(control, *class).await {
                Ok(Some(job)) => {
                    let control = control.clone();
                    tasks.spawn(async move {
                        work(control.clone(), job).await;
                        drop(slot);
                        control.handover.look_again();
                    });
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(error = crate::error_chain(&error), "jobs cannot be claimed");
                    break;
                }
            }
        }
    }
}

/// Looks before it writes, so that an idle service writes nothing.
async fn claim(control: &Control, class: Class) -> Result<Option<Job>, CatalogError> {
    let (now, running) = (control.now(), control.running.all());
    let (store, here) = (&control.ports.store, running.clone());
    match store.read(move |tx| Job::due(tx, class, now, &here)).await? {
        Some(_) => store.write(move |tx| Job::claim(tx, class, now, &running)).await,
        None => Ok(None),
    }
}

/// Sees a claimed job to its end, or to its next try, for as long as the claim holds.
async fn work(control: Arc<Control>, job: Job) {
    reached(CrashPoint::JobClaimed);
    let _listed = control.running.list(job.id);
    let held = Held::of(&job);
    let ended = tokio::select! {
        ended = until_written(&control, held, job.clone()) => ended,
        lost = held.beat(&control) => Err(lost),
    };
    match ended {
        Ok(()) => {}
        Err(StepError::LeaseLost) => tracing::warn!(job = %held.id(), "another worker has the job"),
        Err(error) => tracing::error!(job = %held.id(), %error, "the end of a job was not written"),
    }
    if job.work.class() != Class::Light {
        // An attempt that was cut short, or failed, may have left blobs that are nobody's now.
        control.handover.a_blob_died();
    }
}

/// A worker that cannot write how a job ended has not ended it: it begins again when the catalog is back, as another one
/// would once the lease has run out.
async fn until_written(control: &Arc<Control>, held: Held, mut job: Job) -> Result<(), StepError> {
    loop {
        match run_to_end(control, held, &job).await {
            Err(StepError::Retry(reason)) => {
                tracing::warn!(job = %held.id(), reason = reason.full, "the end of a job was not written; it begins again");
                job = read_again(control, held).await?;
            }
            ended => return ended,
        }
    }
}

/// The job as it is recorded by now, as soon as the catalog tells it.
async fn read_again(control: &Control, held: Held) -> Result<Job, StepError> {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        match held.write(control, |_, job| Ok(job)).await {
            Err(StepError::Retry(_)) => {}
            found => return found,
        }
    }
}

async fn run_to_end(control: &Arc<Control>, held: Held, job: &Job) -> Result<(), StepError> {
    let outcome = if job.claims > MAX_CLAIMS {
        Err(StepError::Fail(Reason::plain("the job was begun too often without an end")))
    } else {
        execute(control, held, &job.work).await
    };
    match outcome {
        Ok(()) => Ok(()),
        Err(StepError::LeaseLost) => Err(StepError::LeaseLost),
        Err(StepError::Retry(reason)) => retry(control, held, reason).await,
        Err(StepError::Fail(reason)) => fail(control, held, reason.into()).await,
        Err(StepError::Damaged { blob, reason }) => fail(control, held, Failure { reason, damaged: Some(blob) }).await,
    }
}

/// The story of each kind of job is told where its function is.
async fn execute(control: &Arc<Control>, held: Held, work: &Work) -> Result<(), StepError> {
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

/// Gives the job back; it is due again after a pause that doubles. After too many errors the job fails.
async fn retry(control: &Control, held: Held, reason: Reason) -> Result<(), StepError> {
    tracing::warn!(job = %held.id(), reason = reason.full, "job met an error that may pass");
    let (now, text) = (control.now(), reason.full.clone());
    let again = held
        .write(control, move |tx, job| {
            if job.errors + 1 >= MAX_ERRORS {
                return Ok(false);
            }
            tx.replace(&Job {
                lease: None,
                errors: job.errors + 1,
                last_error: Some(text.clone()),
                not_before: now.plus_ms(500 << job.errors.min(6)),
                ..job
            })?;
            Ok(true)
        })
        .await?;
    if again { Ok(()) } else { fail(control, held, reason.into()).await }
}

/// Ends the job without success: what it had begun is undone, the status says so.
async fn fail(control: &Control, held: Held, failure: Failure) -> Result<(), StepError> {
    tracing::error!(job = %held.id(), reason = failure.reason.full, "job failed");
    // What the job recorded on its way counts, not what it was when it was claimed.
    match held.write(control, |_, job| Ok(job.work)).await? {
        Work::CreateSnapshot { snapshot } => snapshots::create::fail(control, held, &snapshot, failure.reason).await,
        Work::CopySnapshot { source, target } | Work::ResealSnapshot { source, target, .. } => {
            snapshots::copy::fail(control, held, &source, &target, failure).await
        }
        Work::ExportSnapshot(export) => snapshots::export::fail(control, held, *export, failure).await,
        Work::DeleteSnapshot { .. } => postpone(control, held, failure.reason.full).await,
        Work::StartNodes { nodes } => clusters::start::fail(control, held, &nodes, &failure.reason.told).await,
        Work::RemoveNodes { nodes, final_snapshot } => {
            clusters::remove::fail(control, held, &nodes, final_snapshot.as_ref(), failure.reason).await
        }
    }
}

/// For work that has no other end than its own: it is tried again later, for ever.
pub(crate) async fn postpone(control: &Control, held: Held, reason: String) -> Result<(), StepError> {
    let now = control.now();
    held.write(control, move |tx, job| {
        Ok(tx.replace(&Job {
            lease: None,
            claims: 0,
            errors: 0,
            last_error: Some(reason.clone()),
            not_before: now.plus_ms(LONGEST_PAUSE_MS),
            ..job
        })?)
    })
    .await
}
