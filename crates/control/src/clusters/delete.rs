//! DeleteReplicationGroup and DeleteCacheCluster (L57-L62).

use super::groups::GroupView;
use super::{Nodes, check, cluster, group, members, request};
use crate::authorize::{Call, Conditions, tags_of};
use crate::crash::{CrashPoint, reached};
use crate::jobs::Work;
use crate::snapshots::create::insert_final;
use crate::snapshots::plan::Plan;
use crate::{Control, Refusal};
use valkeep_domain::cluster::{CacheCluster, ClusterEvent};
use valkeep_domain::names::{ClusterId, ReplicationGroupId, SnapshotName};
use valkeep_ports::catalog::Tx;

impl Control {
    /// Begins to delete a group with all its members, after a final snapshot if one is named.
    ///
    /// # Errors
    /// `Denied`, `GroupNotFound`, `GroupState`, `SnapshotExists`; nothing is deleted then.
    pub async fn delete_replication_group(
        &self,
        call: Call,
        id: ReplicationGroupId,
        final_snapshot: Option<SnapshotName>,
    ) -> Result<GroupView, Refusal> {
        let found = id.clone();
        self.delete_nodes(call, "DeleteReplicationGroup", Nodes::Group(id), final_snapshot, move |tx| {
            let group = group(tx, &found)?;
            Ok(GroupView { members: existing_members(tx, &Nodes::Group(found.clone()))?, group })
        })
        .await
    }

    /// Begins to delete a single cluster, after a final snapshot if one is named.
    ///
    /// # Errors
    /// As above; `InvalidCombination` for a member of a group, which is deleted with its group.
    pub async fn delete_cache_cluster(
        &self,
        call: Call,
        id: ClusterId,
        final_snapshot: Option<SnapshotName>,
    ) -> Result<CacheCluster, Refusal> {
        let found = id.clone();
        self.delete_nodes(call, "DeleteCacheCluster", Nodes::Cluster(id), final_snapshot, move |tx| {
            let cluster = cluster(tx, &found)?;
            match &cluster.group {
                None => Ok(cluster),
                Some(group) => Err(Refusal::InvalidCombination(format!(
                    "The cache cluster {found} is a member of the replication group {group} and is deleted with it."
                ))),
            }
        })
        .await
    }

    async fn delete_nodes<T: Send + 'static>(
        &self,
        call: Call,
        action: &'static str,
        nodes: Nodes,
        final_snapshot: Option<SnapshotName>,
        view: impl Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send + Sync + 'static,
    ) -> Result<T, Refusal> {
        let work = Work::RemoveNodes { nodes: nodes.clone(), final_snapshot: final_snapshot.clone() };
        let job = self.new_job(work);
        let (written, now, place) = (job.record(), self.now(), self.settings.place.clone());
        let quota = self.settings.manual_snapshots_per_node_per_day;
        let deleted = self
            .ports
            .store
            .write(move |tx| {
                let arn = nodes.arn(&place);
                let conditions = Conditions::default().resource_tags(&tags_of(tx, &arn)?);
                call.authorize(action, &arn.to_string(), &conditions)?;
                if let Some(name) = &final_snapshot {
                    // P2, and L58: the final snapshot needs the right to make snapshots.
                    let snapshot = place.snapshot(name).to_string();
                    call.authorize(action, &snapshot, &Conditions::default())?;
                    call.authorize("CreateSnapshot", &snapshot, &Conditions::default())?;
                    call.authorize("CreateSnapshot", &arn.to_string(), &conditions)?;
                }
                view(tx)?;
                if let Some(name) = &final_snapshot {
                    // Only nodes that run have data to save.
                    let plan = Plan::of_primaries(tx, nodes.clone())?;
                    check(tx, &nodes, plan.sources(), ClusterEvent::SnapshotBegun)?;
                    insert_final(tx, name, &plan, &place, now, quota)?;
                }
                let doomed = existing_members(tx, &nodes)?;
                request(tx, &nodes, &doomed, ClusterEvent::DeleteRequested)?;
                tx.insert(&written)?;
                reached(CrashPoint::RequestBeforeCommit);
                view(tx)
            })
            .await?;
        self.start_job(job);
        Ok(deleted)
    }
}

fn existing_members(tx: &mut Tx<'_>, nodes: &Nodes) -> Result<Vec<CacheCluster>, Refusal> {
    members(tx, nodes).map_err(|error| Refusal::Internal(Box::new(error)))
}
