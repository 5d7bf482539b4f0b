//! The one place that reads a stored shard and vouches for it.
//!
//! Three things happen to each piece: it is read, it is opened (which authenticates it), and it is checked: digested and
//! walked. Walk and digest have a thread each and run while the next pieces are opened, so that all cores share the work.

use super::facts::{Disagreement, agree};
use crate::Control;
use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use serde_json::{Map, Value};
use std::io;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use valkeep_domain::ids::BlobId;
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::StoredShard;
use valkeep_ports::blobs::BlobError;
use valkeep_ports::keys::KeyError;
use valkeep_ports::sealed::{Pieces, SealedError, SealedReader};
use valkeep_rdb::{Facts, Inspector, RdbError};

/// A stored shard was not vouched for: whose, and why.
#[derive(Debug, thiserror::Error)]
#[error("snapshot {snapshot}, shard {shard:04}, blob {blob}")]
pub struct VerifyError {
    pub snapshot: SnapshotName,
    /// From 1, as the objects of an export are numbered.
    pub shard: u32,
    pub blob: BlobId,
    #[source]
    pub cause: Cause,
}

/// Why a stream is not vouched for.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// What was opened is no intact file. Its segments are authentic, so it was sealed so.
    #[error(transparent)]
    Rdb(#[from] RdbError),
    #[error("{0} bytes follow the end of the file")]
    Trailing(u64),
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    #[error("the facts of the footer cannot be read")]
    Facts(#[source] serde_json::Error),
    /// An earlier call of [`Verified::next`] failed or was given up.
    #[error("the verification was cut short")]
    CutShort,
    #[error("the thread of the check was lost")]
    Lost(#[from] JoinError),
}

impl Cause {
    /// Whether the stored bytes are to blame. Otherwise they could not be read or opened now, and nothing is known of them.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Sealed(SealedError::Seal(_) | SealedError::Swapped { .. })
            | Self::Sealed(SealedError::Blob(BlobError::NotFound(_)) | SealedError::Key(KeyError::Unwrap(_)))
            | Self::Rdb(_)
            | Self::Trailing(_)
            | Self::Disagreement(_)
            | Self::Facts(_) => true,
            // A blob that ends before its own lengths say so.
            Self::Sealed(SealedError::Blob(BlobError::Failed(error))) => error.kind() == io::ErrorKind::UnexpectedEof,
            Self::Sealed(SealedError::Blob(BlobError::AlreadyExists(_) | BlobError::Full(_)))
            | Self::Sealed(SealedError::Key(
                KeyError::NotFound(_) | KeyError::Disabled(_) | KeyError::Unavailable(_),
            ))
            | Self::Sealed(SealedError::Lost(_))
            | Self::CutShort
            | Self::Lost(_) => false,
        }
    }
}

/// A stored shard that is being read and vouched for.
#[derive(Debug)]
pub(crate) struct Verified {
    snapshot: SnapshotName,
    shard: u32,
    stored: StoredShard,
    recorded: Map<String, Value>,
    pieces: Pieces,
    stage: Stage,
}

/// What the check is at.
#[derive(Debug)]
enum Stage {
    /// It has a piece.
    Piece(Checking),
    /// It has all of them.
    End(JoinHandle<Result<Found, Cause>>),
    Agreed(Box<Found>),
    Broken,
}

impl Verified {
    /// Opens the shard at `position` (from 0) of a snapshot, and compares its footer with the catalog's record.
    ///
    /// # Errors
    /// When the shard cannot be opened, or is not the one that was recorded.
    pub(crate) async fn open(
        control: &Control,
        snapshot: &SnapshotName,
        position: u16,
        stored: &StoredShard,
    ) -> Result<Self, VerifyError> {
        let shard = u32::from(position) + 1;
        let opened = Self::try_open(control, snapshot, shard, stored).await;
        opened.map_err(|cause| VerifyError { snapshot: snapshot.clone(), shard, blob: stored.blob, cause })
    }

    /// Like [`Self::open`], for a blob that the catalog does not know: what it says of itself is the record.
    pub(crate) async fn open_unknown(
        reader: SealedReader,
        snapshot: &SnapshotName,
        position: u16,
        stored: &StoredShard,
    ) -> Result<Self, VerifyError> {
        let shard = u32::from(position) + 1;
        let opened = Self::of(reader, snapshot, shard, stored).await;
        opened.map_err(|cause| VerifyError { snapshot: snapshot.clone(), shard, blob: stored.blob, cause })
    }

    async fn try_open(
        control: &Control,
        snapshot: &SnapshotName,
        shard: u32,
        stored: &StoredShard,
    ) -> Result<Self, Cause> {
        let reader = SealedReader::open(control.ports.blobs.as_ref(), control.ports.keys.as_ref(), stored.blob).await?;
        Self::of(reader, snapshot, shard, stored).await
    }

    async fn of(
        reader: SealedReader,
        snapshot: &SnapshotName,
        shard: u32,
        stored: &StoredShard,
    ) -> Result<Self, Cause> {
        let footer = reader.footer();
        Disagreement::check("size", footer.plain_bytes, stored.rdb_bytes.0)?;
        Disagreement::check("sha256", hex::encode(footer.sha256), &stored.sha256)?;
        let recorded = serde_json::from_slice(&footer.facts).map_err(Cause::Facts)?;
        let mut pieces = reader.pieces(0..u64::MAX);
        let first = pieces.next().await?.unwrap_or_default();
        let stage = Stage::Piece(Check::new().begin(Bytes::from_owner(first)));
        Ok(Self { snapshot: snapshot.clone(), shard, stored: stored.clone(), recorded, pieces, stage })
    }

