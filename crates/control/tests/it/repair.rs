//! Blobs that the catalog does not know: found, verified, and made snapshots again; nothing is removed.

use crate::support::World;
use crate::support::engines::{SAMPLE, large_file};
use crate::support::keys::KEY_B;
use crate::support::requests::{admin, copy, copy_under, group, group_id, name, snapshot, snapshot_of, tags};
use std::time::Duration;
use valkeep_control::jobs::Workers;
use valkeep_control::repair::{Fate, Orphan};
use valkeep_control::snapshots::create::{CreateSnapshot, SnapshotOf};
use valkeep_control::snapshots::verify::Verdict;
use valkeep_domain::ids::{BlobId, JobId};
use valkeep_domain::size::ByteCount;
use valkeep_domain::snapshot::{Snapshot, StoredShard};
use valkeep_ports::blobs::{BlobRecord, BlobState, Blobs};
use valkeep_ports::catalog::CatalogError;
use valkeep_ports::records::Tagged;

/// A group `g`, its snapshot `s` with a tag, and `copy` of it under another key.
async fn world_with_two_blobs() -> World {
    let world = World::new();
    let control = world.control();
    group(&control, "g", 1).await.unwrap();
    world.finish(&control).await;
    let control = world.control();
    let request = snapshot_of(SnapshotOf::Group(group_id("g")), "s");
    let request = CreateSnapshot { tags: Some(tags(&[("team", "one")])), ..request };
    control.create_snapshot(admin(), request).await.unwrap();
    world.finish(&control).await;
    let control = world.control();
    control.copy_snapshot(admin(), copy_under("s", "copy", KEY_B)).await.unwrap();
    world.finish(&control).await;
    world
}

/// What a catalog of before a moment does not hold.
async fn forget(world: &World, snapshots: &[&str]) {
    for name in snapshots {
        let snapshot = world.snapshot(name).await.unwrap();
        let arn = crate::support::place().snapshot(&snapshot.name).to_string();
        let forgotten = world.store.write::<_, CatalogError>(move |tx| {
            for blob in snapshot.blobs() {
                tx.remove::<BlobRecord>(&blob.to_string())?;
            }
            tx.remove::<Tagged>(&arn)?;
            tx.remove::<Snapshot>(snapshot.name.as_str())
        });
        forgotten.await.unwrap();
    }
}

async fn repair(world: &World, apply: bool) -> Vec<Orphan> {
    world.control().repair(apply, &|_| ()).await.unwrap()
}

