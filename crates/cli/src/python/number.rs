//! Numbers as Python reads and writes them.

use super::repr::str_repr;
use super::space::trim;
use crate::document::Document;
use num_bigint::BigInt;

/// The most digits that Python turns into a whole number.
const MAX_DIGITS: usize = 4300;

/// How many characters of a wrong number Python repeats, counted in its quoted form.
const MAX_ECHO: usize = 200;

/// The zeros of all decimal digits of Unicode 15.1; each is followed by its nine sisters.
#[rustfmt::skip]
const ZEROS: [u32; 68] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6,
    0xD66, 0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0,
    0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
];

/// A number of either type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Number {
    Whole(BigInt),
    Float(f64),
}

impl Number {
    /// The number that a document is; a truth value is one too, 0 or 1.
    pub(crate) fn of(document: &Document) -> Option<Self> {
        match document {
            Document::Boolean(flag) => Some(Self::Whole(u8::from(*flag).into())),
            Document::Integer(number) => Some(Self::Whole(number.clone())),
            Document::Float(number) => Some(Self::Float(*number)),
            Document::Null
            | Document::String(_)
            | Document::Bytes(_)
            | Document::Date(_)
            | Document::DateTime(..)
            | Document::List(_)
            | Document::Map(_) => None,
        }
    }
}

impl From<Number> for Document {
    fn from(number: Number) -> Self {
        match number {
            Number::Whole(number) => Self::Integer(number),
            Number::Float(number) => Self::Float(number),
        }
    }
}

/// A text that is no whole number; it displays Python's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NumberError {
    /// The text, quoted as Python quotes it.
    #[error("invalid literal for int() with base 10: {0}")]
    Literal(String),
    /// How many digits the number has.
    #[error(
        "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {0} digits; \
         use sys.set_int_max_str_digits() to increase the limit"
    )]
    TooLong(usize),
}

/// A whole number, read as Python's `int()` reads it: with blanks around it, underscores between
/// digits, and digits of any script.
pub(crate) fn int(text: &str) -> Result<BigInt, NumberError> {
    let wrong = || NumberError::Literal(str_repr(text).chars().take(MAX_ECHO).collect());
    let plain = plain_digits(text).ok_or_else(wrong)?;
    let digits = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    if digits.len() > MAX_DIGITS {
        return Err(NumberError::TooLong(digits.len()));
    }
    plain.parse().map_err(|_| wrong())
}

/// A number, read as Python's `float()` reads it; `nan`, `inf` and `infinity` are numbers too.
pub(crate) fn float(text: &str) -> Option<f64> {
    plain_digits(text)?.parse().ok()
}

/// The text without the blanks around it and without underscores between digits, its digits in ASCII.
/// `None` when an underscore is elsewhere.
fn plain_digits(text: &str) -> Option<String> {
    let text: Vec<char> = trim(text).chars().map(ascii_digit).collect();
    let digit = |place: Option<usize>| place.and_then(|place| text.get(place)).is_some_and(char::is_ascii_digit);
    let mut plain = String::with_capacity(text.len());
    for (place, &c) in text.iter().enumerate() {
        match c {
            '_' if digit(place.checked_sub(1)) && digit(place.checked_add(1)) => {}
            '_' => return None,
            _ => plain.push(c),
        }
    }
    Some(plain)
}

fn ascii_digit(c: char) -> char {
    let code = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= code)].last();
    zero.and_then(|zero| char::from_digit(code - zero, 10)).unwrap_or(c)
}

/// A float as Python's `repr` writes it: the fewest digits that read back as the same number, with an
/// exponent below 0.0001 and from 1e16 on.
pub(crate) fn float_repr(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').expect("Rust writes an exponent with {:e}");
    let exponent: i32 = exponent.parse().expect("Rust writes a whole exponent");
    if (-4..16).contains(&exponent) {
        return format!("{number:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_as_python_reads_them() {
        let cases = [
            ("7", "7"),
            (" \t-12\u{3000}", "-12"),
            ("+1_000", "1000"),
            ("007", "7"),
            ("٣", "3"),
            ("1\u{ff10}𝟗", "109"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ];
        for (text, number) in cases {
            assert_eq!(int(text).unwrap().to_string(), number, "{text:?}");
        }
    }

    #[test]
    fn a_text_that_is_no_whole_number_is_repeated_in_quotes() {
        let cases = ["", " ", "x", "1.0", "1e3", "_1", "1_", "1__0", "+_1", "--1", "1 2", "+", "²", "0x10", "½"];
        for text in cases {
            let message = format!("invalid literal for int() with base 10: '{text}'");
            assert_eq!(int(text).unwrap_err().to_string(), message);
        }
        assert_eq!(int("it's").unwrap_err().to_string(), "invalid literal for int() with base 10: \"it's\"");
        let echo = format!("invalid literal for int() with base 10: '{}", "x".repeat(199));
        assert_eq!(int(&"x".repeat(300)).unwrap_err().to_string(), echo);
    }

    #[test]
    fn a_whole_number_has_at_most_4300_digits() {
        assert!(int(&"9".repeat(4300)).is_ok());
        let message = "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; \
                       use sys.set_int_max_str_digits() to increase the limit";
        assert_eq!(int(&"9".repeat(4301)).unwrap_err().to_string(), message);
    }

    #[test]
    fn floats_are_read_as_python_reads_them() {
        for text in ["1.5", " 1.5\n", "+1_0.5", ".5", "5.", "1e3", "-inf", "Infinity", "٣.٥"] {
            assert!(float(text).is_some(), "{text}");
        }
        for text in ["", ".", "e5", "1_", "1._5", "1e", "0x1p3", "infinit", "1,5"] {
            assert_eq!(float(text), None, "{text}");
        }
        assert!(float("nAn").unwrap().is_nan());
    }

    #[test]
    fn floats_are_written_as_python_writes_them() {
        let cases = [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (100.0, "100.0"),
            (1e15, "1000000000000000.0"),
            (9999999999999998.0, "9999999999999998.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (5e-324, "5e-324"),
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (number, text) in cases {
            assert_eq!(float_repr(number), text);
        }
    }
}
