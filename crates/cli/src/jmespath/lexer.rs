//! Characters in, tokens out.

use super::ast::Comparator;
use super::error::SyntaxError;
use crate::document::Document;
use crate::python::{self, JsonError, Maps, json};
use num_bigint::BigInt;

/// A token, and the place of its first character.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Dot,
    Star,
    LeftBracket,
    RightBracket,
    Flatten,
    Filter,
    Comma,
    Colon,
    Current,
    LeftParenthesis,
    RightParenthesis,
    LeftBrace,
    RightBrace,
    Pipe,
    Or,
    Reference,
    And,
    Not,
    Comparator(Comparator),
    Unquoted(String),
    Quoted(String),
    Number(BigInt),
    Literal(Document),
    End,
}

impl TokenKind {
    /// What the reference calls the kind.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Dot => "dot",
            Self::Star => "star",
            Self::LeftBracket => "lbracket",
            Self::RightBracket => "rbracket",
            Self::Flatten => "flatten",
            Self::Filter => "filter",
            Self::Comma => "comma",
            Self::Colon => "colon",
            Self::Current => "current",
            Self::LeftParenthesis => "lparen",
            Self::RightParenthesis => "rparen",
            Self::LeftBrace => "lbrace",
            Self::RightBrace => "rbrace",
            Self::Pipe => "pipe",
            Self::Or => "or",
            Self::Reference => "expref",
            Self::And => "and",
            Self::Not => "not",
            Self::Comparator(comparator) => comparator.name(),
            Self::Unquoted(_) => "unquoted_identifier",
            Self::Quoted(_) => "quoted_identifier",
            Self::Number(_) => "number",
            Self::Literal(_) => "literal",
            Self::End => "eof",
        }
    }

    /// The value as errors show it.
    pub(super) fn value(&self) -> String {
        let symbol = match self {
            Self::Dot => ".",
            Self::Star => "*",
            Self::LeftBracket => "[",
            Self::RightBracket => "]",
            Self::Flatten => "[]",
            Self::Filter => "[?",
            Self::Comma => ",",
            Self::Colon => ":",
            Self::Current => "@",
            Self::LeftParenthesis => "(",
            Self::RightParenthesis => ")",
            Self::LeftBrace => "{",
            Self::RightBrace => "}",
            Self::Pipe => "|",
            Self::Or => "||",
            Self::Reference => "&",
            Self::And => "&&",
            Self::Not => "!",
            Self::Comparator(comparator) => comparator.symbol(),
            Self::Unquoted(name) | Self::Quoted(name) => name,
            Self::Number(number) => return number.to_string(),
            Self::Literal(document) => return python::str(document, Maps::Dict),
            Self::End => "",
        };
        symbol.to_owned()
    }

    /// How strongly the token binds what is left of it.
    pub(super) fn binding_power(&self) -> u8 {
        match self {
            Self::Pipe => 1,
            Self::Or => 2,
            Self::And => 3,
            Self::Comparator(_) => 5,
            Self::Flatten => 9,
            Self::Star => 20,
            Self::Filter => 21,
            Self::Dot => 40,
            Self::Not => 45,
            Self::LeftBrace => 50,
            Self::LeftBracket => 55,
            Self::LeftParenthesis => 60,
            Self::RightBracket
            | Self::Comma
            | Self::Colon
            | Self::Current
            | Self::RightParenthesis
            | Self::RightBrace
            | Self::Reference
            | Self::Unquoted(_)
            | Self::Quoted(_)
            | Self::Number(_)
            | Self::Literal(_)
            | Self::End => 0,
        }
    }
}

impl Comparator {
    fn name(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Less => "lt",
            Self::LessOrEqual => "lte",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "gte",
        }
    }

    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// The tokens of an expression; the last one is [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    if text.is_empty() {
        return Err(SyntaxError::Empty);
    }
    let mut lexer = Lexer { characters: text.chars().collect(), place: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        let start = lexer.place;
        let kind = lexer.token()?;
        let last = kind == TokenKind::End;
        tokens.push(Token { kind, start });
        if last {
            return Ok(tokens);
        }
    }
}

