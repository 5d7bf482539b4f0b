//! `valkeep attach`: servers that already run become a group.

use super::chained;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use valkeep_control::Control;
use valkeep_control::clusters::attach::Attach;
use valkeep_control::clusters::groups::GroupView;
use valkeep_domain::cluster::{CacheCluster, NodeTls, Shard};
use valkeep_domain::names::ReplicationGroupId;
use valkeep_domain::node_types::NodeType;
use zeroize::Zeroizing;

/// Servers to attach. The password travels over the socket only, and is wiped here after use.
#[derive(Clone, Serialize, Deserialize)]
pub struct AttachCommand {
    pub replication_group_id: String,
    pub description: String,
    pub nodes: Vec<(String, u16)>,
    pub username: Option<String>,
    pub password: Option<Zeroizing<String>>,
    pub tls: Option<NodeTls>,
    pub node_type: String,
}

impl std::fmt::Debug for AttachCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AttachCommand({})", self.replication_group_id)
    }
}

pub(super) async fn run(control: &Control, request: AttachCommand) -> Result<Value, String> {
    let id = ReplicationGroupId::parse(&request.replication_group_id)
        .map_err(|error| format!("{}: {error}", request.replication_group_id))?;
    let view = control
        .attach(Attach {
            id,
            description: request.description,
            nodes: request.nodes,
            username: request.username,
            password: request.password,
            tls: request.tls,
            node_type: NodeType::parse(&request.node_type).map_err(|error| error.to_string())?,
        })
        .await
        .map_err(chained)?;
    Ok(shown_group(&view))
}

fn shown_group(view: &GroupView) -> Value {
    let node = |member: &CacheCluster| {
        json!({
            "CacheClusterId": member.id.as_str(),
            "Role": member.role.as_str(),
            "Address": member.node.host,
            "Port": member.node.port,
        })
    };
    let node_group = |shard: &Shard| {
        let members = view.members.iter().filter(|member| shard.members.contains(&member.id));
        json!({
            "NodeGroupId": shard.id.as_str(),
            "Slots": shard.slots.to_string(),
            "Members": members.map(node).collect::<Vec<_>>(),
        })
    };
    let shards = view.group.shards();
    let (name, shown): (_, Vec<_>) = if view.group.cluster_mode() {
        ("NodeGroups", shards.iter().map(node_group).collect())
    } else {
        ("Members", view.members.iter().map(node).collect())
    };
    json!({
        "ReplicationGroupId": view.group.id.as_str(),
        "Engine": view.group.settings.engine.as_str(),
        "EngineVersion": view.group.settings.engine_version.to_string(),
        name: shown,
    })
}
