//! Documents that hold keys, and the reference's words where something in them is missing.

use super::expiry::Expiry;
use super::source::Keys;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::{Maps, str_repr, type_word};

/// How a kind of document calls its parts.
pub(super) struct Names {
    pub(super) id: &'static str,
    pub(super) secret: &'static str,
    pub(super) token: &'static str,
}

/// The keys in `map`, all of which must be there, with the time at which they expire.
pub(super) fn expiring_keys(map: &Map, names: &Names) -> Result<Keys, Failure> {
    let keys = Keys::new(
        as_text(member(map, names.id)?)?,
        as_secret(member(map, names.secret)?)?,
        Some(as_token(member(map, names.token)?)?),
    );
    Ok(keys.until(Expiry::of(member(map, "Expiration")?)?))
}

/// The map that a document is.
pub(super) fn as_map(document: &Document) -> Result<&Map, Failure> {
    match document {
        Document::Map(map) => Ok(map),
        Document::List(_) => Err(Failure::general("list indices must be integers or slices, not str")),
        Document::String(_) => Err(Failure::general("string indices must be integers, not 'str'")),
        Document::Null
        | Document::Boolean(_)
        | Document::Integer(_)
        | Document::Float(_)
        | Document::Bytes(_)
        | Document::Date(_)
        | Document::DateTime(..) => {
            let kind = type_word(document, Maps::Dict);
            Err(Failure::general(format!("'{kind}' object is not subscriptable")))
        }
    }
}

/// What stands behind `key`; the failure is the key in quotes.
pub(super) fn member<'a>(map: &'a Map, key: &str) -> Result<&'a Document, Failure> {
    map.get(key).ok_or_else(|| missing(key))
}

/// The text behind `key`.
pub(super) fn text<'a>(map: &'a Map, key: &str) -> Result<&'a str, Failure> {
    as_text(member(map, key)?)
}

/// The text that an identifier is.
pub(super) fn as_text(value: &Document) -> Result<&str, Failure> {
    text_or(value, |kind| format!("sequence item 0: expected str instance, {kind} found"))
}

/// The text that a secret is.
pub(super) fn as_secret(value: &Document) -> Result<&str, Failure> {
    text_or(value, |kind| format!("can only concatenate str (not \"{kind}\") to str"))
}

/// The text that a token is.
pub(super) fn as_token(value: &Document) -> Result<&str, Failure> {
    text_or(value, |kind| format!("'{kind}' object has no attribute 'split'"))
}

/// The text that a value is, or what Python says when it signs with one of another kind.
fn text_or(value: &Document, complaint: impl FnOnce(&str) -> String) -> Result<&str, Failure> {
    let Document::String(text) = value else {
        return Err(Failure::General(complaint(type_word(value, Maps::Dict))));
    };
    Ok(text)
}

/// The whole number that a value is; `None` when it is none, or too long for 64 bits.
pub(super) fn whole(value: &Document) -> Option<i64> {
    if let Document::Integer(number) = value { i64::try_from(number).ok() } else { None }
}

/// A key that a document lacks.
pub(super) fn missing(key: &str) -> Failure {
    Failure::general(str_repr(key))
}
