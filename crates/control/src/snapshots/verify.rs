//! Verifying snapshots: every stored byte is read, and what is found is written down.
//!
//! Copies under one key share their blobs; a blob is read once for all of them. Damage makes every snapshot that owns the
//! blob `failed`; a later read that finds all blobs of such a snapshot sound makes it available again. What could not be
//! read is no damage and changes nothing.

use super::find;
use super::verified::{Found, Verified, VerifyError};
use crate::scrub::Pace;
use crate::{Control, Refusal, error_chain, events};
use std::collections::{HashMap, HashSet};
use valkeep_domain::ids::BlobId;
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::{Snapshot, SnapshotEvent, SnapshotState, StoredShard};
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::BlobRecord;
use valkeep_ports::catalog::{CatalogError, Scan, Tx};

/// Snapshots in one look.
const BATCH: usize = 200;

/// A stored shard and whose it is.
#[derive(Clone, Debug)]
pub struct ShardAt {
    pub snapshot: SnapshotName,
    /// From 0.
    pub position: u16,
    pub stored: StoredShard,
}

/// What a full read came to.
#[derive(Clone, Debug)]
pub enum Verdict {
    Sound(Box<Found>),
    /// Why, and where.
    Damaged(String),
    /// It could not be read or opened now; nothing is known of it.
    Unchecked(String),
}

impl Verdict {
    pub(crate) fn of(read: Result<Found, VerifyError>) -> Self {
        match read {
            Ok(found) => Self::Sound(Box::new(found)),
            Err(error) if error.cause.is_damage() => Self::Damaged(error_chain(&error)),
            Err(error) => Self::Unchecked(error_chain(&error)),
        }
    }
}

/// One shard, verified.
#[derive(Clone, Debug)]
pub struct ShardReport {
    pub shard: ShardAt,
    pub verdict: Verdict,
    /// How long the read took; 0 for a shard whose blob was read for another snapshot already.
    pub took_ms: i64,
}

/// How far a verification is, in bytes of RDB files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verifying {
    pub done_bytes: u64,
    pub total_bytes: u64,
}

/// Hears how far a verification is.
pub type Told<'a> = &'a (dyn Fn(Verifying) + Send + Sync);

impl Control {
    /// Verifies one snapshot, or all that have bytes, as fast as the machine allows. Of all, those that are deleted
    /// meanwhile are left out.
    ///
    /// # Errors
    /// `SnapshotNotFound`; `SnapshotState` for a snapshot without bytes; `Internal`.
    pub async fn verify(&self, name: Option<&SnapshotName>, told: Told<'_>) -> Result<Vec<ShardReport>, Refusal> {
        let Some(name) = name else { return self.verify_shards(self.all_shards().await?, Pace::Free, told).await };
        let shards = self.shards_of(name).await?;
        let wanted = shards.len();
        let reports = self.verify_shards(shards, Pace::Free, told).await?;
        if reports.len() < wanted { Err(Refusal::SnapshotNotFound(name.clone())) } else { Ok(reports) }
    }

    /// The shards that are still owned when they were read.
    pub(crate) async fn verify_shards(
        &self,
        shards: Vec<ShardAt>,
        mut pace: Pace,
        told: Told<'_>,
    ) -> Result<Vec<ShardReport>, Refusal> {
        let damaged = self.damaged().await?;
        let mut so_far = Verifying { done_bytes: 0, total_bytes: bytes_of(&shards) };
        let mut verdicts = HashMap::<BlobId, Verdict>::new();
        let mut reports = Vec::with_capacity(shards.len());
        for shard in shards {
            if !self.is_owned(&shard).await? {
                continue;
            }
            let began = self.now();
            let verdict = match verdicts.get(&shard.stored.blob) {
                Some(verdict) => verdict.clone(),
                None => {
                    let passed = |bytes| {
                        so_far.done_bytes += bytes;
                        told(so_far);
                    };
                    let verdict = self.check(&shard, &mut pace, passed).await?;
                    // The bytes of a snapshot that was deleted go while they are read.
                    if !matches!(verdict, Verdict::Sound(_)) && !self.is_owned(&shard).await? {
                        continue;
                    }
                    verdicts.insert(shard.stored.blob, verdict.clone());
                    verdict
                }
            };
            reports.push(ShardReport { shard, verdict, took_ms: self.now().ms() - began.ms() });
        }
        let sound = verdicts.into_iter().filter(|(_, verdict)| matches!(verdict, Verdict::Sound(_)));
        self.make_available(damaged, sound.map(|(blob, _)| blob).collect()).await?;
        Ok(reports)
    }

