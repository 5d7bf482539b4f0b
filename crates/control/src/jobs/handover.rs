//! From the call that wrote a job to the workers, without a look at the catalog.

use super::{Class, Job, Work};
use crate::Control;
use crate::crash::{CrashPoint, reached};
use std::sync::Mutex;
use tokio::sync::{Notify, mpsc};
use valkeep_domain::ids::JobId;

/// Jobs on their way from calls to workers; more wait in the catalog. Our choice.
const SLOTS: usize = 256;

/// Where calls leave jobs for the workers of this process.
#[derive(Debug)]
pub struct Handover {
    sender: mpsc::Sender<Job>,
    receiver: Mutex<Option<mpsc::Receiver<Job>>>,
    waiting: Notify,
    dead: Notify,
}

/// A job that is about to be written. A light job that finds a free slot is born claimed and goes straight to a worker.
#[derive(Debug)]
pub(crate) struct NewJob {
    job: Job,
    slot: Option<mpsc::OwnedPermit<Job>>,
}

impl NewJob {
    /// The record for the transaction that changes the status.
    pub(crate) fn record(&self) -> Job {
        self.job.clone()
    }
}

impl Control {
    pub(crate) fn new_job(&self, work: Work) -> NewJob {
        let slot = if work.class() == Class::Light { self.handover.slot() } else { None };
        let (id, now) = (JobId(self.ports.ids.random()), self.now());
        let job = if slot.is_some() { Job::claimed(id, work, now) } else { Job::waiting(id, work, now) };
        NewJob { job, slot }
    }

    /// To be called once the record is durable.
    pub(crate) fn start_job(&self, new: NewJob) {
        reached(CrashPoint::RequestAfterCommit);
        match new.slot {
            Some(slot) => {
                slot.send(new.job);
            }
            None => self.handover.waiting.notify_one(),
        }
    }
}

impl Handover {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(SLOTS);
        Self { sender, receiver: Mutex::new(Some(receiver)), waiting: Notify::new(), dead: Notify::new() }
    }

    /// A slot, if one is free; otherwise the job waits in the catalog like any other.
    fn slot(&self) -> Option<mpsc::OwnedPermit<Job>> {
        self.sender.clone().try_reserve_owned().ok()
    }

    /// Tells the workers that there is room for a job that waits in the catalog.
    pub(super) fn look_again(&self) {
        self.waiting.notify_one();
    }

    pub(super) async fn a_job_waits(&self) {
        self.waiting.notified().await;
    }

    /// Tells the workers that there are bytes without an owner.
    pub(crate) fn a_blob_died(&self) {
        self.dead.notify_one();
    }

    pub(crate) async fn blobs_died(&self) {
        self.dead.notified().await;
    }

    /// Whether workers of this process run jobs, or did.
    pub(crate) fn has_workers(&self) -> bool {
        self.receiver.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_none()
    }

    /// The receiving end; there is one.
    pub(super) fn receiver(&self) -> Option<mpsc::Receiver<Job>> {
        self.receiver.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}
