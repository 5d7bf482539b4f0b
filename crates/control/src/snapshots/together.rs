//! Taking the data of a snapshot: all its shards begin together, and it has the data of all or of none.
//!
//! For each shard a node is chosen (a replica in step, else the primary). All of them are entered first and then asked for
//! their data at once. When a replica does not give its data, its shard turns to the primary and all begin again, so that no
//! shard is older than the others by more than the time that their nodes take to fork.

use super::capture::{Capture, CapturedShard};
use super::rendezvous::Rendezvous;
use super::source::{self, Candidates, Look, Untaken};
use super::{advance, nodes_of, stored};
use crate::blobs::{abandon_those_of, seal};
use crate::clusters::topology::{Owner, observe, roles};
use crate::clusters::{self, ShardNodes};
use crate::jobs::{Held, MovingJob, Reason, StepError, Total};
use crate::{Control, error_chain, events};
use futures_util::future::join_all;
use std::sync::Arc;
use tokio::task::JoinSet;
use valkeep_domain::cluster::{CacheCluster, ClusterMode, NodeRole, ReplicationGroup};
use valkeep_domain::ids::JobId;
use valkeep_domain::names::SnapshotName;
use valkeep_domain::snapshot::{NodeSnapshot, OriginLevel, Snapshot, SnapshotEvent};
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::Tx;
use valkeep_ports::engines::EngineError;

/// Which member of a shard the data is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefer {
    /// The node that the snapshot names; the primary when that one is a replica out of step (L13, L21).
    Replica,
    /// L57: final snapshots.
    Primary,
}

/// The data of all shards, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Captured(Vec<(ShardNodes, CapturedShard)>);

/// Takes the data of the nodes that a snapshot in progress names.
pub(crate) async fn capture(
    control: &Arc<Control>,
    held: Held,
    name: &SnapshotName,
    prefer: Prefer,
) -> Result<Captured, StepError> {
    let mut gathering = Gathering::begin(control, held, name, prefer).await?;
    loop {
        let outcomes = gathering.round().await;
        let (taken, failed) = gathering.sort_out(outcomes)?;
        if failed.is_empty() {
            gathering.check_slots().await?;
            return Ok(Captured(gathering.shards.into_iter().zip(taken).collect()));
        }
        gathering.pass_over(failed).await?;
    }
}

/// A snapshot whose data is being taken.
struct Gathering<'a> {
    control: &'a Arc<Control>,
    held: Held,
    snapshot: Arc<Snapshot>,
    /// As many as the snapshot has, in the same order.
    shards: Vec<ShardNodes>,
    /// Who had their slots before; none without cluster mode.
    owners: Vec<Owner>,
    candidates: Vec<Candidates>,
}

impl<'a> Gathering<'a> {
    /// Looks at the snapshot and the nodes it could be taken from; blobs of an attempt that was cut short are taken back.
    async fn begin(
        control: &'a Arc<Control>,
        held: Held,
        name: &SnapshotName,
        prefer: Prefer,
    ) -> Result<Self, StepError> {
        let name = name.clone();
        let (mut snapshot, mut shards) = held
            .write(control, move |tx, job| {
                abandon_those_of(tx, job.id)?;
                let nodes = nodes_of(tx, &name)?;
                Ok((stored(tx, &name)?, clusters::shards(tx, &nodes)?))
            })
            .await?;
        let mut owners = Vec::new();
        if is_of_cluster(&snapshot) {
            (shards, owners) = observe(control, &shards).await?.into_iter().unzip();
            for (planned, shard) in snapshot.shards.iter_mut().zip(&shards) {
                planned.node_group.slots = shard.slots.clone();
            }
        } else {
            shards = join_all(shards.iter().map(|shard| roles(control, shard)))
                .await
                .into_iter()
                .collect::<Result<_, _>>()?;
        }
        let pairs = snapshot.shards.iter().zip(&shards);
        let candidates =
            pairs.map(|(planned, shard)| Candidates::of(planned, shard, prefer)).collect::<Result<_, _>>()?;
        Ok(Self { control, held, snapshot: Arc::new(snapshot), shards, owners, candidates })
    }

