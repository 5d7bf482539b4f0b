use proptest::prelude::*;

use super::*;

fn value(text: &str) -> Result<String, YamlError> {
    let Document::Map(map) = parse(&format!("a: {text}\n"))? else { panic!("a map") };
    Ok(python::repr(map.get("a").expect("the value"), Maps::Dict))
}

#[test]
fn plain_scalars_have_the_types_of_their_looks() {
    let cases = [
        ("yes", "'yes'"),
        ("on", "'on'"),
        ("TRUE", "True"),
        ("tRUE", "'tRUE'"),
        ("~", "None"),
        ("", "None"),
        ("0755", "755"),
        ("0o17", "15"),
        ("0o8", "'0o8'"),
        ("0x1F", "31"),
        ("-0x1F", "-31"),
        ("0b101", "5"),
        ("1_000", "1000"),
        ("1_", "1"),
        ("_1", "'_1'"),
        ("+5", "5"),
        ("--5", "'--5'"),
        ("0_1", "1"),
        ("0x_1", "1"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("190:20:30", "'190:20:30'"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("1e3", "1000.0"),
        ("1.e3", "1000.0"),
        (".e3", "'.e3'"),
        ("e5", "'e5'"),
        ("1e", "'1e'"),
        ("1_0.5_0", "10.5"),
        ("1.0e+01_0", "'1.0e+01_0'"),
        ("-.inf", "-inf"),
        (".NaN", "nan"),
        ("1e400", "inf"),
        (".", "'.'"),
        ("2024-01-02", "datetime.date(2024, 1, 2)"),
        ("2024-1-2", "'2024-1-2'"),
        ("2024-01-02 03:04:05", "datetime.datetime(2024, 1, 2, 3, 4, 5)"),
        ("2002-1-1 1:1:1", "'2002-1-1 1:1:1'"),
        ("x # comment", "'x'"),
        ("\"\\u00e4\"", "'ä'"),
        ("'1'", "'1'"),
        ("|\n  a\n  b", "'a\\nb\\n'"),
        ("{b: 1, c: [x, y]}", "{'b': 1, 'c': ['x', 'y']}"),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn tags_decide_over_looks() {
    let cases = [
        ("!!str 5", "'5'"),
        ("!!int \"5\"", "5"),
        ("!!float 5", "5.0"),
        ("!!bool yes", "True"),
        ("!!null x", "None"),
        ("!!binary aGk=", "b'hi'"),
        ("!!binary \"@@\"", "b''"),
        ("! 5", "5"),
        ("! '5'", "5"),
        ("!", "None"),
        ("!!str", "''"),
        ("!!seq [1]", "[1]"),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_yaml_is_invalid() {
    let texts = [
        "a: b\n  c: d",
        "a: 1\na: 2",
        "{a: 1, a: 2}",
        "a: b\n---\nc: d",
        "a: \"b",
        "a: [b",
        "\ta: b",
        "a: *b",
        "a: !foo x",
        "a: !!binary aGk",
        "a: !!map x",
        "a: =",
        "a: <<",
        "a: \u{1}",
        "%YAML 2.0\n---\na: b",
        "...\n",
        "? {a: b}\n: c",
        "a: {<<: 5}",
        "a: {<<: {b: 1}, <<: {c: 1}}",
        "a: &x [*x]",
    ];
    for text in texts {
        assert_eq!(parse(text), Err(YamlError::Invalid), "{text}");
    }
}

#[test]
fn values_that_python_cannot_make_keep_its_words() {
    let cases = [
        ("2024-13-01", "month must be in 1..12"),
        ("2024-02-30T00:00:00Z", "day is out of range for month"),
        ("!!int x", "invalid literal for int() with base 10: 'x'"),
        ("!!bool x", "'x'"),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text).expect_err("no value").to_string(), expected);
    }
}

#[test]
fn an_empty_text_is_null() {
    for text in ["", "# only a comment\n", "---\n"] {
        assert_eq!(parse(text), Ok(Document::Null));
    }
}

#[test]
fn merged_pairs_come_first_and_are_replaced_by_own_ones() {
    let cases = [
        ("x: &x {b: 1}\ny:\n  <<: *x\n  c: 2\n", "{'b': 1, 'c': 2}"),
        ("x: &x {b: 1}\ny:\n  <<: [*x, {c: 2}]\n  b: 3\n", "{'c': 2, 'b': 3}"),
        ("y: {b: 1, <<: {b: 2, c: 3}}\n", "{'b': 1, 'c': 3}"),
        ("y: {\"<<\": {b: 2}}\n", "{'<<': {'b': 2}}"),
    ];
    for (text, expected) in cases {
        let Ok(Document::Map(map)) = parse(text) else { panic!("{text}") };
        assert_eq!(python::repr(map.get("y").expect("there"), Maps::Dict), expected, "{text}");
    }
}

#[test]
fn aliases_cannot_make_more_than_memory_holds() {
    let lists = (1..12).map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{},", n - 1).repeat(10)));
    let bomb: String = std::iter::once("a0: &a0 x\n".to_owned()).chain(lists).collect();
    assert_eq!(parse(&bomb), Err(YamlError::Invalid));
}

#[test]
fn nesting_has_a_bound() {
    assert_eq!(parse(&"[".repeat(10_000)), Err(YamlError::TooDeep));
}

#[test]
fn tabs_stand_only_in_brackets_in_quotes_in_blocks_and_in_comments() {
    for text in ["{a:\tb,\tc: d\t}", "a: \"b\tc\"\n", "a: |\n  b\tc\n", "a: b # c\td\n", "ä: [b]\nc: {d:\te}\n"] {
        assert!(parse(text).is_ok(), "{text:?}");
    }
    for text in
        ["a:\tb", "a: b\t\nc: d", "a: b\tc", "a: b\t# c", "ä🔑\t: b", "a: &x\tb", "a: [b]\t\nc: d", "a: \"b\"\t\nc: d"]
    {
        assert_eq!(parse(text), Err(YamlError::Invalid), "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[\\PC\n]{0,60}", marks in "[-:?,\\[\\]{}#&*!|>'\"%@` \n\ta0<=~.]{0,60}") {
        drop(parse(&text));
        drop(parse(&marks));
    }
}

#[test]
fn a_text_may_end_inside_a_block() {
    let cases = [
        ("|\n    a", "'a'"),
        ("|+\n    a", "'a'"),
        ("|-\n    a", "'a'"),
        (">\n    a\n    b", "'a b'"),
        ("|\n    a # b", "'a # b'"),
        ("|+\n    a\n    ", "'a\\n'"),
        ("|+\n    a\n\n  ", "'a\\n\\n'"),
        ("|\n    a\n   # b", "'a\\n'"),
        ("|+", "''"),
    ];
    for (text, expected) in cases {
        let Ok(Document::Map(map)) = parse(&format!("a: {text}")) else { panic!("{text}") };
        assert_eq!(python::repr(map.get("a").expect("the value"), Maps::Dict), expected, "{text}");
    }
}

#[test]
fn what_the_library_stumbles_over_is_no_yaml() {
    for text in ["[!!str, a]", "{a: !x,b: 1}", "\"\\", "\"\\u12"] {
        assert_eq!(parse(text), Err(YamlError::Invalid), "{text}");
    }
}

#[test]
fn aliases_of_long_texts_cannot_fill_the_memory() {
    let long = "x".repeat(1 << 20);
    let text = format!("a: &a {long}\nb: [{}]\n", "*a, ".repeat(1000));
    assert_eq!(parse(&text), Err(YamlError::Invalid));
}
