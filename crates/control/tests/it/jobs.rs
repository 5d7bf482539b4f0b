//! Jobs under errors and deaths: whatever single call goes wrong, each ends, and leaves nothing behind.

use crate::support::World;
use crate::support::engines::SAMPLE;
use crate::support::faults::{Faults, Mishap, Site};
use crate::support::keys::KEY_B;
use crate::support::requests::{admin, attached, copy, copy_under, delete, delete_group, export, group, snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use valkeep_control::Control;
use valkeep_control::jobs::{Job, Workers};

/// Longer than the errors of a job are borne, with pauses that double from half a second, and than a lease.
const OUTAGE: Duration = Duration::from_secs(100);

/// A kind of job: what is there before, the call that writes it, and what is there after it succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    CreateSnapshot,
    /// Of two shards, one of them with a replica.
    CreateClusterSnapshot,
    CopySnapshot,
    ResealSnapshot,
    ExportSnapshot,
    DeleteSnapshot,
    StartNodes,
    RemoveNodes,
    RemoveNodesAfterSnapshot,
}

impl Kind {
    async fn prepare(self, world: &World) {
        let control = world.control();
        if self == Self::CreateClusterSnapshot {
            world.nodes.run_cluster(&[("0-8191", &[7100, 7101]), ("8192-16383", &[7102])]);
            control.attach(attached("g", &[7100])).await.unwrap();
        } else if self != Self::StartNodes {
            group(&control, "g", 2).await.unwrap();
        }
        let workers = Workers::start(control.clone(), true).await;
        world.settle().await;
        if !matches!(self, Self::StartNodes | Self::CreateSnapshot | Self::CreateClusterSnapshot) {
            snapshot(&control, "g", "s").await.unwrap();
            world.settle().await;
        }
        workers.stop(Duration::ZERO).await;
    }

    async fn call(self, control: &Control) {
        match self {
            Self::CreateSnapshot | Self::CreateClusterSnapshot => snapshot(control, "g", "s").await.map(drop),
            Self::CopySnapshot => copy(control, "s", "c").await.map(drop),
            Self::ResealSnapshot => control.copy_snapshot(admin(), copy_under("s", "c", KEY_B)).await.map(drop),
            Self::ExportSnapshot => export(control, "s", "e").await.map(drop),
            Self::DeleteSnapshot => delete(control, "s").await.map(drop),
            Self::StartNodes => group(control, "g", 2).await.map(drop),
            Self::RemoveNodes => delete_group(control, "g", None).await.map(drop),
            Self::RemoveNodesAfterSnapshot => delete_group(control, "g", Some("f")).await.map(drop),
        }
        .unwrap();
    }

    async fn check_success(self, world: &World, case: &str) {
        world.check_settled(case).await;
        let expected = match self {
            Self::CreateSnapshot | Self::CreateClusterSnapshot => ["available", "available", "gone", "gone"],
            Self::CopySnapshot | Self::ResealSnapshot => ["available", "available", "available", "gone"],
            Self::ExportSnapshot => ["available", "available", "gone", "gone"],
            Self::DeleteSnapshot | Self::StartNodes => ["available", "gone", "gone", "gone"],
            Self::RemoveNodes => ["gone", "available", "gone", "gone"],
            Self::RemoveNodesAfterSnapshot => ["gone", "available", "gone", "available"],
        };
        let found =
            [world.group_status("g").await, world.status("s").await, world.status("c").await, world.status("f").await];
        assert_eq!(found, expected, "{case}: group, snapshot, copy, final snapshot");
        let object = world.buckets.object("e-0001.rdb").map(|object| object.bytes);
        assert_eq!(object.as_deref(), (self == Self::ExportSnapshot).then_some(SAMPLE), "{case}: object");
    }
}

/// The job is written and workers are there that did not begin yet.
async fn about_to_run(kind: Kind) -> (World, Workers) {
    let world = World::new();
    kind.prepare(&world).await;
    let control = world.control();
    kind.call(&control).await;
    let workers = Workers::start(control, true).await;
    (world, workers)
}

