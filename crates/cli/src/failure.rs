//! Why a command ends without its result: what is printed, and the exit code.

use crate::document::Map;

/// The end of a command that did not succeed.
///
/// Where a failure is found decides its form and its code: 252 for what the user typed, 253 for the
/// configuration, 254 for an answer of the service, 255 for everything else.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// Arguments that do not fit the command: the message, then the usage. Code `ParamValidation`, exit 252.
    Usage(String),
    /// Words that no command knows: the usage first, then the words and what they may have meant. It has no error
    /// code. Exit 252.
    UnknownOptions(String),
    /// Parameters that do not fit the operation. Code `ParamValidation`, exit 252.
    Validation(String),
    /// No region is known. Code `NoRegion`, exit 253.
    NoRegion,
    /// No credentials are known. Code `NoCredentials`, exit 253.
    NoCredentials,
    /// A setting that cannot be used. Code `Configuration`, exit 253.
    Configuration(String),
    /// The pager is not there. Code `Pager`, exit 253.
    Pager(String),
    /// The service answered an error. Exit 254.
    Service(Box<ServiceError>),
    /// Anything else, printed without an error code. Exit 255.
    General(String),
    /// Another failure, found while a table's colours were on.
    Colored(Box<Failure>),
    /// The user pressed Ctrl-C. Exit 130.
    Interrupted,
    /// Everything that was to be said is said.
    Silent(u8),
}

/// An error answer of a service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServiceError {
    /// The name of the operation, `CopySnapshot`.
    pub operation: String,
    pub code: String,
    pub message: String,
    /// How many retries were made when all tries that were allowed are spent.
    pub retries_spent: Option<u32>,
    /// `Code` and `Message` for the error formats with structure: as the answer has them, null where its
    /// element is empty, missing where it has none.
    pub fields: Map,
}

impl Failure {
    pub(crate) fn general(message: impl Into<String>) -> Self {
        Self::General(message.into())
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::Validation(message.into())
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::UnknownOptions(_) | Self::Validation(_) => 252,
            Self::NoRegion | Self::NoCredentials | Self::Configuration(_) | Self::Pager(_) => 253,
            Self::Service(_) => 254,
            Self::General(_) => 255,
            Self::Colored(failure) => failure.exit_code(),
            Self::Interrupted => 130,
            Self::Silent(code) => *code,
        }
    }
}
