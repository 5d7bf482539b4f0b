//! Calls, spelled short.

use super::place;
use std::sync::Arc;
use valkeep_access::policy::{Context, Policy, Principal};
use valkeep_control::clusters::attach::Attach;
use valkeep_control::clusters::caches::CreateCacheCluster;
use valkeep_control::clusters::create::NewSettings;
use valkeep_control::clusters::groups::{CreateReplicationGroup, GroupView};
use valkeep_control::snapshots::copy::{CopySnapshot, CopyTarget};
use valkeep_control::snapshots::create::{CreateSnapshot, SnapshotOf};
use valkeep_control::{Call, Control, PageRequest, Refusal};
use valkeep_domain::cluster::CacheCluster;
use valkeep_domain::engine::Engine;
use valkeep_domain::names::{ClusterId, ExportName, ReplicationGroupId, SnapshotName};
use valkeep_domain::node_types::NodeType;
use valkeep_domain::snapshot::Snapshot;
use valkeep_domain::tags::{Tag, Tags};
use valkeep_ports::buckets::Caller;

pub(crate) fn name(text: &str) -> SnapshotName {
    SnapshotName::parse_new(text).unwrap()
}

pub(crate) fn group_id(text: &str) -> ReplicationGroupId {
    ReplicationGroupId::parse(text).unwrap()
}

pub(crate) fn cluster_id(text: &str) -> ClusterId {
    ClusterId::parse(text).unwrap()
}

pub(crate) fn tags(pairs: &[(&str, &str)]) -> Tags {
    Tags::parse(pairs.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() })).unwrap()
}

/// A call of a user who may do everything.
pub(crate) fn admin() -> Call {
    call_with(&[r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#.to_owned()])
}

/// A call of a user without policies.
pub(crate) fn nobody() -> Call {
    call_with(&[])
}

/// A call of a user who may do exactly these actions, each on one resource.
pub(crate) fn only(rights: &[(&str, String)]) -> Call {
    let statement = |(action, resource): &(&str, String)| {
        format!(r#"{{"Effect":"Allow","Action":"elasticache:{action}","Resource":"{resource}"}}"#)
    };
    call_with(&rights.iter().map(statement).collect::<Vec<_>>())
}

/// A call of a user with these statements.
pub(crate) fn call_with(statements: &[String]) -> Call {
    let policy = |statement: &String| {
        Arc::new(Policy::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)).unwrap())
    };
    let principal = Principal {
        arn: "arn:aws:iam::123456789012:user/ann".to_owned(),
        account: place().account,
        user_id: "AIDAANN".to_owned(),
        username: Some("ann".to_owned()),
    };
    let policies: Vec<Arc<Policy>> = statements.iter().map(policy).collect();
    Call { caller: Caller { principal, policies: policies.into() }, context: Context::default() }
}

pub(crate) fn page() -> PageRequest {
    PageRequest { max_records: 100, marker: None }
}

pub(crate) fn settings() -> NewSettings {
    NewSettings {
        engine: Engine::Redis,
        engine_version: None,
        node_type: NodeType::parse("cache.t4g.micro").unwrap(),
        port: None,
        parameter_group: None,
        subnet_group: None,
        auto_minor_version_upgrade: true,
        snapshot_window: None,
        maintenance_window: None,
    }
}

pub(crate) fn new_group(id: &str, nodes: u16) -> CreateReplicationGroup {
    CreateReplicationGroup {
        id: group_id(id),
        description: "a group".to_owned(),
        settings: settings(),
        nodes,
        zones: Vec::new(),
        tags: None,
    }
}

pub(crate) fn new_cluster(id: &str) -> CreateCacheCluster {
    CreateCacheCluster { id: cluster_id(id), zone: None, settings: settings(), tags: None }
}

/// Servers of the memory at these ports.
pub(crate) fn attached(id: &str, ports: &[u16]) -> Attach {
    Attach {
        id: group_id(id),
        description: "attached".to_owned(),
        nodes: ports.iter().map(|port| ("10.0.0.1".to_owned(), *port)).collect(),
        username: None,
        password: None,
        tls: None,
        node_type: NodeType::parse("cache.t4g.micro").unwrap(),
    }
}

pub(crate) fn snapshot_of(source: SnapshotOf, snapshot: &str) -> CreateSnapshot {
    CreateSnapshot { name: name(snapshot), source, kms_key: None, tags: None }
}

pub(crate) fn copy_to(source: &str, target: &str) -> CopySnapshot {
    CopySnapshot { source: name(source), target: CopyTarget::Inside { name: name(target), kms_key: None }, tags: None }
}

pub(crate) fn copy_under(source: &str, target: &str, key: &str) -> CopySnapshot {
    CopySnapshot {
        target: CopyTarget::Inside { name: name(target), kms_key: Some(key.to_owned()) },
        ..copy_to(source, target)
    }
}

/// An export to the bucket of the tests.
pub(crate) fn export_as(source: &str, target: &str) -> CopySnapshot {
    let bucket = super::buckets::BUCKET.to_owned();
    CopySnapshot {
        source: name(source),
        target: CopyTarget::Bucket { name: ExportName::parse(target).unwrap(), bucket },
        tags: None,
    }
}

pub(crate) async fn group(control: &Control, id: &str, nodes: u16) -> Result<GroupView, Refusal> {
    control.create_replication_group(admin(), new_group(id, nodes)).await
}

pub(crate) async fn cluster(control: &Control, id: &str) -> Result<CacheCluster, Refusal> {
    control.create_cache_cluster(admin(), new_cluster(id)).await
}

pub(crate) async fn snapshot(control: &Control, group: &str, snapshot: &str) -> Result<Snapshot, Refusal> {
    control.create_snapshot(admin(), snapshot_of(SnapshotOf::Group(group_id(group)), snapshot)).await
}

pub(crate) async fn copy(control: &Control, source: &str, target: &str) -> Result<Snapshot, Refusal> {
    control.copy_snapshot(admin(), copy_to(source, target)).await
}

pub(crate) async fn export(control: &Control, source: &str, target: &str) -> Result<Snapshot, Refusal> {
    control.copy_snapshot(admin(), export_as(source, target)).await
}

pub(crate) async fn delete(control: &Control, snapshot: &str) -> Result<Snapshot, Refusal> {
    control.delete_snapshot(admin(), name(snapshot)).await
}

pub(crate) async fn delete_group(control: &Control, id: &str, last: Option<&str>) -> Result<GroupView, Refusal> {
    control.delete_replication_group(admin(), group_id(id), last.map(name)).await
}
