//! Stored bytes that are not what was stored: every reader refuses them, and says whose they are and where.

use crate::support::World;
use crate::support::damages::{Damage, damages};
use crate::support::engines::{SAMPLE, large_file};
use crate::support::faults::{Mishap, Site};
use crate::support::keys::{DEFAULT_KEY, KEY_B};
use crate::support::requests::{admin, copy, copy_under, delete, export, group, name, snapshot};
use std::sync::Mutex;
use std::time::Duration;
use valkeep_control::jobs::{Job, Work, Workers};
use valkeep_control::snapshots::export::ExportPart;
use valkeep_control::snapshots::verified::Found;
use valkeep_control::snapshots::verify::{ShardReport, Verdict, Verifying};
use valkeep_control::{Control, Refusal};
use valkeep_domain::ids::BlobId;
use valkeep_domain::snapshot::{Failure, SnapshotState, StoredShard};
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
async fn each_damage_is_refused_by_verify_export_and_copy_with_its_place_p4() {
    let world = world_with_snapshot_of(large_file(THREE_SEGMENTS)).await;
    let control = world.control();
    control.copy_snapshot(admin(), copy_under("s", "again", KEY_B)).await.unwrap();
    world.finish(&control).await;
    world.nodes.hold(large_file(1000));
    taken(&world, "other").await;
    let (blob, control) = (blob_of(&world, "s").await, world.control());
    let stored = world.stored(blob).await;
    let (again, other) = (blob_of(&world, "again").await, blob_of(&world, "other").await);
    let workers = Workers::start(control.clone(), true).await;
    for Damage { what, bytes, told } in damages(&stored, &world.stored(again).await, &world.stored(other).await) {
        for reader in Reader::ALL {
            match &bytes {
                Some(bytes) => world.put(blob, bytes.clone()).await,
                None => world.blobs.delete(blob).await.unwrap(),
            }
            let refusal = reader.refusal(&control, &world, &what).await;
            assert!(
                refusal.starts_with(&format!("snapshot s, shard 0001, blob {blob}: ")),
                "{reader:?}, {what}: {refusal}"
            );
            assert!(refusal.contains(&told), "{reader:?}, {what}: {refusal}");
            world.put(blob, stored.clone()).await;
            sound(&control, "s").await;
        }
    }
    workers.stop(Duration::ZERO).await;
    world.check_settled("whole again").await;
}

/// Three segments, the last one short.
const THREE_SEGMENTS: u32 = (2 << 20) + 1000;

/// Who reads a stored blob in full.
#[derive(Clone, Copy, Debug)]
enum Reader {
    Verify,
    Copy,
    Export,
}

impl Reader {
    const ALL: [Self; 3] = [Self::Verify, Self::Copy, Self::Export];

    /// Why the reader refuses the snapshot `s`, which has failed then; nothing is left of what the reader began.
    async fn refusal(self, control: &Control, world: &World, case: &str) -> String {
        let before = world.blobs_stored().await;
        let refusal = match self {
            Self::Verify => refusal(control, world, case).await,
            Self::Copy => refused_copy(control, world, case).await,
            Self::Export => refused_export(control, world, case).await,
        };
        world.settle().await;
        assert_eq!((world.blobs_stored().await, world.status("s").await), (before, "failed"), "{self:?}, {case}");
        assert_eq!((world.buckets.objects(), world.buckets.open_uploads()), (0, 0), "{self:?}, {case}");
        assert_eq!(world.all::<ExportPart>().await, [], "{self:?}, {case}");
        refusal
    }
}

/// Why a copy under another key failed.
async fn refused_copy(control: &Control, world: &World, case: &str) -> String {
    control.copy_snapshot(admin(), copy_under("s", "c", KEY_B)).await.unwrap();
    world.settle().await;
    let copy = world.snapshot("c").await.unwrap();
    let SnapshotState::Failed(Failure { reason, .. }) = &copy.state else { panic!("{case}: {:?}", copy.state) };
    assert_eq!(copy.blobs().count(), 0, "{case}");
    delete(control, "c").await.unwrap();
    reason.clone()
}

/// Why an export failed, as its job knows it while it takes away the upload.
async fn refused_export(control: &Control, world: &World, case: &str) -> String {
    let taken_away = world.faults.hold(Site::BucketAbort);
    export(control, "s", "e").await.unwrap();
    taken_away.reached().await;
    let Work::ExportSnapshot(job) = world.all::<Job>().await.remove(0).work else { panic!("{case}") };
    taken_away.open();
    job.failed.expect("a job that takes away what it left has failed")
}

