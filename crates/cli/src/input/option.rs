//! The value of one option: from the words behind it to a document.

use valkeep_api::{Member, Shape};

use super::files::{Content, Files};
use super::shorthand::{self, ShorthandError};
use super::unreadable;
use crate::arguments::Given;
use crate::document::Document;
use crate::failure::Failure;
use crate::names::kebab;
use crate::python::{self, Maps, json, trim};

/// What Python says of the first character of an empty text.
const NO_FIRST_CHARACTER: &str = "string index out of range";
/// What Python says where the shorthand parser is given bytes.
const BYTES_AS_SHORTHAND: &str = "'in <string>' requires string as left operand, not int";

/// What an option holds once a file that it names is read.
enum Held<'a> {
    Words(&'a [String]),
    Text(String),
    Bytes(Vec<u8>),
}

/// The document that `given` means for `member`.
///
/// # Errors
/// [`Failure::Validation`] for text that is neither shorthand nor JSON, and for files that cannot be
/// read; [`Failure::General`] where the reference stumbles instead, as it does over numbers.
pub(super) fn value(member: &'static Member, given: &Given, files: Files<'_>) -> Result<Document, Failure> {
    let reader = Reader { option: format!("--{}", kebab(member.name)), files };
    let held = match given {
        Given::Flag(flag) => return Ok((*flag).into()),
        Given::Word(word) => reader.file(word)?.unwrap_or_else(|| Held::Text(word.clone())),
        Given::Words(words) => match words.as_slice() {
            // A single word may name a file; among several, none does.
            [word] => reader.file(word)?.unwrap_or(Held::Words(words)),
            words => Held::Words(words),
        },
    };
    if is_structured(member.shape) && !held.looks_like_json() {
        return reader.shorthand(member.shape, &held);
    }
    match held {
        Held::Text(text) => reader.text(member.shape, &text),
        Held::Words(words) => reader.words(member.shape, words),
        Held::Bytes(bytes) => bytes_as(member.shape, bytes),
    }
}

impl Held<'_> {
    fn looks_like_json(&self) -> bool {
        let first = match self {
            Self::Text(text) => text,
            Self::Words(words) => words.first().map_or("", String::as_str),
            Self::Bytes(_) => "",
        };
        trim(first).starts_with(['[', '{'])
    }
}

/// Whether shorthand is read at all: for structures and for lists of them, not for lists of words.
fn is_structured(shape: Shape) -> bool {
    match shape {
        Shape::Structure(_) => true,
        Shape::List(list) => matches!(list.member, Shape::Structure(_) | Shape::List(_)),
        Shape::String(_) | Shape::Integer | Shape::Double | Shape::Boolean | Shape::Timestamp => false,
    }
}

/// One option while its value is read.
struct Reader<'a> {
    /// With its dashes, as errors name it.
    option: String,
    files: Files<'a>,
}

