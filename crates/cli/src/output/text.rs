//! `--output text`: lines of tab-separated values, each nested structure on a line of its own.

use super::misfit;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::{self, Maps};
use std::collections::BTreeSet;

/// Appends the lines of `document`. On a failure, the lines before it stand in `lines` already.
pub(super) fn write(document: &Document, lines: &mut String) -> Result<(), Failure> {
    node(document, None, None, lines)
}

/// `label` is the key that led here; `columns` are the keys that all structures of one list have in common.
fn node(
    document: &Document,
    label: Option<&str>,
    columns: Option<&BTreeSet<&str>>,
    lines: &mut String,
) -> Result<(), Failure> {
    if let Document::Map(map) = document {
        return structure(map, label, columns, lines);
    }
    if let Document::List(elements) = document {
        return list(elements, label, lines);
    }
    lines.push_str(&python::str(document, Maps::Dict));
    lines.push('\n');
    Ok(())
}

fn list(elements: &[Document], label: Option<&str>, lines: &mut String) -> Result<(), Failure> {
    if elements.iter().any(|element| matches!(element, Document::Map(_))) {
        let columns = columns(elements)?;
        return elements.iter().try_for_each(|element| node(element, label, Some(&columns), lines));
    }
    let (lists, scalars): (Vec<_>, Vec<_>) = elements.iter().partition(|element| matches!(element, Document::List(_)));
    scalar_list(&scalars, label, lines);
    lists.into_iter().try_for_each(|element| node(element, label, None, lines))
}

/// Scalars that have a label stand below each other, others beside each other.
fn scalar_list(scalars: &[&Document], label: Option<&str>, lines: &mut String) {
    if scalars.is_empty() {
        return;
    }
    let mut texts = scalars.iter().map(|scalar| python::str(scalar, Maps::Dict));
    match label {
        Some(label) => texts.for_each(|text| line(Some(label), &[text], lines)),
        None => line(None, &texts.by_ref().collect::<Vec<_>>(), lines),
    }
}

fn structure(
    map: &Map,
    label: Option<&str>,
    columns: Option<&BTreeSet<&str>>,
    lines: &mut String,
) -> Result<(), Failure> {
    let own;
    let columns = match columns {
        Some(columns) => columns,
        None => {
            own = map.iter().filter(|(_, value)| is_scalar(value)).map(|(key, _)| key).collect();
            &own
        }
    };
    let text = |key: &&str| map.get(key).map(|value| python::str(value, Maps::Dict)).unwrap_or_default();
    if !columns.is_empty() {
        line(label, &columns.iter().map(text).collect::<Vec<_>>(), lines);
    }
    let mut rest: Vec<_> = map.iter().filter(|(key, _)| !columns.contains(key)).collect();
    rest.sort_by_key(|(key, _)| *key);
    rest.into_iter().try_for_each(|(key, value)| node(value, Some(key), None, lines))
}

fn line(label: Option<&str>, texts: &[String], lines: &mut String) {
    if let Some(label) = label {
        lines.push_str(&label.to_uppercase());
        lines.push('\t');
    }
    lines.push_str(&texts.join("\t"));
    lines.push('\n');
}

/// The keys that lead to a scalar in any structure of a list that has structures; nothing else may be in it.
fn columns(elements: &[Document]) -> Result<BTreeSet<&str>, Failure> {
    let mut columns = BTreeSet::new();
    for element in elements {
        let Document::Map(map) = element else {
            return Err(misfit(element, "object has no attribute 'items'"));
        };
        columns.extend(map.iter().filter(|(_, value)| is_scalar(value)).map(|(key, _)| key));
    }
    Ok(columns)
}

fn is_scalar(document: &Document) -> bool {
    !matches!(document, Document::List(_) | Document::Map(_))
}
