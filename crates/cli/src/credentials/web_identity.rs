//! A role that is taken with a token of another identity provider.

use super::kept::kept_or;
use super::source::Source;
use super::{Keep, Method, cache, sts};
use crate::call::Identity;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::files;
use crate::session::Session;
use std::path::Path;
use valkeep_api::ASSUME_ROLE_WITH_WEB_IDENTITY;

/// The role of the profile `name`, or of the environment where `variables` says so; the environment wins.
pub(super) fn search<'a>(
    session: Session<'a>,
    name: &str,
    variables: bool,
    keep: Keep,
) -> Result<Option<Source<'a>>, Failure> {
    let profile = session.settings.profiles().profile(name);
    let setting = |variable, key| {
        let variable = session.surroundings.variable(variable).filter(|_| variables);
        variable.or(profile.and_then(|profile| profile.text(key)))
    };
    let file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file").filter(|path| !path.is_empty());
    let Some(file) = file else { return Ok(None) };
    let arn = setting("AWS_ROLE_ARN", "role_arn").filter(|arn| !arn.is_empty()).ok_or_else(|| {
        Failure::general(
            "The provided profile or the current environment is configured to assume role with web identity \
             but has no role ARN configured. Ensure that the profile has the role_arnconfiguration set or the \
             AWS_ROLE_ARN env var is set.",
        )
    })?;
    let token = files::read_text(Path::new(file))?;
    let session_name = setting("AWS_ROLE_SESSION_NAME", "role_session_name").filter(|name| !name.is_empty());
    let fetch = move || {
        let mut arguments = vec![("RoleArn", Document::from(arn)), ("WebIdentityToken", Document::from(token))];
        arguments.extend(session_name.map(|name| ("RoleSessionName", Document::from(name))));
        kept_or(session, keep, &cache::key_of_arguments(&arguments), || {
            let mut parameters = Map::from_iter(arguments.clone());
            if session_name.is_none() {
                parameters.insert("RoleSessionName", sts::generated_name(session));
            }
            sts::call(session, Identity::Anonymous, &ASSUME_ROLE_WITH_WEB_IDENTITY, &parameters)
        })
    };
    Ok(Some(Source::promised(Method::AssumeRoleWithWebIdentity, fetch)))
}
