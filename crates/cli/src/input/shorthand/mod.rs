//! Shorthand: `Key=a,Value=[b,c]` as a map.
//!
//! ```text
//! map     = pair *("," pair)
//! pair    = key ["@"] "=" values        "@" reads the files that values name
//! values  = list / hash / csv
//! csv     = value *("," value)          up to the comma before the next pair
//! list    = "[" *(element ",") [element] "]"
//! hash    = "{" *(key ["@"] "=" element ",") [key ["@"] "=" element] "}"
//! element = list / hash / value
//! value   = "'" … "'" / '"' … '"' / bare characters
//! ```
//!
//! Positions count characters, not bytes: they end up under carets.

mod characters;
mod error;
mod fit;
mod values;

#[cfg(test)]
mod tests;

pub(super) use error::ShorthandError;
use error::{Expected, Wrong};
pub(super) use fit::fit;

use super::DEPTH_MAX;
use super::files::Files;
use crate::document::{Document, Map};

/// Reads one word of shorthand.
///
/// # Errors
/// Text outside the grammar, a key given twice, a file behind `@=` that cannot be read, nesting
/// beyond the reference's own bound.
pub(super) fn parse(text: &str, files: Files<'_>) -> Result<Map, ShorthandError> {
    let mut parser = Parser { text: text.chars().collect(), at: 0, depth: 0, files };
    parser.map().map_err(|wrong| wrong.told(&parser.text))
}

/// What `@=` does to the values behind it.
#[derive(Clone, Copy)]
enum Reading {
    /// A value is what it says.
    Literal,
    /// A value may name a file, and is then its content.
    Files,
}

struct Parser<'a> {
    text: Vec<char>,
    /// The position of the next character.
    at: usize,
    depth: usize,
    files: Files<'a>,
}

impl Parser<'_> {
    fn map(&mut self) -> Result<Map, Wrong> {
        let mut map = Map::new();
        let (key, value) = self.pair()?;
        map.insert(key, value);
        while self.current().is_some() {
            let end_of_pair = self.at;
            self.separator(',')?;
            let (key, value) = self.pair()?;
            if map.get(&key).is_some() {
                return Err(Wrong::RepeatedKey { key, at: end_of_pair + 1 });
            }
            map.insert(key, value);
        }
        Ok(map)
    }

    fn pair(&mut self) -> Result<(String, Document), Wrong> {
        let (key, reading) = self.key()?;
        let value = match self.current() {
            None => "".into(),
            Some('[' | '{') => self.element(reading)?,
            Some(_) => self.csv(reading)?,
        };
        Ok((key, value))
    }

    /// A key with its `=` or `@=`.
    fn key(&mut self) -> Result<(String, Reading), Wrong> {
        let key = self.take_while(characters::in_key);
        let reading = if self.separator('@').is_ok() { Reading::Files } else { Reading::Literal };
        self.separator('=')?;
        Ok((key, reading))
    }

    /// One value, or several as a list.
    ///
    /// In `a=b,c=d` what stands behind the comma turns out to be a pair, and is given back.
    fn csv(&mut self, reading: Reading) -> Result<Document, Wrong> {
        let first = self.value(reading)?;
        self.skip_blanks();
        if self.current() != Some(',') {
            return Ok(first);
        }
        self.separator(',')?;
        let mut values = vec![first];
        let mut more = true;
        while more {
            match self.further_value(reading) {
                Ok((value, comma)) => {
                    values.push(value);
                    more = comma;
                }
                Err(Wrong::Unexpected { .. }) if self.current().is_some() => {
                    self.back_to_comma();
                    more = false;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(if values.len() == 1 { values.remove(0) } else { values.into() })
    }

    /// A value behind a comma, and whether another comma follows it.
    fn further_value(&mut self, reading: Reading) -> Result<(Document, bool), Wrong> {
        let value = self.second_value(reading)?;
        self.skip_blanks();
        let comma = self.current().is_some();
        if comma {
            self.separator(',')?;
        }
        Ok((value, comma))
    }

    fn element(&mut self, reading: Reading) -> Result<Document, Wrong> {
        match self.current() {
            Some('[') => self.nested(|parser| parser.list(reading)),
            Some('{') => self.nested(Self::hash),
            _ => self.value(reading),
        }
    }

    fn nested(&mut self, inner: impl FnOnce(&mut Self) -> Result<Document, Wrong>) -> Result<Document, Wrong> {
        if self.depth == DEPTH_MAX {
            return Err(Wrong::TooDeep);
        }
        self.depth += 1;
        let document = inner(self);
        self.depth -= 1;
        document
    }

    fn list(&mut self, reading: Reading) -> Result<Document, Wrong> {
        self.separator('[')?;
        let mut elements = Vec::new();
        while self.current() != Some(']') {
            elements.push(self.element(reading)?);
            self.end_of_element(']')?;
        }
        self.mark(']')?;
        Ok(elements.into())
    }

    fn hash(&mut self) -> Result<Document, Wrong> {
        self.separator('{')?;
        let mut map = Map::new();
        while self.current() != Some('}') {
            let (key, reading) = self.key()?;
            let value = self.element(reading)?;
            map.insert(key, value);
            self.end_of_element('}')?;
        }
        self.mark('}')?;
        Ok(Document::Map(map))
    }

    /// A comma behind an element, or the mark that closes all.
    fn end_of_element(&mut self, close: char) -> Result<(), Wrong> {
        self.skip_blanks();
        if self.current() != Some(close) {
            self.mark(',')?;
            self.skip_blanks();
        }
        Ok(())
    }

    fn current(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    /// The mark, with blanks on both sides. The blanks before it are gone even when it is not there.
    fn separator(&mut self, mark: char) -> Result<(), Wrong> {
        self.skip_blanks();
        self.mark(mark)?;
        self.skip_blanks();
        Ok(())
    }

    fn mark(&mut self, mark: char) -> Result<(), Wrong> {
        if self.current() == Some(mark) {
            self.at += 1;
            return Ok(());
        }
        Err(Wrong::Unexpected { expected: Expected::Mark(mark), received: self.current(), at: self.at })
    }

    fn skip_blanks(&mut self) {
        while self.current().is_some_and(characters::is_blank) {
            self.at += 1;
        }
    }

    fn take_while(&mut self, belongs: fn(char) -> bool) -> String {
        let start = self.at;
        while self.current().is_some_and(belongs) {
            self.at += 1;
        }
        self.text[start..self.at].iter().collect()
    }

    /// Goes back to the last comma, be it one that is escaped or quoted.
    fn back_to_comma(&mut self) {
        while self.at > 0 && self.current() != Some(',') {
            self.at -= 1;
        }
    }
}
