//! The edge of the service: configuration, HTTP, authentication, dispatch, answers, the operator's commands, and the wiring
//! of all adapters.
//!
//! One port serves everything; the service that a request is for is the one its signature names. The way of a Query
//! request: [`http`] → [`gate`] (who signed it) → [`dispatch`] (which operation) → `requests` (parameters into types) →
//! `valkeep_control` → `answers` → XML.

pub mod admin;
mod answers;
mod blob_place;
pub mod config;
pub mod directory;
mod dispatch;
mod fault;
mod gate;
mod http;
mod requests;
mod s3;
pub mod serve;
mod system;
mod tls;
mod wiring;

/// The places where a test can end the process.
#[cfg(feature = "crash-points")]
pub fn crash_points() -> impl Iterator<Item = &'static str> {
    valkeep_control::crash::CrashPoint::ALL.iter().map(|point| point.name())
}
