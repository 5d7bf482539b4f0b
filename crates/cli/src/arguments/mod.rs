//! Words in, a checked command out, by the rules of the reference's argument parser.
//!
//! The words pass several parsers, as in the reference: one for the global options and the command, one for the
//! command's operations, one for the operation's options. Each takes what it knows and hands on the rest.

mod globals;
pub mod parser;
mod suggestions;

pub use globals::Globals;

/// What was given for one option of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Flag(bool),
    Word(String),
    Words(Vec<String>),
}
