//! How many bodies are under way at a time: each holds memory for as long as its client takes.

use super::error::{Refusal, refuse};
use s3s::S3ErrorCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Objects that are read at the same time. Each holds a few segments; 48 hold less than 256 MiB. Our choice.
const MAX_READS: usize = 48;

/// Bodies that are stored at the same time. Each holds what its sealing holds, 8 MiB as a rule and 20 MiB at most. Our choice.
const MAX_WRITES: usize = 32;

/// How long a body waits for its place. Our choice.
const PATIENCE: Duration = Duration::from_secs(30);

/// The places of one endpoint.
#[derive(Debug)]
pub struct Places {
    reads: Arc<Semaphore>,
    writes: Arc<Semaphore>,
}

impl Default for Places {
    fn default() -> Self {
        Self { reads: Arc::new(Semaphore::new(MAX_READS)), writes: Arc::new(Semaphore::new(MAX_WRITES)) }
    }
}

impl Places {
    /// # Errors
    /// `SlowDown` when none is free in time.
    pub(super) async fn to_read(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        place(&self.reads, PATIENCE).await
    }

    /// # Errors
    /// `SlowDown` when none is free in time.
    pub(super) async fn to_write(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        place(&self.writes, PATIENCE).await
    }
}

async fn place(places: &Arc<Semaphore>, patience: Duration) -> Result<OwnedSemaphorePermit, Refusal> {
    match tokio::time::timeout(patience, Arc::clone(places).acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(_)) | Err(_) => {
            Err(refuse(S3ErrorCode::SlowDown, "Too many objects are being read or written. Try again."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::error::Trouble;

    #[tokio::test]
    async fn who_finds_no_place_is_asked_to_slow_down_and_one_that_ends_makes_room() {
        let places = Places::default();
        let mut held = Vec::new();
        for _ in 0..MAX_WRITES {
            held.push(places.to_write().await.unwrap());
        }
        let refused = place(&places.writes, Duration::ZERO).await.unwrap_err();
        assert_eq!(refused.code, S3ErrorCode::SlowDown);
        assert!(Trouble::from(refused).may_pass());
        assert!(places.to_read().await.is_ok());
        held.pop();
        assert!(places.to_write().await.is_ok());
    }
}
