//! Who may do what: nothing is read or changed before the caller's policies allow it.

use crate::support::faults::Site;
use crate::support::requests::{
    admin, call_with, cluster, cluster_id, copy_to, export_as, group, group_id, name, new_cluster, new_group, nobody,
    only, page, settings, snapshot, snapshot_of, tags,
};
use crate::support::{World, place};
use std::time::Duration;
use valkeep_control::clusters::caches::CreateCacheCluster;
use valkeep_control::clusters::create::NewSettings;
use valkeep_control::clusters::groups::CreateReplicationGroup;
use valkeep_control::events::{DescribeEvents, EventsOf};
use valkeep_control::identities::IdentityError;
use valkeep_control::jobs::Workers;
use valkeep_control::snapshots::copy::CopySnapshot;
use valkeep_control::snapshots::create::{CreateSnapshot, SnapshotOf};
use valkeep_control::snapshots::describe::DescribeSnapshots;
use valkeep_control::{Call, Control, Refusal};
use valkeep_domain::arn::ResourceKind;
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;

/// A call of the API. Each that a caller can make is here once for each set of resources it is checked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    CopySnapshot,
    CopySnapshotWithTags,
    ExportSnapshot,
    ExportSnapshotWithTags,
    CreateSnapshotOfCluster,
    CreateSnapshotOfGroup,
    CreateSnapshotOfMemberWithTags,
    DeleteSnapshot,
    DescribeSnapshot,
    DescribeSnapshots,
    CreateReplicationGroup,
    CreateReplicationGroupWithNamesAndTags,
    CreateCacheCluster,
    CreateCacheClusterWithNamesAndTags,
    DeleteReplicationGroup,
    DeleteReplicationGroupWithSnapshot,
    DeleteCacheCluster,
    DeleteCacheClusterWithSnapshot,
    DescribeReplicationGroup,
    DescribeReplicationGroups,
    DescribeCacheCluster,
    DescribeCacheClusters,
    AddTags,
    RemoveTags,
    ListTags,
    DescribeEvents,
}

use Operation as O;

const ALL: [Operation; 26] = [
    O::CopySnapshot,
    O::CopySnapshotWithTags,
    O::ExportSnapshot,
    O::ExportSnapshotWithTags,
    O::CreateSnapshotOfCluster,
    O::CreateSnapshotOfGroup,
    O::CreateSnapshotOfMemberWithTags,
    O::DeleteSnapshot,
    O::DescribeSnapshot,
    O::DescribeSnapshots,
    O::CreateReplicationGroup,
    O::CreateReplicationGroupWithNamesAndTags,
    O::CreateCacheCluster,
    O::CreateCacheClusterWithNamesAndTags,
    O::DeleteReplicationGroup,
    O::DeleteReplicationGroupWithSnapshot,
    O::DeleteCacheCluster,
    O::DeleteCacheClusterWithSnapshot,
    O::DescribeReplicationGroup,
    O::DescribeReplicationGroups,
    O::DescribeCacheCluster,
    O::DescribeCacheClusters,
    O::AddTags,
    O::RemoveTags,
    O::ListTags,
    O::DescribeEvents,
];

fn some_tags() -> Option<Tags> {
    Some(tags(&[("k", "v")]))
}

fn named_settings() -> NewSettings {
    NewSettings {
        parameter_group: Some("default.redis7".to_owned()),
        subnet_group: Some("default".to_owned()),
        ..settings()
    }
}

