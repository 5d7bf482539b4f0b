//! What happens is told by DescribeEvents (L66-L69).

use crate::support::World;
use crate::support::engines::SAMPLE;
use crate::support::faults::Site;
use crate::support::keys::KEY_B;
use crate::support::requests::{admin, copy_under, delete_group, export, group, snapshot};
use std::sync::Arc;
use std::time::Duration;
use valkeep_control::events::{DescribeEvents, EventsOf};
use valkeep_control::jobs::Workers;
use valkeep_control::{Control, Page, PageRequest, Refusal};
use valkeep_domain::event::{KEPT_MS, SourceType};
use valkeep_domain::time::Timestamp;
use valkeep_ports::Clock;
use valkeep_ports::engines::EngineError;
use valkeep_ports::records::Event;

/// A group `g` of two nodes, and a process with workers.
async fn world() -> (World, Arc<Control>, Workers) {
    let world = World::new();
    let control = world.control();
    group(&control, "g", 2).await.unwrap();
    let workers = Workers::start(control.clone(), true).await;
    world.settle().await;
    (world, control, workers)
}

fn request(of: EventsOf, from: Timestamp, to: Timestamp) -> DescribeEvents {
    DescribeEvents { of, from, to, page: PageRequest { max_records: 100, marker: None } }
}

async fn describe(control: &Control, of: EventsOf) -> Page<Event> {
    let (begin, end) = (Timestamp::from_ms(0), Timestamp::from_ms(i64::MAX));
    control.describe_events(admin(), request(of, begin, end)).await.unwrap()
}

