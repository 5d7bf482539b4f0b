//! Taking the data of one shard: the part of a job that moves bytes in.
//!
//! Its data comes over the replication link, is walked as it passes, sealed, stored, and read back. Nothing of the data set
//! is held in memory beyond a few segments.

use super::facts::Recorded;
use super::rendezvous::Rendezvous;
use super::source::{Look, Untaken};
use super::subject::subject_of;
use crate::Control;
use crate::blobs::{begin, keep_if_held};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, StepError, Tally};
use async_trait::async_trait;
use std::sync::Arc;
use valkeep_domain::arn::Place;
use valkeep_domain::cluster::{CacheCluster, SavedSize};
use valkeep_domain::ids::BlobId;
use valkeep_domain::size::ByteCount;
use valkeep_domain::slots::SLOT_COUNT;
use valkeep_domain::snapshot::{Snapshot, StoredShard};
use valkeep_domain::time::Timestamp;
use valkeep_ports::engines::{EngineError, RdbSink};
use valkeep_ports::sealed::{Committed, NewBlob, SealedWriter};
use valkeep_rdb::{Facts, Inspector, SlotSet};

/// The data of a shard, stored and read back, not yet anybody's.
#[derive(Clone, Debug)]
pub(super) struct CapturedShard {
    /// The node that gave it.
    pub(super) node: CacheCluster,
    pub(super) stored_bytes: u64,
    pub(super) shard: StoredShard,
    /// Slots of which there are keys, and which the shard does not have.
    pub(super) foreign_slots: usize,
}

/// A shard of a snapshot in progress, and the node that is to give its data.
pub(super) struct Capture {
    pub(super) control: Arc<Control>,
    pub(super) held: Held,
    pub(super) snapshot: Arc<Snapshot>,
    /// From 0.
    pub(super) position: u16,
    pub(super) node: CacheCluster,
    pub(super) look: Look,
    pub(super) rendezvous: Rendezvous,
    pub(super) tally: Tally,
}

impl Capture {
    /// Takes the data of the node once all other shards are as far.
    pub(super) async fn run(self) -> Result<CapturedShard, Untaken> {
        let taken = self.take().await;
        if taken.is_err() {
            self.rendezvous.give_up();
        }
        taken
    }

    async fn take(&self) -> Result<CapturedShard, Untaken> {
        let Self { control, held, .. } = self;
        let key_arn = match &self.snapshot.kms_key {
            Some(arn) => arn.clone(),
            None => control.ports.keys.default_key().await.map_err(StepError::from)?,
        };
        reached(CrashPoint::CreateBeforeBlobRecord);
        let blob = begin(control, *held, &key_arn).await?;
        reached(CrashPoint::CreateBlobRecorded);
        let (taken, committed) = self.transfer(blob, key_arn).await?;
        reached(CrashPoint::CreateBlobCommitted);
        keep_if_held(control, *held, blob).await?;
        // `available` means that every byte was read back, opened, and has the digest that was taken on its way in.
        let read_back = committed.read_back(control.ports.blobs.as_ref(), control.ports.keys.as_ref()).await;
        let sealed = read_back.map_err(StepError::from)?;
        reached(CrashPoint::CreateVerified);
        let saved =
            self.look.memory.map(|memory| SavedSize { data_bytes: memory.data_bytes, rdb_bytes: sealed.plain_bytes });
        Ok(CapturedShard {
            node: CacheCluster { saved, ..self.node.clone() },
            stored_bytes: sealed.stored_bytes,
            shard: StoredShard {
                blob,
                rdb_bytes: ByteCount(sealed.plain_bytes),
                sha256: hex::encode(sealed.sha256),
                format: taken.facts.format,
                keys: taken.facts.keys,
                crc64: taken.facts.crc64,
                taken_at: taken.began_at.whole_seconds(),
            },
            foreign_slots: taken.foreign_slots,
        })
    }

    async fn transfer(&self, blob: BlobId, key_arn: String) -> Result<(Taken, Committed), Untaken> {
        let control = self.control.as_ref();
        let new = NewBlob {
            id: blob,
            key_arn,
            context: control.encryption_context(blob),
            subject: subject_of(control, &self.snapshot, self.position).await?,
            compression: control.settings.compression,
            read_behind: true,
        };
        let writer = SealedWriter::create(control.ports.blobs.as_ref(), control.ports.keys.as_ref(), new).await;
        let writer = writer.map_err(StepError::from)?;
        let mut sink = Sink { capture: self, inspector: Inspector::new(), writer, began_at: None };
        let access = control.access(&self.node)?;
        tokio::select! {
            captured = control.ports.engines.capture(&access, &mut sink) => captured.map_err(Untaken::Node)?,
            () = self.rendezvous.given_up() => return Err(Untaken::GivenUp),
        }
        reached(CrashPoint::CreateCaptured);
        let began_at = sink.began_at.unwrap_or_else(|| control.now());
        let foreign_slots = self.foreign_slots(sink.inspector.slots());
        let facts = sink.inspector.finish().map_err(|error| StepError::Fail(error.to_string().into()))?;
        // What the replica told before may be true no more when it saved; the file itself says whose data it has.
        if self.look.history.is_some() && facts.replication_id != self.look.history {
            return Err(Untaken::Node(EngineError::Stranger));
        }
        let footer = serde_json::to_vec(&Recorded { facts: &facts, taken_at: began_at })
            .map_err(|error| StepError::Fail(error.to_string().into()))?;
        let committed = sink.writer.commit(&footer).await.map_err(StepError::from)?;
        Ok((Taken { facts, foreign_slots, began_at }, committed))
    }

    fn foreign_slots(&self, used: &SlotSet) -> usize {
        let own = self.snapshot.shards.get(usize::from(self.position)).map(|shard| &shard.node_group.slots);
        let is_foreign = |slot: &u16| used.contains(*slot) && own.is_some_and(|own| !own.contains(*slot));
        (0..SLOT_COUNT).filter(is_foreign).count()
    }
}

/// What passed during a capture.
struct Taken {
    facts: Facts,
    foreign_slots: usize,
    began_at: Timestamp,
}

/// Walks the file as it comes and seals what belongs to it.
struct Sink<'a> {
    capture: &'a Capture,
    inspector: Inspector,
    writer: SealedWriter,
    began_at: Option<Timestamp>,
}

#[async_trait]
impl RdbSink for Sink<'_> {
    async fn ready(&mut self) -> Result<(), EngineError> {
        self.capture.rendezvous.meet().await;
        Ok(())
    }

    async fn push(&mut self, bytes: &[u8]) -> Result<usize, EngineError> {
        self.began_at.get_or_insert_with(|| self.capture.control.now());
        let taken = self.inspector.push(bytes).map_err(|error| EngineError::Broken(error.to_string()))?;
        self.writer.push(&bytes[..taken]).await.map_err(|error| EngineError::Sink(Box::new(error)))?;
        self.capture.tally.add(taken as u64);
        Ok(taken)
    }

    fn is_complete(&self) -> bool {
        self.inspector.is_complete()
    }
}

impl Control {
    /// What binds a wrapped data key to its blob.
    pub(crate) fn encryption_context(&self, blob: BlobId) -> Vec<(String, String)> {
        let Place { region, account, .. } = &self.settings.place;
        vec![
            ("valkeep:account".to_owned(), account.clone()),
            ("valkeep:region".to_owned(), region.clone()),
            ("valkeep:blob".to_owned(), blob.to_string()),
        ]
    }
}