impl Operation {
    /// Makes the call on the resources `s`, `g` and `single`, or new ones.
    async fn call(self, control: &Control, call: Call) -> Result<(), Refusal> {
        let of_group = SnapshotOf::Group(group_id("g"));
        let of_member = SnapshotOf::Member { cluster: cluster_id("g-001"), group: group_id("g") };
        let arn = place().snapshot(&name("s"));
        let described = |name| DescribeSnapshots { name, cluster: None, group: None, source: None, page: page() };
        match self {
            O::CopySnapshot => control.copy_snapshot(call, copy_to("s", "new")).await.map(drop),
            O::CopySnapshotWithTags => {
                control.copy_snapshot(call, CopySnapshot { tags: some_tags(), ..copy_to("s", "new") }).await.map(drop)
            }
            O::ExportSnapshot => control.copy_snapshot(call, export_as("s", "e")).await.map(drop),
            O::ExportSnapshotWithTags => {
                control.copy_snapshot(call, CopySnapshot { tags: some_tags(), ..export_as("s", "e") }).await.map(drop)
            }
            O::CreateSnapshotOfCluster => {
                let of_single = SnapshotOf::Cluster(cluster_id("single"));
                control.create_snapshot(call, snapshot_of(of_single, "new")).await.map(drop)
            }
            O::CreateSnapshotOfGroup => control.create_snapshot(call, snapshot_of(of_group, "new")).await.map(drop),
            O::CreateSnapshotOfMemberWithTags => {
                let request = CreateSnapshot { tags: some_tags(), ..snapshot_of(of_member, "new") };
                control.create_snapshot(call, request).await.map(drop)
            }
            O::DeleteSnapshot => control.delete_snapshot(call, name("s")).await.map(drop),
            O::DescribeSnapshot => control.describe_snapshots(call, described(Some(name("s")))).await.map(drop),
            O::DescribeSnapshots => control.describe_snapshots(call, described(None)).await.map(drop),
            O::CreateReplicationGroup => control.create_replication_group(call, new_group("new", 1)).await.map(drop),
            O::CreateReplicationGroupWithNamesAndTags => {
                let new = new_group("new", 1);
                let request = CreateReplicationGroup { settings: named_settings(), tags: some_tags(), ..new };
                control.create_replication_group(call, request).await.map(drop)
            }
            O::CreateCacheCluster => control.create_cache_cluster(call, new_cluster("new")).await.map(drop),
            O::CreateCacheClusterWithNamesAndTags => {
                let new = new_cluster("new");
                let request = CreateCacheCluster { settings: named_settings(), tags: some_tags(), ..new };
                control.create_cache_cluster(call, request).await.map(drop)
            }
            O::DeleteReplicationGroup => control.delete_replication_group(call, group_id("g"), None).await.map(drop),
            O::DeleteReplicationGroupWithSnapshot => {
                control.delete_replication_group(call, group_id("g"), Some(name("new"))).await.map(drop)
            }
            O::DeleteCacheCluster => control.delete_cache_cluster(call, cluster_id("single"), None).await.map(drop),
            O::DeleteCacheClusterWithSnapshot => {
                control.delete_cache_cluster(call, cluster_id("single"), Some(name("new"))).await.map(drop)
            }
            O::DescribeReplicationGroup => {
                control.describe_replication_groups(call, Some(group_id("g")), page()).await.map(drop)
            }
            O::DescribeReplicationGroups => control.describe_replication_groups(call, None, page()).await.map(drop),
            O::DescribeCacheCluster => {
                control.describe_cache_clusters(call, Some(cluster_id("single")), false, page()).await.map(drop)
            }
            O::DescribeCacheClusters => control.describe_cache_clusters(call, None, false, page()).await.map(drop),
            O::AddTags => control.add_tags(call, arn, tags(&[("new", "1")])).await.map(drop),
            O::RemoveTags => control.remove_tags(call, arn, vec!["old".to_owned()]).await.map(drop),
            O::ListTags => control.list_tags(call, arn).await.map(drop),
            O::DescribeEvents => {
                let (from, to) = (Timestamp::from_ms(0), control.now());
                let everything = DescribeEvents { of: EventsOf::Everything, from, to, page: page() };
                control.describe_events(call, everything).await.map(drop)
            }
        }
    }

