//! From the pairs of a request to the use case of its operation, and back to a result.

use crate::answers;
use crate::fault::Answer;
use crate::requests;
use bytes::Bytes;
use http::Method;
use http::request::Parts;
use valkeep_api::query::{decode, pairs};
use valkeep_api::{Operation, OperationModel, Parameters, STS, Service, Value};
use valkeep_control::{Call, Control};

/// Runs the operation that the request names.
pub(crate) async fn run(
    control: &Control,
    service: &'static Service,
    parts: &Parts,
    body: &Bytes,
    call: Call,
) -> Result<(&'static OperationModel, Value), Answer> {
    let pairs = pairs(if parts.method == Method::GET { query_bytes(parts) } else { body })?;
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let (action, version) = (value("Action"), value("Version"));
    if action.is_empty() {
        return Err(Answer::missing_action());
    }
    let known = service.operation(action).filter(|_| version == service.version);
    let operation = known.ok_or_else(|| Answer::invalid_action(action, version))?;
    if service.name == STS.name {
        return Ok((operation, answers::caller_identity(&call.caller.principal)));
    }
    let named = Operation::parse(action).ok_or_else(|| Answer::invalid_action(action, version))?;
    let result = elasticache(control, named, || Ok(decode(operation, &pairs)?), call).await?;
    Ok((operation, result))
}

fn query_bytes(parts: &Parts) -> &[u8] {
    parts.uri.query().unwrap_or_default().as_bytes()
}

/// The operations that this service does. All others of the model are refused by name.
async fn elasticache(
    control: &Control,
    operation: Operation,
    parameters: impl FnOnce() -> Result<Parameters<'static>, Answer>,
    call: Call,
) -> Result<Value, Answer> {
    use Operation as O;
    let supported = requests::supported(operation).ok_or_else(|| Answer::not_implemented(operation.name()))?;
    let given = parameters()?;
    requests::refuse_unsupported(&given, supported)?;
    let place = control.place();
    #[expect(clippy::wildcard_enum_match_arm, reason = "what `supported` names is here; the rest was refused above")]
    match operation {
        O::CopySnapshot => {
            let snapshot = control.copy_snapshot(call, requests::snapshots::copy(&given)?).await?;
            Ok(answers::one("Snapshot", answers::snapshots::snapshot(&snapshot, place, false)))
        }
        O::CreateSnapshot => {
            let snapshot = control.create_snapshot(call, requests::snapshots::create(&given)?).await?;
            Ok(answers::one("Snapshot", answers::snapshots::snapshot(&snapshot, place, false)))
        }
        O::DeleteSnapshot => {
            let snapshot = control.delete_snapshot(call, requests::snapshots::delete(&given)?).await?;
            Ok(answers::one("Snapshot", answers::snapshots::snapshot(&snapshot, place, false)))
        }
        O::DescribeSnapshots => {
            let shown = given.boolean("ShowNodeGroupConfig").unwrap_or(false);
            let page = control.describe_snapshots(call, requests::snapshots::describe(&given)?).await?;
            Ok(answers::page("Snapshots", page, |it| answers::snapshots::snapshot(it, place, shown)))
        }
        O::AddTagsToResource => {
            let (arn, tags) = requests::tags::add(&given)?;
            Ok(answers::tags(&control.add_tags(call, arn, tags).await?))
        }
        O::RemoveTagsFromResource => {
            let (arn, keys) = requests::tags::remove(&given)?;
            Ok(answers::tags(&control.remove_tags(call, arn, keys).await?))
        }
        O::ListTagsForResource => Ok(answers::tags(&control.list_tags(call, requests::tags::list(&given)?).await?)),
        O::CreateReplicationGroup => {
            let view =
                control.create_replication_group(call, requests::clusters::create_group(control, &given)?).await?;
            Ok(answers::one("ReplicationGroup", answers::clusters::new_group(&view, place)))
        }
        O::DescribeReplicationGroups => {
            let (id, page) = requests::clusters::describe_groups(&given)?;
            let page = control.describe_replication_groups(call, id, page).await?;
            Ok(answers::page("ReplicationGroups", page, |it| answers::clusters::group(it, place)))
        }
        O::DeleteReplicationGroup => {
            let (id, last) = requests::clusters::delete_group(&given)?;
            let view = control.delete_replication_group(call, id, last).await?;
            Ok(answers::one("ReplicationGroup", answers::clusters::deleted_group(&view, place)))
        }
        O::CreateCacheCluster => {
            let asked_for_zone = given.string("PreferredAvailabilityZone").is_some();
            let request = requests::clusters::create_cache(control, &given)?;
            let cluster = control.create_cache_cluster(call, request).await?;
            Ok(answers::one("CacheCluster", answers::clusters::new_cluster(&cluster, asked_for_zone)))
        }
        O::DescribeCacheClusters => {
            let (id, only_single, page) = requests::clusters::describe_caches(&given)?;
            let nodes = given.boolean("ShowCacheNodeInfo").unwrap_or(false);
            let page = control.describe_cache_clusters(call, id, only_single, page).await?;
            Ok(answers::page("CacheClusters", page, |it| answers::clusters::cluster(it, place, nodes)))
        }
        O::DeleteCacheCluster => {
            let (id, last) = requests::clusters::delete_cache(&given)?;
            let cluster = control.delete_cache_cluster(call, id, last).await?;
            Ok(answers::one("CacheCluster", answers::clusters::cluster(&cluster, place, false)))
        }
        other => Err(Answer::not_implemented(other.name())),
    }
}
