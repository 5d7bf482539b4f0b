//! How far the jobs are that move bytes: counted in memory, for as long as an attempt of a job runs in this process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use valkeep_domain::ids::JobId;
use valkeep_domain::names::SnapshotName;

/// What a job moves bytes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovingJob {
    /// From a node into a new snapshot.
    Create,
    /// From a snapshot into one under another key.
    Copy,
    /// From a snapshot into a bucket.
    Export,
}

/// How far a job is, in bytes of RDB files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub job: MovingJob,
    pub done_bytes: u64,
    pub total: Option<Total>,
}

/// How much there is to move, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    Exact(u64),
    /// A node does not say how much it will send. Always more than what is done.
    Estimate(u64),
}

impl Total {
    /// The same, once `done_bytes` are done: an estimate shows at most 99 % before the end.
    fn beside(self, done_bytes: u64) -> Self {
        match self {
            Self::Exact(bytes) => Self::Exact(bytes),
            Self::Estimate(bytes) => Self::Estimate(bytes.max(done_bytes.saturating_add(done_bytes / 99 + 1))),
        }
    }
}

/// The counts of all running jobs that move bytes; there are no more of them than slots for such jobs.
#[derive(Debug, Default)]
pub(crate) struct Progress(Mutex<HashMap<JobId, Arc<Count>>>);

#[derive(Debug)]
struct Count {
    snapshot: SnapshotName,
    job: MovingJob,
    done_bytes: AtomicU64,
    total: Option<Total>,
}

/// Counts for one attempt of a job; the count is seen for as long as this lives.
#[derive(Debug)]
pub(crate) struct Meter<'a> {
    progress: &'a Progress,
    id: JobId,
    count: Arc<Count>,
}

impl Progress {
    /// Begins the count of a job that holds `snapshot` in a moving status.
    pub(crate) fn begin(&self, id: JobId, job: MovingJob, snapshot: &SnapshotName, total: Option<Total>) -> Meter<'_> {
        let count = Count { snapshot: snapshot.clone(), job, done_bytes: AtomicU64::new(0), total };
        let count = Arc::new(count);
        self.counts().insert(id, count.clone());
        Meter { progress: self, id, count }
    }

    /// How far the job is that holds the snapshot, if one runs here.
    pub(crate) fn of(&self, snapshot: &SnapshotName) -> Option<Moved> {
        let counts = self.counts();
        let count = counts.values().find(|count| count.snapshot == *snapshot)?;
        let done_bytes = count.done_bytes.load(Ordering::Relaxed);
        Some(Moved { job: count.job, done_bytes, total: count.total.map(|total| total.beside(done_bytes)) })
    }

    /// Whether a job of that kind moves bytes here.
    pub(crate) fn runs(&self, job: MovingJob) -> bool {
        self.counts().values().any(|count| count.job == job)
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<JobId, Arc<Count>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds to the count of a meter, from anywhere.
#[derive(Clone, Debug)]
pub(crate) struct Tally(Arc<Count>);

impl Meter<'_> {
    pub(crate) fn add(&self, bytes: u64) {
        self.count.add(bytes);
    }

    pub(crate) fn tally(&self) -> Tally {
        Tally(self.count.clone())
    }
}

impl Tally {
    pub(crate) fn add(&self, bytes: u64) {
        self.0.add(bytes);
    }
}

impl Count {
    fn add(&self, bytes: u64) {
        self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        self.progress.counts().remove(&self.id);
    }
}
