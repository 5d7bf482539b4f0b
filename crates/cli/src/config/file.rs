//! The two files themselves: where they are, and their text.

use crate::Surroundings;
use crate::failure::Failure;
use crate::python;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes. Our choice: the reference reads until memory ends.
const LARGEST_BYTES: u64 = 16 * 1024 * 1024;

/// The file that `variable` names, or `default`.
pub(crate) fn path(surroundings: &Surroundings, variable: &str, default: &str) -> PathBuf {
    expand(surroundings, surroundings.variable(variable).unwrap_or(default))
}

/// A path with variables and the home folder in it replaced.
pub(crate) fn expand(surroundings: &Surroundings, path: &str) -> PathBuf {
    surroundings.expand_home(&expand_variables(surroundings, path))
}

/// The text of a file; `None` when there is no regular file at `path`.
///
/// # Errors
/// The file is not UTF-8, or too large.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Failure> {
    if !path.is_file() {
        return Ok(None);
    }
    match read_bytes(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| unparsable(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Err(unparsable(path)),
        Err(error) => Err(system_error(&error, path)),
    }
}

/// What is in a file.
///
/// # Errors
/// The file cannot be read, or is too large.
pub(crate) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST_BYTES {
        true => Err(ErrorKind::FileTooLarge.into()),
        false => Ok(bytes),
    }
}

/// The one thing that is said about a file that cannot be used.
pub(crate) fn unparsable(path: &Path) -> Failure {
    Failure::general(format!("Unable to parse config file: {}", path.display()))
}

/// The failure when the system refuses something about `path`.
pub(crate) fn system_error(error: &io::Error, path: &Path) -> Failure {
    Failure::General(system_message(error, path))
}

/// What Python says when the system refuses: `[Errno 13] Permission denied: '/a/config'`.
pub(crate) fn system_message(error: &io::Error, path: &Path) -> String {
    let text = error.to_string();
    let path = python::str_repr(&path.display().to_string());
    match (error.raw_os_error(), text.split_once(" (os error")) {
        (Some(number), Some((text, _))) => format!("[Errno {number}] {text}: {path}"),
        _ => text,
    }
}

/// Replaces `$NAME` and `${NAME}` where such a variable is there.
fn expand_variables(surroundings: &Surroundings, path: &str) -> String {
    let mut expanded = String::new();
    let mut rest = path;
    while let Some(dollar) = rest.find('$') {
        let (before, after) = rest.split_at(dollar);
        expanded.push_str(before);
        let (name, end) = reference(&after[1..]);
        match surroundings.variable(name) {
            Some(value) => expanded.push_str(value),
            None => expanded.push_str(&after[..end + 1]),
        }
        rest = &after[end + 1..];
    }
    expanded + rest
}

/// The name at the start of `text`, plain or in braces, and where it ends; an empty one is nobody's.
fn reference(text: &str) -> (&str, usize) {
    if let Some((name, _)) = text.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
        return (name, name.len() + 2);
    }
    let end = text.find(|character: char| character != '_' && !character.is_ascii_alphanumeric()).unwrap_or(text.len());
    (&text[..end], end)
}
