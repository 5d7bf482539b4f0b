//! Exports: an object appears whole or not at all, and only where no object is.

use crate::support::World;
use crate::support::engines::{SAMPLE, large_file};
use crate::support::faults::{Mishap, Site};
use crate::support::requests::{export, group, snapshot};
use std::time::Duration;
use valkeep_control::Refusal;
use valkeep_control::jobs::{Job, Workers};
use valkeep_domain::export::ExportRefusal;

/// Three parts of 8 MiB, the last one short.
const LARGE_BYTES: u32 = 17 << 20;

const KEY: &str = "e-0001.rdb";

/// A snapshot `s` of this file.
async fn world_with(file: &[u8]) -> World {
    let world = World::new();
    world.nodes.hold(file.to_vec());
    let control = world.control();
    group(&control, "g", 1).await.unwrap();
    world.finish(&control).await;
    let control = world.control();
    snapshot(&control, "g", "s").await.unwrap();
    world.finish(&control).await;
    world
}

async fn check_exported(world: &World, file: &[u8]) {
    world.check_settled("exported").await;
    assert!(world.buckets.object(KEY).is_some_and(|object| object.bytes == file), "the object is the file");
    assert_eq!((world.status("s").await, world.buckets.objects()), ("available", 1));
}

async fn check_not_exported(world: &World) {
    world.check_settled("not exported").await;
    assert_eq!((world.status("s").await, world.buckets.objects()), ("available", 0));
}

#[tokio::test(start_paused = true)]
async fn an_export_is_one_object_with_the_bytes_of_the_file_n18() {
    let world = world_with(SAMPLE).await;
    let control = world.control();
    export(&control, "s", "Dir/My Copy").await.unwrap();
    let id = world.all::<Job>().await[0].id.to_string();
    world.finish(&control).await;
    let object = world.buckets.object("Dir/My Copy-0001.rdb").unwrap();
    assert_eq!((object.bytes.as_slice(), object.export_id), (SAMPLE, Some(id)));
    world.check_settled("exported").await;
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_refuses_changes_nothing() {
    let world = world_with(SAMPLE).await;
    world.buckets.put_foreign(KEY);
    let before = world.everything().await;
    let refused = export(&world.control(), "s", "e").await;
    assert!(matches!(refused, Err(Refusal::Export(ExportRefusal::ObjectExists { key, .. })) if key == KEY));
    assert_eq!(world.everything().await, before);
}

#[tokio::test(start_paused = true)]
async fn a_large_export_goes_on_after_the_last_recorded_part() {
    let file = large_file(LARGE_BYTES);
    // The process dies before or after the n-th part is stored.
    for (nth, mishap, expected) in
        [(2, Mishap::DiesBefore, &[1, 2, 3][..]), (2, Mishap::DiesAfter, &[1, 2, 2, 3]), (3, Mishap::Fails, &[1, 2, 3])]
    {
        let world = world_with(&file).await;
        let control = world.control();
        export(&control, "s", "e").await.unwrap();
        let workers = Workers::start(control, true).await;
        world.faults.choose(Site::BucketUploadPart, nth, mishap);
        tokio::select! {
            () = world.settle() => workers.stop(Duration::ZERO).await,
            () = world.faults.process_died() => {
                workers.stop(Duration::ZERO).await;
                assert_eq!(world.status("s").await, "exporting");
                assert!(world.buckets.object(KEY).is_none(), "nothing is there before the whole");
                world.finish_in_new_process().await;
            }
        }
        assert_eq!(world.buckets.parts_received(), expected, "{nth} {mishap:?}");
        assert_eq!(world.buckets.uploads_begun(), 1, "{nth} {mishap:?}");
        check_exported(&world, &file).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_the_bucket_lost_is_begun_again() {
    for site in [Site::BucketUploadPart, Site::BucketComplete] {
        let world = world_with(SAMPLE).await;
        let control = world.control();
        export(&control, "s", "e").await.unwrap();
        let gate = world.faults.hold(site);
        let workers = Workers::start(control, true).await;
        gate.reached().await;
        world.buckets.lose_uploads();
        gate.open();
        world.settle().await;
        workers.stop(Duration::ZERO).await;
        assert_eq!(world.buckets.uploads_begun(), 2, "{site:?}");
        check_exported(&world, SAMPLE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_own_object_after_a_lost_answer_is_success() {
    for mishap in [Mishap::AnswerIsLost, Mishap::DiesAfter] {
        let world = world_with(SAMPLE).await;
        let control = world.control();
        export(&control, "s", "e").await.unwrap();
        let workers = Workers::start(control, true).await;
        world.faults.choose(Site::BucketComplete, 1, mishap);
        tokio::select! {
            () = world.settle() => workers.stop(Duration::ZERO).await,
            () = world.faults.process_died() => {
                workers.stop(Duration::ZERO).await;
                world.finish_in_new_process().await;
            }
        }
        assert_eq!((world.buckets.uploads_begun(), world.buckets.parts_received()), (1, vec![1]), "{mishap:?}");
        check_exported(&world, SAMPLE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_came_meanwhile_fails_the_export_and_stays() {
    for loses_upload in [false, true] {
        let world = world_with(SAMPLE).await;
        let control = world.control();
        export(&control, "s", "e").await.unwrap();
        let gate = world.faults.hold(Site::BucketComplete);
        let workers = Workers::start(control, true).await;
        gate.reached().await;
        world.buckets.put_foreign(KEY);
        if loses_upload {
            world.buckets.lose_uploads();
        }
        gate.open();
        world.settle().await;
        workers.stop(Duration::ZERO).await;
        world.check_settled("foreign object").await;
        assert_eq!(world.status("s").await, "available");
        assert_eq!(world.buckets.object(KEY).unwrap().bytes, b"not ours");
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_snapshot_is_never_exported() {
    let file = large_file(LARGE_BYTES);
    let world = world_with(&file).await;
    let blob = world.snapshot("s").await.unwrap().blobs().next().unwrap();
    let control = world.control();
    export(&control, "s", "e").await.unwrap();
    world.damage(blob).await;
    let workers = Workers::start(control, true).await;
    world.settle().await;
    workers.stop(Duration::ZERO).await;
    assert_eq!(world.buckets.parts_received(), [1], "the damage is in the second part");
    assert_eq!((world.status("s").await, world.buckets.objects(), world.buckets.open_uploads()), ("available", 0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_upload_begun_by_a_process_that_died_is_taken_back() {
    let world = world_with(SAMPLE).await;
    let control = world.control();
    export(&control, "s", "e").await.unwrap();
    let workers = Workers::start(control, true).await;
    world.faults.choose(Site::BucketBegin, 1, Mishap::DiesAfter);
    world.faults.process_died().await;
    workers.stop(Duration::ZERO).await;
    assert_eq!(world.buckets.open_uploads(), 1);
    world.finish_in_new_process().await;
    assert_eq!(world.buckets.uploads_begun(), 2);
    check_exported(&world, SAMPLE).await;
}

#[tokio::test(start_paused = true)]
async fn an_export_that_cannot_store_its_parts_leaves_nothing() {
    let world = world_with(SAMPLE).await;
    let control = world.control();
    export(&control, "s", "e").await.unwrap();
    world.faults.away(&[Site::BucketUploadPart]);
    world.finish(&control).await;
    assert_eq!(world.buckets.parts_received(), [0_u16; 0]);
    check_not_exported(&world).await;
}
