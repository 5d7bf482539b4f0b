//! The types of scalars: by their looks, or by their tags.
//!
//! The looks are those of YAML 1.2 as the reference's reader has them, with more forms of numbers and
//! with dates: `1_000`, `0b101`, `2026-11-22`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use num_bigint::BigInt;

use super::YamlError;
use crate::document::Document;
use crate::python;

/// Bits behind the last whole byte do not matter.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// What a plain scalar is.
pub(super) enum Scalar {
    Document(Document),
    /// `<<`, which merges maps.
    Merge,
}

/// The value of a scalar without quotes and without a tag.
pub(super) fn of_plain(text: &str) -> Result<Scalar, YamlError> {
    let document = match text {
        "<<" => return Ok(Scalar::Merge),
        // A type of YAML 1.1 that nothing is made of.
        "=" => return Err(YamlError::Invalid),
        "" | "~" | "null" | "Null" | "NULL" => Document::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ if looks_like_float(text) => float(text)?,
        _ if looks_like_int(text) => int(text)?,
        _ => match Moment::read(text) {
            Some(moment) => moment.document()?,
            None => text.into(),
        },
    };
    Ok(Scalar::Document(document))
}

/// The value of a scalar with a tag of YAML's own, such as `str` of `!!str`.
pub(super) fn of_tag(tag: &str, text: &str) -> Result<Document, YamlError> {
    match tag {
        "str" => Ok(text.into()),
        "null" => Ok(Document::Null),
        "int" => int(text),
        "float" => float(text),
        "bool" => match text.to_lowercase().as_str() {
            "yes" | "true" | "on" => Ok(true.into()),
            "no" | "false" | "off" => Ok(false.into()),
            other => Err(YamlError::Value(python::str_repr(other))),
        },
        "binary" => binary(text),
        "timestamp" => Moment::read(text).ok_or(YamlError::Invalid)?.document(),
        _ => Err(YamlError::Invalid),
    }
}