impl Reader<'_> {
    /// What stands in the file that the word names.
    fn file(&self, word: &str) -> Result<Option<Held<'static>>, Failure> {
        let content = self.files.content(word).transpose().map_err(|problem| unreadable(&self.option, problem))?;
        Ok(content.map(|content| match content {
            Content::Text(text) => Held::Text(text),
            Content::Bytes(bytes) => Held::Bytes(bytes),
        }))
    }

    /// Every word is an element of the list; the text of a file is the whole value, even where that
    /// should be a list.
    fn shorthand(&self, shape: Shape, held: &Held<'_>) -> Result<Document, Failure> {
        match (held, shape) {
            (Held::Words(words), Shape::List(list)) => list_of(*words, |word| self.shorthand_word(list.member, word)),
            (Held::Words(words), _) => list_of(*words, |word| self.shorthand_word(shape, word)),
            (Held::Text(text), _) => self.shorthand_word(shape, text),
            (Held::Bytes(_), _) => Err(Failure::general(BYTES_AS_SHORTHAND)),
        }
    }

    fn shorthand_word(&self, shape: Shape, word: &str) -> Result<Document, Failure> {
        let map = shorthand::parse(word, self.files).map_err(|error| match error {
            ShorthandError::Syntax(_) => unreadable(&self.option, error),
            ShorthandError::File(_) | ShorthandError::TooDeep => Failure::general(error.to_string()),
        })?;
        let mut document = Document::Map(map);
        shorthand::fit(&mut document, shape).map_err(Failure::General)?;
        Ok(document)
    }

    fn words(&self, shape: Shape, words: &[String]) -> Result<Document, Failure> {
        let member = if let Shape::List(list) = shape { list.member } else { shape };
        match words {
            [word] if trim(word).starts_with('[') => self.json(word),
            _ => list_of(words, |word| self.text(member, word)),
        }
    }

    fn text(&self, shape: Shape, text: &str) -> Result<Document, Failure> {
        match shape {
            Shape::Structure(_) => match first_character(text)? {
                '{' => self.json(text),
                _ => Err(unreadable(&self.option, format!("Invalid JSON:\n{text}"))),
            },
            Shape::List(list) => match first_character(text)? {
                '[' => self.json(text),
                // Python's text is a list of its characters.
                _ => list_of(text.chars(), |c| self.text(list.member, c.encode_utf8(&mut [0; 4]))),
            },
            Shape::String(_) | Shape::Timestamp => Ok(text.into()),
            Shape::Integer | Shape::Double => number(shape, text).map_err(Failure::General),
            Shape::Boolean => Ok((!text.is_empty() && !text.eq_ignore_ascii_case("false")).into()),
        }
    }

    /// JSON in an option makes maps that keep their order, also by name.
    fn json(&self, text: &str) -> Result<Document, Failure> {
        let mut document = json::parse(text).map_err(|error| {
            if error.is_invalid_json() {
                unreadable(&self.option, format!("Invalid JSON: {error}\nJSON received: {text}"))
            } else {
                Failure::general(error.to_string())
            }
        })?;
        mark_ordered(&mut document);
        Ok(document)
    }
}

/// A number as text, for a shape that is one.
///
/// # Errors
/// What Python says of text that is no such number.
pub(super) fn number(shape: Shape, text: &str) -> Result<Document, String> {
    if matches!(shape, Shape::Integer) {
        return python::int(text).map(Document::Integer).map_err(|error| error.to_string());
    }
    let wrong = || format!("could not convert string to float: {}", python::str_repr(text));
    python::float(text).map(Document::Float).ok_or_else(wrong)
}

/// Bytes of a file where the model has no bytes: numbers are read from them, in a list each is a
/// number itself, and elsewhere they stay for the validator to refuse.
fn bytes_as(shape: Shape, bytes: Vec<u8>) -> Result<Document, Failure> {
    match shape {
        Shape::List(_) => Ok(bytes.into_iter().map(|byte| Document::from(i64::from(byte))).collect::<Vec<_>>().into()),
        Shape::Integer | Shape::Double => {
            let quoted = python::repr(&Document::Bytes(bytes.clone()), Maps::Dict);
            let text = String::from_utf8_lossy(&bytes);
            let wrong = |problem: String| problem.replace(&python::str_repr(&text), &quoted);
            number(shape, &text).map_err(|problem| Failure::General(wrong(problem)))
        }
        Shape::Structure(_) | Shape::String(_) | Shape::Boolean | Shape::Timestamp => Ok(Document::Bytes(bytes)),
    }
}

fn list_of<T>(
    parts: impl IntoIterator<Item = T>,
    read: impl FnMut(T) -> Result<Document, Failure>,
) -> Result<Document, Failure> {
    parts.into_iter().map(read).collect::<Result<_, _>>().map(Document::List)
}

fn mark_ordered(document: &mut Document) {
    match document {
        Document::List(elements) => elements.iter_mut().for_each(mark_ordered),
        Document::Map(map) => {
            map.set_ordered();
            map.values_mut().for_each(mark_ordered);
        }
        Document::Null
        | Document::Boolean(_)
        | Document::Integer(_)
        | Document::Float(_)
        | Document::String(_)
        | Document::Bytes(_)
        | Document::Date(_)
        | Document::DateTime(..) => {}
    }
}

fn first_character(text: &str) -> Result<char, Failure> {
    trim(text).chars().next().ok_or_else(|| Failure::general(NO_FIRST_CHARACTER))
}
