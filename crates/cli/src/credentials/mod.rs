//! Who signs: the chain of places where credentials are looked for.

use crate::call::Transport;
use crate::failure::Failure;
use crate::session::Session;
use aws_credential_types::Credentials;

/// Credentials, and the place that had them.
#[derive(Clone, Debug)]
pub struct Found {
    pub credentials: Credentials,
    pub method: Method,
}

/// A place of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Environment,
    AssumeRole,
    AssumeRoleWithWebIdentity,
    Sso,
    SharedCredentialsFile,
    CustomProcess,
    ConfigFile,
    ContainerRole,
    IamRole,
}

impl Method {
    /// The name of the place, as `configure list` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "env",
            Self::AssumeRole => "assume-role",
            Self::AssumeRoleWithWebIdentity => "assume-role-with-web-identity",
            Self::Sso => "sso",
            Self::SharedCredentialsFile => "shared-credentials-file",
            Self::CustomProcess => "custom-process",
            Self::ConfigFile => "config-file",
            Self::ContainerRole => "container-role",
            Self::IamRole => "iam-role",
        }
    }
}

/// The first credentials of the chain; `None` when no place has any.
pub fn resolve(_session: Session<'_>, _transport: &Transport) -> Result<Option<Found>, Failure> {
    Ok(None)
}
