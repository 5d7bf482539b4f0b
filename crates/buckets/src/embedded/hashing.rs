//! Hashing of a body beside its way into the blob.

use super::checksums::{BodyHasher, Claims, Passed};
use super::error::Trouble;
use tokio::task::{JoinHandle, spawn_blocking};
use valkeep_ports::sealed::SealedError;

/// What one thread hashes in one go, in bytes: few enough to be in a core's cache still, enough that the hand-over costs
/// nothing beside MD5. Our choice.
const PIECE_BYTES: usize = 256 << 10;

/// Hashes on a thread for such work, in order, a piece at a time; the next piece is collected meanwhile. Two buffers are
/// filled in turns.
pub(super) struct Hashing {
    piece: Vec<u8>,
    /// The thread that has the piece before; it gives back its buffer.
    under_way: JoinHandle<(BodyHasher, Vec<u8>)>,
    length_bytes: u64,
}

impl Hashing {
    pub(super) fn new(claims: &Claims) -> Self {
        let hasher = BodyHasher::new(claims);
        Self { piece: Vec::new(), under_way: spawn_blocking(|| (hasher, Vec::new())), length_bytes: 0 }
    }

    pub(super) fn length_bytes(&self) -> u64 {
        self.length_bytes
    }

    /// Takes the next bytes; waits while the piece before is hashed and another one is full.
    ///
    /// # Errors
    /// When a thread was lost.
    pub(super) async fn push(&mut self, mut bytes: &[u8]) -> Result<(), Trouble> {
        self.length_bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE_BYTES - self.piece.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == PIECE_BYTES {
                self.hash().await?;
            }
        }
        Ok(())
    }

    /// Hands the piece over, once the one before is done.
    async fn hash(&mut self) -> Result<(), Trouble> {
        let (mut hasher, mut spent) = (&mut self.under_way).await.map_err(SealedError::from)?;
        spent.clear();
        let piece = std::mem::replace(&mut self.piece, spent);
        self.under_way = spawn_blocking(move || {
            hasher.update(&piece);
            (hasher, piece)
        });
        Ok(())
    }

    /// Ends the body and compares it with what was claimed of it.
    ///
    /// # Errors
    /// Those of [`BodyHasher::finish`]; when a thread was lost.
    pub(super) async fn finish(mut self, claims: &Claims) -> Result<Passed, Trouble> {
        self.hash().await?;
        let (hasher, _) = self.under_way.await.map_err(SealedError::from)?;
        Ok(hasher.finish(claims)?)
    }
}
