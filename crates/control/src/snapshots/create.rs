//! CreateSnapshot (L9-L23).
//!
//! The call moves the cluster to `snapshotting` and writes the job. The job takes the data (see [`super::capture`]), then makes
//! the snapshot available and the cluster free in one transaction.

use super::capture::{Prefer, capture};
use super::{give_up, insert_new, nodes_of, stored};
use crate::authorize::{Call, Conditions, tags_of};
use crate::blobs::abandon_those_of;
use crate::clusters::{self, Nodes};
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Reason, StepError, Work};
use crate::{Control, Refusal, events, tags};
use valkeep_domain::arn::Place;
use valkeep_domain::cluster::{CacheCluster, ClusterEvent, NodeRole};
use valkeep_domain::ids::JobId;
use valkeep_domain::names::{ClusterId, NodeGroupId, ReplicationGroupId, SnapshotName};
use valkeep_domain::snapshot::{
    Making, NodeGroupConfiguration, NodeSnapshot, Origin, OriginLevel, Snapshot, SnapshotSource, SnapshotState,
};
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::{Scan, Tx};
use valkeep_ports::records::SnapshotTaken;

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
        let wanted = self.wanted_key(request.kms_key.as_deref()).await;
        let named = wanted.as_ref().ok().and_then(Option::clone).or_else(|| request.kms_key.clone());
        self.look_at_cluster(call, request.clone(), named).await?;
        let shown_key = match wanted? {
            Some(arn) => self.shown_key(&arn).await?,
            None => None,
        };
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
                let snapshot = planned(request.name.clone(), &cluster, shown_key.clone(), now);
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
    async fn look_at_cluster(&self, call: Call, request: CreateSnapshot, key: Option<String>) -> Result<(), Refusal> {
        let place = self.settings.place.clone();
        self.ports
            .store
            .read(move |tx| {
                let conditions = Conditions::default()
                    .request_tags(request.tags.as_ref())
                    .with_some("elasticache:KmsKeyId", key.as_deref());
                let arn = place.snapshot(&request.name);
                call.authorize("CreateSnapshot", &arn.to_string(), &conditions)?;
                for source in request.source.arns(&place) {
                    let on_source = conditions.clone().resource_tags(&tags_of(tx, &source)?);
                    call.authorize("CreateSnapshot", &source.to_string(), &on_source)?;
                }
                call.authorize_tagging(&arn, request.tags.as_ref())?;
                let (nodes, cluster) = source_of(tx, &request.source)?;
                check_supported(&cluster)?;
                clusters::check(tx, &nodes, &cluster, ClusterEvent::SnapshotBegun)?;
                match tx.get::<Snapshot>(request.name.as_str())? {
                    Some(_) => Err(Refusal::SnapshotExists(request.name.clone())),
                    None => Ok(()),
                }
            })
            .await
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

/// L15.
fn check_supported(cluster: &CacheCluster) -> Result<(), Refusal> {
    let node_type = &cluster.settings.node_type;
    if node_type.snapshot_supported() {
        return Ok(());
    }
    Err(Refusal::SnapshotsNotSupported(format!("the node type {node_type}")))
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
        failed_export: None,
    }
}

/// The job of a manual snapshot.
pub(crate) async fn run(control: &Control, held: Held, name: &SnapshotName) -> Result<(), StepError> {
    let captured = capture(control, held, name, Prefer::Replica).await?;
    let (name, now) = (name.clone(), control.now());
    held.finish(control, move |tx| {
        let nodes = nodes_of(tx, &name)?;
        captured.store(tx, now, held.id(), &name)?;
        clusters::settle(tx, &nodes, ClusterEvent::SnapshotEnded)
    })
    .await?;
    reached(CrashPoint::CreateFinished);
    Ok(())
}

/// The snapshot failed, with its reason; the cluster is free again (L23).
pub(crate) async fn fail(control: &Control, held: Held, name: &SnapshotName, reason: Reason) -> Result<(), StepError> {
    let (name, now) = (name.clone(), control.now());
    held.finish(control, move |tx| {
        let nodes = nodes_of(tx, &name)?;
        lose(tx, now, held.id(), &name, &reason)?;
        clusters::settle(tx, &nodes, ClusterEvent::SnapshotEnded)
    })
    .await
}

/// The snapshot got no data: it says so, and nothing of it stays.
pub(crate) fn lose(
    tx: &mut Tx<'_>,
    now: Timestamp,
    job: JobId,
    name: &SnapshotName,
    reason: &Reason,
) -> Result<(), StepError> {
    abandon_those_of(tx, job)?;
    give_up(tx, name, Making::Creation, reason)?;
    let snapshot = stored(tx, name)?;
    Ok(events::snapshot_failed(tx, now, &snapshot, &reason.told)?)
}

/// A final snapshot exists before anything is deleted; it is refused like any other (L57, L59).
pub(crate) fn insert_final(
    tx: &mut Tx<'_>,
    name: &SnapshotName,
    nodes: &Nodes,
    place: &Place,
    now: Timestamp,
    quota: u32,
) -> Result<(), Refusal> {
    let primary = clusters::primary(tx, nodes)?;
    check_supported(&primary)?;
    count_against_quota(tx, &primary.id, name, now, quota)?;
    insert_new(tx, &planned(name.clone(), &primary, None, now))?;
    let inherited = tags_of(tx, &nodes.arn(place))?;
    Ok(tags::put(tx, &place.snapshot(name), inherited)?)
}