    /// Whether the snapshot is still there and has this shard.
    pub(crate) async fn is_owned(&self, shard: &ShardAt) -> Result<bool, CatalogError> {
        let (name, blob) = (shard.snapshot.clone(), shard.stored.blob);
        let owner = self.ports.store.read(move |tx| tx.get::<Snapshot>(name.as_str())).await?;
        Ok(owner.is_some_and(|snapshot| snapshot.blobs().any(|owned| owned == blob)))
    }

    /// Reads one shard in full and writes down what was found.
    pub(crate) async fn check(
        &self,
        shard: &ShardAt,
        pace: &mut Pace,
        passed: impl FnMut(u64) + Send,
    ) -> Result<Verdict, Refusal> {
        let verdict = Verdict::of(self.read_in_full(shard, pace, passed).await);
        let blob = shard.stored.blob;
        match &verdict {
            Verdict::Sound(_) => self.note_checked(blob).await?,
            Verdict::Damaged(reason) => {
                let (now, reason) = (self.now(), reason.clone());
                self.ports.store.write(move |tx| note_damage(tx, now, blob, &reason)).await?;
            }
            Verdict::Unchecked(reason) => tracing::warn!(reason, "a stored shard could not be verified"),
        }
        Ok(verdict)
    }

    pub(super) async fn read_in_full(
        &self,
        shard: &ShardAt,
        pace: &mut Pace,
        mut passed: impl FnMut(u64) + Send,
    ) -> Result<Found, VerifyError> {
        let mut verified = Verified::open(self, &shard.snapshot, shard.position, &shard.stored).await?;
        while let Some(piece) = verified.next().await? {
            passed(piece.len() as u64);
            pace.after(self, piece.len()).await;
        }
        verified.found()
    }

    async fn note_checked(&self, blob: BlobId) -> Result<(), CatalogError> {
        let now = self.now();
        self.ports
            .store
            .write(move |tx| match tx.get::<BlobRecord>(&blob.to_string())? {
                Some(record) => tx.replace(&BlobRecord { checked_at: Some(now), ..record }),
                None => Ok(()),
            })
            .await
    }

    async fn damaged(&self) -> Result<Vec<SnapshotName>, CatalogError> {
        let name = |snapshot: Snapshot| match snapshot.state {
            SnapshotState::Damaged { .. } => vec![snapshot.name],
            SnapshotState::Creating
            | SnapshotState::Available
            | SnapshotState::Copying { .. }
            | SnapshotState::Exporting
            | SnapshotState::Restoring
            | SnapshotState::Deleting
            | SnapshotState::Failed(_) => Vec::new(),
        };
        self.ports.store.read(move |tx| of_all_snapshots(tx, name)).await
    }

    /// Of the snapshots that were `damaged` before the reads began, those whose blobs are all sound now are available
    /// again. Damage that was found meanwhile may be newer than what was read.
    async fn make_available(&self, damaged: Vec<SnapshotName>, sound: HashSet<BlobId>) -> Result<(), CatalogError> {
        if damaged.is_empty() || sound.is_empty() {
            return Ok(());
        }
        let now = self.now();
        self.ports
            .store
            .write(move |tx| {
                for name in &damaged {
                    let found = tx.get::<Snapshot>(name.as_str())?;
                    let healed = found.filter(|snapshot| snapshot.blobs().all(|blob| sound.contains(&blob)));
                    let Some(mut snapshot) = healed else { continue };
                    if snapshot.apply(SnapshotEvent::FoundSound).is_ok() {
                        tracing::info!(snapshot = %snapshot.name, "stored bytes are sound again");
                        tx.replace(&snapshot)?;
                        events::snapshot_sound_again(tx, now, &snapshot)?;
                    }
                }
                Ok(())
            })
            .await
    }

