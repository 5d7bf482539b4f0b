//! A world to run the application in: ports in memory that outlive the processes, a clock that a test moves, calls that go
//! wrong on purpose.

pub(crate) mod buckets;
pub(crate) mod damages;
pub(crate) mod engines;
pub(crate) mod faults;
pub(crate) mod keys;
pub(crate) mod requests;
mod stores;

use faults::Faults;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use valkeep_control::jobs::{Job, Workers};
use valkeep_control::snapshots::export::ExportPart;
use valkeep_control::{Control, Ports, ScrubSettings, Settings};
use valkeep_domain::arn::{Arn, Place};
use valkeep_domain::cluster::{CacheCluster, ClusterStatus, Ownership, ReplicationGroup};
use valkeep_domain::ids::BlobId;
use valkeep_domain::snapshot::{Snapshot, SnapshotState};
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::{BlobRecord, BlobState, Blobs};
use valkeep_ports::catalog::{CatalogError, Record, Scan, Store};
use valkeep_ports::memory::{MemoryBlobs, MemoryCatalog};
use valkeep_ports::records::{SnapshotTaken, Tagged};
use valkeep_ports::sealed::SealedReader;
use valkeep_ports::{Clock, Ids};
use valkeep_seal::Compression;

/// L63 with a number that is soon reached.
pub(crate) const QUOTA: u32 = 3;

/// Longest time that [`World::settle`] lets pass, in half seconds. Nobody waits: time is paused and skips ahead.
const MAX_LOOKS: usize = 2_000;

/// The wall clock: the paused clock of the runtime, and what a test puts on it.
#[derive(Debug)]
pub(crate) struct TestClock {
    began: Instant,
    ahead_ms: AtomicI64,
}

impl TestClock {
    /// 2025-01-01.
    const BEGIN_MS: i64 = 1_735_689_600_000;

    /// Moves the wall clock only; nothing that waits is woken.
    pub(crate) fn skip(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let elapsed_ms = i64::try_from(self.began.elapsed().as_millis()).unwrap();
        Timestamp::from_ms(Self::BEGIN_MS + elapsed_ms + self.ahead_ms.load(Ordering::SeqCst))
    }
}

/// Ids that differ in their first and in their last bytes.
#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Ids for Counter {
    fn random(&self) -> [u8; 16] {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_le_bytes());
        id[8..].copy_from_slice(&number.to_be_bytes());
        id
    }
}

/// What outlives a process.
#[derive(Debug)]
pub(crate) struct World {
    catalog: Arc<MemoryCatalog>,
    /// The catalog without faults.
    pub(crate) store: Store,
    pub(crate) blobs: Arc<MemoryBlobs>,
    pub(crate) keys: Arc<keys::MemoryKeys>,
    pub(crate) nodes: Arc<engines::MemoryNodes>,
    pub(crate) buckets: Arc<buckets::MemoryBuckets>,
    pub(crate) clock: Arc<TestClock>,
    ids: Arc<Counter>,
    /// What goes wrong in the processes of [`Self::control`].
    pub(crate) faults: Arc<Faults>,
}

impl World {
    pub(crate) fn new() -> Self {
        let catalog = Arc::new(MemoryCatalog::default());
        Self {
            store: Store::new(catalog.clone()),
            catalog,
            blobs: Arc::default(),
            keys: Arc::default(),
            nodes: Arc::default(),
            buckets: Arc::default(),
            clock: Arc::new(TestClock { began: Instant::now(), ahead_ms: AtomicI64::new(0) }),
            ids: Arc::default(),
            faults: Arc::default(),
        }
    }

    /// A process of its own, without workers.
    pub(crate) fn control(&self) -> Arc<Control> {
        self.control_with(&self.faults)
    }

