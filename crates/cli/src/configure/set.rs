//! `configure set`: one key of one of the files.

use super::edit::Edit;
use super::{Place, files, is_plugins};
use crate::config::Settings;
use crate::failure::Failure;
use crate::session::Session;
use std::borrow::Cow;

/// The keys that are kept in the credentials file.
const SECRETS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// Sets `name` to `value`.
pub(crate) fn run(session: Session<'_>, name: &str, value: &str, place: &Place) -> Result<u8, Failure> {
    match place {
        Place::Profile => in_profile(session, name, value)?,
        Place::SsoSession(name) if name.is_empty() => return Err(unnamed("--sso-session")),
        Place::Services(name) if name.is_empty() => return Err(unnamed("--services")),
        Place::SsoSession(section) => in_section(session, &header("sso-session", section), name, value)?,
        Place::Services(section) => in_section(session, &header("services", section), name, value)?,
    }
    Ok(0)
}

fn unnamed(option: &str) -> Failure {
    Failure::validation(format!("aws: [ERROR]: Invalid value for {option}."))
}

fn in_section(session: Session<'_>, header: &str, name: &str, value: &str) -> Result<(), Failure> {
    let parts: Vec<&str> = name.split('.').collect();
    if parts.len() > 2 {
        return Err(Failure::validation(
            "Found more than two parts in the property to set. Deep nesting of properties is not supported.",
        ));
    }
    files::set_in_config(session, header, vec![edit(&parts, value)?])
}

fn in_profile(session: Session<'_>, name: &str, value: &str) -> Result<(), Failure> {
    let (profile, edit) = target(session.settings, name, value)?;
    if SECRETS.contains(&edit.key.as_str()) {
        files::set_in_credentials(session, profile, vec![edit])?;
        files::warn_of_others(session);
        return Ok(());
    }
    let header = if is_plugins(profile) { profile.to_owned() } else { profile_header(profile) };
    files::set_in_config(session, &header, vec![edit])
}

/// The profile that a name with or without dots is in, and what is to be set there.
fn target<'a>(settings: &'a Settings, name: &'a str, value: &str) -> Result<(&'a str, Edit), Failure> {
    let parts: Vec<&str> = name.split('.').collect();
    Ok(match parts.as_slice() {
        ["default", rest @ ..] if !rest.is_empty() || name != "default" => ("default", edit(rest, value)?),
        ["profile", profile, rest @ ..] => (profile, edit(rest, value)?),
        [section, key] if is_plugins(section) => (section, Edit::set(key, value)),
        [section, _, _, ..] if is_plugins(section) => ("default", Edit::set(name, value)),
        parts => (settings.profile_name(), edit(parts, value)?),
    })
}

/// The key is the first part; a second one is nested below it when it is the last.
fn edit(parts: &[&str], value: &str) -> Result<Edit, Failure> {
    let (key, rest) = parts.split_first().ok_or_else(|| Failure::general("list index out of range"))?;
    Ok(match rest {
        [inner] => Edit::set_nested(key, inner, value),
        _ => Edit::set(key, value),
    })
}

/// The header of a profile in the configuration file.
pub(crate) fn profile_header(profile: &str) -> String {
    if profile == "default" { profile.to_owned() } else { header("profile", profile) }
}

fn header(kind: &str, name: &str) -> String {
    format!("{kind} {}", quoted(name))
}

/// A name in quotes of a shell where it has blanks.
fn quoted(name: &str) -> Cow<'_, str> {
    match name.contains([' ', '\t']) {
        true => format!("'{}'", name.replace('\'', "'\"'\"'")).into(),
        false => name.into(),
    }
}
