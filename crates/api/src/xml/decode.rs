//! Answers read back: elements into values, along the model.
//!
//! Reads as forgivingly as the reference's client: unknown elements are skipped, the names of a list's elements do not
//! matter, a structure given twice is its first self, and every text but `true` is false.

use super::{Element, Malformed};
use crate::{List, OperationModel, Shape, Structure, Value};

/// Why an answer is no result of its operation. `E` is what a caller's reader of timestamps fails with.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DecodeError<E> {
    #[error("the answer is not XML: {0}")]
    Malformed(Malformed),
    /// The element around the result is not there.
    #[error("the answer has no {0}")]
    NoResult(&'static str),
    #[error("{0:?} is not a whole number")]
    NotInteger(String),
    #[error("{0:?} is not a number")]
    NotNumber(String),
    /// A member that is no structure, list or flag is given twice.
    #[error("{0} is given more than once")]
    Repeated(Repeated),
    #[error("a timestamp cannot be read")]
    Timestamp(E),
}

/// The kind of a member that is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    Text,
    Integer,
    Number,
}

impl std::fmt::Display for Repeated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
        })
    }
}

/// Reads the body of a successful answer to `operation`.
///
/// A timestamp stays text: `timestamp` turns the text on the wire into the one wanted. Members are listed in the order
/// of the model.
pub fn decode<E>(
    operation: &OperationModel,
    body: &[u8],
    timestamp: impl Fn(&str) -> Result<String, E>,
) -> Result<Value, DecodeError<E>> {
    let root = Element::parse(body).map_err(DecodeError::Malformed)?;
    match (operation.output, operation.result_wrapper) {
        (Some(output), Some(wrapper)) => {
            let result = root.child(wrapper).ok_or(DecodeError::NoResult(wrapper))?;
            members(output, result, &timestamp)
        }
        _ => Ok(Value::Structure(Vec::new())),
    }
}

fn members<E>(
    structure: &Structure,
    element: &Element,
    timestamp: &impl Fn(&str) -> Result<String, E>,
) -> Result<Value, DecodeError<E>> {
    let mut fields = Vec::new();
    for member in structure.members {
        let given: Vec<_> = element.named(member.location).collect();
        if let Some((first, others)) = given.split_first() {
            fields.push((member.name, value(member.shape, first, others, timestamp)?));
        }
    }
    Ok(Value::Structure(fields))
}

/// The value of a member that `first` carries; `others` carry the same name.
fn value<E>(
    shape: Shape,
    first: &Element,
    others: &[&Element],
    timestamp: &impl Fn(&str) -> Result<String, E>,
) -> Result<Value, DecodeError<E>> {
    let once = |kind| if others.is_empty() { Ok(()) } else { Err(DecodeError::Repeated(kind)) };
    let text = first.text.as_str();
    match shape {
        Shape::Structure(structure) => members(structure, first, timestamp),
        Shape::List(list) => elements(list, first, others, timestamp),
        Shape::Boolean => Ok(Value::Boolean(others.is_empty() && text == "true")),
        Shape::String(_) => once(Repeated::Text).map(|()| Value::from(text)),
        Shape::Integer => {
            once(Repeated::Integer)?;
            let number = integer(text).ok_or_else(|| DecodeError::NotInteger(text.to_owned()))?;
            Ok(Value::Integer(number))
        }
        Shape::Double => {
            once(Repeated::Number)?;
            let number = text.trim().parse().map_err(|_| DecodeError::NotNumber(text.to_owned()))?;
            Ok(Value::Double(number))
        }
        Shape::Timestamp => {
            once(Repeated::Text)?;
            timestamp(text).map(Value::String).map_err(DecodeError::Timestamp)
        }
    }
}

/// The children of a list, whatever their names; of a list that is given twice, its givings themselves.
fn elements<E>(
    list: &List,
    first: &Element,
    others: &[&Element],
    timestamp: &impl Fn(&str) -> Result<String, E>,
) -> Result<Value, DecodeError<E>> {
    let one = |element| value(list.member, element, &[], timestamp);
    let values: Result<Vec<_>, _> = match others {
        [] => first.children.iter().map(one).collect(),
        others => std::iter::once(first).chain(others.iter().copied()).map(one).collect(),
    };
    values.map(Value::List)
}

/// A whole number as Python reads it: blanks around it, a sign, underscores between digits.
fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.trim_start_matches(['+', '-']);
    if digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    text.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests;
