//! The use cases: what each operation of the API checks, changes and starts, and the jobs that do the long work.
//!
//! A call is checked in two moves. It first *looks*: authorisation, existence, state, all without writing. Then it *acts*: one
//! unit of work on the catalog that checks the state again, changes it, and writes the job that carries the work on.
//! The answer leaves after that unit is durable. See [`jobs`] for how the work ends, whatever happens to the process.
//!
//! Knows nothing of HTTP, XML, SQL, S3 or sockets: those are behind the ports.

mod authorize;
mod blobs;
pub mod clusters;
pub mod crash;
mod error;
pub mod events;
pub mod identities;
pub mod jobs;
pub mod repair;
mod scrub;
pub mod snapshots;
mod sweep;
pub mod tags;

pub use authorize::Call;
pub use error::{Refusal, error_chain};
pub use scrub::{ScrubSettings, Scrubbed};

use crate::jobs::Handover;
use std::sync::Arc;
use valkeep_domain::arn::Place;
use valkeep_domain::ids::BlobId;
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::Blobs;
use valkeep_ports::buckets::ExportBuckets;
use valkeep_ports::catalog::Store;
use valkeep_ports::engines::Engines;
use valkeep_ports::keys::{KeyService, SecretBox};
use valkeep_ports::{Clock, Ids};
use valkeep_seal::Compression;

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct Settings {
    pub place: Place,
    /// The availability zone that a node bears when none is asked for.
    pub zone: String,
    /// The VPC that the `default` subnet group shows.
    pub vpc_id: String,
    /// Whether a requested `major.minor` must be installed exactly; otherwise the same major version serves it.
    pub strict_versions: bool,
    /// L63: manual snapshots of one node within any 24 hours.
    pub manual_snapshots_per_node_per_day: u32,
    /// Nodes in the region (L65).
    pub nodes: u32,
    /// Whether the segments of new blobs are compressed.
    pub compression: Compression,
    pub scrub: ScrubSettings,
}

/// What the use cases work with.
#[derive(Clone, Debug)]
pub struct Ports {
    pub store: Store,
    pub blobs: Arc<dyn Blobs>,
    pub keys: Arc<dyn KeyService>,
    pub secrets: Arc<dyn SecretBox>,
    pub engines: Arc<dyn Engines>,
    pub buckets: Arc<dyn ExportBuckets>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// The service, apart from its edges.
#[derive(Debug)]
pub struct Control {
    settings: Settings,
    ports: Ports,
    handover: Handover,
    identities: identities::Cache,
    running: jobs::Running,
    progress: jobs::Progress,
    /// Held while nodes are brought back or removed, so that neither undoes the other.
    node_changes: tokio::sync::Mutex<()>,
}

impl Control {
    /// A service without workers: calls are answered, jobs wait. [`jobs::Workers::start`] runs them.
    pub fn new(settings: Settings, ports: Ports) -> Arc<Self> {
        Arc::new(Self {
            settings,
            ports,
            handover: Handover::new(),
            identities: identities::Cache::default(),
            running: jobs::Running::default(),
            progress: jobs::Progress::default(),
            node_changes: tokio::sync::Mutex::default(),
        })
    }

    pub fn place(&self) -> &Place {
        &self.settings.place
    }

    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// Random bits for the windows and ports that the service picks.
    fn draw(&self) -> u64 {
        let random = self.ports.ids.random();
        u64::from_le_bytes(random[..8].try_into().expect("eight bytes"))
    }

    fn new_blob_id(&self) -> BlobId {
        BlobId(self.ports.ids.random())
    }
}

/// A page of records and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque to the caller; `None` on the last page.
    pub marker: Option<String>,
}

/// Which page of a Describe operation is asked for (W21).
#[derive(Clone, Debug)]
pub struct PageRequest {
    pub max_records: usize,
    pub marker: Option<String>,
}

/// Markers are the hexadecimal text of the position they continue after.
fn marker_of(position: &str) -> String {
    hex::encode(position)
}

fn position_of(marker: &str) -> Result<String, Refusal> {
    hex::decode(marker)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Refusal::InvalidValue(format!("The marker {marker} is not valid.")))
}
