//! Errors of the system and of encodings, in the words that Python has for them.

use crate::failure::Failure;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Most bytes of a file that is read, so that an endless one ends in an error. Our choice.
pub(super) const FILE_MAX_BYTES: u64 = 1 << 20;

/// `[Errno 2] No such file or directory: 'path'`
pub(super) fn of_path(error: &io::Error, path: &Path) -> Failure {
    let path = crate::python::str_repr(&path.to_string_lossy());
    let Some(number) = error.raw_os_error() else { return Failure::general(format!("{error}: {path}")) };
    let text = error.to_string();
    let words = text.strip_suffix(&format!(" (os error {number})")).unwrap_or(&text);
    Failure::general(format!("[Errno {number}] {words}: {path}"))
}

/// The text of a whole file that holds a token.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(FILE_MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| of_path(&error, path))?;
    if bytes.len() as u64 > FILE_MAX_BYTES {
        let path = path.display();
        return Err(Failure::general(format!("The file {path} is longer than {FILE_MAX_BYTES} bytes")));
    }
    utf8(bytes)
}

/// The text of these bytes.
///
/// # Errors
/// They are not UTF-8; the failure names the first wrong byte.
pub(super) fn utf8(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let wrong = &error.as_bytes()[start..];
        let (length, reason) = match error.utf8_error().error_len() {
            None => (wrong.len(), "unexpected end of data"),
            Some(1) if !matches!(wrong[0], 0xc2..=0xf4) => (1, "invalid start byte"),
            Some(length) => (length, "invalid continuation byte"),
        };
        let which = match length {
            1 => format!("byte 0x{:02x} in position {start}", wrong[0]),
            _ => format!("bytes in position {start}-{}", start + length - 1),
        };
        Failure::general(format!("'utf-8' codec can't decode {which}: {reason}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_named() {
        let cases: [(&[u8], &str); 4] = [
            (b"x\xe9", "byte 0xe9 in position 1: unexpected end of data"),
            (b"\xff", "byte 0xff in position 0: invalid start byte"),
            (b"\xe9y", "byte 0xe9 in position 0: invalid continuation byte"),
            (b"\xe2\x82y", "bytes in position 0-1: invalid continuation byte"),
        ];
        for (bytes, expected) in cases {
            let expected = format!("'utf-8' codec can't decode {expected}");
            assert_eq!(utf8(bytes.to_vec()), Err(Failure::general(expected)));
        }
    }
}
