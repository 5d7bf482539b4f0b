//! What is told of the work on a snapshot: how far it is, and why an export failed.

use crate::support::World;
use crate::support::engines::{SAMPLE, large_file};
use crate::support::faults::{Gate, Site};
use crate::support::keys::KEY_B;
use crate::support::requests::{admin, copy, copy_under, export, group, snapshot};
use std::sync::Arc;
use std::time::Duration;
use valkeep_control::Control;
use valkeep_control::jobs::{Moved, MovingJob, Total, Workers};
use valkeep_control::snapshots::describe::SnapshotWork;
use valkeep_control::snapshots::export::ExportPart;
use valkeep_ports::engines::NodeMemory;

const KEY: &str = "e-0001.rdb";

/// A part of an export.
const PART_BYTES: u64 = 8 << 20;

/// Two parts, the second one short.
fn file() -> Vec<u8> {
    large_file(9 << 20)
}

/// A group `g` with this file, and a process with workers.
async fn world_with(file: &[u8]) -> (World, Arc<Control>, Workers) {
    let world = World::new();
    world.nodes.hold(file.to_vec());
    let control = world.control();
    group(&control, "g", 1).await.unwrap();
    world.finish(&control).await;
    let control = world.control();
    let workers = Workers::start(control.clone(), true).await;
    (world, control, workers)
}

/// The same with a snapshot `s`.
async fn world_with_snapshot(file: &[u8]) -> (World, Arc<Control>, Workers) {
    let (world, control, workers) = world_with(file).await;
    snapshot(&control, "g", "s").await.unwrap();
    world.settle().await;
    (world, control, workers)
}

async fn told(world: &World, control: &Control, name: &str) -> Option<SnapshotWork> {
    control.work_on(&world.snapshot(name).await.unwrap())
}

fn running(job: MovingJob, done_bytes: u64, total_bytes: Option<u64>) -> Option<SnapshotWork> {
    Some(SnapshotWork::Running(Moved { job, done_bytes, total: total_bytes.map(Total::Exact) }))
}

fn failed(reason: &str) -> Option<SnapshotWork> {
    Some(SnapshotWork::Failed { job: MovingJob::Export, reason: reason.to_owned() })
}

