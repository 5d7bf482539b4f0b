//! What every adapter of a port must do: one function for each sentence of the port's contract.
//!
//! A suite takes a function that makes a fresh, empty adapter and panics at the first broken promise.
#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

mod blobs;
mod catalog;

pub use blobs::blobs;
pub use catalog::catalog;
