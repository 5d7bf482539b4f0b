//! Values as Python's `repr` and `str` write them.

use super::number::float_repr;
use super::types::Maps;
use crate::document::{Document, Map};
use chrono::{Datelike, FixedOffset, NaiveDateTime, Timelike};

/// The value as Python's `str` writes it: a text as it is, a date in ISO form, anything else like [`repr`].
pub(crate) fn str(document: &Document, maps: Maps) -> String {
    match document {
        Document::String(text) => text.clone(),
        Document::Date(date) => date.to_string(),
        Document::DateTime(time, offset) => iso(*time, *offset),
        Document::Null
        | Document::Boolean(_)
        | Document::Integer(_)
        | Document::Float(_)
        | Document::Bytes(_)
        | Document::List(_)
        | Document::Map(_) => repr(document, maps),
    }
}

/// The value as Python's `repr` writes it, `{'Key': 'a'}`.
pub(crate) fn repr(document: &Document, maps: Maps) -> String {
    let mut out = String::new();
    write(&mut out, document, maps);
    out
}

fn write(out: &mut String, document: &Document, maps: Maps) {
    match document {
        Document::Null => out.push_str("None"),
        Document::Boolean(flag) => out.push_str(if *flag { "True" } else { "False" }),
        Document::Integer(number) => out.push_str(&number.to_string()),
        Document::Float(number) => out.push_str(&float_repr(*number)),
        Document::String(text) => out.push_str(&str_repr(text)),
        Document::Bytes(bytes) => out.push_str(&bytes_repr(bytes)),
        Document::Date(date) => {
            out.push_str(&format!("datetime.date({}, {}, {})", date.year(), date.month(), date.day()));
        }
        Document::DateTime(time, offset) => out.push_str(&datetime_repr(*time, *offset)),
        Document::List(elements) => {
            out.push('[');
            for (place, element) in elements.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                write(out, element, maps);
            }
            out.push(']');
        }
        Document::Map(map) => match maps {
            Maps::Dict => write_dict(out, map, maps),
            Maps::OrderedDict => {
                out.push_str("OrderedDict(");
                if !map.is_empty() {
                    write_dict(out, map, maps);
                }
                out.push(')');
            }
        },
    }
}

fn write_dict(out: &mut String, map: &Map, maps: Maps) {
    out.push('{');
    for (place, (key, value)) in map.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        out.push_str(&str_repr(key));
        out.push_str(": ");
        write(out, value, maps);
    }
    out.push('}');
}

/// A text in quotes: single ones, or double ones when it holds single ones and no double ones.
pub(crate) fn str_repr(text: &str) -> String {
    let quote = quote_for(text.contains('\''), text.contains('"'));
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c == quote => out.extend(['\\', c]),
            _ if is_printable(c) => out.push(c),
            _ => out.push_str(&match u32::from(c) {
                code @ 0..=0xff => format!("\\x{code:02x}"),
                code @ 0x100..=0xffff => format!("\\u{code:04x}"),
                code => format!("\\U{code:08x}"),
            }),
        }
    }
    out.push(quote);
    out
}

/// Whether Python prints a character as it is: anything but controls, format characters, unassigned
/// ones and blanks other than the space.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // Rust escapes by the same rule; behind another character it leaves marks that combine with it alone.
    let mut text = String::from("-");
    text.push(c);
    text.escape_debug().nth(1) == Some(c)
}

