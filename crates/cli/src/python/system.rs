//! Errors of the system and of encodings, in the words that Python has for them.

use super::repr::str_repr;
use std::io;
use std::path::Path;

/// `[Errno 28] No space left on device`
pub(crate) fn os_error(error: &io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(number) => {
            let words = text.strip_suffix(&format!(" (os error {number})")).unwrap_or(&text);
            format!("[Errno {number}] {words}")
        }
        None => text,
    }
}

/// `[Errno 2] No such file or directory: 'path'`
pub(crate) fn os_error_at(error: &io::Error, path: &Path) -> String {
    format!("{}: {}", os_error(error), str_repr(&path.to_string_lossy()))
}

/// The text of these bytes.
///
/// # Errors
/// They are not UTF-8; the error names the first wrong byte.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, String> {
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
        format!("'utf-8' codec can't decode {which}: {reason}")
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
            assert_eq!(utf8(bytes.to_vec()), Err(expected));
        }
    }
}
