//! `configure export-credentials`: the credentials of the profile in a form for other programs.

use super::say;
use crate::call::Transport;
use crate::credentials::{self, Found, Unresolved};
use crate::document::Document;
use crate::failure::Failure;
use crate::python;
use crate::session::Session;

/// The values of `--format`; the first is the default.
pub const FORMATS: [&str; 6] = ["process", "env", "env-no-export", "powershell", "windows-cmd", "fish"];

/// Prints the credentials that the chain finds.
pub fn run(session: Session<'_>, format: &str) -> Result<u8, Failure> {
    let unable = |reason: &str| Failure::Configuration(format!("Unable to retrieve credentials: {reason}"));
    let found = credentials::resolve(session, &Transport::new(session)?).map_err(|unresolved| match unresolved {
        Unresolved::Searching(Failure::General(reason)) => unable(&reason),
        other @ (Unresolved::Searching(_) | Unresolved::Fetching(_)) => other.into(),
    })?;
    let found = found.ok_or_else(|| unable("no credentials found"))?;
    let values = values(&found);
    let line = |before: &str, between: &str, after: &str| {
        values.iter().map(|value| format!("{before}{}{between}{}{after}\n", value.variable, value.text)).collect()
    };
    let text: String = match format {
        "env" => line("export ", "=", ""),
        "env-no-export" => line("", "=", ""),
        "powershell" => line("$Env:", "=\"", "\""),
        "windows-cmd" => line("set ", "=", ""),
        "fish" => line("set -gx ", " \"", "\""),
        _ => process(&values),
    };
    say(&text).map(|()| 0)
}

/// The reference prints this failure without an error code, and ends as for a wrong configuration.
fn unretrievable(session: Session<'_>, why: Failure) -> Failure {
    let Failure::General(why) = why else { return why };
    eprintln!("\n{}: [ERROR]: Unable to retrieve credentials: {why}", session.surroundings.program);
    Failure::Silent(253)
}

/// A part of the credentials, under its names as a variable and in the document of a credential process.
struct Value {
    variable: &'static str,
    member: &'static str,
    text: String,
}

fn values(found: &Found) -> Vec<Value> {
    let credentials = &found.credentials;
    let value = |variable, member, text: &str| Value { variable, member, text: text.to_owned() };
    let mut values = vec![
        value("AWS_ACCESS_KEY_ID", "AccessKeyId", credentials.access_key_id()),
        value("AWS_SECRET_ACCESS_KEY", "SecretAccessKey", credentials.secret_access_key()),
    ];
    if let Some(token) = credentials.session_token() {
        values.push(value("AWS_SESSION_TOKEN", "SessionToken", token));
    }
    if let Some(expiry) = found.expiration_text() {
        values.push(value("AWS_CREDENTIAL_EXPIRATION", "Expiration", &expiry));
    }
    values
}

/// The document that `credential_process` takes.
fn process(values: &[Value]) -> String {
    let member = |value: &Value| {
        format!(",\n  \"{}\": {}", value.member, python::json::compact(&Document::from(value.text.as_str())))
    };
    format!("{{\n  \"Version\": 1{}\n}}\n", values.iter().map(member).collect::<String>())
}
