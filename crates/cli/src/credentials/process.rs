//! `credential_process`: a program that prints keys as JSON.

use super::Method;
use super::expiry::Expiry;
use super::retrieved::{as_secret, as_text, as_token};
use super::source::{Keys, Source};
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::files;
use crate::python::{Maps, json, str, type_word, utf8};
use crate::session::Session;
use crate::shell;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Most bytes that are read of either stream, so that an endless one ends in an error. Our choice.
const OUTPUT_MAX_BYTES: u64 = 1 << 20;

pub(super) fn search<'a>(session: Session<'a>, name: &str) -> Result<Option<Source<'a>>, Failure> {
    let profile = session.settings.profiles().profile(name);
    let command = profile.and_then(|profile| profile.text("credential_process"));
    command.map(|command| Source::renewable(Method::CustomProcess, move || load(session, command))).transpose()
}

fn load(session: Session<'_>, command: &str) -> Result<Keys, Failure> {
    let output = run(session, command)?;
    if !output.status.success() {
        return Err(refused(&utf8(output.stderr).map_err(Failure::General)?));
    }
    let document = json::parse(&utf8(output.stdout).map_err(Failure::General)?)
        .map_err(|error| Failure::general(error.to_string()))?;
    let Document::Map(answer) = &document else {
        let kind = type_word(&document, Maps::Dict);
        return Err(Failure::general(format!("'{kind}' object has no attribute 'get'")));
    };
    keys(answer)
}

fn keys(answer: &Map) -> Result<Keys, Failure> {
    let version = answer.get("Version");
    if !version.is_some_and(is_one) {
        let version = version.map_or("<Version key not provided>".to_owned(), |version| str(version, Maps::Dict));
        let supported = "for credential process provider, supported versions: 1";
        return Err(refused(&format!("Unsupported version '{version}' {supported}")));
    }
    let required = |key| answer.get(key).ok_or_else(|| refused(&format!("Missing required key in response: '{key}'")));
    let (id, secret) = (required("AccessKeyId")?, required("SecretAccessKey")?);
    let token = answer.get("SessionToken").filter(|token| **token != Document::Null);
    let keys = Keys::new(as_text(id)?, as_secret(secret)?, token.map(as_token).transpose()?);
    Ok(match answer.get("Expiration").filter(|expiration| **expiration != Document::Null) {
        Some(expiration) => keys.until(Expiry::of(expiration)?),
        None => keys,
    })
}

/// Whether a value equals 1 in Python, where `True` does.
fn is_one(value: &Document) -> bool {
    match value {
        Document::Integer(number) => *number == 1.into(),
        Document::Float(number) => *number == 1.0,
        Document::Boolean(flag) => *flag,
        Document::Null
        | Document::String(_)
        | Document::Bytes(_)
        | Document::Date(_)
        | Document::DateTime(..)
        | Document::List(_)
        | Document::Map(_) => false,
    }
}

/// Runs the program to its end, however long it takes. It shares the terminal's input, so that it can ask.
fn run(session: Session<'_>, command: &str) -> Result<Output, Failure> {
    let words = shell::split(command).map_err(|error| Failure::general(error.to_string()))?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::general("list index out of range"));
    };
    let broken = |error: io::Error| files::refused(&error, Path::new(program));
    let variables = &session.surroundings.variables;
    let mut child = Command::new(program)
        .args(arguments)
        .envs(variables)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(broken)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Both streams are read at the same time, or the program could wait for the one that nobody reads.
    let (stdout, stderr) = std::thread::scope(|scope| {
        let stderr = scope.spawn(|| read(stderr));
        (read(stdout), stderr.join().unwrap_or_else(|_| Err(io::Error::other("reading failed"))))
    });
    let (stdout, stderr) = (stdout.map_err(broken)?, stderr.map_err(broken)?);
    let status = child.wait().map_err(broken)?;
    Ok(Output { status, stdout, stderr })
}

/// Reads a stream to its end. Closing one that is too long ends the program that writes it.
fn read(stream: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        stream.take(OUTPUT_MAX_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > OUTPUT_MAX_BYTES {
        return Err(io::Error::other(format!("printed more than {OUTPUT_MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

fn refused(reason: &str) -> Failure {
    let text = format!("Error when retrieving credentials from custom-process: {reason}");
    Failure::general(text.trim_end())
}
