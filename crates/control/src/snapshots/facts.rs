//! What was learned of a shard while its bytes passed lies in the blob's footer and is compared at every full read.

use serde::Serialize;
use serde_json::{Map, Value};
use valkeep_domain::time::Timestamp;
use valkeep_rdb::Facts;

/// Fields that a later walk must find again, in every version that wrote them. The others are for people.
const COMPARED: [&str; 6] = ["format", "crc64", "keys", "expires", "databases", "functions"];

/// What a footer records.
#[derive(Debug, Serialize)]
pub(crate) struct Recorded<'a> {
    #[serde(flatten)]
    pub(crate) facts: &'a Facts,
    /// When the data was taken; absent in blobs of the first versions.
    pub(crate) taken_at: Timestamp,
}

/// A fact that is not what was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fact} is {found}, and was recorded as {recorded}")]
pub struct Disagreement {
    pub fact: &'static str,
    pub found: String,
    pub recorded: String,
}

impl Disagreement {
    /// `Err` unless both are the same.
    pub(crate) fn check(fact: &'static str, found: impl ToString, recorded: impl ToString) -> Result<(), Self> {
        let (found, recorded) = (found.to_string(), recorded.to_string());
        if found == recorded { Ok(()) } else { Err(Self { fact, found, recorded }) }
    }
}

/// Whether a walk found what was recorded. A field that the record does not have is not compared: earlier versions knew
/// fewer.
pub(crate) fn agree(found: &Facts, recorded: &Map<String, Value>) -> Result<(), Disagreement> {
    let Ok(Value::Object(found)) = serde_json::to_value(found) else { return Ok(()) };
    for fact in COMPARED {
        if let (Some(found), Some(recorded)) = (found.get(fact), recorded.get(fact)) {
            Disagreement::check(fact, found, recorded)?;
        }
    }
    Ok(())
}
