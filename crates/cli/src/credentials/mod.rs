//! Who signs: the chain of places where credentials are looked for.
//!
//! A search goes through the places in the reference's order and ends at the first that has something: keys,
//! or the way to fetch some. Fetching comes later, so that the two kinds of failure can be told apart.
//!
//! The exchanges with STS, sign-on portals, containers and instances are written here and go through
//! [`Transport`]: the official providers know neither the reference's texts nor its caches, and would bring
//! a second HTTP stack with its own ideas of proxies and certificates.

mod cache;
mod container;
mod environment;
mod expiry;
mod instance;
mod kept;
mod login;
mod mfa;
mod portal;
mod process;
mod profile_keys;
mod retrieved;
mod role;
mod source;
mod sso;
mod sso_token;
mod sts;
#[cfg(test)]
mod tests;
mod web_identity;

use crate::config::{Choice, Settings};
use crate::failure::Failure;
use crate::session::Session;
use aws_credential_types::Credentials;
use chrono::{DateTime, FixedOffset};

pub(crate) use source::Source;

/// Credentials, and the place that had them.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) credentials: Credentials,
    pub(crate) method: Method,
    /// When they expire, with the offset that the place gave.
    expiration: Option<DateTime<FixedOffset>>,
}

impl Found {
    /// When the credentials expire, in ISO 8601 as `configure export-credentials` prints it.
    pub(crate) fn expiration_text(&self) -> Option<String> {
        self.expiration.map(expiry::iso)
    }
}

/// A place of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
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
    pub(crate) fn name(self) -> &'static str {
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

/// Whether what a place fetches is kept in files.
///
/// What a profile fetches only to take the role of another is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    InFiles,
    Nowhere,
}

/// The first place of the chain that has credentials, or a way to fetch some; `None` when no place has any.
///
/// # Errors
/// A place is set up wrongly, or what it has cannot be read. The first place that is set up at all ends the search,
/// also when it fails.
pub(crate) fn search(session: Session<'_>) -> Result<Option<Source<'_>>, Failure> {
    let settings = session.settings;
    settings.selected_profile()?;
    let metadata = instance::Metadata::of(settings)?;
    let by_flag = matches!(settings.choice(), Choice::Flag(_));
    if !by_flag && let Some(source) = environment::search(session)? {
        return Ok(Some(source));
    }
    let profile = settings.profile_name();
    if let Some(source) = role::search(session, profile)? {
        return Ok(Some(source));
    }
    if let Some(source) = of_profile(session, profile, !by_flag, Keep::InFiles)? {
        return Ok(Some(source));
    }
    if let Some(source) = container::search(session)? {
        return Ok(Some(source));
    }
    metadata.search(session)
}

/// The region that this machine stands in, when it stands in the cloud.
pub(crate) fn region_of_machine(session: Session<'_>) -> Result<Option<String>, Failure> {
    instance::Metadata::of(session.settings)?.region(session)
}

/// Checks what the settings say of the metadata service, which matters even when nobody asks it.
pub(crate) fn check_metadata(settings: &Settings) -> Result<(), Failure> {
    instance::Metadata::of(settings).map(drop)
}

/// The places that a profile names, but for the role that it takes with the credentials of another.
///
/// `variables` says whether a web identity may come from the environment.
fn of_profile<'a>(
    session: Session<'a>,
    name: &str,
    variables: bool,
    keep: Keep,
) -> Result<Option<Source<'a>>, Failure> {
    if let Some(source) = web_identity::search(session, name, variables, keep)? {
        return Ok(Some(source));
    }
    if let Some(source) = sso::search(session, name, keep)? {
        return Ok(Some(source));
    }
    let profiles = session.settings.profiles();
    if let Some(source) = profile_keys::search(profiles.in_credentials_file(name), Method::SharedCredentialsFile)? {
        return Ok(Some(source));
    }
    login::search(session, name)?;
    if let Some(source) = process::search(session, name)? {
        return Ok(Some(source));
    }
    profile_keys::search(profiles.in_config_file(name), Method::ConfigFile)
}
