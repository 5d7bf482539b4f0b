//! From a document to sections: scalars become cells, everything else a section of its own.

use super::section::Section;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::output::misfit;
use crate::python::{self, Maps};
use std::collections::BTreeSet;

/// The sections of `document`, outer ones first; none when it holds nothing.
pub(super) fn sections(title: &str, document: &Document) -> Result<Vec<Section>, Failure> {
    let mut sections = Vec::new();
    if holds_something(document) {
        add_section(&mut sections, title, document, 0)?;
    }
    Ok(sections)
}

/// What Python takes for true.
fn holds_something(document: &Document) -> bool {
    match document {
        Document::Null => false,
        Document::Boolean(flag) => *flag,
        Document::Integer(number) => *number != 0.into(),
        Document::Float(number) => *number != 0.0,
        Document::String(text) => !text.is_empty(),
        Document::Bytes(bytes) => !bytes.is_empty(),
        Document::Date(_) | Document::DateTime(..) => true,
        Document::List(elements) => !elements.is_empty(),
        Document::Map(map) => !map.is_empty(),
    }
}

fn add_section(sections: &mut Vec<Section>, title: &str, document: &Document, level: usize) -> Result<(), Failure> {
    if holds_something(document) {
        sections.push(Section::new(title, level));
        fill(sections, title, document, level)?;
    }
    Ok(())
}

/// Adds `document` to the last section, and new sections behind it.
fn fill(sections: &mut Vec<Section>, title: &str, document: &Document, level: usize) -> Result<(), Failure> {
    if let Document::Map(map) = document {
        return structure(sections, map, level);
    }
    let Document::List(elements) = document else {
        return Ok(());
    };
    if let Some(Document::Map(_)) = elements.first() {
        return structures(sections, title, elements, level);
    }
    elements.iter().try_for_each(|element| item(sections, title, element, level))
}

/// An element of a list that starts with no structure: a row, or more rows when it has lists in it.
fn item(sections: &mut Vec<Section>, title: &str, element: &Document, level: usize) -> Result<(), Failure> {
    if let Document::Map(map) = element {
        return last(sections).add_texts(map.iter().map(|(key, _)| key.to_owned()).collect());
    }
    let Document::List(cells) = element else {
        return last(sections).add_row(&[element]);
    };
    if cells.iter().all(is_scalar) {
        last(sections).add_row(&cells.iter().collect::<Vec<_>>())
    } else {
        fill(sections, title, element, level)
    }
}

fn structure(sections: &mut Vec<Section>, map: &Map, level: usize) -> Result<(), Failure> {
    let mut pairs: Vec<_> = map.iter().collect();
    pairs.sort_by_key(|(key, _)| *key);
    let (scalars, rest): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(_, value)| is_scalar(value));
    match scalars.as_slice() {
        [] => {}
        [(key, value)] => last(sections).add_texts(vec![(*key).to_owned(), python::str(value, Maps::Dict)])?,
        _ => {
            let (keys, values): (Vec<_>, Vec<_>) = scalars.into_iter().unzip();
            last(sections).set_header(&keys)?;
            last(sections).add_row(&values)?;
        }
    }
    rest.into_iter().try_for_each(|(key, value)| add_section(sections, key, value, level + 1))
}

/// Structures in one section as long as nothing is nested in them, otherwise in a section each.
fn structures(sections: &mut Vec<Section>, title: &str, elements: &[Document], level: usize) -> Result<(), Failure> {
    let (mut columns, mut nested) = (BTreeSet::new(), BTreeSet::new());
    for element in elements {
        for (key, value) in keys_of(element)? {
            if is_scalar(value) {
                columns.insert(key)
            } else {
                nested.insert(key)
            };
        }
    }
    let columns: Vec<&str> = columns.into_iter().collect();
    let absent = Document::from("");
    for (place, element) in elements.iter().enumerate() {
        let Document::Map(map) = element else {
            return Err(misfit(element, "object has no attribute 'get'"));
        };
        if place > 0 && !nested.is_empty() {
            sections.push(Section::new(title, level));
        }
        if place == 0 || !nested.is_empty() {
            last(sections).set_header(&columns)?;
        }
        let cells: Vec<&Document> = columns.iter().map(|key| map.get(key).unwrap_or(&absent)).collect();
        last(sections).add_row(&cells)?;
        let inner = nested.iter().filter_map(|key| Some((*key, map.get(key)?)));
        inner.into_iter().try_for_each(|(key, value)| add_section(sections, key, value, level + 1))?;
    }
    Ok(())
}

/// The pairs of an element in a list of structures; of anything else, what Python says about it.
fn keys_of(element: &Document) -> Result<Vec<(&str, &Document)>, Failure> {
    let indices = |complaint: &str| Err(Failure::general(complaint));
    if let Document::Map(map) = element {
        return Ok(map.iter().collect());
    }
    if let Document::String(text) = element {
        return if text.is_empty() { Ok(Vec::new()) } else { indices("string indices must be integers, not 'str'") };
    }
    let Document::List(elements) = element else {
        return Err(misfit(element, "object is not iterable"));
    };
    match elements.first() {
        None => Ok(Vec::new()),
        Some(Document::Integer(_) | Document::Boolean(_)) => indices("list index out of range"),
        Some(other) => {
            let word = python::type_word(other, Maps::Dict);
            indices(&format!("list indices must be integers or slices, not {word}"))
        }
    }
}

fn is_scalar(document: &Document) -> bool {
    !matches!(document, Document::List(_) | Document::Map(_))
}

fn last(sections: &mut [Section]) -> &mut Section {
    sections.last_mut().expect("a section is opened before anything is put into one")
}
