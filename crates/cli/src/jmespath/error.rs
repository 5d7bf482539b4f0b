//! What is wrong with the text of an expression.

use crate::python::TOO_DEEP;

/// Places are counted in characters, from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SyntaxError {
    /// There is no expression.
    Empty,
    /// Characters that form no token.
    Characters { place: usize, problem: String },
    /// The expression ends too early.
    Incomplete,
    /// A token that cannot stand where it does: its value, and what kind it is.
    Token { place: usize, value: String, kind: &'static str, problem: String },
    /// A number or a literal that Python cannot hold.
    Value(String),
    /// Expressions that lie too deep in each other.
    TooDeep,
}

impl SyntaxError {
    /// The reference's text, which shows the expression.
    pub(super) fn text(&self, expression: &str) -> String {
        let caret = |place: usize| format!("{}^", " ".repeat(place));
        match self {
            Self::Empty => "Invalid JMESPath expression: cannot be empty.".to_owned(),
            Self::Characters { place, problem } => {
                format!("Bad jmespath expression: {problem}:\n{expression}\n{}", caret(*place))
            }
            Self::Incomplete => {
                let caret = caret(expression.chars().count() + 1);
                format!("Invalid jmespath expression: Incomplete expression:\n\"{expression}\"\n{caret}")
            }
            Self::Token { place, value, kind, problem } => {
                let (kind, caret) = (kind.to_uppercase(), caret(place + 1));
                format!(
                    "{problem}: Parse error at column {place}, token \"{value}\" ({kind}), \
                     for expression:\n\"{expression}\"\n{caret}"
                )
            }
            Self::Value(text) => text.clone(),
            Self::TooDeep => TOO_DEEP.to_owned(),
        }
    }
}