    /// The rights that the call needs: action and resource of each (P2-P4, L58).
    fn rights(self) -> Vec<(&'static str, String)> {
        let snapshot = |id: &str| place().snapshot(&name(id)).to_string();
        let group = |id: &str| place().replication_group(&group_id(id)).to_string();
        let cluster = |id: &str| place().cluster(&cluster_id(id)).to_string();
        let named = |kind, name: &str| place().named(kind, name).to_string();
        let every = |kind| place().every(kind);
        let names = |action| {
            [
                (action, named(ResourceKind::ParameterGroup, "default.redis7")),
                (action, named(ResourceKind::SubnetGroup, "default")),
            ]
        };
        match self {
            O::CopySnapshot => vec![("CopySnapshot", snapshot("s")), ("CopySnapshot", snapshot("new"))],
            O::CopySnapshotWithTags => {
                [O::CopySnapshot.rights(), vec![("AddTagsToResource", snapshot("new"))]].concat()
            }
            O::ExportSnapshot => vec![("CopySnapshot", snapshot("s"))],
            O::ExportSnapshotWithTags => {
                vec![("CopySnapshot", snapshot("s")), ("AddTagsToResource", snapshot("s"))]
            }
            O::CreateSnapshotOfCluster => {
                vec![("CreateSnapshot", snapshot("new")), ("CreateSnapshot", cluster("single"))]
            }
            O::CreateSnapshotOfGroup => vec![("CreateSnapshot", snapshot("new")), ("CreateSnapshot", group("g"))],
            O::CreateSnapshotOfMemberWithTags => vec![
                ("CreateSnapshot", snapshot("new")),
                ("CreateSnapshot", cluster("g-001")),
                ("CreateSnapshot", group("g")),
                ("AddTagsToResource", snapshot("new")),
            ],
            O::DeleteSnapshot => vec![("DeleteSnapshot", snapshot("s"))],
            O::DescribeSnapshot => vec![("DescribeSnapshots", snapshot("s"))],
            O::DescribeSnapshots => vec![("DescribeSnapshots", every(ResourceKind::Snapshot))],
            O::CreateReplicationGroup => vec![("CreateReplicationGroup", group("new"))],
            O::CreateReplicationGroupWithNamesAndTags => {
                let own = vec![("CreateReplicationGroup", group("new")), ("AddTagsToResource", group("new"))];
                [own, names("CreateReplicationGroup").to_vec()].concat()
            }
            O::CreateCacheCluster => vec![("CreateCacheCluster", cluster("new"))],
            O::CreateCacheClusterWithNamesAndTags => {
                let own = vec![("CreateCacheCluster", cluster("new")), ("AddTagsToResource", cluster("new"))];
                [own, names("CreateCacheCluster").to_vec()].concat()
            }
            O::DeleteReplicationGroup => vec![("DeleteReplicationGroup", group("g"))],
            O::DeleteReplicationGroupWithSnapshot => vec![
                ("DeleteReplicationGroup", group("g")),
                ("DeleteReplicationGroup", snapshot("new")),
                ("CreateSnapshot", snapshot("new")),
                ("CreateSnapshot", group("g")),
            ],
            O::DeleteCacheCluster => vec![("DeleteCacheCluster", cluster("single"))],
            O::DeleteCacheClusterWithSnapshot => vec![
                ("DeleteCacheCluster", cluster("single")),
                ("DeleteCacheCluster", snapshot("new")),
                ("CreateSnapshot", snapshot("new")),
                ("CreateSnapshot", cluster("single")),
            ],
            O::DescribeReplicationGroup => vec![("DescribeReplicationGroups", group("g"))],
            O::DescribeReplicationGroups => {
                vec![("DescribeReplicationGroups", every(ResourceKind::ReplicationGroup))]
            }
            O::DescribeCacheCluster => vec![("DescribeCacheClusters", cluster("single"))],
            O::DescribeCacheClusters => vec![("DescribeCacheClusters", every(ResourceKind::Cluster))],
            O::AddTags => vec![("AddTagsToResource", snapshot("s"))],
            O::RemoveTags => vec![("RemoveTagsFromResource", snapshot("s"))],
            O::ListTags => vec![("ListTagsForResource", snapshot("s"))],
            O::DescribeEvents => vec![("DescribeEvents", "*".to_owned())],
        }
    }
}

