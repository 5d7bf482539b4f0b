//! Waiting for a state: one operation asked again and again until its answers say so.

mod work;

use std::time::Duration;

use valkeep_api::{Waiter, WaiterCondition, WaiterState};

use crate::call::Client;
use crate::document::{Document, Map};
use crate::failure::{Failure, ServiceError};
use crate::jmespath::Expression;
use crate::waiters::{self, EXPORTED};

pub(crate) use work::{Total, Work};

/// The first pause of [`Pace::Growing`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How long to pause between two questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// The waiter's own pause, as the reference makes it.
    Steady,
    /// Short pauses first, that grow to the waiter's own: little work is seen to end at once.
    Growing,
}

impl Pace {
    /// The pace of the command `wait`.
    pub(crate) fn of(waiter: &'static Waiter) -> Self {
        if waiters::is_own(waiter) { Self::Growing } else { Self::Steady }
    }

    fn pause(self, waiter: &Waiter, attempt: u32) -> Duration {
        let longest = Duration::from_secs(waiter.delay_s.into());
        match self {
            Self::Steady => longest,
            Self::Growing => longest.min(FIRST_PAUSE * 2_u32.saturating_pow(attempt - 1)),
        }
    }
}

/// What is known of what is waited for.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    pub status: &'a str,
    pub work: Option<Work>,
}

/// Asks until `waiter` is content. `observe` is told every state that is not yet the wanted one.
///
/// # Errors
/// The wanted state cannot come any more, does not come in time, or the question itself fails.
pub(crate) fn wait(
    client: &mut Client<'_>,
    waiter: &'static Waiter,
    parameters: &Map,
    pace: Pace,
    mut observe: impl FnMut(&Seen<'_>),
) -> Result<(), Failure> {
    let operation = client.service().operation(waiter.operation).ok_or_else(|| {
        Failure::General(format!("Waiter {} asks for {}, which does not exist", waiter.name, waiter.operation))
    })?;
    for attempt in 1.. {
        let answer = match client.call(operation, parameters) {
            Ok(answer) => Ok(answer),
            Err(Failure::Service(error)) => Err(error),
            Err(other) => return Err(other),
        };
        let work = client.told(work::FIELD).and_then(Work::parse);
        let verdict = judge(waiter, answer.as_ref().map_err(|error| &**error));
        if let Some(Work::Failed { reason }) = &work
            && (waiter.name == EXPORTED || (waiters::is_own(waiter) && verdict.is_err()))
        {
            return Err(failed(waiter, &format!("Waiter encountered a terminal failure state: {reason}")));
        }
        if verdict? {
            break;
        }
        if attempt >= waiter.max_attempts {
            return Err(failed(waiter, "Max attempts exceeded"));
        }
        if let Some(state) = answer.as_ref().ok().and_then(|answer| state(waiter, answer)) {
            observe(&Seen { status: &state, work });
        }
        client.pause(pace.pause(waiter, attempt))?;
    }
    Ok(())
}

/// The state that the answer tells, where the waiter looks for one.
fn state(waiter: &Waiter, answer: &Document) -> Option<String> {
    let paths = waiter.acceptors.iter().filter_map(|acceptor| match acceptor.condition {
        WaiterCondition::PathAny { path, .. } | WaiterCondition::PathAll { path, .. } => Some(path),
        WaiterCondition::Error { .. } => None,
    });
    paths.flat_map(|path| found(path, answer).unwrap_or_default()).find_map(|state| state.as_str().map(str::to_owned))
}

/// Whether the wanted state is there; `false` when it may still come.
fn judge(waiter: &Waiter, answer: Result<&Document, &ServiceError>) -> Result<bool, Failure> {
    for acceptor in waiter.acceptors {
        if holds(&acceptor.condition, answer)? {
            return match acceptor.state {
                WaiterState::Success => Ok(true),
                WaiterState::Failure => {
                    let reason = explanation(&acceptor.condition);
                    Err(failed(waiter, &format!("Waiter encountered a terminal failure state: {reason}")))
                }
            };
        }
    }
    match answer {
        Ok(_) => Ok(false),
        Err(error) => Err(failed(waiter, &format!("An error occurred ({}): {}", error.code, error.message))),
    }
}

fn holds(condition: &WaiterCondition, answer: Result<&Document, &ServiceError>) -> Result<bool, Failure> {
    match (condition, answer) {
        (WaiterCondition::Error { code }, Err(error)) => Ok(error.code == *code),
        (WaiterCondition::Error { .. }, Ok(_)) | (_, Err(_)) => Ok(false),
        (WaiterCondition::PathAll { path, expected }, Ok(answer)) => {
            let found = found(path, answer)?;
            Ok(!found.is_empty() && found.iter().all(|value| *value == Document::from(*expected)))
        }
        (WaiterCondition::PathAny { path, expected }, Ok(answer)) => {
            Ok(found(path, answer)?.contains(&Document::from(*expected)))
        }
    }
}

/// What the path finds; nothing when that is no list.
fn found(path: &str, answer: &Document) -> Result<Vec<Document>, Failure> {
    let found = Expression::parse(path).and_then(|expression| expression.search(answer)).map_err(Failure::General)?;
    if let Document::List(found) = found { Ok(found.into_vec()) } else { Ok(Vec::new()) }
}

fn failed(waiter: &Waiter, reason: &str) -> Failure {
    Failure::General(format!("Waiter {} failed: {reason}", waiter.name))
}

/// What was seen, in the reference's words.
fn explanation(condition: &WaiterCondition) -> String {
    match condition {
        WaiterCondition::PathAll { path, expected } => {
            format!("For expression \"{path}\" all members matched expected path: \"{expected}\"")
        }
        WaiterCondition::PathAny { path, expected } => {
            format!("For expression \"{path}\" we matched expected path: \"{expected}\" at least once")
        }
        WaiterCondition::Error { code } => format!("Matched expected service error code: {code}"),
    }
}

#[cfg(test)]
mod tests;
