//! Timestamps between milliseconds and ISO 8601 text in UTC.

use std::fmt::Write;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike};

/// First and last millisecond that four-digit years can name: year 0000 to year 9999.
const PRINTABLE_MS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// What a time without its fraction looks like: `0` stands for any digit.
const LAYOUT: &str = "0000-00-00T00:00:00";

/// Reads `2017-03-30T07:03:49Z`, with up to six fraction digits (`W6`), as milliseconds since 1970.
/// What is finer than a millisecond is cut off.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let local = text.strip_suffix('Z')?;
    let (seconds, fraction) = local.split_at_checked(LAYOUT.len())?;
    if !has_layout(seconds) {
        return None;
    }
    let seconds = NaiveDateTime::parse_from_str(seconds, "%Y-%m-%dT%H:%M:%S").ok()?;
    Some(seconds.and_utc().timestamp_millis() + fraction_ms(fraction)?)
}

/// Chrono alone would also take signs, blanks and missing zeros.
fn has_layout(text: &str) -> bool {
    text.bytes().zip(LAYOUT.bytes()).all(|(byte, place)| match place {
        b'0' => byte.is_ascii_digit(),
        mark => byte == mark,
    })
}

/// The milliseconds of `.555000`; nothing at all counts as zero.
fn fraction_ms(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let digits = text.strip_prefix('.')?;
    if digits.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let ms = digits.bytes().chain([b'0'; 3]).take(3);
    Some(ms.fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0')))
}

/// Appends the time as `2017-03-30T07:03:49Z`, or `…49.555Z` where there are milliseconds (`F3`).
/// A time outside the years 0000 to 9999 is printed as the nearest one inside.
pub(crate) fn write(out: &mut String, ms: i64) {
    let ms = ms.clamp(*PRINTABLE_MS.start(), *PRINTABLE_MS.end());
    let time = DateTime::from_timestamp_millis(ms).expect("chrono knows every four-digit year");
    let (date, fraction_ms) = (time.date_naive(), ms.rem_euclid(1000));
    write!(
        out,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
    .and_then(|()| match fraction_ms {
        0 => write!(out, "Z"),
        ms => write!(out, ".{ms:03}Z"),
    })
    .expect("writing into a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(ms: i64) -> String {
        let mut out = String::new();
        write(&mut out, ms);
        out
    }

    #[test]
    fn fractions_of_zero_to_six_digits_are_read() {
        let whole_ms = 1_490_857_429_000;
        let cases = [
            ("2017-03-30T07:03:49Z", whole_ms),
            ("2017-03-30T07:03:49.Z", whole_ms),
            ("2017-03-30T07:03:49.5Z", whole_ms + 500),
            ("2017-03-30T07:03:49.05Z", whole_ms + 50),
            ("2017-03-30T07:03:49.555000Z", whole_ms + 555),
            ("2017-03-30T07:03:49.555999Z", whole_ms + 555),
            ("1969-12-31T23:59:59.999Z", -1),
        ];
        for (text, ms) in cases {
            assert_eq!(parse(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        let cases = [
            "",
            "Z",
            "1490857429",
            "2017-03-30",
            "2017-03-30T07:03:49",
            "2017-03-30T07:03:49+00:00",
            "2017-03-30T07:03:49.1234567Z",
            "2017-03-30T07:03:49.+5Z",
            "2017-13-30T07:03:49Z",
            "2017-02-29T07:03:49Z",
            "2017-03-30 07:03:49Z",
            "+2017-3-30T07:03:49Z",
            "2017-3-30T007:03:49Z",
            "2017-03-30T07:03:4éZ",
        ];
        for text in cases {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn milliseconds_are_printed_only_when_there_are_any() {
        assert_eq!(print(1_482_359_044_955), "2016-12-21T22:24:04.955Z");
        assert_eq!(print(1_482_359_044_050), "2016-12-21T22:24:04.050Z");
        assert_eq!(print(1_482_359_044_000), "2016-12-21T22:24:04Z");
        assert_eq!(print(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn times_out_of_reach_print_as_the_nearest() {
        assert_eq!(print(i64::MIN), "0000-01-01T00:00:00Z");
        assert_eq!(print(i64::MAX), "9999-12-31T23:59:59.999Z");
    }
}
