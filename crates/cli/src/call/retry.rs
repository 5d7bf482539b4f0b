//! How often: which failures are tried again, after which pause, and when it is enough.

use std::time::Duration;

use crate::config::Setting;
use crate::failure::Failure;
use crate::python;
use crate::session::Session;
use crate::transport::TransportError;
use num_bigint::BigInt;

/// Tries of one call when nobody says otherwise.
const DEFAULT_ATTEMPTS: u32 = 3;

/// Longest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_secs(20);

/// What a client can spend on retries before it waits for successes.
const BUDGET: u32 = 500;
const RETRY_PRICE: u32 = 5;
const TIMEOUT_RETRY_PRICE: u32 = 10;

/// Codes that ask the client to slow down.
const THROTTLING_CODES: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// Codes of trouble that passes by itself. The first is what STS says of a provider of web identities.
const TRANSIENT_CODES: &[&str] = &["IDPCommunicationError", "RequestTimeout", "RequestTimeoutException"];

const TRANSIENT_STATUSES: &[u16] = &[429, 500, 502, 503, 504];

/// The rules of one client, and what it has left to spend.
#[derive(Debug)]
pub(crate) struct Retries {
    attempts_max: u32,
    /// The budget that is left.
    budget: u32,
}

/// A try that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble<'a> {
    /// No whole answer came.
    Transport { timeout: bool },
    /// The user does not want to wait any longer.
    Interrupted,
    /// The service answered an error.
    Answer { status: u16, code: &'a str },
}

impl Retries {
    /// # Errors
    /// A number of tries or a mode that is none, in the order in which the reference looks.
    pub(crate) fn of(session: Session<'_>) -> Result<Self, Failure> {
        let attempts_max = match session.settings.get(Setting::MaxAttempts)? {
            Some(text) => attempts(&text)?,
            None => DEFAULT_ATTEMPTS,
        };
        match session.settings.get(Setting::RetryMode)?.as_deref() {
            Some("standard" | "adaptive") | None => Ok(Self { attempts_max, budget: BUDGET }),
            Some(mode) => {
                let message = format!(
                    "Invalid value provided to \"mode\": \"{mode}\" must be one of: \"standard\" or \"adaptive\""
                );
                Err(Failure::general(message))
            }
        }
    }

    pub(crate) fn attempts_max(&self) -> u32 {
        self.attempts_max
    }

    /// Whether `attempt`, counted from 1, was the last one that is allowed.
    pub(crate) fn is_spent(&self, attempt: u32) -> bool {
        attempt >= self.attempts_max
    }

    /// The pause before the next try, of a random length; `None` when there is none.
    pub(crate) fn pause(&mut self, attempt: u32, trouble: Trouble<'_>) -> Option<Duration> {
        self.pause_by_chance(attempt, trouble, super::chance())
    }

    /// `chance` is a number from 0 to 1.
    fn pause_by_chance(&mut self, attempt: u32, trouble: Trouble<'_>, chance: f64) -> Option<Duration> {
        let price = match trouble {
            Trouble::Transport { timeout: true } => TIMEOUT_RETRY_PRICE,
            Trouble::Transport { timeout: false } | Trouble::Answer { .. } | Trouble::Interrupted => RETRY_PRICE,
        };
        if self.is_spent(attempt) || !trouble.passes() {
            return None;
        }
        self.budget = self.budget.checked_sub(price)?;
        let longest = Duration::from_secs(1 << (attempt - 1).min(10));
        Some(longest.mul_f64(chance).min(PAUSE_MAX))
    }

    /// A call went well: half of what a retry costs comes back.
    pub(crate) fn succeeded(&mut self) {
        self.budget = (self.budget + RETRY_PRICE).min(BUDGET);
    }
}

impl Trouble<'_> {
    pub(crate) fn of(error: &TransportError) -> Self {
        if *error == TransportError::Interrupted {
            return Self::Interrupted;
        }
        let timeout = matches!(error, TransportError::ConnectTimeout { .. } | TransportError::ReadTimeout { .. });
        Self::Transport { timeout }
    }

    /// Whether the next try may go better.
    fn passes(self) -> bool {
        match self {
            Self::Transport { .. } => true,
            Self::Interrupted => false,
            Self::Answer { status, code } => {
                let known = |code| THROTTLING_CODES.contains(&code) || TRANSIENT_CODES.contains(&code);
                TRANSIENT_STATUSES.contains(&status) || known(code)
            }
        }
    }
}

/// The number of tries, of which there is at least one.
fn attempts(text: &str) -> Result<u32, Failure> {
    let number = python::int(text).map_err(|error| Failure::general(error.to_string()))?;
    if number < BigInt::from(1) {
        let message =
            format!("Value provided to \"max_attempts\": {number} must be an integer greater than or equal to one.");
        return Err(Failure::general(message));
    }
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
