//! The twin of the AWS CLI v2 for ElastiCache: `elasticache …`, `configure …`, `sts get-caller-identity`.
//!
//! Owns everything between the words of a command line and the bytes on a terminal: arguments,
//! configuration, credentials, calls, output. Driven by the tables of `api`; knows nothing of the
//! service's insides, so that it works against any endpoint that speaks the same API.
//!
//! Where a rule names no source, it is what AWS CLI 2.36.7 and 2.38.5 were seen to do.

mod alias;
mod answer;
mod arguments;
mod call;
mod commands;
mod completion;
mod config;
mod configure;
mod credentials;
mod debug;
mod document;
mod failure;
mod files;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod globals;
mod help;
mod input;
mod jmespath;
mod names;
mod output;
mod pages;
mod progress;
mod prompt;
mod python;
mod session;
mod shell;
mod surroundings;
mod terminal;
mod transport;
mod waiters;
mod waiting;

pub use surroundings::Surroundings;

/// Runs one command, and says with which code the process is to end.
pub fn run(surroundings: Surroundings) -> u8 {
    commands::run(&surroundings)
}
