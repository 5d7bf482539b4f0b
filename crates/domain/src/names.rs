//! Names that callers give: parsed once, trusted after (spec section 2).

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a text is not a name of the asked kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// The letter rules of N1 (the public text is W29).
    #[error("not a valid identifier")]
    Letters,
    /// More characters than the kind allows.
    #[error("longer than {max} characters")]
    TooLong { max: usize },
    /// N15: an export name of no characters, or with control characters, or too long for an object key.
    #[error("not a valid export name")]
    ExportName,
}

/// Begins with an ASCII letter; letters, digits, hyphens; no two hyphens in a row, none at the end (N1, W29).
fn check_letters(text: &str) -> Result<(), InvalidName> {
    let ok = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !text.ends_with('-')
        && !text.contains("--");
    if ok { Ok(()) } else { Err(InvalidName::Letters) }
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, max $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Longest name, in characters.
            pub const MAX_CHARS: usize = $max;

            /// Checks the letter rules and the length; stores in lower case.
            ///
            /// # Errors
            /// Which rule the text breaks.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                check_letters(text)?;
                if text.len() > Self::MAX_CHARS {
                    return Err(InvalidName::TooLong { max: Self::MAX_CHARS });
                }
                Ok(Self(text.to_ascii_lowercase()))
            }
        }

        text_type!($name);
    };
}

macro_rules! text_type {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// Id of a cache cluster, stored in lower case (N4).
    ClusterId, max 50
}

identifier! {
    /// Id of a replication group, stored in lower case (N4).
    ReplicationGroupId, max 40
}

impl ReplicationGroupId {
    /// Id of the n-th member (from 1) of a group without cluster mode: `{rg}-001` (N7).
    pub fn member(&self, number: u16) -> ClusterId {
        ClusterId(format!("{}-{number:03}", self.0))
    }

    /// Id of the n-th member (from 1) of a shard of a group with cluster mode: `{rg}-0001-001` (N7).
    pub fn shard_member(&self, shard: &NodeGroupId, number: u16) -> ClusterId {
        ClusterId(format!("{}-{shard}-{number:03}", self.0))
    }
}

/// Name of a snapshot, manual or automatic, stored in lower case (N1-N3, N9).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotName(String);

text_type!(SnapshotName);

impl SnapshotName {
    /// Longest name a caller may give to a manual snapshot, in characters (N1).
    pub const MAX_CHARS: usize = 40;

    /// Longest name that can be looked up: `automatic.{id}-YYYY-MM-DD-HH-MM` of the longest id.
    const MAX_REFERENCE_CHARS: usize = 80;

