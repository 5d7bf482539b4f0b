//! `configure export-credentials`: the credentials of the profile in a form for other programs.

use super::{chain, say};
use crate::credentials::{self, Found};
use crate::document::Document;
use crate::failure::Failure;
use crate::python;
use crate::session::Session;
use aws_credential_types::Credentials;

/// The values of `--format`; the first is the default.
pub(crate) const FORMATS: [&str; 6] = ["process", "env", "env-no-export", "powershell", "windows-cmd", "fish"];

/// Prints the credentials that the chain finds.
pub(crate) fn run(session: Session<'_>, format: &str) -> Result<u8, Failure> {
    let surroundings = chain::with_profile(session.surroundings, session.settings.profile_name())?;
    let found = find(Session { surroundings: &surroundings, ..session })?;
    say(&text(format, &values(&found.credentials, found.expiration_text()))).map(|()| 0)
}

/// The credentials. What the search says is a matter of configuration here, whatever it is elsewhere.
fn find(session: Session<'_>) -> Result<Found, Failure> {
    let unable = |reason: &str| Failure::Configuration(format!("Unable to retrieve credentials: {reason}"));
    let unfit = |failure| if let Failure::General(reason) = failure { unable(&reason) } else { failure };
    session.settings.selected_profile().map_err(unfit)?;
    credentials::check_metadata(session.settings)?;
    let source = credentials::search(session).map_err(unfit)?.ok_or_else(|| unable("no credentials found"))?;
    source.settle((session.surroundings.now)())
}

fn text(format: &str, values: &[Value]) -> String {
    let line = |before: &str, between: &str, after: &str| {
        values.iter().map(|value| format!("{before}{}{between}{}{after}\n", value.variable, value.text)).collect()
    };
    match format {
        "env" => line("export ", "=", ""),
        "env-no-export" => line("", "=", ""),
        "powershell" => line("$Env:", "=\"", "\""),
        "windows-cmd" => line("set ", "=", ""),
        "fish" => line("set -gx ", " \"", "\""),
        _ => process(values),
    }
}

/// A part of the credentials, under its names as a variable and in the document of a credential process.
struct Value {
    variable: &'static str,
    member: &'static str,
    text: String,
}

fn values(credentials: &Credentials, expiration: Option<String>) -> Vec<Value> {
    let value = |variable, member, text: &str| Value { variable, member, text: text.to_owned() };
    let mut values = vec![
        value("AWS_ACCESS_KEY_ID", "AccessKeyId", credentials.access_key_id()),
        value("AWS_SECRET_ACCESS_KEY", "SecretAccessKey", credentials.secret_access_key()),
    ];
    if let Some(token) = credentials.session_token() {
        values.push(value("AWS_SESSION_TOKEN", "SessionToken", token));
    }
    if let Some(expiration) = expiration {
        values.push(value("AWS_CREDENTIAL_EXPIRATION", "Expiration", &expiration));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_for_other_programs_is_ascii() {
        let credentials = Credentials::new("A", "s/é", Some("t\"k".to_owned()), None, "test");
        let expected = concat!(
            "{\n  \"Version\": 1,\n  \"AccessKeyId\": \"A\",\n  \"SecretAccessKey\": \"s/\\u00e9\",\n",
            "  \"SessionToken\": \"t\\\"k\",\n  \"Expiration\": \"2051-01-01T00:00:00+00:00\"\n}\n",
        );
        let values = values(&credentials, Some("2051-01-01T00:00:00+00:00".to_owned()));
        assert_eq!(text(FORMATS[0], &values), expected);
    }

    #[test]
    fn each_shell_has_its_own_lines() {
        let values = values(&Credentials::new("A", "s", None, None, "test"), None);
        let cases = [
            ("env", "export AWS_ACCESS_KEY_ID=A\nexport AWS_SECRET_ACCESS_KEY=s\n"),
            ("env-no-export", "AWS_ACCESS_KEY_ID=A\nAWS_SECRET_ACCESS_KEY=s\n"),
            ("powershell", "$Env:AWS_ACCESS_KEY_ID=\"A\"\n$Env:AWS_SECRET_ACCESS_KEY=\"s\"\n"),
            ("windows-cmd", "set AWS_ACCESS_KEY_ID=A\nset AWS_SECRET_ACCESS_KEY=s\n"),
            ("fish", "set -gx AWS_ACCESS_KEY_ID \"A\"\nset -gx AWS_SECRET_ACCESS_KEY \"s\"\n"),
        ];
        for (format, expected) in cases {
            assert_eq!(text(format, &values), expected, "{format}");
        }
    }
}
