//! Jobs: work that outlives the call that asked for it.
//!
//! A job is a record written in the transaction that changes the status, so that work and status are never apart. A worker
//! holds it by a lease with a fencing number; every later write of the job checks that number first, so a worker that was
//! thought dead cannot write late. The last write of a job changes the status, and removes the job, in one transaction.
//! A job that finds traces of an earlier attempt of its own removes them and starts over, or goes on where its record says.

mod handover;
mod held;
mod progress;
mod running;
mod step_error;
mod workers;

pub use handover::Handover;
pub(crate) use held::Held;
pub(crate) use progress::{Meter, Progress, Tally};
pub use progress::{Moved, MovingJob, Total};
pub(crate) use running::Running;
pub(crate) use step_error::{Failure, Reason, StepError};
pub use workers::Workers;
pub(crate) use workers::postpone;

use crate::clusters::Nodes;
use crate::snapshots::export::ExportWork;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::Bound;
use valkeep_domain::ids::JobId;
use valkeep_domain::names::SnapshotName;
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::{CatalogError, IndexEntry, Record, Scan, Table, Tx};

/// How long a worker may be silent before another takes its job. Unit: milliseconds. Our choice.
const LEASE_MS: i64 = 30_000;

/// The longest that a job waits for its next try, and longer than a lease. Unit: milliseconds. Our choice.
const LONGEST_PAUSE_MS: i64 = 60_000;

/// Errors that may pass are borne this often without progress in between, for half a minute, before the job fails. Our
/// choice.
const MAX_ERRORS: u32 = 7;

/// A job that was begun this often without an end takes the process down each time: it fails. Our choice.
const MAX_CLAIMS: u32 = 100;

/// What a job does. The words are stored: a variant may be added, never renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Work {
    CreateSnapshot {
        snapshot: SnapshotName,
    },
    CopySnapshot {
        source: SnapshotName,
        target: SnapshotName,
    },
    /// A copy under another key.
    ResealSnapshot {
        source: SnapshotName,
        target: SnapshotName,
        key_arn: String,
    },
    ExportSnapshot(Box<ExportWork>),
    DeleteSnapshot {
        snapshot: SnapshotName,
    },
    StartNodes {
        nodes: Nodes,
    },
    RemoveNodes {
        nodes: Nodes,
        final_snapshot: Option<SnapshotName>,
    },
}

impl Work {
    const fn class(&self) -> Class {
        match self {
            Self::CopySnapshot { .. } | Self::DeleteSnapshot { .. } => Class::Light,
            Self::StartNodes { .. } | Self::RemoveNodes { .. } => Class::Nodes,
            Self::CreateSnapshot { .. } => Class::Capture,
            Self::ResealSnapshot { .. } | Self::ExportSnapshot(_) => Class::Stored,
        }
    }
}

/// Jobs of one class run side by side up to a number, and never wait for those of another: a slow node must not hold up
/// a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// A transaction or two, no bytes.
    Light,
    /// Processes are started and ended.
    Nodes,
    /// Bytes come from a node, as fast as the node gives them.
    Capture,
    /// Stored bytes are read.
    Stored,
}

impl Class {
    const ALL: [Self; 4] = [Self::Light, Self::Nodes, Self::Capture, Self::Stored];

    /// The index of its jobs by the moment they may be claimed.
    const fn by_due(self) -> &'static str {
        match self {
            Self::Light => "due-light",
            Self::Nodes => "due-nodes",
            Self::Capture => "due-capture",
            Self::Stored => "due-stored",
        }
    }

    /// How many run at once. Our choice: two for each core of a small machine, more where little is done.
    const fn slots(self) -> usize {
        match self {
            Self::Light => 64,
            Self::Nodes | Self::Capture | Self::Stored => 4,
        }
    }
}

/// Who may work on a job, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub until: Timestamp,
}

/// A job as the catalog keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub id: JobId,
    pub work: Work,
    /// Rises with every claim. Only the holder of the present number may write.
    pub fence: u64,
    pub lease: Option<Lease>,
    /// Claims since the job was made, or last postponed.
    pub claims: u32,
    /// Errors so far that may pass.
    pub errors: u32,
    pub last_error: Option<String>,
    pub not_before: Timestamp,
}

impl Job {
    /// Exports by the bucket and name they go to, so that no two go to one place (E14c).
    pub(crate) const BY_EXPORT: &'static str = "export";

    /// A job that waits for a worker.
    fn waiting(id: JobId, work: Work, now: Timestamp) -> Self {
        Self { id, work, fence: 0, lease: None, claims: 0, errors: 0, last_error: None, not_before: now }
    }

    /// A job that is claimed from its birth, because a worker of this process is sure to take it.
    fn claimed(id: JobId, work: Work, now: Timestamp) -> Self {
        Self { fence: 1, claims: 1, lease: Some(Lease::from(now)), ..Self::waiting(id, work, now) }
    }

    /// The longest due job of that class, but none that runs here: only a leap of the wall clock makes such a job due.
    ///
    /// One that is further off than any job ever waits was written before the wall clock was put back: it is due too, and
    /// the longest.
    fn due(
        tx: &mut Tx<'_>,
        class: Class,
        now: Timestamp,
        running: &HashSet<JobId>,
    ) -> Result<Option<Self>, CatalogError> {
        let all = Scan::index(class.by_due(), "", running.len() + 1);
        let too_far = Scan { from: Bound::Excluded(due_text(now.plus_ms(LONGEST_PAUSE_MS))), ..all.clone() };
        let passed = Scan { to: Bound::Included(due_text(now)), ..all };
        for scan in [too_far, passed] {
            let due = tx.scan::<Self>(&scan)?.into_iter().find(|job| !running.contains(&job.id));
            if due.is_some() {
                return Ok(due);
            }
        }
        Ok(None)
    }

    /// Claims the longest due job of that class.
    fn claim(
        tx: &mut Tx<'_>,
        class: Class,
        now: Timestamp,
        running: &HashSet<JobId>,
    ) -> Result<Option<Self>, CatalogError> {
        let Some(mut job) = Self::due(tx, class, now, running)? else { return Ok(None) };
        job.fence += 1;
        job.claims = job.claims.saturating_add(1);
        job.lease = Some(Lease::from(now));
        tx.replace(&job)?;
        Ok(Some(job))
    }

    fn due_at(&self) -> Timestamp {
        self.lease.as_ref().map_or(self.not_before, |lease| lease.until.max(self.not_before))
    }
}

impl Lease {
    fn from(now: Timestamp) -> Self {
        Self { until: now.plus_ms(LEASE_MS) }
    }
}

fn due_text(at: Timestamp) -> String {
    format!("{:016}", at.ms().max(0))
}

impl Record for Job {
    const TABLE: Table = Table::Job;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn index(&self) -> Vec<IndexEntry> {
        let due = IndexEntry { index: self.work.class().by_due(), value: due_text(self.due_at()) };
        match &self.work {
            Work::ExportSnapshot(export) => vec![due, IndexEntry { index: Self::BY_EXPORT, value: export.place() }],
            Work::CreateSnapshot { .. }
            | Work::CopySnapshot { .. }
            | Work::ResealSnapshot { .. }
            | Work::DeleteSnapshot { .. }
            | Work::StartNodes { .. }
            | Work::RemoveNodes { .. } => vec![due],
        }
    }
}
