//! Which characters may stand where in shorthand.
//!
//! Nothing above U+FFFF is a bare character; in quotes it is fine.

use crate::python::is_space;

const LAST_BARE: char = '\u{ffff}';

/// What may be skipped between the parts.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

pub(super) fn in_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '#' | '/' | ':')
}

/// The first character of a bare value.
pub(super) fn starts_value(c: char) -> bool {
    ('!'..=LAST_BARE).contains(&c) && !matches!(c, '"' | '\'' | ',' | '=' | '[' | '{')
}

/// A further character of the first value behind a key.
pub(super) fn in_first_value(c: char) -> bool {
    in_value(c) && !matches!(c, ']' | '}')
}

/// A further character of the values behind a comma.
pub(super) fn in_second_value(c: char) -> bool {
    in_value(c) && c != '='
}

fn in_value(c: char) -> bool {
    let bare = ('!'..=LAST_BARE).contains(&c) && !matches!(c, '"' | '\'' | ',');
    bare || is_space(c)
}
