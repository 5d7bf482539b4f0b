//! The times at which credentials and tokens expire, in the forms that they are written in.

use crate::document::Document;
use crate::failure::Failure;
use crate::python::{Maps, type_word};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Offset, TimeDelta, Utc};

/// A time that was read; without an offset when it was written without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expiry(NaiveDateTime, Option<FixedOffset>);

impl Expiry {
    /// Reads ISO 8601 with `Z`, `UTC`, an offset, or nothing at its end.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let unknown = || Failure::general(format!("Unknown string format: {text}"));
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(Failure::General(format!("String does not contain a date: {text}")));
        }
        let (time, offset) = split(trimmed);
        let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y%m%dT%H%M%S%.f"];
        let date = || Some(NaiveDate::parse_from_str(time, "%Y-%m-%d").ok()?.into());
        let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(time, form).ok()).or_else(date);
        let time = time.ok_or_else(unknown)?;
        Ok(Self(time, offset))
    }

    /// The same of a value of JSON, or of an answer.
    pub(super) fn of(value: &Document) -> Result<Self, Failure> {
        match value {
            Document::String(text) => Self::parse(text),
            Document::DateTime(time, offset) => Ok(Self(*time, *offset)),
            Document::Null
            | Document::Boolean(_)
            | Document::Integer(_)
            | Document::Float(_)
            | Document::Bytes(_)
            | Document::Date(_)
            | Document::List(_)
            | Document::Map(_) => {
                let kind = type_word(value, Maps::Dict);
                Err(Failure::general(format!("Parser must be a string or character stream, not {kind}")))
            }
        }
    }

    pub(super) fn at(time: DateTime<Utc>) -> Self {
        Self(time.naive_utc(), Some(Utc.fix()))
    }

    /// How long it is from `now`; negative when it is past.
    pub(super) fn left(self, now: DateTime<Utc>) -> Result<TimeDelta, Failure> {
        match self.instant() {
            Some(instant) => Ok(instant.signed_duration_since(now)),
            None => Err(Failure::general("can't subtract offset-naive and offset-aware datetimes")),
        }
    }

    /// The point in time; `None` without an offset.
    pub(super) fn instant(self) -> Option<DateTime<FixedOffset>> {
        self.0.and_local_timezone(self.1?).single()
    }
}

/// A time as the reference prints and keeps it: with six digits of a second, or none.
pub(super) fn iso(instant: DateTime<FixedOffset>) -> String {
    let whole = instant.timestamp_subsec_micros() == 0;
    instant.format(if whole { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S%.6f%:z" }).to_string()
}

/// The time, and the offset at its end.
fn split(text: &str) -> (&str, Option<FixedOffset>) {
    for utc in ["UTC", "Z", "z"] {
        if let Some(time) = text.strip_suffix(utc) {
            return (time.trim_end(), Some(Utc.fix()));
        }
    }
    // The date has hyphens too; it is ten characters long.
    match text.rfind(['+', '-']).filter(|place| *place > 10).map(|place| text.split_at(place)) {
        Some((time, offset)) => match offset.parse::<FixedOffset>() {
            Ok(offset) => (time, Some(offset)),
            Err(_) => (text, None),
        },
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_their_forms() {
        let cases = [
            ("2099-01-01T00:00:00Z", "2099-01-01T00:00:00+00:00"),
            ("2099-01-01T00:00:00UTC", "2099-01-01T00:00:00+00:00"),
            ("2099-01-01T00:00:00+02:00", "2099-01-01T00:00:00+02:00"),
            ("2099-01-01T00:00:00-0130", "2099-01-01T00:00:00-01:30"),
            ("2099-01-01 00:00:00.25Z", "2099-01-01T00:00:00.250+00:00"),
        ];
        for (text, expected) in cases {
            let instant = Expiry::parse(text).unwrap().instant().unwrap();
            assert_eq!(instant.to_rfc3339(), expected, "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_cannot_be_compared() {
        let expiry = Expiry::parse("2099-01-01T00:00:00").unwrap();
        let failure = expiry.left(DateTime::UNIX_EPOCH).unwrap_err();
        assert_eq!(failure, Failure::general("can't subtract offset-naive and offset-aware datetimes"));
    }

    #[test]
    fn what_is_no_time_is_named() {
        assert_eq!(Expiry::parse("soon"), Err(Failure::general("Unknown string format: soon")));
        let number = Document::Integer(5.into());
        let text = "Parser must be a string or character stream, not int";
        assert_eq!(Expiry::of(&number), Err(Failure::general(text)));
    }
}
