//! AddTagsToResource, RemoveTagsFromResource, ListTagsForResource (T1-T17).

use crate::authorize::{Call, Conditions, tags_of};
use crate::{Control, Refusal};
use valkeep_domain::arn::{Arn, Place, ResourceKind};
use valkeep_domain::cluster::{CacheCluster, ClusterStatus, ReplicationGroup};
use valkeep_domain::snapshot::{Snapshot, SnapshotState};
use valkeep_domain::tags::{MissingTag, Tags};
use valkeep_ports::catalog::{CatalogError, Tx};
use valkeep_ports::records::Tagged;

impl Control {
    /// Puts tags over those of the resource, of a group also over those of its members (T6, T13).
    ///
    /// # Errors
    /// `Denied`, `ResourceNotFound` and its like, `TagQuota`.
    pub async fn add_tags(&self, call: Call, arn: Arn, added: Tags) -> Result<Tags, Refusal> {
        let place = self.settings.place.clone();
        self.ports
            .store
            .write(move |tx| {
                let conditions = Conditions::default().request_tags(Some(&added));
                let arns = self_and_members(tx, &call, "AddTagsToResource", &place, &arn, conditions)?;
                for member in &arns {
                    let tags = tags_of(tx, member)?.with(&added);
                    if tags.over_quota() {
                        return Err(Refusal::TagQuota(member.to_string()));
                    }
                    put(tx, member, tags)?;
                }
                Ok(tags_of(tx, &arn)?)
            })
            .await
    }

    /// Removes tags by key; none is removed when one is missing (T9).
    ///
    /// # Errors
    /// `Denied`, `ResourceNotFound` and its like, `TagNotFound`.
    pub async fn remove_tags(&self, call: Call, arn: Arn, mut keys: Vec<String>) -> Result<Tags, Refusal> {
        keys.sort();
        keys.dedup();
        let place = self.settings.place.clone();
        self.ports
            .store
            .write(move |tx| {
                let conditions =
                    keys.iter().fold(Conditions::default(), |conditions, key| conditions.with("aws:TagKeys", key));
                let arns = self_and_members(tx, &call, "RemoveTagsFromResource", &place, &arn, conditions)?;
                let remaining = tags_of(tx, &arn)?
                    .without(&keys)
                    .map_err(|MissingTag(key)| Refusal::TagNotFound { key, arn: arn.to_string() })?;
                for member in arns.iter().filter(|member| **member != arn) {
                    // A member may have lost a tag on its own; the group's word counts.
                    let tags = keys.iter().fold(tags_of(tx, member)?, |tags, key| {
                        tags.clone().without(std::slice::from_ref(key)).unwrap_or(tags)
                    });
                    put(tx, member, tags)?;
                }
                put(tx, &arn, remaining.clone())?;
                Ok(remaining)
            })
            .await
    }

    /// All tags of a resource.
    ///
    /// # Errors
    /// `Denied`, `ResourceNotFound` and its like.
    pub async fn list_tags(&self, call: Call, arn: Arn) -> Result<Tags, Refusal> {
        let place = self.settings.place.clone();
        self.ports
            .store
            .read(move |tx| {
                self_and_members(tx, &call, "ListTagsForResource", &place, &arn, Conditions::default())?;
                Ok(tags_of(tx, &arn)?)
            })
            .await
    }
}

/// Writes the tags of a resource; none at all leave no record.
pub(crate) fn put(tx: &mut Tx<'_>, arn: &Arn, tags: Tags) -> Result<(), CatalogError> {
    if tags.is_empty() {
        tx.remove::<Tagged>(&arn.to_string())?;
        return Ok(());
    }
    tx.put(&Tagged { arn: arn.to_string(), tags })
}

/// Authorises the call, checks that the resource is there, and names it with the members that share its tags (T13).
fn self_and_members(
    tx: &mut Tx<'_>,
    call: &Call,
    action: &str,
    place: &Place,
    arn: &Arn,
    conditions: Conditions,
) -> Result<Vec<Arn>, Refusal> {
    let conditions = conditions.resource_tags(&tags_of(tx, arn)?);
    call.authorize(action, &arn.to_string(), &conditions)?;
    let missing = || Refusal::ResourceNotFound { kind: arn.kind, name: arn.name.clone() };
    if arn.place != *place {
        return Err(missing());
    }
    match arn.kind {
        ResourceKind::Snapshot => {
            let snapshot = tx.get::<Snapshot>(&arn.name)?.filter(|it| it.state != SnapshotState::Deleting);
            snapshot.ok_or_else(missing)?;
            Ok(vec![arn.clone()])
        }
        ResourceKind::Cluster => {
            tx.get::<CacheCluster>(&arn.name)?.filter(|it| it.status != ClusterStatus::Deleting).ok_or_else(missing)?;
            Ok(vec![arn.clone()])
        }
        ResourceKind::ReplicationGroup => {
            let group = tx.get::<ReplicationGroup>(&arn.name)?.filter(|it| it.status != ClusterStatus::Deleting);
            let group = group.ok_or_else(missing)?;
            Ok(std::iter::once(arn.clone()).chain(group.members().iter().map(|id| place.cluster(id))).collect())
        }
        ResourceKind::ParameterGroup
        | ResourceKind::SubnetGroup
        | ResourceKind::SecurityGroup
        | ResourceKind::User
        | ResourceKind::UserGroup
        | ResourceKind::ReservedInstance
        | ResourceKind::ServerlessCache
        | ResourceKind::ServerlessCacheSnapshot
        | ResourceKind::GlobalReplicationGroup => Err(missing()),
    }
}
