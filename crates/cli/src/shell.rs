//! Words of a shell's command line, as Python's `shlex` splits and quotes them: without variables and patterns, and
//! `#` is a character like any other.

use std::str::Chars;

/// Why a text cannot be split. The texts are the reference's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SplitError {
    #[error("No closing quotation")]
    OpenQuote,
    #[error("No escaped character")]
    TrailingBackslash,
}

pub(crate) fn split(text: &str) -> Result<Vec<String>, SplitError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => word.get_or_insert_default().push(rest.next().ok_or(SplitError::TrailingBackslash)?),
            '\'' | '"' => quoted(character, &mut rest, word.get_or_insert_default())?,
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Reads up to the closing quote. Between double quotes a backslash escapes itself and the quote.
fn quoted(quote: char, rest: &mut Chars<'_>, word: &mut String) -> Result<(), SplitError> {
    loop {
        match rest.next().ok_or(SplitError::OpenQuote)? {
            end if end == quote => return Ok(()),
            '\\' if quote == '"' => match rest.next().ok_or(SplitError::TrailingBackslash)? {
                escaped @ ('\\' | '"') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            other => word.push(other),
        }
    }
}

/// One word for the shell, in quotes where it needs them.
pub(crate) fn quote(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\"'\"'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_make_words() {
        let cases: [(&str, &[&str]); 8] = [
            ("", &[]),
            ("  p  a\tb ", &["p", "a", "b"]),
            (r#"p 'a b' "c\"d" e\ f "" $HOME ~ # x"#, &["p", "a b", "c\"d", "e f", "", "$HOME", "~", "#", "x"]),
            (r#"a"b c"d'e'f "a\nb" 'a\b'"#, &["ab cdef", r"a\nb", r"a\b"]),
            (r#""x\$y" "p\\q""#, &[r"x\$y", r"p\q"]),
            ("é''", &["é"]),
            (" a  b\n c ", &["a", "b", "c"]),
            (r"a\ b \' \\", &["a b", "'", r"\"]),
        ];
        for (text, words) in cases {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
    }

    #[test]
    fn an_open_end_is_refused() {
        let cases =
            [("p \"a", SplitError::OpenQuote), ("p 'a", SplitError::OpenQuote), ("a\\", SplitError::TrailingBackslash)];
        for (text, error) in cases {
            assert_eq!(split(text), Err(error), "{text}");
        }
    }
}
