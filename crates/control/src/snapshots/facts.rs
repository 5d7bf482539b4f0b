//! What was learned of a shard while its bytes passed: written into the blob's footer, compared at every full read.

use serde::Serialize;
use serde_json::{Map, Value};
use valkeep_rdb::{Checksum, Summary};

/// Fields that a later walk must find again. The version of the engine is for people.
const COMPARED: [&str; 6] = ["format", "crc64", "keys", "expires", "databases", "functions"];

/// Facts of a shard, known at its end. The names are stored in blobs.
#[derive(Debug, Serialize)]
pub(crate) struct Facts {
    format: String,
    /// Hexadecimal; absent when the server keeps no checksums.
    crc64: Option<String>,
    keys: u64,
    expires: u64,
    databases: u32,
    functions: u64,
    engine_version: Option<String>,
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

impl Facts {
    pub(crate) fn of(summary: &Summary) -> Self {
        Self {
            format: summary.format.to_string(),
            crc64: crc64_of(summary),
            keys: summary.keys,
            expires: summary.expires,
            databases: summary.databases,
            functions: summary.functions,
            engine_version: summary.engine_version.clone(),
        }
    }

    /// Whether a walk found what was recorded. A field that the record does not have is not compared: earlier versions
    /// knew fewer.
    pub(crate) fn agree_with(summary: &Summary, recorded: &Map<String, Value>) -> Result<(), Disagreement> {
        let Ok(Value::Object(found)) = serde_json::to_value(Self::of(summary)) else { return Ok(()) };
        for fact in COMPARED {
            if let (Some(found), Some(recorded)) = (found.get(fact), recorded.get(fact)) {
                Disagreement::check(fact, found, recorded)?;
            }
        }
        Ok(())
    }
}

/// The checksum that a file carries, hexadecimal.
pub(crate) fn crc64_of(summary: &Summary) -> Option<String> {
    match summary.checksum {
        Checksum::Matched(sum) => Some(format!("{sum:016x}")),
        Checksum::Disabled => None,
    }
}
