//! YAML as the reference writes it: block style, sorted keys, long texts folded behind column 80.
//!
//! The layout is that of libyaml's emitter as the reference drives it, down to the characters that it
//! does not take for printable: everything above U+FFFF is escaped.

mod anchors;
mod plain;
mod scalar;

use crate::document::{Document, Map};
use crate::python::{self, Maps};
use anchors::{Anchors, Mark};
use plain::is_read_as_text;
use scalar::Style;

/// The column behind which the next single blank becomes a line break.
const WIDTH: usize = 80;

/// How much deeper a level stands than the level around it, in columns.
const STEP: usize = 2;

/// The longest key that is written before its colon on the same line, in bytes.
const MAX_SIMPLE_KEY: usize = 128;

/// A document that ends with a line break.
pub(super) fn dump(document: &Document) -> String {
    let anchors = Anchors::of(document);
    let mut writer = Writer { text: String::new(), column: 0, needs_blank: false, line_is_open: true, anchors };
    writer.node(document, Place::ROOT);
    writer.text.push('\n');
    writer.text
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Place {
    /// The column of the collection around the node; `None` at the root.
    indent: Option<usize>,
    /// The node is the value of a key on the same line, so that a list need not be indented further.
    after_key: bool,
}

impl Place {
    const ROOT: Self = Self { indent: None, after_key: false };

    fn within(indent: usize) -> Self {
        Self { indent: Some(indent), after_key: false }
    }

    /// The column of what lies one level deeper.
    fn deeper(self) -> usize {
        self.indent.map_or(0, |indent| indent + STEP)
    }
}

/// The text so far, and what is known about its last line.
struct Writer {
    text: String,
    /// Characters on the last line.
    column: usize,
    /// Something stands on the last line that a scalar must keep a blank away from.
    needs_blank: bool,
    /// The last line has nothing but blanks and the marks `-` and `?`, so that a node may start on it.
    line_is_open: bool,
    anchors: Anchors,
}

impl Writer {
    fn node(&mut self, document: &Document, place: Place) {
        match self.anchors.mark(document) {
            Mark::None => {}
            Mark::Named(anchor) => self.word(&anchor),
            Mark::Called(alias) => return self.word(&alias),
        }
        match document {
            Document::List(elements) if elements.is_empty() => self.word("[]"),
            Document::List(elements) => self.list(elements, place),
            Document::Map(map) if map.is_empty() => self.word("{}"),
            Document::Map(map) => self.map(map, place),
            Document::String(text) => {
                let style = Style::of(text, is_read_as_text(text));
                self.scalar(text, style, place.indent.map_or(STEP, |indent| indent + STEP), true);
            }
            Document::Null => self.word("null"),
            Document::Boolean(flag) => self.word(if *flag { "true" } else { "false" }),
            Document::Integer(number) => self.word(&number.to_string()),
            Document::Float(number) => self.word(&float(*number)),
            Document::Bytes(_) | Document::Date(_) | Document::DateTime(..) => {
                self.word(&python::str(document, Maps::Dict))
            }
        }
    }

    fn list(&mut self, elements: &[Document], place: Place) {
        let indent = match place.indent {
            Some(indent) if place.after_key => indent,
            _ => place.deeper(),
        };
        for element in elements {
            self.line(indent);
            self.mark("-");
            self.node(element, Place::within(indent));
        }
    }

    fn map(&mut self, map: &Map, place: Place) {
        let indent = place.deeper();
        for (key, value) in sorted(map) {
            self.line(indent);
            let style = Style::of(key, is_read_as_text(key));
            if key.len() <= MAX_SIMPLE_KEY && !key.contains(scalar::is_break) {
                self.scalar(key, style, indent + STEP, false);
                self.put(':');
                self.node(value, Place { indent: Some(indent), after_key: true });
            } else {
                self.mark("?");
                self.scalar(key, style, indent + STEP, true);
                self.line(indent);
                self.mark(":");
                self.node(value, Place::within(indent));
            }
        }
    }

    /// A scalar that cannot be mistaken, or an empty collection.
    fn word(&mut self, word: &str) {
        self.blank();
        word.chars().for_each(|c| self.put(c));
    }

    /// The mark of an element, key or value; a node may follow on its line.
    fn mark(&mut self, mark: &str) {
        let open = self.line_is_open;
        self.word(mark);
        self.line_is_open = open;
    }

    /// The blank that keeps a word away from what stands before it.
    fn blank(&mut self) {
        if self.needs_blank {
            self.put(' ');
        }
    }

    /// Goes to `indent`, on the last line if that still has room before it.
    fn line(&mut self, indent: usize) {
        if !self.line_is_open || self.column > indent || (self.column == indent && self.needs_blank) {
            self.text.push('\n');
            self.column = 0;
        }
        while self.column < indent {
            self.put(' ');
        }
        self.needs_blank = false;
        self.line_is_open = true;
    }

    fn put(&mut self, c: char) {
        self.text.push(c);
        self.column += 1;
        self.needs_blank = true;
        self.line_is_open = false;
    }
}

/// The pairs of a map in the order of their keys.
fn sorted(map: &Map) -> Vec<(&str, &Document)> {
    let mut pairs: Vec<_> = map.iter().collect();
    pairs.sort_by_key(|(key, _)| *key);
    pairs
}

fn float(number: f64) -> String {
    match number {
        _ if number.is_nan() => ".nan".to_owned(),
        _ if number.is_infinite() => if number > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        _ => python::float_repr(number),
    }
}
