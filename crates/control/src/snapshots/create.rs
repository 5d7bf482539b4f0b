//! CreateSnapshot (L9-L23).
//!
//! The call moves the cluster to `snapshotting` and writes the job. The job takes the data (see [`super::together`]), then makes
//! the snapshot available and the cluster free in one transaction.

use super::plan::Plan;
use super::together::{Prefer, capture};
use super::{give_up, insert_new, nodes_of, stored};
use crate::authorize::{Call, Conditions, tags_of};
use crate::blobs::abandon_those_of;
use crate::clusters;
use crate::crash::{CrashPoint, reached};
use crate::jobs::{Held, Reason, StepError, Work};
use crate::{Control, Refusal, events, tags};
use std::ops::Bound;
use std::sync::Arc;
use valkeep_domain::arn::Place;
use valkeep_domain::cluster::ClusterEvent;
use valkeep_domain::ids::JobId;
use valkeep_domain::names::{ClusterId, ReplicationGroupId, SnapshotName};
use valkeep_domain::snapshot::{Making, Snapshot};
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
                let plan = Plan::of(tx, &request.source)?;
                count_against_quota(tx, &plan, &request.name, now, quota)?;
                clusters::request(tx, &plan.nodes, plan.sources(), ClusterEvent::SnapshotBegun)?;
                let snapshot = plan.snapshot(request.name.clone(), shown_key.clone(), now);
                insert_new(tx, &snapshot)?;
                let tags = match &request.tags {
                    Some(tags) => tags.clone(),
                    None => tags_of(tx, &plan.nodes.arn(&place))?,
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
                let plan = Plan::of(tx, &request.source)?;
                plan.check_supported()?;
                clusters::check(tx, &plan.nodes, plan.sources(), ClusterEvent::SnapshotBegun)?;
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

/// L63: remembers this snapshot of each of its nodes, unless one had too many within the period.
fn count_against_quota(
    tx: &mut Tx<'_>,
    plan: &Plan,
    snapshot: &SnapshotName,
    now: Timestamp,
    quota: u32,
) -> Result<(), Refusal> {
    plan.sources().try_for_each(|node| count_one(tx, &node.id, snapshot, now, quota))
}

fn count_one(
    tx: &mut Tx<'_>,
    cluster: &ClusterId,
    snapshot: &SnapshotName,
    now: Timestamp,
    quota: u32,
) -> Result<(), Refusal> {
    let prefix = SnapshotTaken::of_cluster(cluster);
    let since = SnapshotTaken::from(cluster, now.plus_ms(-QUOTA_PERIOD_MS));
    // What lies further in the future than the period was taken before the wall clock was put back.
    let until = SnapshotTaken::from(cluster, now.plus_ms(QUOTA_PERIOD_MS));
    let counted = Scan { to: Bound::Excluded(until), ..Scan::keys(&prefix, quota as usize).after(&since) };
    if tx.scan::<SnapshotTaken>(&counted)?.len() >= quota as usize {
        return Err(Refusal::SnapshotQuota(quota));
    }
    let outdated = Scan { to: Bound::Excluded(since), ..Scan::keys(&prefix, 10) };
    for (key, _) in tx.scan_at::<SnapshotTaken>(&outdated)? {
        tx.remove::<SnapshotTaken>(&key)?;
    }
    // The same name in the same millisecond is there already: what refuses a second snapshot of that name comes after this.
    tx.put(&SnapshotTaken { cluster: cluster.clone(), at: now, snapshot: snapshot.to_string() })?;
    Ok(())
}

/// The job of a manual snapshot.
pub(crate) async fn run(control: &Arc<Control>, held: Held, name: &SnapshotName) -> Result<(), StepError> {
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
    plan: &Plan,
    place: &Place,
    now: Timestamp,
    quota: u32,
) -> Result<(), Refusal> {
    plan.check_supported()?;
    count_against_quota(tx, plan, name, now, quota)?;
    insert_new(tx, &plan.snapshot(name.clone(), None, now))?;
    let inherited = tags_of(tx, &plan.nodes.arn(place))?;
    Ok(tags::put(tx, &place.snapshot(name), inherited)?)
}
