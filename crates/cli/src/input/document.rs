//! `--cli-input-json` and `--cli-input-yaml`: all parameters in one document.

use super::files::{Content, Files};
use super::{unreadable, yaml};
use crate::arguments::CliInput;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::{self, Maps, json};
use crate::session::Session;

/// What a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Json,
    Yaml,
}

/// Adds what `given` says, as a document or as the name of a file with one, to the parameters that
/// options have not set.
///
/// # Errors
/// A file that cannot be read, text that is not of the language, a document that is no map.
pub(crate) fn complete(parameters: &mut Map, session: Session<'_>, given: &CliInput) -> Result<(), Failure> {
    let (language, option, value) = match given {
        CliInput::Json(value) => (Language::Json, "--cli-input-json", value),
        CliInput::Yaml(value) => (Language::Yaml, "--cli-input-yaml", value),
    };
    let content = match Files::new(session.surroundings).content(value) {
        Some(content) => content.map_err(|problem| unreadable(option, problem))?,
        None => Content::Text(value.clone()),
    };
    let text = match content {
        Content::Bytes(bytes) => decoded(language, bytes)?,
        Content::Text(text) => text,
    };
    let document = read(language, &text)?;
    let Document::Map(map) = document else {
        let kind = python::type_name(&document, Maps::Dict);
        return Err(unreadable(option, format!("Invalid type: expecting map, received {kind}")));
    };
    for (name, value) in map.iter() {
        if parameters.get(name).is_none() {
            parameters.insert(name, value.clone());
        }
    }
    Ok(())
}

/// Reads one document.
///
/// # Errors
/// Text that is not of the language; where lists and maps lie too deep, a failure of its own.
pub(super) fn read(language: Language, text: &str) -> Result<Document, Failure> {
    match language {
        Language::Json => json::parse(text).map_err(|error| {
            if error.is_invalid_json() { invalid(language) } else { Failure::general(error.to_string()) }
        }),
        Language::Yaml => yaml::parse(text).map_err(|error| match error {
            yaml::YamlError::Invalid => invalid(language),
            yaml::YamlError::Value(_) | yaml::YamlError::TooDeep => Failure::general(error.to_string()),
        }),
    }
}

/// Errors of the text itself name the option without its dashes.
fn invalid(language: Language) -> Failure {
    match language {
        Language::Json => unreadable("cli-input-json", "Invalid JSON received."),
        Language::Yaml => unreadable("cli-input-yaml", "Invalid YAML received."),
    }
}

/// The text of a file's bytes, without a byte-order mark. In a text file the mark stays.
fn decoded(language: Language, bytes: Vec<u8>) -> Result<String, Failure> {
    let text = String::from_utf8(bytes).map_err(|_| invalid(language))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}
