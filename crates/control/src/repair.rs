//! Repair: blobs that the catalog does not know, made snapshots again.
//!
//! Bytes without a record come from a catalog that was put back to an older state, or lost. An older catalog may also say of
//! a blob that a job writes it, while the blob was finished since: while no job runs, such a blob is one that the catalog does
//! not know. Each blob says in its head which shard of which snapshot it is. A snapshot is made again only when all its
//! shards are there and each was read in full and found sound. Nothing is ever removed, and no snapshot of the catalog is
//! changed.

use crate::blobs::stored_where;
use crate::snapshots::subject::Subject;
use crate::snapshots::verified::{Cause, Verified, VerifyError};
use crate::snapshots::verify::{ShardAt, ShardReport, Told, Verdict, Verifying};
use crate::{Control, error_chain};
use serde::Deserialize;
use std::collections::BTreeMap;
use valkeep_domain::ids::BlobId;
use valkeep_domain::names::SnapshotName;
use valkeep_domain::size::ByteCount;
use valkeep_domain::snapshot::{Snapshot, SnapshotState, StoredShard};
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::{BlobError, BlobReader, BlobRecord, BlobState};
use valkeep_ports::catalog::{CatalogError, Tx};
use valkeep_ports::records::Tagged;
use valkeep_ports::sealed::{SealedError, SealedReader};

/// Put behind a name that is taken, with a number from 1.
const SUFFIX: &str = "recovered";

/// A blob that the catalog does not know, and what came of it.
#[derive(Clone, Debug)]
pub struct Orphan {
    pub blob: BlobId,
    /// The name that its snapshot had, and which shard it is, from 1.
    pub shard: Option<(SnapshotName, u32)>,
    pub fate: Fate,
}

/// What becomes of a blob that the catalog does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// With the other shards of its snapshot; not verified yet, since nothing was to be changed.
    CanBeMade,
    /// It belongs to this snapshot now.
    Made(SnapshotName),
    /// Other shards of its snapshot are missing, or damaged.
    Incomplete,
    /// Another blob holds a later attempt at the same shard.
    Superseded,
    /// No shard of a snapshot: an object of the S3 endpoint, or of a later version.
    NotAShard,
    /// Why, and where.
    Damaged(String),
    /// It could not be read or opened now.
    Unchecked(String),
}

/// A shard that is there.
#[derive(Debug)]
struct Candidate {
    subject: Subject,
    stored: StoredShard,
    stored_bytes: u64,
    key_arn: String,
}

/// What a footer says, as far as a record needs it.
#[derive(Deserialize)]
struct FooterFacts {
    format: String,
    crc64: Option<String>,
    keys: u64,
    taken_at: Option<Timestamp>,
}

/// A snapshot by the name and moment of its making: names are used again.
type Identity = (SnapshotName, Timestamp);

impl Control {
    /// Finds the blobs that the catalog does not know, and with `apply` makes snapshots of them again. Tags are those of the moment the
    /// blob was begun. Copies under the same key have no blob of their own and are not found.
    ///
    /// # Errors
    /// When the catalog fails or the blobs cannot be listed; what is wrong with one blob is in its [`Fate`].
    pub async fn repair(&self, apply: bool, told: Told<'_>) -> Result<Vec<Orphan>, RepairError> {
        let mut orphans = Vec::new();
        let mut groups = BTreeMap::<Identity, BTreeMap<u16, Candidate>>::new();
        for blob in self.unknown_blobs().await? {
            match self.candidate(blob).await {
                Ok(Some(candidate)) => {
                    if let Some(older) = put_newest(&mut groups, candidate) {
                        orphans.push(older.orphan(Fate::Superseded));
                    }
                }
                Ok(None) => orphans.push(Orphan { blob, shard: None, fate: Fate::NotAShard }),
                // It was begun and never finished, or it is being removed.
                Err(Cause::Sealed(SealedError::Blob(BlobError::NotFound(_)))) => {}
                Err(cause) => orphans.push(Orphan { blob, shard: None, fate: Fate::of(&cause, error_chain(&cause)) }),
            }
        }
        let sizes = groups.values().flat_map(BTreeMap::values).map(|shard| shard.stored.rdb_bytes.0);
        let mut so_far = Verifying { done_bytes: 0, total_bytes: sizes.fold(0, u64::saturating_add) };
        for shards in groups.into_values() {
            let passed = |bytes| {
                so_far.done_bytes += bytes;
                told(so_far);
            };
            orphans.extend(self.repair_snapshot(shards, apply, passed).await?);
        }
        orphans.sort_by_key(|orphan| (orphan.shard.clone(), orphan.blob));
        Ok(orphans)
    }

