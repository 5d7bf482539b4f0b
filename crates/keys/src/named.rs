//! Named keys and aliases: their records, and the ways to name them.

use serde::{Deserialize, Serialize};
use valkeep_domain::arn::Place;
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::{CatalogError, Record, Table, Tx};

/// Begins every alias, and no key id.
pub(crate) const ALIAS_PREFIX: &str = "alias/";

/// The record of a named key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NamedKey {
    /// UUID.
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) created_at: Timestamp,
    pub(crate) enabled: bool,
    /// Key material sealed under the master key for this id, hexadecimal.
    pub(crate) wrapped: String,
}

impl Record for NamedKey {
    const TABLE: Table = Table::Key;

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// The record of an alias.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Alias {
    /// `alias/…`.
    pub(crate) name: String,
    pub(crate) key_id: String,
}

impl Record for Alias {
    const TABLE: Table = Table::KeyAlias;

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// What the operator sees of a named key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDescription {
    pub id: String,
    pub arn: String,
    pub description: String,
    pub created_at: Timestamp,
    pub enabled: bool,
    /// `alias/…`, sorted.
    pub aliases: Vec<String>,
}

/// ARN of the key with that id.
pub(crate) fn key_arn(place: &Place, id: &str) -> String {
    let Place { partition, region, account } = place;
    format!("arn:{partition}:kms:{region}:{account}:key/{id}")
}

/// One of the four ways to name a key (K1), the ARN forms without their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyReference {
    Id(String),
    Alias(String),
}

impl KeyReference {
    /// `None` for an ARN that names no key of this place: another region or account, another service (K2).
    pub(crate) fn parse(text: &str, place: &Place) -> Option<Self> {
        let Some(arn) = text.strip_prefix("arn:") else { return Some(Self::named(text)) };
        let Place { partition, region, account } = place;
        let resource = arn.strip_prefix(&format!("{partition}:kms:{region}:{account}:"))?;
        match resource.strip_prefix("key/") {
            Some(id) => Some(Self::Id(id.to_owned())),
            None if resource.starts_with(ALIAS_PREFIX) => Some(Self::Alias(resource.to_owned())),
            None => None,
        }
    }

    fn named(text: &str) -> Self {
        if text.starts_with(ALIAS_PREFIX) { Self::Alias(text.to_owned()) } else { Self::Id(text.to_owned()) }
    }

    pub(crate) fn find(&self, tx: &mut Tx<'_>) -> Result<Option<NamedKey>, CatalogError> {
        match self {
            Self::Id(id) => tx.get(id),
            Self::Alias(name) => match tx.get::<Alias>(name)? {
                Some(alias) => tx.get(&alias.key_id),
                None => Ok(None),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_in_four_ways_k1() {
        let place = Place::new("us-gov-west-1", "123456789012");
        let (id, alias) = (
            |text: &str| Some(KeyReference::Id(text.to_owned())),
            |text: &str| Some(KeyReference::Alias(text.to_owned())),
        );
        for (text, expected) in [
            ("1234-ab", id("1234-ab")),
            ("", id("")),
            ("alias/a/b", alias("alias/a/b")),
            ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1234-ab", id("1234-ab")),
            ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/a/b", alias("alias/a/b")),
            ("arn:aws:kms:us-gov-west-1:123456789012:key/1234-ab", None),
            ("arn:aws-us-gov:kms:us-gov-east-1:123456789012:key/1234-ab", None),
            ("arn:aws-us-gov:kms:us-gov-west-1:210987654321:key/1234-ab", None),
            ("arn:aws-us-gov:s3:us-gov-west-1:123456789012:key/1234-ab", None),
            ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:1234-ab", None),
            ("arn:", None),
        ] {
            assert_eq!(KeyReference::parse(text, &place), expected, "{text}");
        }
    }
}
