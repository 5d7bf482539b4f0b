//! Attached groups: servers that already run, registered by the operator.

use super::groups::{GroupView, insert_group};
use super::{group, password_purpose};
use crate::{Control, Refusal, events};
use std::collections::BTreeSet;
use valkeep_domain::cluster::{
    CacheCluster, ClusterSettings, ClusterStatus, NodeAddress, NodeLogin, NodeRole, NodeTls, Ownership,
    ReplicationGroup,
};
use valkeep_domain::names::ReplicationGroupId;
use valkeep_domain::node_types::NodeType;
use valkeep_domain::windows::{MaintenanceWindow, SnapshotWindow};
use valkeep_ports::engines::{NodeAccess, NodeFacts};
use zeroize::Zeroizing;

/// What the operator says of the servers. All share login and TLS.
#[derive(Clone, Debug)]
pub struct Attach {
    pub id: ReplicationGroupId,
    pub description: String,
    /// Host and port of each server.
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
    /// `InvalidValue` when a server cannot be used, or they are not one primary with its replicas; `GroupExists`.
    pub async fn attach(&self, request: Attach) -> Result<GroupView, Refusal> {
        let facts = self.inspect_all(&request).await?;
        let view = self.attached_group(&request, &facts)?;
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

    async fn inspect_all(&self, request: &Attach) -> Result<Vec<NodeFacts>, Refusal> {
        if request.nodes.is_empty() || request.nodes.len() > 6 {
            return Err(Refusal::InvalidValue("A group has one to six nodes.".to_owned()));
        }
        let different: BTreeSet<_> = request.nodes.iter().collect();
        if different.len() < request.nodes.len() {
            return Err(Refusal::InvalidValue("A node is named twice.".to_owned()));
        }
        let mut all = Vec::new();
        for (host, port) in &request.nodes {
            let access = NodeAccess {
                host: host.clone(),
                port: *port,
                username: request.username.clone(),
                password: request.password.clone(),
                tls: request.tls.clone(),
                spawned_as: None,
            };
            let facts = self.ports.engines.inspect(&access).await.map_err(|error| {
                Refusal::InvalidValue(format!("{host}:{port} cannot be attached: {}", crate::error_chain(&error)))
            })?;
            if facts.cluster_enabled {
                return Err(Refusal::InvalidValue(format!(
                    "{host}:{port} runs in cluster mode, which cannot be attached yet."
                )));
            }
            all.push(facts);
        }
        Ok(all)
    }

    fn attached_group(&self, request: &Attach, facts: &[NodeFacts]) -> Result<GroupView, Refusal> {
        let primaries = facts.iter().filter(|it| it.role == NodeRole::Primary).count();
        if primaries > 1 || (primaries == 0 && facts.len() > 1) {
            return Err(Refusal::InvalidValue(format!(
                "The nodes are {primaries} primaries; a group is one primary and its replicas."
            )));
        }
        let now = self.now();
        let maintenance_window = MaintenanceWindow::pick(self.draw());
        let snapshot_window = SnapshotWindow::pick(self.draw(), &maintenance_window);
        let mut order: Vec<usize> = (0..facts.len()).collect();
        order.sort_by_key(|position| facts[*position].role == NodeRole::Replica);
        let members: Vec<CacheCluster> = (1..)
            .zip(order)
            .map(|(number, position)| {
                let (host, port) = &request.nodes[position];
                let id = request.id.member(number);
                let login = request.password.as_ref().map(|password| NodeLogin {
                    username: request.username.clone(),
                    sealed_password: self.ports.secrets.seal(&password_purpose(&id), password.as_bytes()),
                });
                CacheCluster {
                    group: Some(request.id.clone()),
                    // A lone replica is all there is: it is what snapshots are taken from.
                    role: if number == 1 { NodeRole::Primary } else { NodeRole::Replica },
                    status: ClusterStatus::Available,
                    created_at: now,
                    settings: ClusterSettings {
                        engine: facts[position].engine,
                        engine_version: facts[position].version.clone(),
                        node_type: request.node_type.clone(),
                        parameter_group: facts[position].engine.default_parameter_group(&facts[position].version),
                        subnet_group: "default".to_owned(),
                        vpc_id: self.settings.vpc_id.clone(),
                        auto_minor_version_upgrade: false,
                        retention_limit_days: 0,
                        snapshot_window,
                        maintenance_window,
                    },
                    ownership: Ownership::Attached,
                    zone: self.settings.zone.clone(),
                    node: NodeAddress { host: host.clone(), port: *port, login, tls: request.tls.clone() },
                    saved: None,
                    id,
                }
            })
            .collect();
        let group = ReplicationGroup {
            id: request.id.clone(),
            description: request.description.clone(),
            status: ClusterStatus::Available,
            created_at: now,
            settings: members[0].settings.clone(),
            ownership: Ownership::Attached,
            members: members.iter().map(|member| member.id.clone()).collect(),
        };
        Ok(GroupView { group, members })
    }
}