async fn shard_of(world: &World, name: &str) -> StoredShard {
    world.snapshot(name).await.unwrap().stored().next().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn snapshots_that_the_catalog_forgot_come_back_as_they_were_p6() {
    let world = world_with_two_blobs().await;
    let before = [world.snapshot("s").await.unwrap(), world.snapshot("copy").await.unwrap()];
    let arn = crate::support::place().snapshot(&name("s"));
    let tags_before = world.tags(&arn).await;
    forget(&world, &["s", "copy"]).await;

    let found = repair(&world, false).await;
    assert_eq!((found.len(), world.status("s").await), (2, "gone"));
    assert!(found.iter().all(|orphan| orphan.fate == Fate::CanBeMade), "{found:?}");

    let made = repair(&world, true).await;
    let fates: Vec<_> = made.into_iter().map(|orphan| orphan.fate).collect();
    assert_eq!(fates, [Fate::Made(name("copy")), Fate::Made(name("s"))]);
    for before in before {
        let again = world.snapshot(before.name.as_str()).await.unwrap();
        assert_eq!(again.shards[0].stored, before.shards[0].stored);
        assert_eq!(
            (&again.created_at, &again.kms_key, &again.source),
            (&before.created_at, &before.kms_key, &before.source)
        );
        assert_eq!(world.file_of(before.name.as_str()).await, SAMPLE);
    }
    assert_eq!(world.tags(&arn).await, tags_before);
    world.check_settled("repaired").await;
    // What is made again lives as any other: it can be copied and verified, and nothing is left to repair.
    let control = world.control();
    copy(&control, "s", "another").await.unwrap();
    world.finish(&control).await;
    world.check_settled("copied").await;
    assert!(repair(&world, true).await.is_empty());
    let reports = world.control().verify(None, &|_| ()).await.unwrap();
    assert!(reports.len() == 3 && reports.iter().all(|report| matches!(report.verdict, Verdict::Sound(_))));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_gets_a_number_behind_it() {
    let world = world_with_two_blobs().await;
    forget(&world, &["s"]).await;
    world.nodes.hold(large_file(1000));
    for taken in ["s", "s-recovered-1"] {
        let control = world.control();
        snapshot(&control, "g", taken).await.unwrap();
        world.finish(&control).await;
    }
    let newer = world.file_of("s").await;
    assert_eq!(repair(&world, true).await[0].fate, Fate::Made(name("s-recovered-2")));
    assert_eq!(world.file_of("s-recovered-2").await, SAMPLE);
    assert_eq!(world.file_of("s").await, newer);
}

#[tokio::test(start_paused = true)]
async fn damaged_blobs_are_named_and_kept() {
    let world = world_with_two_blobs().await;
    world.nodes.hold(large_file(100_000));
    let control = world.control();
    snapshot(&control, "g", "large").await.unwrap();
    world.finish(&control).await;
    let blob = shard_of(&world, "large").await.blob;
    forget(&world, &["large", "copy"]).await;
    world.damage(blob).await;
    let fates: Vec<_> = repair(&world, true).await.into_iter().map(|orphan| orphan.fate).collect();
    let [Fate::Made(_), Fate::Damaged(reason)] = fates.as_slice() else { panic!("{fates:?}") };
    assert!(reason.starts_with(&format!("snapshot large, shard 0001, blob {blob}: ")), "{reason}");
    assert_eq!((world.status("large").await, world.status("copy").await), ("gone", "available"));
    assert_eq!(world.blobs_stored().await, 3);
}

#[tokio::test(start_paused = true)]
async fn blobs_under_a_key_that_cannot_be_used_wait() {
    let world = world_with_two_blobs().await;
    forget(&world, &["copy"]).await;
    world.keys.disable(KEY_B);
    assert!(matches!(repair(&world, true).await[0].fate, Fate::Unchecked(_)));
    world.keys.enable(KEY_B);
    assert_eq!(repair(&world, true).await[0].fate, Fate::Made(name("copy")));
}

/// Makes the catalog say what an older one said of the blob of `s`, when `s` was not taken yet: that a job writes it.
async fn forget_the_end_of(world: &World, name: &str) -> BlobId {
    let blob = shard_of(world, name).await.blob;
    let record = world.all::<BlobRecord>().await.into_iter().find(|record| record.id == blob).unwrap();
    forget(world, &[name]).await;
    let state = BlobState::Writing { job: Some(JobId([7; 16])) };
    let older = BlobRecord { state, stored_bytes: ByteCount(0), ..record };
    world.store.write::<_, CatalogError>(move |tx| tx.insert(&older)).await.unwrap();
    blob
}

#[tokio::test(start_paused = true)]
async fn a_finished_blob_that_an_older_catalog_says_is_being_written_comes_back_p6() {
    let world = world_with_two_blobs().await;
    let before = shard_of(&world, "s").await;
    let blob = forget_the_end_of(&world, "s").await;
    assert_eq!(repair(&world, false).await[0].fate, Fate::CanBeMade);
    assert_eq!(repair(&world, true).await[0].fate, Fate::Made(name("s")));
    assert_eq!(shard_of(&world, "s").await, before);
    let record = world.all::<BlobRecord>().await.into_iter().find(|record| record.id == blob).unwrap();
    assert_eq!(record.state, BlobState::Sealed { references: 1 });
    assert!(repair(&world, true).await.is_empty());
    world.check_settled("repaired").await;
}

#[tokio::test(start_paused = true)]
async fn a_service_that_starts_on_an_older_catalog_gives_up_no_finished_blob_p6() {
    let world = world_with_two_blobs().await;
    forget(&world, &["copy"]).await;
    forget_the_end_of(&world, "s").await;
    world.finish(&world.control()).await;
    assert_eq!(world.blobs_stored().await, 2);
    let fates: Vec<_> = repair(&world, true).await.into_iter().map(|orphan| orphan.fate).collect();
    assert_eq!(fates, [Fate::Made(name("copy")), Fate::Made(name("s"))]);
    assert_eq!(world.file_of("s").await, SAMPLE);
}

#[tokio::test(start_paused = true)]
async fn what_a_running_service_writes_is_not_repaired() {
    let world = world_with_two_blobs().await;
    let control = world.control();
    let workers = Workers::start(control.clone(), true).await;
    forget_the_end_of(&world, "s").await;
    assert!(control.repair(true, &|_| ()).await.unwrap().is_empty());
    workers.stop(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn blobs_that_were_never_finished_are_nobodys() {
    let world = world_with_two_blobs().await;
    let id = BlobId([9; 16]);
    let _begun = world.blobs.create(id).await.unwrap();
    assert!(repair(&world, true).await.is_empty());
}
