//! Words in, a checked command out, by the rules of the reference's argument parser.
//!
//! The words pass several parsers, as in the reference: one for the global options and the command, one for the
//! command's operations, one for the operation's options. Each takes what it knows and hands on the rest. Aliases
//! are written out where they stand.

mod command;
mod globals;
mod operation;
mod paging;
pub(crate) mod parser;
mod services;
mod suggestions;
mod waiters;

#[cfg(test)]
mod tests;

pub(crate) use command::Command;
pub(crate) use globals::{check_first, unknown_options};
pub(crate) use operation::{CliInput, OperationCall, Skeleton};
pub(crate) use paging::Paging;
pub(crate) use waiters::WaiterCall;

use crate::Surroundings;
use crate::config::Settings;
use crate::failure::Failure;
use crate::globals::Globals;

/// What was given for one option of an operation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    Flag(bool),
    Word(String),
    Words(Vec<String>),
}

/// Reads one command line. `settings` look through the profile of the words from the moment on at which the
/// reference does, so that a failure after it is reported as that profile says.
///
/// The global options are there in any case, as far as the words were understood: they decide how a failure is told.
pub(crate) fn parse(
    words: &[String],
    surroundings: &Surroundings,
    settings: &mut Settings,
) -> (Globals, Result<Command, Failure>) {
    let mut reader = match command::Reader::new(surroundings, settings) {
        Ok(reader) => reader,
        Err(failure) => return (Globals::default(), Err(failure)),
    };
    match reader.read(words) {
        Ok(command) => (reader.globals(), Ok(command)),
        Err(failure) => (reader.understood(), Err(failure)),
    }
}
