//! Names of keys as they are kept and shown.

/// Bytes of a name that are kept.
const KEPT_BYTES: usize = 64;

/// The beginning of a name, held in place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    kept: [u8; KEPT_BYTES],
    kept_bytes: usize,
    /// Length of the whole name.
    pub(super) bytes: u64,
}

impl Name {
    #[inline]
    pub(super) fn new(name: &[u8], bytes: u64) -> Self {
        let kept_bytes = name.len().min(KEPT_BYTES);
        let mut kept = [0; KEPT_BYTES];
        kept[..kept_bytes].copy_from_slice(&name[..kept_bytes]);
        Self { kept, kept_bytes, bytes }
    }

    #[inline]
    pub(super) fn kept(&self) -> &[u8] {
        &self.kept[..self.kept_bytes]
    }
}

/// Bytes as text that is safe on a terminal and loses nothing: printable ASCII as it is, a backslash doubled, the rest by its number.
pub(super) fn shown(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_by_its_number() {
        assert_eq!(shown(b"user:1 \"x\" \\ \n\t\r\x1B[2J\x7F\xC3\xA9"), r#"user:1 "x" \\ \n\t\r\x1b[2J\x7f\xc3\xa9"#);
    }

    #[test]
    fn long_names_keep_their_beginning_and_their_length() {
        let name = Name::new(&[b'a'; 1024], 5000);
        assert_eq!((name.kept(), name.bytes), ([b'a'; 64].as_slice(), 5000));
    }
}