/// Runs the job with one call that goes wrong; a process that died is followed by another.
async fn run_with(kind: Kind, site: Site, nth: u64, mishap: Mishap) {
    let case = format!("{kind:?}: call {nth} of {site:?} {mishap:?}");
    let (world, workers) = about_to_run(kind).await;
    world.faults.choose(site, nth, mishap);
    tokio::select! {
        () = world.settle() => workers.stop(Duration::ZERO).await,
        () = world.faults.process_died() => {
            workers.stop(Duration::ZERO).await;
            world.finish_in_new_process().await;
        }
    }
    assert!(!world.faults.is_waiting(), "{case}: the call was never made");
    kind.check_success(&world, &case).await;
}

/// How often each port is called by a job that nothing disturbs.
async fn calls_of(kind: Kind) -> BTreeMap<Site, u64> {
    let (world, workers) = about_to_run(kind).await;
    world.faults.clear();
    world.settle().await;
    let calls = world.faults.calls();
    workers.stop(Duration::ZERO).await;
    kind.check_success(&world, &format!("{kind:?}")).await;
    calls
}

/// A single call of a port that fails, loses its answer, or is the last of its process: the job still succeeds, and what
/// it had begun is not done twice.
async fn survives_every_mishap(kind: Kind) {
    for (site, calls) in calls_of(kind).await {
        for nth in 1..=calls {
            for mishap in Mishap::ALL {
                run_with(kind, site, nth, mishap).await;
            }
        }
    }
}

/// A port that is away for longer than errors are borne: the job fails, or waits, and when the port is back nothing is
/// left of it.
async fn ends_after_every_outage(kind: Kind) {
    for site in calls_of(kind).await.into_keys() {
        let case = format!("{kind:?}: no {site:?}");
        let (world, workers) = about_to_run(kind).await;
        world.faults.away(&[site]);
        tokio::time::sleep(OUTAGE).await;
        world.faults.clear();
        world.settle().await;
        workers.stop(Duration::ZERO).await;
        world.check_settled(&case).await;
        let object = world.buckets.object("e-0001.rdb").map(|object| object.bytes);
        assert!(object.is_none_or(|bytes| bytes == SAMPLE), "{case}: object");
    }
}

macro_rules! every_kind {
    ($($kind:ident => $mishaps:ident, $outages:ident;)+) => {$(
        #[tokio::test(start_paused = true)]
        async fn $mishaps() {
            survives_every_mishap(Kind::$kind).await;
        }

        #[tokio::test(start_paused = true)]
        async fn $outages() {
            ends_after_every_outage(Kind::$kind).await;
        }
    )+};
}

every_kind! {
    CreateSnapshot => a_snapshot_survives_every_mishap, a_snapshot_ends_after_every_outage;
    CreateClusterSnapshot => a_cluster_snapshot_survives_every_mishap, a_cluster_snapshot_ends_after_every_outage;
    CopySnapshot => a_copy_survives_every_mishap, a_copy_ends_after_every_outage;
    ResealSnapshot => a_resealed_copy_survives_every_mishap, a_resealed_copy_ends_after_every_outage;
    ExportSnapshot => an_export_survives_every_mishap, an_export_ends_after_every_outage;
    DeleteSnapshot => a_deletion_survives_every_mishap, a_deletion_ends_after_every_outage;
    StartNodes => a_start_survives_every_mishap, a_start_ends_after_every_outage;
    RemoveNodes => a_removal_survives_every_mishap, a_removal_ends_after_every_outage;
    RemoveNodesAfterSnapshot => a_final_snapshot_survives_every_mishap, a_final_snapshot_ends_after_every_outage;
}

