//! Functions that put elements in order: by themselves, or by what a reference gives for them.

use super::Made;
use super::signature::{Argument, kind, mismatch};
use crate::document::Document;
use crate::jmespath::ast::Node;
use crate::jmespath::interpreter::{evaluate, order};
use crate::python::{self, Maps};
use std::cmp::Ordering;

/// Which end of the order is looked for, and the operator with which Python looks for it.
#[derive(Clone, Copy)]
enum End {
    Least,
    Greatest,
}

impl End {
    fn beats(self, candidate: &Document, best: &Document) -> Result<bool, String> {
        let (symbol, wanted) = match self {
            Self::Least => ("<", Ordering::Less),
            Self::Greatest => (">", Ordering::Greater),
        };
        Ok(order(candidate, best, symbol)? == Some(wanted))
    }
}

pub(super) fn max(arguments: &[Argument<'_>]) -> Made {
    best(arguments[0].list(), End::Greatest, |element| Ok(element.clone()))
}

pub(super) fn min(arguments: &[Argument<'_>]) -> Made {
    best(arguments[0].list(), End::Least, |element| Ok(element.clone()))
}

pub(super) fn max_by(arguments: &[Argument<'_>]) -> Made {
    let expression = arguments[1].reference();
    best(arguments[0].list(), End::Greatest, |element| key("max_by", expression, element, &["number", "string"]))
}

pub(super) fn min_by(arguments: &[Argument<'_>]) -> Made {
    let expression = arguments[1].reference();
    best(arguments[0].list(), End::Least, |element| key("min_by", expression, element, &["number", "string"]))
}

pub(super) fn sort(arguments: &[Argument<'_>]) -> Made {
    let mut sorted = arguments[0].list().to_vec();
    sorted.sort_by(total_order);
    Ok(sorted.into())
}

/// All keys must have the type of the first one.
pub(super) fn sort_by(arguments: &[Argument<'_>]) -> Made {
    let (elements, expression) = (arguments[0].list(), arguments[1].reference());
    let Some(first) = elements.first() else {
        return Ok(Vec::new().into());
    };
    let expected = kind(evaluate(expression, first)?.as_ref());
    if !matches!(expected, "number" | "string") {
        // The element is shown here, not its key.
        return Err(mismatch("sort_by", &python::str(first, Maps::Dict), &["string", "number"], expected));
    }
    let mut keyed = Vec::new();
    for element in elements {
        keyed.push((key("sort_by", expression, element, &[expected])?, element));
    }
    keyed.sort_by(|(left, _), (right, _)| total_order(left, right));
    Ok(keyed.into_iter().map(|(_, element)| element.clone()).collect::<Vec<_>>().into())
}

/// The first of the elements that no other one beats; null when there are none.
fn best(elements: &[Document], end: End, key: impl Fn(&Document) -> Made) -> Made {
    let mut best: Option<(Document, &Document)> = None;
    for element in elements {
        let candidate = key(element)?;
        let better = match &best {
            Some((best, _)) => end.beats(&candidate, best)?,
            None => true,
        };
        if better {
            best = Some((candidate, element));
        }
    }
    Ok(best.map_or(Document::Null, |(_, element)| element.clone()))
}

/// What `expression` gives for an element, which must be one of the `expected` types.
fn key(function: &str, expression: &Node, element: &Document, expected: &[&str]) -> Made {
    let key = evaluate(expression, element)?.into_owned();
    let received = kind(&key);
    if expected.contains(&received) {
        return Ok(key);
    }
    Err(mismatch(function, &python::str(&key, Maps::Dict), expected, received))
}

/// The order of values of one type; `nan` comes last.
fn total_order(left: &Document, right: &Document) -> Ordering {
    let is_nan = |document: &Document| matches!(document, Document::Float(number) if number.is_nan());
    match python::order(left, right) {
        Ok(Some(order)) => order,
        _ => is_nan(left).cmp(&is_nan(right)),
    }
}
