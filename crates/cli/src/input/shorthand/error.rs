//! What is said about shorthand that cannot be read.

use crate::python;

/// Why a word of shorthand is not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum ShorthandError {
    /// Text outside the grammar, or a key given twice: the whole text, with the input and a caret.
    #[error("{0}")]
    Syntax(String),
    /// A file behind `@=` cannot be read.
    #[error("{0}")]
    File(String),
    /// Lists and hashes lie too deep in each other.
    #[error("{}", python::TOO_DEEP)]
    TooDeep,
}

/// What the parser stumbles over. It becomes a text only when nobody reads on in another way: a text shows the whole
/// input, and there may be as many stumbles as pairs.
#[derive(Clone, Debug)]
pub(super) enum Wrong {
    /// Something else was expected at the position `at`; `received` is the character there.
    Unexpected {
        expected: Expected,
        received: Option<char>,
        at: usize,
    },
    /// The pair that begins at `at` has a key that was there before.
    RepeatedKey {
        key: String,
        at: usize,
    },
    File(String),
    TooDeep,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    Mark(char),
    /// A value, by the name of its kind.
    Value(&'static str),
}

impl Wrong {
    pub(super) fn told(self, text: &[char]) -> ShorthandError {
        ShorthandError::Syntax(match self {
            Self::Unexpected { expected, received, at } => {
                let place = with_caret(text, at);
                let (expected, nothing) = match expected {
                    Expected::Mark(mark) => (mark.to_string(), "EOF"),
                    Expected::Value(kind) => (format!("<{kind}>"), "<none>"),
                };
                let received = received.map_or(nothing.to_owned(), String::from);
                format!("Expected: '{expected}', received: '{received}' for input:\n {place}")
            }
            Self::RepeatedKey { key, at } => {
                let place = with_caret(text, at);
                format!(
                    "Second instance of key \"{key}\" encountered for input:\n{place}\n\
                     This is often because there is a preceding \",\" instead of a space."
                )
            }
            Self::File(problem) => return ShorthandError::File(problem),
            Self::TooDeep => return ShorthandError::TooDeep,
        })
    }
}

/// The text with a caret on a line of its own, below the line of the character at `at`.
fn with_caret(text: &[char], at: usize) -> String {
    let (before, after) = text.split_at(at.min(text.len()));
    let column = before.iter().rev().take_while(|c| **c != '\n').count();
    // A caret behind the end of the text stands as far out as it would with more text.
    let column = column + at.saturating_sub(text.len());
    let rest_of_line = after.iter().take_while(|c| **c != '\n').count();
    let (line, below) = text.split_at(before.len() + rest_of_line);
    let (line, below): (String, String) = (line.iter().collect(), below.iter().collect());
    format!("{line}\n{}^{below}", " ".repeat(column))
}
