//! Pairs as an input structure, member by member along the model.

use std::collections::BTreeMap;

use super::{DecodeError, ParameterName};
use crate::{List, Member, OperationModel, Parameters, Shape, Structure, Value, timestamp};

/// Members that the service calls by another name inside, and so in this error too (`W28`).
const INTERNAL_NAMES: &[(&str, &str)] = &[("CacheClusterId", "CacheClusterIdentifier")];

/// Reads the members of `operation`'s input out of a request's pairs.
///
/// Values of enumerations, patterns and lengths are left to the use cases.
///
/// # Errors
/// A required member that is absent or blank, a number, boolean or timestamp that does not parse, a
/// list that is not well formed, a member given more than once.
pub fn decode(operation: &OperationModel, pairs: &[(String, String)]) -> Result<Parameters<'static>, DecodeError> {
    let given: Vec<Given> = pairs.iter().map(|(key, value)| Given { key, path: Some(key), value }).collect();
    Ok(Parameters::new(operation.input, structure(operation.input, &given)?))
}

/// One pair, seen from a place inside the input structure.
#[derive(Clone, Copy)]
struct Given<'a> {
    /// The whole name, for errors.
    key: &'a str,
    /// What of the name leads further down; `None` when the pair names this very place.
    path: Option<&'a str>,
    value: &'a str,
}

impl<'a> Given<'a> {
    /// The pair seen from the member `name`, when it leads there.
    fn below(self, name: &str) -> Option<Self> {
        let rest = self.path?.strip_prefix(name)?;
        let path = if rest.is_empty() { None } else { Some(rest.strip_prefix('.')?) };
        Some(Self { path, ..self })
    }

    /// The pair seen from the element of `list` that it leads to, with that element's index.
    fn element(self, list: &List) -> Option<(usize, Self)> {
        let (form, rest) = self.path?.split_once('.')?;
        if form != list.member_name && form != "member" {
            return None;
        }
        let (index, path) = match rest.split_once('.') {
            Some((index, path)) => (index, Some(path)),
            None => (rest, None),
        };
        Some((list_index(index)?, Self { path, ..self }))
    }

    fn unreadable(self, expected: &'static str) -> DecodeError {
        DecodeError::Unreadable { parameter: ParameterName::new(self.key), expected }
    }
}

/// A decimal number without a sign or leading zeros, so that no two texts mean one index.
fn list_index(text: &str) -> Option<usize> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}

fn structure(structure: &'static Structure, given: &[Given]) -> Result<Vec<(&'static str, Value)>, DecodeError> {
    let mut fields = Vec::new();
    for member in structure.members {
        let below: Vec<Given> = given.iter().filter_map(|pair| pair.below(member.location)).collect();
        let value = value(member.shape, &below)?.filter(|value| counts(structure, member, value));
        if member.required && is_blank(value.as_ref()) {
            return Err(DecodeError::Missing(printed_name(member)));
        }
        fields.extend(value.map(|value| (member.name, value)));
    }
    Ok(fields)
}

/// An empty text counts as no text at all (`W7`), except that a tag may have the empty value (`W11`).
fn counts(structure: &Structure, member: &Member, value: &Value) -> bool {
    let empty = matches!(value, Value::String(text) if text.is_empty());
    !empty || (structure.name == "Tag" && member.name == "Value")
}

fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None => true,
        Some(value) => matches!(value, Value::String(text) if text.trim().is_empty()),
    }
}

fn printed_name(member: &Member) -> &'static str {
    let internal = INTERNAL_NAMES.iter().find(|(public, _)| *public == member.name);
    internal.map_or(member.name, |(_, internal)| internal)
}

fn value(shape: Shape, given: &[Given]) -> Result<Option<Value>, DecodeError> {
    match shape {
        Shape::Structure(inner) => {
            if given.iter().all(|pair| pair.path.is_none()) {
                return Ok(None);
            }
            Ok(Some(Value::Structure(structure(inner, given)?)))
        }
        Shape::List(inner) => list(inner, given),
        Shape::String(_) => scalar(given, "a text", |text| Some(text.into())),
        Shape::Integer => {
            scalar(given, "a whole number", |text| text.parse::<i32>().ok().map(|number| i64::from(number).into()))
        }
        Shape::Double => scalar(given, "a number", |text| {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Double)
        }),
        Shape::Boolean => scalar(given, "true or false", |text| boolean(text).map(Value::from)),
        Shape::Timestamp => {
            scalar(given, "a time such as 2017-03-30T07:03:49Z", |text| timestamp::parse(text).map(Value::Timestamp))
        }
    }
}

fn scalar(
    given: &[Given],
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<Value>,
) -> Result<Option<Value>, DecodeError> {
    let mut here = given.iter().filter(|pair| pair.path.is_none());
    let Some(pair) = here.next() else {
        return Ok(None);
    };
    if let Some(again) = here.next() {
        return Err(DecodeError::Repeated(ParameterName::new(again.key)));
    }
    parse(pair.value).map(Some).ok_or_else(|| pair.unreadable(expected))
}

/// `true` and `false` in any case (`W5`).
fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

/// The elements in the order of their indexes. The list's bare name with an empty value, and no
/// element beside it, is the empty list (`W10`).
fn list(list: &List, given: &[Given]) -> Result<Option<Value>, DecodeError> {
    let mut elements: BTreeMap<usize, Vec<Given>> = BTreeMap::new();
    let mut bare = None;
    for pair in given {
        match pair.element(list) {
            Some((index, below)) => elements.entry(index).or_default().push(below),
            None if pair.path.is_none() && pair.value.is_empty() => bare = Some(pair),
            None => return Err(pair.unreadable("an element of the list")),
        }
    }
    match bare {
        Some(pair) if !elements.is_empty() => {
            return Err(pair.unreadable("either empty or a list of elements"));
        }
        None if elements.is_empty() => return Ok(None),
        Some(_) | None => {}
    }
    let values = elements.into_iter().zip(1..).map(|((index, below), place)| {
        let first = below[0];
        if index != place {
            return Err(first.unreadable("numbered from 1 without gaps"));
        }
        value(list.member, &below)?.ok_or_else(|| first.unreadable("an element of the list"))
    });
    Ok(Some(Value::List(values.collect::<Result<_, _>>()?)))
}

#[cfg(test)]
mod tests;
