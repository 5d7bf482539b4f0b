//! The embedded key service: named keys under one master key, in the catalog.
//!
//! A hierarchy of three. The *master key* is a file of this machine and never leaves it. It wraps the material of the
//! *named keys*, which are records of the catalog. A named key wraps the *data keys* of blobs, which lie in the blobs.
//! Each named key is also kept as a small file ([`files`]), since a lost catalog would take every snapshot with it.
//! Everything that is wrapped is AES-256-GCM with a random nonce ([`cipher`]); what it belongs to is its associated data.
//!
//! Invariants: no secret is stored, shown or logged in the clear; a key that was disabled opens nothing from the moment the
//! call returned, since no opened key is kept.

mod cipher;
mod files;
mod keyring;
mod master;
mod named;

pub use files::KeyFileError;
pub use keyring::{AdminError, DEFAULT_ALIAS, Keyring, ReadBack};
pub use master::{MasterKey, MasterKeyError};
pub use named::KeyDescription;
