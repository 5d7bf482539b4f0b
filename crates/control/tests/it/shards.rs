//! Groups with cluster mode: attached as they are found, all shards taken together, and everything that is done with their
//! snapshots.

use crate::support::engines::{SAMPLE, Step, large_file};
use crate::support::faults::Site;
use crate::support::keys::KEY_B;
use crate::support::requests::{
    admin, attached, cluster_id, copy, copy_under, delete, delete_group, export, group_id, name, page, snapshot,
    snapshot_of,
};
use crate::support::{QUOTA, World};
use std::sync::Arc;
use std::time::Duration;
use valkeep_control::clusters::groups::GroupView;
use valkeep_control::events::{DescribeEvents, EventsOf};
use valkeep_control::jobs::Workers;
use valkeep_control::repair::Fate;
use valkeep_control::snapshots::create::SnapshotOf;
use valkeep_control::snapshots::verify::Verdict;
use valkeep_control::{Control, Refusal};
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::snapshot::{OriginLevel, Snapshot};
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::BlobRecord;
use valkeep_ports::catalog::CatalogError;
use valkeep_ports::engines::EngineError;
use valkeep_ports::records::Tagged;

/// Three shards, the first two with a replica. The order of the ports is not that of the slots.
const SHARDS: [(&str, &[u16]); 3] =
    [("5461-10922", &[7102, 7105]), ("0-5460", &[7101, 7104]), ("10923-16383", &[7103])];

async fn attach(world: &World, nodes: &[u16]) -> Result<GroupView, Refusal> {
    world.control().attach(attached("shop", nodes)).await
}

/// A cluster `shop` whose shards have files of different lengths.
async fn cluster() -> World {
    let world = World::new();
    world.nodes.run_cluster(&SHARDS);
    for (port, bytes) in [(7101, 1000), (7104, 1000), (7102, 2000), (7105, 2000), (7103, 3000)] {
        world.nodes.hold_at(port, &file(bytes));
    }
    attach(&world, &[7101]).await.unwrap();
    world
}

/// A file whose only key, `k`, is of slot 7629, which the second shard has.
fn file(bytes: u32) -> Vec<u8> {
    large_file(bytes)
}

/// The cluster with a snapshot `s` of it.
async fn cluster_with_snapshot() -> World {
    let world = cluster().await;
    taken(&world, "s").await;
    world
}

async fn taken(world: &World, name: &str) {
    let control = world.control();
    snapshot(&control, "shop", name).await.unwrap();
    world.finish(&control).await;
}

fn sources(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.shards.iter().map(|shard| shard.cluster.as_str()).collect()
}

