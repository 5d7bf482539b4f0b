//! Points in time: from the text on the wire to the text that is printed.
//!
//! The reference hands every text to a reader that guesses, and prints what it makes of it in ISO 8601. Read here are
//! the forms that services send: ISO 8601, seconds since 1970, and the dates of mail and HTTP headers.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use crate::config::TimestampFormat;
use crate::python;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl TimestampFormat {
    /// The text to print for a text on the wire.
    ///
    /// # Errors
    /// The reference's text about what is no point in time.
    pub(super) fn print(self, wire: &str) -> Result<String, String> {
        match self {
            Self::Wire => Ok(wire.to_owned()),
            Self::Iso8601 => read(wire).map(iso).map_err(|why| why.about(wire)),
        }
    }
}

/// A point in time; without an offset when the text had none.
type Moment = (NaiveDateTime, Option<FixedOffset>);

/// Why a text is no point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unreadable {
    Empty,
    Unknown,
    /// Seconds since 1970 that no date has.
    Epoch,
    Year(u32),
    Day,
    Part(&'static str, &'static str),
}

impl Unreadable {
    fn about(self, text: &str) -> String {
        let why = match self {
            Self::Epoch => return format!("Unable to calculate correct timezone offset for \"{text}\""),
            Self::Empty => "String does not contain a date".to_owned(),
            Self::Unknown => "Unknown string format".to_owned(),
            Self::Year(year) => format!("year {year} is out of range"),
            Self::Day => "day is out of range for month".to_owned(),
            Self::Part(part, range) => format!("{part} must be in {range}"),
        };
        format!("Invalid timestamp \"{text}\": {why}: {text}")
    }
}

fn iso((time, offset): Moment) -> String {
    let date = format!("{:04}-{:02}-{:02}", time.year(), time.month(), time.day());
    let mut text = format!("{date}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let microseconds = time.nanosecond() / 1000;
    if microseconds > 0 {
        text.push_str(&format!(".{microseconds:06}"));
    }
    if let Some(offset) = offset {
        let seconds = offset.local_minus_utc();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
    }
    text
}

fn read(text: &str) -> Result<Moment, Unreadable> {
    match python::float(text) {
        Some(seconds) if !seconds.is_nan() => epoch(seconds),
        _ => calendar(text.trim()),
    }
}

/// Seconds since 1970, in the zone of this machine, to the nearest microsecond.
fn epoch(seconds: f64) -> Result<Moment, Unreadable> {
    let microseconds = (seconds * 1e6).round_ties_even();
    if !(-1e18..1e18).contains(&microseconds) {
        return Err(Unreadable::Epoch);
    }
    let moment = DateTime::from_timestamp_micros(microseconds as i64).ok_or(Unreadable::Epoch)?;
    let local = moment.with_timezone(&Local).fixed_offset();
    if !(1..=9999).contains(&local.year()) {
        return Err(Unreadable::Epoch);
    }
    Ok((local.naive_local(), Some(*local.offset())))
}

/// A date, a time and a zone, the last two of which may be missing.
fn calendar(text: &str) -> Result<Moment, Unreadable> {
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    let mut rest = Rest(text);
    let date = match rest.0.as_bytes()[0] {
        b'0'..=b'9' => rest.numeric_date().or_else(|| rest.named_date()),
        _ => rest.named_date(),
    };
    let (year, month, day) = date.ok_or(Unreadable::Unknown)?;
    let ((hour, minute, second), nanoseconds) = rest.time().ok_or(Unreadable::Unknown)?;
    let zone = rest.zone().filter(|_| rest.0.is_empty()).ok_or(Unreadable::Unknown)?;
    within(month, 1..=12, "month", "1..12")?;
    within(hour, 0..=23, "hour", "0..23")?;
    within(minute, 0..=59, "minute", "0..59")?;
    within(second, 0..=59, "second", "0..59")?;
    let signed = i32::try_from(year).ok().filter(|year| (1..=9999).contains(year)).ok_or(Unreadable::Year(year))?;
    let date = NaiveDate::from_ymd_opt(signed, month, day).ok_or(Unreadable::Day)?;
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanoseconds).ok_or(Unreadable::Unknown)?;
    Ok((date.and_time(time), zone))
}

fn within(
    number: u32,
    allowed: RangeInclusive<u32>,
    part: &'static str,
    range: &'static str,
) -> Result<(), Unreadable> {
    if allowed.contains(&number) { Ok(()) } else { Err(Unreadable::Part(part, range)) }
}

