//! Taking the data of a node: the part of a job that moves bytes in.
//!
//! The node is chosen (a replica in step, else the primary), its data comes over the replication link, is walked as it
//! passes, sealed, stored, and read back. Nothing of the data set is held in memory beyond a few segments.

use super::facts::Recorded;
use super::source::{self, Candidates, Untaken};
use super::subject::subject_of;
use super::{advance, nodes_of, stored};
use crate::blobs::{abandon_those_of, begin, keep_if_held, seal};
use crate::clusters;
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Meter, MovingJob, StepError, Total};
use crate::{Control, error_chain, events};
use async_trait::async_trait;
use valkeep_domain::arn::Place;
use valkeep_domain::cluster::{CacheCluster, NodeRole, SavedSize};
use valkeep_domain::ids::{BlobId, JobId};
use valkeep_domain::names::SnapshotName;
use valkeep_domain::size::ByteCount;
use valkeep_domain::snapshot::{OriginLevel, Snapshot, SnapshotEvent, StoredShard};
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::Tx;
use valkeep_ports::engines::{EngineError, RdbSink};
use valkeep_ports::sealed::{Committed, NewBlob, SealedWriter};
use valkeep_rdb::{Facts, Inspector};

/// Which member of a group the data is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefer {
    /// The node that the snapshot names; the primary when that one is a replica out of step (L13).
    Replica,
    /// L57: final snapshots.
    Primary,
}

/// The data of a node, stored and read back, not yet anybody's.
#[derive(Clone, Debug)]
pub(crate) struct Captured {
    cluster: CacheCluster,
    blob: BlobId,
    stored_bytes: u64,
    shard: StoredShard,
    primary_zone: String,
    replica_zones: Vec<String>,
}

impl Captured {
    /// Makes the snapshot available with this data.
    pub(crate) fn store(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        job: JobId,
        name: &SnapshotName,
    ) -> Result<(), StepError> {
        seal(tx, job, self.blob, self.stored_bytes)?;
        advance(tx, name, SnapshotEvent::Stored, |snapshot| {
            if let OriginLevel::Node { cluster, created_at, zone, .. } = &mut snapshot.origin.level {
                cluster.clone_from(&self.cluster.id);
                *created_at = self.cluster.created_at;
                zone.clone_from(&self.cluster.zone);
            }
            snapshot.origin.port = self.cluster.node.port;
            for shard in &mut snapshot.shards {
                shard.cluster = self.cluster.id.clone();
                shard.node_created_at = self.cluster.created_at;
                shard.node_group.primary_zone.clone_from(&self.primary_zone);
                shard.node_group.replica_count = u16::try_from(self.replica_zones.len()).unwrap_or(u16::MAX);
                shard.node_group.replica_zones.clone_from(&self.replica_zones);
                shard.stored = Some(self.shard.clone());
            }
        })?;
        // What is known of the node goes on with it; it may be gone from its group meanwhile.
        if let Some(node) = tx.get::<CacheCluster>(self.cluster.id.as_str())? {
            tx.replace(&CacheCluster { saved: self.cluster.saved.or(node.saved), ..node })?;
        }
        let snapshot = stored(tx, name)?;
        Ok(events::snapshot_succeeded(tx, now, &snapshot)?)
    }
}

/// Takes the data of the node that a snapshot in progress names.
pub(crate) async fn capture(
    control: &Control,
    held: Held,
    name: &SnapshotName,
    prefer: Prefer,
) -> Result<Captured, StepError> {
    let (snapshot, members) = look(control, held, name).await?;
    let Candidates { replica, primary } = Candidates::of(&snapshot, &members, prefer)?;
    if let Some(replica) = replica {
        match take(control, held, &snapshot, &members, &replica).await {
            Err(Untaken::Node(error)) if error.is_of_the_node() => {
                pass_over(control, held, name, &replica, &primary, &error).await?;
            }
            taken => return Ok(taken?),
        }
    }
    Ok(take(control, held, &snapshot, &members, &primary).await?)
}

/// The replica does not give its data: what came of them goes, and who asks is told why.
async fn pass_over(
    control: &Control,
    held: Held,
    name: &SnapshotName,
    replica: &CacheCluster,
    primary: &CacheCluster,
    error: &EngineError,
) -> Result<(), StepError> {
    tracing::warn!(node = %replica.id, error = error_chain(error), "the replica gives no data; the primary is taken");
    let (name, now, cause) = (name.clone(), control.now(), error.told());
    let [replica, primary] = [replica.id.clone(), primary.id.clone()];
    held.write(control, move |tx, job| {
        abandon_those_of(tx, job.id)?;
        Ok(events::snapshot_moved(tx, now, &name, [&replica, &primary], &cause)?)
    })
    .await
}

