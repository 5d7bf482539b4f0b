//! Amazon Resource Names of ElastiCache resources (A1).

use crate::names::{ClusterId, ReplicationGroupId, SnapshotName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where this service stands in the namespace of ARNs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// `aws`, `aws-us-gov`, `aws-cn`.
    pub partition: String,
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

impl Place {
    /// A place in the partition that the region belongs to.
    pub fn new(region: &str, account: &str) -> Self {
        let partition = match region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        Self { partition: partition.to_owned(), region: region.to_owned(), account: account.to_owned() }
    }

    fn elasticache(&self, kind: ResourceKind, name: &str) -> Arn {
        Arn { place: self.clone(), kind, name: name.to_owned() }
    }

    pub fn snapshot(&self, name: &SnapshotName) -> Arn {
        self.elasticache(ResourceKind::Snapshot, name.as_str())
    }

    pub fn cluster(&self, id: &ClusterId) -> Arn {
        self.elasticache(ResourceKind::Cluster, id.as_str())
    }

    pub fn replication_group(&self, id: &ReplicationGroupId) -> Arn {
        self.elasticache(ResourceKind::ReplicationGroup, id.as_str())
    }

    /// The pattern a policy check uses when a call names no resource of that kind: `…:snapshot:*` (P2).
    pub fn every(&self, kind: ResourceKind) -> String {
        format!("arn:{}:elasticache:{}:{}:{}:*", self.partition, self.region, self.account, kind.as_str())
    }

    /// ARN of another kind of resource that a create call names, for policy checks only (P2).
    pub fn named(&self, kind: ResourceKind, name: &str) -> Arn {
        self.elasticache(kind, &name.to_ascii_lowercase())
    }
}

/// The resource types of A1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    Cluster,
    ReplicationGroup,
    Snapshot,
    ParameterGroup,
    SubnetGroup,
    SecurityGroup,
    User,
    UserGroup,
    ReservedInstance,
    ServerlessCache,
    ServerlessCacheSnapshot,
    GlobalReplicationGroup,
}

impl ResourceKind {
    const ALL: [Self; 12] = [
        Self::Cluster,
        Self::ReplicationGroup,
        Self::Snapshot,
        Self::ParameterGroup,
        Self::SubnetGroup,
        Self::SecurityGroup,
        Self::User,
        Self::UserGroup,
        Self::ReservedInstance,
        Self::ServerlessCache,
        Self::ServerlessCacheSnapshot,
        Self::GlobalReplicationGroup,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::ReplicationGroup => "replicationgroup",
            Self::Snapshot => "snapshot",
            Self::ParameterGroup => "parametergroup",
            Self::SubnetGroup => "subnetgroup",
            Self::SecurityGroup => "securitygroup",
            Self::User => "user",
            Self::UserGroup => "usergroup",
            Self::ReservedInstance => "reserved-instance",
            Self::ServerlessCache => "serverlesscache",
            Self::ServerlessCacheSnapshot => "serverlesscachesnapshot",
            Self::GlobalReplicationGroup => "globalreplicationgroup",
        }
    }
}

/// `arn:{partition}:elasticache:{region}:{account}:{type}:{name}`, the name in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arn {
    pub place: Place,
    pub kind: ResourceKind,
    pub name: String,
}

/// Why a text is not the ARN of an ElastiCache resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArn {
    /// T15.
    #[error("Input ARN string does not have 7 components.")]
    Components,
    #[error("Input ARN string is not an ElastiCache ARN.")]
    Service,
    #[error("Input ARN string names an unknown resource type.")]
    Kind,
    #[error("Input ARN string has no resource name.")]
    Name,
}

impl Arn {
    /// # Errors
    /// Which part is wrong (T15).
    pub fn parse(text: &str) -> Result<Self, InvalidArn> {
        let parts: Vec<&str> = text.split(':').collect();
        let &[arn, partition, service, region, account, kind, name] = parts.as_slice() else {
            return Err(InvalidArn::Components);
        };
        if arn != "arn" || service != "elasticache" {
            return Err(InvalidArn::Service);
        }
        let kind = ResourceKind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or(InvalidArn::Kind)?;
        if name.is_empty() {
            return Err(InvalidArn::Name);
        }
        let place = Place { partition: partition.to_owned(), region: region.to_owned(), account: account.to_owned() };
        Ok(Self { place, kind, name: name.to_ascii_lowercase() })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { partition, region, account } = &self.place;
        write!(f, "arn:{partition}:elasticache:{region}:{account}:{}:{}", self.kind.as_str(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_read_and_printed_a1() {
        let text = "arn:aws:elasticache:us-east-1:123456789012:snapshot:automatic.x-2019-12-05-06-38";
        assert_eq!(Arn::parse(text).unwrap().to_string(), text);
        let upper = "arn:aws:elasticache:us-east-1:123456789012:cluster:My-Redis";
        assert_eq!(Arn::parse(upper).unwrap().name, "my-redis");
    }

    #[test]
    fn broken_arns_are_refused_with_their_reason_t15() {
        for (text, reason) in [
            ("arn:aws:elasticache", InvalidArn::Components),
            ("arn:aws:elasticache:r:a:snapshot:x:y", InvalidArn::Components),
            ("arn:aws:s3:r:a:snapshot:x", InvalidArn::Service),
            ("arn:aws:elasticache:r:a:lamp:x", InvalidArn::Kind),
            ("arn:aws:elasticache:r:a:snapshot:", InvalidArn::Name),
        ] {
            assert_eq!(Arn::parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn the_region_decides_the_partition() {
        assert_eq!(Place::new("us-gov-west-1", "1").partition, "aws-us-gov");
        assert_eq!(Place::new("cn-north-1", "1").partition, "aws-cn");
        assert_eq!(Place::new("eu-central-1", "1").partition, "aws");
    }
}
