//! CreateSnapshot (L9-L23).
//!
//! The call moves the cluster to `snapshotting` and writes the job. The job chooses the node (a replica in step, else the
//! primary), takes its data over the replication link, checks the bytes as they pass, seals and stores them, reads them
//! back, and makes the snapshot available and the cluster free in one transaction. Nothing of the data set is held in
//! memory beyond a few segments.

use super::copy::give_up;
use super::{advance, insert_new, stored};
use crate::authorize::{Call, Conditions, tags_of};
use crate::clusters::{self, Nodes};
use crate::crash::{CrashPoint, reached};
use crate::error::chain;
use crate::jobs::{Held, StepError, Work};
use crate::sweep::{abandon_blobs_of, begin_blob, seal_blob};
use crate::{Control, Refusal, tags};
use async_trait::async_trait;
use serde::Serialize;
use valkeep_domain::arn::Place;
use valkeep_domain::cluster::{CacheCluster, ClusterEvent, NodeRole};
use valkeep_domain::ids::BlobId;
use valkeep_domain::names::{ClusterId, NodeGroupId, ReplicationGroupId, SnapshotName};
use valkeep_domain::size::ByteCount;
use valkeep_domain::snapshot::{
    NodeGroupConfiguration, NodeSnapshot, Origin, OriginLevel, Snapshot, SnapshotEvent, SnapshotSource, SnapshotState,
    StoredShard,
};
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::{CatalogError, Scan, Tx};
use valkeep_ports::engines::{EngineError, RdbSink};
use valkeep_ports::records::SnapshotTaken;
use valkeep_ports::sealed::{NewBlob, SealedReader, SealedWriter};
use valkeep_rdb::{Checksum, Summary, Walker};
use valkeep_seal::{Compression, PlainCheck, Sealed};

/// L63 counts snapshots of any 24 contiguous hours.
const QUOTA_PERIOD_MS: i64 = 24 * 3600 * 1000;

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct CreateSnapshot {
    pub name: SnapshotName,
    pub source: SnapshotOf,
    pub kms_key: Option<String>,
    /// `None` inherits the tags of the source (T11).
    pub tags: Option<Tags>,
}

/// Where the data comes from (L9-L11).
#[derive(Clone, Debug)]
pub enum SnapshotOf {
    Cluster(ClusterId),
    Group(ReplicationGroupId),
    /// Both are named: the cluster, which must be a member of the group.
    Member {
        cluster: ClusterId,
        group: ReplicationGroupId,
    },
}

impl Control {
    /// Begins a manual snapshot.
    ///
    /// # Errors
    /// Every refusal of spec 3.3 and L63.
    pub async fn create_snapshot(&self, call: Call, request: CreateSnapshot) -> Result<Snapshot, Refusal> {
        self.look_at_cluster(call, request.clone()).await?;
        let key_arn = self.usable_key(request.kms_key.as_deref()).await?;
        let job = self.new_job(Work::CreateSnapshot { snapshot: request.name.clone() });
        let (written, now, place) = (job.record(), self.now(), self.settings.place.clone());
        let quota = self.settings.manual_snapshots_per_node_per_day;
        let snapshot = self
            .ports
            .store
            .write(move |tx| {
                let (nodes, cluster) = source_of(tx, &request.source)?;
                count_against_quota(tx, &cluster.id, &request.name, now, quota)?;
                clusters::request(tx, &nodes, &cluster, ClusterEvent::SnapshotBegun)?;
                let snapshot = planned(request.name.clone(), &cluster, key_arn.clone(), now);
                insert_new(tx, &snapshot)?;
                let tags = match &request.tags {
                    Some(tags) => tags.clone(),
                    None => tags_of(tx, &nodes.arn(&place))?,
                };
                tags::put(tx, &place.snapshot(&request.name), tags)?;
                tx.insert(&written)?;
                reached(CrashPoint::RequestBeforeCommit);
                Ok::<_, Refusal>(snapshot)
            })
            .await?;
        self.start_job(job);
        Ok(snapshot)
    }