    /// A name for a new manual snapshot. The dot of automatic names is refused here (N12).
    ///
    /// # Errors
    /// Which rule the text breaks.
    pub fn parse_new(text: &str) -> Result<Self, InvalidName> {
        check_letters(text)?;
        if text.len() > Self::MAX_CHARS {
            return Err(InvalidName::TooLong { max: Self::MAX_CHARS });
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The name of a snapshot that should exist, automatic ones included (N3, N12).
    ///
    /// # Errors
    /// Which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        check_letters(text.strip_prefix("automatic.").unwrap_or(text))?;
        if text.len() > Self::MAX_REFERENCE_CHARS {
            return Err(InvalidName::TooLong { max: Self::MAX_REFERENCE_CHARS });
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// Id of a shard: one to four digits (N5).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeGroupId(String);

text_type!(NodeGroupId);

impl NodeGroupId {
    /// The generated id of the n-th shard, from 1: `0001`.
    pub fn numbered(number: u16) -> Self {
        Self(format!("{number:04}"))
    }
}

/// Name of an S3 bucket by the DNS rules (N21): 3 to 63 lower-case letters, digits, dots, hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BucketName(String);

text_type!(BucketName);

impl BucketName {
    /// `None` when no bucket can have that name.
    pub fn parse(text: &str) -> Option<Self> {
        let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let ok = (3..=63).contains(&text.len())
            && text.starts_with(edge)
            && text.ends_with(edge)
            && text.chars().all(|c| edge(c) || c == '-' || c == '.')
            && !text.contains("..")
            && text.parse::<std::net::Ipv4Addr>().is_err();
        ok.then(|| Self(text.to_owned()))
    }
}

/// The target name of an export: 1 to 1,000 characters, case kept, `/` allowed (N15-N17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExportName(String);

text_type!(ExportName);

impl ExportName {
    pub const MAX_CHARS: usize = 1000;

    /// Longest object key S3 takes, in bytes (S3 User Guide, "Naming Amazon S3 objects").
    const MAX_KEY_BYTES: usize = 1024;

    /// # Errors
    /// `ExportName` when empty, too long, or with control characters.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let name = Self(text.to_owned());
        let ok = (1..=Self::MAX_CHARS).contains(&text.chars().count())
            && name.key(0).len() <= Self::MAX_KEY_BYTES
            && !text.chars().any(char::is_control);
        if ok { Ok(name) } else { Err(InvalidName::ExportName) }
    }

    /// Object key of the shard at `position` (from 0) in id order: `{target}-0001.rdb` (N18, N19).
    pub fn key(&self, position: u16) -> String {
        format!("{}-{:04}.rdb", self.0, position + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_follow_the_letter_rules_n1() {
        for good in ["a", "my-snapshot", "My-Copy", "a1-b2"] {
            assert!(SnapshotName::parse_new(good).is_ok(), "{good}");
        }
        for bad in ["", "1a", "-a", "a-", "a--b", "a_b", "a.b", "ä", "a b"] {
            assert_eq!(SnapshotName::parse_new(bad), Err(InvalidName::Letters), "{bad}");
        }
        assert!(SnapshotName::parse_new(&"a".repeat(40)).is_ok());
        assert_eq!(SnapshotName::parse_new(&"a".repeat(41)), Err(InvalidName::TooLong { max: 40 }));
    }

    #[test]
    fn names_are_kept_in_lower_case_n2() {
        assert_eq!(SnapshotName::parse_new("My-Copy").unwrap().as_str(), "my-copy");
        assert_eq!(ClusterId::parse("My-Redis4").unwrap().as_str(), "my-redis4");
    }

    #[test]
    fn automatic_names_can_be_read_but_not_given_n12() {
        let name = "automatic.my-cluster2-002-2019-12-05-06-38";
        assert_eq!(SnapshotName::parse(name).unwrap().as_str(), name);
        assert_eq!(SnapshotName::parse_new(name), Err(InvalidName::Letters));
    }

    #[test]
    fn members_of_a_group_are_numbered_n7() {
        assert_eq!(ReplicationGroupId::parse("my-rg").unwrap().member(2).as_str(), "my-rg-002");
    }

    #[test]
    fn export_names_keep_case_and_slashes_n15_to_n18() {
        let name = ExportName::parse("short-term/My Export").unwrap();
        assert_eq!(name.key(0), "short-term/My Export-0001.rdb");
        assert_eq!(name.key(1), "short-term/My Export-0002.rdb");
        assert!(ExportName::parse(&"x".repeat(1000)).is_ok());
        for bad in [String::new(), "x".repeat(1001), "ü".repeat(600), "a\nb".to_owned()] {
            assert_eq!(ExportName::parse(&bad), Err(InvalidName::ExportName));
        }
    }

    #[test]
    fn bucket_names_follow_dns_rules_n21() {
        for good in ["abc", "my.bucket-1", "a1b"] {
            assert!(BucketName::parse(good).is_some(), "{good}");
        }
        for bad in ["ab", "Abc", "a..b", "-abc", "abc-", "192.168.0.1", "a_b", &"a".repeat(64)] {
            assert!(BucketName::parse(bad).is_none(), "{bad}");
        }
    }
}
