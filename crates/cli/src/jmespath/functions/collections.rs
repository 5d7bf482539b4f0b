//! Functions of arrays and objects, and of strings as rows of characters.

use super::signature::Argument;
use super::{Made, NOT_PRINTABLE};
use crate::document::{Document, Map};
use crate::jmespath::interpreter::evaluate;
use crate::python::{self, Maps};

pub(super) fn contains(arguments: &[Argument<'_>]) -> Made {
    let (subject, wanted) = (arguments[0].printable()?, arguments[1].document());
    let Some(text) = subject.as_str() else {
        let has = |wanted| arguments[0].list().iter().any(|element| python::equal(element, wanted));
        return Ok(wanted.is_some_and(has).into());
    };
    match wanted.and_then(Document::as_str) {
        Some(part) => Ok(text.contains(part).into()),
        None => {
            let name = wanted.map_or("_Expression", |wanted| python::type_word(wanted, Maps::Dict));
            Err(format!("'in <string>' requires string as left operand, not {name}"))
        }
    }
}

pub(super) fn keys(arguments: &[Argument<'_>]) -> Made {
    Ok(arguments[0].object().iter().map(|(key, _)| key.into()).collect::<Vec<Document>>().into())
}

pub(super) fn values(arguments: &[Argument<'_>]) -> Made {
    Ok(arguments[0].object().iter().map(|(_, value)| value.clone()).collect::<Vec<_>>().into())
}

/// Of a string in characters.
pub(super) fn length(arguments: &[Argument<'_>]) -> Made {
    let value = arguments[0].printable()?;
    let length = match (value.as_str(), value.as_map()) {
        (Some(text), _) => text.chars().count(),
        (_, Some(map)) => map.len(),
        _ => arguments[0].list().len(),
    };
    Ok(Document::Integer(length.into()))
}

pub(super) fn reverse(arguments: &[Argument<'_>]) -> Made {
    match arguments[0].printable()?.as_str() {
        Some(text) => Ok(text.chars().rev().collect::<String>().into()),
        None => Ok(arguments[0].list().iter().rev().cloned().collect::<Vec<_>>().into()),
    }
}

/// What the reference gives for each element; unlike a projection it keeps what is null.
pub(super) fn map(arguments: &[Argument<'_>]) -> Made {
    let mut mapped = Vec::new();
    for element in arguments[1].list() {
        mapped.push(evaluate(arguments[0].reference(), element)?.into_owned());
    }
    Ok(mapped.into())
}

/// All objects in one. Only the first argument must be one by the signature; the others are taken as
/// Python's `dict.update` takes them.
pub(super) fn merge(arguments: &[Argument<'_>]) -> Made {
    let mut merged = Map::new();
    for argument in arguments {
        if let Some(map) = argument.document().and_then(Document::as_map) {
            for (key, value) in map.iter() {
                merged.insert(key, value.clone());
            }
            continue;
        }
        let elements = parts(argument.document()).map_err(|name| format!("'{name}' object is not iterable"))?;
        for (place, element) in elements.iter().enumerate() {
            let (key, value) = pair(place, element)?;
            merged.insert(key, value);
        }
    }
    Ok(merged.into())
}

/// A key and a value from an element that holds two things.
fn pair(place: usize, element: &Document) -> Result<(String, Document), String> {
    let parts = parts(Some(element)).map_err(|_| "object is not iterable")?;
    match <[Document; 2]>::try_from(parts) {
        Ok([Document::String(key), value]) => Ok((key, value)),
        Ok(_) => Err(NOT_PRINTABLE.to_owned()),
        Err(parts) => {
            let length = parts.len();
            Err(format!("dictionary update sequence element #{place} has length {length}; 2 is required"))
        }
    }
}

/// What Python finds when it walks through a value: elements, characters, keys. The error is the name of a
/// type that cannot be walked through.
fn parts(value: Option<&Document>) -> Result<Vec<Document>, &'static str> {
    let value = value.ok_or("_Expression")?;
    if let Some(elements) = value.as_list() {
        return Ok(elements.to_vec());
    }
    if let Some(text) = value.as_str() {
        return Ok(text.chars().map(|c| c.to_string().into()).collect());
    }
    let map = value.as_map().ok_or_else(|| python::type_word(value, Maps::Dict))?;
    Ok(map.iter().map(|(key, _)| key.into()).collect())
}
