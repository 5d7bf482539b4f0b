//! Single values: bare, in quotes, or the content of a file.

use super::{Expected, Parser, Reading, Wrong, characters};
use crate::document::Document;
use crate::input::files::Content;
use crate::python::is_space;

impl Parser<'_> {
    /// The first value behind a key, or an element; nothing is the empty text.
    pub(super) fn value(&mut self, reading: Reading) -> Result<Document, Wrong> {
        let text = match self.current() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            _ => self.bare(characters::in_first_value).unwrap_or_default(),
        };
        self.read(text, reading)
    }

    /// A value behind a comma; it cannot be nothing.
    pub(super) fn second_value(&mut self, reading: Reading) -> Result<Document, Wrong> {
        let text = match self.current() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            _ => self.bare(characters::in_second_value).ok_or_else(|| self.missing("second"))?,
        };
        self.read(text, reading)
    }

    fn read(&self, text: String, reading: Reading) -> Result<Document, Wrong> {
        match reading {
            Reading::Literal => Ok(text.into()),
            Reading::Files => match self.files.content(&text) {
                Some(Ok(Content::Text(text))) => Ok(text.into()),
                Some(Ok(Content::Bytes(bytes))) => Ok(Document::Bytes(bytes)),
                Some(Err(problem)) => Err(Wrong::File(problem)),
                None => Ok(text.into()),
            },
        }
    }

    fn missing(&self, what: &'static str) -> Wrong {
        Wrong::Unexpected { expected: Expected::Value(what), received: None, at: self.at }
    }

    /// Bare characters and escaped commas, without the white space at their end.
    fn bare(&mut self, belongs: fn(char) -> bool) -> Option<String> {
        let start = self.at;
        let mut wanted: fn(char) -> bool = characters::starts_value;
        while let Some(c) = self.current() {
            let escaped_comma = c == '\\' && self.text.get(self.at + 1) == Some(&',');
            match (escaped_comma, wanted(c)) {
                (true, _) => self.at += 2,
                (false, true) => self.at += 1,
                (false, false) => break,
            }
            wanted = belongs;
        }
        if self.at == start {
            return None;
        }
        let text: String = self.text[start..self.at].iter().collect();
        Some(text.replace("\\,", ",").trim_end_matches(is_space).to_owned())
    }

    fn quoted(&mut self, quote: char) -> Result<String, Wrong> {
        let name = if quote == '"' { "double quoted" } else { "singled quoted" };
        let Some(end) = self.closing_quote(quote) else {
            return Err(self.missing(name));
        };
        let text: String = self.text[self.at + 1..end].iter().collect();
        self.at = end + 1;
        Ok(text.replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\"))
    }

    /// The position of the quote that ends the text. Where every further quote is escaped, the last of
    /// them ends it all the same.
    fn closing_quote(&self, quote: char) -> Option<usize> {
        let mut at = self.at + 1;
        let mut last_escaped = None;
        while let Some(&c) = self.text.get(at) {
            if c == quote {
                return Some(at);
            }
            let next = self.text.get(at + 1).copied();
            if c == '\\' && (next == Some('\\') || next == Some(quote)) {
                if next == Some(quote) {
                    last_escaped = Some(at + 1);
                }
                at += 1;
            }
            at += 1;
        }
        last_escaped
    }
}
