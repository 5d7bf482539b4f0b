//! `wait`: the states that can be waited for, each with the options of the operation that it calls.

use super::command::Command;
use super::operation::OperationCall;
use crate::failure::Failure;
use crate::help::Topic;
use crate::names::kebab;
use crate::waiters;
use valkeep_api::{ELASTICACHE, Waiter};

/// A state to wait for, and the call that shows it.
#[derive(Debug)]
pub(crate) struct WaiterCall {
    pub waiter: &'static Waiter,
    pub call: OperationCall,
}

/// The words after `wait` that name a waiter.
pub(super) fn names() -> Vec<String> {
    waiters::all(&ELASTICACHE).map(|waiter| kebab(waiter.name)).collect()
}

/// Reads the words after a waiter's name.
pub(super) fn parse(name: &str, words: &[String], paginate: bool) -> Result<Command, Failure> {
    let known = waiters::find(name).and_then(|waiter| Some((waiter, ELASTICACHE.operation(waiter.operation)?)));
    // Every name that comes here was chosen from `names`; a description without its operation has no waiter.
    let Some((waiter, operation)) = known else { return Ok(Command::Help(Topic::Wait)) };
    let call = OperationCall::parse(&ELASTICACHE, operation, words, paginate)?;
    Ok(call.map_or(Command::Help(Topic::Waiter(waiter)), |call| Command::Wait(WaiterCall { waiter, call })))
}
