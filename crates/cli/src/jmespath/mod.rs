//! JMESPath over documents, with the reference's numbers and error texts.
//!
//! The language is that of Python's `jmespath` 1.0.1 on Python 3.13, which the reference asks: where the
//! specification and that library differ, the library is followed.

mod ast;
mod error;
mod functions;
mod interpreter;
mod lexer;
mod parser;

#[cfg(test)]
mod tests;

use crate::document::Document;
use ast::Node;

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expression(Node);

impl Expression {
    /// The error is the reference's text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parser::parse(text).map(Self).map_err(|error| error.text(text))
    }

    /// The error is the reference's text.
    pub(crate) fn search(&self, document: &Document) -> Result<Document, String> {
        interpreter::evaluate(&self.0, document).map(std::borrow::Cow::into_owned)
    }
}
