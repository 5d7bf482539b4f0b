//! One operation: its parameters, its call, its answer.

use super::{parameters, skeleton, wait};
use crate::answer::Single;
use crate::arguments::{OperationCall, Paging};
use crate::call::{Client, Identity};
use crate::document::Map;
use crate::failure::Failure;
use crate::output;
use crate::pages::{self, Pages};
use crate::session::Session;
use valkeep_api::Paginator;

pub(super) fn run(session: Session<'_>, call: &OperationCall) -> Result<u8, Failure> {
    let parameters = parameters::read(session, call)?;
    if let Some(kind) = call.skeleton {
        return skeleton::print(session, call, kind, &parameters);
    }
    let mut client = Client::new(session, call.service, Identity::OfSession)?;
    print(session, &mut client, call, &parameters)?;
    if call.wait {
        wait::for_work(session, &mut client, call.operation, &parameters)?;
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
