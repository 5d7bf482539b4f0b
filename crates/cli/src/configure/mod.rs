//! `configure`, its subcommands, and the writing of both files.
//!
//! `edit` changes the text of a file, `files` replaces the file by it; each subcommand has a module of its own.

mod ask;
mod chain;
mod edit;
mod export;
mod files;
mod get;
mod import;
mod list;
mod set;

use crate::arguments::parser::{Argument, Parsed, Parser, Takes};
use crate::arguments::unknown_options;
use crate::document::Document;
use crate::failure::Failure;
use crate::input::{Content, Files, unreadable};
use crate::python::{self, Maps};
use crate::session::Session;
use std::io::Write;

/// The subcommands, in the order in which the reference lists them.
const SUBCOMMANDS: [&str; 10] = [
    "list",
    "get",
    "set",
    "add-model",
    "import",
    "list-profiles",
    "sso",
    "sso-session",
    "mfa-login",
    "export-credentials",
];

/// Where a name is looked for or set.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Profile,
    SsoSession(String),
    Services(String),
}

/// Runs `configure` with the words behind it, of which the global options are taken away.
pub(crate) fn run(session: Session<'_>, words: &[String]) -> Result<u8, Failure> {
    let subcommand = Argument::optional_place("subcommand").one_of(SUBCOMMANDS);
    let Some((first, rest)) = words.split_first().filter(|(first, _)| !first.starts_with('-')) else {
        parse(vec![subcommand], words)?;
        return ask::run(session, std::io::stdin().lock());
    };
    parse(vec![subcommand], std::slice::from_ref(first))?;
    match first.as_str() {
        "list" => parse(Vec::new(), rest).and_then(|_| list::run(session)),
        "list-profiles" => parse(Vec::new(), rest).and_then(|_| list_profiles(session)),
        "get" => {
            let given = parse(with_place(vec![Argument::place("varname")]), rest)?;
            let (name, place) = (text(session, &given, "varname")?, place(session, &given)?);
            get::run(session.settings, &name, &place)
        }
        "set" => {
            let given = parse(with_place(vec![Argument::place("varname"), Argument::place("value")]), rest)?;
            let (name, value) = (text(session, &given, "varname")?, text(session, &given, "value")?);
            set::run(session, &name, &value, &place(session, &given)?)
        }
        "export-credentials" => {
            let format = Argument::option("--format", Takes::One).one_of(export::FORMATS);
            let given = parse(vec![format], rest)?;
            export::run(session, given.word("--format").unwrap_or(export::FORMATS[0]))
        }
        "import" => {
            let csv = Argument::option("--csv", Takes::One).required(true);
            let flag = Argument::option("--skip-invalid", Takes::Nothing);
            let given = parse(vec![csv, flag, Argument::option("--profile-prefix", Takes::One)], rest)?;
            let (csv, prefix) = (text(session, &given, "--csv")?, text(session, &given, "--profile-prefix")?);
            import::run(session, &csv, &prefix, given.has("--skip-invalid"))
        }
        other => Err(Failure::general(format!(
            "configure {other} is not supported: only the configuration files are managed here"
        ))),
    }
}

/// Prints the names of all profiles, those of the configuration file first.
fn list_profiles(session: Session<'_>) -> Result<u8, Failure> {
    session.settings.profiles().names().try_for_each(|name| say(&format!("{name}\n")))?;
    Ok(0)
}

fn with_place(mut arguments: Vec<Argument<'static>>) -> Vec<Argument<'static>> {
    arguments.extend(["--sso-session", "--services"].map(|name| Argument::option(name, Takes::One)));
    arguments
}

fn place(session: Session<'_>, given: &Parsed) -> Result<Place, Failure> {
    match (given.word("--sso-session"), given.word("--services")) {
        (Some(_), Some(_)) => Err(Failure::validation(
            "The key \"services\" cannot be specified when one of the following keys are also specified: sso_session",
        )),
        (Some(_), None) => text(session, given, "--sso-session").map(Place::SsoSession),
        (None, Some(_)) => text(session, given, "--services").map(Place::Services),
        (None, None) => Ok(Place::Profile),
    }
}

fn parse(arguments: Vec<Argument<'_>>, words: &[String]) -> Result<Parsed, Failure> {
    let parsed = Parser::new(arguments.clone()).parse_known(words)?;
    match parsed.rest.as_slice() {
        [] => Ok(parsed),
        rest => Err(Failure::validation(format!("Unknown options: {}", unknown_options(rest, &arguments)))),
    }
}

/// The text that was given for an argument, or that of the file that it names; nothing is as good as an empty text.
///
/// # Errors
/// The file cannot be read or is not UTF-8; or its bytes are asked for with `fileb://`, where texts are needed.
fn text(session: Session<'_>, given: &Parsed, argument: &str) -> Result<String, Failure> {
    let word = given.word(argument).unwrap_or_default();
    match Files::new(session.surroundings).content(word) {
        None => Ok(word.to_owned()),
        Some(Ok(Content::Text(text))) => Ok(text),
        Some(Ok(Content::Bytes(bytes))) => {
            let value = python::repr(&Document::Bytes(bytes), Maps::Dict);
            Err(Failure::Validation(format!(
                "Parameter validation failed:\nInvalid type for parameter input, value: {value}, \
                 type: <class 'bytes'>, valid types: <class 'str'>"
            )))
        }
        Some(Err(problem)) => Err(unreadable(argument, problem)),
    }
}

/// Whether a name is taken for the section `[plugins]`. The reference asks whether it is a part of
/// that word, so that a profile called `in` or `s` is written to a section without `profile`.
fn is_plugins(name: &str) -> bool {
    "plugins".contains(name)
}

/// A secret with all but its last four characters hidden.
fn masked(secret: &str) -> String {
    let start = secret.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    format!("****************{}", &secret[start..])
}

/// Prints at once, so that what is printed stands before a failure or a prompt.
fn say(text: &str) -> Result<(), Failure> {
    let mut output = std::io::stdout();
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    written.map_err(|error| Failure::general(error.to_string()))
}

#[cfg(test)]
mod tests;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing {
    //! What this module offers to the programs that feed readers with anything.

    use super::edit::{self, Edit};

    /// `text` with `region` set to `value`, where that may be.
    pub(crate) fn set(text: &str, header: &str, value: &str) -> Option<String> {
        let edits = vec![Edit::set("region", value)];
        edit::check(header, &edits).ok()?;
        edit::apply(text, header, edits).ok()
    }
}