    /// P2, P4; then whether the source is there and free.
    async fn look_at_cluster(&self, call: Call, request: CreateSnapshot) -> Result<(), Refusal> {
        let place = self.settings.place.clone();
        self.ports
            .store
            .read(move |tx| {
                let conditions = Conditions::default()
                    .request_tags(request.tags.as_ref())
                    .with_some("elasticache:KmsKeyId", request.kms_key.as_deref());
                let arn = place.snapshot(&request.name);
                call.authorize("CreateSnapshot", &arn.to_string(), &conditions)?;
                for source in request.source.arns(&place) {
                    let on_source = conditions.clone().resource_tags(&tags_of(tx, &source)?);
                    call.authorize("CreateSnapshot", &source.to_string(), &on_source)?;
                }
                call.authorize_tagging(&arn, request.tags.as_ref())?;
                let (nodes, cluster) = source_of(tx, &request.source)?;
                clusters::check(tx, &nodes, &cluster, ClusterEvent::SnapshotBegun)?;
                match tx.get::<Snapshot>(request.name.as_str())? {
                    Some(_) => Err(Refusal::SnapshotExists(request.name.clone())),
                    None => Ok(()),
                }
            })
            .await
    }

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

impl SnapshotOf {
    fn arns(&self, place: &Place) -> Vec<valkeep_domain::arn::Arn> {
        match self {
            Self::Cluster(id) => vec![place.cluster(id)],
            Self::Group(id) => vec![place.replication_group(id)],
            Self::Member { cluster, group } => vec![place.cluster(cluster), place.replication_group(group)],
        }
    }
}

/// The group or single cluster that is snapshotted, and the node that the snapshot is listed under.
fn source_of(tx: &mut Tx<'_>, source: &SnapshotOf) -> Result<(Nodes, CacheCluster), Refusal> {
    match source {
        SnapshotOf::Cluster(id) => {
            let cluster = clusters::cluster(tx, id)?;
            Ok((Nodes::of(&cluster), cluster))
        }
        SnapshotOf::Group(id) => {
            let group = clusters::group(tx, id)?;
            let cluster = preferred_member(tx, &group.members)?;
            Ok((Nodes::Group(id.clone()), cluster))
        }
        SnapshotOf::Member { cluster, group } => {
            let member = clusters::cluster(tx, cluster)?;
            clusters::group(tx, group)?;
            if member.group.as_ref() != Some(group) {
                return Err(Refusal::InvalidCombination(format!(
                    "The cache cluster {cluster} is not a member of the replication group {group}."
                )));
            }
            Ok((Nodes::Group(group.clone()), member))
        }
    }
}

/// L13: a replica where there is one. Whether it is in step is seen when the job looks at it.
fn preferred_member(tx: &mut Tx<'_>, members: &[ClusterId]) -> Result<CacheCluster, Refusal> {
    let mut preferred = None;
    for id in members {
        let member = clusters::cluster(tx, id)?;
        if member.role == NodeRole::Replica {
            return Ok(member);
        }
        preferred = preferred.or(Some(member));
    }
    preferred.ok_or_else(|| Refusal::Internal("a replication group has no members".into()))
}

/// L63: remembers this snapshot of the node, unless there were too many within the period.
fn count_against_quota(
    tx: &mut Tx<'_>,
    cluster: &ClusterId,
    snapshot: &SnapshotName,
    now: Timestamp,
    quota: u32,
) -> Result<(), Refusal> {
    let prefix = SnapshotTaken::of_cluster(cluster);
    let since = SnapshotTaken::from(cluster, now.plus_ms(-QUOTA_PERIOD_MS));
    let counted = Scan::keys(&prefix, quota as usize).after(&since);
    if tx.scan::<SnapshotTaken>(&counted)?.len() >= quota as usize {
        return Err(Refusal::SnapshotQuota(quota));
    }
    let outdated = Scan { to: std::ops::Bound::Excluded(since), ..Scan::keys(&prefix, 10) };
    for (key, _) in tx.scan_at::<SnapshotTaken>(&outdated)? {
        tx.remove::<SnapshotTaken>(&key)?;
    }
    tx.insert(&SnapshotTaken { cluster: cluster.clone(), at: now, snapshot: snapshot.to_string() })?;
    Ok(())
}

/// The snapshot before it has data: what is known of the cluster is frozen in it (F4).
pub(crate) fn planned(name: SnapshotName, cluster: &CacheCluster, kms_key: Option<String>, now: Timestamp) -> Snapshot {
    let settings = &cluster.settings;
    Snapshot {
        name,
        state: SnapshotState::Creating,
        source: SnapshotSource::Manual,
        origin: Origin {
            level: OriginLevel::Node {
                cluster: cluster.id.clone(),
                created_at: cluster.created_at,
                zone: cluster.zone.clone(),
                group: cluster.group.clone(),
            },
            node_type: settings.node_type.clone(),
            engine: settings.engine,
            engine_version: settings.engine_version.clone(),
            port: cluster.node.port,
            parameter_group: settings.parameter_group.clone(),
            subnet_group: settings.subnet_group.clone(),
            vpc_id: settings.vpc_id.clone(),
            auto_minor_version_upgrade: settings.auto_minor_version_upgrade,
            retention_limit_days: settings.retention_limit_days,
            snapshot_window: settings.snapshot_window,
            maintenance_window: settings.maintenance_window,
            topic_arn: None,
        },
        shards: vec![NodeSnapshot {
            cluster: cluster.id.clone(),
            node_group: NodeGroupConfiguration {
                id: NodeGroupId::numbered(1),
                slots: "0-16383".to_owned(),
                replica_count: 0,
                primary_zone: cluster.zone.clone(),
                replica_zones: Vec::new(),
            },
            node_id: "0001".to_owned(),
            node_created_at: cluster.created_at,
            stored: None,
        }],
        kms_key,
        created_at: now,
    }
}

/// The job of a manual snapshot.
pub(crate) async fn run(control: &Control, held: Held, name: &SnapshotName) -> Result<(), StepError> {
    let captured = capture(control, held, name, Prefer::Replica).await?;
    let name = name.clone();
    control
        .ports
        .store
        .write(move |tx| {
            held.finish(tx)?;
            let nodes = nodes_of(tx, &name)?;
            captured.store(tx, &name)?;
            clusters::settle(tx, &nodes, ClusterEvent::SnapshotEnded)
        })
        .await?;
    reached(CrashPoint::CreateFinished);
    Ok(())
}

/// The snapshot failed, with its reason; the cluster is free again (L23).
pub(crate) async fn fail(control: &Control, held: Held, name: &SnapshotName, reason: String) -> Result<(), StepError> {
    let name = name.clone();
    control
        .ports
        .store
        .write(move |tx| {
            held.finish(tx)?;
            abandon_blobs_of(tx, held)?;
            let nodes = nodes_of(tx, &name)?;
            give_up(tx, &name, &reason)?;
            clusters::settle(tx, &nodes, ClusterEvent::SnapshotEnded)
        })
        .await
}

/// The group or cluster that a snapshot in progress was taken of.
fn nodes_of(tx: &mut Tx<'_>, name: &SnapshotName) -> Result<Nodes, StepError> {
    let snapshot = stored(tx, name)?;
    match (snapshot.group(), snapshot.cluster()) {
        (Some(group), _) => Ok(Nodes::Group(group.clone())),
        (None, Some(cluster)) => Ok(Nodes::Cluster(cluster.clone())),
        (None, None) => Err(StepError::Fail(format!("snapshot {name} has no source"))),
    }
}

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
    replica_count: u16,
}