struct Lexer {
    characters: Vec<char>,
    place: usize,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.place).copied()
    }

    /// Steps over `c` if it is next.
    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.place += usize::from(found);
        found
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let start = self.place;
        while self.peek().is_some_and(&fits) {
            self.place += 1;
        }
        self.characters[start..self.place].iter().collect()
    }

    fn token(&mut self) -> Result<TokenKind, SyntaxError> {
        use Comparator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        use TokenKind as Kind;
        let start = self.place;
        let Some(c) = self.peek() else {
            return Ok(Kind::End);
        };
        match c {
            'a'..='z' | 'A'..='Z' | '_' => {
                return Ok(Kind::Unquoted(self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')));
            }
            '0'..='9' | '-' => return self.number(),
            _ => self.place += 1,
        }
        let kind = match c {
            '.' => Kind::Dot,
            '*' => Kind::Star,
            ']' => Kind::RightBracket,
            ',' => Kind::Comma,
            ':' => Kind::Colon,
            '@' => Kind::Current,
            '(' => Kind::LeftParenthesis,
            ')' => Kind::RightParenthesis,
            '{' => Kind::LeftBrace,
            '}' => Kind::RightBrace,
            '[' if self.take(']') => Kind::Flatten,
            '[' if self.take('?') => Kind::Filter,
            '[' => Kind::LeftBracket,
            '|' if self.take('|') => Kind::Or,
            '|' => Kind::Pipe,
            '&' if self.take('&') => Kind::And,
            '&' => Kind::Reference,
            '<' if self.take('=') => Kind::Comparator(LessOrEqual),
            '<' => Kind::Comparator(Less),
            '>' if self.take('=') => Kind::Comparator(GreaterOrEqual),
            '>' => Kind::Comparator(Greater),
            '!' if self.take('=') => Kind::Comparator(NotEqual),
            '!' => Kind::Not,
            '=' if self.take('=') => Kind::Comparator(Equal),
            '=' => return Err(characters(start, "Unknown token '='")),
            '\'' => Kind::Literal(self.until('\'')?.replace("\\'", "'").into()),
            '`' => self.literal()?,
            '"' => self.quoted()?,
            _ => return Err(characters(start, format!("Unknown token {c}"))),
        };
        Ok(kind)
    }

    fn number(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.place;
        let sign = if self.take('-') { "-" } else { "" };
        let digits = self.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return Err(characters(start, "Unknown token '-'"));
        }
        let number = python::int(&format!("{sign}{digits}"));
        number.map(TokenKind::Number).map_err(|error| SyntaxError::Value(error.to_string()))
    }

    /// Everything up to `delimiter`, whose opening one is taken; a backslash keeps the next character from ending it.
    fn until(&mut self, delimiter: char) -> Result<String, SyntaxError> {
        let start = self.place - 1;
        let mut inside = String::new();
        loop {
            match self.peek() {
                Some(c) if c == delimiter => {
                    self.place += 1;
                    return Ok(inside);
                }
                Some('\\') => {
                    inside.push('\\');
                    self.place += 1;
                }
                Some(_) => {}
                None => return Err(characters(start, format!("Unclosed {delimiter} delimiter"))),
            }
            if let Some(c) = self.peek() {
                inside.push(c);
                self.place += 1;
            }
        }
    }

    /// JSON between backticks; what is no JSON is a text without its quotes.
    fn literal(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.place - 1;
        let inside = self.until('`')?.replace("\\`", "`");
        let document = json::parse(&inside).or_else(|error| match error.is_invalid_json() {
            true => json::parse(&format!("\"{}\"", python::trim_start(&inside))),
            false => Err(error),
        });
        document.map(TokenKind::Literal).map_err(|error| match error.is_invalid_json() {
            true => characters(start, format!("Bad token {inside}")),
            false => SyntaxError::Value(error.to_string()),
        })
    }

    fn quoted(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.place - 1;
        let inside = self.until('"')?;
        match json::parse(&format!("\"{inside}\"")) {
            Ok(document) => Ok(TokenKind::Quoted(python::str(&document, Maps::Dict))),
            Err(JsonError::Syntax { problem, .. }) => Err(characters(start, problem)),
            Err(error) => Err(SyntaxError::Value(error.to_string())),
        }
    }
}

fn characters(place: usize, problem: impl Into<String>) -> SyntaxError {
    SyntaxError::Characters { place, problem: problem.into() }
}
