//! Streams as sealed blobs: what is written is sealed on its way, what is read is opened, a few segments at a time.
//!
//! Zipping, sealing, digests and opening run on threads for such work, a bounded number of segments at once and in order;
//! buffers are filled again. At 1 MiB a segment a writer holds at most 20 MiB, what it reads back behind itself and zstd's
//! working memory included; a reader holds at most 12 MiB. When writer or reader is dropped, the segments under way end
//! within milliseconds and are thrown away.

mod behind;
mod pressure;
mod reader;
mod reseal;
mod writer;

pub use behind::Committed;
pub use reader::{Pieces, SealedReader};
pub use reseal::reseal;
pub use writer::SealedWriter;

use crate::blobs::BlobError;
use crate::keys::KeyError;
use valkeep_domain::ids::BlobId;
use valkeep_seal::{Compression, SealError};

/// Why a stream was not sealed or not opened.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The blob is damaged, or a wish is outside the limits of the format.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The blob that lies under one id says it is another.
    #[error("blob {asked} holds the blob {found}")]
    Swapped { asked: BlobId, found: BlobId },
    /// A thread ended without an answer.
    #[error("a thread that seals or opens was lost")]
    Lost(#[from] tokio::task::JoinError),
}

/// What is known of a blob before its first byte.
#[derive(Clone, Debug)]
pub struct NewBlob {
    pub id: BlobId,
    /// ARN of the named key that wraps the fresh data key.
    pub key_arn: String,
    /// Encryption context of the wrapping.
    pub context: Vec<(String, String)>,
    /// What the blob holds, enough to rebuild a lost catalog. Not secret.
    pub subject: Vec<u8>,
    pub compression: Compression,
    /// Whether what is settled is read back while the next segments are written, so that little is left for
    /// [`Committed::read_back`].
    pub read_behind: bool,
}

/// What is known of a blob that is another one sealed anew.
#[derive(Clone, Debug)]
pub struct ResealedBlob {
    pub id: BlobId,
    /// ARN of the named key that wraps the fresh data key.
    pub key_arn: String,
    /// Encryption context of the wrapping.
    pub context: Vec<(String, String)>,
    /// What the blob holds. Not secret.
    pub subject: Vec<u8>,
}

/// For calls after one that failed or was given up.
fn failed_before() -> SealedError {
    BlobError::Failed(std::io::Error::other("an earlier step of this blob failed")).into()
}
