//! `configure get`: one value of the files; the environment is not asked.

use super::{Place, is_plugins, say};
use crate::config::{Section, Settings, Value};
use crate::failure::Failure;
use crate::output;

/// Prints the value of `name`, or ends with 1 when there is none.
pub(crate) fn run(settings: &Settings, name: &str, place: &Place) -> Result<u8, Failure> {
    let profiles = settings.profiles();
    let found = match place {
        Place::Profile => in_profiles(settings, name)?,
        Place::SsoSession(section) => in_section(profiles.sso_session(section), section, name)?,
        Place::Services(section) => in_section(profiles.services(section), section, name)?,
    };
    match found {
        Some(Found::Text(text)) => say(&format!("{text}\n")).map(|()| 0),
        Some(Found::Pairs) => {
            output::to_stderr(&format!("varname ({name}) must reference a value, not a section or sub-section."));
            Ok(1)
        }
        None => Ok(1),
    }
}

/// What a name leads to.
enum Found<'a> {
    Text(&'a str),
    /// Nested pairs, which are not printed.
    Pairs,
}

/// A name with dots may begin with the profile, and may end with a nested key.
fn in_profiles<'a>(settings: &'a Settings, name: &str) -> Result<Option<Found<'a>>, Failure> {
    let profiles = settings.profiles();
    let parts: Vec<&str> = name.split('.').collect();
    let (profile, parts) = match parts.as_slice() {
        [key] => return Ok(settings.selected_profile()?.and_then(|profile| value(profile, key, &[]))),
        [section, key] if is_plugins(section) => {
            let section =
                profiles.other(section).filter(|other| other.get(key).is_some()).or(profiles.profile(section));
            return Ok(section.and_then(|section| value(section, key, &[])));
        }
        ["profile", profile, rest @ ..] => (*profile, rest),
        [profile, rest @ ..] if *profile == "default" || profiles.profile(profile).is_some() => (*profile, rest),
        rest => (settings.profile_name(), rest),
    };
    let (key, rest) = parts.split_first().ok_or_else(|| Failure::general("list index out of range"))?;
    Ok(profiles.profile(profile).and_then(|profile| value(profile, key, rest)))
}

fn in_section<'a>(section: Option<&'a Section>, header: &str, name: &str) -> Result<Option<Found<'a>>, Failure> {
    let section =
        section.ok_or_else(|| Failure::general(format!("The config sub-section ({header}) could not be found")))?;
    let (key, rest) = match name.split_once('.') {
        Some((key, inner)) => (key, vec![inner]),
        None => (name, Vec::new()),
    };
    Ok(value(section, key, &rest))
}

/// The value of `key`, or of the one nested key below it; deeper ones do not count.
fn value<'a>(section: &'a Section, key: &str, rest: &[&str]) -> Option<Found<'a>> {
    match (section.get(key)?, rest) {
        (Value::Nested(pairs), [inner]) => pairs.get(*inner).map(|text| Found::Text(text)),
        (Value::Text(_), [_]) => None,
        (Value::Nested(_), _) => Some(Found::Pairs),
        (Value::Text(text), _) => Some(Found::Text(text)),
    }
}
