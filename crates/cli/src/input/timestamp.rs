//! Points in time, as the reference reads them: numbers of seconds, ISO 8601, and dates with slashes.
//!
//! The reference's own parser guesses at more than that (`3pm`, names of months). What is not read
//! here is refused with its words for what it cannot read.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::document::Document;
use crate::python;

/// The seconds since 1970 of the years 1 to 9999.
const CALENDAR_S: std::ops::Range<f64> = -62_135_596_800.0..253_402_300_800.0;
/// Where seconds are so many that the system, and not the calendar, refuses them.
const SYSTEM_MAX_S: f64 = 67_768_036_191_676_800.0;

/// Why a document is no point in time.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NoTimestamp {
    /// It is of another type, or its text is not understood.
    Unreadable,
    /// Seconds that no system can count; holds the reference's text.
    OutOfRange(String),
}

/// Microseconds since 1970; what is finer is cut off. A time without an offset is in UTC.
///
/// # Errors
/// Anything that is neither a number of seconds nor a date with or without a time.
pub(super) fn microseconds(document: &Document) -> Result<i64, NoTimestamp> {
    match document {
        Document::String(text) => match python::float(text).map(|seconds| of_seconds(seconds, text)) {
            None => of_text(text).ok_or(NoTimestamp::Unreadable),
            Some(Err(NoTimestamp::Unreadable)) => of_text(text).ok_or_else(|| no_digits(text)),
            Some(known) => known,
        },
        Document::Integer(number) => {
            let digits = number.to_string();
            of_seconds(digits.parse().unwrap_or(f64::INFINITY), &digits)
        }
        Document::Float(seconds) => of_seconds(*seconds, &python::float_repr(*seconds)),
        Document::Boolean(flag) => Ok(if *flag { 1_000_000 } else { 0 }),
        Document::DateTime(time, offset) => {
            let ahead_s = offset.map_or(0, |offset| offset.local_minus_utc());
            Ok(time.and_utc().timestamp_micros() - i64::from(ahead_s) * 1_000_000)
        }
        Document::Null | Document::Bytes(_) | Document::Date(_) | Document::List(_) | Document::Map(_) => {
            Err(NoTimestamp::Unreadable)
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the range of the calendar fits")]
fn of_seconds(seconds: f64, text: &str) -> Result<i64, NoTimestamp> {
    if CALENDAR_S.contains(&seconds) {
        return Ok((seconds * 1e6).round_ties_even() as i64);
    }
    if seconds.is_nan() || seconds.abs() < SYSTEM_MAX_S {
        return Err(NoTimestamp::Unreadable);
    }
    Err(out_of_range(text))
}

fn out_of_range(text: &str) -> NoTimestamp {
    NoTimestamp::OutOfRange(format!("Unable to calculate correct timezone offset for \"{text}\""))
}

/// Digits that are no date. Fourteen might have been one; of thirteen or more the reference makes a
/// number that is too large for it.
fn no_digits(text: &str) -> NoTimestamp {
    let digits = text.strip_prefix('-').unwrap_or(text).bytes().take_while(u8::is_ascii_digit).count();
    if digits < 13 || text.len() == 14 { NoTimestamp::Unreadable } else { out_of_range(text) }
}

fn of_text(text: &str) -> Option<i64> {
    let mut rest = Rest(python::trim(text));
    let date = rest.date()?;
    let joined = rest.take_any(&['T', 't']) | rest.take_blanks();
    let time = if rest.0.is_empty() {
        NaiveTime::MIN
    } else if joined || rest.0.len() == 6 {
        rest.time()?
    } else {
        return None;
    };
    let offset_s = rest.offset_s()?;
    let local = NaiveDateTime::new(date, time).and_utc().timestamp_micros();
    rest.0.is_empty().then_some(local - offset_s * 1_000_000)
}

/// What of a text is not read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn take_any(&mut self, marks: &[char]) -> bool {
        let stripped = self.0.strip_prefix(marks);
        self.0 = stripped.unwrap_or(self.0);
        stripped.is_some()
    }

    fn take_blanks(&mut self) -> bool {
        let trimmed = python::trim_start(self.0);
        let some = trimmed.len() < self.0.len();
        self.0 = trimmed;
        some
    }

    /// The digits that come next, `most` of them at most.
    fn digits(&mut self, most: usize) -> &'a str {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        digits
    }

    fn number(&mut self, most: usize) -> Option<u32> {
        self.digits(most).parse().ok()
    }

    /// `20240102`, `2024-1-2`, or with the month first, `1/2/2024`. A first number that is no month is the day.
    fn date(&mut self) -> Option<NaiveDate> {
        let first = self.digits(8);
        if first.len() == 8 {
            let number: u32 = first.parse().ok()?;
            return date(number / 10_000, number / 100 % 100, number % 100);
        }
        let mark = self.0.chars().next().filter(|mark| matches!(mark, '-' | '/' | '.' | ' '))?;
        self.take_any(&[mark]);
        let second = self.number(2)?;
        if !self.take_any(&[mark]) {
            return None;
        }
        let third = self.digits(4);
        match (first.len(), first.parse().ok()?, third.len(), third.parse().ok()?) {
            (4, year, 1 | 2, day) => date(year, second, day),
            (1 | 2, day @ 13.., 4, year) => date(year, second, day),
            (1 | 2, month, 4, year) => date(year, month, second),
            _ => None,
        }
    }

    /// `03`, `0304`, `030405`, or with colons; seconds may have a fraction.
    fn time(&mut self) -> Option<NaiveTime> {
        let first = self.digits(6);
        let (hour, minute, second) = match first.len() {
            1 | 2 => {
                let minute = if self.take_any(&[':']) { Some(self.number(2)?) } else { None };
                let second = if minute.is_some() && self.take_any(&[':']) { Some(self.number(2)?) } else { None };
                (first.parse().ok()?, minute.unwrap_or(0), second)
            }
            4 => (first[..2].parse().ok()?, first[2..].parse().ok()?, None),
            6 => (first[..2].parse().ok()?, first[2..4].parse().ok()?, Some(first[4..].parse().ok()?)),
            _ => return None,
        };
        let microseconds = if second.is_some() && self.take_any(&['.', ',']) { self.fraction()? } else { 0 };
        NaiveTime::from_hms_micro_opt(hour, minute, second.unwrap_or(0), microseconds)
    }

    /// Microseconds; further digits are cut off.
    fn fraction(&mut self) -> Option<u32> {
        let digits = self.digits(usize::MAX);
        let micro: String = digits.chars().chain(['0'; 6]).take(6).collect();
        if digits.is_empty() { None } else { micro.parse().ok() }
    }

    /// Seconds ahead of UTC: `Z`, `UTC`, `GMT`, `+2`, `+02`, `+0230`, `+02:30`, or nothing.
    fn offset_s(&mut self) -> Option<i64> {
        self.take_blanks();
        if self.0.is_empty() || matches!(self.0, "Z" | "z" | "UTC" | "GMT") {
            self.0 = "";
            return Some(0);
        }
        let behind = self.0.starts_with('-');
        if !self.take_any(&['+', '-']) {
            return None;
        }
        let digits = self.digits(4);
        let (hours, minutes) = match digits.len() {
            1 | 2 if self.take_any(&[':']) => (digits, self.digits(2)),
            1 | 2 => (digits, "0"),
            4 => digits.split_at(2),
            _ => return None,
        };
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds = hours * 3600 + minutes * 60;
        if seconds >= 24 * 3600 {
            return None;
        }
        Some(if behind { -seconds } else { seconds })
    }
}

/// A date of the calendar that the reference has: it begins with the year 1.
fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| year > 0)
}

#[cfg(test)]
mod tests;
