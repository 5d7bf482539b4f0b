//! Exports: an object appears whole or not at all, and only where no object is.

use crate::support::World;
use crate::support::engines::{SAMPLE, large_file};
use crate::support::faults::{Mishap, Site};
use crate::support::requests::{export, group, snapshot};
use std::time::Duration;
use valkeep_control::Refusal;
use valkeep_control::jobs::{Job, Workers};
use valkeep_control::snapshots::export::ExportPart;
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

/// Exports to `e` while one call goes wrong; a process that died is followed by another. How many writes record the parts
/// depends on how many end at the same time, so a late call may never be made.
async fn export_with(world: &World, site: Site, nth: u64, mishap: Mishap) {
    world.faults.clear();
    let control = world.control();
    export(&control, "s", "e").await.unwrap();
    let workers = Workers::start(control, true).await;
    world.faults.choose(site, nth, mishap);
    tokio::select! {
        () = world.settle() => workers.stop(Duration::ZERO).await,
        () = world.faults.process_died() => {
            workers.stop(Duration::ZERO).await;
            world.finish_in_new_process().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_export_in_parts_survives_every_mishap() {
    use Site::{BucketAbortUnrecorded, BucketBegin, BucketComplete, BucketExportedBy, BucketUploadPart, CatalogWrite};
    let file = large_file((8 << 20) + 1);
    let world = world_with(&file).await;
    let control = world.control();
    export(&control, "s", "e").await.unwrap();
    let workers = Workers::start(control, true).await;
    world.faults.clear();
    world.settle().await;
    let calls = world.faults.calls();
    workers.stop(Duration::ZERO).await;
    // The other ports are called the same way for a file of one part.
    for site in [BucketExportedBy, BucketBegin, BucketAbortUnrecorded, BucketUploadPart, BucketComplete, CatalogWrite] {
        for nth in 1..=calls.get(&site).copied().unwrap_or_default() {
            for mishap in Mishap::ALL {
                let case = format!("call {nth} of {site:?} {mishap:?}");
                world.buckets.remove(KEY);
                export_with(&world, site, nth, mishap).await;
                assert!(world.buckets.object(KEY).is_some_and(|object| object.bytes == file), "{case}");
                world.check_settled(&case).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn parts_on_record_are_not_sent_again() {
    let file = large_file(LARGE_BYTES);
    for (site, nth, mishap, expected) in [
        (Site::BucketComplete, 1, Mishap::DiesBefore, &[1, 2, 3][..]),
        (Site::BucketComplete, 1, Mishap::Fails, &[1, 2, 3]),
        (Site::BucketUploadPart, 1, Mishap::Fails, &[1, 2, 3]),
        (Site::BucketUploadPart, 3, Mishap::Fails, &[1, 2, 3]),
        (Site::BucketUploadPart, 2, Mishap::AnswerIsLost, &[1, 2, 2, 3]),
    ] {
        let world = world_with(&file).await;
        export_with(&world, site, nth, mishap).await;
        assert_eq!(world.buckets.parts_received(), expected, "call {nth} of {site:?} {mishap:?}");
        assert_eq!(world.buckets.uploads_begun(), 1, "call {nth} of {site:?} {mishap:?}");
        check_exported(&world, &file).await;
    }
}

/// The process dies with one part on its way; what was recorded until then stays.
#[tokio::test(start_paused = true)]
async fn a_new_process_sends_the_part_that_is_missing() {
    let file = large_file(LARGE_BYTES);
    let world = world_with(&file).await;
    let control = world.control();
    export(&control, "s", "e").await.unwrap();
    let gate = world.faults.hold(Site::BucketUploadPart);
    let workers = Workers::start(control, true).await;
    gate.reached().await;
    while world.all::<ExportPart>().await.len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    workers.stop(Duration::ZERO).await;
    assert_eq!((world.status("s").await, world.buckets.parts_received()), ("exporting", vec![2, 3]));
    assert!(world.buckets.object(KEY).is_none(), "nothing is there before the whole");
    world.finish_in_new_process().await;
    assert_eq!((world.buckets.parts_received(), world.buckets.uploads_begun()), (vec![1, 2, 3], 1));
    check_exported(&world, &file).await;
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

/// Damage in the segment that holds the byte at `place` of the stored blob, met by an export.
async fn export_damaged(file: &[u8], place: impl Fn(usize) -> usize) -> World {
    let world = world_with(file).await;
    let blob = world.snapshot("s").await.unwrap().blobs().next().unwrap();
    let mut stored = world.stored(blob).await;
    let place = place(stored.len());
    stored[place] ^= 1;
    world.put(blob, stored).await;
    let control = world.control();
    export(&control, "s", "e").await.unwrap();
    let workers = Workers::start(control, true).await;
    world.settle().await;
    workers.stop(Duration::ZERO).await;
    let snapshot = world.snapshot("s").await.unwrap();
    assert_eq!(snapshot.failed_export.as_deref(), Some("the bytes did not agree with what was recorded"));
    assert_eq!((world.status("s").await, world.buckets.objects(), world.buckets.open_uploads()), ("failed", 0, 0));
    assert_eq!(world.all::<ExportPart>().await, []);
    world
}

#[tokio::test(start_paused = true)]
async fn a_damaged_snapshot_is_never_exported() {
    let file = large_file(LARGE_BYTES);
    let world = export_damaged(&file, |len| len / 4 * 3).await;
    assert_eq!(world.buckets.parts_received(), [1], "the damage is in the second part");
}

#[tokio::test(start_paused = true)]
async fn damage_in_the_last_segment_takes_back_the_parts_before_it() {
    let file = large_file((17 << 20) + (1 << 19));
    let world = export_damaged(&file, |len| len - (1 << 18)).await;
    assert_eq!(world.buckets.parts_received(), [1, 2]);
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
