//! DescribeSnapshots (L35-L40, W21).

use crate::authorize::{Call, Conditions, tags_of};
use crate::jobs::{Moved, MovingJob};
use crate::{Control, Page, PageRequest, Refusal, marker_of, position_of};
use valkeep_domain::arn::ResourceKind;
use valkeep_domain::cluster::CacheCluster;
use valkeep_domain::names::{ClusterId, ReplicationGroupId, SnapshotName};
use valkeep_domain::snapshot::{Making, Snapshot, SnapshotSource, SnapshotState};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};
use valkeep_ports::records::Snapshots;

/// Which snapshots are asked for. Absent filters match all.
#[derive(Clone, Debug)]
pub struct DescribeSnapshots {
    pub name: Option<SnapshotName>,
    pub cluster: Option<ClusterId>,
    pub group: Option<ReplicationGroupId>,
    pub source: Option<SnapshotSource>,
    pub page: PageRequest,
}

/// What there is to say of the work on a snapshot, beside its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotWork {
    Running(Moved),
    /// The last export, or the making of the snapshot itself; the reason is for the caller to read.
    Failed {
        job: MovingJob,
        reason: String,
    },
}

impl DescribeSnapshots {
    fn matches(&self, snapshot: &Snapshot) -> bool {
        self.cluster.as_ref().is_none_or(|id| snapshot.cluster() == Some(id))
            && self.group.as_ref().is_none_or(|id| snapshot.group() == Some(id))
            && self.source.is_none_or(|source| snapshot.source == source)
    }

    fn only_by_name(&self) -> bool {
        self.cluster.is_none() && self.group.is_none() && self.source.is_none()
    }

    /// The index that serves the narrowest filter, and the prefix to scan in it.
    fn scan(&self) -> (&'static str, String) {
        match (&self.cluster, &self.group, self.source) {
            (Some(id), _, _) => (Snapshots::BY_CLUSTER, Snapshots::of_cluster(id)),
            (None, Some(id), _) => (Snapshots::BY_GROUP, Snapshots::of_group(id)),
            (None, None, Some(source)) => (Snapshots::BY_SOURCE, Snapshots::of_source(source)),
            (None, None, None) => (Snapshots::ALL, String::new()),
        }
    }
}

impl Control {
    /// A page of snapshots in the order of their creation.
    ///
    /// # Errors
    /// `Denied`; `SnapshotNotFound` when the name is the only filter and unknown (L36); `ClusterNotFound` (L37);
    /// `InvalidValue` for an unknown marker.
    pub async fn describe_snapshots(&self, call: Call, request: DescribeSnapshots) -> Result<Page<Snapshot>, Refusal> {
        let place = self.settings.place.clone();
        self.ports
            .store
            .read(move |tx| {
                let Some(name) = &request.name else {
                    let every = place.every(ResourceKind::Snapshot);
                    call.authorize("DescribeSnapshots", &every, &Conditions::default())?;
                    return list(tx, &request);
                };
                let arn = place.snapshot(name);
                let conditions = Conditions::default().resource_tags(&tags_of(tx, &arn)?);
                call.authorize("DescribeSnapshots", &arn.to_string(), &conditions)?;
                match tx.get::<Snapshot>(name.as_str())? {
                    Some(snapshot) if request.matches(&snapshot) => Ok(Page { items: vec![snapshot], marker: None }),
                    None if request.only_by_name() => Err(Refusal::SnapshotNotFound(name.clone())),
                    Some(_) | None => Ok(Page { items: Vec::new(), marker: None }),
                }
            })
            .await
    }

    /// What there is to say of the work on a snapshot that its caller may describe. A job that waits, for a slot or for its
    /// next try, says nothing.
    pub fn work_on(&self, snapshot: &Snapshot) -> Option<SnapshotWork> {
        match &snapshot.state {
            SnapshotState::Creating | SnapshotState::Exporting => {
                self.progress.of(&snapshot.name).map(SnapshotWork::Running)
            }
            SnapshotState::Available
            | SnapshotState::Copying { .. }
            | SnapshotState::Restoring
            | SnapshotState::Deleting
            | SnapshotState::Damaged { .. } => {
                let reason = snapshot.failed_export.clone();
                reason.map(|reason| SnapshotWork::Failed { job: MovingJob::Export, reason })
            }
            SnapshotState::Failed(failure) => {
                let job = match failure.making {
                    Making::Creation => MovingJob::Create,
                    Making::Copy => MovingJob::Copy,
                };
                Some(SnapshotWork::Failed { job, reason: failure.told.clone() })
            }
        }
    }
}

fn list(tx: &mut Tx<'_>, request: &DescribeSnapshots) -> Result<Page<Snapshot>, Refusal> {
    let (index, prefix) = request.scan();
    let wanted = request.page.max_records;
    let mut position = request.page.marker.as_deref().map(position_of).transpose()?;
    if position.as_ref().is_some_and(|position| !position.starts_with(&prefix)) {
        return Err(Refusal::InvalidValue("The marker belongs to another request.".to_owned()));
    }
    let mut items = Vec::new();
    loop {
        // One more than wanted tells whether there is a next page.
        let batch = scan(tx, index, &prefix, position.as_deref(), wanted + 1)?;
        let last = batch.len() <= wanted;
        for (at, snapshot) in batch {
            if items.len() == wanted {
                return Ok(Page { items, marker: position.as_deref().map(marker_of) });
            }
            position = Some(at);
            if request.matches(&snapshot) {
                items.push(snapshot);
            }
        }
        if last {
            break;
        }
    }
    if let Some(id) = request.cluster.as_ref().filter(|_| items.is_empty() && request.page.marker.is_none()) {
        check_cluster_known(tx, id)?;
    }
    Ok(Page { items, marker: None })
}

fn scan(
    tx: &mut Tx<'_>,
    index: &'static str,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, Snapshot)>, CatalogError> {
    let scan = Scan::index(index, prefix, limit);
    tx.scan_at(&match after {
        Some(position) => scan.after(position),
        None => scan,
    })
}

/// L37: an id without cluster and without snapshots is an error.
fn check_cluster_known(tx: &mut Tx<'_>, id: &ClusterId) -> Result<(), Refusal> {
    let any_snapshot = !scan(tx, Snapshots::BY_CLUSTER, &Snapshots::of_cluster(id), None, 1)?.is_empty();
    if any_snapshot || tx.get::<CacheCluster>(id.as_str())?.is_some() {
        return Ok(());
    }
    Err(Refusal::ClusterNotFound(id.clone()))
}
