//! Reading files: never without end, and with the reference's words where one cannot be read.

use crate::failure::Failure;
use crate::python;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The largest file that is read, in bytes. Our choice: the reference reads until memory ends.
const LARGEST_BYTES: u64 = 16 * 1024 * 1024;

/// What is in a file.
///
/// # Errors
/// The file cannot be read, or is too large.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST_BYTES {
        true => Err(ErrorKind::FileTooLarge.into()),
        false => Ok(bytes),
    }
}

/// The text of a file.
///
/// # Errors
/// The file cannot be read, is too large, or is not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = read(path).map_err(|error| refused(&error, path))?;
    python::utf8(bytes).map_err(Failure::General)
}

/// The failure when the system refuses something about `path`.
pub(crate) fn refused(error: &io::Error, path: &Path) -> Failure {
    Failure::General(python::os_error_at(error, path))
}
