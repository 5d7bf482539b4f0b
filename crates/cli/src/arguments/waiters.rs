//! `wait`: the states that can be waited for, each with the options of the operation that it calls.

use super::command::Command;
use super::operation::OperationCall;
use crate::failure::Failure;
use crate::help::{Topic, kebab};
use valkeep_api::{ELASTICACHE, Operation, OperationModel, Waiter};

/// A state to wait for, and the call that shows it.
#[derive(Debug)]
pub struct WaiterCall {
    pub state: AwaitedState,
    pub call: OperationCall,
}

/// What can be waited for.
#[derive(Clone, Copy, Debug)]
pub enum AwaitedState {
    /// A waiter of the service's description.
    Described(&'static Waiter),
    /// One of our own.
    Snapshot(SnapshotState),
}

/// Our own waiters, all of which call `DescribeSnapshots`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotState {
    Available,
    Deleted,
    Exported,
}

pub const SNAPSHOT_STATES: [(&str, SnapshotState); 3] = [
    ("snapshot-available", SnapshotState::Available),
    ("snapshot-deleted", SnapshotState::Deleted),
    ("snapshot-exported", SnapshotState::Exported),
];

impl AwaitedState {
    fn find(name: &str) -> Option<Self> {
        let described = ELASTICACHE.waiters.iter().find(|waiter| kebab(waiter.name) == name);
        let own = || SNAPSHOT_STATES.iter().find(|(known, _)| *known == name).map(|(_, state)| Self::Snapshot(*state));
        described.map(Self::Described).or_else(own)
    }

    fn operation(self) -> Option<&'static OperationModel> {
        match self {
            Self::Described(waiter) => ELASTICACHE.operation(waiter.operation),
            Self::Snapshot(_) => Some(Operation::DescribeSnapshots.model()),
        }
    }

    fn topic(self) -> Topic {
        match self {
            Self::Described(waiter) => Topic::Waiter(waiter),
            Self::Snapshot(state) => {
                let name = SNAPSHOT_STATES.iter().find(|(_, known)| *known == state).map(|(name, _)| *name);
                name.map_or(Topic::Wait, Topic::SnapshotWaiter)
            }
        }
    }
}

/// The words after `wait` that name a waiter.
pub fn names() -> Vec<String> {
    let described = ELASTICACHE.waiters.iter().map(|waiter| kebab(waiter.name));
    described.chain(SNAPSHOT_STATES.map(|(name, _)| name.to_owned())).collect()
}

/// Reads the words after a waiter's name.
pub fn parse(name: &str, words: &[String], paginate: bool) -> Result<Command, Failure> {
    let known = AwaitedState::find(name).and_then(|state| Some((state, state.operation()?)));
    // Every name that comes here was chosen from `names`; a description without its operation has no waiter.
    let Some((state, operation)) = known else { return Ok(Command::Help(Topic::Wait)) };
    let call = OperationCall::parse(&ELASTICACHE, operation, words, paginate)?;
    Ok(call.map_or(Command::Help(state.topic()), |call| Command::Wait(WaiterCall { state, call })))
}
