//! What a store says of a bucket.

use super::ExternalS3;
use super::errors::{bucket_error, status, tells};
use crate::acl::{Grant, Permission};
use crate::checks::BucketFacts;
use valkeep_access::policy::ResourcePolicy;
use valkeep_ports::buckets::BucketError;

/// Location of a bucket whose location is empty ("GetBucketLocation", API reference).
const CLASSIC_REGION: &str = "us-east-1";

impl ExternalS3 {
    /// Canonical user id of the account that the service's credentials belong to; empty when the store does not tell.
    pub(super) async fn service_id(&self) -> Result<String, BucketError> {
        match self.client.list_buckets().send().await {
            Ok(list) => Ok(list.owner.and_then(|owner| owner.id).unwrap_or_default()),
            Err(error) if tells(&error) => Ok(String::new()),
            Err(error) => Err(bucket_error(error)),
        }
    }

    /// Whether the bucket exists, and its region as far as the store tells. Redirects are read, not followed.
    pub(super) async fn region_of(&self, bucket: &str) -> Result<Option<Option<String>>, BucketError> {
        let head = self.client.head_bucket().bucket(bucket).send().await;
        let by_head = match head {
            Ok(head) => head.bucket_region,
            Err(error) => match status(&error) {
                Some(404) => return Ok(None),
                Some(301 | 307 | 400 | 403) => {
                    let headers = error.raw_response().map(|response| response.headers());
                    headers.and_then(|headers| headers.get("x-amz-bucket-region")).map(str::to_owned)
                }
                _ => return Err(bucket_error(error)),
            },
        };
        match by_head {
            Some(region) => Ok(Some(Some(region))),
            None => self.location(bucket).await,
        }
    }

    async fn location(&self, bucket: &str) -> Result<Option<Option<String>>, BucketError> {
        match self.client.get_bucket_location().bucket(bucket).send().await {
            Ok(location) => Ok(Some(Some(match location.location_constraint.as_ref().map(|known| known.as_str()) {
                None | Some("") => CLASSIC_REGION.to_owned(),
                Some("EU") => "eu-west-1".to_owned(),
                Some(region) => region.to_owned(),
            }))),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) if tells(&error) => Ok(Some(None)),
            Err(error) => Err(bucket_error(error)),
        }
    }

    /// All that the checks need. A bucket in another region is not asked further: that is a refusal already.
    pub(super) async fn facts(&self, bucket: &str, service_id: &str) -> Result<Option<BucketFacts>, BucketError> {
        let Some(region) = self.region_of(bucket).await? else { return Ok(None) };
        let region = region.unwrap_or_else(|| self.place.region.clone());
        let mut facts =
            BucketFacts { region, owner: service_id.to_owned(), grants: Vec::new(), policy: None };
        if facts.region == self.place.region {
            if let Some((owner, grants)) = self.acl(bucket).await? {
                facts.owner = owner;
                facts.grants = grants;
            }
            facts.policy = self.policy(bucket).await?;
        }
        Ok(Some(facts))
    }

    /// Owner and grants; `None` where the store does not tell them.
    async fn acl(&self, bucket: &str) -> Result<Option<(String, Vec<Grant>)>, BucketError> {
        let acl = match self.client.get_bucket_acl().bucket(bucket).send().await {
            Ok(acl) => acl,
            Err(error) if tells(&error) => return Ok(None),
            Err(error) => return Err(bucket_error(error)),
        };
        let grant = |line: &aws_sdk_s3::types::Grant| {
            let permission = Permission::parse(line.permission()?.as_str())?;
            Some(Grant { grantee: line.grantee()?.id()?.to_owned(), permission })
        };
        let grants = acl.grants().iter().filter_map(grant).collect();
        Ok(acl.owner.and_then(|owner| owner.id).map(|owner| (owner, grants)))
    }

    /// The bucket's policy; `None` where there is none or the store does not tell it.
    async fn policy(&self, bucket: &str) -> Result<Option<ResourcePolicy>, BucketError> {
        match self.client.get_bucket_policy().bucket(bucket).send().await {
            Ok(answer) => answer
                .policy
                .map(|text| ResourcePolicy::parse(&text, &self.place.account))
                .transpose()
                .map_err(|error| BucketError::Failed(Box::new(error))),
            Err(error) if tells(&error) => Ok(None),
            Err(error) => Err(bucket_error(error)),
        }
    }
}
