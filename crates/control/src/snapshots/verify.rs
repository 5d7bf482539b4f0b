//! Reading what is stored in full, and telling what it is.

use super::verified::{Found, Verified, VerifyError};
use crate::Control;
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::StoredShard;

impl Control {
    /// Reads a stored shard at `position` (from 0) of a snapshot in full. `passed` hears of the bytes of each piece.
    ///
    /// # Errors
    /// When it is not vouched for.
    pub async fn verify_shard(
        &self,
        snapshot: &SnapshotName,
        position: u16,
        stored: &StoredShard,
        passed: impl FnMut(u64) + Send,
    ) -> Result<Found, VerifyError> {
        Verified::open(self, snapshot, position, stored).await?.read_to_end(passed).await
    }
}
