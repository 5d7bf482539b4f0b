//! Words that name a file stand for what is in it.

use crate::config;
use crate::document::Document;
use crate::failure::Failure;
use crate::python::{self, Maps};
use crate::session::Session;

/// The text that `word` says for `argument`: its own, or that of the file behind `file://`.
///
/// # Errors
/// The file cannot be read or is not UTF-8; or its bytes are asked for with `fileb://`, where texts are needed.
pub(crate) fn text(session: Session<'_>, argument: &str, word: &str) -> Result<String, Failure> {
    let wrong = |why: String| Failure::Validation(format!("Error parsing parameter '{argument}': {why}"));
    let Some((kind @ ("file" | "fileb"), name)) = word.split_once("://") else { return Ok(word.to_owned()) };
    let path = config::expand(session.surroundings, name);
    let bytes = config::read_bytes(&path).map_err(|error| {
        wrong(format!("Unable to load paramfile {word}: {}", config::system_message(&error, &path)))
    })?;
    if kind == "fileb" {
        let value = python::repr(&Document::Bytes(bytes), Maps::Dict);
        return Err(Failure::Validation(format!(
            "Parameter validation failed:\nInvalid type for parameter input, value: {value}, \
             type: <class 'bytes'>, valid types: <class 'str'>"
        )));
    }
    String::from_utf8(bytes).map_err(|_| {
        wrong(format!(
            "Unable to load paramfile ({}), text contents could not be decoded.  If this is a binary file, please \
             use the fileb:// prefix instead of the file:// prefix.",
            path.display()
        ))
    })
}