/// A group `g`, a cluster `single`, a snapshot `s` with a tag, all available.
async fn full_world() -> World {
    let world = World::new();
    let control = world.control();
    group(&control, "g", 2).await.unwrap();
    cluster(&control, "single").await.unwrap();
    let workers = Workers::start(control.clone(), true).await;
    world.settle().await;
    snapshot(&control, "g", "s").await.unwrap();
    world.settle().await;
    workers.stop(Duration::ZERO).await;
    control.add_tags(admin(), place().snapshot(&name("s")), tags(&[("old", "1"), ("team", "cache")])).await.unwrap();
    world
}

/// The call is denied, nothing is changed, and no port but the catalog was asked.
async fn check_denied(world: &World, operation: Operation, call: Call, case: &str) {
    let before = world.everything().await;
    world.faults.clear();
    let denied = operation.call(&world.control(), call).await;
    assert!(matches!(&denied, Err(Refusal::Denied(_))), "{operation:?} {case}: {denied:?}");
    let asked = world.faults.calls();
    let foreign = asked.keys().find(|site| !matches!(site, Site::CatalogRead | Site::CatalogWrite));
    assert_eq!(foreign, None, "{operation:?} {case}");
    assert_eq!(world.everything().await, before, "{operation:?} {case}");
}

#[tokio::test(start_paused = true)]
async fn a_caller_without_policies_is_denied_everything_whether_it_is_there_or_not() {
    let (full, empty) = (full_world().await, World::new());
    for operation in ALL {
        check_denied(&full, operation, nobody(), "there").await;
        check_denied(&empty, operation, nobody(), "missing").await;
    }
}

