//! Node types: which exist, which may be created, for which engine (V1-V7).

mod table;

use crate::engine::{Engine, EngineVersion};
use serde::{Deserialize, Serialize};

/// Whether new clusters of a family may be made (V4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    Current,
    Previous,
}

#[derive(Clone, Copy, Debug)]
struct EngineSupport {
    supported: bool,
    min_version: Option<&'static str>,
}

#[derive(Debug)]
struct Size {
    name: &'static str,
    maxmemory_bytes: Option<u64>,
    snapshot_supported: bool,
}

#[derive(Debug)]
struct Family {
    name: &'static str,
    generation: Generation,
    create_allowed: bool,
    data_tiering: bool,
    redis: EngineSupport,
    valkey: EngineSupport,
    memcached: EngineSupport,
    sizes: &'static [Size],
}

/// A node type of the table, stored in lower case: `cache.r6g.large`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeType(String);

/// Why a node type cannot be used for a new cluster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeTypeRefusal {
    #[error("Invalid Cache Node Type: {0}.")]
    Unknown(String),
    #[error(
        "The node type {0} is of a previous generation: existing clusters stay supported, new ones cannot be created."
    )]
    PreviousGeneration(String),
    #[error("The node type {node_type} does not support engine {engine} {version}.")]
    Engine { node_type: String, engine: Engine, version: EngineVersion },
    /// V7.
    #[error("When using the {0} node type, you must enable data tiering.")]
    DataTieringRequired(String),
}

impl NodeType {
    /// Finds a type of the table, whatever the case of the letters.
    ///
    /// # Errors
    /// `Unknown` when the table has no such type.
    pub fn parse(text: &str) -> Result<Self, NodeTypeRefusal> {
        let name = text.to_ascii_lowercase();
        match find(&name) {
            Some(_) => Ok(Self(name)),
            None => Err(NodeTypeRefusal::Unknown(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a new cluster of `engine` at `version` may have this type (V3, V4, V7).
    ///
    /// # Errors
    /// The refusal to show to the caller.
    pub fn check_creatable(&self, engine: Engine, version: &EngineVersion) -> Result<(), NodeTypeRefusal> {
        let Some((family, _)) = find(&self.0) else {
            return Err(NodeTypeRefusal::Unknown(self.0.clone()));
        };
        if !family.create_allowed || family.generation == Generation::Previous {
            return Err(NodeTypeRefusal::PreviousGeneration(self.0.clone()));
        }
        if family.data_tiering {
            return Err(NodeTypeRefusal::DataTieringRequired(self.0.clone()));
        }
        let support = match engine {
            Engine::Redis => family.redis,
            Engine::Valkey => family.valkey,
            Engine::Memcached => family.memcached,
        };
        let old_enough = support
            .min_version
            .and_then(|text| EngineVersion::parse(text).ok())
            .is_none_or(|minimum| *version >= minimum);
        if support.supported && old_enough {
            return Ok(());
        }
        Err(NodeTypeRefusal::Engine { node_type: self.0.clone(), engine, version: version.clone() })
    }

    /// Whether a cluster without cluster mode can be snapshotted on this type (L15).
    pub fn snapshot_supported(&self) -> bool {
        find(&self.0).is_some_and(|(_, size)| size.snapshot_supported)
    }

    /// `maxmemory` of a node of this type, in bytes, where published.
    pub fn maxmemory_bytes(&self) -> Option<u64> {
        find(&self.0).and_then(|(_, size)| size.maxmemory_bytes)
    }

    /// Whether data of this type lies partly on disk and so cannot be exported (E4).
    pub fn data_tiering(&self) -> bool {
        find(&self.0).is_some_and(|(family, _)| family.data_tiering)
    }
}

impl std::fmt::Display for NodeType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn find(name: &str) -> Option<(&'static Family, &'static Size)> {
    let (family, size) = name.strip_prefix("cache.")?.split_once('.')?;
    let family = table::FAMILIES.iter().find(|row| row.name == family)?;
    let size = family.sizes.iter().find(|row| row.name == size)?;
    Some((family, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> EngineVersion {
        EngineVersion::parse(text).unwrap()
    }

    #[test]
    fn the_table_holds_112_types() {
        let types: usize = table::FAMILIES.iter().map(|family| family.sizes.len()).sum();
        assert_eq!(types, 112);
    }

    #[test]
    fn a_type_is_found_in_any_case_and_kept_in_lower_case() {
        assert_eq!(NodeType::parse("Cache.T3.Micro").unwrap().as_str(), "cache.t3.micro");
        assert_eq!(NodeType::parse("cache.t3.nano"), Err(NodeTypeRefusal::Unknown("cache.t3.nano".to_owned())));
    }

    #[test]
    fn previous_generation_and_unfit_engines_are_refused_v3_v4_v7() {
        let check = |name: &str, engine, v: &str| NodeType::parse(name).unwrap().check_creatable(engine, &version(v));
        assert!(check("cache.t3.micro", Engine::Redis, "7.0").is_ok());
        assert!(matches!(check("cache.m3.large", Engine::Redis, "7.0"), Err(NodeTypeRefusal::PreviousGeneration(_))));
        assert!(matches!(check("cache.m7g.large", Engine::Redis, "6.0"), Err(NodeTypeRefusal::Engine { .. })));
        assert!(check("cache.m7g.large", Engine::Redis, "6.2").is_ok());
        assert!(matches!(
            check("cache.r6gd.xlarge", Engine::Redis, "7.0"),
            Err(NodeTypeRefusal::DataTieringRequired(_))
        ));
    }
}
