use proptest::prelude::*;

use super::*;
use crate::Surroundings;
use crate::python::{self, Maps};

fn read(text: &str) -> Result<String, String> {
    let surroundings = Surroundings::of_this_process();
    let map = parse(text, Files::new(&surroundings)).map_err(|error| error.to_string())?;
    Ok(python::repr(&map.into(), Maps::Dict))
}

#[test]
fn values_are_texts_lists_and_maps() {
    let cases = [
        ("a=b", "{'a': 'b'}"),
        ("a=b,c=d", "{'a': 'b', 'c': 'd'}"),
        ("a=b,c,d=e", "{'a': ['b', 'c'], 'd': 'e'}"),
        ("a=b=c", "{'a': 'b=c'}"),
        ("a = b c , d = ", "{'a': 'b c', 'd': ''}"),
        ("a=[b, c,],d={e=f,g={h=[]}}", "{'a': ['b', 'c'], 'd': {'e': 'f', 'g': {'h': []}}}"),
        ("a=\"b,\\\"c\\\\\",d='e'", "{'a': 'b,\"c\\\\', 'd': 'e'}"),
        ("a=b\\,c", "{'a': 'b,c'}"),
        ("a=b,\"c,d\"", "{'a': ['b', 'c,d']}"),
        ("a@=b", "{'a': 'b'}"),
        ("a=\"\u{1f511}\"", "{'a': '\u{1f511}'}"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn an_error_points_at_its_place_on_its_line() {
    let cases = [
        ("a", "Expected: '=', received: 'EOF' for input:\n a\n ^"),
        ("a==b", "Expected: ',', received: '=' for input:\n a==b\n  ^"),
        ("a=b,\nc==d\ne", "Expected: ',', received: '=' for input:\n a=b,\nc==d\n  ^\ne"),
        ("a=b,", "Expected: '<second>', received: '<none>' for input:\n a=b,\n    ^"),
        ("a=\"b", "Expected: '<double quoted>', received: '<none>' for input:\n a=\"b\n  ^"),
        ("é=a", "Expected: '=', received: 'é' for input:\n é=a\n^"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn a_repeated_key_is_refused_with_its_place() {
    let hint = "This is often because there is a preceding \",\" instead of a space.";
    let expected = format!("Second instance of key \"a\" encountered for input:\na=b,a=c\n    ^\n{hint}");
    assert_eq!(read("a=b,a=c"), Err(expected));
}

#[test]
fn nesting_has_a_bound() {
    assert_eq!(read(&format!("a={}", "[".repeat(5000))), Err(python::TOO_DEEP.to_owned()));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}", marks in "[a,=@'\"\\\\\\[\\]{} \n]{0,60}") {
        drop(read(&text));
        drop(read(&marks));
    }
}

#[test]
fn very_many_pairs_are_read_at_once() {
    let pairs: String = (0..20_000).map(|number| format!("k{number}=v,")).collect();
    for text in [pairs.trim_end_matches(',').to_owned(), format!("a={{{pairs}}}")] {
        assert_eq!(read(&text).map(|read| read.matches(": 'v'").count()), Ok(20_000));
    }
}
