//! The two files themselves: where they are, and their text.

use crate::Surroundings;
use crate::failure::Failure;
use crate::files;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file that `variable` names, or `default`. Variables in the name are replaced before the home folder.
pub(crate) fn path(surroundings: &Surroundings, variable: &str, default: &str) -> PathBuf {
    let name = surroundings.variable(variable).unwrap_or(default);
    surroundings.expand_home(&surroundings.expand_variables(name))
}

/// The text of a file; `None` when there is no regular file at `path`.
///
/// # Errors
/// The file is not UTF-8, or too large.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Failure> {
    if !path.is_file() {
        return Ok(None);
    }
    match files::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| unparsable(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Err(unparsable(path)),
        Err(error) => Err(files::refused(&error, path)),
    }
}

/// The one thing that is said about a file that cannot be used.
pub(crate) fn unparsable(path: &Path) -> Failure {
    Failure::general(format!("Unable to parse config file: {}", path.display()))
}
