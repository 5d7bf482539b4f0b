//! Where the shards of a snapshot wait for each other.

use std::sync::Arc;
use tokio::sync::watch;

/// A place that several come to before any goes on. Whoever cannot come gives up for all.
#[derive(Clone, Debug)]
pub(super) struct Rendezvous(Arc<watch::Sender<State>>);

#[derive(Clone, Copy, Debug)]
struct State {
    missing: usize,
    given_up: bool,
}

impl Rendezvous {
    pub(super) fn of(count: usize) -> Self {
        Self(Arc::new(watch::Sender::new(State { missing: count, given_up: false })))
    }

    /// Returns when all have come. Each comes once.
    pub(super) async fn meet(&self) {
        self.0.send_modify(|state| state.missing = state.missing.saturating_sub(1));
        self.wait(|state| state.missing == 0).await;
    }

    pub(super) fn give_up(&self) {
        self.0.send_modify(|state| state.given_up = true);
    }

    /// Returns when one gave up.
    pub(super) async fn given_up(&self) {
        self.wait(|state| state.given_up).await;
    }

    async fn wait(&self, until: impl Fn(&State) -> bool) {
        self.0.subscribe().wait_for(|state| until(state)).await.expect("the sender is this one");
    }
}