/// Lets the held call go, and the job to its end.
async fn ends(world: &World, gate: &Gate, workers: Workers) {
    gate.open();
    world.settle().await;
    workers.stop(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_tells_the_bytes_that_came_and_an_estimate() {
    let file = file();
    let (world, control, workers) = world_with(&file).await;
    let all = file.len() as u64;
    let begun = async |name: &str, data_bytes: u64| {
        world.nodes.use_memory(NodeMemory { data_bytes, ..NodeMemory::default() });
        let gate = world.faults.hold(Site::BlobCommit);
        snapshot(&control, "g", name).await.unwrap();
        gate.reached().await;
        let told = told(&world, &control, name).await;
        gate.open();
        world.settle().await;
        told
    };
    let estimated = |bytes| {
        let total = Some(Total::Estimate(bytes));
        Some(SnapshotWork::Running(Moved { job: MovingJob::Create, done_bytes: all, total }))
    };
    assert_eq!(begun("a", 0).await, estimated(all + all / 99 + 1), "never more than 99 %");
    assert_eq!(begun("b", 50 << 20).await, estimated(30 << 20), "by what is usual");
    assert_eq!(begun("c", 100 << 20).await, estimated(2 * all), "by the last snapshot of the node");
    workers.stop(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waits_tells_nothing() {
    let file = file();
    let (world, control, workers) = world_with(&file).await;
    let gate = world.faults.hold(Site::BlobCommit);
    snapshot(&control, "g", "s").await.unwrap();
    assert_eq!(told(&world, &control, "s").await, None, "the job waits");
    gate.reached().await;
    assert!(told(&world, &control, "s").await.is_some());
    ends(&world, &gate, workers).await;
    assert_eq!(told(&world, &control, "s").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_copy_under_another_key_tells_its_bytes_under_the_name_of_the_copy() {
    let file = file();
    let (world, control, workers) = world_with_snapshot(&file).await;
    let gate = world.faults.hold(Site::BlobCommit);
    control.copy_snapshot(admin(), copy_under("s", "c", KEY_B)).await.unwrap();
    gate.reached().await;
    let all = file.len() as u64;
    assert_eq!(told(&world, &control, "c").await, running(MovingJob::Copy, all, Some(all)));
    assert_eq!(told(&world, &control, "s").await, None);
    ends(&world, &gate, workers).await;
    assert_eq!(told(&world, &control, "c").await, None);
}

#[tokio::test(start_paused = true)]
async fn an_export_tells_the_parts_that_are_stored() {
    let file = file();
    let (world, control, workers) = world_with_snapshot(&file).await;
    let all = file.len() as u64;
    let begun = world.faults.hold(Site::BucketBegin);
    export(&control, "s", "e").await.unwrap();
    begun.reached().await;
    assert_eq!(told(&world, &control, "s").await, running(MovingJob::Export, 0, Some(all)));
    let first = world.faults.hold(Site::BucketUploadPart);
    begun.open();
    first.reached().await;
    // The second part goes its own way, and may have arrived.
    while world.all::<ExportPart>().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(told(&world, &control, "s").await, running(MovingJob::Export, all - PART_BYTES, Some(all)));
    let last = world.faults.hold(Site::BucketComplete);
    first.open();
    last.reached().await;
    assert_eq!(told(&world, &control, "s").await, running(MovingJob::Export, all, Some(all)));
    ends(&world, &last, workers).await;
    assert_eq!(told(&world, &control, "s").await, None);
}

#[tokio::test(start_paused = true)]
async fn an_export_that_goes_on_counts_what_was_stored_before() {
    let (world, control, workers) = world_with_snapshot(&file()).await;
    let gate = world.faults.hold(Site::BucketComplete);
    export(&control, "s", "e").await.unwrap();
    gate.reached().await;
    workers.stop(Duration::ZERO).await;
    // What was let go of ends at its next turn.
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(told(&world, &control, "s").await, None, "an attempt that was let go of counts no more");
    let control = world.control();
    let workers = Workers::start(control.clone(), true).await;
    let gate = world.faults.hold(Site::BucketComplete);
    gate.reached().await;
    let all = file().len() as u64;
    assert_eq!(told(&world, &control, "s").await, running(MovingJob::Export, all, Some(all)));
    assert_eq!(world.buckets.parts_received(), [1, 2], "nothing was stored twice");
    ends(&world, &gate, workers).await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_export_leaves_its_reason_until_the_next_begins_e30() {
    let (world, control, workers) = world_with_snapshot(SAMPLE).await;
    let gate = world.faults.hold(Site::BucketComplete);
    export(&control, "s", "e").await.unwrap();
    gate.reached().await;
    world.buckets.put_foreign(KEY);
    ends(&world, &gate, workers).await;
    let reason = failed(&format!("The S3 bucket exports already contains an object with key {KEY}."));
    assert_eq!((world.status("s").await, told(&world, &control, "s").await), ("available", reason.clone()));

    // It is durable, and a copy has a past of its own.
    let control = world.control();
    let workers = Workers::start(control.clone(), true).await;
    copy(&control, "s", "c").await.unwrap();
    world.settle().await;
    assert_eq!((told(&world, &control, "s").await, told(&world, &control, "c").await), (reason, None));

    let gate = world.faults.hold(Site::BucketComplete);
    export(&control, "s", "other").await.unwrap();
    assert_eq!(world.snapshot("s").await.unwrap().failed_export, None);
    gate.reached().await;
    let all = SAMPLE.len() as u64;
    assert_eq!(told(&world, &control, "s").await, running(MovingJob::Export, all, Some(all)));
    ends(&world, &gate, workers).await;
    assert_eq!((world.status("s").await, told(&world, &control, "s").await), ("available", None));
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_failed_export_is_fit_for_its_caller() {
    for (away, expected) in [
        (&[Site::BucketUploadPart][..], "the store could not be reached"),
        (&[Site::BlobRead], "the stored bytes could not be read or written"),
        (&[Site::KeyUnwrap], "the key service failed"),
    ] {
        let (world, control, workers) = world_with_snapshot(SAMPLE).await;
        export(&control, "s", "e").await.unwrap();
        world.faults.away(away);
        world.settle().await;
        workers.stop(Duration::ZERO).await;
        assert_eq!((world.status("s").await, told(&world, &control, "s").await), ("available", failed(expected)));
    }
    let (world, control, workers) = world_with_snapshot(SAMPLE).await;
    world.damage(world.snapshot("s").await.unwrap().blobs().next().unwrap()).await;
    export(&control, "s", "e").await.unwrap();
    world.settle().await;
    workers.stop(Duration::ZERO).await;
    assert_eq!(told(&world, &control, "s").await, failed("the bytes did not agree with what was recorded"));
}
