//! Attached groups: servers that already run, registered by the operator.

use super::discover::{Discovered, Found};
use super::groups::{GroupView, insert_group};
use super::{group, password_purpose};
use crate::{Control, Refusal, events};
use valkeep_domain::cluster::{
    CacheCluster, ClusterMode, ClusterSettings, ClusterStatus, NodeAddress, NodeLogin, NodeRole, NodeTls, Ownership,
    ReplicationGroup, Shard,
};
use valkeep_domain::names::{ClusterId, NodeGroupId, ReplicationGroupId};
use valkeep_domain::node_types::NodeType;
use valkeep_domain::time::Timestamp;
use valkeep_domain::windows::{MaintenanceWindow, SnapshotWindow};
use zeroize::Zeroizing;

/// What the operator says of the servers. All share login and TLS.
#[derive(Clone, Debug)]
pub struct Attach {
    pub id: ReplicationGroupId,
    pub description: String,
    /// Host and port of each server; one of them is enough for a cluster.
    pub nodes: Vec<(String, u16)>,
    pub username: Option<String>,
    pub password: Option<Zeroizing<String>>,
    pub tls: Option<NodeTls>,
    /// Shown in answers; the servers have no node type of their own.
    pub node_type: NodeType,
}

impl Control {
    /// Asks every server what it is and registers them as an available group. The servers are not changed.
    ///
    /// # Errors
    /// `InvalidValue` when a server cannot be used, when they are not one primary with its replicas, or not a whole cluster;
    /// `GroupExists`.
    pub async fn attach(&self, request: Attach) -> Result<GroupView, Refusal> {
        let view = self.attached_group(&request, self.discover(&request).await?);
        let inserted = view.clone();
        self.ports
            .store
            .write(move |tx| match group(tx, &inserted.group.id) {
                Err(Refusal::GroupNotFound(_)) => {
                    insert_group(tx, &inserted)?;
                    Ok(events::nodes_attached(tx, &inserted.group)?)
                }
                Err(error) => Err(error),
                Ok(_) => Err(Refusal::GroupExists(inserted.group.id.clone())),
            })
            .await?;
        Ok(view)
    }

    fn attached_group(&self, request: &Attach, discovered: Discovered) -> GroupView {
        let id = &request.id;
        let maintenance_window = MaintenanceWindow::pick(self.draw());
        let common = Common {
            request,
            now: self.now(),
            snapshot_window: SnapshotWindow::pick(self.draw(), &maintenance_window),
            maintenance_window,
            cluster_mode: matches!(discovered, Discovered::Cluster(_)),
        };
        let (mode, members) = match discovered {
            Discovered::Shard(found) => {
                let members = self.attached_shard(&common, |number| id.member(number), found);
                (ClusterMode::Disabled(ids(&members)), members)
            }
            Discovered::Cluster(found) => {
                let (mut shards, mut all) = (Vec::new(), Vec::new());
                for (number, (slots, found)) in (1..).zip(found) {
                    let shard = NodeGroupId::numbered(number);
                    let members = self.attached_shard(&common, |number| id.shard_member(&shard, number), found);
                    shards.push(Shard { id: shard, slots, members: ids(&members) });
                    all.extend(members);
                }
                (ClusterMode::Enabled(shards), all)
            }
        };
        let group = ReplicationGroup {
            id: id.clone(),
            description: request.description.clone(),
            status: ClusterStatus::Available,
            created_at: common.now,
            settings: members[0].settings.clone(),
            ownership: Ownership::Attached,
            mode,
        };
        GroupView { group, members }
    }

    /// The members of a shard, the primary first.
    fn attached_shard(
        &self,
        common: &Common<'_>,
        id: impl Fn(u16) -> ClusterId,
        found: Vec<Found>,
    ) -> Vec<CacheCluster> {
        let member = |(number, found): (u16, Found)| self.attached_member(common, id(number), number == 1, found);
        (1..).zip(found).map(member).collect()
    }

    fn attached_member(&self, common: &Common<'_>, id: ClusterId, first: bool, found: Found) -> CacheCluster {
        let Common { request, now, snapshot_window, maintenance_window, cluster_mode } = *common;
        let Found { host, port, facts } = found;
        let login = request.password.as_ref().map(|password| NodeLogin {
            username: request.username.clone(),
            sealed_password: self.ports.secrets.seal(&password_purpose(&id), password.as_bytes()),
        });
        let parameter_group = facts.engine.default_parameter_group(&facts.version);
        CacheCluster {
            group: Some(request.id.clone()),
            role: if first { NodeRole::Primary } else { NodeRole::Replica },
            status: ClusterStatus::Available,
            created_at: now,
            settings: ClusterSettings {
                engine: facts.engine,
                engine_version: facts.version,
                node_type: request.node_type.clone(),
                parameter_group: if cluster_mode { format!("{parameter_group}.cluster.on") } else { parameter_group },
                subnet_group: "default".to_owned(),
                vpc_id: self.settings.vpc_id.clone(),
                auto_minor_version_upgrade: false,
                retention_limit_days: 0,
                snapshot_window,
                maintenance_window,
            },
            ownership: Ownership::Attached,
            zone: self.settings.zone.clone(),
            node: NodeAddress { host, port, login, tls: request.tls.clone() },
            saved: None,
            id,
        }
    }
}

/// What all members of a group have in common.
struct Common<'a> {
    request: &'a Attach,
    now: Timestamp,
    snapshot_window: SnapshotWindow,
    maintenance_window: MaintenanceWindow,
    cluster_mode: bool,
}

fn ids(members: &[CacheCluster]) -> Vec<ClusterId> {
    members.iter().map(|member| member.id.clone()).collect()
}