/// What is still to be read. A reader that answers `None` has met what it does not know.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let length = self.0.bytes().position(|byte| !wanted(byte)).unwrap_or(self.0.len());
        self.take(length)
    }

    fn skip(&mut self, one_of: &[u8]) -> bool {
        let found = self.0.bytes().next().is_some_and(|byte| one_of.contains(&byte));
        if found {
            self.take(1);
        }
        found
    }

    fn blanks(&mut self) {
        self.take_while(|byte| byte == b' ');
    }

    fn digits(&mut self) -> &'a str {
        self.take_while(|byte| byte.is_ascii_digit())
    }

    /// A number of at most so many digits.
    fn number(&mut self, digits_max: usize) -> Option<u32> {
        let digits = self.digits();
        if digits.len() > digits_max { None } else { digits.parse().ok() }
    }

    fn word(&mut self) -> &'a str {
        self.take_while(|byte| byte.is_ascii_alphabetic())
    }

    /// `2016-12-21`, `2016/12/21`, `20161221` or `12/21/2016`: year, month and day. Reads nothing of anything else.
    fn numeric_date(&mut self) -> Option<(u32, u32, u32)> {
        let before = self.0;
        let date = self.numeric_date_or_less();
        if date.is_none() {
            self.0 = before;
        }
        date
    }

    fn numeric_date_or_less(&mut self) -> Option<(u32, u32, u32)> {
        let first = self.digits();
        if first.len() == 8 {
            return Some((first[..4].parse().ok()?, first[4..6].parse().ok()?, first[6..].parse().ok()?));
        }
        if !self.skip(b"-/") {
            return None;
        }
        if first.len() < 3 {
            return self.year_last(first.parse().ok()?);
        }
        if !(4..=5).contains(&first.len()) {
            return None;
        }
        let month = self.number(2)?;
        if !self.skip(b"-/") {
            return None;
        }
        Some((first.parse().ok()?, month, self.number(2)?))
    }

    /// The rest of `12/21/2016`; a first number that is no month is the day.
    fn year_last(&mut self, first: u32) -> Option<(u32, u32, u32)> {
        let second = self.number(2)?;
        let year = if self.skip(b"-/") { self.digits() } else { "" };
        let (month, day) = if first > 12 { (second, first) } else { (first, second) };
        if year.len() == 4 { Some((year.parse().ok()?, month, day)) } else { None }
    }

    /// `Wed, 21 Dec 2016`, `21-Dec-2016` or `Wed Dec 21 2016`.
    fn named_date(&mut self) -> Option<(u32, u32, u32)> {
        let before = self.0;
        let weekday = self.word().to_ascii_lowercase();
        if WEEKDAYS.iter().any(|known| weekday.starts_with(known)) {
            self.take_while(|byte| matches!(byte, b',' | b' '));
        } else {
            self.0 = before;
        }
        if self.0.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            return self.month_first();
        }
        let day = self.number(2)?;
        self.skip(b" -");
        let month = self.month()?;
        self.skip(b" -");
        Some((self.number(4)?, month, day))
    }

    /// The name of a month, whole or its first three letters.
    fn month(&mut self) -> Option<u32> {
        let name = self.word().to_ascii_lowercase();
        let place = MONTHS.iter().position(|known| name == *known || name == known[..3])?;
        Some(place as u32 + 1)
    }

    /// `Dec 21 2016`, or `Dec 21 22:24:04 2016`, of which the time is left to be read.
    fn month_first(&mut self) -> Option<(u32, u32, u32)> {
        let month = self.month()?;
        self.blanks();
        let day = self.number(2)?;
        let (time, year) = self.0.rsplit_once(' ')?;
        if year.len() != 4 {
            return None;
        }
        self.0 = time.trim_end_matches([' ', ',']);
        Some((year.parse().ok()?, month, day))
    }

    /// `22:24:04.955` or `222404`, after a `T` or blanks; midnight when nothing is left.
    fn time(&mut self) -> Option<((u32, u32, u32), u32)> {
        self.blanks();
        self.skip(b"Tt");
        if self.0.is_empty() {
            return Some(((0, 0, 0), 0));
        }
        let first = self.digits();
        let clock = match first.len() {
            1 | 2 => {
                let minute = if self.skip(b":") { self.number(2)? } else { 0 };
                let second = if self.skip(b":") { self.number(2)? } else { 0 };
                (first.parse().ok()?, minute, second)
            }
            4 => (first[..2].parse().ok()?, first[2..].parse().ok()?, 0),
            6 => (first[..2].parse().ok()?, first[2..4].parse().ok()?, first[4..].parse().ok()?),
            _ => return None,
        };
        if !self.skip(b".,") {
            return Some((clock, 0));
        }
        let fraction = self.digits();
        let six = format!("{:0<6.6}", fraction);
        let microseconds: u32 = six.parse().ok().filter(|_| !fraction.is_empty())?;
        Some((clock, microseconds * 1000))
    }

    /// `Z`, `GMT`, `+01:00`, `-0800`, or nothing. Other names of zones say nothing to the reference.
    fn zone(&mut self) -> Option<Option<FixedOffset>> {
        self.blanks();
        let name = self.word();
        if matches!(name, "Z" | "z" | "UTC" | "GMT") {
            return Some(FixedOffset::east_opt(0));
        }
        if (3..=5).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Some(None);
        }
        let sign = match (name, self.0.bytes().next()) {
            ("", None) => return Some(None),
            ("", Some(b'+')) => 1,
            ("", Some(b'-')) => -1,
            _ => return None,
        };
        self.take(1);
        let digits = self.digits();
        let (hours, minutes) = match digits.len() {
            1 | 2 => (digits.parse::<i32>().ok()?, if self.skip(b":") { self.number(2)? } else { 0 }),
            4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
            _ => return None,
        };
        FixedOffset::east_opt(sign * (hours * 3600 + minutes as i32 * 60)).map(Some)
    }
}

#[cfg(test)]
mod tests;
