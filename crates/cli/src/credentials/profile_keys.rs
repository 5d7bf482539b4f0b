//! Keys that stand in a profile of one of the two files.

use super::Method;
use super::source::{Keys, Source};
use crate::config::Section;
use crate::failure::Failure;

/// The names of both keys, the identifier first.
const NAMES: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];

/// The keys of `profile`, which is as one file alone has it. A secret without its identifier counts as none.
pub(super) fn search<'a>(profile: Option<&Section>, method: Method) -> Result<Option<Source<'a>>, Failure> {
    let Some(profile) = profile else { return Ok(None) };
    let [id, secret] = NAMES.map(|name| profile.text(name));
    let Some(id) = id else { return Ok(None) };
    let secret = secret.ok_or_else(|| partial(method.name(), NAMES[1]))?;
    let token = profile.text("aws_security_token").or(profile.text("aws_session_token"));
    let token = token.filter(|token| !token.is_empty());
    Ok(Some(Source::loaded(method, Keys::new(id, secret, token))))
}

/// Whether at least one of the keys is there.
pub(super) fn any(profile: &Section) -> bool {
    NAMES.iter().any(|name| profile.get(name).is_some())
}

/// Half of what is needed is there.
pub(super) fn partial(place: &str, missing: &str) -> Failure {
    Failure::general(format!("Partial credentials found in {place}, missing: {missing}"))
}
