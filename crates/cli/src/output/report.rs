//! Failures on standard error.

use super::{Colors, colors, json, sink, table, text, yaml};
use crate::document::{Document, Map};
use crate::failure::{Failure, ServiceError};
use crate::globals::{ColorChoice, ErrorFormat};
use crate::terminal;
use std::io;

const NO_REGION: &str = "You must specify a region. You can also configure your region by running \"aws configure\".";

const NO_CREDENTIALS: &str = "Unable to locate credentials. You can configure credentials by running \"aws login\".";

/// The program's name in messages: the reference's, under whatever name ours is called, since scripts look for it.
pub(crate) const NAME: &str = "aws";

/// Prints a failure to standard error; `program` is the name in it.
///
/// When standard error cannot be written to, there is nobody to tell.
pub(crate) fn report(program: &str, format: ErrorFormat, color: ColorChoice, failure: &Failure) {
    if *failure == Failure::Interrupted {
        let _told: Result<(), Failure> = sink::to_stdout("\n");
    }
    let Some(notice) = Notice::of(program, failure) else {
        return;
    };
    let colors = Colors::of(color);
    let text = notice.in_format(format, colors).unwrap_or_else(|| notice.line(program, format));
    sink::to_stderr(&text);
    if format == ErrorFormat::Table && notice.fields.is_some() {
        let _told: Result<(), Failure> = colors.reset();
    }
}

/// What there is to say about a failure.
#[derive(Default)]
struct Notice {
    /// What stands before the line.
    usage: String,
    /// The line for readers.
    sentence: String,
    /// The line for readers of the old format, where it is another one.
    old_sentence: Option<String>,
    /// Code and message, for the formats with structure. Without either there is no structure.
    fields: Option<Map>,
    /// What follows each part of the line.
    end: &'static str,
}

impl Notice {
    /// `None` when everything is said.
    fn of(program: &str, failure: &Failure) -> Option<Self> {
        Some(match failure {
            Failure::Usage(message) => Self::coded("ParamValidation", &format!("{message}\n\n{}", usage(program))),
            Failure::UnknownOptions(words) => {
                Self { usage: format!("\n{}\n", usage(program)), ..Self::plain(format!("Unknown options: {words}")) }
            }
            Failure::Validation(message) => Self::coded("ParamValidation", message),
            Failure::NoRegion => Self::coded("NoRegion", NO_REGION),
            Failure::NoCredentials => Self::coded("NoCredentials", NO_CREDENTIALS),
            Failure::Configuration(message) => Self::coded("Configuration", message),
            Failure::Pager(message) => Self::coded("Pager", message),
            Failure::Service(error) => Self::answered(error),
            Failure::General(message) => Self::plain(message.clone()),
            Failure::Colored(inner) => Self { end: colors::RESET, ..Self::of(program, inner)? },
            Failure::Interrupted | Failure::Silent(_) => return None,
        })
    }

    fn plain(sentence: String) -> Self {
        Self { sentence, ..Self::default() }
    }

    fn coded(code: &str, message: &str) -> Self {
        Self {
            fields: Some([("Code", code), ("Message", message)].into_iter().collect()),
            old_sentence: Some(message.to_owned()),
            ..Self::plain(format!("An error occurred ({code}): {message}"))
        }
    }

    fn answered(ServiceError { operation, code, message, retries_spent, fields }: &ServiceError) -> Self {
        let retries = retries_spent.map(|count| format!(" (reached max retries: {count})")).unwrap_or_default();
        Self {
            fields: Some(fields.clone()).filter(|fields| !fields.is_empty()),
            ..Self::plain(format!(
                "An error occurred ({code}) when calling the {operation} operation{retries}: {message}"
            ))
        }
    }

    fn line(&self, program: &str, format: ErrorFormat) -> String {
        let Self { usage, sentence, end, .. } = self;
        let old = self.old_sentence.as_ref().filter(|_| format == ErrorFormat::Legacy);
        let line = format!("{program}: [ERROR]: {}", old.unwrap_or(sentence));
        format!(
            "{usage}
{}{end}
{end}",
            line.trim_end()
        )
    }