/// A blob is written once, so that an older state of it can only come from another catalog.
#[tokio::test(start_paused = true)]
async fn an_older_blob_of_the_same_id_is_refused_by_verify_export_and_copy_p4() {
    let (new, mut old) = (large_file(THREE_SEGMENTS), large_file(THREE_SEGMENTS));
    old[1000] ^= 1;
    let (world, before) = (world_with_snapshot_of(new).await, world_with_snapshot_of(old).await);
    let (control, blob) = (world.control(), blob_of(&world, "s").await);
    assert_eq!(blob, blob_of(&before, "s").await);
    let (now, older) = (world.stored(blob).await, before.stored(blob).await);
    let workers = Workers::start(control.clone(), true).await;
    for reader in Reader::ALL {
        world.put(blob, older.clone()).await;
        let refusal = reader.refusal(&control, &world, "older").await;
        let place = format!("snapshot s, shard 0001, blob {blob}: sha256 is ");
        assert!(refusal.starts_with(&place), "{reader:?}: {refusal}");
        world.put(blob, now.clone()).await;
        sound(&control, "s").await;
    }
    workers.stop(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn every_cut_is_found_p4() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    let (control, blob) = (world.control(), blob_of(&world, "s").await);
    let stored = world.stored(blob).await;
    for len in 0..stored.len() {
        world.put(blob, stored[..len].to_vec()).await;
        refusal(&control, &world, &format!("cut to {len}")).await;
    }
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

/// What a long run read before the damage came says nothing of it.
#[tokio::test(start_paused = true)]
async fn damage_that_is_found_while_all_are_verified_stays() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    taken(&world, "z").await;
    let (control, blob) = (world.control(), blob_of(&world, "s").await);
    let at_s = world.faults.hold(Site::BlobOpen);
    let running = tokio::spawn({
        let control = control.clone();
        async move { control.verify(None, &|_| ()).await.unwrap() }
    });
    at_s.reached().await;
    let at_z = world.faults.hold(Site::BlobOpen);
    at_s.open();
    at_z.reached().await;
    world.damage(blob).await;
    assert!(matches!(verify(&control, "s").await, Verdict::Damaged(_)));
    at_z.open();
    let reports = running.await.unwrap();
    assert!(reports.iter().all(|report| matches!(report.verdict, Verdict::Sound(_))), "it read them before");
    assert_eq!((world.status("s").await, world.status("z").await), ("failed", "available"));
}

/// Bytes that are not there any more because nobody owns them are no damage.
#[tokio::test(start_paused = true)]
async fn a_snapshot_that_is_deleted_while_it_is_verified_is_left_out() {
    for only in [None, Some(name("s"))] {
        let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
        taken(&world, "z").await;
        let (control, wanted) = (world.control(), only.clone());
        let at_s = world.faults.hold(Site::BlobOpen);
        let running = tokio::spawn(async move { control.verify(wanted.as_ref(), &|_| ()).await });
        at_s.reached().await;
        let control = world.control();
        delete(&control, "s").await.unwrap();
        world.finish(&control).await;
        at_s.open();
        match (running.await.unwrap(), only) {
            (Ok(reports), None) => {
                let found: Vec<_> = reports.iter().map(|report| report.shard.snapshot.as_str()).collect();
                assert_eq!(found, ["z"]);
                assert!(matches!(reports[0].verdict, Verdict::Sound(_)));
            }
            (Err(refusal), Some(_)) => assert!(matches!(refusal, Refusal::SnapshotNotFound(_)), "{refusal:?}"),
            (other, only) => panic!("{only:?}: {other:?}"),
        }
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
    for (days, checked) in [(6, false), (1, true), (6, false)] {
        let before = world.all::<BlobRecord>().await.remove(0).checked_at;
        scrubbed_after(&world, days).await;
        let after = world.all::<BlobRecord>().await.remove(0).checked_at;
        assert!(before.is_some() && after.is_some());
        assert_eq!(after > before, checked, "{days} days later");
    }
    world.damage(blob).await;
    for (days, status) in [(0, "available"), (2, "failed")] {
        scrubbed_after(&world, days).await;
        assert_eq!(world.status("s").await, status, "{days} days later");
    }
    let checked = world.control().scrubbed().await.unwrap();
    assert_eq!((checked.len(), checked[0].owners), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dead_blob_that_cannot_be_removed_does_not_keep_the_others() {
    let world = world_with_snapshot_of(SAMPLE.to_vec()).await;
    taken(&world, "z").await;
    let control = world.control();
    delete(&control, "s").await.unwrap();
    delete(&control, "z").await.unwrap();
    world.faults.choose(Site::BlobDelete, 1, Mishap::Fails);
    let workers = Workers::start(control.clone(), true).await;
    for (seconds, left) in [(10, 1), (20, 0)] {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        assert_eq!(world.blobs_stored().await, left, "{seconds} s later");
    }
    workers.stop(Duration::ZERO).await;
}

/// Runs a process for some minutes, days later; nobody waits, as time is paused.
async fn scrubbed_after(world: &World, days: i64) {
    world.clock.skip(days * 86_400_000);
    let workers = Workers::start(world.control(), true).await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    workers.stop(Duration::ZERO).await;
}
