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

use crate::config::Choice;
use crate::failure::Failure;
use crate::session::Session;
use crate::transport::Transport;
use aws_credential_types::Credentials;
use chrono::{DateTime, FixedOffset};
use source::Source;

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

/// Why there are no credentials although a place should have some.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unresolved {
    /// A place is set up wrongly, or what it has cannot be read. The reference finds this before it misses a region.
    Searching(Failure),
    /// A place promised credentials and did not keep it. The reference finds this when it signs.
    Fetching(Failure),
}

impl From<Unresolved> for Failure {
    fn from(unresolved: Unresolved) -> Self {
        match unresolved {
            Unresolved::Searching(failure) | Unresolved::Fetching(failure) => failure,
        }
    }
}

/// The first credentials of the chain; `None` when no place has any.
///
/// # Errors
/// The first place that is set up at all ends the search, also when it fails.
pub(crate) fn resolve(session: Session<'_>, transport: &Transport) -> Result<Option<Found>, Unresolved> {
    session.settings.selected_profile().map_err(Unresolved::Searching)?;
    let metadata = instance::Metadata::of(session.settings).map_err(Unresolved::Fetching)?;
    let source = search(Scene { session, transport }, &metadata).map_err(Unresolved::Searching)?;
    source.map(|source| source.settle((session.surroundings.now)())).transpose().map_err(Unresolved::Fetching)
}

/// What every place may look at.
#[derive(Clone, Copy, Debug)]
struct Scene<'a> {
    session: Session<'a>,
    transport: &'a Transport,
}

/// Whether what a place fetches is kept in files.
///
/// What a profile fetches only to take the role of another is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    InFiles,
    Nowhere,
}

fn search<'a>(scene: Scene<'a>, metadata: &instance::Metadata) -> Result<Option<Source<'a>>, Failure> {
    let settings = scene.session.settings;
    let by_flag = matches!(settings.choice(), Choice::Flag(_));
    if !by_flag && let Some(source) = environment::search(scene)? {
        return Ok(Some(source));
    }
    let profile = settings.profile_name();
    if let Some(source) = role::search(scene, profile)? {
        return Ok(Some(source));
    }
    if let Some(source) = of_profile(scene, profile, !by_flag, Keep::InFiles)? {
        return Ok(Some(source));
    }
    if let Some(source) = container::search(scene)? {
        return Ok(Some(source));
    }
    metadata.search(scene)
}

/// The places that a profile names, but for the role that it takes with the credentials of another.
///
/// `variables` says whether a web identity may come from the environment.
fn of_profile<'a>(scene: Scene<'a>, name: &str, variables: bool, keep: Keep) -> Result<Option<Source<'a>>, Failure> {
    if let Some(source) = web_identity::search(scene, name, variables, keep)? {
        return Ok(Some(source));
    }
    if let Some(source) = sso::search(scene, name, keep)? {
        return Ok(Some(source));
    }
    let profiles = scene.session.settings.profiles();
    if let Some(source) = profile_keys::search(profiles.in_credentials_file(name), Method::SharedCredentialsFile)? {
        return Ok(Some(source));
    }
    login::search(scene, name)?;
    if let Some(source) = process::search(scene, name)? {
        return Ok(Some(source));
    }
    profile_keys::search(profiles.in_config_file(name), Method::ConfigFile)
}
