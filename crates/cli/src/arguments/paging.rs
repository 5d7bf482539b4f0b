//! The paging options, and the parameter that stands for all of them.

use super::globals;
use super::parser::{Argument, Parsed, Takes};
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::names::kebab;
use crate::python::{self, Maps};
use valkeep_api::Paginator;

const STARTING_TOKEN: &str = "--starting-token";
const PAGE_SIZE: &str = "--page-size";
const MAX_ITEMS: &str = "--max-items";

/// The parameter of a call that says how to page. No service knows it: where a call has no pages, or pages by hand,
/// it is refused like every other parameter that the operation does not have. A document may have it too.
const PARAMETER: &str = "PaginationConfig";

/// How to page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paging {
    /// `--max-items`: most items of all pages together. A negative number leaves items out at the end, as in Python.
    /// Numbers beyond 64 bits are the nearest one within.
    pub(crate) max_items: Option<i64>,
    /// `--page-size`: most items of one answer of the service, the nearest number of 64 bits.
    pub(crate) page_size: Option<i64>,
    /// `--starting-token`
    pub(crate) starting_token: Option<String>,
}

/// The options of an operation that has pages.
pub(super) fn arguments() -> [Argument<'static>; 3] {
    let number = |name| Argument::option(name, Takes::One).integer();
    [Argument::option(STARTING_TOKEN, Takes::One), number(PAGE_SIZE), number(MAX_ITEMS)]
}

impl Paging {
    /// What the options say. `paginate` is false with `--no-paginate`.
    ///
    /// # Errors
    /// Paging options where paging is off: with `--no-paginate`, and with an option that pages by hand.
    pub(super) fn read(paginator: &Paginator, parsed: &Parsed, paginate: bool) -> Result<Self, Failure> {
        let by_hand = [paginator.input_token, paginator.limit_key];
        let paginate = paginate && !by_hand.into_iter().any(|name| parsed.has(&format!("--{}", kebab(name))));
        let given: Vec<&str> =
            [STARTING_TOKEN, PAGE_SIZE, MAX_ITEMS].into_iter().filter(|option| parsed.has(option)).collect();
        if !paginate && !given.is_empty() {
            let given = given.join(", ");
            let message = format!("Cannot specify --no-paginate along with pagination arguments: {given}");
            return Err(Failure::validation(message));
        }
        let items = |option| parsed.word(option).and_then(|word| python::int(word).ok()).map(globals::nearest);
        Ok(Self {
            starting_token: parsed.word(STARTING_TOKEN).map(str::to_owned),
            page_size: items(PAGE_SIZE),
            max_items: items(MAX_ITEMS),
        })
    }

    /// What the reference says on standard error once all parameters are read.
    pub(crate) fn warning(&self) -> Option<&'static str> {
        let doubtful = self.max_items.is_some_and(|items| items <= 0);
        doubtful.then_some("warning: Non-positive values for --max-items may result in undefined behavior.")
    }

    /// Makes the options, if any was given, one of the parameters.
    pub(crate) fn join(&self, parameters: &mut Map) {
        let members = [
            ("StartingToken", self.starting_token.as_deref().map(Document::from)),
            ("MaxItems", self.max_items.map(Document::from)),
            ("PageSize", self.page_size.map(Document::from)),
        ];
        let given: Map = members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        if !given.is_empty() {
            parameters.insert(PARAMETER, given);
        }
    }

    /// Takes it back from the parameters of a call that has pages.
    ///
    /// # Errors
    /// Values of other types; Python's words.
    pub(crate) fn take(parameters: &mut Map) -> Result<Self, Failure> {
        let foreign = |value: &Document, attribute: &str| {
            let kind = python::type_word(value, Maps::Dict);
            Failure::general(format!("'{kind}' object has no attribute '{attribute}'"))
        };
        let members = match parameters.remove(PARAMETER) {
            None => return Ok(Self::default()),
            Some(Document::Map(members)) => members,
            Some(other) => return Err(foreign(&other, "get")),
        };
        let items = |name| members.get(name).filter(|value| **value != Document::Null).map(number).transpose();
        Ok(Self {
            max_items: items("MaxItems")?,
            page_size: items("PageSize")?,
            starting_token: match members.get("StartingToken") {
                None | Some(Document::Null) => None,
                Some(Document::String(token)) => Some(token.clone()),
                Some(other) => return Err(foreign(other, "encode")),
            },
        })
    }
}

/// A number as Python's `int()` makes it of any value, the nearest one of 64 bits.
fn number(value: &Document) -> Result<i64, Failure> {
    match value {
        Document::Boolean(flag) => Ok(i64::from(*flag)),
        Document::Integer(number) => Ok(globals::nearest(number.clone())),
        Document::Float(number) if number.is_nan() => Err(Failure::general("cannot convert float NaN to integer")),
        Document::Float(number) if number.is_infinite() => {
            Err(Failure::general("cannot convert float infinity to integer"))
        }
        // Cuts the fraction off and stops at the ends of 64 bits.
        Document::Float(number) => Ok(*number as i64),
        Document::String(text) => {
            python::int(text).map(globals::nearest).map_err(|error| Failure::general(error.to_string()))
        }
        Document::Null
        | Document::Bytes(_)
        | Document::Date(_)
        | Document::DateTime(..)
        | Document::List(_)
        | Document::Map(_) => Err(Failure::general(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            python::type_word(value, Maps::Dict)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(config: Document) -> Result<Paging, Failure> {
        Paging::take(&mut Map::from_iter([(PARAMETER, config)]))
    }

    #[test]
    fn the_options_are_one_parameter_and_come_back_from_it() {
        let paging = Paging { max_items: Some(-1), page_size: Some(20), starting_token: Some("t".to_owned()) };
        let mut parameters = Map::new();
        Paging::default().join(&mut parameters);
        assert!(parameters.is_empty());
        paging.join(&mut parameters);
        assert_eq!(Paging::take(&mut parameters), Ok(paging));
        assert!(parameters.is_empty());
    }

    #[test]
    fn a_documents_values_are_numbers_as_python_makes_them() {
        let cases = [
            (Document::Null, Ok(None)),
            (true.into(), Ok(Some(1))),
            (1.9.into(), Ok(Some(1))),
            ("1_0 ".into(), Ok(Some(10))),
            ("x".into(), Err("invalid literal for int() with base 10: 'x'")),
            (f64::NAN.into(), Err("cannot convert float NaN to integer")),
            (f64::INFINITY.into(), Err("cannot convert float infinity to integer")),
            (
                Vec::new().into(),
                Err("int() argument must be a string, a bytes-like object or a real number, not 'list'"),
            ),
        ];
        for (value, expected) in cases {
            let items = taken(Map::from_iter([("MaxItems", value.clone())]).into()).map(|paging| paging.max_items);
            assert_eq!(items, expected.map_err(Failure::general), "{value:?}");
        }
    }

    #[test]
    fn values_of_other_types_are_refused_in_pythons_words() {
        assert_eq!(taken("x".into()), Err(Failure::general("'str' object has no attribute 'get'")));
        let token = Map::from_iter([("StartingToken", 1)]);
        assert_eq!(taken(token.into()), Err(Failure::general("'int' object has no attribute 'encode'")));
    }
}
