//! Copies: whose bytes they are, and under which key.

use crate::support::World;
use crate::support::engines::SAMPLE;
use crate::support::faults::{Mishap, Site};
use crate::support::keys::{ALIAS_OF_A, DEFAULT_KEY, KEY_A, KEY_B};
use crate::support::requests::{admin, copy, copy_under, delete, export, group, group_id, snapshot, snapshot_of};
use valkeep_control::Refusal;
use valkeep_control::snapshots::create::{CreateSnapshot, SnapshotOf};
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::BlobRecord;

/// A group `g` and its snapshot `s`, under a key if one is given.
async fn world_with_snapshot(key: Option<&str>) -> World {
    let world = World::new();
    let control = world.control();
    group(&control, "g", 1).await.unwrap();
    world.finish(&control).await;
    let control = world.control();
    let request = snapshot_of(SnapshotOf::Group(group_id("g")), "s");
    let request = CreateSnapshot { kms_key: key.map(str::to_owned), ..request };
    control.create_snapshot(admin(), request).await.unwrap();
    world.finish(&control).await;
    world
}

async fn blob_of(world: &World, snapshot: &str) -> BlobId {
    world.snapshot(snapshot).await.unwrap().blobs().next().unwrap()
}

async fn key_of_blob(world: &World, snapshot: &str) -> String {
    let blob = blob_of(world, snapshot).await;
    world.all::<BlobRecord>().await.into_iter().find(|record| record.id == blob).unwrap().key_arn
}

async fn copied(world: &World, target: &str, key: Option<&str>) {
    let control = world.control();
    match key {
        Some(key) => control.copy_snapshot(admin(), copy_under("s", target, key)).await.unwrap(),
        None => copy(&control, "s", target).await.unwrap(),
    };
    world.finish(&control).await;
    world.check_settled(target).await;
}

async fn deleted(world: &World, snapshot: &str) {
    let control = world.control();
    delete(&control, snapshot).await.unwrap();
    world.finish(&control).await;
    assert_eq!(world.status(snapshot).await, "gone");
}

