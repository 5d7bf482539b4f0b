//! What a blob says of itself in the clear: enough to make its snapshot again when the catalog is lost.

use crate::Control;
use crate::authorize::tags_of;
use crate::jobs::StepError;
use serde::{Deserialize, Serialize};
use valkeep_domain::snapshot::Snapshot;
use valkeep_domain::tags::Tags;
use valkeep_ports::catalog::CatalogError;
use valkeep_seal::Header;

/// The one kind of subject that is a shard. Objects of the S3 endpoint have other words.
const KIND: &str = "snapshot-shard";

/// The fields are stored in blobs; one that is added needs a default.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subject {
    kind: String,
    /// 0 for blobs of the first versions, which had one shard each and no tags.
    #[serde(default)]
    version: u16,
    /// As it was when the blob was begun, with this shard alone.
    pub(crate) snapshot: Snapshot,
    /// Which shard this is, from 0.
    #[serde(default)]
    pub(crate) position: u16,
    /// How many shards the snapshot has.
    #[serde(default = "one")]
    pub(crate) shards: u16,
    /// Tags when the blob was begun; later ones are in the catalog only.
    #[serde(default)]
    pub(crate) tags: Tags,
}

const fn one() -> u16 {
    1
}

impl Subject {
    fn new(snapshot: &Snapshot, position: u16, tags: Tags) -> Self {
        let mut own = snapshot.clone();
        own.shards = snapshot.shards.get(usize::from(position)).cloned().into_iter().collect();
        own.shards.iter_mut().for_each(|shard| shard.stored = None);
        let shards = u16::try_from(snapshot.shards.len()).unwrap_or(u16::MAX);
        Self { kind: KIND.to_owned(), version: 1, snapshot: own, position, shards, tags }
    }

    /// What the blob holds; `None` when it is no shard of a snapshot, or one of a later version.
    pub(crate) fn of(header: &Header) -> Option<Self> {
        let subject: Self = serde_json::from_slice(&header.subject).ok()?;
        let known = subject.kind == KIND && subject.version <= 1 && subject.snapshot.shards.len() == 1;
        (known && subject.position < subject.shards).then_some(subject)
    }
}

/// The subject of the blob of the shard at `position` (from 0).
pub(super) async fn subject_of(control: &Control, snapshot: &Snapshot, position: u16) -> Result<Vec<u8>, StepError> {
    let arn = control.settings.place.snapshot(&snapshot.name);
    let tags = control.ports.store.read::<_, CatalogError>(move |tx| tags_of(tx, &arn)).await?;
    let encoded = |tags| {
        let subject = Subject::new(snapshot, position, tags);
        serde_json::to_vec(&subject).map_err(|error| StepError::Fail(error.to_string().into()))
    };
    let subject = encoded(tags)?;
    // Fifty of the longest tags are longer than a head may be; the bytes matter more.
    if subject.len() > Header::MAX_SUBJECT_BYTES { encoded(Tags::default()) } else { Ok(subject) }
}
