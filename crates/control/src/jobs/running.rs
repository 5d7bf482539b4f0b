//! The jobs that this process works on.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use valkeep_domain::ids::JobId;

/// Jobs of this process, so that it does not claim one of them again when the wall clock leaps past its lease.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<HashSet<JobId>>);

/// A job is listed for as long as this lives.
pub(super) struct Listed<'a> {
    running: &'a Running,
    id: JobId,
}

impl Running {
    pub(super) fn list(&self, id: JobId) -> Listed<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        Listed { running: self, id }
    }

    pub(super) fn all(&self) -> HashSet<JobId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