    /// A process whose calls go wrong as these faults say.
    pub(crate) fn control_with(&self, faults: &Arc<Faults>) -> Arc<Control> {
        let catalog = stores::FaultyCatalog { inner: self.catalog.clone(), faults: faults.clone() };
        let ports = Ports {
            store: Store::new(Arc::new(catalog)),
            blobs: Arc::new(stores::FaultyBlobs { inner: self.blobs.clone(), faults: faults.clone() }),
            keys: Arc::new(keys::FaultyKeys { inner: self.keys.clone(), faults: faults.clone() }),
            secrets: Arc::new(keys::OpenBox),
            engines: Arc::new(engines::FaultyNodes { inner: self.nodes.clone(), faults: faults.clone() }),
            buckets: Arc::new(buckets::FaultyBuckets { inner: self.buckets.clone(), faults: faults.clone() }),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        let settings = Settings {
            place: place(),
            zone: "us-east-1a".to_owned(),
            vpc_id: "vpc-1".to_owned(),
            strict_versions: false,
            manual_snapshots_per_node_per_day: QUOTA,
            nodes: 20,
            compression: Compression::Adaptive,
            scrub: ScrubSettings { every_days: 7, rate_mib_s: 32 },
        };
        Control::new(settings, ports)
    }

    /// Runs a process alone until every job has ended and nothing is left to sweep.
    pub(crate) async fn finish(&self, control: &Arc<Control>) {
        let workers = Workers::start(control.clone(), true).await;
        self.settle().await;
        workers.stop(Duration::ZERO).await;
    }

    /// Like [`Self::finish`] in a process of its own.
    pub(crate) async fn finish_in_new_process(&self) {
        self.finish(&self.control()).await;
    }

    /// Returns when no job is left and no blob is dead.
    pub(crate) async fn settle(&self) {
        for _ in 0..MAX_LOOKS {
            if self.all::<Job>().await.is_empty() && self.unsettled_blobs().await.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let (jobs, blobs) = (self.all::<Job>().await, self.unsettled_blobs().await);
        panic!("still there: {jobs:#?} {blobs:#?}");
    }

    /// Every record, blob and object, as text.
    pub(crate) async fn everything(&self) -> String {
        format!("{} {:?} {:?}", self.records().await, self.blobs.list().await.unwrap(), self.buckets)
    }

    /// Every record of the catalog, as text.
    pub(crate) async fn records(&self) -> String {
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            self.all::<Snapshot>().await,
            self.all::<ReplicationGroup>().await,
            self.all::<CacheCluster>().await,
            self.all::<Tagged>().await,
            self.all::<SnapshotTaken>().await,
            self.all::<Job>().await,
            self.all::<BlobRecord>().await,
        )
    }

    async fn unsettled_blobs(&self) -> Vec<BlobRecord> {
        let mut blobs = self.all::<BlobRecord>().await;
        blobs.retain(|blob| !matches!(blob.state, BlobState::Sealed { .. }));
        blobs
    }

    /// Every record of a kind.
    pub(crate) async fn all<R: Record + Send + 'static>(&self) -> Vec<R> {
        let read = self.store.read(|tx| tx.scan::<R>(&Scan::keys("", 10_000)));
        read.await.map_err(|error: CatalogError| error).unwrap()
    }

    pub(crate) async fn snapshot(&self, name: &str) -> Option<Snapshot> {
        self.all::<Snapshot>().await.into_iter().find(|snapshot| snapshot.name.as_str() == name)
    }

