//! Strings: escapes and surrogate pairs.

use super::JsonError;
use super::parse::Reader;

const UNTERMINATED: &str = "Unterminated string starting at";
const BAD_UNICODE: &str = "Invalid \\uXXXX escape";

/// Reads the string that starts at the quote where the reader stands.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<String, JsonError> {
    let start = reader.place;
    reader.place += 1;
    let mut string = String::new();
    loop {
        let run = reader.place;
        while reader.peek().is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
            reader.place += 1;
        }
        string.push_str(&reader.text[run..reader.place]);
        match reader.peek() {
            Some(b'"') => {
                reader.place += 1;
                return Ok(string);
            }
            Some(b'\\') => string.push(escape(reader, start, &string)?),
            Some(_) => return Err(reader.syntax("Invalid control character at", reader.place)),
            None => return Err(reader.syntax(UNTERMINATED, start)),
        }
    }
}

/// Reads one escape, or two that form a pair. `before` is the string so far.
fn escape(reader: &mut Reader<'_>, start: usize, before: &str) -> Result<char, JsonError> {
    let backslash = reader.place;
    reader.place += 1;
    let Some(letter) = reader.peek() else {
        return Err(reader.syntax(UNTERMINATED, start));
    };
    reader.place += 1;
    let c = match letter {
        b'"' | b'\\' | b'/' => char::from(letter),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(reader, before),
        _ => return Err(reader.syntax("Invalid \\escape", backslash)),
    };
    Ok(c)
}

fn unicode(reader: &mut Reader<'_>, before: &str) -> Result<char, JsonError> {
    let code = code_unit(reader)?;
    if let Some(c) = char::from_u32(code) {
        return Ok(c);
    }
    let half = reader.place;
    if code < 0xdc00 && reader.text[half..].starts_with("\\u") {
        reader.place += 2;
        let low = code_unit(reader)?;
        if (0xdc00..0xe000).contains(&low) {
            let joined = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            return Ok(char::from_u32(joined).expect("two halves make a character"));
        }
        reader.place = half;
    }
    reader.surrogate.get_or_insert(JsonError::Surrogate { code, position: before.chars().count() });
    Ok(char::REPLACEMENT_CHARACTER)
}

/// The number of four hexadecimal digits; a fifth character must follow them.
fn code_unit(reader: &mut Reader<'_>) -> Result<u32, JsonError> {
    let rest = &reader.text[reader.place..];
    let digits = rest.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(code) if rest.len() > 4 => {
            reader.place += 4;
            Ok(code)
        }
        _ => Err(reader.syntax(BAD_UNICODE, reader.place - 1)),
    }
}
