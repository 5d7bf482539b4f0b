//! Stored bytes that are not what was stored: every reader refuses them, and says whose they are and where.

use crate::support::World;
use crate::support::engines::{SAMPLE, large_file};
use crate::support::keys::DEFAULT_KEY;
use crate::support::requests::{copy, delete, export, group, name, snapshot};
use std::sync::Mutex;
use std::time::Duration;
use valkeep_control::Control;
use valkeep_control::jobs::Workers;
use valkeep_control::snapshots::verified::Found;
use valkeep_control::snapshots::verify::{ShardReport, Verdict, Verifying};
use valkeep_domain::ids::BlobId;
use valkeep_domain::snapshot::StoredShard;
use valkeep_ports::blobs::{BlobRecord, Blobs};
use valkeep_ports::catalog::CatalogError;

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

/// The verdict of the operator's command on the one shard of a snapshot.
async fn verify(control: &Control, snapshot: &str) -> Verdict {
    control.verify(Some(&name(snapshot)), &|_| ()).await.unwrap().remove(0).verdict
}

async fn sound(control: &Control, snapshot: &str) -> Found {
    match verify(control, snapshot).await {
        Verdict::Sound(found) => *found,
        other @ (Verdict::Damaged(_) | Verdict::Unchecked(_)) => panic!("{other:?}"),
    }
}

/// The words on a snapshot that is refused as damaged.
async fn refusal(control: &Control, world: &World, case: &str) -> String {
    let Verdict::Damaged(text) = verify(control, "s").await else { panic!("{case}") };
    let blob = blob_of(world, "s").await;
    assert!(text.starts_with(&format!("snapshot s, shard 0001, blob {blob}: ")), "{case}: {text}");
    text
}

#[tokio::test(start_paused = true)]
async fn a_sound_snapshot_is_vouched_for_with_its_facts() {
    for data in [SAMPLE.to_vec(), large_file(3 << 20)] {
        let world = world_with_snapshot_of(data.clone()).await;
        let bytes = data.len() as u64;
        let shard = shard_of(&world, "s").await;
        let passed = Mutex::new(Vec::new());
        let reports = world.control().verify(None, &|so_far| passed.lock().unwrap().push(so_far)).await.unwrap();
        let [ShardReport { verdict: Verdict::Sound(found), .. }] = reports.as_slice() else { panic!("{reports:?}") };
        assert_eq!(found.facts.bytes, bytes);
        assert_eq!(passed.lock().unwrap().last(), Some(&Verifying { done_bytes: bytes, total_bytes: bytes }));
        assert_eq!((&found.sha256, found.facts.keys), (&shard.sha256, shard.keys));
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
    sound(&control, "s").await;
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
    sound(&control, "s").await;
}

#[tokio::test(start_paused = true)]
async fn a_record_that_names_other_bytes_is_found() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    let control = world.control();
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
        record(&world, shard).await;
        let text = refusal(&control, &world, fact).await;
        assert!(text.contains(&format!(": {fact} is ")), "{text}");
    }
    // A record of an earlier version lacks the checksum.
    record(&world, changed(|shard| shard.crc64 = None)).await;
    sound(&control, "s").await;
}

/// Writes another record of the shard of `s`.
async fn record(world: &World, shard: StoredShard) {
    let mut snapshot = world.snapshot("s").await.unwrap();
    snapshot.shards[0].stored = Some(shard);
    world.store.write::<_, CatalogError>(move |tx| tx.replace(&snapshot)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_key_that_may_not_be_used_is_no_damage() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    world.keys.disable(DEFAULT_KEY);
    let control = world.control();
    assert!(matches!(verify(&control, "s").await, Verdict::Unchecked(_)));
    assert_eq!(world.status("s").await, "available");
    world.keys.enable(DEFAULT_KEY);
    sound(&control, "s").await;
}

#[tokio::test(start_paused = true)]
async fn damage_fails_every_owner_of_the_blob_until_it_is_sound_again() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    let control = world.control();
    copy(&control, "s", "copy").await.unwrap();
    world.finish(&control).await;
    taken(&world, "other").await;
    let (control, blob) = (world.control(), blob_of(&world, "s").await);
    let stored = world.stored(blob).await;
    world.damage(blob).await;
    let reports = control.verify(None, &|_| ()).await.unwrap();
    let damaged = reports.iter().filter(|report| matches!(report.verdict, Verdict::Damaged(_))).count();
    assert_eq!((reports.len(), damaged), (3, 2));
    for (snapshot, status) in [("s", "failed"), ("copy", "failed"), ("other", "available")] {
        assert_eq!(world.status(snapshot).await, status, "{snapshot}");
    }
    copy(&control, "s", "another").await.unwrap_err();
    export(&control, "s", "another").await.unwrap_err();
    // The bytes were put back.
    world.put(blob, stored).await;
    sound(&control, "copy").await;
    for snapshot in ["s", "copy", "other"] {
        assert_eq!(world.status(snapshot).await, "available", "{snapshot}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_snapshot_can_be_deleted() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    let control = world.control();
    world.damage(blob_of(&world, "s").await).await;
    verify(&control, "s").await;
    delete(&control, "s").await.unwrap();
    world.finish(&control).await;
    assert_eq!((world.status("s").await, world.blobs_stored().await), ("gone", 0));
}

#[tokio::test(start_paused = true)]
async fn the_scrub_finds_damage_after_the_days_that_are_set() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    let blob = blob_of(&world, "s").await;
    for (days, checked) in [(6, false), (1, true), (1, true)] {
        scrubbed_after(&world, days).await;
        let record = world.all::<BlobRecord>().await.remove(0);
        assert_eq!(record.checked_at.is_some(), checked, "{days} days later");
    }
    world.damage(blob).await;
    for (days, status) in [(5, "available"), (2, "failed")] {
        scrubbed_after(&world, days).await;
        assert_eq!(world.status("s").await, status, "{days} days later");
    }
    let checked = world.control().scrubbed().await.unwrap();
    assert_eq!((checked.len(), checked[0].owners), (1, 1));
}

/// Runs a process for some minutes, days later; nobody waits, as time is paused.
async fn scrubbed_after(world: &World, days: i64) {
    world.clock.skip(days * 86_400_000);
    let workers = Workers::start(world.control(), true).await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    workers.stop(Duration::ZERO).await;
}
