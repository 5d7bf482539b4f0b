//! The application over adapters in memory: statuses, access, jobs that fail and die, copies, exports.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod copies;
mod damage;
mod events;
mod export;
mod jobs;
mod progress;
mod repair;
mod shards;
mod statuses;
mod support;
