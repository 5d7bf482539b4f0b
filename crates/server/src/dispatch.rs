//! From the pairs of a request to the use case of its operation, and back to a result.

use crate::answers;
use crate::fault::Answer;
use crate::requests;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method};
use valkeep_api::query::{decode, pairs};
use valkeep_api::{Operation, OperationModel, Parameters, STS, Service, Value};
use valkeep_control::{Call, Control};

/// What an operation answers.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) operation: &'static OperationModel,
    pub(crate) result: Value,
    /// Value of the header [`answers::work::HEADER`].
    pub(crate) work: Option<HeaderValue>,
}

/// Runs the operation that the request names.
pub(crate) async fn run(
    control: &Control,
    service: &'static Service,
    parts: &Parts,
    body: &Bytes,
    call: Call,
) -> Result<Outcome, Answer> {
    let pairs = pairs(if parts.method == Method::GET { query_bytes(parts) } else { body })?;
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let (action, version) = (value("Action"), value("Version"));
    if action.is_empty() {
        return Err(Answer::missing_action());
    }
    let known = service.operation(action).filter(|_| version == service.version);
    let operation = known.ok_or_else(|| Answer::invalid_action(action, version))?;
    if service.name == STS.name {
        return Ok(Outcome { operation, result: answers::caller_identity(&call.caller.principal), work: None });
    }
    let named = Operation::parse(action).ok_or_else(|| Answer::invalid_action(action, version))?;
    let (result, work) = elasticache(control, named, || Ok(decode(operation, &pairs)?), call).await?;
    Ok(Outcome { operation, result, work })
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
) -> Result<(Value, Option<HeaderValue>), Answer> {
    use Operation as O;
    let supported = requests::supported(operation).ok_or_else(|| Answer::not_implemented(operation.name()))?;
    let given = parameters()?;
    requests::refuse_unsupported(&given, supported)?;
    let place = control.place();
    let mut work = None;
    #[expect(clippy::wildcard_enum_match_arm, reason = "what `supported` names is here; the rest was refused above")]
    let result: Result<Value, Answer> = match operation {
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
            if let [only] = page.items.as_slice() {
                work = control.work_on(only).as_ref().map(answers::work::header);
            }
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
        O::DescribeEvents => {
            let request = requests::events::describe(control.now(), &given)?;
            Ok(answers::page("Events", control.describe_events(call, request).await?, answers::event))
        }
        other => Err(Answer::not_implemented(other.name())),
    };
    Ok((result?, work))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::directory::{Directory, first_identity};
    use crate::wiring;
    use http::Request;
    use std::sync::Arc;
    use valkeep_access::policy::Context;
    use valkeep_api::ELASTICACHE;
    use valkeep_domain::snapshot::Snapshot;
    use valkeep_ports::buckets::Caller;
    use valkeep_ports::catalog::{CatalogError, Store};

    fn failed_to_export(name: &str) -> Snapshot {
        let json = r#"{"name":"NAME","state":{"is":"available"},"source":"manual","origin":{"level":{"node":{
            "cluster":"c","created_at":0,"zone":"us-east-1a","group":null}},"node_type":"cache.t4g.micro",
            "engine":"redis","engine_version":"7.0.15","port":6379,"parameter_group":"p","subnet_group":"s",
            "vpc_id":"v","auto_minor_version_upgrade":true,"retention_limit_days":0,"snapshot_window":"05:00-06:00",
            "maintenance_window":"sun:05:00-sun:06:00","topic_arn":null},"shards":[],"kms_key":null,"created_at":0,
            "failed_export":"The S3 bucket b does not exist."}"#;
        serde_json::from_str(&json.replace("NAME", name)).unwrap()
    }

    async fn describe(control: &Control, call: &Call, filter: &str) -> Result<Outcome, Answer> {
        let parts = Request::post("/").body(()).unwrap().into_parts().0;
        let body = Bytes::from(format!("Action=DescribeSnapshots&Version=2015-02-02{filter}"));
        run(control, &ELASTICACHE, &parts, &body, call.clone()).await
    }

    #[tokio::test]
    async fn the_work_on_the_only_snapshot_of_an_answer_is_told_to_who_may_describe_it() {
        let directory = tempfile::tempdir().unwrap();
        let parts = wiring::open(Directory::make(directory.path()).unwrap(), &Config::default()).await.unwrap();
        let store = Store::new(parts.catalog.clone());
        let insert = async |name: &str| {
            let snapshot = failed_to_export(name);
            store.write::<_, CatalogError>(move |tx| tx.insert(&snapshot)).await.unwrap();
        };
        insert("a").await;
        let key = first_identity(directory.path()).unwrap().access_key_id;
        let caller = parts.control.credential(&key).await.unwrap().unwrap().caller.clone();
        let nobody = Caller { policies: Arc::new([]), ..caller.clone() };
        let [call, nobody] = [caller, nobody].map(|caller| Call { caller, context: Context::default() });

        let told = r#"job=export; state=failed; reason="The S3 bucket b does not exist.""#;
        for filter in ["", "&SnapshotName=a"] {
            let outcome = describe(&parts.control, &call, filter).await.unwrap();
            assert_eq!(outcome.work.unwrap(), told, "{filter}");
            assert_eq!(describe(&parts.control, &nobody, filter).await.unwrap_err().status, 403, "{filter}");
        }
        insert("b").await;
        for (filter, expected) in [("", None), ("&SnapshotName=b", Some(told)), ("&CacheClusterId=c", None)] {
            let work = describe(&parts.control, &call, filter).await.unwrap().work;
            assert_eq!(work.as_ref().map(|value| value.to_str().unwrap()), expected, "{filter}");
        }
        parts.catalog.close().await;
    }
}
