//! DescribeReplicationGroups and DescribeCacheClusters (G3, G5).

use super::groups::GroupView;
use super::{Nodes, cluster, group, members};
use crate::authorize::{Call, Conditions, tags_of};
use crate::{Control, Page, PageRequest, Refusal, marker_of, position_of};
use valkeep_domain::arn::{Arn, ResourceKind};
use valkeep_domain::cluster::{CacheCluster, ReplicationGroup};
use valkeep_domain::names::{ClusterId, ReplicationGroupId};
use valkeep_ports::catalog::{Record, Scan, Tx};

impl Control {
    /// The group of that id, or a page of all.
    ///
    /// # Errors
    /// `Denied`, `GroupNotFound`, `InvalidValue` for an unknown marker.
    pub async fn describe_replication_groups(
        &self,
        call: Call,
        id: Option<ReplicationGroupId>,
        page: PageRequest,
    ) -> Result<Page<GroupView>, Refusal> {
        let place = self.settings.place.clone();
        self.ports
            .store
            .read(move |tx| {
                let action = "DescribeReplicationGroups";
                let Some(id) = &id else {
                    let every = place.every(ResourceKind::ReplicationGroup);
                    call.authorize(action, &every, &Conditions::default())?;
                    let groups = page_of::<ReplicationGroup>(tx, &page, |_| true)?;
                    let items = groups.items.into_iter().map(|group| view(tx, group)).collect::<Result<_, _>>()?;
                    return Ok(Page { items, marker: groups.marker });
                };
                authorize_one(tx, &call, action, &place.replication_group(id))?;
                let group = group(tx, id)?;
                Ok(Page { items: vec![view(tx, group)?], marker: None })
            })
            .await
    }

    /// The cluster of that id, or a page of all; members of groups are left out when `only_single`.
    ///
    /// # Errors
    /// `Denied`, `ClusterNotFound`, `InvalidValue` for an unknown marker.
    pub async fn describe_cache_clusters(
        &self,
        call: Call,
        id: Option<ClusterId>,
        only_single: bool,
        page: PageRequest,
    ) -> Result<Page<CacheCluster>, Refusal> {
        let place = self.settings.place.clone();
        self.ports
            .store
            .read(move |tx| {
                let action = "DescribeCacheClusters";
                let Some(id) = &id else {
                    let every = place.every(ResourceKind::Cluster);
                    call.authorize(action, &every, &Conditions::default())?;
                    return page_of::<CacheCluster>(tx, &page, |it| !only_single || it.group.is_none());
                };
                authorize_one(tx, &call, action, &place.cluster(id))?;
                let found = cluster(tx, id)?;
                let items = if only_single && found.group.is_some() { Vec::new() } else { vec![found] };
                Ok(Page { items, marker: None })
            })
            .await
    }
}

fn authorize_one(tx: &mut Tx<'_>, call: &Call, action: &str, arn: &Arn) -> Result<(), Refusal> {
    let conditions = Conditions::default().resource_tags(&tags_of(tx, arn)?);
    call.authorize(action, &arn.to_string(), &conditions)
}

fn view(tx: &mut Tx<'_>, group: ReplicationGroup) -> Result<GroupView, Refusal> {
    let members = members(tx, &Nodes::Group(group.id.clone())).map_err(|error| Refusal::Internal(Box::new(error)))?;
    Ok(GroupView { group, members })
}

/// A page of records in the order of their keys. Their number is bounded by the quota of nodes.
fn page_of<R: Record>(tx: &mut Tx<'_>, page: &PageRequest, wanted: impl Fn(&R) -> bool) -> Result<Page<R>, Refusal> {
    let mut position = page.marker.as_deref().map(position_of).transpose()?;
    let mut items = Vec::new();
    loop {
        let scan = Scan::keys("", page.max_records + 1);
        let scan = match &position {
            Some(key) => scan.after(key),
            None => scan,
        };
        let batch = tx.scan_at::<R>(&scan)?;
        let last = batch.len() <= page.max_records;
        for (key, record) in batch {
            if items.len() == page.max_records {
                return Ok(Page { items, marker: position.as_deref().map(marker_of) });
            }
            position = Some(key);
            if wanted(&record) {
                items.push(record);
            }
        }
        if last {
            return Ok(Page { items, marker: None });
        }
    }
}