impl Captured {
    /// Makes the snapshot available with this data.
    pub(crate) fn store(&self, tx: &mut Tx<'_>, name: &SnapshotName) -> Result<(), StepError> {
        seal_blob(tx, self.blob, self.stored_bytes)?;
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
                shard.node_group.replica_count = self.replica_count;
                shard.node_group.replica_zones = vec![self.cluster.zone.clone(); usize::from(self.replica_count)];
                shard.stored = Some(self.shard.clone());
            }
        })
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
    let cluster = choose(control, &snapshot, &members, prefer).await?;
    let key_arn = match &snapshot.kms_key {
        Some(arn) => arn.clone(),
        None => control.ports.keys.default_key().await?,
    };
    reached(CrashPoint::CreateBeforeBlobRecord);
    let blob = begin_blob(control, held, &key_arn).await?;
    reached(CrashPoint::CreateBlobRecorded);
    let (taken, sealed) = transfer(control, &snapshot, &cluster, blob, key_arn).await?;
    reached(CrashPoint::CreateBlobCommitted);
    read_back(control, blob).await?;
    reached(CrashPoint::CreateVerified);
    Ok(Captured {
        blob,
        stored_bytes: sealed.stored_bytes,
        shard: StoredShard {
            blob,
            rdb_bytes: ByteCount(sealed.plain_bytes),
            sha256: hex::encode(sealed.sha256),
            format: taken.summary.format.to_string(),
            keys: taken.summary.keys,
            taken_at: taken.began_at.whole_seconds(),
        },
        replica_count: u16::try_from(members.len().saturating_sub(1)).unwrap_or(u16::MAX),
        cluster,
    })
}