    pub(super) async fn shards_of(&self, name: &SnapshotName) -> Result<Vec<ShardAt>, Refusal> {
        let name = name.clone();
        self.ports
            .store
            .read(move |tx| {
                let snapshot = find(tx, &name)?;
                let shards: Vec<_> = shards_in(&snapshot).collect();
                if shards.is_empty() {
                    let (name, state) = (name.clone(), snapshot.state.as_str());
                    return Err(Refusal::SnapshotState { name, state, needed: "available" });
                }
                Ok(shards)
            })
            .await
    }

    /// Every stored shard. A copy that is being made shows its source's, so only shards of snapshots that own bytes count.
    pub(crate) async fn all_shards(&self) -> Result<Vec<ShardAt>, CatalogError> {
        let owned = |snapshot: Snapshot| match snapshot.state {
            SnapshotState::Creating | SnapshotState::Deleting => Vec::new(),
            SnapshotState::Available
            | SnapshotState::Copying { .. }
            | SnapshotState::Exporting
            | SnapshotState::Restoring
            | SnapshotState::Failed(_)
            | SnapshotState::Damaged { .. } => shards_in(&snapshot).collect(),
        };
        self.ports.store.read(move |tx| of_all_snapshots(tx, owned)).await
    }
}

/// Every snapshot that owns the blob fails. One that a job holds cannot; then the blob is due for the scrub at once.
pub(crate) fn note_damage(tx: &mut Tx<'_>, now: Timestamp, blob: BlobId, reason: &str) -> Result<(), CatalogError> {
    let mut checked_at = Some(now);
    for mut snapshot in all_snapshots(tx, |snapshot| snapshot.blobs().any(|owned| owned == blob))? {
        let was_known = matches!(snapshot.state, SnapshotState::Damaged { .. });
        let failed = snapshot.apply(SnapshotEvent::DamageFound { reason: reason.to_owned() }).is_ok();
        tracing::error!(snapshot = %snapshot.name, %blob, reason, failed, "stored bytes are damaged");
        if !failed {
            checked_at = None;
            continue;
        }
        tx.replace(&snapshot)?;
        if !was_known {
            events::snapshot_damaged(tx, now, &snapshot)?;
        }
    }
    match tx.get::<BlobRecord>(&blob.to_string())? {
        Some(record) => tx.replace(&BlobRecord { checked_at, ..record }),
        None => Ok(()),
    }
}

fn shards_in(snapshot: &Snapshot) -> impl Iterator<Item = ShardAt> + '_ {
    let shards = (0..).zip(&snapshot.shards);
    shards.filter_map(|(position, shard)| {
        let stored = shard.stored.clone()?;
        Some(ShardAt { snapshot: snapshot.name.clone(), position, stored })
    })
}

/// Bytes of the shards, those of a shared blob once.
fn bytes_of(shards: &[ShardAt]) -> u64 {
    let mut seen = HashSet::new();
    let own = shards.iter().filter(|shard| seen.insert(shard.stored.blob));
    own.fold(0, |sum, shard| sum.saturating_add(shard.stored.rdb_bytes.0))
}

/// The snapshots for which `wanted` holds.
fn all_snapshots(tx: &mut Tx<'_>, wanted: impl Fn(&Snapshot) -> bool) -> Result<Vec<Snapshot>, CatalogError> {
    of_all_snapshots(tx, |snapshot| if wanted(&snapshot) { vec![snapshot] } else { Vec::new() })
}

/// What `pick` takes of each snapshot; a page of them is in memory at a time.
fn of_all_snapshots<T>(tx: &mut Tx<'_>, pick: impl Fn(Snapshot) -> Vec<T>) -> Result<Vec<T>, CatalogError> {
    let mut picked = Vec::new();
    let mut scan = Scan::keys("", BATCH);
    loop {
        let page = tx.scan::<Snapshot>(&scan)?;
        let last = page.last().filter(|_| page.len() == BATCH).map(|last| last.name.clone());
        picked.extend(page.into_iter().flat_map(&pick));
        match last {
            Some(last) => scan = Scan::keys("", BATCH).after(last.as_str()),
            None => return Ok(picked),
        }
    }
}
