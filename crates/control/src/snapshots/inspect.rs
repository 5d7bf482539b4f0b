//! What is known of stored snapshots without reading their data: the facts in the footers of their blobs.

use crate::{Control, Refusal};
use valkeep_domain::ids::BlobId;
use valkeep_domain::names::SnapshotName;
use valkeep_ports::sealed::{SealedError, SealedReader};
use valkeep_rdb::Facts;

/// What a capture learned of a shard.
#[derive(Clone, Debug)]
pub struct ShardFacts {
    /// From 1, as the objects of an export are numbered.
    pub shard: u32,
    pub blob: BlobId,
    pub facts: Facts,
}

/// Why a snapshot is not inspected.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("snapshot {snapshot}, shard {shard:04}: its footer cannot be read")]
    Sealed {
        snapshot: SnapshotName,
        shard: u32,
        #[source]
        source: SealedError,
    },
    #[error("snapshot {snapshot}, shard {shard:04}: the facts of its footer cannot be read")]
    Facts {
        snapshot: SnapshotName,
        shard: u32,
        #[source]
        source: serde_json::Error,
    },
}

impl Control {
    /// The facts of each shard of a snapshot. Footers are authentic, but whether the data is sound says only a verification.
    ///
    /// # Errors
    /// `Refused` when there is no such snapshot or it has no bytes; `Sealed` and `Facts` when a footer cannot be read.
    pub async fn inspect(&self, name: &SnapshotName) -> Result<Vec<ShardFacts>, InspectError> {
        let mut inspected = Vec::new();
        for at in self.shards_of(name).await? {
            let (shard, blob) = (u32::from(at.position) + 1, at.stored.blob);
            let reader = SealedReader::open(self.ports.blobs.as_ref(), self.ports.keys.as_ref(), blob)
                .await
                .map_err(|source| InspectError::Sealed { snapshot: name.clone(), shard, source })?;
            let facts = serde_json::from_slice(&reader.footer().facts).map_err(|source| InspectError::Facts {
                snapshot: name.clone(),
                shard,
                source,
            })?;
            inspected.push(ShardFacts { shard, blob, facts });
        }
        Ok(inspected)
    }
}