/// The snapshot and the nodes it could be taken from; blobs of an attempt that was cut short are taken back.
async fn look(control: &Control, held: Held, name: &SnapshotName) -> Result<(Snapshot, Vec<CacheCluster>), StepError> {
    let name = name.clone();
    control
        .ports
        .store
        .write(move |tx| {
            held.check(tx)?;
            abandon_blobs_of(tx, held)?;
            let snapshot = stored(tx, &name)?;
            let nodes = nodes_of(tx, &name)?;
            let members = clusters::members(tx, &nodes)?;
            Ok::<_, StepError>((snapshot, members))
        })
        .await
}

/// L13: the node that the snapshot names, unless it is a replica that is not in step.
async fn choose(
    control: &Control,
    snapshot: &Snapshot,
    members: &[CacheCluster],
    prefer: Prefer,
) -> Result<CacheCluster, StepError> {
    let primary = members.iter().find(|member| member.role == NodeRole::Primary);
    let named = members.iter().find(|member| snapshot.cluster() == Some(&member.id));
    let (Some(primary), Some(named)) = (primary, named) else {
        return Err(StepError::Fail("the cluster has no such node any more".to_owned()));
    };
    if prefer == Prefer::Primary || named.id == primary.id {
        return Ok(primary.clone());
    }
    match control.ports.engines.inspect(&control.access(named)?).await {
        Ok(facts) if facts.in_step && !facts.loading => Ok(named.clone()),
        Ok(_) => {
            tracing::warn!(node = %named.id, "the replica is not in step; the primary is taken");
            Ok(primary.clone())
        }
        Err(error) => {
            tracing::warn!(node = %named.id, error = chain(&error), "the replica cannot be asked; the primary is taken");
            Ok(primary.clone())
        }
    }
}

/// What passed during a capture.
struct Taken {
    summary: Summary,
    began_at: Timestamp,
}

/// Subject of a blob: enough to find a lost snapshot again.
#[derive(Serialize)]
struct Subject<'a> {
    kind: &'static str,
    snapshot: &'a Snapshot,
}

/// Facts of a blob, known at its end.
#[derive(Serialize)]
struct Facts {
    format: String,
    /// Hexadecimal; absent when the server keeps no checksums.
    crc64: Option<String>,
    keys: u64,
    expires: u64,
    databases: u32,
    functions: u64,
    engine_version: Option<String>,
}

