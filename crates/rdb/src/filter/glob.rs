//! Patterns for names of keys, as `KEYS` and `SCAN` understand them.

/// A pattern: `*` is any bytes, `?` one byte, `[abc]`, `[a-z]` and `[^a]` one byte of a set, `\` takes the next byte as it is. Compared byte by
/// byte. Source: the documentation of `KEYS`; odd forms (`[a`, `[z-a]`, a last `\`) measured: Redis 7.0.15.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Any,
    One,
    Byte(u8),
    /// One of a set of bytes, a bit for each.
    Of([u64; 4]),
}

impl Glob {
    /// Every sequence of bytes is a pattern.
    #[must_use]
    pub fn new(pattern: &[u8]) -> Self {
        let mut tokens = Vec::new();
        let mut rest = pattern;
        while let [first, after @ ..] = rest {
            let token;
            (token, rest) = match first {
                b'*' => (Token::Any, after),
                b'?' => (Token::One, after),
                b'[' => set(after),
                b'\\' => match after {
                    [escaped, after @ ..] => (Token::Byte(*escaped), after),
                    [] => (Token::Byte(b'\\'), after),
                },
                byte => (Token::Byte(*byte), after),
            };
            if token != Token::Any || tokens.last() != Some(&Token::Any) {
                tokens.push(token);
            }
        }
        Self { tokens }
    }

    /// Whether the whole of `name` matches. Takes at most as many steps as the lengths of name and pattern multiplied: what the last `*`
    /// takes is widened, what earlier ones took need not be.
    #[must_use]
    pub fn matches(&self, name: &[u8]) -> bool {
        let (mut token, mut at) = (0, 0);
        // Where to go on when what follows the last `*` does not match: behind it, and the next byte that it takes.
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (self.tokens.get(token), name.get(at)) {
                (None, None) => return true,
                (Some(Token::Any), _) => {
                    token += 1;
                    retry = Some((token, at));
                    continue;
                }
                (Some(one), Some(byte)) if one.takes(*byte) => {
                    token += 1;
                    at += 1;
                    continue;
                }
                (_, None) => return false,
                (_, Some(_)) => {}
            }
            let Some((behind, taken)) = retry else { return false };
            retry = Some((behind, taken + 1));
            (token, at) = (behind, taken + 1);
        }
    }
}

impl Token {
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Byte(own) => *own == byte,
            Self::Of(set) => set[usize::from(byte / 64)] >> (byte % 64) & 1 == 1,
        }
    }
}

/// Reads a set behind its bracket. The end of the pattern closes it.
fn set(pattern: &[u8]) -> (Token, &[u8]) {
    let (is_negated, mut rest) = match pattern {
        [b'^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut set = [0; 4];
    loop {
        let (first, last);
        (first, last, rest) = match rest {
            [] => break,
            [b'\\', escaped, after @ ..] => (*escaped, *escaped, after),
            [b']', after @ ..] => {
                rest = after;
                break;
            }
            [one, b'-', other, after @ ..] => (*one.min(other), *one.max(other), after),
            [one, after @ ..] => (*one, *one, after),
        };
        (first..=last).for_each(|byte| set[usize::from(byte / 64)] |= 1 << (byte % 64));
    }
    let set = if is_negated { set.map(|word: u64| !word) } else { set };
    (Token::Of(set), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_keys_does() {
        let table = [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*", "a", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbbd", false),
            ("*b*", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "", false),
            ("h[ae]llo", "hello", true),
            ("h[ae]llo", "hillo", false),
            ("h[^e]llo", "hallo", true),
            ("h[^e]llo", "hello", false),
            ("h[a-b]llo", "hbllo", true),
            ("h[b-a]llo", "hallo", true),
            ("[a-]", "a", true),
            ("[a-]", "_", true),
            ("[]", "a", false),
            ("[^]", "a", true),
            ("[^]", "", false),
            ("[abc", "b", true),
            ("[\\]]", "]", true),
            ("[a\\-z]", "b", false),
            ("[a\\-z]", "-", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("a\\", "a\\", true),
            ("**a**", "xxaxx", true),
            ("A", "a", false),
            ("*ab*ab", "abxab", true),
            ("*ab*ab", "ab", false),
        ];
        for (pattern, name, expected) in table {
            assert_eq!(Glob::new(pattern.as_bytes()).matches(name.as_bytes()), expected, "{pattern} {name}");
        }
    }

    /// Naive matchers take longer than the sun has for this.
    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = Glob::new("a*".repeat(500).as_bytes());
        assert!(!pattern.matches(&[vec![b'a'; 1023], b"".to_vec()].concat().iter().map(|_| b'b').collect::<Vec<_>>()));
        let tail = Glob::new([b"a*".repeat(500), b"b".to_vec()].concat().as_slice());
        assert!(!tail.matches(&[b'a'; 1024]));
    }
}