fn bytes_repr(bytes: &[u8]) -> String {
    let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
    let mut out = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ if char::from(byte) == quote => out.extend(['\\', quote]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out
}

fn quote_for(has_single: bool, has_double: bool) -> char {
    if has_single && !has_double { '"' } else { '\'' }
}

fn datetime_repr(time: NaiveDateTime, offset: Option<FixedOffset>) -> String {
    let mut parts = vec![
        time.year().to_string(),
        time.month().to_string(),
        time.day().to_string(),
        time.hour().to_string(),
        time.minute().to_string(),
    ];
    let micros = micros(time);
    if time.second() > 0 || micros > 0 {
        parts.push(time.second().to_string());
    }
    if micros > 0 {
        parts.push(micros.to_string());
    }
    if let Some(offset) = offset {
        parts.push(format!("tzinfo={}", timezone_repr(offset.local_minus_utc())));
    }
    format!("datetime.datetime({})", parts.join(", "))
}

/// A difference from UTC in seconds; a negative one counts back from a day before.
fn timezone_repr(offset_s: i32) -> String {
    const DAY_S: i32 = 24 * 60 * 60;
    match offset_s {
        0 => "datetime.timezone.utc".to_owned(),
        1.. => format!("datetime.timezone(datetime.timedelta(seconds={offset_s}))"),
        _ => format!("datetime.timezone(datetime.timedelta(days=-1, seconds={}))", DAY_S + offset_s),
    }
}

fn iso(time: NaiveDateTime, offset: Option<FixedOffset>) -> String {
    let micros = micros(time);
    let fraction = if micros > 0 { format!(".{micros:06}") } else { String::new() };
    let offset = offset.map(|offset| offset.to_string()).unwrap_or_default();
    format!("{}{fraction}{offset}", time.format("%Y-%m-%d %H:%M:%S"))
}

/// Python's times have no nanoseconds: they are cut off.
fn micros(time: NaiveDateTime) -> u32 {
    time.nanosecond() / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn texts_are_quoted_as_python_quotes_them() {
        let cases = [
            ("", "''"),
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("\"", "'\"'"),
            ("'\"", "'\\'\"'"),
            ("a\\\n\r\t\0\x1b\x7f", r"'a\\\n\r\t\x00\x1b\x7f'"),
            ("\u{85}\u{a0}\u{ad}", r"'\x85\xa0\xad'"),
            ("\u{200b}\u{2028}\u{3000}\u{feff}\u{e000}\u{378}", r"'\u200b\u2028\u3000\ufeff\ue000\u0378'"),
            ("\u{1f511}\u{e0001}\u{10ffff}", "'\u{1f511}\\U000e0001\\U0010ffff'"),
            ("e\u{301}\u{301}é本", "'e\u{301}\u{301}é本'"),
        ];
        for (text, quoted) in cases {
            assert_eq!(str_repr(text), quoted);
        }
    }

    #[test]
    fn maps_are_written_by_the_type_that_holds_them() {
        let inner: Map = [("b", "c")].into_iter().collect();
        let document = Document::from(Map::from_iter([("a", Document::from(vec![inner.into(), Map::new().into()]))]));
        assert_eq!(repr(&document, Maps::Dict), "{'a': [{'b': 'c'}, {}]}");
        let ordered = "OrderedDict({'a': [OrderedDict({'b': 'c'}), OrderedDict()]})";
        assert_eq!(repr(&document, Maps::OrderedDict), ordered);
    }

    #[test]
    fn scalars_have_two_forms() {
        let date = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let time = |h, m, s, micro| date.and_hms_micro_opt(h, m, s, micro).unwrap();
        let east = FixedOffset::east_opt(3600);
        let west = FixedOffset::west_opt(5400);
        let utc = FixedOffset::east_opt(0);
        let cases = [
            (Document::Null, "None", "None"),
            (Document::Boolean(true), "True", "True"),
            (Document::from(-5), "-5", "-5"),
            (Document::from(2.0), "2.0", "2.0"),
            (Document::from("a"), "a", "'a'"),
            (Document::Bytes(b"a'\x00\xff".to_vec()), r#"b"a'\x00\xff""#, r#"b"a'\x00\xff""#),
            (Document::Date(date), "2026-01-05", "datetime.date(2026, 1, 5)"),
            (
                Document::DateTime(time(10, 0, 0, 0), None),
                "2026-01-05 10:00:00",
                "datetime.datetime(2026, 1, 5, 10, 0)",
            ),
            (
                Document::DateTime(time(10, 0, 0, 7), utc),
                "2026-01-05 10:00:00.000007+00:00",
                "datetime.datetime(2026, 1, 5, 10, 0, 0, 7, tzinfo=datetime.timezone.utc)",
            ),
            (
                Document::DateTime(time(10, 0, 3, 0), east),
                "2026-01-05 10:00:03+01:00",
                "datetime.datetime(2026, 1, 5, 10, 0, 3, tzinfo=datetime.timezone(datetime.timedelta(seconds=3600)))",
            ),
            (
                Document::DateTime(time(10, 0, 0, 0), west),
                "2026-01-05 10:00:00-01:30",
                "datetime.datetime(2026, 1, 5, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=81000)))",
            ),
        ];
        for (document, plain, quoted) in cases {
            assert_eq!(str(&document, Maps::Dict), plain);
            assert_eq!(repr(&document, Maps::Dict), quoted);
        }
    }
}