    async fn repair_snapshot(
        &self,
        shards: BTreeMap<u16, Candidate>,
        apply: bool,
        mut passed: impl FnMut(u64) + Send,
    ) -> Result<Vec<Orphan>, RepairError> {
        let whole = shards.values().next().is_some_and(|shard| usize::from(shard.subject.shards) == shards.len());
        if !whole || !apply {
            let fate = if whole { Fate::CanBeMade } else { Fate::Incomplete };
            return Ok(shards.into_values().map(|shard| shard.orphan(fate.clone())).collect());
        }
        let mut refused = BTreeMap::new();
        for (position, shard) in &shards {
            if let Err(error) = self.read_orphan(shard, &mut passed).await {
                refused.insert(*position, Fate::of(&error.cause, error_chain(&error)));
            }
        }
        let fate = if refused.is_empty() { Fate::Made(self.make_again(&shards).await?) } else { Fate::Incomplete };
        let fate_of = |position| refused.get(position).unwrap_or(&fate).clone();
        Ok(shards.iter().map(|(position, shard)| shard.orphan(fate_of(position))).collect())
    }

    async fn read_orphan(&self, shard: &Candidate, passed: &mut (impl FnMut(u64) + Send)) -> Result<(), VerifyError> {
        let Subject { snapshot, position, .. } = &shard.subject;
        let mut verified = Verified::open(self, &snapshot.name, *position, &shard.stored).await?;
        while let Some(piece) = verified.next().await? {
            passed(piece.len() as u64);
        }
        Ok(())
    }

    /// The snapshot with these shards, available, under its name or one that is free.
    async fn make_again(&self, shards: &BTreeMap<u16, Candidate>) -> Result<SnapshotName, RepairError> {
        let Some(first) = shards.values().next() else { return Err(RepairError::NoName) };
        let own = |shard: &Candidate| {
            let mut own = shard.subject.snapshot.shards.clone();
            own.iter_mut().for_each(|it| it.stored = Some(shard.stored.clone()));
            own
        };
        let snapshot = Snapshot {
            state: SnapshotState::Available,
            shards: shards.values().flat_map(own).collect(),
            failed_export: None,
            ..first.subject.snapshot.clone()
        };
        let now = self.now();
        let records: Vec<_> = shards.values().map(|shard| shard.record(now)).collect();
        let (tags, place) = (first.subject.tags.clone(), self.settings.place.clone());
        self.ports
            .store
            .write(move |tx| {
                let name = free_name(tx, &snapshot.name)?.ok_or(RepairError::NoName)?;
                let made = Snapshot { name: name.clone(), ..snapshot.clone() };
                tx.insert(&made)?;
                for record in &records {
                    match tx.get::<BlobRecord>(&record.id.to_string())?.map(|known| known.state) {
                        None | Some(BlobState::Writing { job: Some(_) }) => tx.put(record)?,
                        Some(BlobState::Writing { job: None } | BlobState::Sealed { .. } | BlobState::Dead) => {
                            return Err(RepairError::Taken(record.id));
                        }
                    }
                }
                let arn = place.snapshot(&name).to_string();
                if tags != Default::default() && tx.get::<Tagged>(&arn)?.is_none() {
                    tx.insert(&Tagged { arn, tags: tags.clone() })?;
                }
                Ok::<_, RepairError>(name)
            })
            .await
    }

    /// Blobs that lie there and have no record, or that of a job that does not run and wrote them before.
    async fn unknown_blobs(&self) -> Result<Vec<BlobId>, RepairError> {
        let jobs_run = self.handover.has_workers();
        stored_where(self, move |record| match record.map(|known| &known.state) {
            None => true,
            Some(BlobState::Writing { job }) => job.is_some() && !jobs_run,
            Some(BlobState::Sealed { .. } | BlobState::Dead) => false,
        })
        .await
    }

    async fn candidate(&self, blob: BlobId) -> Result<Option<Candidate>, Cause> {
        let reader = SealedReader::open(self.ports.blobs.as_ref(), self.ports.keys.as_ref(), blob).await?;
        Candidate::of(&reader)
    }

