//! What the elements of a packed collection must be.

use crate::error::{Fault, Reason, Structure};
use crate::field::take_up_to;

/// Bytes of the longest score that is stored as text. Source: `zzlStrtod` of the servers reads no more.
const SCORE_BYTES_MAX: usize = 127;

/// Field expiries of Redis have 48 bits. Source: `EB_EXPIRE_TIME_MAX` in `ebuckets.h`.
const FIELD_EXPIRY_MAX_MS: i64 = (1 << 48) - 1;

/// Sees the elements of a listpack or ziplist one after the other.
pub(crate) trait Elements {
    /// Whether it wants to see them, not only their count.
    const LOOKS: bool = true;

    /// An element that is stored as an integer.
    #[inline]
    fn integer(&mut self, _value: i64) -> Result<(), Reason> {
        Ok(())
    }

    /// A text begins.
    #[inline]
    fn begin_text(&mut self) {}

    /// The next bytes of the text.
    #[inline]
    fn part(&mut self, _part: &[u8]) {}

    /// The text was seen whole.
    #[inline]
    fn end_text(&mut self) -> Result<(), Reason> {
        Ok(())
    }

    /// That many elements were seen, no more will come: how many elements of the value they are.
    fn end(&self, seen: u64) -> Result<u64, Reason>;

    /// Takes the next bytes of a text off `input` and off `left`, which is what the text still has; `true` at its end.
    fn text(&mut self, left: &mut u64, input: &mut &[u8]) -> Result<bool, Reason> {
        self.part(take_up_to(left, input));
        if *left == 0 { self.end_text().map(|()| true) } else { Ok(false) }
    }
}

/// Elements of any content, that many to an element of the value: 1, or 2 for a field with its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Any(pub(crate) u64);

impl Elements for Any {
    const LOOKS: bool = false;

    fn end(&self, seen: u64) -> Result<u64, Reason> {
        groups_of(self.0, seen)
    }
}

/// Members of a sorted set, each with its score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scored {
    is_score: bool,
    text: [u8; SCORE_BYTES_MAX],
    held: usize,
    is_too_long: bool,
}

impl Scored {
    pub(crate) fn new() -> Self {
        Self { is_score: false, text: [0; SCORE_BYTES_MAX], held: 0, is_too_long: false }
    }
}

impl Elements for Scored {
    #[inline]
    fn integer(&mut self, _value: i64) -> Result<(), Reason> {
        self.is_score = !self.is_score;
        Ok(())
    }

    #[inline]
    fn begin_text(&mut self) {
        (self.held, self.is_too_long) = (0, false);
    }

    #[inline]
    fn part(&mut self, part: &[u8]) {
        if !self.is_score {
            return;
        }
        match self.text.get_mut(self.held..self.held + part.len()) {
            Some(room) => {
                room.copy_from_slice(part);
                self.held += part.len();
            }
            None => self.is_too_long = true,
        }
    }

    #[inline]
    fn end_text(&mut self) -> Result<(), Reason> {
        if self.is_score && (self.is_too_long || !is_score(&self.text[..self.held])) {
            return Err(Reason::BadScore);
        }
        self.is_score = !self.is_score;
        Ok(())
    }

    fn end(&self, seen: u64) -> Result<u64, Reason> {
        groups_of(2, seen)
    }
}

/// Whether a text is a number, be it infinite.
pub(crate) fn is_score(text: &[u8]) -> bool {
    is_plain_decimal(text) || {
        let score = std::str::from_utf8(text).ok().and_then(|digits| digits.parse().ok());
        score.is_some_and(|score: f64| !score.is_nan())
    }
}

/// Digits, a sign before and a point among them or not: most scores, which need not be worked out.
fn is_plain_decimal(text: &[u8]) -> bool {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let digits = unsigned.iter().filter(|byte| byte.is_ascii_digit()).count();
    let points = unsigned.iter().filter(|byte| **byte == b'.').count();
    digits > 0 && points <= 1 && digits + points == unsigned.len()
}

/// Fields of a hash, each with its value and its expiry in milliseconds since 1970 (0: none). They ascend by expiry, those without one
/// last; Redis 8.2.3 refuses others (measured).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Expiring {
    /// Which of the three comes next.
    next: u8,
    last_ms: i64,
}

impl Elements for Expiring {
    #[inline]
    fn integer(&mut self, value: i64) -> Result<(), Reason> {
        if self.next == 2 {
            field_expiry(value)?;
            let time_ms = if value == 0 { i64::MAX } else { value };
            if time_ms < self.last_ms {
                return Err(Reason::Broken { structure: Structure::Listpack, fault: Fault::Order });
            }
            self.last_ms = time_ms;
        }
        self.next = (self.next + 1) % 3;
        Ok(())
    }

    #[inline]
    fn end_text(&mut self) -> Result<(), Reason> {
        if self.next == 2 {
            return Err(Reason::Broken { structure: Structure::Listpack, fault: Fault::NotANumber });
        }
        self.next += 1;
        Ok(())
    }

    fn end(&self, seen: u64) -> Result<u64, Reason> {
        groups_of(3, seen)
    }
}

/// Whether a field of a Redis hash can expire then.
pub(crate) fn field_expiry(time_ms: i64) -> Result<(), Reason> {
    if (0..=FIELD_EXPIRY_MAX_MS).contains(&time_ms) { Ok(()) } else { Err(Reason::BadFieldExpiry(time_ms)) }
}

fn groups_of(size: u64, seen: u64) -> Result<u64, Reason> {
    if seen.is_multiple_of(size) { Ok(seen / size) } else { Err(Reason::Unpaired) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_what_reads_as_a_number() {
        let numbers: [&[u8]; 10] =
            [b"0", b"-1", b"1.5", b".5", b"5.", b"-.5", b"1e+9", b"inf", b"-inf", b"17179869184.000000001"];
        let others: [&[u8]; 10] = [b"", b"-", b".", b"-.", b"1.2.3", b"--1", b"1-", b"nan", b"1 ", b"\xFF"];
        assert!(numbers.iter().all(|text| is_score(text)));
        assert!(!others.iter().any(|text| is_score(text)));
        for text in numbers.iter().chain(&others).filter(|text| is_plain_decimal(text)) {
            assert!(std::str::from_utf8(text).unwrap().parse::<f64>().is_ok_and(f64::is_finite), "{text:?}");
        }
    }
}
