//! Events (L66-L69): what happened, recorded in the transaction that makes it so, and DescribeEvents.

use crate::authorize::{Call, Conditions};
use crate::clusters::{Nodes, members};
use crate::jobs::StepError;
use crate::{Control, Page, PageRequest, Refusal, marker_of, position_of};
use std::ops::Bound;
use valkeep_domain::cluster::{CacheCluster, ReplicationGroup};
use valkeep_domain::event::{EventSource, KEPT_MS, SourceType};
use valkeep_domain::names::{BucketName, ClusterId, NodeGroupId, SnapshotName};
use valkeep_domain::snapshot::{OriginLevel, Snapshot};
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::{CatalogError, Scan, Tx};
use valkeep_ports::records::Event;

/// Outdated events that go with each new one: more than one, so that there is an end of them.
const FORGOTTEN: usize = 4;

/// Remembers that something happened to `source`, and forgets some of what is outdated.
///
/// # Errors
/// Those of the catalog.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    now: Timestamp,
    source: EventSource,
    message: impl Into<String>,
) -> Result<(), CatalogError> {
    let latest = tx.scan::<Event>(&Scan::keys(&Event::since(now), 1))?;
    let number = latest.first().map_or(0, |event| event.number.saturating_add(1));
    tx.insert(&Event { at: now, number, source, message: message.into() })?;
    let outdated = Scan { from: Bound::Included(Event::since(now.plus_ms(-KEPT_MS - 1))), ..Scan::keys("", FORGOTTEN) };
    for (key, _) in tx.scan_at::<Event>(&outdated)? {
        tx.remove::<Event>(&key)?;
    }
    Ok(())
}

/// The snapshot has its data (L66).
pub(crate) fn snapshot_succeeded(tx: &mut Tx<'_>, now: Timestamp, snapshot: &Snapshot) -> Result<(), CatalogError> {
    record(tx, now, EventSource::of_snapshot(snapshot), outcome("succeeded", snapshot))
}

/// The snapshot will never have its data (L66). Clients know that text as a whole, so the cause has an event of its own.
pub(crate) fn snapshot_failed(
    tx: &mut Tx<'_>,
    now: Timestamp,
    snapshot: &Snapshot,
    cause: &str,
) -> Result<(), CatalogError> {
    let source = EventSource::of_snapshot(snapshot);
    record(tx, now, source.clone(), outcome("failed", snapshot))?;
    record(tx, now, source, format!("Could not create snapshot '{}' because {cause}", snapshot.name))
}

/// The replica does not give the data of the snapshot (L13).
pub(crate) fn snapshot_moved(
    tx: &mut Tx<'_>,
    now: Timestamp,
    snapshot: &SnapshotName,
    [replica, primary]: [&ClusterId; 2],
    cause: &str,
) -> Result<(), CatalogError> {
    let message = format!("Snapshot '{snapshot}' is taken from cache cluster '{primary}' because {cause}");
    record(tx, now, EventSource::CacheCluster(replica.clone()), message)
}

/// The file of a shard holds keys that its node should not have: left behind, or come early, when slots were moved.
pub(crate) fn foreign_slots(
    tx: &mut Tx<'_>,
    now: Timestamp,
    snapshot: &SnapshotName,
    node: &ClusterId,
    shard: &NodeGroupId,
    slots: usize,
) -> Result<(), CatalogError> {
    let message =
        format!("Snapshot '{snapshot}' has keys of {slots} slots in shard {shard} that are not of that shard");
    record(tx, now, EventSource::CacheCluster(node.clone()), message)
}

/// The copy of the snapshot `source` will never have its data.
pub(crate) fn copy_failed(
    tx: &mut Tx<'_>,
    now: Timestamp,
    copy: &Snapshot,
    source: &SnapshotName,
    cause: &str,
) -> Result<(), CatalogError> {
    let message = format!("Could not copy snapshot '{source}' to '{}' because {cause}", copy.name);
    record(tx, now, EventSource::of_snapshot(copy), message)
}

/// The snapshot did not come into the bucket (E30).
pub(crate) fn export_failed(
    tx: &mut Tx<'_>,
    now: Timestamp,
    snapshot: &Snapshot,
    bucket: &BucketName,
    cause: &str,
) -> Result<(), CatalogError> {
    let message = format!("Could not export snapshot '{}' to bucket '{bucket}': {cause}", snapshot.name);
    record(tx, now, EventSource::of_snapshot(snapshot), message)
}

/// The stored bytes of the snapshot are not what was recorded.
pub(crate) fn snapshot_damaged(tx: &mut Tx<'_>, now: Timestamp, snapshot: &Snapshot) -> Result<(), CatalogError> {
    let message = format!("Snapshot '{}' failed because its stored bytes are damaged", snapshot.name);
    record(tx, now, EventSource::of_snapshot(snapshot), message)
}

/// The stored bytes of a damaged snapshot are what was recorded again.
pub(crate) fn snapshot_sound_again(tx: &mut Tx<'_>, now: Timestamp, snapshot: &Snapshot) -> Result<(), CatalogError> {
    let message = format!("Snapshot '{}' is available again: its stored bytes are sound", snapshot.name);
    record(tx, now, EventSource::of_snapshot(snapshot), message)
}

