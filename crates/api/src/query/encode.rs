//! Requests as clients write them: an input structure as pairs, and pairs as a form.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::{OperationModel, Service, Shape, Structure, Value, timestamp};

/// What stands for itself in a form: letters, digits and `-._~`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes a request: `Action`, `Version`, then the members in the order of `input`.
///
/// A list is numbered under the element name of the model (`W8`), an empty one is its bare name with an
/// empty value (`W10`); a structure without members leaves nothing. Values are written by their own
/// kind where it is not the model's, because the reference client sends more than the model has: a
/// boolean in the place of a number as `True`, and texts in the place of numbers and times as they are.
pub fn encode(service: &Service, operation: &OperationModel, input: &Value) -> Vec<(String, String)> {
    let mut pairs =
        vec![("Action".to_owned(), operation.name.to_owned()), ("Version".to_owned(), service.version.to_owned())];
    write(&mut pairs, String::new(), Shape::Structure(operation.input), input);
    pairs
}

/// The pairs as the body of a request.
pub fn form(pairs: &[(String, String)]) -> String {
    let escape = |text: &str| percent_encode(text.as_bytes(), ESCAPED).to_string().replace("%20", "+");
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

fn write(pairs: &mut Vec<(String, String)>, name: String, shape: Shape, value: &Value) {
    match (shape, value) {
        (Shape::Structure(shape), Value::Structure(fields)) => {
            for (field, value) in fields {
                structure_member(pairs, &name, shape, field, value);
            }
        }
        (_, Value::List(elements)) if elements.is_empty() => pairs.push((name, String::new())),
        (Shape::List(list), Value::List(elements)) => {
            for (element, number) in elements.iter().zip(1..) {
                write(pairs, format!("{name}.{}.{number}", list.member_name), list.member, element);
            }
        }
        (shape, value) => pairs.push((name, scalar(shape, value))),
    }
}

fn structure_member(
    pairs: &mut Vec<(String, String)>,
    name: &str,
    structure: &Structure,
    field: &'static str,
    value: &Value,
) {
    let Some(member) = structure.members.iter().find(|member| member.name == field) else {
        return;
    };
    let name = if name.is_empty() { member.location.to_owned() } else { format!("{name}.{}", member.location) };
    write(pairs, name, member.shape, value);
}

fn scalar(shape: Shape, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Double(number) => double(*number),
        Value::Boolean(flag) => match (shape, flag) {
            (Shape::Integer | Shape::Double, true) => "True".to_owned(),
            (Shape::Integer | Shape::Double, false) => "False".to_owned(),
            (_, flag) => flag.to_string(),
        },
        Value::Timestamp(ms) => time(*ms),
        Value::Structure(_) | Value::List(_) => String::new(),
    }
}

/// `2017-03-30T07:03:49Z`, with six digits behind the point where there are milliseconds.
fn time(ms: i64) -> String {
    let mut text = String::new();
    timestamp::write(&mut text, ms);
    match text.strip_suffix('Z') {
        Some(time) if time.contains('.') => format!("{time}000Z"),
        _ => text,
    }
}

/// The shortest digits that name the number, as Python prints them: `1.0`, `1e+16`, `1e-05`.
fn double(number: f64) -> String {
    let plain = number == 0.0 || (1e-4..1e16).contains(&number.abs());
    if plain || !number.is_finite() {
        return format!("{number:?}").to_lowercase();
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

#[cfg(test)]
mod tests;
