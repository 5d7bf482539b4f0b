//! The compliance suite of JMESPath, whole but for its measurements of speed.

use super::*;
use crate::document::Map;

const SUITES: [(&str, &str); 15] = [
    ("basic", include_str!("compliance/basic.json")),
    ("boolean", include_str!("compliance/boolean.json")),
    ("current", include_str!("compliance/current.json")),
    ("escape", include_str!("compliance/escape.json")),
    ("filters", include_str!("compliance/filters.json")),
    ("functions", include_str!("compliance/functions.json")),
    ("identifiers", include_str!("compliance/identifiers.json")),
    ("indices", include_str!("compliance/indices.json")),
    ("literal", include_str!("compliance/literal.json")),
    ("multiselect", include_str!("compliance/multiselect.json")),
    ("pipe", include_str!("compliance/pipe.json")),
    ("slice", include_str!("compliance/slice.json")),
    ("syntax", include_str!("compliance/syntax.json")),
    ("unicode", include_str!("compliance/unicode.json")),
    ("wildcard", include_str!("compliance/wildcard.json")),
];

#[test]
fn every_case_of_the_suite_gives_what_it_says() {
    let mut count = 0;
    let mut failures = Vec::new();
    for (name, text) in SUITES {
        for group in json::parse(text).unwrap().as_list().unwrap() {
            let group = group.as_map().unwrap();
            for case in group.get("cases").and_then(Document::as_list).unwrap() {
                count += 1;
                failures.extend(failure(name, group.get("given").unwrap(), case.as_map().unwrap()));
            }
        }
    }
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(count, 861);
}

/// What is wrong with the result of one case.
fn failure(suite: &str, given: &Document, case: &Map) -> Option<String> {
    let expression = case.get("expression").and_then(Document::as_str).unwrap();
    let found = Expression::parse(expression).and_then(|parsed| parsed.search(given));
    let right = match (&found, case.get("result")) {
        (Ok(found), Some(expected)) => found == expected,
        (Ok(_), None) => false,
        (Err(_), _) => case.get("error").is_some(),
    };
    (!right).then(|| format!("{suite}: {expression}: {found:?}"))
}
