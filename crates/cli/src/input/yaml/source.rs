//! The text as the library takes it, whose weak places are kept away from users.
//!
//! libyaml-safer 0.3.0 panics where a text ends inside a line of a block scalar, and where a comma follows a tag. The
//! first is good YAML, the second is none for the reference.

use std::borrow::Cow;
use std::panic::{self, AssertUnwindSafe};

use super::YamlError;

/// A text whose last line ends.
pub(super) struct Source<'t> {
    text: Cow<'t, str>,
    /// Whether the end of the last line is not the text's own.
    completed: bool,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let last_line = text.rsplit(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).next().unwrap_or_default();
        // A line of blanks stays as it is: in a block scalar it would become a line of its value.
        let completed = !last_line.trim_matches(' ').is_empty();
        let text = if completed { format!("{text}\n").into() } else { text.into() };
        Self { text, completed }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Takes the added line end from a block scalar that ends at byte `end`.
    pub(super) fn correct(&self, value: &mut String, end: u64) {
        if self.completed && end == self.text.len() as u64 && value.ends_with('\n') {
            value.pop();
        }
    }
}

/// What `read` gives; where the library panics, the text is no YAML. The panic is not told to the user.
pub(super) fn contained<T>(read: impl FnOnce() -> Result<T, YamlError>) -> Result<T, YamlError> {
    let told = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    // What was half read is dropped unseen.
    let done = panic::catch_unwind(AssertUnwindSafe(read));
    panic::set_hook(told);
    done.unwrap_or(Err(YamlError::Invalid))
}
