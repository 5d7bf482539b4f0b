//! What came back: a result along the model, or an error of the service.

use http::StatusCode;
use indexmap::IndexMap;
use valkeep_api::xml::{DecodeError, Element, Malformed, Repeated, decode};
use valkeep_api::{OperationModel, Value};

use crate::config::TimestampFormat;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::{self, Maps};

/// Code and message of an error answer, as they are printed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Complaint {
    pub(super) code: String,
    pub(super) message: String,
    /// Both as the answer has them, in its order.
    pub(super) fields: Map,
}

/// What the reference says for a code or a message that is not there.
const UNKNOWN: &str = "Unknown";

/// Whether an answer of this status tells an error.
pub(super) fn is_error(status: StatusCode) -> bool {
    status.as_u16() >= 300
}

/// Reads the body of a successful answer.
///
/// # Errors
/// The body is not XML, has no result, or a value of another kind than the model's.
pub(super) fn result(
    operation: &'static OperationModel,
    body: &[u8],
    timestamps: TimestampFormat,
) -> Result<Document, Failure> {
    match decode(operation, body, |wire| timestamps.print(wire)) {
        Ok(value) => Ok(document(value)),
        Err(error) => Err(undecodable(error, body)),
    }
}

fn document(value: Value) -> Document {
    match value {
        Value::Structure(fields) => {
            Document::Map(fields.into_iter().map(|(name, value)| (name, document(value))).collect())
        }
        Value::List(values) => Document::List(values.into_iter().map(document).collect()),
        Value::String(text) => Document::String(text),
        Value::Integer(number) | Value::Timestamp(number) => number.into(),
        Value::Double(number) => Document::Float(number),
        Value::Boolean(flag) => Document::Boolean(flag),
    }
}

/// The reference's words, which are Python's for most of these.
fn undecodable(error: DecodeError<String>, body: &[u8]) -> Failure {
    let quoted = |text: &str| python::str_repr(text);
    Failure::general(match error {
        DecodeError::Malformed(malformed) => return unparsable(&malformed, body),
        DecodeError::NoResult(name) => quoted(name),
        DecodeError::NotInteger(text) => format!("invalid literal for int() with base 10: {}", quoted(&text)),
        DecodeError::NotNumber(text) => format!("could not convert string to float: {}", quoted(&text)),
        DecodeError::Repeated(Repeated::Text) => "Encountered unrecognized type in JSON encoder.".to_owned(),
        DecodeError::Repeated(Repeated::Integer) => {
            "int() argument must be a string, a bytes-like object or a real number, not 'list'".to_owned()
        }
        DecodeError::Repeated(Repeated::Number) => {
            "float() argument must be a string or a real number, not 'list'".to_owned()
        }
        DecodeError::Timestamp(text) => text,
    })
}

fn unparsable(malformed: &Malformed, body: &[u8]) -> Failure {
    let body = python::repr(&Document::Bytes(body.to_vec()), Maps::Dict);
    let message =
        format!("Unable to parse response ({malformed}), invalid XML received. Further retries may succeed:\n{body}");
    Failure::General(message)
}

/// Reads the body of an error answer.
///
/// # Errors
/// The body is not XML, or no error that the reference could make sense of.
pub(super) fn complaint(status: StatusCode, body: &[u8]) -> Result<Complaint, Failure> {
    let trimmed = body.trim_ascii();
    if status.is_server_error() && (trimmed.is_empty() || trimmed.starts_with(b"<html>")) {
        let code = status.as_str().to_owned();
        let message = status.canonical_reason().unwrap_or_default().to_owned();
        let fields = [("Code", code.as_str()), ("Message", &message)].into_iter().collect();
        return Ok(Complaint { code, message, fields });
    }
    let root = Element::parse(body).map_err(|malformed| unparsable(&malformed, body))?;
    let found = match root.child("Errors") {
        Some(errors) if errors.children.is_empty() => {
            return Err(Failure::general("'NoneType' object is not iterable"));
        }
        Some(errors) => Found::of(errors, "Error").or_else(|| Found::of(&root, "Error")),
        None => Found::of(&root, "Error"),
    };
    let Some(found) = found else {
        return Ok(Complaint { code: UNKNOWN.to_owned(), message: UNKNOWN.to_owned(), fields: Map::new() });
    };
    if !found.is_map {
        let kind = if found.first.text.is_empty() { "NoneType" } else { "str" };
        return Err(Failure::General(format!("'{kind}' object has no attribute 'get'")));
    }
    let mut names = ["Code", "Message"];
    names.sort_by_key(|name| found.first.children.iter().position(|child| child.name == *name));
    let fields: Map =
        names.into_iter().filter_map(|name| Some((name, Found::of(found.first, name)?.document()))).collect();
    if matches!(fields.get("Code"), Some(Document::Map(_))) {
        return Err(Failure::general("cannot use 'dict' as a dict key (unhashable type: 'dict')"));
    }
    let printed = |name| fields.get(name).map_or(UNKNOWN.to_owned(), |value| python::str(value, Maps::Dict));
    Ok(Complaint { code: printed("Code"), message: printed("Message"), fields })
}

/// The elements of one name in another element. Of several only the first counts, but they are a map in any case.
struct Found<'a> {
    first: &'a Element,
    is_map: bool,
}

impl<'a> Found<'a> {
    fn of(parent: &'a Element, name: &str) -> Option<Self> {
        let first = parent.child(name)?;
        let is_repeated = parent.children.iter().filter(|child| child.name == name).nth(1).is_some();
        Some(Self { first, is_map: is_repeated || !first.children.is_empty() })
    }

    fn document(&self) -> Document {
        if !self.is_map {
            let text = self.first.text.as_str();
            return if text.is_empty() { Document::Null } else { text.into() };
        }
        // One look at each child: an answer may have a million of them.
        let mut found: IndexMap<&str, Self> = IndexMap::new();
        for child in &self.first.children {
            let one = Self { first: child, is_map: !child.children.is_empty() };
            found.entry(&child.name).and_modify(|first| first.is_map = true).or_insert(one);
        }
        Document::Map(found.into_iter().map(|(name, found)| (name, found.document())).collect())
    }
}

#[cfg(test)]
mod tests;