async fn transfer(
    control: &Control,
    snapshot: &Snapshot,
    cluster: &CacheCluster,
    blob: BlobId,
    key_arn: String,
) -> Result<(Taken, Sealed), StepError> {
    let subject = serde_json::to_vec(&Subject { kind: "snapshot-shard", snapshot })
        .map_err(|error| StepError::Fail(error.to_string()))?;
    let new = NewBlob {
        id: blob,
        key_arn,
        context: control.encryption_context(blob),
        subject,
        compression: Compression::Zstd1,
    };
    let writer = SealedWriter::create(control.ports.blobs.as_ref(), control.ports.keys.as_ref(), new).await?;
    let mut sink = Sink { control, walker: Walker::new(), writer, began_at: None };
    control.ports.engines.capture(&control.access(cluster)?, &mut sink).await?;
    reached(CrashPoint::CreateCaptured);
    let began_at = sink.began_at.unwrap_or_else(|| control.now());
    let summary = sink.walker.finish().map_err(|error| StepError::Fail(error.to_string()))?;
    let facts = serde_json::to_vec(&Facts::of(&summary)).map_err(|error| StepError::Fail(error.to_string()))?;
    let sealed = sink.writer.commit(&facts).await?;
    Ok((Taken { summary, began_at }, sealed))
}

impl Facts {
    fn of(summary: &Summary) -> Self {
        Self {
            format: summary.format.to_string(),
            crc64: match summary.checksum {
                Checksum::Matched(sum) => Some(format!("{sum:016x}")),
                Checksum::Disabled => None,
            },
            keys: summary.keys,
            expires: summary.expires,
            databases: summary.databases,
            functions: summary.functions,
            engine_version: summary.engine_version.clone(),
        }
    }
}

/// Walks the file as it comes and seals what belongs to it.
struct Sink<'a> {
    control: &'a Control,
    walker: Walker,
    writer: SealedWriter,
    began_at: Option<Timestamp>,
}

#[async_trait]
impl RdbSink for Sink<'_> {
    async fn push(&mut self, bytes: &[u8]) -> Result<usize, EngineError> {
        self.began_at.get_or_insert_with(|| self.control.now());
        let taken = self.walker.push(bytes).map_err(|error| EngineError::Broken(error.to_string()))?;
        self.writer.push(&bytes[..taken]).await.map_err(|error| EngineError::Sink(Box::new(error)))?;
        Ok(taken)
    }

    fn is_complete(&self) -> bool {
        self.walker.is_complete()
    }
}

/// `available` means that every byte was read back, opened, and has the digest that was taken on its way in.
async fn read_back(control: &Control, blob: BlobId) -> Result<(), StepError> {
    let reader = SealedReader::open(control.ports.blobs.as_ref(), control.ports.keys.as_ref(), blob).await?;
    let mut check = PlainCheck::new(reader.footer());
    let mut pieces = reader.pieces(0..u64::MAX);
    while let Some(piece) = pieces.next().await? {
        check.update(&piece);
    }
    check.finish().map_err(|error| StepError::Fail(error.to_string()))
}

/// A final snapshot exists before anything is deleted (L57, L59).
pub(crate) fn insert_final(
    tx: &mut Tx<'_>,
    name: &SnapshotName,
    nodes: &Nodes,
    place: &Place,
    now: Timestamp,
) -> Result<(), Refusal> {
    let members = clusters::members(tx, nodes).map_err(|error| Refusal::Internal(Box::new(error)))?;
    let primary = members.iter().find(|member| member.role == NodeRole::Primary);
    let primary = primary.ok_or_else(|| Refusal::Internal("the cluster has no primary".into()))?;
    insert_new(tx, &planned(name.clone(), primary, None, now))?;
    let inherited = tags_of(tx, &nodes.arn(place))?;
    tags::put(tx, &place.snapshot(name), inherited).map_err(|error: CatalogError| error.into())
}
