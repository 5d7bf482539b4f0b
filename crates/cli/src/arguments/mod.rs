//! Words in, a checked command out, by the rules of the reference's argument parser.
//!
//! The words pass several parsers, as in the reference: one for the global options and the command, one for the
//! command's operations, one for the operation's options. Each takes what it knows and hands on the rest. Aliases
//! are written out where they stand.

mod command;
mod globals;
mod operation;
pub mod parser;
mod services;
mod suggestions;
mod waiters;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use globals::{Globals, check_first, unknown_options};
pub use operation::{CliInput, OperationCall, Skeleton};
pub use waiters::WaiterCall;

use crate::Surroundings;
use crate::config::Settings;
use crate::failure::Failure;

/// What was given for one option of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Flag(bool),
    Word(String),
    Words(Vec<String>),
}

/// Words that are no command of ours.
#[derive(Debug)]
pub struct Refused {
    pub failure: Failure,
    /// The options that decide how a failure is told, where the words were understood so far.
    pub globals: Globals,
}

/// Reads one command line. `settings` look through the profile of the words from the moment on at which the
/// reference does, so that a failure after it is reported as that profile says.
pub fn parse(
    words: &[String],
    surroundings: &Surroundings,
    settings: &mut Settings,
) -> Result<(Globals, Command), Refused> {
    let mut reader = command::Reader::new(surroundings, settings)
        .map_err(|failure| Refused { failure, globals: Globals::default() })?;
    match reader.read(words) {
        Ok(command) => Ok((reader.globals(), command)),
        Err(failure) => Err(Refused { failure, globals: reader.understood() }),
    }
}
