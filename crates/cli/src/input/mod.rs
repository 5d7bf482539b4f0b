//! The parameters of a call: from what was given to what the service takes.
//!
//! Owns the ways in which values are written (shorthand, JSON, YAML, files), their check against the
//! model, and the skeletons that show how to write them. Leaves to others which options there are
//! and which of them are required.

mod document;
mod files;
mod option;
mod shorthand;
pub(crate) mod skeleton;
mod timestamp;
mod validate;
mod yaml;

#[cfg(test)]
mod tests;

pub(crate) use document::complete;
pub(crate) use files::{Content, Files};
pub(crate) use validate::validate;

use crate::arguments::Given;
use crate::document::Map;
use crate::failure::Failure;
use crate::session::Session;
use valkeep_api::{Member, OperationModel};

/// Deepest nesting of lists and maps in shorthand and YAML: where the reference's own readers give up.
const DEPTH_MAX: usize = 490;

/// The parameters that the options say, unchecked: shorthand, JSON and files are read.
///
/// They are read and listed in the order of the model, whatever the order of the words.
///
/// # Errors
/// A value that cannot be read in any of the ways that its type allows, or a file that cannot.
pub(crate) fn parameters(
    session: Session<'_>,
    operation: &'static OperationModel,
    given: &[(&'static Member, Given)],
) -> Result<Map, Failure> {
    let files = Files::new(session.surroundings);
    let mut parameters = Map::new();
    for member in operation.input.members {
        let last = given.iter().rev().find(|(known, _)| known.name == member.name);
        if let Some((_, given)) = last {
            parameters.insert(member.name, option::value(member, given, files)?);
        }
    }
    Ok(parameters)
}

/// A parameter that cannot be read, as the reference words it.
pub(crate) fn unreadable(parameter: &str, problem: impl std::fmt::Display) -> Failure {
    Failure::validation(format!("Error parsing parameter '{parameter}': {problem}"))
}

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing {
    //! What this module offers to the programs that feed readers with anything.

    use super::{Files, shorthand as words, yaml as documents};
    use crate::Surroundings;
    use crate::document::{Document, Map};

    pub(crate) fn shorthand(text: &str, surroundings: &Surroundings) -> Option<Map> {
        words::parse(text, Files::new(surroundings)).ok()
    }

    pub(crate) fn yaml(text: &str) -> Option<Document> {
        documents::parse(text).ok()
    }
}
