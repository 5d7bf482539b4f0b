//! The options of one operation, from its description.

use super::parser::{Argument, Parsed, Parser, Takes};
use super::{Given, globals};
use crate::failure::Failure;
use crate::names::{self, kebab};
use crate::python;
use crate::waiters;
use valkeep_api::{Member, OperationModel, Service, Shape};

const CLI_INPUT_JSON: &str = "--cli-input-json";
const CLI_INPUT_YAML: &str = "--cli-input-yaml";
const SKELETON: &str = "--generate-cli-skeleton";
const STARTING_TOKEN: &str = "--starting-token";
const PAGE_SIZE: &str = "--page-size";
const MAX_ITEMS: &str = "--max-items";
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

/// The paging options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paging {
    /// `--max-items`: most items of all pages together. A negative number leaves items out at the end, as in Python.
    /// Numbers beyond 64 bits are the nearest one within.
    pub(crate) max_items: Option<i64>,
    /// `--page-size`: most items of one answer of the service, the nearest number of 64 bits.
    pub(crate) page_size: Option<i64>,
    /// `--starting-token`
    pub(crate) starting_token: Option<String>,
}

impl Paging {
    /// What the reference says on standard error once all parameters are read.
    pub(crate) fn warning(&self) -> Option<&'static str> {
        let doubtful = self.max_items.is_some_and(|items| items <= 0);
        doubtful.then_some("warning: Non-positive values for --max-items may result in undefined behavior.")
    }
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
            Some(word) => parsed.rest.push(word.to_owned()),
            None => {}
        }
        if !parsed.rest.is_empty() {
            return Err(Failure::UnknownOptions(globals::unknown_options(&parsed.rest, &arguments)));
        }
        if operation.paginator.is_some() {
            check_paging(operation, &parsed, paginate)?;
        }
        Ok(Some(Self {
            service,
            operation,
            given: given(operation, &parsed),
            skeleton: parsed
                .word(SKELETON)
                .or(parsed.has(SKELETON).then_some("input"))
                .and_then(|word| names::find(&SKELETONS, word)),
            paging: paging(&parsed),
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
        arguments.push(Argument::option(STARTING_TOKEN, Takes::One));
        arguments.extend([PAGE_SIZE, MAX_ITEMS].map(|name| Argument::option(name, Takes::One).integer()));
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

/// Paging options need paging. It is off with `--no-paginate`, and with an option that pages by hand.
fn check_paging(operation: &OperationModel, parsed: &Parsed, paginate: bool) -> Result<(), Failure> {
    let by_hand = operation.paginator.iter().flat_map(|pages| [pages.input_token, pages.limit_key]);
    let paginate = paginate && !by_hand.into_iter().any(|name| parsed.has(&format!("--{}", kebab(name))));
    let given: Vec<&str> =
        [STARTING_TOKEN, PAGE_SIZE, MAX_ITEMS].into_iter().filter(|option| parsed.has(option)).collect();
    if paginate || given.is_empty() {
        return Ok(());
    }
    let given = given.join(", ");
    Err(Failure::validation(format!("Cannot specify --no-paginate along with pagination arguments: {given}")))
}

fn paging(parsed: &Parsed) -> Paging {
    Paging {
        starting_token: parsed.word(STARTING_TOKEN).map(str::to_owned),
        page_size: parsed.word(PAGE_SIZE).and_then(items),
        max_items: parsed.word(MAX_ITEMS).and_then(items),
    }
}

fn items(word: &str) -> Option<i64> {
    python::int(word).ok().map(globals::nearest)
}