    /// `None` when the line for readers is to be shown.
    fn in_format(&self, format: ErrorFormat, colors: Colors) -> Option<String> {
        let fields = Document::from(self.fields.clone()?);
        match format {
            ErrorFormat::Legacy | ErrorFormat::Enhanced => None,
            ErrorFormat::Json => Some(json(&fields)),
            ErrorFormat::Yaml => Some(yaml::dump(&fields)),
            ErrorFormat::Text => {
                let mut lines = String::new();
                text::write(&fields, &mut lines).ok()?;
                Some(lines)
            }
            ErrorFormat::Table => table::render("error", &fields, terminal::columns(io::stdout()), colors).ok(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const USAGE: &str = "usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\n\
        To see help text, you can run:\n\n  aws help\n  aws <command> help\n  aws <command> <subcommand> help\n";

    fn service(message: &str, retries_spent: Option<u32>, fields: &[(&str, Document)]) -> Failure {
        Failure::Service(Box::new(ServiceError {
            operation: "CopySnapshot".into(),
            code: "SnapshotNotFoundFault".into(),
            message: message.into(),
            retries_spent,
            fields: fields.iter().cloned().collect(),
        }))
    }

    #[test]
    fn the_old_format_tells_the_codes_of_services_alone() {
        assert_eq!(shown(ErrorFormat::Legacy, &Failure::validation("no")), "\naws: [ERROR]: no\n");
        assert_eq!(shown(ErrorFormat::Legacy, &Failure::general("no")), "\naws: [ERROR]: no\n");
        let failure = service("no", None, &[("Code", "SnapshotNotFoundFault".into())]);
        assert_eq!(shown(ErrorFormat::Legacy, &failure), shown(ErrorFormat::Enhanced, &failure));
    }

    fn shown(format: ErrorFormat, failure: &Failure) -> String {
        let notice = Notice::of("aws", failure).expect("there is something to say");
        notice.in_format(format, Colors::Plain).unwrap_or_else(|| notice.line("aws", format))
    }

    #[test]
    fn a_line_says_what_went_wrong() {
        let found = "when calling the CopySnapshot operation";
        let cases = [
            (
                Failure::Usage("the following arguments are required: operation".into()),
                format!(
                    "An error occurred (ParamValidation): the following arguments are required: operation\n\n{USAGE}"
                ),
            ),
            (Failure::validation("m"), "An error occurred (ParamValidation): m\n".into()),
            (Failure::NoRegion, format!("An error occurred (NoRegion): {NO_REGION}\n")),
            (Failure::NoCredentials, format!("An error occurred (NoCredentials): {NO_CREDENTIALS}\n")),
            (Failure::Configuration("m".into()), "An error occurred (Configuration): m\n".into()),
            (Failure::Pager("m".into()), "An error occurred (Pager): m\n".into()),
            (Failure::general("Unknown output type: "), "Unknown output type:\n".into()),
            (service(" x \n", None, &[]), format!("An error occurred (SnapshotNotFoundFault) {found}:  x\n")),
            (
                service("x", Some(0), &[]),
                format!("An error occurred (SnapshotNotFoundFault) {found} (reached max retries: 0): x\n"),
            ),
            (Failure::Colored(Box::new(Failure::general("m"))), "m\x1b[0m\n\x1b[0m".into()),
        ];
        for (failure, expected) in cases {
            assert_eq!(shown(ErrorFormat::Enhanced, &failure), format!("\naws: [ERROR]: {expected}"));
        }
    }

    #[test]
    fn unknown_options_follow_the_usage_in_every_format() {
        let failure = Failure::UnknownOptions("--bogus, x".to_owned());
        for format in [ErrorFormat::Enhanced, ErrorFormat::Json, ErrorFormat::Table] {
            assert_eq!(shown(format, &failure), format!("\n{USAGE}\n\naws: [ERROR]: Unknown options: --bogus, x\n"));
        }
    }

    #[test]
    fn a_failure_with_a_code_has_structure() {
        let (code, message) = (("Code", Document::from("SnapshotNotFoundFault")), ("Message", Document::from("nope")));
        let long = service("", None, &[code.clone(), ("Message", Document::from("é\nb"))]);
        let both = service("", None, &[code.clone(), message.clone()]);
        let cases = [
            (ErrorFormat::Json, &both, "{\n    \"Code\": \"SnapshotNotFoundFault\",\n    \"Message\": \"nope\"\n}\n"),
            (ErrorFormat::Yaml, &long, "Code: SnapshotNotFoundFault\nMessage: 'é\n\n  b'\n"),
            (ErrorFormat::Text, &long, "SnapshotNotFoundFault\té\nb\n"),
            (
                ErrorFormat::Table,
                &both,
                "--------------------------------------\n\
                 |                error               |\n\
                 +------------------------+-----------+\n\
                 |          Code          |  Message  |\n\
                 +------------------------+-----------+\n\
                 |  SnapshotNotFoundFault |  nope     |\n\
                 +------------------------+-----------+\n",
            ),
            (ErrorFormat::Text, &service("", None, std::slice::from_ref(&code)), "SnapshotNotFoundFault\n"),
            (
                ErrorFormat::Json,
                &service("", None, &[code, ("Message", Document::Null)]),
                "{\n    \"Code\": \"SnapshotNotFoundFault\",\n    \"Message\": null\n}\n",
            ),
            (ErrorFormat::Json, &Failure::general("m"), "\naws: [ERROR]: m\n"),
            (
                ErrorFormat::Yaml,
                &service("m", None, &[]),
                "\naws: [ERROR]: An error occurred (SnapshotNotFoundFault) when calling the CopySnapshot operation: m\n",
            ),
        ];
        for (format, failure, expected) in cases {
            assert_eq!(shown(format, failure), expected, "{format:?}");
        }
    }

    #[test]
    fn a_usage_is_part_of_the_message() {
        let text = shown(ErrorFormat::Text, &Failure::Usage("m".into()));
        assert_eq!(text, format!("ParamValidation\tm\n\n{USAGE}\n"));
    }

    #[test]
    fn nothing_is_said_twice() {
        assert!(Notice::of("aws", &Failure::Silent(1)).is_none());
        assert!(Notice::of("aws", &Failure::Interrupted).is_none());
    }
}