#[tokio::test(start_paused = true)]
async fn a_copy_under_the_same_key_shares_the_bytes_until_the_last_is_deleted_l30() {
    for first in ["s", "c"] {
        let world = world_with_snapshot(None).await;
        copied(&world, "c", None).await;
        let blob = blob_of(&world, "s").await;
        assert_eq!((blob_of(&world, "c").await, world.references(blob).await), (blob, Some(2)));
        deleted(&world, first).await;
        let left = if first == "s" { "c" } else { "s" };
        assert_eq!((world.file_of(left).await.as_slice(), world.references(blob).await), (SAMPLE, Some(1)));
        deleted(&world, left).await;
        assert_eq!((world.references(blob).await, world.blobs_stored().await), (None, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_under_another_key_has_bytes_of_its_own_l30() {
    let world = world_with_snapshot(Some(KEY_A)).await;
    copied(&world, "c", Some(KEY_B)).await;
    let (source, target) = (world.snapshot("s").await.unwrap(), world.snapshot("c").await.unwrap());
    let (from, to) = (source.shards[0].stored.clone().unwrap(), target.shards[0].stored.clone().unwrap());
    assert_ne!(from.blob, to.blob);
    assert_eq!((from.sha256, from.rdb_bytes, from.taken_at), (to.sha256, to.rdb_bytes, to.taken_at));
    assert_eq!((source.kms_key.as_deref(), target.kms_key.as_deref()), (Some(KEY_A), Some(KEY_B)));
    assert_eq!((key_of_blob(&world, "s").await.as_str(), key_of_blob(&world, "c").await.as_str()), (KEY_A, KEY_B));
    // The copy lives without the source and without the key of the source.
    deleted(&world, "s").await;
    world.keys.disable(KEY_A);
    assert_eq!(world.file_of("c").await, SAMPLE);
}

#[tokio::test(start_paused = true)]
async fn the_key_of_the_source_by_any_name_makes_a_copy_under_the_same_key_k1_k4() {
    for key in [None, Some(KEY_A), Some(ALIAS_OF_A)] {
        let world = world_with_snapshot(Some(KEY_A)).await;
        copied(&world, "c", key).await;
        assert_eq!(blob_of(&world, "c").await, blob_of(&world, "s").await, "{key:?}");
        assert_eq!(world.snapshot("c").await.unwrap().kms_key.as_deref(), Some(KEY_A), "{key:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_without_a_key_of_its_own_can_be_copied_under_one_k5_k11() {
    let world = world_with_snapshot(None).await;
    assert_eq!(
        (world.snapshot("s").await.unwrap().kms_key, key_of_blob(&world, "s").await.as_str()),
        (None, DEFAULT_KEY)
    );
    copied(&world, "c", Some(KEY_A)).await;
    assert_eq!(key_of_blob(&world, "c").await, KEY_A);
    assert_ne!(blob_of(&world, "c").await, blob_of(&world, "s").await);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_missing_or_disabled_refuses_copies_and_exports_but_not_deletion_k2_k8() {
    let world = world_with_snapshot(Some(KEY_A)).await;
    world.keys.disable(KEY_B);
    let control = world.control();
    let before = world.everything().await;
    for (key, text) in [("unknown", "does not exist"), (KEY_B, "is disabled")] {
        let refused = control.copy_snapshot(admin(), copy_under("s", "c", key)).await;
        assert!(matches!(&refused, Err(Refusal::InvalidValue(said)) if said.contains(text)), "{key}: {refused:?}");
        let request = snapshot_of(SnapshotOf::Group(group_id("g")), "new");
        let refused =
            control.create_snapshot(admin(), CreateSnapshot { kms_key: Some(key.to_owned()), ..request }).await;
        assert!(matches!(&refused, Err(Refusal::InvalidValue(said)) if said.contains(text)), "{key}: {refused:?}");
    }
    world.keys.disable(KEY_A);
    assert!(matches!(copy(&control, "s", "c").await, Err(Refusal::InvalidValue(_))));
    assert!(matches!(control.copy_snapshot(admin(), copy_under("s", "c", KEY_B)).await, Err(Refusal::InvalidValue(_))));
    assert!(matches!(export(&control, "s", "e").await, Err(Refusal::InvalidValue(_))));
    assert_eq!(world.everything().await, before);
    deleted(&world, "s").await;
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_disabled_during_the_job_fails_the_copy_and_frees_the_source() {
    let world = world_with_snapshot(Some(KEY_A)).await;
    let control = world.control();
    control.copy_snapshot(admin(), copy_under("s", "c", KEY_B)).await.unwrap();
    world.keys.disable(KEY_B);
    world.finish(&control).await;
    assert_eq!((world.status("s").await, world.status("c").await), ("available", "failed"));
    world.check_settled("disabled").await;
    deleted(&world, "c").await;
    assert_eq!(world.file_of("s").await, SAMPLE);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_source_is_never_resealed_and_fails_with_all_that_share_its_bytes() {
    let world = world_with_snapshot(Some(KEY_A)).await;
    let control = world.control();
    copy(&control, "s", "shares").await.unwrap();
    world.finish(&control).await;
    world.damage(blob_of(&world, "s").await).await;
    let control = world.control();
    control.copy_snapshot(admin(), copy_under("s", "c", KEY_B)).await.unwrap();
    world.finish(&control).await;
    for damaged in ["s", "c", "shares"] {
        assert_eq!(world.status(damaged).await, "failed", "{damaged}");
    }
    assert_eq!(world.blobs_stored().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_transaction_fails_changes_nothing() {
    let world = world_with_snapshot(None).await;
    let control = world.control();
    let before = world.everything().await;
    for call in 0..4 {
        world.faults.choose(Site::CatalogWrite, 1, Mishap::Fails);
        let refused = match call {
            0 => copy(&control, "s", "c").await,
            1 => export(&control, "s", "e").await,
            2 => delete(&control, "s").await,
            _ => snapshot(&control, "g", "t").await,
        };
        assert!(matches!(refused, Err(Refusal::Internal(_))), "{call}");
        assert!(!world.faults.is_waiting(), "{call}");
        assert_eq!(world.everything().await, before, "{call}");
    }
    // Slots of calls that came to nothing are free again.
    world.finish(&control).await;
    world.check_settled("refused calls").await;
}
