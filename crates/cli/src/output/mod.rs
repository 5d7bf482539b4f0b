//! What goes to the terminal: formats, colours, the pager, and failures.

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::Session;

/// The values of `--output`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Text,
    Table,
    Yaml,
    YamlStream,
    Off,
}

/// The values of `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    On,
    Off,
    #[default]
    Auto,
}

/// The values of `--cli-error-format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorFormat {
    Legacy,
    Json,
    Yaml,
    Text,
    Table,
    Enhanced,
}

/// Prints the answer of `operation` to standard output, through the query, the format and the pager of the session.
pub fn print(_session: Session<'_>, _operation: &str, _answer: &mut dyn Answer) -> Result<(), Failure> {
    Ok(())
}

/// Prints a failure to standard error.
pub fn report(_program: &str, _format: ErrorFormat, _failure: &Failure) {}
