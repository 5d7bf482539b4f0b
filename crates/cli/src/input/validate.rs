//! Parameters held against the model, with every mismatch in one list.
//!
//! Checked are names, required members, types, and the shortest lengths of texts and lists. Listed
//! values, patterns and greatest lengths are left to the service, as the reference leaves them.

use chrono::DateTime;
use num_bigint::BigInt;
use valkeep_api::{List, Shape, Structure, Text, Value};

use super::timestamp::{self, NoTimestamp};
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::{self, Maps};

/// Holds `parameters` against the model; every mismatch is listed in one failure.
///
/// The members of the value come in the order of `parameters`, which is the order on the wire.
/// Two things are valid that the model's values cannot hold: a whole number beyond 64 bits comes out as
/// its digits, and a time finer than a millisecond as its text.
///
/// # Errors
/// [`Failure::Validation`] with all mismatches; [`Failure::General`] for a time that the reference
/// cannot calculate with.
pub(crate) fn validate(shape: &'static Structure, parameters: &Map) -> Result<Value, Failure> {
    let mut report = Report::default();
    let value = report.map(shape, parameters, "");
    if let Some(stumble) = report.stumble {
        return Err(Failure::General(stumble));
    }
    if report.mismatches.is_empty() {
        return Ok(value);
    }
    Err(Failure::Validation(format!("Parameter validation failed:\n{}", report.mismatches.join("\n"))))
}

#[derive(Default)]
struct Report {
    mismatches: Vec<String>,
    /// The first error that ends the check at once.
    stumble: Option<String>,
}

/// Stands for a value that does not fit; it never leaves this module, because the report is not empty.
const MISFIT: Value = Value::Boolean(false);

impl Report {
    fn add(&mut self, mismatch: String) -> Value {
        self.mismatches.push(mismatch);
        MISFIT
    }

    fn value(&mut self, shape: Shape, document: &Document, path: &str) -> Value {
        match (shape, document) {
            (Shape::Structure(structure), Document::Map(map)) => self.map(structure, map, path),
            (Shape::List(list), Document::List(elements)) => self.list(list, elements, path),
            (Shape::String(text), Document::String(string)) => self.text(text, string, path),
            (Shape::Integer | Shape::Double, Document::Integer(number)) => whole_number(number),
            (Shape::Double, Document::Float(number)) => Value::Double(*number),
            // Python's booleans are whole numbers.
            (Shape::Integer | Shape::Double | Shape::Boolean, Document::Boolean(flag)) => Value::Boolean(*flag),
            (Shape::Timestamp, document) => self.timestamp(document, path),
            (shape, document) => self.wrong_type(document, path, shape),
        }
    }

    fn map(&mut self, structure: &'static Structure, map: &Map, path: &str) -> Value {
        let place = if path.is_empty() { "input" } else { path };
        for member in structure.members {
            if member.required && map.get(member.name).is_none() {
                self.add(format!("Missing required parameter in {place}: \"{}\"", member.name));
            }
        }
        for (name, _) in map.iter().filter(|(name, _)| structure.member(name).is_none()) {
            let known: Vec<_> = structure.members.iter().map(|member| member.name).collect();
            self.add(format!("Unknown parameter in {place}: \"{name}\", must be one of: {}", known.join(", ")));
        }
        let known = map.iter().filter_map(|(name, document)| Some((structure.member(name)?, document)));
        Value::Structure(
            known
                .map(|(member, document)| {
                    let dot = if path.is_empty() { "" } else { "." };
                    (member.name, self.value(member.shape, document, &format!("{path}{dot}{}", member.name)))
                })
                .collect(),
        )
    }

    fn list(&mut self, list: &List, elements: &[Document], path: &str) -> Value {
        self.length(elements.len(), list.min, path);
        let numbered = elements.iter().enumerate();
        Value::List(
            numbered.map(|(place, element)| self.value(list.member, element, &format!("{path}[{place}]"))).collect(),
        )
    }

    fn text(&mut self, text: &Text, string: &str, path: &str) -> Value {
        self.length(string.chars().count(), text.min, path);
        string.into()
    }

    fn length(&mut self, length: usize, min: Option<u32>, path: &str) {
        if let Some(min) = min.filter(|min| length < *min as usize) {
            self.add(format!("Invalid length for parameter {path}, value: {length}, valid min length: {min}"));
        }
    }

    fn timestamp(&mut self, document: &Document, path: &str) -> Value {
        match timestamp::microseconds(document) {
            Ok(us) => point_in_time(us),
            Err(NoTimestamp::Unreadable) => self.wrong_type(document, path, Shape::Timestamp),
            Err(NoTimestamp::OutOfRange(problem)) => {
                self.stumble.get_or_insert(problem);
                MISFIT
            }
        }
    }

    fn wrong_type(&mut self, document: &Document, path: &str, shape: Shape) -> Value {
        let maps = if holds_ordered(document) { Maps::OrderedDict } else { Maps::Dict };
        let (value, kind) = (python::str(document, maps), python::type_name(document, maps));
        self.add(format!(
            "Invalid type for parameter {path}, value: {value}, type: {kind}, valid types: {}",
            valid_types(shape)
        ))
    }
}

/// The Python types that the reference takes for a shape.
fn valid_types(shape: Shape) -> &'static str {
    match shape {
        Shape::Structure(_) => "<class 'dict'>",
        Shape::List(_) => "<class 'list'>, <class 'tuple'>",
        Shape::String(_) => "<class 'str'>",
        Shape::Integer => "<class 'int'>",
        Shape::Double => "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
        Shape::Boolean => "<class 'bool'>",
        Shape::Timestamp => "<class 'datetime.datetime'>, timestamp-string",
    }
}

fn whole_number(number: &BigInt) -> Value {
    i64::try_from(number).map_or_else(|_| number.to_string().into(), Value::Integer)
}

/// Milliseconds where they are whole; what is finer goes out as its text.
fn point_in_time(us: i64) -> Value {
    let fine = DateTime::from_timestamp_micros(us).filter(|_| us % 1000 != 0);
    fine.map_or(Value::Timestamp(us.div_euclid(1000)), |time| time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string().into())
}

/// Whether the maps inside came from JSON in an option; all of one value come from the same place.
fn holds_ordered(document: &Document) -> bool {
    if let Document::List(elements) = document {
        return elements.iter().any(holds_ordered);
    }
    matches!(document, Document::Map(map) if map.is_ordered())
}
