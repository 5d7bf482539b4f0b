//! `file://` and `fileb://`: values that stand in a file.

use std::path::PathBuf;

use crate::Surroundings;
use crate::files;
use crate::python;

/// What stands in a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

/// Reads the files that values name, as one command sees them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Files<'a> {
    surroundings: &'a Surroundings,
}

impl<'a> Files<'a> {
    pub(crate) fn new(surroundings: &'a Surroundings) -> Self {
        Self { surroundings }
    }

    /// What stands in the file that `value` names: text behind `file://`, bytes behind `fileb://`.
    /// `None` when the value names no file.
    ///
    /// # Errors
    /// A file that cannot be read, or whose text is not UTF-8; the error is the reference's text.
    pub(crate) fn content(self, value: &str) -> Option<Result<Content, String>> {
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
            let path = path.display();
            format!(
                "Unable to load paramfile ({path}), text contents could not be decoded.  If this is a binary \
                 file, please use the fileb:// prefix instead of the file:// prefix."
            )
        })?;
        Ok(with_plain_newlines(text))
    }

    fn bytes(self, value: &str, path: &str) -> Result<Vec<u8>, String> {
        let path = self.expand(path);
        files::read(&path)
            .map_err(|error| format!("Unable to load paramfile {value}: {}", python::os_error_at(&error, &path)))
    }

    /// The path with the home folder and then variables replaced.
    fn expand(self, path: &str) -> PathBuf {
        let path = self.surroundings.expand_home(path);
        self.surroundings.expand_variables(&path.to_string_lossy()).into()
    }
}

/// Every line end is `\n`, as Python's text files have it.
fn with_plain_newlines(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}
