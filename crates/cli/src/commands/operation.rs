//! One operation: its parameters, its call, its answer.

use crate::answer::{Answer, Single};
use crate::arguments::{CliInput, OperationCall, Skeleton};
use crate::call::{Client, Identity};
use crate::commands::wait;
use crate::document::Map;
use crate::failure::Failure;
use crate::input::{self, Language, skeleton};
use crate::output;
use crate::session::Session;

pub fn run(session: Session<'_>, call: &OperationCall) -> Result<u8, Failure> {
    let parameters = parameters(session, call)?;
    match call.skeleton {
        Some(Skeleton::Input) => output::to_stdout(&(skeleton::input(call.operation) + "\n"))?,
        Some(Skeleton::YamlInput) => output::to_stdout(&skeleton::yaml_input(call.service, call.operation))?,
        Some(Skeleton::Output) => pretend(session, call, &parameters)?,
        None => perform(session, call, &parameters)?,
    }
    Ok(0)
}

/// What the options and the document say together.
pub fn parameters(session: Session<'_>, call: &OperationCall) -> Result<Map, Failure> {
    let mut parameters = input::parameters(session, call.operation, &call.given)?;
    if let Some(warning) = call.paging.warning() {
        eprintln!("{warning}");
    }
    match call.cli_input()? {
        Some(CliInput::Json(text)) => input::complete(&mut parameters, session, Language::Json, text)?,
        Some(CliInput::Yaml(text)) => input::complete(&mut parameters, session, Language::Yaml, text)?,
        None => {}
    }
    Ok(parameters)
}

/// Prints an answer as the service would give it, without asking it.
fn pretend(session: Session<'_>, call: &OperationCall, parameters: &Map) -> Result<(), Failure> {
    Client::new(session, call.service, Identity::Anonymous)?;
    input::validate(call.operation.input, parameters)?;
    let mut answer = Single::new(skeleton::output(call.operation));
    output::print(session, call.operation.name, &mut answer)
}

fn perform(session: Session<'_>, call: &OperationCall, parameters: &Map) -> Result<(), Failure> {
    let mut client = Client::new(session, call.service, Identity::OfSession)?;
    let mut answer = Single::new(client.call(call.operation, parameters)?);
    output::print(session, call.operation.name, &mut answer as &mut dyn Answer)?;
    if call.wait { wait::for_work(session, &mut client, call.operation, parameters) } else { Ok(()) }
}
