//! The sealed blob from the outside.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails ends its test")]

mod blobs;
mod damage;
mod read_back;
mod reseal;
mod stream;
mod vectors;
