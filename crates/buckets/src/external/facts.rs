//! What a store says of a bucket.

use super::ExternalS3;
use super::errors::{bucket_error, tells};
use crate::acl::{Grant, Permission};
use crate::checks::BucketFacts;
use valkeep_access::policy::ResourcePolicy;
use valkeep_domain::names::BucketName;
use valkeep_ports::buckets::BucketError;
use valkeep_s3::status;

/// Location of a bucket whose location is empty ("GetBucketLocation", API reference).
const CLASSIC_REGION: &str = "us-east-1";

impl ExternalS3 {
    /// Whether the bucket belongs to the account of the service's credentials: ListBuckets lists what that account owns.
    /// Where listing is forbidden, nothing is proven.
    async fn is_own(&self, bucket: &str) -> Result<bool, BucketError> {
        let mut pages = self.client.list_buckets().prefix(bucket).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) if page.buckets().iter().any(|listed| listed.name() == Some(bucket)) => return Ok(true),
                Ok(_) => {}
                Err(error) if tells(&error) => return Ok(false),
                Err(error) => return Err(bucket_error(error)),
            }
        }
        Ok(false)
    }

    /// Whether the bucket exists, and its region as far as the store tells. Redirects are read, not followed.
    pub(super) async fn region_of(&self, bucket: &str) -> Result<Option<Option<String>>, BucketError> {
        if BucketName::parse(bucket).is_none() {
            return Ok(None);
        }
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
    pub(super) async fn facts(&self, bucket: &str) -> Result<Option<BucketFacts>, BucketError> {
        let Some(region) = self.region_of(bucket).await? else { return Ok(None) };
        let region = region.unwrap_or_else(|| self.place.region.clone());
        let mut facts = BucketFacts { region, is_own: false, grants: Vec::new(), policy: None };
        if facts.region == self.place.region {
            facts.is_own = self.is_own(bucket).await?;
        }
        if facts.is_own {
            facts.grants = self.grants_of(bucket).await?;
            facts.policy = self.policy(bucket).await?;
        }
        Ok(Some(facts))
    }

    /// The lines of the bucket's ACL; none where the store does not tell them.
    async fn grants_of(&self, bucket: &str) -> Result<Vec<Grant>, BucketError> {
        let acl = match self.client.get_bucket_acl().bucket(bucket).send().await {
            Ok(acl) => acl,
            Err(error) if tells(&error) => return Ok(Vec::new()),
            Err(error) => return Err(bucket_error(error)),
        };
        let grant = |line: &aws_sdk_s3::types::Grant| {
            let permission = Permission::parse(line.permission()?.as_str())?;
            Some(Grant { grantee: line.grantee()?.id()?.to_owned(), permission })
        };
        Ok(acl.grants().iter().filter_map(grant).collect())
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
