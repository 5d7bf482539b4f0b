//! Where sealed blobs lie, and who owns them.

use crate::catalog::{IndexEntry, Record, Table};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use valkeep_domain::ids::{BlobId, JobId};
use valkeep_domain::size::ByteCount;
use valkeep_domain::time::Timestamp;
use valkeep_seal::Buffer;

/// What the caller can do about a failure.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("blob {0} is not there")]
    NotFound(BlobId),
    #[error("blob {0} is already there")]
    AlreadyExists(BlobId),
    /// No room; the same call may succeed once there is.
    #[error("no room for blobs")]
    Full(#[source] std::io::Error),
    #[error("the blob store failed")]
    Failed(#[source] std::io::Error),
}

/// A place for immutable blobs under random ids.
#[async_trait]
pub trait Blobs: Send + Sync + Debug {
    /// Begins a new blob. It can be read only after [`BlobWriter::commit`].
    ///
    /// # Errors
    /// `AlreadyExists` when a committed blob has the id; `Full`, `Failed`.
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError>;

    /// # Errors
    /// `NotFound`, `Failed`.
    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError>;

    /// Removes a blob, committed or begun. Idempotent: a missing blob is success.
    ///
    /// # Errors
    /// `Failed`.
    async fn delete(&self, id: BlobId) -> Result<(), BlobError>;

    /// Every blob that is there, begun ones included, for the sweeper.
    ///
    /// # Errors
    /// `Failed`.
    async fn list(&self) -> Result<Vec<BlobId>, BlobError>;

    /// Takes away what writers left behind that ended badly and that no record of a blob leads to. Called now and then,
    /// beside writers that are at work. Nothing, unless it is overridden.
    ///
    /// # Errors
    /// `Failed`; what is left waits for the next call.
    async fn tidy(&self) -> Result<(), BlobError> {
        Ok(())
    }
}

/// A blob that is being written. Dropped without commit, it leaves nothing that can be read.
#[async_trait]
pub trait BlobWriter: Send + Debug {
    /// Appends.
    ///
    /// # Errors
    /// `Full`, `Failed`; the blob is lost then.
    async fn write(&mut self, bytes: Buffer) -> Result<(), BlobError>;

    /// The blob's first bytes, as far as they would survive power loss by now, so that they can be read back while the
    /// next ones are written. The reader's length is what is settled at this call, and never less than at an earlier one.
    /// Where the system allows, reads go to the storage itself and not to a copy in memory. The
    /// reader goes on to read after the commit; after a drop without commit it may fail.
    ///
    /// `None` for a store that can read nothing before the commit, which is what this does unless it is overridden.
    fn settled(&self) -> Option<Box<dyn BlobReader>> {
        None
    }

    /// Makes the blob readable. Returns when it survives power loss.
    ///
    /// # Errors
    /// `Full`, `Failed`; the blob is lost then and must be written anew.
    async fn commit(self: Box<Self>) -> Result<(), BlobError>;
}

/// A committed blob.
#[async_trait]
pub trait BlobReader: Send + Sync + Debug {
    fn len_bytes(&self) -> u64;

    /// Exactly `len_bytes` bytes from `offset_bytes`, or an error; never a short read.
    ///
    /// # Errors
    /// `Failed`, also when the range passes the end.
    async fn read_at(&self, offset_bytes: u64, len_bytes: usize) -> Result<Buffer, BlobError>;
}

/// Where a blob stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum BlobState {
    /// A job, or an upload to the S3 endpoint (`None`), writes it. Nobody refers to it yet.
    Writing { job: Option<JobId> },
    /// Stored, and owned by that many snapshots or objects.
    Sealed { references: u64 },
    /// Owned by nobody; the bytes go, then this record.
    Dead,
}

impl BlobState {
    /// With one more owner; `None` for a blob that cannot be owned: still written, or dead.
    #[must_use]
    pub fn acquired(&self) -> Option<Self> {
        match self {
            Self::Sealed { references } => Some(Self::Sealed { references: references.saturating_add(1) }),
            Self::Writing { .. } | Self::Dead => None,
        }
    }

    /// With one owner less; the last one leaves a dead blob.
    #[must_use]
    pub fn released(&self) -> Self {
        match self {
            Self::Sealed { references } if *references > 1 => Self::Sealed { references: references - 1 },
            Self::Sealed { .. } | Self::Writing { .. } | Self::Dead => Self::Dead,
        }
    }

    /// Given up by its writer. `None` for a blob that has owners: the commit that gave it to them happened, although its
    /// answer was lost.
    #[must_use]
    pub fn abandoned(&self) -> Option<Self> {
        match self {
            Self::Writing { .. } | Self::Dead => Some(Self::Dead),
            Self::Sealed { .. } => None,
        }
    }
}

/// The record of a blob. It is written before the bytes are, and removed after they are gone, so that no bytes are ever
/// without a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobRecord {
    pub id: BlobId,
    pub state: BlobState,
    /// Size as stored; zero while writing.
    pub stored_bytes: ByteCount,
    /// ARN of the named key that wraps its data key.
    pub key_arn: String,
    /// When it was last read in full; `None` when that is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
}

impl BlobRecord {
    /// Index of blobs by the word of their state: `writing`, `dead` (sealed ones are not listed).
    pub const BY_STATE: &'static str = "state";
}

impl Record for BlobRecord {
    const TABLE: Table = Table::Blob;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn index(&self) -> Vec<IndexEntry> {
        let value = match self.state {
            BlobState::Writing { .. } => "writing",
            BlobState::Dead => "dead",
            BlobState::Sealed { .. } => return Vec::new(),
        };
        vec![IndexEntry { index: Self::BY_STATE, value: value.to_owned() }]
    }
}

#[cfg(test)]
mod tests {
    use super::BlobState::{Dead, Sealed, Writing};

    #[test]
    fn a_blob_lives_as_long_as_it_has_owners() {
        let writing = Writing { job: None };
        for (state, acquired, released, abandoned) in [
            (writing, None, Dead, Some(Dead)),
            (Sealed { references: 1 }, Some(Sealed { references: 2 }), Dead, None),
            (Sealed { references: 2 }, Some(Sealed { references: 3 }), Sealed { references: 1 }, None),
            (Dead, None, Dead, Some(Dead)),
        ] {
            assert_eq!(state.acquired(), acquired, "{state:?}");
            assert_eq!(state.released(), released, "{state:?}");
            assert_eq!(state.abandoned(), abandoned, "{state:?}");
        }
    }
}
