//! The sealed blob: one byte stream, encrypted in segments, immutable.
//!
//! Owns format v1 of `docs/blob-format.md`: keys in, bytes out. It does no I/O, reads no clock and draws no randomness;
//! callers bring data keys and blob ids, move the bytes, and know where blobs lie.
//!
//! Invariants:
//! - No plaintext leaves before its segment was authenticated, and nothing is opened before the key commitment matched.
//! - A [`DataKey`] seals one blob: [`Sealer`] and [`Resealer`] consume it, and it cannot be cloned.
//! - Memory does not follow announced lengths, only the limits of the format. A stream takes it once ([`Buffers`]).

mod blob_id;
mod buffer;
mod compression;
mod digest;
mod error;
mod fields;
mod footer;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod header;
mod index;
mod keys;
mod opener;
mod read_back;
mod resealer;
mod sealer;
mod segment;
mod tail;
mod writer;

pub use blob_id::{BlobId, InvalidBlobId};
pub use buffer::{ALIGNMENT, Buffer, Buffers};
pub use compression::{Compression, Zipper};
pub use digest::PlainDigest;
pub use error::{Place, SealError};
pub use footer::Footer;
pub use header::{Decoded, Header};
pub use index::SegmentAt;
pub use keys::DataKey;
pub use opener::Opener;
pub use read_back::ReadBack;
pub use resealer::{Resealer, SegmentResealer};
pub use sealer::{Piece, Sealer, SegmentSealer};
pub use segment::SegmentSize;
pub use tail::Tail;
pub use writer::{Sealed, Segment};
