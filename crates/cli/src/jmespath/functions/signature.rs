//! The types of parameters, and arguments held against them.

use super::NOT_PRINTABLE;
use crate::document::{Document, Map};
use crate::jmespath::ast::Node;
use crate::python::{self, Maps, Number};
use std::borrow::Cow;

/// What a function is given.
#[derive(Clone, Debug)]
pub(in crate::jmespath) enum Argument<'a> {
    Value(Cow<'a, Document>),
    /// `&a`
    Reference(&'a Node),
}

/// A type that a parameter may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    String,
    Array,
    Object,
    /// `&a`
    Reference,
    /// An array of numbers.
    Numbers,
    /// An array of strings.
    Strings,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
            Self::Reference => "expref",
            Self::Numbers => "array-number",
            Self::Strings => "array-string",
        }
    }

    /// The type as such, whatever the elements are.
    fn outer(self) -> &'static str {
        match self {
            Self::Numbers | Self::Strings => "array",
            Self::Number | Self::String | Self::Array | Self::Object | Self::Reference => self.name(),
        }
    }

    /// The type that elements must have.
    fn element(self) -> Option<&'static str> {
        match self {
            Self::Numbers => Some("number"),
            Self::Strings => Some("string"),
            Self::Number | Self::String | Self::Array | Self::Object | Self::Reference => None,
        }
    }
}

/// What JMESPath calls the type of a document.
pub(super) fn kind(document: &Document) -> &'static str {
    match document {
        Document::Null => "null",
        Document::Boolean(_) => "boolean",
        Document::Integer(_) | Document::Float(_) => "number",
        Document::String(_) => "string",
        Document::List(_) => "array",
        Document::Map(_) => "object",
        Document::Bytes(_) | Document::Date(_) | Document::DateTime(..) => "unknown",
    }
}

/// Fails unless the argument has one of the types, and its elements too; no types are any.
pub(super) fn check(function: &str, argument: &Argument<'_>, types: &[Type]) -> Result<(), String> {
    let names: Vec<_> = types.iter().map(|of| of.name()).collect();
    let received = argument.kind();
    if !types.is_empty() && !types.iter().any(|of| of.outer() == received) {
        return Err(mismatch(function, &argument.shown(), &names, received));
    }
    let mut allowed: Vec<_> = types.iter().filter_map(|of| of.element()).collect();
    if allowed.is_empty() {
        return Ok(());
    }
    for element in argument.list() {
        let received = kind(element);
        if !allowed.contains(&received) {
            // An element is named by Python's type here, not by JMESPath's.
            let shown = python::str(element, Maps::Dict);
            return Err(mismatch(function, &shown, &names, python::type_word(element, Maps::Dict)));
        }
        // The first element decides between numbers and strings.
        allowed = vec![received];
    }
    Ok(())
}

/// The text for a value of the wrong type.
pub(super) fn mismatch(function: &str, shown: &str, expected: &[&str], received: &str) -> String {
    let expected = expected.join("', '");
    format!(
        "In function {function}(), invalid type for value: {shown}, expected one of: ['{expected}'], \
         received: \"{received}\""
    )
}

impl Argument<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Value(value) => kind(value),
            Self::Reference(_) => Type::Reference.name(),
        }
    }

    /// As an error shows it. A reference has no text in Python, only an address.
    fn shown(&self) -> String {
        match self {
            Self::Value(value) => python::str(value, Maps::Dict),
            Self::Reference(node) => format!("<jmespath.visitor._Expression object at {:p}>", *node),
        }
    }

    /// The document; a reference is none.
    pub(super) fn document(&self) -> Option<&Document> {
        match self {
            Self::Value(value) => Some(value.as_ref()),
            Self::Reference(_) => None,
        }
    }

    /// The document of a parameter that takes anything; the function hands it on, and a reference cannot
    /// be printed.
    pub(super) fn printable(&self) -> Result<&Document, String> {
        self.document().ok_or_else(|| NOT_PRINTABLE.to_owned())
    }

    // The rest is for parameters whose signature says the type.

    pub(super) fn number(&self) -> Number {
        self.document().and_then(Number::of).expect("the signature says number")
    }

    pub(super) fn text(&self) -> &str {
        self.document().and_then(Document::as_str).expect("the signature says string")
    }

    pub(super) fn list(&self) -> &[Document] {
        self.document().and_then(Document::as_list).expect("the signature says array")
    }

    pub(super) fn object(&self) -> &Map {
        self.document().and_then(Document::as_map).expect("the signature says object")
    }

    pub(super) fn reference(&self) -> &Node {
        let node = if let Self::Reference(node) = self { Some(node) } else { None };
        node.expect("the signature says expref")
    }
}
