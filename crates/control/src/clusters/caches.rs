//! CreateCacheCluster, for a single Redis node.

use super::create::{HOST, NewSettings};
use super::groups::insert_cluster;
use super::{Nodes, cluster};
use crate::authorize::Call;
use crate::{Control, Refusal, tags};
use valkeep_domain::cluster::{CacheCluster, ClusterStatus, NodeAddress, NodeRole, Ownership};
use valkeep_domain::names::ClusterId;
use valkeep_domain::tags::Tags;

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct CreateCacheCluster {
    pub id: ClusterId,
    /// `None` for the zone of the service.
    pub zone: Option<String>,
    pub settings: NewSettings,
    pub tags: Option<Tags>,
}

impl Control {
    /// Begins a single cluster; its node starts in the background.
    ///
    /// # Errors
    /// Every refusal of V3-V16, `ClusterExists`, `Denied`.
    pub async fn create_cache_cluster(&self, call: Call, request: CreateCacheCluster) -> Result<CacheCluster, Refusal> {
        let place = self.settings.place.clone();
        let arn = place.cluster(&request.id);
        self.authorize_creation(&call, "CreateCacheCluster", &arn, &request.settings, 0, request.tags.as_ref())?;
        let id = request.id.clone();
        self.ports
            .store
            .read(move |tx| match cluster(tx, &id) {
                Err(Refusal::ClusterNotFound(_)) => Ok(()),
                Err(error) => Err(error),
                Ok(_) => Err(Refusal::ClusterExists(id.clone())),
            })
            .await?;
        let settings = self.settle_settings(&request.settings)?;
        let (now, port) = (self.now(), request.settings.port);
        let zone = request.zone.clone().unwrap_or_else(|| self.settings.zone.clone());
        self.create_nodes(Nodes::Cluster(request.id.clone()), 1, port, move |tx, ports| {
            let cluster = CacheCluster {
                id: request.id.clone(),
                group: None,
                role: NodeRole::Primary,
                status: ClusterStatus::Creating,
                created_at: now,
                settings: settings.clone(),
                ownership: Ownership::Spawned,
                zone: zone.clone(),
                node: NodeAddress { host: HOST.to_owned(), port: ports[0], login: None, tls: None },
                saved: None,
            };
            insert_cluster(tx, &cluster)?;
            tags::put(tx, &place.cluster(&request.id), request.tags.clone().unwrap_or_default())?;
            Ok(cluster)
        })
        .await
    }
}
