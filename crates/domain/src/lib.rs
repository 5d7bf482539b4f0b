//! The words of the service and their rules: names, ARNs, statuses, tags, windows, node types, engine versions,
//! and what a copy inherits.
//!
//! Pure: no input or output, no clock, no randomness. Everything a caller gives is parsed into a type here once and
//! trusted after. Marks such as `N1` or `L24` name the statements in `docs/behaviour.md` that a rule comes from.

pub mod arn;
pub mod cluster;
pub mod engine;
pub mod event;
pub mod export;
pub mod ids;
pub mod names;
pub mod node_types;
pub mod size;
pub mod slots;
pub mod snapshot;
pub mod tags;
pub mod time;
pub mod windows;