    /// One attempt at all shards: what came of each. When one fails, the others are given up.
    async fn round(&self) -> Vec<Result<CapturedShard, Untaken>> {
        let looks = self.candidates.iter().map(|candidates| source::look_at(self.control, candidates));
        let looks = join_all(looks).await;
        if looks.iter().any(Result::is_err) {
            return looks.into_iter().map(|look| Err(look.err().unwrap_or(Untaken::GivenUp))).collect();
        }
        self.capture_all(looks.into_iter().flatten().collect()).await
    }

    async fn capture_all(&self, looks: Vec<Look>) -> Vec<Result<CapturedShard, Untaken>> {
        let control = self.control;
        let total = self.estimate(&looks);
        let meter = control.progress.begin(self.held.id(), MovingJob::Create, &self.snapshot.name, total);
        let rendezvous = Rendezvous::of(self.candidates.len());
        let mut captures = JoinSet::new();
        for ((position, candidates), look) in (0_u16..).zip(&self.candidates).zip(looks) {
            let capture = Capture {
                control: Arc::clone(control),
                held: self.held,
                snapshot: Arc::clone(&self.snapshot),
                position,
                node: candidates.node().clone(),
                look,
                rendezvous: rendezvous.clone(),
                tally: meter.tally(),
            };
            captures.spawn(async move { (position, capture.run().await) });
        }
        let mut outcomes: Vec<_> = self.candidates.iter().map(|_| Err(Untaken::lost())).collect();
        while let Some(ended) = captures.join_next().await {
            match ended {
                Ok((position, outcome)) => outcomes[usize::from(position)] = outcome,
                Err(lost) => {
                    tracing::error!(error = error_chain(&lost), "the capture of a shard was lost");
                    rendezvous.give_up();
                }
            }
        }
        outcomes
    }

    /// How large the files of all shards will be; `None` when a node tells nothing of itself.
    fn estimate(&self, looks: &[Look]) -> Option<Total> {
        let shards = self.shards.iter().zip(looks);
        let bytes = shards.map(|(shard, look)| look.memory.map(|memory| source::estimate(memory, &shard.members)));
        bytes.reduce(|sum, one| Some(sum?.saturating_add(one?))).flatten().map(Total::Estimate)
    }

    /// What was taken, if all was, and else the replicas that did not give their data.
    ///
    /// # Errors
    /// Those that no other node of the shard makes good.
    #[expect(clippy::type_complexity, reason = "two lists")]
    fn sort_out(
        &self,
        outcomes: Vec<Result<CapturedShard, Untaken>>,
    ) -> Result<(Vec<CapturedShard>, Vec<(usize, EngineError)>), StepError> {
        let (mut taken, mut failed) = (Vec::new(), Vec::new());
        for (position, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Ok(captured) => taken.push(captured),
                Err(Untaken::GivenUp) => {}
                Err(Untaken::Node(error)) if error.is_of_the_node() && self.candidates[position].replica.is_some() => {
                    failed.push((position, error));
                }
                Err(error) => return Err(self.named(position, error.into())),
            }
        }
        Ok((taken, failed))
    }

    /// These replicas do not give their data: what came of the attempt goes, and who asks is told why.
    async fn pass_over(&mut self, failed: Vec<(usize, EngineError)>) -> Result<(), StepError> {
        let mut moved = Vec::new();
        for (position, error) in failed {
            let candidates = &mut self.candidates[position];
            let Some(replica) = candidates.replica.take() else { continue };
            tracing::warn!(node = %replica.id, error = error_chain(&error), "the replica gives no data; the primary is taken");
            moved.push((replica.id, candidates.primary.id.clone(), error.told()));
        }
        let (name, now) = (self.snapshot.name.clone(), self.control.now());
        self.held
            .write(self.control, move |tx, job| {
                abandon_those_of(tx, job.id)?;
                for (replica, primary, cause) in &moved {
                    events::snapshot_moved(tx, now, &name, [replica, primary], cause)?;
                }
                Ok(())
            })
            .await
    }

    /// Whether each shard of a cluster kept its slots since the start: a key that moved meanwhile may be in none of the files.
    async fn check_slots(&self) -> Result<(), StepError> {
        if !is_of_cluster(&self.snapshot) {
            return Ok(());
        }
        let now = observe(self.control, &self.shards).await?;
        if now.iter().zip(&self.owners).all(|((_, now), before)| now.kept_its_slots(before)) {
            return Ok(());
        }
        Err(StepError::Retry(Reason::plain("slots of the cluster were moved while their keys were saved")))
    }

    /// The error with the shard it belongs to, where there are several.
    fn named(&self, position: usize, error: StepError) -> StepError {
        if !is_of_cluster(&self.snapshot) {
            return error;
        }
        let shard = &self.shards[position].id;
        let named = |Reason { full, told }: Reason| Reason {
            full: format!("in shard {shard} {full}"),
            told: format!("in shard {shard} {told}").into(),
        };
        match error {
            StepError::Retry(reason) => StepError::Retry(named(reason)),
            StepError::Fail(reason) => StepError::Fail(named(reason)),
            StepError::Damaged { blob, reason } => StepError::Damaged { blob, reason: named(reason) },
            StepError::LeaseLost => StepError::LeaseLost,
        }
    }
}

