//! Which statuses a call shows, needs and leads to; quotas and tags.

use crate::support::engines::{SAMPLE, large_file};
use crate::support::faults::Site;
use crate::support::requests::{
    admin, cluster, cluster_id, copy, copy_to, delete, delete_group, export, group, group_id, name, new_group,
    snapshot, snapshot_of, tags,
};
use crate::support::{QUOTA, World, place};
use std::sync::Arc;
use std::time::Duration;
use valkeep_control::clusters::groups::CreateReplicationGroup;
use valkeep_control::jobs::Workers;
use valkeep_control::snapshots::copy::CopySnapshot;
use valkeep_control::snapshots::create::{CreateSnapshot, SnapshotOf};
use valkeep_control::{Control, Refusal};
use valkeep_domain::cluster::{CacheCluster, ReplicationGroup};
use valkeep_domain::names::ClusterId;
use valkeep_domain::snapshot::SnapshotState;
use valkeep_domain::tags::Tags;
use valkeep_ports::catalog::{CatalogError, Tx};
use valkeep_ports::engines::EngineError;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// A group `g` of two nodes that is available; with `snapshots`, each of them too.
async fn world_with(snapshots: &[&str]) -> World {
    let world = World::new();
    let control = world.control();
    group(&control, "g", 2).await.unwrap();
    let workers = Workers::start(control.clone(), true).await;
    world.settle().await;
    for name in snapshots {
        snapshot(&control, "g", name).await.unwrap();
        world.settle().await;
    }
    workers.stop(Duration::ZERO).await;
    world
}