/// All nodes run (L67).
pub(crate) fn nodes_created(tx: &mut Tx<'_>, now: Timestamp, nodes: &Nodes) -> Result<(), StepError> {
    for member in members(tx, nodes)? {
        let source = EventSource::CacheCluster(member.id);
        record(tx, now, source.clone(), format!("Added cache node 0001 in availability zone {}", member.zone))?;
        record(tx, now, source, "Cache cluster created")?;
    }
    match nodes {
        Nodes::Group(id) => Ok(record(tx, now, nodes.into(), format!("Replication group {id} created"))?),
        Nodes::Cluster(_) => Ok(()),
    }
}

/// The nodes will never run.
pub(crate) fn nodes_not_created(
    tx: &mut Tx<'_>,
    now: Timestamp,
    nodes: &Nodes,
    cause: &str,
) -> Result<(), CatalogError> {
    record(tx, now, nodes.into(), format!("Could not create {nodes} because {cause}"))
}

/// Servers that ran already are known from now on.
pub(crate) fn nodes_attached(tx: &mut Tx<'_>, group: &ReplicationGroup) -> Result<(), CatalogError> {
    let source = EventSource::ReplicationGroup(group.id.clone());
    record(tx, group.created_at, source, format!("Replication group {} attached", group.id))
}

/// The nodes are gone, or forgotten where they were attached (L67).
pub(crate) fn nodes_deleted(
    tx: &mut Tx<'_>,
    now: Timestamp,
    nodes: &Nodes,
    members: &[CacheCluster],
) -> Result<(), CatalogError> {
    for member in members {
        record(tx, now, EventSource::CacheCluster(member.id.clone()), "Cache cluster deleted")?;
    }
    match nodes {
        Nodes::Group(id) => record(tx, now, nodes.into(), format!("Replication group {id} deleted")),
        Nodes::Cluster(_) => Ok(()),
    }
}

/// L60: without its final snapshot nothing is deleted.
pub(crate) fn nodes_kept(
    tx: &mut Tx<'_>,
    now: Timestamp,
    nodes: &Nodes,
    snapshot: &SnapshotName,
) -> Result<(), CatalogError> {
    let message = format!("Could not delete {nodes} because its final snapshot '{snapshot}' failed");
    record(tx, now, nodes.into(), message)
}

impl From<&Nodes> for EventSource {
    fn from(nodes: &Nodes) -> Self {
        match nodes {
            Nodes::Group(id) => Self::ReplicationGroup(id.clone()),
            Nodes::Cluster(id) => Self::CacheCluster(id.clone()),
        }
    }
}

fn outcome(word: &str, snapshot: &Snapshot) -> String {
    let (kind, id) = match &snapshot.origin.level {
        OriginLevel::Node { cluster, .. } => ("cache cluster", cluster.as_str()),
        OriginLevel::Group { id, .. } => ("replication group", id.as_str()),
    };
    format!("Snapshot {word} for snapshot with ID '{}' of {kind} with ID '{id}'", snapshot.name)
}

/// Whose events are asked for.
#[derive(Clone, Debug)]
pub enum EventsOf {
    Everything,
    Type(SourceType),
    Source(SourceType, String),
}

/// Which events are asked for.
#[derive(Clone, Debug)]
pub struct DescribeEvents {
    pub of: EventsOf,
    /// The first moment.
    pub from: Timestamp,
    /// The last moment.
    pub to: Timestamp,
    pub page: PageRequest,
}

impl DescribeEvents {
    /// The entries to look at.
    fn scan(&self, now: Timestamp) -> Scan {
        let (index, prefix) = match &self.of {
            EventsOf::Everything => (None, String::new()),
            EventsOf::Type(kind) => (Some(Event::BY_TYPE), Event::of_type(*kind)),
            EventsOf::Source(kind, id) => (Some(Event::BY_SOURCE), Event::of_source(*kind, id)),
        };
        let oldest = self.from.max(now.plus_ms(-KEPT_MS));
        let newest = self.to.max(oldest.plus_ms(-1));
        Scan {
            index,
            from: Bound::Included(format!("{prefix}{}", Event::since(newest))),
            to: Bound::Excluded(format!("{prefix}{}", Event::since(oldest.plus_ms(-1)))),
            // One more than wanted tells whether there is a next page.
            limit: self.page.max_records + 1,
        }
    }
}

impl Control {
    /// A page of events, the newest first.
    ///
    /// # Errors
    /// `Denied`; `InvalidValue` for an unknown marker.
    pub async fn describe_events(&self, call: Call, request: DescribeEvents) -> Result<Page<Event>, Refusal> {
        // The action has no resources of its own (P2).
        call.authorize("DescribeEvents", "*", &Conditions::default())?;
        let now = self.now();
        self.ports
            .store
            .read(move |tx| {
                let scan = match &request.page.marker {
                    None => request.scan(now),
                    Some(marker) => continued(request.scan(now), &position_of(marker)?)?,
                };
                let mut events = tx.scan_at::<Event>(&scan)?;
                let more = events.len() > request.page.max_records;
                events.truncate(request.page.max_records);
                let marker = events.last().filter(|_| more).map(|(position, _)| marker_of(position));
                Ok(Page { items: events.into_iter().map(|(_, event)| event).collect(), marker })
            })
            .await
    }
}

/// The scan after `position`, which must be one of its own.
fn continued(scan: Scan, position: &str) -> Result<Scan, Refusal> {
    let begun = matches!(&scan.from, Bound::Included(from) if from.as_str() <= position);
    let unended = matches!(&scan.to, Bound::Excluded(to) if position < to.as_str());
    if begun && unended {
        Ok(scan.after(position))
    } else {
        Err(Refusal::InvalidValue("The marker belongs to another request.".to_owned()))
    }
}