fn without_sign(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn all_of(text: &str, digits: &str) -> bool {
    text.chars().all(|c| c == '_' || digits.contains(c))
}

fn looks_like_int(text: &str) -> bool {
    let digits = without_sign(text);
    if text.starts_with('_') || digits.is_empty() {
        return false;
    }
    match (digits.strip_prefix("0b"), digits.strip_prefix("0o"), digits.strip_prefix("0x")) {
        (Some(bits), _, _) if !bits.is_empty() => all_of(bits, "01"),
        (_, Some(octal), _) if !octal.is_empty() => all_of(octal, "01234567"),
        (_, _, Some(hex)) if !hex.is_empty() => all_of(hex, "0123456789abcdefABCDEF"),
        _ => all_of(digits, "0123456789"),
    }
}

fn int(text: &str) -> Result<Document, YamlError> {
    let text = text.replace('_', "");
    let digits = without_sign(&text);
    let based = [("0b", 2), ("0o", 8), ("0x", 16)].into_iter().find_map(|(mark, base)| {
        let digits = digits.strip_prefix(mark)?;
        Some(BigInt::parse_bytes(digits.as_bytes(), base))
    });
    let number = match based {
        Some(number) => {
            let number = number.ok_or(YamlError::Invalid)?;
            if text.starts_with('-') { -number } else { number }
        }
        None => python::int(&text).map_err(|error| YamlError::Value(error.to_string()))?,
    };
    Ok(Document::Integer(number))
}

fn looks_like_float(text: &str) -> bool {
    let signed = without_sign(text);
    if matches!(signed, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match signed.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (signed, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = without_sign(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let decimal = "0123456789";
    let begins_with_digit = whole.starts_with(|c: char| c.is_ascii_digit()) && all_of(whole, decimal);
    match fraction {
        _ if !exponent_fits => false,
        Some(fraction) if whole.is_empty() => {
            // An exponent needs its sign behind a number that begins with the point.
            let signed = exponent.is_none_or(|exponent| exponent.starts_with(['-', '+']));
            signed && !fraction.is_empty() && all_of(fraction, decimal)
        }
        Some(fraction) => begins_with_digit && all_of(fraction, decimal),
        None => begins_with_digit && exponent.is_some(),
    }
}

fn float(text: &str) -> Result<Document, YamlError> {
    let text = text.replace('_', "").to_lowercase();
    let number = match text.as_str() {
        ".inf" | "+.inf" => Some(f64::INFINITY),
        "-.inf" => Some(f64::NEG_INFINITY),
        ".nan" => Some(f64::NAN),
        text => python::float(text),
    };
    let wrong = || YamlError::Value(format!("could not convert string to float: {}", python::str_repr(&text)));
    number.map(Document::Float).ok_or_else(wrong)
}

/// Base64, in which foreign characters are skipped.
fn binary(text: &str) -> Result<Document, YamlError> {
    if !text.is_ascii() {
        return Err(YamlError::Invalid);
    }
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let base64: Vec<u8> = text.bytes().filter(belongs).collect();
    LENIENT.decode(base64).map(Document::Bytes).map_err(|_| YamlError::Invalid)
}

/// The numbers of a date, and of a time with its offset where there is one.
struct Moment {
    date: (i32, u32, u32),
    time: Option<Time>,
}

struct Time {
    clock: (u32, u32, u32),
    microseconds: u32,
    /// Seconds ahead of UTC.
    offset_s: Option<i32>,
}

impl Moment {
    fn read(text: &str) -> Option<Self> {
        let mut digits = Digits(text);
        let year = digits.number(4, 4)?;
        digits.mark("-")?;
        let month = digits.number(1, 2)?;
        digits.mark("-")?;
        let day = digits.number(1, 2)?;
        let date = (i32::try_from(year).ok()?, month, day);
        if digits.0.is_empty() {
            // A date alone has all of its zeros.
            return (text.len() == 10).then_some(Self { date, time: None });
        }
        if digits.mark("T").or_else(|| digits.mark("t")).is_none() && !digits.blanks() {
            return None;
        }
        let time = digits.time()?;
        digits.0.is_empty().then_some(Self { date, time: Some(time) })
    }

    fn document(self) -> Result<Document, YamlError> {
        let (year, month, day) = self.date;
        let value = |problem: &str| YamlError::Value(problem.to_owned());
        if year == 0 {
            return Err(value("year 0 is out of range"));
        }
        if !(1..=12).contains(&month) {
            return Err(value("month must be in 1..12"));
        }
        let date = NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| value("day is out of range for month"))?;
        let Some(time) = self.time else {
            return Ok(Document::Date(date));
        };
        let (hour, minute, second) = time.clock;
        let problem = match (hour, minute) {
            (24.., _) => "hour must be in 0..23",
            (_, 60..) => "minute must be in 0..59",
            _ => "second must be in 0..59",
        };
        let clock =
            NaiveTime::from_hms_micro_opt(hour, minute, second, time.microseconds).ok_or_else(|| value(problem))?;
        let offset = match time.offset_s {
            Some(seconds) => Some(FixedOffset::east_opt(seconds).ok_or(YamlError::Invalid)?),
            None => None,
        };
        Ok(Document::DateTime(NaiveDateTime::new(date, clock), offset))
    }
}

/// What of a text is not read yet.
struct Digits<'a>(&'a str);

impl<'a> Digits<'a> {
    /// The digits that come next.
    fn digits(&mut self) -> &'a str {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        digits
    }

    fn number(&mut self, fewest: usize, most: usize) -> Option<u32> {
        let digits = self.digits();
        if (fewest..=most).contains(&digits.len()) { digits.parse().ok() } else { None }
    }

    fn mark(&mut self, mark: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(mark)?;
        Some(())
    }

    fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let some = rest.len() < self.0.len();
        self.0 = rest;
        some
    }

    /// `03:04:05`, with a fraction and an offset perhaps.
    fn time(&mut self) -> Option<Time> {
        let hour = self.number(1, 2)?;
        self.mark(":")?;
        let minute = self.number(2, 2)?;
        self.mark(":")?;
        let second = self.number(2, 2)?;
        let microseconds = if self.mark(".").is_some() { microseconds(self.digits()) } else { 0 };
        let blanks = self.blanks();
        let offset_s = match self.0 {
            "" if !blanks => None,
            "Z" => {
                self.0 = "";
                Some(0)
            }
            _ => Some(self.offset_s()?),
        };
        Some(Time { clock: (hour, minute, second), microseconds, offset_s })
    }

    fn offset_s(&mut self) -> Option<i32> {
        let sign = if self.mark("-").is_some() { -1 } else { self.mark("+").map(|()| 1)? };
        let hours = i32::try_from(self.number(1, 2)?).ok()?;
        let minutes = if self.mark(":").is_some() { i32::try_from(self.number(2, 2)?).ok()? } else { 0 };
        Some(sign * (hours * 3600 + minutes * 60))
    }
}

/// Six digits of a fraction, rounded at the seventh where that leaves them six.
fn microseconds(digits: &str) -> u32 {
    let six: String = digits.chars().chain(['0'; 6]).take(6).collect();
    let up = u32::from(digits.as_bytes().get(6).is_some_and(|digit| *digit > b'4'));
    six.parse().map_or(0, |number: u32| (number + up).min(999_999))
}
