//! JSON as Python's `json` module reads and writes it.

mod parse;
mod print;
mod strings;

#[cfg(test)]
mod tests;

pub(crate) use parse::parse;
pub(crate) use print::{compact, dense, pretty};

use super::{NumberError, TOO_DEEP};

/// Why a text is not taken as JSON; it displays Python's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JsonError {
    /// The text is no JSON. Line and column count from 1 and `offset` from 0, all in characters.
    #[error("{problem}: line {line} column {column} (char {offset})")]
    Syntax { problem: &'static str, line: usize, column: usize, offset: usize },
    /// A whole number that is too long for Python.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Lists and maps that lie too deep in each other.
    #[error("{TOO_DEEP} while decoding a JSON {kind} from a unicode string")]
    TooDeep { kind: &'static str },
    /// Half of a surrogate pair, which Python reads and then cannot write as UTF-8.
    #[error("'utf-8' codec can't encode character '\\u{code:x}' in position {position}: surrogates not allowed")]
    Surrogate { code: u32, position: usize },
}

impl JsonError {
    /// Whether the reference says that the JSON is invalid, and where it came from. Any other error ends
    /// the command with its own text alone, as [`crate::failure::Failure::General`].
    pub(crate) fn is_invalid_json(&self) -> bool {
        match self {
            Self::Syntax { .. } | Self::Number(_) => true,
            Self::TooDeep { .. } | Self::Surrogate { .. } => false,
        }
    }
}
