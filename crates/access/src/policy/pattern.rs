//! Patterns with wildcards and policy variables.

use std::borrow::Cow;

use super::ask::Ask;

/// A piece of a pattern that matches by itself. Text that comes out of a variable becomes `Char`s only, so a `*` in a
/// value is never a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `?`, one character.
    One,
    /// `*`, any number of characters.
    Many,
}

#[derive(Debug)]
enum Part {
    Tokens(Vec<Token>),
    /// `${key}` or `${key, 'default'}`; the key is in lower case.
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// How a pattern is to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) wildcards: bool,
    /// Policy variables exist since version 2012-10-17; before, `${` is plain text.
    pub(super) variables: bool,
    pub(super) fold_case: bool,
}

/// One compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    fold_case: bool,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A text for the author of the policy, when a variable is malformed.
    pub(super) fn parse(text: &str, reading: Reading) -> Result<Self, String> {
        let text = fold(text, reading.fold_case);
        let mut parts = vec![];
        let mut tokens = vec![];
        let mut rest = text.as_ref();
        while let Some(next) = rest.chars().next() {
            if reading.variables && rest.starts_with("${") {
                let (inside, after) =
                    rest[2..].split_once('}').ok_or_else(|| format!("unclosed variable in '{text}'"))?;
                match inside {
                    "*" | "?" | "$" => tokens.extend(inside.chars().map(Token::Char)),
                    _ => parts.extend([Part::Tokens(std::mem::take(&mut tokens)), parse_variable(inside)?]),
                }
                rest = after;
                continue;
            }
            tokens.push(match next {
                '*' if reading.wildcards => Token::Many,
                '?' if reading.wildcards => Token::One,
                plain => Token::Char(plain),
            });
            rest = &rest[next.len_utf8()..];
        }
        parts.push(Part::Tokens(tokens));
        Ok(Self { parts, fold_case: reading.fold_case })
    }

    /// Whether the whole text matches; `None` when a variable of the pattern has no single value.
    pub(super) fn matches(&self, text: &str, ask: &Ask<'_>) -> Option<bool> {
        Some(matches_all(&self.expand(ask)?, &fold(text, self.fold_case)))
    }

    /// Whether an ARN matches, each of its six parts by itself.
    pub(super) fn matches_arn(&self, text: &str, ask: &Ask<'_>) -> Option<bool> {
        let tokens = self.expand(ask)?;
        let patterns: Vec<&[Token]> = tokens.splitn(6, |token| *token == Token::Char(':')).collect();
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let whole = patterns.len() == 6 && parts.len() == 6;
        Some(whole && patterns.iter().zip(parts).all(|(pattern, part)| matches_all(pattern, part)))
    }

    fn expand(&self, ask: &Ask<'_>) -> Option<Cow<'_, [Token]>> {
        if let [Part::Tokens(tokens)] = &self.parts[..] {
            return Some(Cow::Borrowed(tokens));
        }
        let mut expanded = vec![];
        for part in &self.parts {
            match part {
                Part::Tokens(tokens) => expanded.extend_from_slice(tokens),
                Part::Variable { key, default } => {
                    let value = ask.single(key).or(default.as_deref())?;
                    expanded.extend(fold(value, self.fold_case).chars().map(Token::Char));
                }
            }
        }
        Some(Cow::Owned(expanded))
    }
}

fn parse_variable(inside: &str) -> Result<Part, String> {
    let malformed = || format!("malformed variable '${{{inside}}}'");
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, quoted)) => {
            let default = quoted.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            (key, Some(default.ok_or_else(malformed)?.to_owned()))
        }
    };
    let key = key.trim();
    if key.is_empty() || key.contains(['$', '{', '*', '?']) {
        return Err(malformed());
    }
    Ok(Part::Variable { key: key.to_lowercase(), default })
}

fn fold(text: &str, fold_case: bool) -> Cow<'_, str> {
    if fold_case { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

/// Matches without recursion: only the last `*` is ever reconsidered, so the work is bounded by the product of the lengths.
fn matches_all(tokens: &[Token], text: &str) -> bool {
    let mut at = 0;
    let mut rest = text.chars();
    let mut last_many = None;
    loop {
        let mut after = rest.clone();
        match (tokens.get(at), after.next()) {
            (None, None) => return true,
            (Some(Token::Many), _) => {
                at += 1;
                last_many = Some((at, rest.clone()));
                continue;
            }
            (Some(Token::One), Some(_)) => {
                at += 1;
                rest = after;
                continue;
            }
            (Some(Token::Char(wanted)), Some(found)) if *wanted == found => {
                at += 1;
                rest = after;
                continue;
            }
            (None | Some(Token::One | Token::Char(_)), _) => {}
        }
        let Some((resume, taken)) = &mut last_many else { return false };
        if taken.next().is_none() {
            return false;
        }
        at = *resume;
        rest = taken.clone();
    }
}