    /// The next plaintext, in order, at most a segment. `None` comes only when everything agreed: each segment was
    /// authentic, digest and size are those of the footer and of the catalog, the file ends exactly where the stream ends,
    /// and its checksum and counts are the recorded ones. What was given before must not be relied on until then.
    ///
    /// # Errors
    /// When anything disagrees or cannot be read. No `None` comes after an error.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, VerifyError> {
        self.try_next().await.map_err(|cause| VerifyError {
            snapshot: self.snapshot.clone(),
            shard: self.shard,
            blob: self.stored.blob,
            cause,
        })
    }

    async fn try_next(&mut self) -> Result<Option<Bytes>, Cause> {
        // A call that is given up in the middle leaves this.
        match std::mem::replace(&mut self.stage, Stage::Broken) {
            Stage::Piece(checking) => {
                let (checked, coming) = tokio::join!(checking.ended(), self.pieces.next());
                let (check, piece) = checked?;
                self.stage = match coming? {
                    Some(coming) => Stage::Piece(check.begin(Bytes::from_owner(coming))),
                    None => Stage::End(spawn_blocking(move || check.finish())),
                };
                Ok(Some(piece))
            }
            Stage::End(ending) => {
                let found = ending.await??;
                found.agree_with(&self.stored, &self.recorded)?;
                self.stage = Stage::Agreed(Box::new(found));
                Ok(None)
            }
            Stage::Agreed(found) => {
                self.stage = Stage::Agreed(found);
                Ok(None)
            }
            Stage::Broken => Err(Cause::CutShort),
        }
    }

    /// What was read, once `next` gave `None`.
    ///
    /// # Errors
    /// `CutShort` before that.
    pub(crate) fn found(self) -> Result<Found, VerifyError> {
        match self.stage {
            Stage::Agreed(found) => Ok(*found),
            Stage::Piece(_) | Stage::End(_) | Stage::Broken => Err(VerifyError {
                snapshot: self.snapshot,
                shard: self.shard,
                blob: self.stored.blob,
                cause: Cause::CutShort,
            }),
        }
    }
}

/// Walk and digest of one file.
#[derive(Debug)]
pub struct Check {
    walk: Walk,
    sha256: Sha256,
}

#[derive(Debug)]
struct Walk {
    inspector: Inspector,
    trailing_bytes: u64,
}

struct Sha256(Context);

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sha256(..)")
    }
}

/// A piece that is being walked and digested, each on a thread for such work.
#[derive(Debug)]
struct Checking {
    piece: Bytes,
    walk: JoinHandle<Result<Walk, Cause>>,
    sha256: JoinHandle<Sha256>,
}

/// What a check found in an intact file.
#[derive(Clone, Debug)]
pub struct Found {
    pub facts: Facts,
    /// Hexadecimal.
    pub sha256: String,
}

impl Default for Check {
    fn default() -> Self {
        Self::new()
    }
}

impl Check {
    #[must_use]
    pub fn new() -> Self {
        Self { walk: Walk { inspector: Inspector::new(), trailing_bytes: 0 }, sha256: Sha256(Context::new(&SHA256)) }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// `Rdb` when they cannot belong to an intact file.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        self.walk.push(bytes)?;
        self.sha256.0.update(bytes);
        Ok(())
    }

    /// Begins to take the next bytes of the file.
    fn begin(self, piece: Bytes) -> Checking {
        let Self { mut walk, mut sha256 } = self;
        let (walked, digested) = (piece.clone(), piece.clone());
        Checking {
            piece,
            walk: spawn_blocking(move || walk.push(&walked).map(|()| walk)),
            sha256: spawn_blocking(move || {
                sha256.0.update(&digested);
                sha256
            }),
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// `Rdb` when it is not complete; `Trailing`.
    pub fn finish(self) -> Result<Found, Cause> {
        let Walk { inspector, trailing_bytes } = self.walk;
        let facts = inspector.finish()?;
        if trailing_bytes > 0 {
            return Err(Cause::Trailing(trailing_bytes));
        }
        Ok(Found { facts, sha256: hex::encode(self.sha256.0.finish()) })
    }
}

impl Walk {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        let used = self.inspector.push(bytes)?;
        self.trailing_bytes += (bytes.len() - used) as u64;
        Ok(())
    }
}

impl Checking {
    /// Waits until the piece was taken, and gives it back.
    async fn ended(self) -> Result<(Check, Bytes), Cause> {
        let Self { piece, walk, sha256 } = self;
        Ok((Check { walk: walk.await??, sha256: sha256.await? }, piece))
    }
}

impl Found {
    fn agree_with(&self, stored: &StoredShard, recorded: &Map<String, Value>) -> Result<(), Disagreement> {
        let Self { facts, sha256 } = self;
        Disagreement::check("sha256", sha256, &stored.sha256)?;
        Disagreement::check("size", facts.bytes, stored.rdb_bytes.0)?;
        Disagreement::check("format", &facts.format, &stored.format)?;
        Disagreement::check("keys", facts.keys, stored.keys)?;
        if let Some(crc64) = &stored.crc64 {
            Disagreement::check("crc64", facts.crc64.clone().unwrap_or_default(), crc64)?;
        }
        agree(facts, recorded)
    }
}
