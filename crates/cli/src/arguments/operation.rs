//! The options of one operation, from its description.

use super::paging::{self, Paging};
use super::parser::{Argument, Parsed, Parser, Takes};
use super::{Given, globals};
use crate::failure::Failure;
use crate::names::{self, kebab};
use crate::waiters;
use valkeep_api::{Member, OperationModel, Service, Shape};

const CLI_INPUT_JSON: &str = "--cli-input-json";
const CLI_INPUT_YAML: &str = "--cli-input-yaml";
const SKELETON: &str = "--generate-cli-skeleton";
/// Our own: wait until the work that the operation begins is done.
const WAIT: &str = "--wait";

const SKELETONS: [(&str, Skeleton); 3] =
    [("input", Skeleton::Input), ("output", Skeleton::Output), ("yaml-input", Skeleton::YamlInput)];

/// One operation with everything that was given for it.
#[derive(Clone, Debug)]
pub(crate) struct OperationCall {
    pub service: &'static Service,
    pub operation: &'static OperationModel,
    /// What was given for the operation's members, in the order of the model.
    pub given: Vec<(&'static Member, Given)>,
    pub skeleton: Option<Skeleton>,
    pub paging: Paging,
    /// Whether to wait for the end of the work.
    pub wait: bool,
    cli_inputs: Vec<CliInput>,
}

/// Parameters as one document, as they were written on the command line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CliInput {
    Json(String),
    Yaml(String),
}

/// The values of `--generate-cli-skeleton`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skeleton {
    Input,
    YamlInput,
    Output,
}

impl OperationCall {
    /// The parameters given as one document.
    ///
    /// Fails when there are two. The reference finds this after it has read all other parameters.
    pub(crate) fn cli_input(&self) -> Result<Option<&CliInput>, Failure> {
        match self.cli_inputs.as_slice() {
            [] => Ok(None),
            [input] => Ok(Some(input)),
            _ => Err(Failure::validation("Only one --cli-input- parameter may be specified.")),
        }
    }

    /// Reads the words after the operation's name; `None` when they ask for help.
    ///
    /// `paginate` is false with `--no-paginate`.
    pub(crate) fn parse(
        service: &'static Service,
        operation: &'static OperationModel,
        words: &[String],
        paginate: bool,
    ) -> Result<Option<Self>, Failure> {
        // Alone, the word needs no required option beside it.
        if words == ["help"] {
            return Ok(None);
        }
        let arguments = arguments(operation, requires(words));
        let mut parsed = Parser::new(arguments.clone()).parse_known(words)?;
        match parsed.word("help") {
            Some("help") => return Ok(None),
            // The reference takes an empty word for none.
            Some("") | None => {}
            Some(word) => parsed.rest.push(word.to_owned()),
        }
        if !parsed.rest.is_empty() {
            return Err(Failure::UnknownOptions(globals::unknown_options(&parsed.rest, &arguments)));
        }
        let paginator = operation.paginator.as_ref();
        let paging = paginator.map(|paginator| Paging::read(paginator, &parsed, paginate)).transpose()?;
        Ok(Some(Self {
            service,
            operation,
            given: given(operation, &parsed),
            skeleton: parsed
                .word(SKELETON)
                .or(parsed.has(SKELETON).then_some("input"))
                .and_then(|word| names::find(&SKELETONS, word)),
            paging: paging.unwrap_or_default(),
            wait: parsed.has(WAIT),
            cli_inputs: cli_inputs(&parsed),
        }))
    }
}

/// Whether the words ask for the required options. A document or a skeleton frees them, but only where its option is
/// written in full and as a word of its own.
fn requires(words: &[String]) -> bool {
    let place = |name: &str| words.iter().position(|word| word == name);
    let skeleton_of_input = place(SKELETON).is_some_and(|at| words.get(at + 1).is_none_or(|value| value != "output"));
    !skeleton_of_input && place(CLI_INPUT_JSON).is_none() && place(CLI_INPUT_YAML).is_none()
}

fn arguments(operation: &'static OperationModel, required: bool) -> Vec<Argument<'static>> {
    let mut arguments: Vec<Argument<'_>> =
        operation.input.members.iter().flat_map(|member| options(member, required)).collect();
    arguments.extend([CLI_INPUT_JSON, CLI_INPUT_YAML].map(|name| Argument::option(name, Takes::One)));
    if operation.paginator.is_some() {
        arguments.extend(paging::arguments());
    }
    arguments.push(Argument::option(SKELETON, Takes::AtMostOne).one_of(SKELETONS.map(|(name, _)| name)));
    if waiters::has_work(operation) {
        arguments.push(Argument::option(WAIT, Takes::Nothing).only_in_full());
    }
    arguments.push(Argument::optional_place("help"));
    arguments
}

/// The option of a member; a boolean has two.
fn options(member: &'static Member, required: bool) -> Vec<Argument<'static>> {
    let name = kebab(member.name);
    let takes = match member.shape {
        Shape::Boolean => {
            return ["--", "--no-"].map(|dashes| Argument::option(format!("{dashes}{name}"), Takes::Nothing)).into();
        }
        Shape::List(_) => Takes::Many,
        Shape::Structure(_) | Shape::String(_) | Shape::Integer | Shape::Double | Shape::Timestamp => Takes::One,
    };
    vec![Argument::option(format!("--{name}"), takes).required(required && member.required)]
}

fn given(operation: &'static OperationModel, parsed: &Parsed) -> Vec<(&'static Member, Given)> {
    let members = operation.input.members.iter();
    members.filter_map(|member| Some((member, value(member, parsed)?))).collect()
}

fn value(member: &'static Member, parsed: &Parsed) -> Option<Given> {
    let name = kebab(member.name);
    let (yes, no) = (format!("--{name}"), format!("--no-{name}"));
    match member.shape {
        Shape::Boolean => {
            let last = parsed.taken.iter().rev().find(|taken| taken.name == yes || taken.name == no)?;
            Some(Given::Flag(last.name == yes))
        }
        Shape::List(_) => parsed.words(&yes).map(|words| Given::Words(words.to_vec())),
        Shape::Structure(_) | Shape::String(_) | Shape::Integer | Shape::Double | Shape::Timestamp => {
            parsed.word(&yes).map(|word| Given::Word(word.to_owned()))
        }
    }
}

fn cli_inputs(parsed: &Parsed) -> Vec<CliInput> {
    let json = parsed.word(CLI_INPUT_JSON).map(|word| CliInput::Json(word.to_owned()));
    let yaml = parsed.word(CLI_INPUT_YAML).map(|word| CliInput::Yaml(word.to_owned()));
    json.into_iter().chain(yaml).collect()
}
