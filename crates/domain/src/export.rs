//! Exports: the refusals of the page, word for word.

use crate::names::BucketName;

/// Why a bucket cannot take an export (E5-E13). `Display` is the text of the page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportRefusal {
    #[error("The S3 bucket {0} does not exist.")]
    NoSuchBucket(String),
    #[error("The S3 bucket {0} is outside of the region.")]
    OutsideRegion(BucketName),
    /// E7: not on the page, but in the guide.
    #[error("Elasticache was unable to validate the authenticated user has access on the S3 bucket")]
    CannotValidateUser,
    #[error("The S3 bucket {0} is not owned by the authenticated user.")]
    NotOwned(BucketName),
    #[error("The authenticated user does not have sufficient permissions to perform the desired activity.")]
    UserLacksPermissions,
    #[error("ElastiCache has not been granted READ permissions {0} on the S3 Bucket.")]
    ReadNotGranted(BucketName),
    #[error("ElastiCache has not been granted WRITE permissions {0} on the S3 Bucket.")]
    WriteNotGranted(BucketName),
    #[error("ElastiCache has not been granted READ_ACP permissions {0} on the S3 Bucket.")]
    ReadAcpNotGranted(BucketName),
    #[error("The S3 bucket {bucket} already contains an object with key {key}.")]
    ObjectExists { bucket: BucketName, key: String },
}

/// ElastiCache's canonical user, the grantee of bucket ACLs (E17).
pub const CANONICAL_USER: &str = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353";

/// The same in AWS GovCloud (E17).
pub const CANONICAL_USER_GOVCLOUD: &str = "40fa568277ad703bd160f66ae4f83fc9dfdfd06c2f1b5060ca22442ac3ef8be6";

/// The service principal of bucket policies in a region (E18).
pub fn service_principal(region: &str) -> String {
    format!("{region}.elasticache-snapshot.amazonaws.com")
}

/// The grantee of bucket ACLs in a region (E17).
pub fn canonical_user(region: &str) -> &'static str {
    if region.starts_with("us-gov-") { CANONICAL_USER_GOVCLOUD } else { CANONICAL_USER }
}
