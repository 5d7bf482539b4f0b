//! Functions that look at any value, and turn it into another type.

use super::Made;
use super::signature::{Argument, kind};
use crate::document::Document;
use crate::python::{self, json};

pub(super) fn type_of(arguments: &[Argument<'_>]) -> Made {
    Ok(arguments[0].document().map_or(Document::Null, |value| kind(value).into()))
}

/// The first argument that is not null.
pub(super) fn not_null(arguments: &[Argument<'_>]) -> Made {
    for argument in arguments {
        let value = argument.printable()?;
        if *value != Document::Null {
            return Ok(value.clone());
        }
    }
    Ok(Document::Null)
}

pub(super) fn to_array(arguments: &[Argument<'_>]) -> Made {
    let value = arguments[0].printable()?.clone();
    Ok(if value.as_list().is_some() { value } else { vec![value].into() })
}

pub(super) fn to_string(arguments: &[Argument<'_>]) -> Made {
    let value = arguments[0].printable()?;
    Ok(value.as_str().map_or_else(|| json::dense(value), str::to_owned).into())
}

/// The number that a string holds; null when it holds none, and for anything else.
pub(super) fn to_number(arguments: &[Argument<'_>]) -> Made {
    const NO_NUMBER: &str = "int() argument must be a string, a bytes-like object or a real number, not '_Expression'";
    let value = arguments[0].document().ok_or(NO_NUMBER)?;
    if kind(value) == "number" {
        return Ok(value.clone());
    }
    let Some(text) = value.as_str() else {
        return Ok(Document::Null);
    };
    Ok(match (python::int(text), python::float(text)) {
        (Ok(whole), _) => Document::Integer(whole),
        (Err(_), Some(float)) => Document::Float(float),
        (Err(_), None) => Document::Null,
    })
}
