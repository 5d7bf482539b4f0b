//! Waiting: `wait` as a command of its own, and `--wait` after an operation.

use super::{parameters, skeleton};
use crate::arguments::WaiterCall;
use crate::call::{Client, Identity};
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::progress::{Bar, Progress};
use crate::session::Session;
use crate::waiters;
use crate::waiting::{self, Pace, Seen};
use valkeep_api::OperationModel;

pub(super) fn run(session: Session<'_>, WaiterCall { waiter, call }: &WaiterCall) -> Result<u8, Failure> {
    let parameters = parameters::read(session, call)?;
    if let Some(kind) = call.skeleton {
        return skeleton::print(session, call, kind, &parameters);
    }
    let mut client = Client::new(session, call.service, Identity::OfSession)?;
    waiting::wait(&mut client, waiter, &parameters, Pace::of(waiter), |_| {})?;
    Ok(0)
}

/// Waits for the end of the work that a call began, and shows how far it has come.
pub(super) fn for_work(
    session: Session<'_>,
    client: &mut Client<'_>,
    operation: &OperationModel,
    parameters: &Map,
) -> Result<(), Failure> {
    let Some((waiter, question)) = waiters::for_work(operation, parameters) else { return Ok(()) };
    let began = (session.surroundings.now)();
    let mut bar = Bar::on_standard_error();
    let name = name(&question);
    waiting::wait(client, waiter, &question, Pace::Growing, |Seen { status, work }| {
        let elapsed = ((session.surroundings.now)() - began).to_std().unwrap_or_default();
        bar.show(&Progress { name, status, work: work.as_ref(), elapsed });
    })
}

/// The name of what is asked about.
fn name(question: &Map) -> &str {
    let names =
        question.iter().filter_map(|(_, value)| if let Document::String(name) = value { Some(name) } else { None });
    names.map(String::as_str).next().unwrap_or_default()
}