/// Whether it was asked for at the level of a group with cluster mode.
fn is_of_cluster(snapshot: &Snapshot) -> bool {
    matches!(snapshot.origin.level, OriginLevel::Group { .. })
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
        let Self(shards) = self;
        for (_, captured) in shards {
            seal(tx, now, job, captured.shard.blob, captured.stored_bytes)?;
        }
        advance(tx, name, SnapshotEvent::Stored, |snapshot| {
            if let (OriginLevel::Node { cluster, created_at, zone, .. }, Some((_, captured))) =
                (&mut snapshot.origin.level, shards.first())
            {
                cluster.clone_from(&captured.node.id);
                *created_at = captured.node.created_at;
                zone.clone_from(&captured.node.zone);
                snapshot.origin.port = captured.node.node.port;
            }
            for (shown, (shard, captured)) in snapshot.shards.iter_mut().zip(shards) {
                fill(shown, shard, captured);
            }
        })?;
        for (shard, CapturedShard { node, foreign_slots, .. }) in shards {
            // What is known of the node goes on with it; it may be gone from its group meanwhile.
            if let Some(known) = tx.get::<CacheCluster>(node.id.as_str())? {
                tx.replace(&CacheCluster { saved: node.saved.or(known.saved), ..known })?;
            }
            if *foreign_slots > 0 {
                events::foreign_slots(tx, now, name, &node.id, &shard.id, *foreign_slots)?;
            }
        }
        let snapshot = stored(tx, name)?;
        self.show_slots(tx, &snapshot)?;
        Ok(events::snapshot_succeeded(tx, now, &snapshot)?)
    }

    /// The group shows its slots as they were found.
    fn show_slots(&self, tx: &mut Tx<'_>, snapshot: &Snapshot) -> Result<(), StepError> {
        let OriginLevel::Group { id, .. } = &snapshot.origin.level else { return Ok(()) };
        let Some(mut group) = tx.get::<ReplicationGroup>(id.as_str())? else { return Ok(()) };
        if let ClusterMode::Enabled(shown) = &mut group.mode {
            for shard in shown {
                if let Some((found, _)) = self.0.iter().find(|(found, _)| found.id == shard.id) {
                    shard.slots.clone_from(&found.slots);
                }
            }
        }
        Ok(tx.replace(&group)?)
    }
}

/// Whose data it is, and the data.
fn fill(shown: &mut NodeSnapshot, shard: &ShardNodes, captured: &CapturedShard) {
    let zones = |role| shard.members.iter().filter(move |member| member.role == role).map(|member| member.zone.clone());
    let group = &mut shown.node_group;
    group.slots.clone_from(&shard.slots);
    group.primary_zone = zones(NodeRole::Primary).next().unwrap_or_default();
    group.replica_zones = zones(NodeRole::Replica).collect();
    group.replica_count = u16::try_from(group.replica_zones.len()).unwrap_or(u16::MAX);
    shown.cluster = captured.node.id.clone();
    shown.node_created_at = captured.node.created_at;
    shown.stored = Some(captured.shard.clone());
}
