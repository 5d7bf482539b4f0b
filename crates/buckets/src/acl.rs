//! Access control lists of buckets: who was granted what.

use serde::{Deserialize, Serialize};

/// The permissions of S3's bucket ACLs (S3 User Guide, "Access control list (ACL) overview").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Permission {
    FullControl,
    Read,
    ReadAcp,
    Write,
    WriteAcp,
}

impl Permission {
    const ALL: [Self; 5] = [Self::FullControl, Self::Read, Self::ReadAcp, Self::Write, Self::WriteAcp];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::FullControl => "FULL_CONTROL",
            Self::Read => "READ",
            Self::ReadAcp => "READ_ACP",
            Self::Write => "WRITE",
            Self::WriteAcp => "WRITE_ACP",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

/// One line of an access control list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// Canonical user id.
    pub(crate) grantee: String,
    pub(crate) permission: Permission,
}

/// Whether the list gives that user the permission; full control contains every other.
pub(crate) fn grants(list: &[Grant], canonical_id: &str, wanted: Permission) -> bool {
    list.iter().any(|grant| {
        grant.grantee == canonical_id && (grant.permission == wanted || grant.permission == Permission::FullControl)
    })
}
