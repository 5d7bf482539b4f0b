//! One operation: its parameters, its call, its answer.

use super::wait;
use crate::answer::Single;
use crate::arguments::{OperationCall, Paging, Skeleton};
use crate::call::{Client, Identity};
use crate::document::Map;
use crate::failure::Failure;
use crate::input;
use crate::output;
use crate::pages::{self, Pages};
use crate::session::Session;
use valkeep_api::Paginator;

pub(super) fn run(session: Session<'_>, call: &OperationCall) -> Result<u8, Failure> {
    let parameters = parameters(session, call)?;
    if let Some(kind) = call.skeleton {
        return skeleton(session, call, kind, &parameters);
    }
    let mut client = Client::new(session, call.service, Identity::OfSession)?;
    print(session, &mut client, call, &parameters)?;
    if call.wait {
        wait::for_work(session, &mut client, call.operation, &parameters)?;
    }
    Ok(0)
}

/// What the options and the document say together.
pub(super) fn parameters(session: Session<'_>, call: &OperationCall) -> Result<Map, Failure> {
    let mut parameters = input::parameters(session, call.operation, &call.given)?;
    call.paging.join(&mut parameters);
    if let Some(warning) = call.paging.warning() {
        output::to_stderr(&format!("{warning}\n"));
    }
    if let Some(document) = call.cli_input()? {
        input::complete(&mut parameters, session, document)?;
    }
    Ok(parameters)
}

/// Prints what the input, or the answer, of the operation looks like. Nothing is sent.
pub(super) fn skeleton(
    session: Session<'_>,
    call: &OperationCall,
    kind: Skeleton,
    parameters: &Map,
) -> Result<u8, Failure> {
    match kind {
        Skeleton::Input => output::to_stdout(&(input::skeleton::input(call.operation) + "\n"))?,
        Skeleton::YamlInput => output::to_stdout(&input::skeleton::yaml_input(call.service, call.operation))?,
        Skeleton::Output => {
            // The region, the search for credentials and the parameters must be right, as for a call.
            Client::new(session, call.service, Identity::OfSession)?;
            input::validate(call.operation.input, parameters)?;
            let mut answer = Single::new(input::skeleton::output(call.operation));
            output::print(session, call.operation.name, &mut answer)?;
        }
    }
    Ok(0)
}

fn print(session: Session<'_>, client: &mut Client<'_>, call: &OperationCall, parameters: &Map) -> Result<(), Failure> {
    let operation = call.operation;
    if let Some(paginator) = paginator(session, call, parameters) {
        let mut parameters = parameters.clone();
        let paging = Paging::take(&mut parameters)?;
        let mut pages = Pages::new(client, operation, paginator, parameters, &paging)?;
        return output::print(session, operation.name, &mut pages);
    }
    let mut answer = Single::new(client.call(operation, parameters)?);
    output::print(session, operation.name, &mut answer)
}

/// How to walk the pages of the answer; `None` when it has none, or the user walks them by hand.
fn paginator(session: Session<'_>, call: &OperationCall, parameters: &Map) -> Option<&'static Paginator> {
    let walks = session.globals.paginate && !pages::are_by_hand(call.operation, parameters);
    call.operation.paginator.as_ref().filter(|_| walks)
}
