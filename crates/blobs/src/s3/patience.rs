//! How long trouble of the store is waited out.

use super::failure::RequestError;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// How a request is repeated while its failure may pass.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Wait before the second attempt; each further one doubles it.
    pub first_wait: Duration,
    /// Longest wait between two attempts, also when the store asks for more.
    pub longest_wait: Duration,
    /// Time since the first failure after which no attempt begins any more.
    pub total: Duration,
    /// Longest one attempt, its bytes included: a store that says nothing is given up after that.
    pub attempt: Duration,
}

impl Patience {
    /// With waits that fit a store that is throttled or restarts. Our choice.
    pub(super) const fn of(total: Duration, attempt: Duration) -> Self {
        Self { first_wait: Duration::from_millis(200), longest_wait: Duration::from_secs(30), total, attempt }
    }

    /// Repeats the request until it succeeds, or fails for good. It ends: `total` and two attempts are the longest it takes.
    pub(super) async fn of_request<T, A>(self, request: impl Fn() -> A) -> Result<T, RequestError>
    where
        A: Future<Output = Result<T, RequestError>>,
    {
        let mut wait = self.first_wait;
        let mut first_failure = None;
        loop {
            let answered = tokio::time::timeout(self.attempt, request()).await;
            let error = match answered.unwrap_or_else(|late| Err(RequestError::TooSlow(late))) {
                Err(error) if error.may_pass() => error,
                settled => return settled,
            };
            let pause = error.retry_after().unwrap_or(wait).clamp(wait, self.longest_wait);
            let trouble = *first_failure.get_or_insert_with(Instant::now);
            if trouble.elapsed() + pause > self.total {
                return Err(error);
            }
            tracing::warn!(%error, wait_ms = pause.as_millis(), "the blob store is asked again");
            tokio::time::sleep(pause).await;
            wait = (wait * 2).min(self.longest_wait);
        }
    }
}