async fn told(world: &World) -> Vec<String> {
    let everything = DescribeEvents {
        of: EventsOf::Everything,
        from: Timestamp::from_ms(0),
        to: Timestamp::from_ms(i64::MAX / 2),
        page: page(),
    };
    let events = world.control().describe_events(admin(), everything).await.unwrap();
    events.items.iter().map(|event| format!("{}: {}", event.source.id(), event.message)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_whole_cluster_is_found_by_any_of_its_nodes_n7() {
    for seed in [7101, 7103, 7105] {
        let world = World::new();
        world.nodes.run_cluster(&SHARDS);
        let view = attach(&world, &[seed]).await.unwrap();
        let shards = view.group.shards().into_iter().map(|shard| {
            let ids = shard.members.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>().join(" ");
            format!("{} {} {ids}", shard.id, shard.slots)
        });
        let expected = [
            "0001 0-5460 shop-0001-001 shop-0001-002",
            "0002 5461-10922 shop-0002-001 shop-0002-002",
            "0003 10923-16383 shop-0003-001",
        ];
        assert_eq!(shards.collect::<Vec<_>>(), expected, "by {seed}");
        let nodes = view.members.iter().map(|it| (it.node.port, it.settings.parameter_group.as_str()));
        assert_eq!(
            nodes.collect::<Vec<_>>(),
            [7101, 7104, 7102, 7105, 7103].map(|port| (port, "default.redis7.cluster.on"))
        );
        assert!(view.group.cluster_mode());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_whole_cluster_is_not_attached() {
    /// What is told, what is changed before, and which nodes are named.
    type Case<'a> = (&'a str, fn(&World), &'a [u16]);
    let cases: [Case<'_>; 7] = [
        ("slots 5461-10922 are on no node", |world| world.nodes.run_cluster(&[SHARDS[1], SHARDS[2]]), &[7101]),
        (
            "the node with slots 10923-16383 failed",
            |world| world.nodes.tell(7101, |view| view.others[3].failed = true),
            &[7101],
        ),
        ("does not tell where its node", |world| world.nodes.tell(7101, |view| view.others[3].address = None), &[7101]),
        ("10.0.0.1:7103 is not the node", |world| world.nodes.tell(7103, |view| view.own.id = "0".repeat(40)), &[7101]),
        ("10.0.0.1:7200 is not of the cluster of 10.0.0.1:7101", |_| (), &[7101, 7200]),
        ("10.0.0.1:7101 runs in cluster mode, and the others do not", |_| (), &[7200, 7101]),
        ("A node is named twice", |_| (), &[7101, 7101]),
    ];
    for (expected, change, nodes) in cases {
        let world = World::new();
        world.nodes.run_cluster(&SHARDS);
        change(&world);
        let Err(Refusal::InvalidValue(told)) = attach(&world, nodes).await else { panic!("{expected}") };
        assert!(told.contains(expected), "{told}");
        assert_eq!(world.group_status("shop").await, "gone");
    }
}

#[tokio::test(start_paused = true)]
async fn replicas_that_the_cluster_gave_up_are_left_out() {
    let world = World::new();
    world.nodes.run_cluster(&SHARDS);
    world.nodes.tell(7101, |view| {
        view.others.iter_mut().filter(|node| node.follows.is_some()).for_each(|node| node.failed = true);
    });
    let view = attach(&world, &[7101, 7102]).await.unwrap();
    assert_eq!(view.members.iter().map(|it| it.node.port).collect::<Vec<_>>(), [7101, 7102, 7103]);
}

#[tokio::test(start_paused = true)]
async fn all_shards_are_asked_together_and_are_one_snapshot_l21() {
    let world = cluster().await;
    let control = world.control();
    let begun = snapshot(&control, "shop", "s").await.unwrap();
    assert!(begun.stored().next().is_none());
    for (node, status) in
        [("shop-0001-002", "snapshotting"), ("shop-0003-001", "snapshotting"), ("shop-0001-001", "available")]
    {
        assert_eq!(world.cluster_status(node).await, status, "{node}");
    }
    world.finish(&control).await;
    let taken = world.snapshot("s").await.unwrap();
    assert!(matches!(&taken.origin.level, OriginLevel::Group { id, node_groups: 3, .. } if id.as_str() == "shop"));
    assert_eq!(sources(&taken), ["shop-0001-002", "shop-0002-002", "shop-0003-001"], "a replica where there is one");
    let slots: Vec<String> = taken.shards.iter().map(|shard| shard.node_group.slots.to_string()).collect();
    assert_eq!(slots, ["0-5460", "5461-10922", "10923-16383"]);
    assert_eq!(taken.shards.iter().map(|shard| shard.node_group.replica_count).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!(world.files_of("s").await, [file(1000), file(2000), file(3000)]);
    let steps = world.nodes.steps();
    assert!(steps[..3].iter().all(|step| matches!(step, Step::Ready(_))), "{steps:?}");
    assert!(steps.len() == 6 && steps[3..].iter().all(|step| matches!(step, Step::Asked(_))), "{steps:?}");
    assert_eq!(world.group_status("shop").await, "available");
    world.check_settled("taken").await;
}

#[tokio::test(start_paused = true)]
async fn a_member_alone_is_no_source_l12() {
    let world = cluster().await;
    let sources = [
        SnapshotOf::Cluster(cluster_id("shop-0001-001")),
        SnapshotOf::Member { cluster: cluster_id("shop-0001-001"), group: group_id("shop") },
    ];
    for source in sources {
        let refused = world.control().create_snapshot(admin(), snapshot_of(source, "s")).await;
        assert!(matches!(&refused, Err(Refusal::InvalidValue(told)) if told.contains("shop")), "{refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_node_has_its_quota_l63() {
    let world = cluster().await;
    for number in 0..QUOTA {
        taken(&world, &format!("s{number}")).await;
    }
    assert!(matches!(snapshot(&world.control(), "shop", "more").await, Err(Refusal::SnapshotQuota(_))));
}

#[tokio::test(start_paused = true)]
async fn after_a_replica_that_breaks_off_all_begin_again() {
    let world = cluster().await;
    world.nodes.refuse_captures_of(7105, || EngineError::Unreachable(std::io::ErrorKind::UnexpectedEof.into()));
    taken(&world, "s").await;
    assert_eq!(sources(&world.snapshot("s").await.unwrap()), ["shop-0001-002", "shop-0002-001", "shop-0003-001"]);
    let steps = world.nodes.steps();
    let ready = |steps: &[Step]| steps.iter().filter(|step| matches!(step, Step::Ready(_))).count();
    // Nobody is asked in the second round before all are ready again.
    let last_asked: Vec<_> = steps.iter().rev().take(3).collect();
    assert!(last_asked.iter().all(|step| matches!(step, Step::Asked(_))) && ready(&steps) == 6, "{steps:?}");
    let moved = "shop-0002-002: Snapshot 's' is taken from cache cluster 'shop-0002-001' because the node broke off the connection";
    assert!(told(&world).await.contains(&moved.to_owned()), "{:?}", told(&world).await);
    world.check_settled("a replica broke off").await;
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_fails_fails_the_snapshot_and_is_named() {
    let world = cluster().await;
    world.nodes.refuse_captures_of(7103, || EngineError::Unreachable(std::io::ErrorKind::UnexpectedEof.into()));
    taken(&world, "s").await;
    assert_eq!((world.status("s").await, world.group_status("shop").await), ("failed", "available"));
    let cause = "Could not create snapshot 's' because in shard 0003 the node broke off the connection";
    assert!(told(&world).await.iter().any(|event| event.ends_with(cause)), "{:?}", told(&world).await);
    assert_eq!(world.blobs_stored().await, 0);
    world.check_settled("a shard failed").await;
}

#[tokio::test(start_paused = true)]
async fn keys_on_their_way_fail_the_snapshot_until_they_are_there() {
    let world = cluster().await;
    world.nodes.tell(7102, |view| view.moving_slots = 1);
    taken(&world, "s").await;
    assert_eq!(world.status("s").await, "failed");
    let cause = "because slots of the cluster are on their way from one node to another";
    assert!(told(&world).await.iter().any(|event| event.ends_with(cause)), "{:?}", told(&world).await);
    assert_eq!(world.nodes.steps(), [], "nobody was asked for data");
    world.nodes.tell(7102, |view| view.moving_slots = 0);
    taken(&world, "later").await;
    assert_eq!(world.status("later").await, "available");
    world.check_settled("moving").await;
}

#[tokio::test(start_paused = true)]
async fn slots_that_move_during_the_save_make_it_begin_again() {
    let [(_, second), (_, first), (_, third)] = SHARDS;
    let moved = |world: &World| {
        world.nodes.run_cluster(&[("0-99,5461-10922", second), ("100-5460", first), ("10923-16383", third)]);
    };
    // There and back: the slots are those from before, but the node that they came to has a newer epoch.
    let moved_and_back = |world: &World| world.nodes.tell(7101, |view| view.own.epoch = 9);
    for (is_back, slots) in [(false, "0-99,5461-10922"), (true, "5461-10922")] {
        let world = cluster().await;
        let control = world.control();
        snapshot(&control, "shop", "s").await.unwrap();
        let workers = Workers::start(control, true).await;
        // The first capture waits in front of the node; the slots were looked at already.
        let gate = world.faults.hold(Site::NodeCapture);
        gate.reached().await;
        if is_back {
            moved_and_back(&world)
        } else {
            moved(&world)
        }
        gate.open();
        world.settle().await;
        workers.stop(Duration::ZERO).await;
        assert_eq!(world.nodes.captured_from().len(), 6, "all were taken twice");
        let taken = world.snapshot("s").await.unwrap();
        assert_eq!(taken.shards[1].node_group.slots.to_string(), slots);
        world.check_settled("moved").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_changed_is_taken_as_it_is_now() {
    let world = cluster().await;
    // The first shard failed over, and slots went from it to the second.
    world.nodes.run_cluster(&[
        ("100-5460", &[7104, 7101]),
        ("0-99,5461-10922", &[7102, 7105]),
        ("10923-16383", &[7103]),
    ]);
    taken(&world, "s").await;
    let taken_now = world.snapshot("s").await.unwrap();
    assert_eq!(taken_now.shards[0].node_group.slots.to_string(), "100-5460");
    let group = world.control().describe_replication_groups(admin(), Some(group_id("shop")), page()).await.unwrap();
    assert_eq!(group.items[0].group.shards()[1].slots.to_string(), "0-99,5461-10922", "the group shows it too");
    // A shard that was added is not in the group: its keys would be missing.
    world.nodes.run_cluster(&[
        ("0-5460", &[7101]),
        ("5461-10922", &[7102]),
        ("10923-16000", &[7103]),
        ("16001-16383", &[7106]),
    ]);
    taken(&world, "partial").await;
    assert_eq!(world.status("partial").await, "failed");
    let cause = "slots 16001-16383 are on a node that is not in the group; attach the cluster again";
    assert!(told(&world).await.iter().any(|event| event.ends_with(cause)), "{:?}", told(&world).await);
}

#[tokio::test(start_paused = true)]
async fn keys_of_other_slots_are_kept_and_told() {
    let world = cluster_with_snapshot().await;
    assert_eq!(world.status("s").await, "available");
    let events = told(&world).await;
    let foreign: Vec<&String> = events.iter().filter(|event| event.contains("not of that shard")).collect();
    let expected = [
        "shop-0003-001: Snapshot 's' has keys of 1 slots in shard 0003 that are not of that shard",
        "shop-0001-002: Snapshot 's' has keys of 1 slots in shard 0001 that are not of that shard",
    ];
    assert_eq!(foreign, expected);
}

#[tokio::test(start_paused = true)]
async fn copies_and_deletions_concern_all_shards_l30() {
    let world = cluster_with_snapshot().await;
    let control = world.control();
    copy(&control, "s", "same").await.unwrap();
    control.copy_snapshot(admin(), copy_under("s", "sealed", KEY_B)).await.unwrap();
    world.finish(&control).await;
    assert_eq!(world.blobs_stored().await, 6);
    for copied in ["same", "sealed"] {
        let (source, copy) = (world.snapshot("s").await.unwrap(), world.snapshot(copied).await.unwrap());
        assert_eq!(world.files_of(copied).await, [file(1000), file(2000), file(3000)], "{copied}");
        assert_eq!((sources(&copy), &copy.origin), (sources(&source), &source.origin), "L26");
    }
    world.check_settled("copied").await;
    let control = world.control();
    delete(&control, "s").await.unwrap();
    delete(&control, "sealed").await.unwrap();
    world.finish(&control).await;
    assert_eq!(world.blobs_stored().await, 3);
    world.check_settled("deleted").await;
}

#[tokio::test(start_paused = true)]
async fn an_export_is_one_object_for_each_shard_n18_n19() {
    let world = cluster_with_snapshot().await;
    let control = world.control();
    // An object of any of the names refuses the export before a byte moves.
    world.buckets.put_foreign("e-0003.rdb");
    let refused = export(&control, "s", "e").await;
    assert!(matches!(&refused, Err(Refusal::Export(ExportRefusal::ObjectExists { key, .. })) if key == "e-0003.rdb"));
    assert_eq!((world.buckets.objects(), world.status("s").await), (1, "available"));
    export(&control, "s", "Dir/e").await.unwrap();
    world.finish(&control).await;
    for (number, bytes) in [(1, 1000), (2, 2000), (3, 3000)] {
        let object = world.buckets.object(&format!("Dir/e-{number:04}.rdb")).unwrap();
        assert_eq!(object.bytes, file(bytes), "{number}");
    }
    world.check_settled("exported").await;
}

#[tokio::test(start_paused = true)]
async fn an_object_that_came_meanwhile_takes_back_those_before_it() {
    let world = cluster_with_snapshot().await;
    let control = world.control();
    export(&control, "s", "e").await.unwrap();
    world.buckets.put_foreign("e-0002.rdb");
    world.finish(&control).await;
    assert!(world.buckets.object("e-0001.rdb").is_none() && world.buckets.object("e-0003.rdb").is_none());
    assert_eq!(world.buckets.objects(), 1);
    world.check_settled("taken back").await;
}

#[tokio::test(start_paused = true)]
async fn each_shard_is_inspected_and_verified_and_damage_names_it() {
    let world = cluster_with_snapshot().await;
    let control = world.control();
    let facts = control.inspect(&name("s")).await.unwrap();
    assert_eq!(facts.iter().map(|it| (it.shard, it.facts.keys)).collect::<Vec<_>>(), [(1, 1), (2, 1), (3, 1)]);
    let second = world.snapshot("s").await.unwrap().blobs().nth(1).unwrap();
    world.damage(second).await;
    let reports = control.verify(Some(&name("s")), &|_| ()).await.unwrap();
    let verdicts: Vec<bool> = reports.iter().map(|report| matches!(report.verdict, Verdict::Sound(_))).collect();
    assert_eq!(verdicts, [true, false, true]);
    assert!(matches!(&reports[1].verdict, Verdict::Damaged(told) if told.contains("shard 0002")));
    assert_eq!(world.status("s").await, "failed");
}

/// The catalog of before the snapshot.
async fn forget(world: &World) -> Snapshot {
    let snapshot = world.snapshot("s").await.unwrap();
    let forgotten = snapshot.clone();
    let arn = crate::support::place().snapshot(&snapshot.name).to_string();
    let written = world.store.write::<_, CatalogError>(move |tx| {
        for blob in snapshot.blobs() {
            tx.remove::<BlobRecord>(&blob.to_string())?;
        }
        tx.remove::<Tagged>(&arn)?;
        tx.remove::<Snapshot>(snapshot.name.as_str())
    });
    written.await.unwrap();
    forgotten
}

#[tokio::test(start_paused = true)]
async fn a_lost_snapshot_comes_back_only_with_all_its_shards_p6() {
    let world = cluster_with_snapshot().await;
    let before = forget(&world).await;
    let blobs: Vec<_> = before.blobs().collect();
    let third = world.stored(blobs[2]).await;
    world.damage(blobs[2]).await;
    let fates: Vec<Fate> = world.control().repair(true, &|_| ()).await.unwrap().into_iter().map(|it| it.fate).collect();
    assert_eq!(fates.iter().filter(|fate| **fate == Fate::Incomplete).count(), 2, "{fates:?}");
    assert_eq!(world.status("s").await, "gone");
    world.put(blobs[2], third).await;
    let repaired = world.control().repair(true, &|_| ()).await.unwrap();
    assert!(repaired.iter().all(|orphan| orphan.fate == Fate::Made(name("s"))), "{repaired:?}");
    let after = world.snapshot("s").await.unwrap();
    assert_eq!((&after.shards, &after.origin.level), (&before_shards(&before), &before.origin.level));
    assert_eq!(world.files_of("s").await, [file(1000), file(2000), file(3000)]);
}

/// What a blob knows of its shard was planned before the node gave its data.
fn before_shards(snapshot: &Snapshot) -> Vec<valkeep_domain::snapshot::NodeSnapshot> {
    let mut shards = snapshot.shards.clone();
    for shard in &mut shards {
        shard.node_group.replica_count = 0;
        shard.node_group.replica_zones.clear();
    }
    shards
}

#[tokio::test(start_paused = true)]
async fn the_final_snapshot_of_a_cluster_is_of_its_primaries_l57() {
    let world = cluster().await;
    let control = world.control();
    delete_group(&control, "shop", Some("f")).await.unwrap();
    world.finish(&control).await;
    let last = world.snapshot("f").await.unwrap();
    assert_eq!(sources(&last), ["shop-0001-001", "shop-0002-001", "shop-0003-001"]);
    assert_eq!((world.group_status("shop").await, world.cluster_status("shop-0002-002").await), ("gone", "gone"));
    world.check_settled("deleted").await;
}

#[tokio::test(start_paused = true)]
async fn many_shards_are_taken_at_once() {
    let world = World::new();
    let ports: Vec<u16> = (8000..8064).collect();
    let slots: Vec<String> = (0..64).map(|n| format!("{}-{}", n * 256, n * 256 + 255)).collect();
    let shards: Vec<(&str, &[u16])> = slots.iter().map(String::as_str).zip(ports.chunks(1)).collect();
    world.nodes.run_cluster(&shards);
    attach(&world, &[8000]).await.unwrap();
    let control: Arc<Control> = world.control();
    snapshot(&control, "shop", "s").await.unwrap();
    world.finish(&control).await;
    assert!(world.files_of("s").await.iter().all(|file| file == SAMPLE));
    assert!(world.nodes.steps()[..64].iter().all(|step| matches!(step, Step::Ready(_))));
    world.check_settled("many").await;
}