    /// Verifies a sealed blob that lies anywhere, by what it says of itself. `None` when it is no shard of a snapshot.
    ///
    /// # Errors
    /// When it cannot be opened; what is wrong with its data is in the verdict.
    pub async fn verify_blob(&self, blob: Box<dyn BlobReader>, told: Told<'_>) -> Result<Option<ShardReport>, Cause> {
        let began = self.now();
        let reader = SealedReader::of(blob, self.ports.keys.as_ref()).await?;
        let Some(Candidate { subject, stored, .. }) = Candidate::of(&reader)? else { return Ok(None) };
        let mut so_far = Verifying { done_bytes: 0, total_bytes: stored.rdb_bytes.0 };
        let shard = ShardAt { snapshot: subject.snapshot.name, position: subject.position, stored };
        let read = async {
            let ShardAt { snapshot, position, stored } = &shard;
            let mut verified = Verified::open_unknown(reader, snapshot, *position, stored).await?;
            while let Some(piece) = verified.next().await? {
                so_far.done_bytes += piece.len() as u64;
                told(so_far);
            }
            verified.found()
        };
        let verdict = Verdict::of(read.await);
        Ok(Some(ShardReport { shard, verdict, took_ms: self.now().ms() - began.ms() }))
    }
}

/// Why a repair ends.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error("the blobs cannot be listed")]
    Blobs(#[from] BlobError),
    #[error("no name is free for a snapshot")]
    NoName,
    #[error("blob {0} was given to another owner meanwhile")]
    Taken(BlobId),
}

impl Fate {
    fn of(cause: &Cause, text: String) -> Self {
        if cause.is_damage() { Self::Damaged(text) } else { Self::Unchecked(text) }
    }
}

impl Candidate {
    /// What a blob says of itself; `None` when it is no shard.
    fn of(reader: &SealedReader) -> Result<Option<Self>, Cause> {
        let (header, footer) = (reader.header(), reader.footer());
        let Some(subject) = Subject::of(header) else { return Ok(None) };
        let facts: FooterFacts = serde_json::from_slice(&footer.facts).map_err(Cause::Facts)?;
        let stored = StoredShard {
            blob: BlobId(header.blob_id.0),
            rdb_bytes: ByteCount(footer.plain_bytes),
            sha256: hex::encode(footer.sha256),
            format: facts.format,
            keys: facts.keys,
            crc64: facts.crc64,
            // Blobs of the first versions do not say when they were taken.
            taken_at: facts.taken_at.unwrap_or(subject.snapshot.created_at).whole_seconds(),
        };
        Ok(Some(Self { subject, stored, stored_bytes: footer.stored_bytes, key_arn: header.key_arn.clone() }))
    }

    fn orphan(&self, fate: Fate) -> Orphan {
        let shard = (self.subject.snapshot.name.clone(), u32::from(self.subject.position) + 1);
        Orphan { blob: self.stored.blob, shard: Some(shard), fate }
    }

    fn record(&self, now: Timestamp) -> BlobRecord {
        BlobRecord {
            id: self.stored.blob,
            state: BlobState::Sealed { references: 1 },
            stored_bytes: ByteCount(self.stored_bytes),
            key_arn: self.key_arn.clone(),
            checked_at: Some(now),
        }
    }
}

/// Puts a shard where it belongs. Of two at one place the one taken later stays; the other is given back.
fn put_newest(groups: &mut BTreeMap<Identity, BTreeMap<u16, Candidate>>, new: Candidate) -> Option<Candidate> {
    let Snapshot { name, created_at, .. } = &new.subject.snapshot;
    let group = groups.entry((name.clone(), *created_at)).or_default();
    let position = new.subject.position;
    match group.remove(&position) {
        Some(known) if known.stored.taken_at > new.stored.taken_at => {
            group.insert(position, known);
            Some(new)
        }
        older => {
            group.insert(position, new);
            older
        }
    }
}

/// The name itself, or with `-recovered-1` and so on behind it.
fn free_name(tx: &mut Tx<'_>, wanted: &SnapshotName) -> Result<Option<SnapshotName>, CatalogError> {
    if tx.get::<Snapshot>(wanted.as_str())?.is_none() {
        return Ok(Some(wanted.clone()));
    }
    for number in 1..1000 {
        let suffix = format!("-{SUFFIX}-{number}");
        let stem = wanted.as_str().trim_start_matches("automatic.");
        let stem = &stem[..stem.len().min(SnapshotName::MAX_CHARS - suffix.len())];
        let Ok(name) = SnapshotName::parse_new(&format!("{}{suffix}", stem.trim_end_matches('-'))) else { continue };
        if tx.get::<Snapshot>(name.as_str())?.is_none() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
