//! The Query form of a request: `Name=value` pairs in, a checked input structure out.
//!
//! Lists accept two forms, by the element name of the model (`Tags.Tag.N`, `W8`) and by `member`
//! (`Tags.member.N`, `W9`). Indexes start at 1 and leave no gap, in any order of arrival: a gap is
//! refused, because it is a sign of a lost parameter, and so that no index can ask for more room
//! than the request itself takes. Parameters that the operation does not know are ignored (`W4`),
//! but a list that it does know must be well formed. No value is ever repeated in an error.

mod decode;
mod encode;
mod form;

pub use decode::decode;
pub use encode::{encode, form};
pub use form::{PARAMETERS_MAX, pairs};

use crate::Fault;

/// Why a request cannot be read. The text is meant for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("The request has more than {PARAMETERS_MAX} parameters.")]
    TooManyParameters,
    #[error("The request is not valid UTF-8.")]
    NotUtf8,
    #[error("The parameter {0} is given more than once.")]
    Repeated(ParameterName),
    /// A required member is absent or blank; holds the name to print (`W28`).
    #[error("The parameter {0} must be provided and must not be blank.")]
    Missing(&'static str),
    #[error("The parameter {parameter} must be {expected}.")]
    Unreadable { parameter: ParameterName, expected: &'static str },
}

impl DecodeError {
    /// The code on the wire (`W28`, `W30`, `W31`).
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooManyParameters | Self::NotUtf8 => "MalformedQueryString",
            Self::Missing(_) => Fault::InvalidParameterValueException.code(),
            Self::Repeated(_) | Self::Unreadable { .. } => "MalformedInput",
        }
    }

    /// The HTTP status. The common error list gives a malformed query string the status 404 (`W31`).
    pub fn status(&self) -> u16 {
        match self {
            Self::TooManyParameters | Self::NotUtf8 => 404,
            Self::Missing(_) => Fault::InvalidParameterValueException.status(),
            Self::Repeated(_) | Self::Unreadable { .. } => 400,
        }
    }
}

/// The name of a parameter as the caller wrote it, cut to a length that is fit to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterName(String);

impl ParameterName {
    /// Our choice; the longest name that the model knows has fewer than 100 characters.
    const CHARACTERS_MAX: usize = 128;

    fn new(key: &str) -> Self {
        Self(key.chars().take(Self::CHARACTERS_MAX).collect())
    }
}

impl std::fmt::Display for ParameterName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
