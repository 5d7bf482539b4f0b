//! What the model makes of shorthand: numbers out of texts, lists out of single values.

use valkeep_api::Shape;

use crate::document::Document;
use crate::input::option::number;
use crate::python::{self, Maps};

/// Turns texts inside of `document` into what `shape` has in their places. What fits nowhere stays as
/// it is, for the validator to refuse.
///
/// # Errors
/// What Python says when a number or a boolean cannot be one.
pub(crate) fn fit(document: &mut Document, shape: Shape) -> Result<(), String> {
    match (document, shape) {
        (Document::Map(map), Shape::Structure(structure)) => {
            for member in structure.members {
                if let Some(value) = map.get_mut(member.name) {
                    fit_member(value, member.shape)?;
                }
            }
            Ok(())
        }
        (Document::List(elements), Shape::List(list)) => {
            elements.iter_mut().try_for_each(|element| fit_member(element, list.member))
        }
        _ => Ok(()),
    }
}

fn fit_member(value: &mut Document, shape: Shape) -> Result<(), String> {
    match shape {
        Shape::List(_) if !matches!(value, Document::List(_)) => {
            let element = std::mem::replace(value, Document::Null);
            *value = vec![element].into();
            Ok(())
        }
        Shape::Structure(_) | Shape::List(_) => fit(value, shape),
        Shape::Integer | Shape::Double => {
            *value = as_number(value, shape)?;
            Ok(())
        }
        Shape::Boolean => fit_boolean(value),
        Shape::String(_) | Shape::Timestamp => Ok(()),
    }
}

fn as_number(value: &Document, shape: Shape) -> Result<Document, String> {
    if let Document::String(text) = value {
        return number(shape, text);
    }
    if let Document::Bytes(bytes) = value {
        return number(shape, &String::from_utf8_lossy(bytes));
    }
    let wanted = if matches!(shape, Shape::Integer) {
        "int() argument must be a string, a bytes-like object or a real number"
    } else {
        "float() argument must be a string or a real number"
    };
    Err(format!("{wanted}, not '{}'", python::type_word(value, Maps::Dict)))
}

/// `true` and `false` in any case; other texts stay texts.
fn fit_boolean(value: &mut Document) -> Result<(), String> {
    if let Document::String(text) = value {
        match text.to_lowercase().as_str() {
            "true" => *value = true.into(),
            "false" => *value = false.into(),
            _ => {}
        }
        return Ok(());
    }
    if matches!(value, Document::Bytes(_)) {
        return Ok(());
    }
    Err(format!("'{}' object has no attribute 'lower'", python::type_word(value, Maps::Dict)))
}
