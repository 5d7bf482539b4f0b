//! Each format against texts that the reference prints for the same documents.
//!
//! A file has one block per document: `>>> ` and the document, what is printed, and `!!! ` before an error.

use super::*;
use crate::python;

/// Calls `check` with every document of `blocks` and what is to come of it.
fn each(blocks: &str, print: impl Fn(&Document, &mut String) -> Result<(), Failure>) {
    let mut count = 0;
    for block in blocks.split(">>> ").skip(1) {
        let (document, expected) = block.split_once('\n').expect("a document stands on one line");
        let document = python::json::parse(document).expect("the document is JSON");
        let mut printed = String::new();
        if let Err(failure) = print(&document, &mut printed) {
            let Failure::General(text) = failure else { panic!("{failure:?}") };
            printed += &format!("!!! {text}\n");
        }
        assert_eq!(printed, expected, "{block}");
        count += 1;
    }
    assert!(count > 20, "only {count} documents are in the file");
}

#[test]
fn text_is_what_the_reference_prints() {
    each(include_str!("tests/text.txt"), text::write);
}

#[test]
fn tables_are_what_the_reference_prints() {
    each(include_str!("tests/table.txt"), |document, out| {
        out.push_str(&table::render("CopySnapshot", document, 80, Ink::Plain)?);
        Ok(())
    });
}

#[test]
fn yaml_is_what_the_reference_prints() {
    each(include_str!("tests/yaml.txt"), |document, out| {
        out.push_str(&yaml(document));
        Ok(())
    });
}

#[test]
fn yaml_streams_are_what_the_reference_prints() {
    each(include_str!("tests/yaml-stream.txt"), |document, out| {
        if !is_empty_map(document) {
            out.push_str(&yaml::dump(&Document::List(vec![document.clone()])));
        }
        Ok(())
    });
}
