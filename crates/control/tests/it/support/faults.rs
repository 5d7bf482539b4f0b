//! Calls of ports that go wrong on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// A method of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Site {
    CatalogWrite,
    CatalogRead,
    BlobCreate,
    BlobWrite,
    BlobCommit,
    BlobOpen,
    BlobRead,
    BlobDelete,
    KeyResolve,
    KeyDefault,
    KeyGenerate,
    KeyUnwrap,
    NodeStart,
    NodeRemove,
    NodeInspect,
    NodeCapture,
    BucketCheck,
    BucketBegin,
    BucketAbortUnrecorded,
    BucketUploadPart,
    BucketComplete,
    BucketAbort,
    BucketExportedBy,
    BucketDelete,
}

/// How a chosen call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// Nothing happens, and an error that may pass is answered.
    Fails,
    /// It happens, and an error that may pass is answered.
    AnswerIsLost,
    /// The process dies before it happens.
    DiesBefore,
    /// The process dies after it happened.
    DiesAfter,
}

impl Mishap {
    pub(crate) const ALL: [Self; 4] = [Self::Fails, Self::AnswerIsLost, Self::DiesBefore, Self::DiesAfter];
}

/// What is to go wrong, and what was called so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    state: Mutex<State>,
    died: Notify,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<Site, u64>,
    /// The `n`-th call of a site from now on, counted from 1.
    chosen: Option<(Site, u64, Mishap)>,
    away: BTreeSet<Site>,
    held: Option<(Site, Arc<Gate>)>,
}

/// A call that waits in front of its effect until it is let through.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    reached: Notify,
    open: Notify,
}

impl Gate {
    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    pub(crate) fn open(&self) {
        self.open.notify_one();
    }
}

impl Faults {
    /// Forgets what was called; the `nth` call of the site will go wrong, once.
    pub(crate) fn choose(&self, site: Site, nth: u64, mishap: Mishap) {
        *self.state.lock().unwrap() = State { chosen: Some((site, nth, mishap)), ..State::default() };
    }

    /// Every call of these sites fails until [`Self::clear`].
    pub(crate) fn away(&self, sites: &[Site]) {
        self.state.lock().unwrap().away = sites.iter().copied().collect();
    }

    /// Nothing goes wrong any more; forgets what was called.
    pub(crate) fn clear(&self) {
        *self.state.lock().unwrap() = State::default();
    }

    /// How often each site was called since the last choice.
    pub(crate) fn calls(&self) -> BTreeMap<Site, u64> {
        self.state.lock().unwrap().calls.clone()
    }

    /// The next call of the site waits at the gate.
    pub(crate) fn hold(&self, site: Site) -> Arc<Gate> {
        let gate = Arc::new(Gate::default());
        self.state.lock().unwrap().held = Some((site, gate.clone()));
        gate
    }

    /// Whether the chosen mishap has not happened yet.
    pub(crate) fn is_waiting(&self) -> bool {
        self.state.lock().unwrap().chosen.is_some()
    }

    /// Returns when a mishap stopped the process in the middle of a call.
    pub(crate) async fn process_died(&self) {
        self.died.notified().await;
    }

    /// Does the `effect` of a call, unless the call is to go wrong.
    pub(crate) async fn around<T, E>(
        &self,
        site: Site,
        error: impl Fn() -> E,
        effect: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if let Some(gate) = self.gate(site) {
            gate.reached.notify_one();
            gate.open.notified().await;
        }
        match self.meet(site) {
            None => effect.await,
            Some(Mishap::Fails) => Err(error()),
            Some(Mishap::AnswerIsLost) => {
                effect.await?;
                Err(error())
            }
            Some(Mishap::DiesBefore) => self.die().await,
            Some(Mishap::DiesAfter) => {
                effect.await?;
                self.die().await
            }
        }
    }

    async fn die<T>(&self) -> T {
        self.died.notify_one();
        std::future::pending().await
    }

    fn gate(&self, site: Site) -> Option<Arc<Gate>> {
        self.state.lock().unwrap().held.take_if(|(held, _)| *held == site).map(|(_, gate)| gate)
    }

    fn meet(&self, site: Site) -> Option<Mishap> {
        let mut state = self.state.lock().unwrap();
        let calls = state.calls.entry(site).or_default();
        *calls += 1;
        let call = *calls;
        match state.chosen {
            Some((chosen, nth, mishap)) if chosen == site && nth == call => {
                state.chosen = None;
                Some(mishap)
            }
            Some(_) | None => state.away.contains(&site).then_some(Mishap::Fails),
        }
    }
}
