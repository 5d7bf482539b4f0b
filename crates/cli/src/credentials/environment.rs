//! Keys in variables of the environment.

use super::Method;
use super::expiry::Expiry;
use super::profile_keys::partial;
use super::source::{Keys, Source};
use crate::failure::Failure;
use crate::session::Session;

pub(super) fn search(session: Session<'_>) -> Result<Option<Source<'_>>, Failure> {
    let there = session.surroundings.variable("AWS_ACCESS_KEY_ID").is_some_and(|id| !id.is_empty());
    there.then(|| Source::renewable(Method::Environment, move || load(session))).transpose()
}

fn load(session: Session<'_>) -> Result<Keys, Failure> {
    let variable = |name| session.surroundings.variable(name);
    let filled = |name| variable(name).filter(|value| !value.is_empty());
    let id = variable("AWS_ACCESS_KEY_ID").unwrap_or_default();
    let secret =
        filled("AWS_SECRET_ACCESS_KEY").ok_or_else(|| partial(Method::Environment.name(), "AWS_SECRET_ACCESS_KEY"))?;
    let keys = Keys::new(id, secret, filled("AWS_SECURITY_TOKEN").or(filled("AWS_SESSION_TOKEN")));
    Ok(match filled("AWS_CREDENTIAL_EXPIRATION") {
        Some(text) => keys.until(Expiry::parse(text)?),
        None => keys,
    })
}
