//! The writer: three layouts of the same values.

use crate::document::Document;
use crate::python::{Maps, float_repr, str};

/// How JSON is laid out.
struct Layout {
    /// Blanks per level; without it everything is on one line.
    indent: Option<usize>,
    comma: &'static str,
    colon: &'static str,
    /// Whether characters beyond ASCII are escaped.
    ascii: bool,
}

/// Over several lines, four blanks per level, characters as they are: what `--output json` prints, without
/// the last line end.
pub(crate) fn pretty(document: &Document) -> String {
    print(document, &Layout { indent: Some(4), comma: ",", colon: ": ", ascii: false })
}

/// On one line with blanks behind commas and colons, in ASCII: Python's default.
pub(crate) fn compact(document: &Document) -> String {
    print(document, &Layout { indent: None, comma: ", ", colon: ": ", ascii: true })
}

/// On one line without any blanks, in ASCII: what `to_string` of a query makes.
pub(crate) fn dense(document: &Document) -> String {
    print(document, &Layout { indent: None, comma: ",", colon: ":", ascii: true })
}

fn print(document: &Document, layout: &Layout) -> String {
    let mut printer = Printer { layout, out: String::new(), level: 0 };
    printer.value(document);
    printer.out
}

struct Printer<'a> {
    layout: &'a Layout,
    out: String,
    level: usize,
}

impl Printer<'_> {
    fn value(&mut self, document: &Document) {
        match document {
            Document::Null => self.out.push_str("null"),
            Document::Boolean(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Document::Integer(number) => self.out.push_str(&number.to_string()),
            Document::Float(number) => self.out.push_str(&float(*number)),
            Document::String(text) => self.string(text),
            // Printed answers have ISO 8601; everywhere else Python's text of a time is what there is.
            Document::DateTime(..) if self.layout.indent.is_some() => {
                self.string(&str(document, Maps::Dict).replacen(' ', "T", 1));
            }
            Document::Bytes(_) | Document::Date(_) | Document::DateTime(..) => self.string(&str(document, Maps::Dict)),
            Document::List(elements) => {
                self.nested(['[', ']'], elements.iter(), |printer, element| printer.value(element));
            }
            Document::Map(map) => self.nested(['{', '}'], map.iter(), |printer, (key, value)| {
                printer.string(key);
                printer.out.push_str(printer.layout.colon);
                printer.value(value);
            }),
        }
    }

    fn nested<T>(
        &mut self,
        [open, close]: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        print: impl Fn(&mut Self, T),
    ) {
        self.out.push(open);
        if items.len() > 0 {
            self.level += 1;
            for (place, item) in items.enumerate() {
                if place > 0 {
                    self.out.push_str(self.layout.comma);
                }
                self.break_line();
                print(self, item);
            }
            self.level -= 1;
            self.break_line();
        }
        self.out.push(close);
    }

    fn break_line(&mut self) {
        if let Some(indent) = self.layout.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent * self.level));
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                '\0'..='\u{1f}' => self.escape(c),
                ' '..='~' => self.out.push(c),
                _ if self.layout.ascii => self.escape(c),
                _ => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn escape(&mut self, c: char) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            self.out.push_str(&format!("\\u{unit:04x}"));
        }
    }
}

fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    float_repr(number)
}
