//! Failures on standard error.

use super::{Color, ErrorFormat, Ink, json, table, terminal, text, yaml};
use crate::document::{Document, Map};
use crate::failure::{Failure, ServiceError};
use std::io::{self, Write as _};

const NO_REGION: &str = "You must specify a region. You can also configure your region by running \"aws configure\".";

const NO_CREDENTIALS: &str = "Unable to locate credentials. You can configure credentials by running \"aws login\".";

/// Prints a failure to standard error; `program` is the name that the user called.
///
/// A standard error that cannot be written to leaves nobody to tell.
pub fn report(program: &str, format: ErrorFormat, color: Color, failure: &Failure) {
    let ink = Ink::of(color);
    let text = match failure {
        Failure::Interrupted => {
            let _told: Result<(), Failure> = super::sink::to_stdout("\n");
            return;
        }
        Failure::Silent(_) => return,
        _ => render(program, format, ink, failure),
    };
    let _told: io::Result<()> = io::stderr().lock().write_all(text.as_bytes());
    if format == ErrorFormat::Table && structured(program, failure).is_some() {
        let _told: Result<(), Failure> = ink.wash();
    }
}

fn render(program: &str, format: ErrorFormat, ink: Ink, failure: &Failure) -> String {
    let shown = structured(program, failure).and_then(|fields| in_format(format, ink, &fields.into()));
    shown.unwrap_or_else(|| match failure {
        Failure::Colored(inner) => line(program, inner, super::ink::RESET),
        _ => line(program, failure, ""),
    })
}

/// The line for readers, with `end` behind each of its parts.
fn line(program: &str, failure: &Failure, end: &str) -> String {
    let usage = match failure {
        Failure::UnknownOptions(_) => format!("\n{}\n", usage(program)),
        _ => String::new(),
    };
    format!("{usage}\n{program}: [ERROR]: {}{end}\n{end}", sentence(program, failure).trim_end())
}

fn sentence(program: &str, failure: &Failure) -> String {
    match failure {
        Failure::UnknownOptions(words) => format!("Unknown options: {}", words.join(", ")),
        Failure::General(message) => message.clone(),
        Failure::Service(error) => service_sentence(error),
        Failure::Colored(inner) => sentence(program, inner),
        Failure::Interrupted | Failure::Silent(_) => String::new(),
        Failure::Usage(_)
        | Failure::Validation(_)
        | Failure::NoRegion
        | Failure::NoCredentials
        | Failure::Configuration(_)
        | Failure::Pager(_) => coded(program, failure)
            .map(|(code, message)| format!("An error occurred ({code}): {message}"))
            .unwrap_or_default(),
    }
}

fn service_sentence(ServiceError { operation, code, message, retries_spent, .. }: &ServiceError) -> String {
    let retries = retries_spent.map(|count| format!(" (reached max retries: {count})")).unwrap_or_default();
    format!("An error occurred ({code}) when calling the {operation} operation{retries}: {message}")
}

/// Code and message of a failure that the client itself has a code for.
fn coded(program: &str, failure: &Failure) -> Option<(&'static str, String)> {
    Some(match failure {
        Failure::Usage(message) => ("ParamValidation", format!("{message}\n\n{}", usage(program))),
        Failure::Validation(message) => ("ParamValidation", message.clone()),
        Failure::NoRegion => ("NoRegion", NO_REGION.to_owned()),
        Failure::NoCredentials => ("NoCredentials", NO_CREDENTIALS.to_owned()),
        Failure::Configuration(message) => ("Configuration", message.clone()),
        Failure::Pager(message) => ("Pager", message.clone()),
        Failure::UnknownOptions(_)
        | Failure::Service(_)
        | Failure::General(_)
        | Failure::Colored(_)
        | Failure::Interrupted
        | Failure::Silent(_) => return None,
    })
}

/// What the formats with structure show; failures without a code have no structure.
fn structured(program: &str, failure: &Failure) -> Option<Map> {
    match failure {
        Failure::Service(error) => Some(error.fields.clone()),
        Failure::Colored(inner) => structured(program, inner),
        _ => {
            let (code, message) = coded(program, failure)?;
            Some([("Code", code.to_owned()), ("Message", message)].into_iter().collect())
        }
    }
}

/// `None` for the formats that show the line for readers.
fn in_format(format: ErrorFormat, ink: Ink, fields: &Document) -> Option<String> {
    match format {
        ErrorFormat::Legacy | ErrorFormat::Enhanced => None,
        ErrorFormat::Json => Some(json(fields)),
        ErrorFormat::Yaml => Some(yaml::dump(fields)),
        ErrorFormat::Text => {
            let mut lines = String::new();
            text::write(fields, &mut lines).ok()?;
            Some(lines)
        }
        ErrorFormat::Table => table::render("error", fields, terminal::columns(), ink).ok(),
    }
}

fn usage(program: &str) -> String {
    format!(
        "usage: {program} [options] <command> <subcommand> [<subcommand> ...] [parameters]\n\
         To see help text, you can run:\n\n  \
         {program} help\n  \
         {program} <command> help\n  \
         {program} <command> <subcommand> help\n"
    )
}
