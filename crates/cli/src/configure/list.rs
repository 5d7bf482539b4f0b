//! `configure list`: the profile, the keys and the region, and where each was found.

use super::say;
use crate::config::{Choice, PROFILE_VARIABLES, Setting, Settings, Source};
use crate::credentials;
use crate::failure::Failure;
use crate::session::Session;

/// Prints row after row, so that a failure stands below the rows before it.
pub(crate) fn run(session: Session<'_>) -> Result<u8, Failure> {
    row("NAME", "VALUE", "TYPE", "LOCATION")?;
    profile(session.settings)?;
    keys(session)?;
    region(session)?;
    Ok(0)
}

fn row(name: &str, value: &str, kind: &str, location: &str) -> Result<(), Failure> {
    say(&format!("{name:<10} : {value:<24} : {kind:<16} : {location}\n"))
}

fn nothing(name: &str) -> Result<(), Failure> {
    row(name, "<not set>", "None", "None")
}

fn profile(settings: &Settings) -> Result<(), Failure> {
    match settings.choice() {
        Choice::Flag(name) => row("profile", name, "manual", "--profile"),
        Choice::Environment(name) => row("profile", name, "env", &list(PROFILE_VARIABLES)),
        Choice::Nobody => nothing("profile"),
    }
}

fn keys(session: Session<'_>) -> Result<(), Failure> {
    let Some(source) = credentials::search(session)? else {
        return nothing("access_key").and_then(|()| nothing("secret_key"));
    };
    let found = source.settle((session.surroundings.now)())?;
    let method = found.method.name();
    row("access_key", &super::masked(found.credentials.access_key_id()), method, "")?;
    row("secret_key", &super::masked(found.credentials.secret_access_key()), method, "")
}

fn region(session: Session<'_>) -> Result<(), Failure> {
    match session.settings.find(Setting::Region)? {
        Some((region, Source::Environment(variables))) => row("region", region, "env", &list(variables)),
        Some((region, Source::Profile)) => row("region", region, "config-file", session.settings.config_file_name()),
        Some((_, Source::Default)) | None => match &session.globals.region {
            // Where nothing is configured the reference takes the option for an answer of the instance.
            Some(region) => row("region", region, "imds", ""),
            None => nothing("region"),
        },
    }
}

/// Names as Python prints a list of them.
fn list(names: &[&str]) -> String {
    format!("['{}']", names.join("', '"))
}