/// Takes the data of this node.
async fn take(
    control: &Control,
    held: Held,
    snapshot: &Snapshot,
    members: &[CacheCluster],
    cluster: &CacheCluster,
) -> Result<Captured, Untaken> {
    let memory = source::look_at(control, cluster).await?;
    let key_arn = match &snapshot.kms_key {
        Some(arn) => arn.clone(),
        None => control.ports.keys.default_key().await.map_err(StepError::from)?,
    };
    reached(CrashPoint::CreateBeforeBlobRecord);
    let blob = begin(control, held, &key_arn).await?;
    reached(CrashPoint::CreateBlobRecorded);
    let estimate = memory.map(|memory| Total::Estimate(source::estimate(memory, members)));
    let meter = control.progress.begin(held.id(), MovingJob::Create, &snapshot.name, estimate);
    let (taken, committed) = transfer(control, snapshot, cluster, blob, key_arn, &meter).await?;
    reached(CrashPoint::CreateBlobCommitted);
    keep_if_held(control, held, blob).await?;
    // `available` means that every byte was read back, opened, and has the digest that was taken on its way in.
    let read_back = committed.read_back(control.ports.blobs.as_ref(), control.ports.keys.as_ref()).await;
    let sealed = read_back.map_err(StepError::from)?;
    reached(CrashPoint::CreateVerified);
    let cluster = CacheCluster {
        saved: memory.map(|memory| SavedSize { data_bytes: memory.data_bytes, rdb_bytes: sealed.plain_bytes }),
        ..cluster.clone()
    };
    Ok(Captured {
        blob,
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
        primary_zone: zones_of(members, NodeRole::Primary).next().unwrap_or_default(),
        replica_zones: zones_of(members, NodeRole::Replica).collect(),
        cluster,
    })
}

fn zones_of(members: &[CacheCluster], role: NodeRole) -> impl Iterator<Item = String> + '_ {
    members.iter().filter(move |member| member.role == role).map(|member| member.zone.clone())
}

/// The snapshot and the nodes it could be taken from; blobs of an attempt that was cut short are taken back.
async fn look(control: &Control, held: Held, name: &SnapshotName) -> Result<(Snapshot, Vec<CacheCluster>), StepError> {
    let name = name.clone();
    held.write(control, move |tx, job| {
        abandon_those_of(tx, job.id)?;
        let snapshot = stored(tx, &name)?;
        let nodes = nodes_of(tx, &name)?;
        let members = clusters::members(tx, &nodes)?;
        Ok((snapshot, members))
    })
    .await
}

/// What passed during a capture.
struct Taken {
    facts: Facts,
    began_at: Timestamp,
}

async fn transfer(
    control: &Control,
    snapshot: &Snapshot,
    cluster: &CacheCluster,
    blob: BlobId,
    key_arn: String,
    meter: &Meter<'_>,
) -> Result<(Taken, Committed), Untaken> {
    let new = NewBlob {
        id: blob,
        key_arn,
        context: control.encryption_context(blob),
        subject: subject_of(control, snapshot, 0).await?,
        compression: control.settings.compression,
        read_behind: true,
    };
    let writer = SealedWriter::create(control.ports.blobs.as_ref(), control.ports.keys.as_ref(), new).await;
    let writer = writer.map_err(StepError::from)?;
    let mut sink = Sink { control, meter, inspector: Inspector::new(), writer, began_at: None };
    let captured = control.ports.engines.capture(&control.access(cluster)?, &mut sink).await;
    captured.map_err(Untaken::Node)?;
    reached(CrashPoint::CreateCaptured);
    let began_at = sink.began_at.unwrap_or_else(|| control.now());
    let facts = sink.inspector.finish().map_err(|error| StepError::Fail(error.to_string().into()))?;
    let footer = serde_json::to_vec(&Recorded { facts: &facts, taken_at: began_at })
        .map_err(|error| StepError::Fail(error.to_string().into()))?;
    let committed = sink.writer.commit(&footer).await.map_err(StepError::from)?;
    Ok((Taken { facts, began_at }, committed))
}

/// Walks the file as it comes and seals what belongs to it.
struct Sink<'a> {
    control: &'a Control,
    meter: &'a Meter<'a>,
    inspector: Inspector,
    writer: SealedWriter,
    began_at: Option<Timestamp>,
}

#[async_trait]
impl RdbSink for Sink<'_> {
    async fn push(&mut self, bytes: &[u8]) -> Result<usize, EngineError> {
        self.began_at.get_or_insert_with(|| self.control.now());
        let taken = self.inspector.push(bytes).map_err(|error| EngineError::Broken(error.to_string()))?;
        self.writer.push(&bytes[..taken]).await.map_err(|error| EngineError::Sink(Box::new(error)))?;
        self.meter.add(taken as u64);
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
