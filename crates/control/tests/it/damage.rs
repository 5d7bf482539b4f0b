//! Stored bytes that are not what was stored: every reader refuses them, and says whose they are and where.

use crate::support::World;
use crate::support::engines::{SAMPLE, large_file};
use crate::support::keys::DEFAULT_KEY;
use crate::support::requests::{group, snapshot};
use std::sync::Arc;
use valkeep_control::snapshots::verified::{Found, VerifyError};
use valkeep_control::{Control, error_chain};
use valkeep_domain::ids::BlobId;
use valkeep_domain::snapshot::StoredShard;
use valkeep_ports::blobs::Blobs;

/// Flips of one blob.
const FLIPS: usize = 1000;

/// A group `g` with that data and its snapshot `s`.
async fn world_with_snapshot_of(data: Vec<u8>) -> World {
    let world = World::new();
    let control = world.control();
    group(&control, "g", 1).await.unwrap();
    world.finish(&control).await;
    world.nodes.hold(data);
    taken(&world, "s").await;
    world
}

async fn taken(world: &World, name: &str) {
    let control = world.control();
    snapshot(&control, "g", name).await.unwrap();
    world.finish(&control).await;
    assert_eq!(world.status(name).await, "available");
}

async fn shard_of(world: &World, name: &str) -> StoredShard {
    world.snapshot(name).await.unwrap().stored().next().unwrap().clone()
}

async fn blob_of(world: &World, name: &str) -> BlobId {
    shard_of(world, name).await.blob
}

async fn verify(control: &Arc<Control>, world: &World, name: &str) -> Result<Found, VerifyError> {
    let snapshot = world.snapshot(name).await.unwrap();
    let stored = snapshot.stored().next().unwrap();
    control.verify_shard(&snapshot.name, 0, stored, |_| ()).await
}

/// The words on a snapshot that is refused as damaged.
async fn refusal(control: &Arc<Control>, world: &World, case: &str) -> String {
    let error = verify(control, world, "s").await.expect_err(case);
    assert!(error.cause.is_damage(), "{case}: {error:?}");
    let text = error_chain(&error);
    let blob = blob_of(world, "s").await;
    assert!(text.starts_with(&format!("snapshot s, shard 0001, blob {blob}: ")), "{case}: {text}");
    text
}

#[tokio::test(start_paused = true)]
async fn a_sound_snapshot_is_vouched_for_with_its_facts() {
    for data in [SAMPLE.to_vec(), large_file(3 << 20)] {
        let world = world_with_snapshot_of(data.clone()).await;
        let mut passed = 0;
        let (snapshot, shard) = (world.snapshot("s").await.unwrap(), shard_of(&world, "s").await);
        let found = world.control().verify_shard(&snapshot.name, 0, &shard, |bytes| passed += bytes).await.unwrap();
        assert_eq!((passed, found.summary.bytes), (data.len() as u64, data.len() as u64));
        assert_eq!((found.sha256, found.summary.keys), (shard.sha256, shard.keys));
    }
}

#[tokio::test(start_paused = true)]
async fn every_flipped_bit_is_found_p3() {
    let world = world_with_snapshot_of(large_file(1 << 20)).await;
    let (control, blob) = (world.control(), blob_of(&world, "s").await);
    let stored = world.stored(blob).await;
    let mut state = 1_u64;
    for _ in 0..FLIPS {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (place, bit) = (usize::try_from(state >> 33).unwrap() % stored.len(), (state >> 29) & 7);
        let mut flipped = stored.clone();
        flipped[place] ^= 1 << bit;
        world.put(blob, flipped).await;
        refusal(&control, &world, &format!("bit {bit} of byte {place}")).await;
    }
    world.put(blob, stored).await;
    verify(&control, &world, "s").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_place_of_the_damage_is_told() {
    let world = world_with_snapshot_of(large_file(3 << 20)).await;
    let (control, blob) = (world.control(), blob_of(&world, "s").await);
    let stored = world.stored(blob).await;
    let end = stored.len();
    for (place, words) in [
        (0, "not a sealed blob"),
        (20, "damaged in its header"),
        (1 << 19, "damaged in its segment 0"),
        ((1 << 20) + (1 << 19), "damaged in its segment 1"),
        (end - 40, "damaged in its footer"),
        (end - 10, "damaged in its tail"),
    ] {
        let mut flipped = stored.clone();
        flipped[place] ^= 0x10;
        world.put(blob, flipped).await;
        let text = refusal(&control, &world, words).await;
        assert!(text.ends_with(words), "{place}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn cut_grown_swapped_and_missing_blobs_are_found_p4() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    let (control, blob) = (world.control(), blob_of(&world, "s").await);
    world.nodes.hold(large_file(1000));
    taken(&world, "other").await;
    let other = blob_of(&world, "other").await;
    let (stored, others) = (world.stored(blob).await, world.stored(other).await);
    for len in 0..stored.len() {
        world.put(blob, stored[..len].to_vec()).await;
        refusal(&control, &world, &format!("cut to {len}")).await;
    }
    for tail in [1, 31, 32, stored.len()] {
        world.put(blob, [&stored, &stored[stored.len() - tail..]].concat()).await;
        refusal(&control, &world, &format!("{tail} bytes appended")).await;
    }
    world.put(blob, others).await;
    let text = refusal(&control, &world, "swapped").await;
    assert!(text.ends_with(&format!("blob {blob} holds the blob {other}")), "{text}");
    world.blobs.delete(blob).await.unwrap();
    let text = refusal(&control, &world, "removed").await;
    assert!(text.ends_with("is not there"), "{text}");
    world.put(blob, stored).await;
    verify(&control, &world, "s").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_record_that_names_other_bytes_is_found() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    let (control, snapshot) = (world.control(), world.snapshot("s").await.unwrap());
    let shard = shard_of(&world, "s").await;
    let changed = |change: fn(&mut StoredShard)| {
        let mut shard = shard.clone();
        change(&mut shard);
        shard
    };
    for (fact, shard) in [
        ("sha256", changed(|shard| shard.sha256 = "00".repeat(32))),
        ("size", changed(|shard| shard.rdb_bytes.0 += 1)),
        ("format", changed(|shard| shard.format = "REDIS0009".to_owned())),
        ("keys", changed(|shard| shard.keys += 1)),
        ("crc64", changed(|shard| shard.crc64 = Some("0".repeat(16)))),
    ] {
        let error = control.verify_shard(&snapshot.name, 0, &shard, |_| ()).await.unwrap_err();
        assert!(error.cause.is_damage() && error_chain(&error).contains(&format!(": {fact} is ")), "{error:?}");
    }
    // A record of an earlier version lacks the checksum.
    let shard = changed(|shard| shard.crc64 = None);
    control.verify_shard(&snapshot.name, 0, &shard, |_| ()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_key_that_may_not_be_used_is_no_damage() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    world.keys.disable(DEFAULT_KEY);
    let error = verify(&world.control(), &world, "s").await.unwrap_err();
    assert!(!error.cause.is_damage(), "{error:?}");
}