/// An export while no call reaches the bucket: the clean-up has to wait for the bucket as well.
#[tokio::test(start_paused = true)]
async fn an_export_leaves_no_upload_in_a_bucket_that_was_away() {
    use Site::{
        BucketAbort, BucketAbortUnrecorded, BucketBegin, BucketComplete, BucketDelete, BucketExportedBy,
        BucketUploadPart,
    };
    for first in [BucketBegin, BucketUploadPart, BucketComplete] {
        for mishap in [Mishap::Fails, Mishap::AnswerIsLost] {
            let (world, workers) = about_to_run(Kind::ExportSnapshot).await;
            world.faults.choose(first, 1, mishap);
            while world.faults.is_waiting() {
                tokio::task::yield_now().await;
            }
            world.faults.away(&[
                BucketBegin,
                BucketUploadPart,
                BucketComplete,
                BucketAbort,
                BucketAbortUnrecorded,
                BucketExportedBy,
                BucketDelete,
            ]);
            tokio::time::sleep(OUTAGE).await;
            world.faults.clear();
            world.settle().await;
            workers.stop(Duration::ZERO).await;
            let case = format!("{first:?} {mishap:?}, then no bucket");
            world.check_settled(&case).await;
            assert!(world.buckets.object("e-0001.rdb").is_none_or(|object| object.bytes == SAMPLE), "{case}");
        }
    }
}

/// A process that is cut off from the catalog loses its job to another, and its late work changes nothing.
#[tokio::test(start_paused = true)]
async fn a_worker_without_its_lease_writes_nothing() {
    for (kind, site) in [
        (Kind::CreateSnapshot, Site::NodeCapture),
        (Kind::ResealSnapshot, Site::BlobRead),
        (Kind::ExportSnapshot, Site::BucketUploadPart),
        (Kind::RemoveNodes, Site::NodeRemove),
        (Kind::StartNodes, Site::NodeStart),
    ] {
        let case = format!("{kind:?} at {site:?}");
        let world = World::new();
        kind.prepare(&world).await;
        let stale = world.control();
        kind.call(&stale).await;
        let stale_workers = Workers::start(stale, true).await;
        // The call hangs, as in a process that was stopped; the catalog is away for its heartbeat.
        let gate = world.faults.hold(site);
        gate.reached().await;
        world.faults.away(&[Site::CatalogWrite]);
        let other = Arc::new(Faults::default());
        let workers = Workers::start(world.control_with(&other), false).await;
        world.settle().await;
        kind.check_success(&world, &case).await;
        let before = world.records().await;
        world.faults.away(&[]);
        gate.open();
        // Long enough for the late worker to go on, and for its heartbeat.
        tokio::time::sleep(OUTAGE).await;
        assert_eq!(world.records().await, before, "{case}");
        stale_workers.stop(Duration::ZERO).await;
        workers.stop(Duration::ZERO).await;
    }
}

/// The end of a job cannot be written for a moment: the job does not wait for its own lease to run out.
#[tokio::test(start_paused = true)]
async fn an_end_that_was_not_written_is_written_when_the_catalog_is_back() {
    for kind in [Kind::CreateSnapshot, Kind::CopySnapshot, Kind::ExportSnapshot, Kind::DeleteSnapshot] {
        let (world, workers) = about_to_run(kind).await;
        world.faults.away(&[Site::CatalogWrite]);
        tokio::time::sleep(Duration::from_secs(5)).await;
        world.faults.clear();
        let back = tokio::time::Instant::now();
        world.settle().await;
        assert!(back.elapsed() < Duration::from_secs(5), "{kind:?}: it waited {:?}", back.elapsed());
        workers.stop(Duration::ZERO).await;
        kind.check_success(&world, &format!("{kind:?}")).await;
    }
}

