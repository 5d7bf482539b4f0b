//! The scrub: every blob that snapshots own is read in full again every few days, so that damage is found while another
//! copy of the data may still exist.
//!
//! The blob that was unchecked for longest comes first; when a blob was checked lies in its record, so a restart goes on
//! where the last process was. It reads at a fixed rate, stands still while a snapshot is created, and is slower beside
//! other jobs that move bytes.

use crate::jobs::MovingJob;
use crate::snapshots::verify::{ShardAt, ShardReport, Told, Verdict};
use crate::{Control, Refusal, error_chain};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use valkeep_domain::ids::BlobId;
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::BlobRecord;
use valkeep_ports::catalog::CatalogError;

/// How often blobs are looked for that are due; each look reads all snapshots. Our choice.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// A start has other things to do first. Our choice.
const FIRST_LOOK_AFTER: Duration = Duration::from_secs(60);

/// Pause before a blob that could not be read is tried again. Our choice.
const RETRY_AFTER: Duration = Duration::from_secs(3600);

/// Share of the rate that is left beside jobs that move bytes. Our choice.
const SHARE_BESIDE_JOBS: u32 = 4;

const DAY_MS: i64 = 86_400_000;

/// What the operator decided on the scrub.
#[derive(Clone, Copy, Debug)]
pub struct ScrubSettings {
    /// 0: never.
    pub every_days: u32,
    /// In MiB of RDB data a second; greater than 0.
    pub rate_mib_s: u32,
}

/// A stored blob and when it was last checked.
#[derive(Clone, Debug)]
pub struct Scrubbed {
    /// The first of the shards that own it.
    pub shard: ShardAt,
    /// Shards that own it.
    pub owners: usize,
    pub checked_at: Option<Timestamp>,
}

/// How fast stored bytes are read.
#[derive(Debug)]
pub(crate) enum Pace {
    Free,
    /// At most so many bytes a second, and not before that moment.
    Limited {
        bytes_s: u32,
        next: Instant,
    },
}

impl Pace {
    fn limited(settings: ScrubSettings) -> Self {
        Self::Limited { bytes_s: settings.rate_mib_s.saturating_mul(1 << 20), next: Instant::now() }
    }

    /// Returns when the bytes after these may be read.
    pub(crate) async fn after(&mut self, control: &Control, bytes: usize) {
        let Self::Limited { bytes_s, next } = self else { return };
        while control.progress.runs(MovingJob::Create) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let beside_jobs = control.progress.runs(MovingJob::Copy) || control.progress.runs(MovingJob::Export);
        let bytes_s = if beside_jobs { *bytes_s / SHARE_BESIDE_JOBS } else { *bytes_s };
        *next = (*next).max(Instant::now()) + Duration::from_secs(bytes as u64) / bytes_s.max(1);
        tokio::time::sleep_until(*next).await;
    }
}

/// Checks what is due, until `stopped` changes.
pub(crate) async fn run(control: Arc<Control>, mut stopped: watch::Receiver<bool>) {
    if control.settings.scrub.every_days == 0 {
        return;
    }
    tokio::select! {
        _ = stopped.changed() => {}
        () = check_for_ever(&control) => {}
    }
}

async fn check_for_ever(control: &Control) {
    let mut ticks = tokio::time::interval_at(Instant::now() + FIRST_LOOK_AFTER, LOOK_EVERY);
    let mut put_off = HashMap::new();
    loop {
        ticks.tick().await;
        if let Err(error) = check_due(control, &mut put_off).await {
            tracing::error!(error = error_chain(&error), "the scrub does not go on");
        }
    }
}

/// Checks every blob that is due. `put_off` names those that could not be read, and until when they wait.
async fn check_due(control: &Control, put_off: &mut HashMap<BlobId, Instant>) -> Result<(), Refusal> {
    let mut pace = Pace::limited(control.settings.scrub);
    put_off.retain(|_, until| *until > Instant::now());
    let due_before = control.now().plus_ms(-DAY_MS * i64::from(control.settings.scrub.every_days));
    for Scrubbed { shard, .. } in control.scrubbed().await? {
        let blob = shard.stored.blob;
        // What was checked, deleted or put off since the list was made is not due.
        if put_off.contains_key(&blob) || !control.is_due(&shard, due_before).await? {
            continue;
        }
        let verdict = control.check(&shard, &mut pace, |_| ()).await?;
        if !matches!(verdict, Verdict::Sound(_)) {
            put_off.insert(blob, Instant::now() + RETRY_AFTER);
        }
    }
    Ok(())
}

impl Control {
    /// Every blob that snapshots own, the longest unchecked first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn scrubbed(&self) -> Result<Vec<Scrubbed>, CatalogError> {
        let mut blobs = Vec::<Scrubbed>::new();
        let mut places = HashMap::<BlobId, usize>::new();
        for shard in self.all_shards().await? {
            match places.get(&shard.stored.blob) {
                Some(place) => blobs[*place].owners += 1,
                None => {
                    places.insert(shard.stored.blob, blobs.len());
                    let checked_at = self.checked_at(shard.stored.blob).await?;
                    blobs.push(Scrubbed { shard, owners: 1, checked_at });
                }
            }
        }
        blobs.sort_by_key(|blob| (blob.checked_at, blob.shard.stored.taken_at, blob.shard.stored.blob));
        Ok(blobs)
    }

    /// Verifies every stored blob now, at the rate of the scrub.
    ///
    /// # Errors
    /// `Internal`.
    pub async fn scrub_now(&self, told: Told<'_>) -> Result<Vec<ShardReport>, Refusal> {
        let shards = self.scrubbed().await?.into_iter().map(|blob| blob.shard).collect();
        self.verify_shards(shards, Pace::limited(self.settings.scrub), told).await
    }

    async fn checked_at(&self, blob: BlobId) -> Result<Option<Timestamp>, CatalogError> {
        let record = self.ports.store.read(move |tx| tx.get::<BlobRecord>(&blob.to_string())).await?;
        Ok(record.and_then(|record| record.checked_at))
    }

    /// Whether the shard is still there and was not checked since that moment. What was checked in the future was checked
    /// before the wall clock was put back.
    async fn is_due(&self, shard: &ShardAt, since: Timestamp) -> Result<bool, CatalogError> {
        let now = self.now();
        let was_checked = self.checked_at(shard.stored.blob).await?.is_some_and(|at| at > since && at <= now);
        Ok(!was_checked && self.is_owned(shard).await?)
    }
}
