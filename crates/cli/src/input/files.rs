//! `file://` and `fileb://`: values that stand in a file.

use std::borrow::Cow;

use crate::Surroundings;
use crate::python;

/// What stands in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

/// Reads the files that values name, as one command sees them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Files<'a> {
    surroundings: &'a Surroundings,
}

impl<'a> Files<'a> {
    pub(super) fn new(surroundings: &'a Surroundings) -> Self {
        Self { surroundings }
    }

    /// What stands in the file that `value` names: text behind `file://`, bytes behind `fileb://`.
    /// `None` when the value names no file.
    ///
    /// # Errors
    /// A file that cannot be read, or whose text is not UTF-8; the error is the reference's text.
    pub(super) fn content(self, value: &str) -> Option<Result<Content, String>> {
        if let Some(path) = value.strip_prefix("file://") {
            return Some(self.text(value, path).map(Content::Text));
        }
        let path = value.strip_prefix("fileb://")?;
        Some(self.bytes(value, path).map(Content::Bytes))
    }

    fn text(self, value: &str, path: &str) -> Result<String, String> {
        let bytes = self.bytes(value, path)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let path = self.expand(path);
            format!(
                "Unable to load paramfile ({path}), text contents could not be decoded.  If this is a binary \
                 file, please use the fileb:// prefix instead of the file:// prefix."
            )
        })?;
        Ok(with_plain_newlines(text))
    }

    fn bytes(self, value: &str, path: &str) -> Result<Vec<u8>, String> {
        let path = self.expand(path);
        std::fs::read(path.as_ref())
            .map_err(|error| format!("Unable to load paramfile {value}: {}", os_error(&error, &path)))
    }

    /// The path with `~` and variables replaced.
    fn expand<'p>(self, path: &'p str) -> Cow<'p, str> {
        let path: Cow<'p, str> = match path.starts_with('~') {
            true => self.surroundings.expand_home(path).to_string_lossy().into_owned().into(),
            false => path.into(),
        };
        if path.contains('$') { self.expand_variables(&path).into() } else { path }
    }

    /// Replaces `$NAME` and `${NAME}`; what names no variable stays as it is.
    fn expand_variables(self, path: &str) -> String {
        let mut expanded = String::new();
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            let (reference, name) = variable_reference(after);
            match name.and_then(|name| self.surroundings.variable(name)) {
                Some(value) => expanded.push_str(value),
                None => {
                    expanded.push('$');
                    expanded.push_str(reference);
                }
            }
            rest = &after[reference.len()..];
        }
        expanded + rest
    }
}

/// How much of the text behind a `$` belongs to it, and the variable that it names.
fn variable_reference(text: &str) -> (&str, Option<&str>) {
    if let Some(braced) = text.strip_prefix('{') {
        return match braced.find('}') {
            Some(end) => (&text[..end + 2], Some(&braced[..end])),
            None => ("", None),
        };
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (&text[..end], Some(&text[..end]))
}

/// Every line end is `\n`, as Python's text files have it.
fn with_plain_newlines(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

/// `[Errno 2] No such file or directory: 'path'`.
fn os_error(error: &std::io::Error, path: &str) -> String {
    let Some(number) = error.raw_os_error() else {
        return error.to_string();
    };
    let text = error.to_string();
    let text = text.strip_suffix(&format!(" (os error {number})")).unwrap_or(&text);
    format!("[Errno {number}] {text}: {}", python::str_repr(path))
}