/// The wall clock leaps over the lease of a job that runs, as after a sleep of the machine.
#[tokio::test(start_paused = true)]
async fn a_leap_of_the_clock_does_not_make_a_running_job_run_twice() {
    for (kind, site) in [
        (Kind::CreateSnapshot, Site::NodeCapture),
        (Kind::ResealSnapshot, Site::BlobCommit),
        (Kind::ExportSnapshot, Site::BucketUploadPart),
        (Kind::ExportSnapshot, Site::BucketBegin),
    ] {
        let case = format!("{kind:?} at {site:?}");
        let (world, workers) = about_to_run(kind).await;
        let gate = world.faults.hold(site);
        gate.reached().await;
        world.clock.skip(3_600_000);
        tokio::time::sleep(OUTAGE).await;
        gate.open();
        world.settle().await;
        kind.check_success(&world, &case).await;
        workers.stop(Duration::ZERO).await;
    }
}

/// The wall clock is put back while jobs wait for their next try.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_put_back_holds_up_no_job() {
    for kind in [Kind::CreateSnapshot, Kind::ExportSnapshot, Kind::DeleteSnapshot, Kind::StartNodes] {
        let (world, workers) = about_to_run(kind).await;
        world.faults.away(&[Site::NodeCapture, Site::BucketBegin, Site::BlobRead, Site::NodeStart, Site::CatalogRead]);
        tokio::time::sleep(Duration::from_secs(3)).await;
        world.clock.skip(-3_600_000);
        world.faults.clear();
        let back = tokio::time::Instant::now();
        world.settle().await;
        assert!(back.elapsed() < Duration::from_secs(60), "{kind:?} waited {:?}", back.elapsed());
        workers.stop(Duration::ZERO).await;
        kind.check_success(&world, &format!("{kind:?}")).await;
    }
}

/// A machine that lost its time as it went down.
#[tokio::test(start_paused = true)]
async fn a_process_that_starts_in_the_past_takes_up_what_the_last_one_left() {
    for alone in [true, false] {
        for kind in [Kind::CreateSnapshot, Kind::CopySnapshot, Kind::ExportSnapshot, Kind::RemoveNodes] {
            let world = World::new();
            kind.prepare(&world).await;
            kind.call(&world.control()).await;
            world.clock.skip(-86_400_000);
            let workers = Workers::start(world.control(), alone).await;
            let began = tokio::time::Instant::now();
            world.settle().await;
            assert!(began.elapsed() < Duration::from_secs(60), "{kind:?} waited {:?}", began.elapsed());
            workers.stop(Duration::ZERO).await;
            kind.check_success(&world, &format!("{kind:?}, alone: {alone}")).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_a_dead_process_is_void_for_one_that_is_alone() {
    let world = World::new();
    Kind::CopySnapshot.prepare(&world).await;
    let began = tokio::time::Instant::now();
    // Without workers the copy is claimed by its own process and nobody works on it.
    copy(&world.control(), "s", "c").await.unwrap();
    let job = world.all::<Job>().await.pop().unwrap();
    assert!(job.lease.is_some());
    let workers = Workers::start(world.control(), true).await;
    world.settle().await;
    assert!(began.elapsed() < Duration::from_secs(5), "it did not wait for the lease to run out");
    workers.stop(Duration::ZERO).await;
    Kind::CopySnapshot.check_success(&world, "alone").await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_another_process_holds_until_it_runs_out() {
    let world = World::new();
    Kind::CopySnapshot.prepare(&world).await;
    copy(&world.control(), "s", "c").await.unwrap();
    let workers = Workers::start(world.control(), false).await;
    tokio::time::sleep(Duration::from_secs(25)).await;
    assert_eq!(world.status("c").await, "creating");
    world.settle().await;
    workers.stop(Duration::ZERO).await;
    Kind::CopySnapshot.check_success(&world, "not alone").await;
}

#[tokio::test(start_paused = true)]
async fn more_copies_than_slots_all_end() {
    let world = World::new();
    Kind::CopySnapshot.prepare(&world).await;
    let control = world.control();
    for number in 0..260 {
        copy(&control, "s", &format!("c{number}")).await.unwrap();
    }
    world.finish(&control).await;
    world.check_settled("more copies than slots").await;
    let blob = world.snapshot("s").await.unwrap().blobs().next().unwrap();
    assert_eq!(world.references(blob).await, Some(261));
}