/// `source: message` of all events that are still kept, the oldest first.
async fn told(control: &Control) -> Vec<String> {
    let events = describe(control, EventsOf::Everything).await.items;
    events.iter().rev().map(|event| format!("{}: {}", event.source.id(), event.message)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_group_is_told_l66_l67() {
    let (world, control, workers) = world().await;
    snapshot(&control, "g", "s").await.unwrap();
    world.settle().await;
    delete_group(&control, "g", Some("last")).await.unwrap();
    world.settle().await;
    workers.stop(Duration::ZERO).await;
    let expected = [
        "g-001: Added cache node 0001 in availability zone us-east-1a",
        "g-001: Cache cluster created",
        "g-002: Added cache node 0001 in availability zone us-east-1a",
        "g-002: Cache cluster created",
        "g: Replication group g created",
        "g-002: Snapshot succeeded for snapshot with ID 's' of cache cluster with ID 'g-002'",
        "g-001: Snapshot succeeded for snapshot with ID 'last' of cache cluster with ID 'g-001'",
        "g-001: Cache cluster deleted",
        "g-002: Cache cluster deleted",
        "g: Replication group g deleted",
    ];
    assert_eq!(told(&control).await, expected);
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_told_with_its_cause() {
    let (world, control, workers) = world().await;
    let before = told(&control).await.len();
    snapshot(&control, "g", "s").await.unwrap();
    world.settle().await;
    world.faults.away(&[Site::BlobRead]);
    control.copy_snapshot(admin(), copy_under("s", "c", KEY_B)).await.unwrap();
    world.settle().await;
    export(&control, "s", "e").await.unwrap();
    world.settle().await;
    world.nodes.refuse_captures(|| EngineError::Broken("no end".to_owned()));
    snapshot(&control, "g", "t").await.unwrap();
    world.settle().await;
    delete_group(&control, "g", Some("last")).await.unwrap();
    world.settle().await;
    workers.stop(Duration::ZERO).await;
    let lost = "the stored bytes could not be read or written";
    let expected = [
        "g-002: Snapshot succeeded for snapshot with ID 's' of cache cluster with ID 'g-002'".to_owned(),
        format!("g-002: Could not copy snapshot 's' to 'c' because {lost}"),
        format!("g-002: Could not export snapshot 's' to bucket 'exports': {lost}"),
        "g-002: Snapshot 't' is taken from cache cluster 'g-001' because the node sent a broken snapshot: no end"
            .to_owned(),
        "g-002: Snapshot failed for snapshot with ID 't' of cache cluster with ID 'g-002'".to_owned(),
        "g-002: Could not create snapshot 't' because the node sent a broken snapshot: no end".to_owned(),
        "g-001: Snapshot failed for snapshot with ID 'last' of cache cluster with ID 'g-001'".to_owned(),
        "g-001: Could not create snapshot 'last' because the node sent a broken snapshot: no end".to_owned(),
        "g: Could not delete replication group g because its final snapshot 'last' failed".to_owned(),
    ];
    assert_eq!(told(&control).await[before..], expected);
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_gives_no_data_is_passed_over_in_the_same_attempt_l13() {
    type Failure = fn() -> EngineError;
    let broken: Failure = || EngineError::Broken("no end".to_owned());
    let away: Failure = || EngineError::Unreachable(std::io::ErrorKind::ConnectionReset.into());
    let refused: Failure = || EngineError::LoginRefused("WRONGPASS".to_owned());
    let cases = [
        (broken, "the node sent a broken snapshot: no end"),
        (away, "the node broke off the connection"),
        (refused, "the node refused the user name or the password"),
    ];
    for (error, cause) in cases {
        let (world, control, workers) = world().await;
        let before = told(&control).await.len();
        world.nodes.refuse_captures_of_replicas(error);
        snapshot(&control, "g", "s").await.unwrap();
        world.settle().await;
        workers.stop(Duration::ZERO).await;
        let expected = [
            format!("g-002: Snapshot 's' is taken from cache cluster 'g-001' because {cause}"),
            "g-001: Snapshot succeeded for snapshot with ID 's' of cache cluster with ID 'g-001'".to_owned(),
        ];
        assert_eq!(told(&control).await[before..], expected);
        assert_eq!(world.nodes.captured_from().len(), 2, "one attempt");
        world.check_settled(cause).await;
    }
}

#[tokio::test(start_paused = true)]
async fn events_are_chosen_by_source_and_period_and_come_in_pages_l69() {
    let (world, control, workers) = world().await;
    world.nodes.hold(SAMPLE.to_vec());
    let begun = world.clock.now().ms();
    world.clock.skip(60_000);
    for name in ["a", "b", "c"] {
        snapshot(&control, "g", name).await.unwrap();
        world.settle().await;
    }
    let replica = EventsOf::Source(SourceType::CACHE_CLUSTER, "g-002".to_owned());
    assert_eq!(describe(&control, replica.clone()).await.items.len(), 5);
    let others = [
        (EventsOf::Type(SourceType::CACHE_CLUSTER), 7),
        (EventsOf::Type(SourceType::REPLICATION_GROUP), 1),
        (EventsOf::Type(SourceType::parse("user").unwrap()), 0),
        (EventsOf::Source(SourceType::REPLICATION_GROUP, "g-002".to_owned()), 0),
        (EventsOf::Source(SourceType::CACHE_CLUSTER, "g".to_owned()), 0),
    ];
    for (of, count) in others {
        assert_eq!(describe(&control, of.clone()).await.items.len(), count, "{of:?}");
    }
    let later = Timestamp::from_ms(begun + 60_000);
    let (begin, end) = (Timestamp::from_ms(0), Timestamp::from_ms(i64::MAX));
    for (from, to, count) in [(begin, later.plus_ms(-1), 2), (later, end, 3), (end, end, 0), (begin, begin, 0)] {
        let asked = request(replica.clone(), from, to);
        assert_eq!(control.describe_events(admin(), asked).await.unwrap().items.len(), count, "{from:?} {to:?}");
    }
    let mut paged = Vec::new();
    let mut asked = request(replica.clone(), begin, end);
    asked.page.max_records = 2;
    loop {
        let page = control.describe_events(admin(), asked.clone()).await.unwrap();
        paged.extend(page.items);
        let Some(marker) = page.marker else { break };
        asked.page.marker = Some(marker);
    }
    assert_eq!(paged, describe(&control, replica).await.items);
    // A marker of one request is none of another.
    asked.of = EventsOf::Type(SourceType::REPLICATION_GROUP);
    for marker in [asked.page.marker.clone().unwrap(), "zz".to_owned(), hex::encode("cache-cluster/")] {
        asked.page.marker = Some(marker);
        let refused = control.describe_events(admin(), asked.clone()).await;
        assert!(matches!(refused, Err(Refusal::InvalidValue(_))), "{refused:?}");
    }
    workers.stop(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn events_are_kept_for_fourteen_days_l69() {
    let (world, control, workers) = world().await;
    assert_eq!(told(&control).await.len(), 5);
    world.clock.skip(KEPT_MS + 60_000);
    assert_eq!(told(&control).await, Vec::<String>::new(), "not shown any more");
    for name in ["a", "b"] {
        snapshot(&control, "g", name).await.unwrap();
        world.settle().await;
    }
    workers.stop(Duration::ZERO).await;
    assert_eq!(world.all::<Event>().await.len(), 2, "and gone");
}
