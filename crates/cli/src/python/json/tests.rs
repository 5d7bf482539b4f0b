use super::*;
use crate::document::{Document, Map};

fn problem(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn values_are_read_and_laid_out_three_ways() {
    let cases = [
        (" null ", "null"),
        ("[]", "[]"),
        ("{ }", "{}"),
        ("[1,-0,2.50,1e400,-0.0,1E2]", "[1, 0, 2.5, Infinity, -0.0, 100.0]"),
        ("[NaN,Infinity,-Infinity]", "[NaN, Infinity, -Infinity]"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("[1e16, 15e-8]", "[1e+16, 1.5e-07]"),
        (r#"{"b":1,"a":[true,{"c":false}],"b":2}"#, r#"{"b": 2, "a": [true, {"c": false}]}"#),
        (r#""\"\\\/\b\f\n\r\t\u00e9é\ud83d\uDD11\u007f""#, r#""\"\\/\b\f\n\r\t\u00e9\u00e9\ud83d\udd11\u007f""#),
    ];
    for (text, printed) in cases {
        assert_eq!(compact(&parse(text).unwrap()), printed);
    }
    let document = parse(r#"{"a": [1, {"b": []}, {}], "ü\u007f\u0001": "本番🔑"}"#).unwrap();
    let lines = [
        "{",
        "    \"a\": [",
        "        1,",
        "        {",
        "            \"b\": []",
        "        },",
        "        {}",
        "    ],",
        "    \"ü\u{7f}\\u0001\": \"本番🔑\"",
        "}",
    ];
    assert_eq!(pretty(&document), lines.join("\n"));
    assert_eq!(dense(&document), r#"{"a":[1,{"b":[]},{}],"\u00fc\u007f\u0001":"\u672c\u756a\ud83d\udd11"}"#);
}

/// The texts and places are those of Python 3.13.
#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, message) in [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("  ", "Expecting value: line 1 column 3 (char 2)"),
        ("x", "Expecting value: line 1 column 1 (char 0)"),
        ("nul", "Expecting value: line 1 column 1 (char 0)"),
        ("tru", "Expecting value: line 1 column 1 (char 0)"),
        ("\u{feff}1", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"),
        ("1 2", "Extra data: line 1 column 3 (char 2)"),
        ("[1] x", "Extra data: line 1 column 5 (char 4)"),
        ("\n [1]\n é x", "Extra data: line 3 column 2 (char 7)"),
        ("01", "Extra data: line 1 column 2 (char 1)"),
        ("-", "Expecting value: line 1 column 1 (char 0)"),
        ("-x", "Expecting value: line 1 column 1 (char 0)"),
        ("+1", "Expecting value: line 1 column 1 (char 0)"),
        (".5", "Expecting value: line 1 column 1 (char 0)"),
        ("1.", "Extra data: line 1 column 2 (char 1)"),
        ("1.e5", "Extra data: line 1 column 2 (char 1)"),
        ("2e", "Extra data: line 1 column 2 (char 1)"),
        ("[", "Expecting value: line 1 column 2 (char 1)"),
        ("[ ", "Expecting value: line 1 column 3 (char 2)"),
        ("[1", "Expecting ',' delimiter: line 1 column 3 (char 2)"),
        ("[1 ", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
        ("[1,", "Expecting value: line 1 column 4 (char 3)"),
        ("[1, ", "Expecting value: line 1 column 5 (char 4)"),
        ("[1,]", "Illegal trailing comma before end of array: line 1 column 3 (char 2)"),
        ("[1,\n ]", "Illegal trailing comma before end of array: line 1 column 3 (char 2)"),
        ("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
        ("[,]", "Expecting value: line 1 column 2 (char 1)"),
        ("[nul]", "Expecting value: line 1 column 2 (char 1)"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{ ", "Expecting property name enclosed in double quotes: line 1 column 3 (char 2)"),
        ("{1", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{a:1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{'a':1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{\"a\"", "Expecting ':' delimiter: line 1 column 5 (char 4)"),
        ("{\"a\" ", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
        ("{\"a\" 1", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
        ("{\"a\":", "Expecting value: line 1 column 6 (char 5)"),
        ("{\"a\": ", "Expecting value: line 1 column 7 (char 6)"),
        ("{\"a\":}", "Expecting value: line 1 column 6 (char 5)"),
        ("{\"a\":1", "Expecting ',' delimiter: line 1 column 7 (char 6)"),
        ("{\"a\":1 ", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ("{\"a\":1,", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"),
        ("{\"a\":1, ", "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)"),
        ("{\"a\":1,}", "Illegal trailing comma before end of object: line 1 column 7 (char 6)"),
        ("{\"a\":1\n,\n}", "Illegal trailing comma before end of object: line 2 column 1 (char 7)"),
        ("{\"a\":1 \"b\"", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ("{\"a\":1,b", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"),
        ("{\"a\":[1,{\"b\":]}}", "Expecting value: line 1 column 14 (char 13)"),
        ("}", "Expecting value: line 1 column 1 (char 0)"),
        ("]", "Expecting value: line 1 column 1 (char 0)"),
        ("\"", "Unterminated string starting at: line 1 column 1 (char 0)"),
        ("\"abc", "Unterminated string starting at: line 1 column 1 (char 0)"),
        ("é\"abc", "Expecting value: line 1 column 1 (char 0)"),
        ("[\"é\", \"abc", "Unterminated string starting at: line 1 column 7 (char 6)"),
        ("\"a\nb\"", "Invalid control character at: line 1 column 3 (char 2)"),
        ("\"a\tb\"", "Invalid control character at: line 1 column 3 (char 2)"),
        ("\"\u{0}\"", "Invalid control character at: line 1 column 2 (char 1)"),
        ("\"é\u{1f}\"", "Invalid control character at: line 1 column 3 (char 2)"),
        ("\"\\", "Unterminated string starting at: line 1 column 1 (char 0)"),
        ("\"\\x\"", "Invalid \\escape: line 1 column 2 (char 1)"),
        ("\"é\\q\"", "Invalid \\escape: line 1 column 3 (char 2)"),
        ("\"\\u", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\u\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\u12", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\u12\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\u123\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\u1234", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\u12g4\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\u12é4\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\uD83D\\u12\"", "Invalid \\uXXXX escape: line 1 column 9 (char 8)"),
        ("\"\\uD83D\\u12x4\"", "Invalid \\uXXXX escape: line 1 column 9 (char 8)"),
        ("\"\\ud83d\\u1234", "Invalid \\uXXXX escape: line 1 column 9 (char 8)"),
        ("\"\\u+123\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"é\\\\\\é\"", "Invalid \\escape: line 1 column 5 (char 4)"),
        ("é", "Expecting value: line 1 column 1 (char 0)"),
        ("🔑 1", "Expecting value: line 1 column 1 (char 0)"),
        ("\"🔑\" \"x\"", "Extra data: line 1 column 5 (char 4)"),
        ("[1]\n\n  ,", "Extra data: line 3 column 3 (char 7)"),
        ("-Infinit", "Expecting value: line 1 column 1 (char 0)"),
        ("-I", "Expecting value: line 1 column 1 (char 0)"),
        ("Nan", "Expecting value: line 1 column 1 (char 0)"),
        ("infinity", "Expecting value: line 1 column 1 (char 0)"),
    ] {
        assert_eq!(problem(text), message, "{text:?}");
        assert!(parse(text).unwrap_err().is_invalid_json());
    }
}

#[test]
fn a_whole_number_that_is_too_long_is_refused() {
    assert!(problem(&format!("[-{}]", "1".repeat(4301))).starts_with("Exceeds the limit (4300 digits)"));
    assert!(parse(&"1".repeat(4300)).is_ok());
}

#[test]
fn nesting_has_a_limit() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(&nested(500)).is_ok());
    let too_deep = parse(&nested(100_000)).unwrap_err();
    assert_eq!(
        too_deep.to_string(),
        "maximum recursion depth exceeded while decoding a JSON array from a unicode string"
    );
    assert!(!too_deep.is_invalid_json());
    assert_eq!(
        problem(&r#"{"":"#.repeat(501)),
        "maximum recursion depth exceeded while decoding a JSON object from a unicode string"
    );
    assert!(parse(&format!("[{}]", "[[]],".repeat(1000) + "1")).is_ok());
}

#[test]
fn half_a_surrogate_pair_is_refused_as_python_refuses_to_write_it() {
    for (text, message) in [
        (r#""\ud800""#, r"'utf-8' codec can't encode character '\ud800' in position 0: surrogates not allowed"),
        (r#""äb\udfffx""#, r"'utf-8' codec can't encode character '\udfff' in position 2: surrogates not allowed"),
        (r#""\ud800\u0041""#, r"'utf-8' codec can't encode character '\ud800' in position 0: surrogates not allowed"),
    ] {
        assert_eq!(problem(text), message);
        assert!(!parse(text).unwrap_err().is_invalid_json());
    }
}

#[test]
fn values_that_json_lacks_are_printed_as_texts() {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
    let map = Map::from_iter([("day", Document::Date(date)), ("raw", Document::Bytes(b"a".to_vec()))]);
    assert_eq!(compact(&map.into()), r#"{"day": "2026-01-05", "raw": "b'a'"}"#);
}
