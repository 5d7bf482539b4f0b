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

impl ShorthandError {
    /// Something else was expected at the position `at`; `received` is the character there.
    pub(super) fn unexpected(text: &[char], expected: &str, received: &str, at: usize) -> Self {
        let place = with_caret(text, at);
        Self::Syntax(format!("Expected: '{expected}', received: '{received}' for input:\n {place}"))
    }

    /// The pair that begins at `at` has a key that was there before.
    pub(super) fn repeated_key(text: &[char], key: &str, at: usize) -> Self {
        let place = with_caret(text, at);
        Self::Syntax(format!(
            "Second instance of key \"{key}\" encountered for input:\n{place}\n\
             This is often because there is a preceding \",\" instead of a space."
        ))
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
