//! What goes to the terminal: formats, colours, the pager, and failures.
//!
//! `print` shows an answer on standard output, `report` a failure on standard error. Each format is a
//! module of its own that turns a document into text; `sink` is where the text goes.

mod colors;
mod pager;
mod report;
mod sink;
mod table;
mod text;
mod yaml;

#[cfg(test)]
mod tests;

pub(crate) use colors::Colors;
pub(crate) use report::{NAME, report};
pub(crate) use sink::{Sink, to_stderr, to_stdout};

use crate::answer::Answer;
use crate::config::{Setting, Settings};
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::globals::{ErrorFormat, Format, Globals};
use crate::names;
use crate::python::{self, Maps};
use crate::session::Session;
use crate::terminal;

/// The format that the option, the environment or the profile names.
fn format(session: Session<'_>) -> Result<Format, Failure> {
    if let Some(format) = session.globals.output {
        return Ok(format);
    }
    let name = session.settings.get(Setting::Output)?.unwrap_or_default();
    names::find(&Format::NAMES, &name).ok_or_else(|| Failure::General(format!("Unknown output type: {name}")))
}

/// The format of a failure, as far as options and settings are known when it is found. A setting may be
/// in capitals; one that is no format is passed over. When the setting cannot be read, as with a profile that does
/// not exist, it is the old format.
pub(crate) fn error_format(globals: Option<&Globals>, settings: Option<&Settings>) -> ErrorFormat {
    if let Some(format) = globals.and_then(|globals| globals.error_format) {
        return format;
    }
    let Some(settings) = settings else { return ErrorFormat::Enhanced };
    let Ok(name) = settings.get(Setting::CliErrorFormat) else { return ErrorFormat::Legacy };
    let format = name.and_then(|name| names::find(&ErrorFormat::NAMES, &name.to_lowercase()));
    format.unwrap_or(ErrorFormat::Enhanced)
}

/// Prints the answer of `operation` to standard output, through the query, the format and the pager of the session.
///
/// # Errors
/// The format is unknown, the query does not fit, the table does not come out even, the pager is not there, or a
/// further page cannot be had. What stands before is printed.
pub(crate) fn print(session: Session<'_>, operation: &str, answer: &mut dyn Answer) -> Result<(), Failure> {
    let format = format(session)?;
    let mut sink = Sink::new(session)?;
    match format {
        Format::Json => sink.write(&json(&select(session, answer.whole()?)?)),
        Format::Yaml => sink.write(&yaml(&select(session, answer.whole()?)?)),
        Format::YamlStream => print_yaml_stream(session, sink, answer),
        Format::Text => print_text(session, sink, answer),
        Format::Table => print_table(session, sink, operation, answer),
        Format::Off => answer.whole().map(drop),
    }
}

/// What the query finds in `document`.
fn select(session: Session<'_>, document: Document) -> Result<Document, Failure> {
    match &session.globals.query {
        Some(query) => query.search(&document).map_err(Failure::General),
        None => Ok(document),
    }
}

fn json(document: &Document) -> String {
    if is_empty_map(document) { String::new() } else { python::json::pretty(document) + "\n" }
}

/// Collections as YAML; scalars on their own as JSON.
fn yaml(document: &Document) -> String {
    let is_collection = matches!(document, Document::List(_) | Document::Map(_));
    if is_collection && !is_empty_map(document) { yaml::dump(document) } else { json(document) }
}

/// Every page is an element of one list, printed as soon as it is there. An empty answer that does not come in
/// pages is not shown.
fn print_yaml_stream(session: Session<'_>, mut sink: Sink<'_>, answer: &mut dyn Answer) -> Result<(), Failure> {
    let comes_in_pages = answer.items_path().is_some();
    while let Some(page) = answer.next_page()? {
        let found = select(session, page)?;
        if comes_in_pages || !is_empty_map(&found) {
            sink.write(&yaml::dump(&vec![found].into()))?;
        }
    }
    Ok(())
}

/// Only the items of every page; the token to go on with is a page of its own.
fn print_text(session: Session<'_>, mut sink: Sink<'_>, answer: &mut dyn Answer) -> Result<(), Failure> {
    let mut print = |page: Document| {
        let mut lines = String::new();
        let fits = text::write(&select(session, page)?, &mut lines);
        sink.write(&lines).and(fits)
    };
    while let Some(page) = answer.next_page()? {
        print(match answer.items_path() {
            Some(path) => only(path, &page),
            None => page,
        })?;
    }
    match answer.resume_token() {
        Some(token) => print(within("NextToken", within("NextToken", token.into()))),
        None => Ok(()),
    }
}

/// What stands at `path` in `page`, and nothing else.
fn only(path: &str, page: &Document) -> Document {
    let keys: Vec<&str> = path.split('.').collect();
    let found = keys.iter().try_fold(page, |place, key| {
        let Document::Map(map) = place else { return None };
        map.get(key)
    });
    keys.iter().rev().fold(found.cloned().unwrap_or(Document::Null), |inner, key| within(key, inner))
}

fn within(key: &str, value: Document) -> Document {
    [(key, value)].into_iter().collect::<Map>().into()
}

fn print_table(
    session: Session<'_>,
    mut sink: Sink<'_>,
    operation: &str,
    answer: &mut dyn Answer,
) -> Result<(), Failure> {
    let plain = Colors::of(session.globals.color);
    let colors = if sink.is_paged() { plain } else { plain.with_resets() };
    let printed = answer
        .whole()
        .and_then(|document| select(session, document))
        .and_then(|found| table::render(operation, &found, terminal::columns(std::io::stdout()), colors))
        .and_then(|text| sink.write(&text));
    drop(sink);
    plain.reset()?;
    printed.map_err(|failure| if plain == Colors::Plain { failure } else { Failure::Colored(Box::new(failure)) })
}

fn is_empty_map(document: &Document) -> bool {
    matches!(document, Document::Map(map) if map.is_empty())
}

/// What Python says when `document` is not what the reference takes it for.
fn misfit(document: &Document, complaint: &str) -> Failure {
    Failure::General(format!("'{}' {complaint}", python::type_word(document, Maps::Dict)))
}

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing {
    //! What this module offers to the programs that feed readers with anything.

    use crate::document::Document;

    pub(crate) fn yaml(document: &Document) -> String {
        super::yaml::dump(document)
    }
}
