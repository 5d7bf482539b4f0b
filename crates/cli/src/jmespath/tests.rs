use super::*;
use crate::python::json;

mod compliance;
mod results;
mod runtime_errors;
mod syntax_errors;

const DOCUMENT: &str = r#"{
    "name": "orders", "size": 6379, "ratio": 2.5, "on": true, "off": false, "none": null, "zero": 0, "empty": "",
    "tags": [{"k": "b", "v": 2}, {"k": "a", "v": 1}, {"k": "c"}],
    "numbers": [3, 1, 2.5], "words": ["b", "ä", "a"],
    "nested": [[1, [2]], [3], 4], "map": {"x": {"y": 1}, "z": {"y": null}}, "mixed": [1, "a"]
}"#;

fn search(text: &str) -> Result<String, String> {
    let document = json::parse(DOCUMENT).unwrap();
    Expression::parse(text)?.search(&document).map(|found| json::compact(&found))
}

#[test]
fn expressions_find_what_the_reference_finds() {
    for (text, result) in results::RESULTS {
        assert_eq!(search(text).as_deref(), Ok(*result), "{text}");
    }
}

#[test]
fn syntax_errors_have_the_references_texts() {
    for (text, message) in syntax_errors::SYNTAX_ERRORS {
        assert_eq!(Expression::parse(text).unwrap_err(), *message, "{text}");
    }
    assert_eq!(Expression::parse("").unwrap_err(), "Invalid JMESPath expression: cannot be empty.");
}

#[test]
fn runtime_errors_have_the_references_texts() {
    for (text, message) in runtime_errors::RUNTIME_ERRORS {
        let document = json::parse(DOCUMENT).unwrap();
        assert_eq!(Expression::parse(text).unwrap().search(&document).unwrap_err(), *message, "{text}");
    }
}

#[test]
fn a_reference_is_no_result() {
    for text in ["&name", "[&name]", "not_null(none, &name)", "to_array(&name)"] {
        assert_eq!(search(text).unwrap_err(), "Encountered unrecognized type in JSON encoder.", "{text}");
    }
    let message = search("length(&name)").unwrap_err();
    assert!(
        message.starts_with("In function length(), invalid type for value: <jmespath.visitor._Expression object at 0x")
    );
    assert!(message.ends_with(">, expected one of: ['string', 'array', 'object'], received: \"expref\""));
    let message = "int() argument must be a string, a bytes-like object or a real number, not '_Expression'";
    assert_eq!(search("to_number(&name)").unwrap_err(), message);
}

#[test]
fn nesting_has_a_limit() {
    const KINDS: [(&str, &str); 13] = [
        ("(", ")"),
        ("[", "]"),
        ("{a: ", "}"),
        ("to_array(", ")"),
        ("[?", "]"),
        ("map(&", ", `[1]`)"),
        ("!", ""),
        ("", "[*].a"),
        ("@[?@ == ", " ]"),
        ("", " || @"),
        ("", " == @"),
        ("", "[]"),
        ("", ".*"),
    ];
    let nested = |open: &str, close: &str, levels| format!("{}@{}", open.repeat(levels), close.repeat(levels));
    let check = move || {
        for (open, close) in KINDS {
            let deep =
                (1..=489).rev().step_by(20).find_map(|levels| Expression::parse(&nested(open, close, levels)).ok());
            let deep = deep.unwrap_or_else(|| panic!("{open}{close}"));
            assert!(deep.search(&Document::Null).is_ok(), "{open}");
            let too_deep = Expression::parse(&nested(open, close, 20_000)).unwrap_err();
            assert_eq!(too_deep, "maximum recursion depth exceeded", "{open}");
        }
    };
    // As much as the main thread of a program has.
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(check).unwrap();
    thread.join().unwrap();
}

#[test]
fn long_chains_are_not_deep() {
    for link in [".a", "[0]", " | @"] {
        let chain = format!("@{}", link.repeat(10_000));
        assert!(Expression::parse(&chain).unwrap().search(&Document::Null).is_ok());
    }
}
