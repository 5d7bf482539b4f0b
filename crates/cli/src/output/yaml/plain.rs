//! Which bare words a YAML 1.2 reader takes for something else than text, as the reference's library sees it.

/// Whether `word`, written without quotes, reads back as the text itself.
pub(super) fn is_read_as_text(word: &str) -> bool {
    !is_keyword(word) && !is_int(word) && !is_float(word) && !is_timestamp(word)
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "" | "~"
            | "null"
            | "Null"
            | "NULL"
            | "true"
            | "True"
            | "TRUE"
            | "false"
            | "False"
            | "FALSE"
            | "="
            | "<<"
            | ".nan"
            | ".NaN"
            | ".NAN"
    )
}

fn unsigned(word: &str) -> &str {
    word.strip_prefix(['+', '-']).unwrap_or(word)
}

/// At least one character, all of which are digits in base `base` or underscores.
fn digits(word: &str, base: u32) -> bool {
    !word.is_empty() && word.chars().all(|c| c == '_' || c.is_digit(base))
}

fn is_int(word: &str) -> bool {
    if word.starts_with('_') {
        return false;
    }
    let number = unsigned(word);
    let in_base = |prefix, base| number.strip_prefix(prefix).is_some_and(|number| digits(number, base));
    digits(number, 10) || in_base("0b", 2) || in_base("0o", 8) || in_base("0x", 16)
}

fn is_float(word: &str) -> bool {
    let number = unsigned(word);
    if matches!(number, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (number, None),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && digits(text, 10);
    match mantissa.split_once('.') {
        None => whole(mantissa) && exponent.is_some_and(|exponent| all_digits(unsigned(exponent))),
        // Without a digit before its point, a number must have a sign in its exponent.
        Some(("", fraction)) => {
            let signed = |exponent: &str| exponent.strip_prefix(['+', '-']).is_some_and(all_digits);
            digits(fraction, 10) && exponent.is_none_or(signed)
        }
        Some((before, fraction)) => {
            whole(before)
                && (fraction.is_empty() || digits(fraction, 10))
                && exponent.is_none_or(|exponent| all_digits(unsigned(exponent)))
        }
    }
}

/// `2026-01-05`, or a date with a time of day: `2026-1-5 10:00:00.5 +1:30`.
fn is_timestamp(word: &str) -> bool {
    let mut rest = Rest(word);
    let day_is_full = rest.digits(4, 4) && rest.one('-') && {
        let month = rest.count_digits();
        let fits = rest.digits(1, 2) && rest.one('-');
        let day = rest.count_digits();
        if !fits || !rest.digits(1, 2) {
            return false;
        }
        month == 2 && day == 2
    };
    if rest.0.is_empty() {
        return day_is_full;
    }
    let parted = rest.one('T') || rest.one('t') || rest.blanks() > 0;
    let timed = rest.digits(1, 2) && rest.one(':') && rest.digits(2, 2) && rest.one(':') && rest.digits(2, 2);
    if !parted || !timed {
        return false;
    }
    if rest.one('.') {
        rest.digits(0, usize::MAX);
    }
    rest.0.is_empty() || rest.ends_with_zone()
}

/// What is left to match.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn one(&mut self, c: char) -> bool {
        let rest = self.0.strip_prefix(c);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn count_digits(&self) -> usize {
        self.0.bytes().take_while(u8::is_ascii_digit).count()
    }

    fn digits(&mut self, least: usize, most: usize) -> bool {
        let count = self.count_digits().min(most);
        self.0 = &self.0[count..];
        count >= least
    }

    fn blanks(&mut self) -> usize {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let count = self.0.len() - rest.len();
        self.0 = rest;
        count
    }

    /// `Z`, `+1` or `-01:30` to the end, with blanks before it.
    fn ends_with_zone(&mut self) -> bool {
        self.blanks();
        if self.one('Z') {
            return self.0.is_empty();
        }
        let hours = (self.one('+') || self.one('-')) && self.digits(1, 2);
        hours && (self.0.is_empty() || (self.one(':') && self.digits(2, 2) && self.0.is_empty()))
    }
}