#[tokio::test(start_paused = true)]
async fn exactly_the_needed_rights_are_enough_p2_p3_p4_l58() {
    for operation in ALL {
        let world = full_world().await;
        let done = operation.call(&world.control(), only(&operation.rights())).await;
        assert!(done.is_ok(), "{operation:?}: {done:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_right_that_is_missing_denies_p2_p4_l58() {
    let world = full_world().await;
    for operation in ALL {
        let rights = operation.rights();
        for missing in 0..rights.len() {
            let mut given = rights.clone();
            let (action, resource) = given.remove(missing);
            check_denied(&world, operation, only(&given), &format!("without {action} on {resource}")).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_right_that_is_denied_outweighs_an_allow_p7() {
    let world = full_world().await;
    for operation in ALL {
        for (action, resource) in operation.rights() {
            let call = call_with(&[
                r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#.to_owned(),
                format!(r#"{{"Effect":"Deny","Action":"elasticache:{action}","Resource":"{resource}"}}"#),
            ]);
            check_denied(&world, operation, call, &format!("denied {action} on {resource}")).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_names_caller_action_and_resource_p8() {
    let denied = World::new().control().delete_snapshot(nobody(), name("s")).await;
    assert_eq!(
        denied.unwrap_err().to_string(),
        "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: elasticache:DeleteSnapshot on resource: \
         arn:aws:elasticache:us-east-1:123456789012:snapshot:s because no identity-based policy allows the \
         elasticache:DeleteSnapshot action"
    );
}

/// The example of the guide: a source with one tag may not be copied in a request with another (P2a).
#[tokio::test(start_paused = true)]
async fn tags_of_source_and_request_are_seen_in_one_check_p2a() {
    let world = full_world().await;
    let deny = r#"{"Effect":"Deny","Action":"elasticache:CopySnapshot","Resource":"*","Condition":{"StringEquals":
        {"aws:ResourceTag/team":"cache","aws:RequestTag/k":"v"}}}"#;
    let call = call_with(&[r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#.to_owned(), deny.to_owned()]);
    check_denied(&world, O::CopySnapshotWithTags, call.clone(), "both tags").await;
    check_denied(&world, O::ExportSnapshotWithTags, call.clone(), "both tags").await;
    O::CopySnapshot.call(&world.control(), call).await.unwrap();
}

const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

async fn is_known(control: &Control, access_key: &str) -> bool {
    control.credential(access_key).await.unwrap().is_some()
}

/// Whether the identity may delete a snapshot, by its credential now.
async fn may_delete(control: &Control, access_key: &str) -> bool {
    let credential = control.credential(access_key).await.unwrap().unwrap();
    let call = Call { caller: credential.caller.clone(), ..nobody() };
    !matches!(control.delete_snapshot(call, name("nowhere")).await, Err(Refusal::Denied(_)))
}

#[tokio::test(start_paused = true)]
async fn a_changed_identity_holds_from_the_next_request_on() {
    let control = World::new().control();
    let first = control.create_identity("ann").await.unwrap();
    assert!(!may_delete(&control, &first.access_key_id).await, "a new identity has no rights");
    control.put_policy("ann", "all", EVERYTHING).await.unwrap();
    assert!(may_delete(&control, &first.access_key_id).await);
    control.delete_policy("ann", "all").await.unwrap();
    assert!(!may_delete(&control, &first.access_key_id).await);
    let second = control.rotate_identity("ann").await.unwrap();
    assert!(!is_known(&control, &first.access_key_id).await, "the old key stopped working");
    let credential = control.credential(&second.access_key_id).await.unwrap().unwrap();
    assert_eq!(credential.secret.expose(), second.secret.expose());
    assert_ne!(first.secret.expose(), second.secret.expose());
    control.delete_identity("ann").await.unwrap();
    assert!(!is_known(&control, &second.access_key_id).await);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_used_again_is_another_identity() {
    let control = World::new().control();
    let first = control.create_administrator("ann").await.unwrap();
    assert!(may_delete(&control, &first.access_key_id).await);
    assert!(matches!(control.create_identity("ann").await, Err(IdentityError::Exists(_))));
    let before = control.identity("ann").await.unwrap();
    control.delete_identity("ann").await.unwrap();
    let second = control.create_identity("ann").await.unwrap();
    assert_ne!(control.identity("ann").await.unwrap().user_id, before.user_id);
    assert!(!may_delete(&control, &second.access_key_id).await);
}

#[tokio::test(start_paused = true)]
async fn an_access_key_is_found_whole_or_not_at_all() {
    let control = World::new().control();
    let key = control.create_identity("ann").await.unwrap().access_key_id;
    for wrong in ["", "AKIA", &key[..key.len() - 1], &format!("{key}A"), &key.to_lowercase()] {
        assert!(!is_known(&control, wrong).await, "{wrong}");
    }
    assert!(is_known(&control, &key).await);
}

#[tokio::test(start_paused = true)]
async fn names_and_policies_of_identities_are_checked() {
    let control = World::new().control();
    for bad in ["", "a b", "a/b", &"x".repeat(65)] {
        assert!(matches!(control.create_identity(bad).await, Err(IdentityError::Name(_))), "{bad}");
    }
    control.create_identity("ann").await.unwrap();
    assert!(matches!(control.put_policy("ann", "p", "{").await, Err(IdentityError::Policy(_))));
    assert!(matches!(control.put_policy("bob", "p", EVERYTHING).await, Err(IdentityError::NotFound(_))));
    assert!(matches!(control.delete_policy("ann", "p").await, Err(IdentityError::NoPolicy { .. })));
    assert!(matches!(control.rotate_identity("bob").await, Err(IdentityError::NotFound(_))));
    assert!(matches!(control.delete_identity("bob").await, Err(IdentityError::NotFound(_))));
}