async fn delete_with_final(control: &Control, id: &str) -> Result<(), Refusal> {
    control.delete_cache_cluster(admin(), cluster_id(id), Some(name("f"))).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_passes_creating_and_its_group_snapshotting_l17() {
    let world = world_with(&[]).await;
    let control = world.control();
    let answer = snapshot(&control, "g", "s").await.unwrap();
    assert_eq!((answer.state, answer.shards[0].stored.clone()), (SnapshotState::Creating, None));
    assert_eq!((world.group_status("g").await, world.cluster_status("g-002").await), ("snapshotting", "snapshotting"));
    // L16, L18: nothing else begins meanwhile, by whatever name the group is called.
    assert!(matches!(snapshot(&control, "g", "other").await, Err(Refusal::GroupState(_))));
    for member in ["g-001", "g-002"] {
        let of = SnapshotOf::Cluster(cluster_id(member));
        assert!(matches!(
            control.create_snapshot(admin(), snapshot_of(of, "other")).await,
            Err(Refusal::GroupState(_))
        ));
    }
    assert!(matches!(delete_group(&control, "g", None).await, Err(Refusal::GroupState(_))));
    assert!(matches!(delete(&control, "s").await, Err(Refusal::SnapshotState { .. })));
    assert!(matches!(copy(&control, "s", "c").await, Err(Refusal::SnapshotState { .. })));
    world.finish(&control).await;
    assert_eq!((world.status("s").await, world.group_status("g").await), ("available", "available"));
    let stored = world.snapshot("s").await.unwrap().shards[0].stored.clone().unwrap();
    assert_eq!((stored.rdb_bytes.0, stored.format.as_str()), (SAMPLE.len() as u64, "REDIS0010"));
    assert_eq!(world.file_of("s").await, SAMPLE);
    world.check_settled("created").await;
}

#[tokio::test(start_paused = true)]
async fn the_source_of_a_snapshot_must_be_there_and_available_l16() {
    let world = World::new();
    let control = world.control();
    assert!(matches!(snapshot(&control, "g", "s").await, Err(Refusal::GroupNotFound(_))));
    group(&control, "g", 1).await.unwrap();
    assert!(matches!(snapshot(&control, "g", "s").await, Err(Refusal::GroupState(_))), "it is creating");
    cluster(&control, "single").await.unwrap();
    let of = |id: &str| SnapshotOf::Cluster(cluster_id(id));
    let ask = |of: SnapshotOf| control.create_snapshot(admin(), snapshot_of(of, "s"));
    assert!(matches!(ask(of("nowhere")).await, Err(Refusal::ClusterNotFound(_))));
    assert!(matches!(ask(of("single")).await, Err(Refusal::ClusterState(_))));
    world.finish(&control).await;
    // L11: both may be named only when one is the other's member.
    let stranger = SnapshotOf::Member { cluster: cluster_id("single"), group: group_id("g") };
    assert!(matches!(ask(stranger).await, Err(Refusal::InvalidCombination(_))));
    ask(SnapshotOf::Member { cluster: cluster_id("g-001"), group: group_id("g") }).await.unwrap();
    // N14: the name is taken in every status.
    assert!(matches!(ask(of("single")).await, Err(Refusal::SnapshotExists(_))));
}

#[tokio::test(start_paused = true)]
async fn the_data_comes_from_a_replica_in_step_else_from_the_primary_l13() {
    for (in_step, reachable, expected) in [(true, true, "g-002"), (false, true, "g-001"), (true, false, "g-001")] {
        let world = world_with(&[]).await;
        if !in_step {
            world.nodes.put_replicas_out_of_step();
        }
        if !reachable {
            world.faults.away(&[Site::NodeInspect]);
        }
        let control = world.control();
        snapshot(&control, "g", "s").await.unwrap();
        world.finish(&control).await;
        let taken = world.snapshot("s").await.unwrap();
        assert_eq!(taken.cluster().map(ClusterId::as_str), Some(expected), "in step {in_step}, reachable {reachable}");
        assert_eq!(taken.shards[0].cluster.as_str(), expected);
        assert_eq!(world.nodes.captured_from(), [taken.origin.port]);
        world.check_settled(expected).await;
    }
}

/// A replica that was turned to another primary has data that nobody asked for.
#[tokio::test(start_paused = true)]
async fn a_replica_of_a_stranger_gives_no_data_l13() {
    // Turned before the snapshot, or just before it saves.
    for turned_late in [false, true] {
        let world = world_with(&[]).await;
        let (primary, replica) = (world.port_of("g-001").await, world.port_of("g-002").await);
        let turn = || world.nodes.hold_at(replica, &large_file(10));
        let control = world.control();
        snapshot(&control, "g", "s").await.unwrap();
        if turned_late {
            let saving = world.faults.hold(Site::NodeCapture);
            let workers = Workers::start(control.clone(), true).await;
            saving.reached().await;
            turn();
            saving.open();
            world.settle().await;
            workers.stop(Duration::ZERO).await;
        } else {
            turn();
            world.finish(&control).await;
        }
        let taken = world.snapshot("s").await.unwrap();
        assert_eq!((taken.shards[0].cluster.as_str(), world.status("s").await), ("g-001", "available"));
        assert_eq!(taken.shards[0].stored.as_ref().unwrap().keys, 32, "turned late: {turned_late}");
        let asked = if turned_late { vec![replica, primary] } else { vec![primary] };
        assert_eq!(world.nodes.captured_from(), asked);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_failover_the_new_primary_is_taken_which_the_old_one_follows() {
    let world = world_with(&[]).await;
    world.nodes.fail_over_to("g-002");
    let control = world.control();
    snapshot(&control, "g", "s").await.unwrap();
    world.finish(&control).await;
    let taken = world.snapshot("s").await.unwrap();
    assert_eq!((taken.shards[0].cluster.as_str(), world.status("s").await), ("g-002", "available"));
}

#[tokio::test(start_paused = true)]
async fn a_failed_capture_fails_the_snapshot_and_frees_the_group_l23() {
    let errors: [fn() -> EngineError; 5] = [
        || EngineError::Refused("WRONGPASS".to_owned()),
        || EngineError::Broken("a checksum that does not match".to_owned()),
        || EngineError::NotReady("LOADING".to_owned()),
        || EngineError::Local(std::io::Error::other("too many open files")),
        || EngineError::TimedOut { what: "silence", limit_s: 60 },
    ];
    for error in errors {
        let world = world_with(&[]).await;
        world.nodes.refuse_captures(error);
        let control = world.control();
        snapshot(&control, "g", "s").await.unwrap();
        world.finish(&control).await;
        let Some(SnapshotState::Failed(failure)) = world.snapshot("s").await.map(|it| it.state) else {
            panic!("{}", error())
        };
        let reason = failure.reason;
        assert!(reason.contains(&error().to_string()), "{reason}");
        assert_eq!(
            // An attempt asks the replica and the primary.
            world.nodes.captured_from().len() > 2,
            error().may_pass(),
            "{reason}: tried again only if it may pass"
        );
        assert_eq!(world.group_status("g").await, "available");
        world.check_settled(&reason).await;
        // L6: a failed snapshot can be deleted, and its name used again.
        delete(&control, "s").await.unwrap();
        world.finish_in_new_process().await;
        assert_eq!(world.status("s").await, "gone");
    }
}

#[tokio::test(start_paused = true)]
async fn copies_count_and_the_source_is_copying_until_the_last_l4() {
    let world = world_with(&["s"]).await;
    let control = world.control();
    let answer = copy(&control, "s", "c1").await.unwrap();
    assert_eq!((answer.name, answer.state), (name("c1"), SnapshotState::Creating), "the answer is the target (L25)");
    assert!(answer.shards[0].stored.is_some(), "a copy shows its size at once (L28)");
    copy(&control, "s", "c2").await.unwrap();
    assert_eq!(world.snapshot("s").await.unwrap().state, SnapshotState::Copying { copies: 2 });
    assert!(matches!(export(&control, "s", "e").await, Err(Refusal::SnapshotState { .. })));
    assert!(matches!(delete(&control, "s").await, Err(Refusal::SnapshotState { .. })), "L7");
    world.finish(&control).await;
    for name in ["s", "c1", "c2"] {
        assert_eq!(world.status(name).await, "available", "{name}");
    }
    world.check_settled("two copies").await;
}

#[tokio::test(start_paused = true)]
async fn nothing_else_begins_while_a_snapshot_is_exported_l7_l8() {
    let world = world_with(&["s"]).await;
    let control = world.control();
    let answer = export(&control, "s", "e").await.unwrap();
    assert_eq!((answer.name, answer.state), (name("s"), SnapshotState::Exporting), "the answer is the source (E28)");
    assert!(matches!(export(&control, "s", "e2").await, Err(Refusal::SnapshotState { .. })));
    assert!(matches!(copy(&control, "s", "c").await, Err(Refusal::SnapshotState { .. })));
    assert!(matches!(delete(&control, "s").await, Err(Refusal::SnapshotState { .. })));
    world.finish(&control).await;
    assert_eq!(world.status("s").await, "available");
}

#[tokio::test(start_paused = true)]
async fn a_copy_needs_a_source_and_a_free_name_and_reports_the_source_first_l31_l32() {
    let world = world_with(&["s", "t"]).await;
    let control = world.control();
    assert!(matches!(copy(&control, "nowhere", "c").await, Err(Refusal::SnapshotNotFound(_))));
    assert!(matches!(copy(&control, "nowhere", "t").await, Err(Refusal::SnapshotNotFound(_))));
    assert!(matches!(copy(&control, "s", "t").await, Err(Refusal::SnapshotExists(_))));
    assert!(matches!(copy(&control, "s", "s").await, Err(Refusal::SnapshotExists(_))));
    assert_eq!(world.status("s").await, "available", "a refused copy leaves the source alone");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_snapshot_is_deleting_until_its_job_ran_l42_l43() {
    let world = world_with(&["s"]).await;
    let control = world.control();
    control.add_tags(admin(), place().snapshot(&name("s")), tags(&[("k", "v")])).await.unwrap();
    assert_eq!(delete(&control, "s").await.unwrap().state, SnapshotState::Deleting);
    assert_eq!(world.status("s").await, "deleting");
    for refused in [delete(&control, "s").await, copy(&control, "s", "c").await] {
        assert!(matches!(refused, Err(Refusal::SnapshotState { .. })));
    }
    assert!(matches!(snapshot(&control, "g", "s").await, Err(Refusal::SnapshotExists(_))));
    let listed = control.list_tags(admin(), place().snapshot(&name("s"))).await;
    assert!(matches!(listed, Err(Refusal::ResourceNotFound { .. })));
    world.finish(&control).await;
    assert_eq!((world.status("s").await, world.blobs_stored().await), ("gone", 0));
    assert!(world.tags(&place().snapshot(&name("s"))).await.is_empty(), "T17");
    assert!(matches!(delete(&control, "s").await, Err(Refusal::SnapshotNotFound(_))));
}

#[tokio::test(start_paused = true)]
async fn a_final_snapshot_is_taken_of_the_primary_before_the_group_goes_l57_l62() {
    let world = world_with(&[]).await;
    let control = world.control();
    delete_group(&control, "g", Some("f")).await.unwrap();
    assert_eq!((world.status("f").await, world.group_status("g").await), ("creating", "deleting"));
    assert!(matches!(snapshot(&control, "g", "s").await, Err(Refusal::GroupState(_))));
    assert!(matches!(delete_group(&control, "g", None).await, Err(Refusal::GroupState(_))));
    world.finish(&control).await;
    assert_eq!((world.status("f").await, world.group_status("g").await), ("available", "gone"));
    let taken = world.snapshot("f").await.unwrap();
    assert_eq!(taken.cluster().map(ClusterId::as_str), Some("g-001"));
    assert_eq!((world.file_of("f").await.as_slice(), world.nodes.running().len()), (SAMPLE, 0));
    // L33: a snapshot of a cluster that is gone can be copied.
    let control = world.control();
    copy(&control, "f", "c").await.unwrap();
    world.finish(&control).await;
    world.check_settled("deleted").await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_final_snapshot_ends_the_deletion_l60() {
    let world = world_with(&[]).await;
    world.nodes.refuse_captures(|| EngineError::Refused("NOPERM".to_owned()));
    let control = world.control();
    cluster(&control, "single").await.unwrap();
    let workers = Workers::start(control.clone(), true).await;
    world.settle().await;
    delete_group(&control, "g", Some("f-of-g")).await.unwrap();
    delete_with_final(&control, "single").await.unwrap();
    world.settle().await;
    workers.stop(Duration::ZERO).await;
    assert_eq!((world.status("f-of-g").await, world.group_status("g").await), ("failed", "available"));
    assert_eq!((world.status("f").await, world.cluster_status("single").await), ("failed", "available"));
    assert_eq!(world.nodes.running(), ["g-001", "g-002", "single"]);
    world.check_settled("not deleted").await;
}

#[tokio::test(start_paused = true)]
async fn a_final_snapshot_with_a_taken_name_deletes_nothing_l59() {
    let world = world_with(&["s"]).await;
    let control = world.control();
    let before = world.everything().await;
    assert!(matches!(delete_group(&control, "g", Some("s")).await, Err(Refusal::SnapshotExists(_))));
    assert_eq!(world.everything().await, before);
}

#[tokio::test(start_paused = true)]
async fn a_primary_that_lost_its_data_is_not_taken_for_an_empty_one() {
    let world = world_with(&[]).await;
    world.nodes.lose("g-001");
    let control = world.control();
    delete_group(&control, "g", Some("f")).await.unwrap();
    world.finish(&control).await;
    assert_eq!((world.group_status("g").await, world.status("f").await), ("available", "failed"));
    assert_eq!(world.nodes.running(), ["g-002"]);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_never_started_is_not_available_after_its_deletion_was_abandoned() {
    let world = World::new();
    let control = world.control();
    world.faults.away(&[Site::NodeStart]);
    group(&control, "g", 2).await.unwrap();
    world.finish(&control).await;
    assert_eq!(world.group_status("g").await, "create-failed");
    world.nodes.refuse_captures(|| EngineError::Refused("nobody listens".to_owned()));
    let control = world.control();
    // The call may be refused at once, or its job may fail: the group did not become available by it.
    if delete_group(&control, "g", Some("f")).await.is_ok() {
        world.finish(&control).await;
    }
    assert_eq!(world.group_status("g").await, "create-failed");
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_nodes_do_not_start_fails_and_can_be_deleted() {
    let world = World::new();
    let control = world.control();
    world.faults.away(&[Site::NodeStart]);
    group(&control, "g", 2).await.unwrap();
    assert_eq!(world.group_status("g").await, "creating");
    assert!(matches!(delete_group(&control, "g", None).await, Err(Refusal::GroupState(_))));
    world.finish(&control).await;
    world.faults.clear();
    assert_eq!((world.group_status("g").await, world.nodes.running().len()), ("create-failed", 0));
    let control = world.control();
    assert!(matches!(snapshot(&control, "g", "s").await, Err(Refusal::GroupState(_))));
    delete_group(&control, "g", None).await.unwrap();
    world.finish(&control).await;
    assert_eq!(world.group_status("g").await, "gone");
}

#[tokio::test(start_paused = true)]
async fn a_member_is_deleted_with_its_group_only() {
    let world = world_with(&[]).await;
    let refused = world.control().delete_cache_cluster(admin(), cluster_id("g-002"), None).await;
    assert!(matches!(refused, Err(Refusal::InvalidCombination(_))));
    assert_eq!(world.group_status("g").await, "available");
}

/// Takes the quota of snapshots of one node, and deletes them: they count all the same.
async fn use_up_quota(world: &World, control: &Arc<Control>) {
    for number in 0..QUOTA {
        snapshot(control, "g", &format!("s{number}")).await.unwrap();
        world.settle().await;
        delete(control, &format!("s{number}")).await.unwrap();
        world.settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn snapshots_of_a_node_are_counted_over_24_hours_l63() {
    let world = world_with(&[]).await;
    let control = world.control();
    let workers = Workers::start(control.clone(), true).await;
    let began = tokio::time::Instant::now();
    use_up_quota(&world, &control).await;
    assert!(matches!(snapshot(&control, "g", "more").await, Err(Refusal::SnapshotQuota(QUOTA))));
    assert_eq!((world.status("more").await, world.group_status("g").await), ("gone", "available"));
    // The first was taken at `began`; one millisecond before its day is over it still counts.
    world.clock.skip(DAY_MS - i64::try_from(began.elapsed().as_millis()).unwrap() - 1);
    assert!(matches!(snapshot(&control, "g", "more").await, Err(Refusal::SnapshotQuota(QUOTA))));
    world.clock.skip(2);
    snapshot(&control, "g", "more").await.unwrap();
    world.settle().await;
    // Only the first had left the period.
    assert!(matches!(snapshot(&control, "g", "again").await, Err(Refusal::SnapshotQuota(QUOTA))));
    // L64: copies do not count.
    copy(&control, "more", "copy").await.unwrap();
    world.settle().await;
    workers.stop(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn of_two_calls_for_one_name_in_one_millisecond_the_later_is_refused() {
    let world = world_with(&[]).await;
    let (control, gate) = (world.control(), world.faults.hold(Site::CatalogWrite));
    let later = tokio::spawn(async move { snapshot(&control, "g", "s").await.map(drop) });
    gate.reached().await;
    snapshot(&world.control(), "g", "s").await.unwrap();
    gate.open();
    let refused = later.await.unwrap();
    assert!(matches!(refused, Err(Refusal::GroupState(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn another_node_has_its_own_quota_l63() {
    let world = world_with(&[]).await;
    let control = world.control();
    let workers = Workers::start(control.clone(), true).await;
    use_up_quota(&world, &control).await;
    control.create_snapshot(admin(), snapshot_of(SnapshotOf::Cluster(cluster_id("g-001")), "other")).await.unwrap();
    world.settle().await;
    workers.stop(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn a_final_snapshot_counts_against_the_quota_l59() {
    let world = World::new();
    let control = world.control();
    group(&control, "g", 1).await.unwrap();
    let workers = Workers::start(control.clone(), true).await;
    world.settle().await;
    use_up_quota(&world, &control).await;
    workers.stop(Duration::ZERO).await;
    let before = world.everything().await;
    let refused = delete_group(&control, "g", Some("f")).await;
    assert!(matches!(refused, Err(Refusal::SnapshotQuota(QUOTA))));
    assert_eq!(world.everything().await, before);
    delete_group(&control, "g", None).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nodes_that_were_lost_with_the_catalog_are_left_as_they_are() {
    let world = World::new();
    group(&world.control(), "g", 2).await.unwrap();
    world.finish(&world.control()).await;
    let forget = |tx: &mut Tx<'_>| {
        tx.remove::<CacheCluster>("g-001")?;
        tx.remove::<CacheCluster>("g-002")?;
        tx.remove::<ReplicationGroup>("g")
    };
    world.store.write::<_, CatalogError>(forget).await.unwrap();
    let control = world.control();
    world.clock.skip(1);
    group(&control, "g", 1).await.unwrap();
    world.finish(&control).await;
    assert_eq!(world.nodes.running(), ["g-001", "g-001", "g-002"]);
    let control = world.control();
    delete_group(&control, "g", None).await.unwrap();
    world.finish(&control).await;
    assert_eq!(world.nodes.running(), ["g-001", "g-002"]);
}

async fn copy_with(control: &Control, target: &str, tags: Option<Tags>) {
    control.copy_snapshot(admin(), CopySnapshot { tags, ..copy_to("s", target) }).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn tags_are_inherited_unless_the_call_brings_its_own_t10_t11() {
    let world = World::new();
    let control = world.control();
    let of_group = tags(&[("team", "cache"), ("stage", "test")]);
    let own = tags(&[("own", "yes")]);
    let request = CreateReplicationGroup { tags: Some(of_group.clone()), ..new_group("g", 2) };
    control.create_replication_group(admin(), request).await.unwrap();
    let workers = Workers::start(control.clone(), true).await;
    world.settle().await;
    let tags_of = async |snapshot: &str| world.tags(&place().snapshot(&name(snapshot))).await;
    snapshot(&control, "g", "s").await.unwrap();
    world.settle().await;
    assert_eq!(tags_of("s").await, of_group);
    let request = snapshot_of(SnapshotOf::Group(group_id("g")), "t");
    control.create_snapshot(admin(), CreateSnapshot { tags: Some(own.clone()), ..request }).await.unwrap();
    world.settle().await;
    assert_eq!(tags_of("t").await, own);
    copy_with(&control, "inherited", None).await;
    copy_with(&control, "given", Some(own.clone())).await;
    copy_with(&control, "none", Some(Tags::default())).await;
    assert_eq!(tags_of("inherited").await, of_group);
    assert_eq!(tags_of("given").await, own);
    assert_eq!(tags_of("none").await, Tags::default());
    world.settle().await;
    delete_group(&control, "g", Some("f")).await.unwrap();
    world.settle().await;
    assert_eq!(tags_of("f").await, of_group);
    assert!(world.tags(&place().replication_group(&group_id("g"))).await.is_empty(), "T17");
    assert!(world.tags(&place().cluster(&cluster_id("g-001"))).await.is_empty(), "T17");
    workers.stop(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn tags_of_a_group_reach_its_members_t13() {
    let world = world_with(&[]).await;
    let control = world.control();
    let arn = place().replication_group(&group_id("g"));
    let members = [place().cluster(&cluster_id("g-001")), place().cluster(&cluster_id("g-002"))];
    control.add_tags(admin(), members[1].clone(), tags(&[("mine", "1"), ("a", "old")])).await.unwrap();
    let answer = control.add_tags(admin(), arn.clone(), tags(&[("a", "1"), ("b", "2")])).await.unwrap();
    assert_eq!(answer, tags(&[("a", "1"), ("b", "2")]), "the answer is all tags of the resource (T8)");
    assert_eq!(world.tags(&members[0]).await, tags(&[("a", "1"), ("b", "2")]));
    assert_eq!(world.tags(&members[1]).await, tags(&[("a", "1"), ("b", "2"), ("mine", "1")]), "T6");
    let missing = control.remove_tags(admin(), arn.clone(), vec!["a".to_owned(), "c".to_owned()]).await;
    assert!(matches!(missing, Err(Refusal::TagNotFound { key, .. }) if key == "c"));
    assert_eq!(world.tags(&arn).await, tags(&[("a", "1"), ("b", "2")]), "none is removed when one is missing (T9)");
    control.remove_tags(admin(), arn.clone(), vec!["a".to_owned()]).await.unwrap();
    assert_eq!(world.tags(&members[0]).await, tags(&[("b", "2")]));
    assert_eq!(world.tags(&members[1]).await, tags(&[("b", "2"), ("mine", "1")]));
}

#[tokio::test(start_paused = true)]
async fn a_member_over_its_quota_of_tags_refuses_those_of_the_group_t1() {
    let world = world_with(&[]).await;
    let control = world.control();
    let many: Vec<String> = (0..50).map(|number| format!("k{number}")).collect();
    let full = tags(&many.iter().map(|key| (key.as_str(), "")).collect::<Vec<_>>());
    control.add_tags(admin(), place().cluster(&cluster_id("g-002")), full).await.unwrap();
    let before = world.everything().await;
    let refused = control.add_tags(admin(), place().replication_group(&group_id("g")), tags(&[("one", "more")])).await;
    assert!(matches!(refused, Err(Refusal::TagQuota(_))));
    assert_eq!(world.everything().await, before);
}