    /// The word for the state of a snapshot; `gone` when there is none.
    pub(crate) async fn status(&self, name: &str) -> &'static str {
        self.snapshot(name).await.map_or("gone", |snapshot| snapshot.state.as_str())
    }

    /// The word for the status of a group, which all its members must share.
    pub(crate) async fn group_status(&self, id: &str) -> &'static str {
        let groups = self.all::<ReplicationGroup>().await;
        let Some(group) = groups.into_iter().find(|group| group.id.as_str() == id) else { return "gone" };
        let members = self.all::<CacheCluster>().await;
        for member in members.iter().filter(|member| member.group.as_ref() == Some(&group.id)) {
            if group.status != ClusterStatus::Snapshotting {
                assert_eq!(member.status, group.status, "{}", member.id);
            }
        }
        group.status.as_str()
    }

    pub(crate) async fn port_of(&self, id: &str) -> u16 {
        let clusters = self.all::<CacheCluster>().await;
        clusters.into_iter().find(|cluster| cluster.id.as_str() == id).unwrap().node.port
    }

    pub(crate) async fn cluster_status(&self, id: &str) -> &'static str {
        let clusters = self.all::<CacheCluster>().await;
        clusters.into_iter().find(|cluster| cluster.id.as_str() == id).map_or("gone", |it| it.status.as_str())
    }

    pub(crate) async fn tags(&self, arn: &Arn) -> Tags {
        let (all, arn) = (self.all::<Tagged>().await, arn.to_string());
        all.into_iter().find(|tagged| tagged.arn == arn).map(|tagged| tagged.tags).unwrap_or_default()
    }

    /// The file of a snapshot of one shard, opened from its blob.
    pub(crate) async fn file_of(&self, name: &str) -> Vec<u8> {
        self.files_of(name).await.swap_remove(0)
    }

    /// The files of all shards of a snapshot.
    pub(crate) async fn files_of(&self, name: &str) -> Vec<Vec<u8>> {
        let snapshot = self.snapshot(name).await.unwrap();
        let keys = keys::FaultyKeys { inner: self.keys.clone(), faults: Arc::default() };
        let mut files = Vec::new();
        for blob in snapshot.blobs() {
            let mut pieces = SealedReader::open(self.blobs.as_ref(), &keys, blob).await.unwrap().pieces(0..u64::MAX);
            let mut file = Vec::new();
            while let Some(piece) = pieces.next().await.unwrap() {
                file.extend_from_slice(&piece);
            }
            files.push(file);
        }
        files
    }

    pub(crate) async fn blobs_stored(&self) -> usize {
        self.blobs.list().await.unwrap().len()
    }

    /// How many owners the catalog counts for a blob.
    pub(crate) async fn references(&self, blob: BlobId) -> Option<u64> {
        self.all::<BlobRecord>().await.into_iter().find(|record| record.id == blob).map(|record| match record.state {
            BlobState::Sealed { references } => references,
            BlobState::Writing { .. } | BlobState::Dead => 0,
        })
    }

    /// Turns one bit in the middle of a stored blob.
    pub(crate) async fn damage(&self, blob: BlobId) {
        let mut stored = self.stored(blob).await;
        let middle = stored.len() / 2;
        stored[middle] ^= 1;
        self.put(blob, stored).await;
    }

    /// A blob as it lies there.
    pub(crate) async fn stored(&self, blob: BlobId) -> Vec<u8> {
        let reader = self.blobs.open(blob).await.unwrap();
        reader.read_at(0, usize::try_from(reader.len_bytes()).unwrap()).await.unwrap().to_vec()
    }

    /// Puts other bytes where a blob lies.
    pub(crate) async fn put(&self, blob: BlobId, bytes: Vec<u8>) {
        self.blobs.delete(blob).await.unwrap();
        let mut writer = self.blobs.create(blob).await.unwrap();
        writer.write(bytes.into()).await.unwrap();
        writer.commit().await.unwrap();
    }

    /// What must hold whenever no job runs: nothing moves, every byte has its owners, every available snapshot can be
    /// read, no upload is open.
    pub(crate) async fn check_settled(&self, case: &str) {
        let mut owners = BTreeMap::<BlobId, u64>::new();
        for snapshot in self.all::<Snapshot>().await {
            let name = snapshot.name.as_str();
            if let SnapshotState::Failed(failure) = &snapshot.state {
                assert!(!failure.reason.is_empty() && snapshot.blobs().count() == 0, "{case}: {name}");
            } else {
                assert_eq!(snapshot.state, SnapshotState::Available, "{case}: {name}");
                let files = self.files_of(name).await;
                assert_eq!(files.len(), snapshot.shards.len(), "{case}: {name}");
                assert!(files.iter().all(|file| file.starts_with(b"REDIS")), "{case}: {name}");
            }
            for blob in snapshot.blobs() {
                *owners.entry(blob).or_default() += 1;
            }
        }
        for cluster in self.all::<CacheCluster>().await {
            let still = matches!(cluster.status, ClusterStatus::Available | ClusterStatus::CreateFailed);
            assert!(still, "{case}: {} is {}", cluster.id, cluster.status.as_str());
        }
        let counted: BTreeMap<BlobId, u64> = self
            .all::<BlobRecord>()
            .await
            .into_iter()
            .map(|record| match record.state {
                BlobState::Sealed { references } => (record.id, references),
                BlobState::Writing { .. } | BlobState::Dead => panic!("{case}: {record:?}"),
            })
            .collect();
        assert_eq!(counted, owners, "{case}: owners of blobs");
        let stored: BTreeSet<BlobId> = self.blobs.list().await.unwrap().into_iter().collect();
        assert_eq!(stored, owners.into_keys().collect(), "{case}: stored blobs");
        assert_eq!(self.buckets.open_uploads(), 0, "{case}: open uploads");
        assert_eq!(self.all::<ExportPart>().await, [], "{case}: parts of exports");
        let running: BTreeSet<String> = self.nodes.running().into_iter().collect();
        let clusters = self.all::<CacheCluster>().await.into_iter();
        let spawned = clusters.filter(|it| it.ownership == Ownership::Spawned);
        let wanted = spawned.filter(|it| it.status == ClusterStatus::Available).map(|it| it.id.to_string());
        assert_eq!(running, wanted.collect(), "{case}: running nodes");
    }
}

pub(crate) fn place() -> Place {
    Place::new("us-east-1", "123456789012")
}
