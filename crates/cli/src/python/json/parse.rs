//! The reader: values, and where they go wrong.

use super::{JsonError, strings};
use crate::document::{Document, Map};
use crate::python::{MAX_NESTING, int};

const NO_VALUE: &str = "Expecting value";

/// Reads JSON as Python's `json.loads` does: with `NaN` and infinities, whole numbers of any size, and the
/// last value of a key that comes twice.
///
/// # Errors
/// `Syntax` and `Number` for what Python refuses; `TooDeep` beyond [`MAX_NESTING`] levels; `Surrogate` for
/// `"\ud800"`, which Python reads but cannot send or print.
pub(crate) fn parse(text: &str) -> Result<Document, JsonError> {
    let mut reader = Reader { text, place: 0, levels: 0, surrogate: None };
    if text.starts_with('\u{feff}') {
        return Err(reader.syntax("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0));
    }
    reader.skip_blanks();
    let document = reader.value()?;
    reader.skip_blanks();
    if reader.place < text.len() {
        return Err(reader.syntax("Extra data", reader.place));
    }
    reader.surrogate.map_or(Ok(document), Err)
}

/// A place in a text, in bytes.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) place: usize,
    levels: usize,
    /// The first half of a surrogate pair that stands alone: an error unless a graver one follows.
    pub(super) surrogate: Option<JsonError>,
}

impl Reader<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    /// Steps over `byte` if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.place += usize::from(found);
        found
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.place += 1;
        }
    }

    /// The error at the byte `place`, its position counted in characters.
    pub(super) fn syntax(&self, problem: &'static str, place: usize) -> JsonError {
        let before = &self.text[..place];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        JsonError::Syntax {
            problem,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            offset: before.chars().count(),
        }
    }

    fn value(&mut self) -> Result<Document, JsonError> {
        match self.peek() {
            Some(b'[') => self.nested("array", Self::list),
            Some(b'{') => self.nested("object", Self::map),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Result<Document, JsonError> {
        const WORDS: [(&str, Document); 6] = [
            ("null", Document::Null),
            ("true", Document::Boolean(true)),
            ("false", Document::Boolean(false)),
            ("NaN", Document::Float(f64::NAN)),
            ("Infinity", Document::Float(f64::INFINITY)),
            ("-Infinity", Document::Float(f64::NEG_INFINITY)),
        ];
        if self.peek() == Some(b'"') {
            return strings::read(self).map(Document::String);
        }
        let rest = &self.text[self.place..];
        match WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
            Some((word, document)) => {
                self.place += word.len();
                Ok(document.clone())
            }
            None => self.number(),
        }
    }

    /// Reads what stands behind an opening bracket, one level deeper.
    fn nested(
        &mut self,
        kind: &'static str,
        read: fn(&mut Self) -> Result<Document, JsonError>,
    ) -> Result<Document, JsonError> {
        if self.levels == MAX_NESTING {
            return Err(JsonError::TooDeep { kind });
        }
        self.levels += 1;
        self.place += 1;
        self.skip_blanks();
        let nested = read(self)?;
        self.levels -= 1;
        Ok(nested)
    }

    fn list(&mut self) -> Result<Document, JsonError> {
        let mut elements = Vec::new();
        if self.take(b']') {
            return Ok(elements.into());
        }
        loop {
            elements.push(self.value()?);
            if !self.goes_on(b']', "Illegal trailing comma before end of array")? {
                return Ok(elements.into());
            }
        }
    }

    fn map(&mut self) -> Result<Document, JsonError> {
        let mut map = Map::new();
        if self.take(b'}') {
            return Ok(map.into());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.syntax("Expecting property name enclosed in double quotes", self.place));
            }
            let key = strings::read(self)?;
            self.skip_blanks();
            if !self.take(b':') {
                return Err(self.syntax("Expecting ':' delimiter", self.place));
            }
            self.skip_blanks();
            map.insert(key, self.value()?);
            if !self.goes_on(b'}', "Illegal trailing comma before end of object")? {
                return Ok(map.into());
            }
        }
    }

    /// Whether a comma follows, and not `end`.
    fn goes_on(&mut self, end: u8, trailing_comma: &'static str) -> Result<bool, JsonError> {
        self.skip_blanks();
        if self.take(end) {
            return Ok(false);
        }
        let comma = self.place;
        if !self.take(b',') {
            return Err(self.syntax("Expecting ',' delimiter", comma));
        }
        self.skip_blanks();
        if self.peek() == Some(end) { Err(self.syntax(trailing_comma, comma)) } else { Ok(true) }
    }

    fn number(&mut self) -> Result<Document, JsonError> {
        let start = self.place;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.syntax(NO_VALUE, start));
        }
        let whole = self.place;
        self.optional(|reader| reader.take(b'.') && reader.digits() > 0);
        self.optional(|reader| {
            let exponent = reader.take(b'e') || reader.take(b'E');
            let _signed = exponent && (reader.take(b'-') || reader.take(b'+'));
            exponent && reader.digits() > 0
        });
        let text = &self.text[start..self.place];
        if self.place == whole {
            return Ok(Document::Integer(int(text)?));
        }
        Ok(Document::Float(text.parse().expect("a JSON number is a number of Rust")))
    }

    /// Steps over digits, and says how many they were.
    fn digits(&mut self) -> usize {
        let start = self.place;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.place += 1;
        }
        self.place - start
    }

    /// Goes back to where it was when `read` finds nothing.
    fn optional(&mut self, read: impl FnOnce(&mut Self) -> bool) {
        let start = self.place;
        if !read(self) {
            self.place = start;
        }
    }
}
