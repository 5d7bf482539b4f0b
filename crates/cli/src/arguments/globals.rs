//! Reading the global options, which may stand anywhere on a command line.

use super::parser::{Argument, Parsed, Parser, Taken, Takes};
use super::suggestions;
use crate::config::Settings;
use crate::failure::Failure;
use crate::globals::{ColorChoice, ErrorFormat, Format, Globals};
use crate::jmespath::Expression;
use crate::names;
use crate::python;
use num_bigint::{BigInt, Sign};

/// Checked and then of no effect: no parameter of the services here is a blob.
const BINARY_FORMATS: [&str; 2] = ["base64", "raw-in-base64-out"];

/// The arguments of the global options, in the reference's order.
pub(super) fn arguments() -> Vec<Argument<'static>> {
    let flag = |name| Argument::option(name, Takes::Nothing);
    let value = |name| Argument::option(name, Takes::One);
    vec![
        flag("--debug"),
        value("--endpoint-url"),
        flag("--no-verify-ssl"),
        flag("--no-paginate"),
        value("--output").one_of(Format::NAMES.map(|(name, _)| name)),
        value("--query"),
        value("--profile"),
        value("--region"),
        Argument::option("--version", Takes::End),
        value("--color").one_of(ColorChoice::NAMES.map(|(name, _)| name)),
        flag("--no-sign-request"),
        value("--ca-bundle"),
        value("--cli-read-timeout"),
        value("--cli-connect-timeout"),
        value("--cli-binary-format").one_of(BINARY_FORMATS),
        flag("--no-cli-pager"),
        flag("--cli-auto-prompt"),
        flag("--no-cli-auto-prompt"),
        value("--cli-error-format").one_of(ErrorFormat::NAMES.map(|(name, _)| name)),
    ]
}

/// What is said about words that neither `arguments` nor a global option takes.
pub(crate) fn unknown_options(words: &[String], arguments: &[Argument<'_>]) -> String {
    let globals = self::arguments();
    suggestions::unknown_options(words, arguments.iter().chain(&globals).filter_map(Argument::suggested))
}

/// Looks at the two options that the reference needs before it knows any other. It does so before it decides whether
/// to prompt for the command, and has a usage text of their own for them.
pub(crate) fn check_first(words: &[String]) -> Result<(), Failure> {
    let options = vec![Argument::option("--profile", Takes::One), Argument::option("--debug", Takes::Nothing)];
    match Parser::new(options).parse_known(words) {
        Err(Failure::Usage(message)) => {
            Err(Failure::validation(format!("{message}\n\nusage: aws [--profile PROFILE] [--debug]\n")))
        }
        Err(failure) => Err(failure),
        Ok(_) => Ok(()),
    }
}

/// Whether the words ask for the lines of `--debug`.
pub(super) fn debug(parsed: &Parsed) -> bool {
    parsed.has("--debug")
}

/// The error format that the words ask for.
pub(super) fn error_format(parsed: &Parsed) -> Option<ErrorFormat> {
    parsed.word("--cli-error-format").and_then(|word| names::find(&ErrorFormat::NAMES, word))
}

/// Reads the values, in the order in which the reference finds them wrong.
pub(super) fn read(parsed: &Parsed) -> Result<Globals, Failure> {
    let text = |name| parsed.word(name).map(str::to_owned);
    Ok(Globals {
        query: parsed.word("--query").map(expression).transpose()?,
        endpoint_url: parsed.word("--endpoint-url").map(endpoint).transpose()?,
        read_timeout_s: seconds(parsed, "--cli-read-timeout")?,
        connect_timeout_s: seconds(parsed, "--cli-connect-timeout")?,
        debug: debug(parsed),
        verify_ssl: !parsed.has("--no-verify-ssl"),
        paginate: !parsed.has("--no-paginate"),
        output: parsed.word("--output").and_then(|word| names::find(&Format::NAMES, word)),
        profile: text("--profile").filter(|name| !name.is_empty()),
        region: text("--region"),
        color: parsed.word("--color").and_then(|word| names::find(&ColorChoice::NAMES, word)).unwrap_or_default(),
        sign_request: !parsed.has("--no-sign-request"),
        ca_bundle: text("--ca-bundle"),
        pager: !parsed.has("--no-cli-pager"),
        error_format: error_format(parsed),
    })
}

/// The setting of the same name is looked at where the option was not given.
pub(super) fn check_binary_format(parsed: &Parsed, settings: &Settings) -> Result<(), Failure> {
    if parsed.has("--cli-binary-format") { Ok(()) } else { settings.check_binary_format(&BINARY_FORMATS) }
}

/// Whether the option was given with something else than its default.
pub(super) fn differs_from_default(taken: &Taken) -> bool {
    !(taken.name == "--color" && taken.words == ["auto"])
}

fn expression(word: &str) -> Result<Expression, Failure> {
    Expression::parse(word).map_err(|error| Failure::validation(format!("Bad value for --query {word}: {error}")))
}

fn endpoint(word: &str) -> Result<String, Failure> {
    let (scheme, rest) = split_scheme(word);
    let host = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.contains('[') != host.contains(']') {
        return Err(Failure::general("Invalid IPv6 URL"));
    }
    if scheme.is_some() {
        return Ok(word.to_owned());
    }
    Err(Failure::validation(format!(
        "Bad value for --endpoint-url \"{word}\": scheme is missing.  \
         Must be of the form http://<hostname>/ or https://<hostname>/"
    )))
}

/// The scheme of a URL as Python's `urlsplit` sees it, and what follows: a letter, then letters, digits, `+`, `-`, `.`
/// up to a colon. Blanks before it do not count.
fn split_scheme(url: &str) -> (Option<&str>, &str) {
    let url = url.trim_start_matches(|c: char| c <= ' ');
    let fits = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    match url.split_once(':') {
        Some((scheme, rest)) if fits(scheme) => (Some(scheme), rest),
        _ => (None, url),
    }
}

/// A time in seconds; `None` when the option was not given.
fn seconds(parsed: &Parsed, option: &str) -> Result<Option<i64>, Failure> {
    let Some(word) = parsed.word(option) else { return Ok(None) };
    let number = python::int(word).map_err(|error| Failure::general(error.to_string()))?;
    Ok(Some(nearest(number)))
}

/// The number, or the nearest one of 64 bits.
pub(super) fn nearest(number: BigInt) -> i64 {
    let end = if number.sign() == Sign::Minus { i64::MIN } else { i64::MAX };
    i64::try_from(number).unwrap_or(end)
}
