//! Operations on buckets.

use super::access::Asker;
use super::error::{Refusal, Trouble, refuse, unsupported};
use super::grants::{AclRequest, private, to_answer};
use super::records::{BucketRecord, ObjectRecord, UploadRecord};
use super::{EmbeddedS3, canonical_id, s3_time};
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};
use valkeep_access::policy::ResourcePolicy;
use valkeep_domain::names::BucketName as Name;
use valkeep_ports::catalog::{Scan, Tx};

/// Longest bucket policy (S3 User Guide, "Bucket policies"): 20 KB.
const MAX_POLICY_BYTES: usize = 20 * 1024;

/// Most buckets that one ListBuckets answer holds, and that an account may ask for ("ListBuckets", `MaxBuckets`).
const MAX_BUCKETS: usize = 10_000;

/// Most regions' names are far shorter.
const MAX_REGION_CHARS: usize = 64;

/// The region whose buckets have an empty location.
const CLASSIC_REGION: &str = "us-east-1";

pub(super) fn no_such_bucket() -> Refusal {
    refuse(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
}

/// The bucket, if it belongs to the account that the caller expects.
pub(super) fn bucket_in(tx: &mut Tx<'_>, name: &str, expected_owner: Option<&str>) -> Result<BucketRecord, Trouble> {
    let bucket = tx.get::<BucketRecord>(name)?.ok_or_else(no_such_bucket)?;
    if expected_owner.is_some_and(|owner| owner != bucket.owner) {
        return Err(refuse(S3ErrorCode::AccessDenied, "Access Denied").into());
    }
    Ok(bucket)
}

/// The owner as answers carry it.
pub(super) fn owner_of(account: &str) -> Owner {
    Owner { display_name: None, id: Some(canonical_id(account)) }
}

impl EmbeddedS3 {
    /// The bucket, if it exists and belongs to the account that the caller expects.
    pub(super) async fn bucket(&self, name: &str, expected_owner: Option<String>) -> Result<BucketRecord, Trouble> {
        let name = name.to_owned();
        self.store.read(move |tx| bucket_in(tx, &name, expected_owner.as_deref())).await
    }

    async fn change_bucket(
        &self,
        name: String,
        expected_owner: Option<String>,
        change: impl Fn(&mut BucketRecord) + Send + Sync + 'static,
    ) -> Result<(), Trouble> {
        let work = move |tx: &mut Tx<'_>| {
            let mut bucket = bucket_in(tx, &name, expected_owner.as_deref())?;
            change(&mut bucket);
            Ok(tx.replace(&bucket)?)
        };
        self.store.write(work).await
    }

    pub(super) async fn create(&self, request: S3Request<CreateBucketInput>) -> S3Result<CreateBucketOutput> {
        let account = Asker::of(&request)?.account()?.to_owned();
        let input = request.input;
        if input.object_lock_enabled_for_bucket == Some(true) {
            return Err(unsupported("object lock").into());
        }
        if input.object_ownership.is_some() {
            return Err(unsupported("object ownership").into());
        }
        Name::parse(&input.bucket)
            .ok_or_else(|| refuse(S3ErrorCode::InvalidBucketName, "The specified bucket is not valid."))?;
        let owner_id = canonical_id(&account);
        let acl = AclRequest {
            canned: input.acl,
            document: None,
            full_control: input.grant_full_control,
            read: input.grant_read,
            read_acp: input.grant_read_acp,
            write: input.grant_write,
            write_acp: input.grant_write_acp,
        };
        let bucket = BucketRecord {
            name: input.bucket,
            region: self.region_of(input.create_bucket_configuration)?,
            owner: account,
            created_at: self.clock.now(),
            grants: acl.grants(&owner_id)?.unwrap_or_else(|| private(&owner_id)),
            policy: None,
        };
        let location = format!("/{}", bucket.name);
        self.store.write(move |tx| insert_bucket(tx, &bucket)).await?;
        Ok(CreateBucketOutput { location: Some(location) })
    }

    /// The region that a request names. Any name is taken, so that a test can have a bucket outside of the region (E6).
    fn region_of(&self, configuration: Option<CreateBucketConfiguration>) -> Result<String, Refusal> {
        let Some(configuration) = configuration else { return Ok(self.place.region.clone()) };
        if configuration.bucket.is_some() || configuration.location.is_some() {
            return Err(unsupported("directory buckets"));
        }
        let Some(constraint) = configuration.location_constraint else { return Ok(self.place.region.clone()) };
        let region = constraint.as_str();
        let ok = (1..=MAX_REGION_CHARS).contains(&region.len())
            && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        match region {
            "EU" => Ok("eu-west-1".to_owned()),
            _ if ok => Ok(region.to_owned()),
            _ => Err(refuse(S3ErrorCode::InvalidLocationConstraint, "The specified location-constraint is not valid")),
        }
    }

    pub(super) async fn remove_bucket(&self, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
        let work = move |tx: &mut Tx<'_>| {
            let bucket = bucket_in(tx, &input.bucket, input.expected_bucket_owner.as_deref())?;
            let inside = format!("{}/", bucket.name);
            let objects = tx.scan::<ObjectRecord>(&Scan::keys(&inside, 1))?;
            let uploads = tx.scan::<UploadRecord>(&Scan::index(UploadRecord::BY_KEY, &inside, 1))?;
            if !objects.is_empty() || !uploads.is_empty() {
                return Err(Trouble::from(refuse(
                    S3ErrorCode::BucketNotEmpty,
                    "The bucket you tried to delete is not empty",
                )));
            }
            tx.remove::<BucketRecord>(&bucket.name)?;
            Ok(())
        };
        self.store.write(work).await?;
        Ok(DeleteBucketOutput {})
    }

    pub(super) async fn head_of_bucket(&self, input: HeadBucketInput) -> S3Result<HeadBucketOutput> {
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        Ok(HeadBucketOutput { bucket_region: Some(bucket.region), ..Default::default() })
    }

    pub(super) async fn buckets(&self, request: S3Request<ListBucketsInput>) -> S3Result<ListBucketsOutput> {
        let account = Asker::of(&request)?.account()?.to_owned();
        let input = request.input;
        let limit = usize::try_from(input.max_buckets.unwrap_or(i32::MAX)).unwrap_or(0).clamp(1, MAX_BUCKETS);
        let prefix = input.prefix.clone().unwrap_or_default();
        let scan = Scan::keys(&prefix, MAX_BUCKETS);
        let scan = match &input.continuation_token {
            Some(token) => scan.after(token),
            None => scan,
        };
        let mut buckets = self.store.read(move |tx| tx.scan::<BucketRecord>(&scan)).await.map_err(Trouble::from)?;
        buckets.retain(|bucket| {
            bucket.owner == account && input.bucket_region.as_ref().is_none_or(|region| *region == bucket.region)
        });
        let more = buckets.len() > limit;
        buckets.truncate(limit);
        let answer = |bucket: &BucketRecord| Bucket {
            bucket_region: Some(bucket.region.clone()),
            creation_date: Some(s3_time(bucket.created_at)),
            name: Some(bucket.name.clone()),
        };
        Ok(ListBucketsOutput {
            continuation_token: buckets.last().filter(|_| more).map(|last| last.name.clone()),
            buckets: Some(buckets.iter().map(answer).collect()),
            owner: Some(owner_of(&account)),
            prefix: input.prefix,
        })
    }

    pub(super) async fn location(&self, input: GetBucketLocationInput) -> S3Result<GetBucketLocationOutput> {
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let location = (bucket.region != CLASSIC_REGION).then(|| BucketLocationConstraint::from(bucket.region));
        Ok(GetBucketLocationOutput { location_constraint: location })
    }

    pub(super) async fn acl(&self, input: GetBucketAclInput) -> S3Result<GetBucketAclOutput> {
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        Ok(GetBucketAclOutput { grants: Some(to_answer(&bucket.grants)), owner: Some(owner_of(&bucket.owner)) })
    }

    pub(super) async fn put_acl(&self, input: PutBucketAclInput) -> S3Result<PutBucketAclOutput> {
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.clone()).await?;
        let acl = AclRequest {
            canned: input.acl,
            document: input.access_control_policy,
            full_control: input.grant_full_control,
            read: input.grant_read,
            read_acp: input.grant_read_acp,
            write: input.grant_write,
            write_acp: input.grant_write_acp,
        };
        let grants = acl
            .grants(&canonical_id(&bucket.owner))?
            .ok_or_else(|| refuse(S3ErrorCode::MissingSecurityHeader, "Your request was missing a required header"))?;
        self.change_bucket(input.bucket, input.expected_bucket_owner, move |bucket| bucket.grants = grants.clone())
            .await?;
        Ok(PutBucketAclOutput::default())
    }

    pub(super) async fn policy(&self, input: GetBucketPolicyInput) -> S3Result<GetBucketPolicyOutput> {
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner).await?;
        let policy =
            bucket.policy.ok_or_else(|| refuse(S3ErrorCode::NoSuchBucketPolicy, "The bucket policy does not exist"))?;
        Ok(GetBucketPolicyOutput { policy: Some(policy) })
    }

    pub(super) async fn put_policy(&self, input: PutBucketPolicyInput) -> S3Result<PutBucketPolicyOutput> {
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.clone()).await?;
        if input.policy.len() > MAX_POLICY_BYTES {
            return Err(refuse(S3ErrorCode::MalformedPolicy, "Policies must not be longer than 20480 bytes.").into());
        }
        ResourcePolicy::parse(&input.policy, &bucket.owner)
            .map_err(|error| Refusal::new(S3ErrorCode::MalformedPolicy, error.to_string()))?;
        self.change_bucket(input.bucket, input.expected_bucket_owner, move |bucket| {
            bucket.policy = Some(input.policy.clone());
        })
        .await?;
        Ok(PutBucketPolicyOutput::default())
    }

    pub(super) async fn remove_policy(&self, input: DeleteBucketPolicyInput) -> S3Result<DeleteBucketPolicyOutput> {
        self.change_bucket(input.bucket, input.expected_bucket_owner, |bucket| bucket.policy = None).await?;
        Ok(DeleteBucketPolicyOutput::default())
    }
}

/// # Errors
/// `BucketAlreadyOwnedByYou`, `BucketAlreadyExists`.
fn insert_bucket(tx: &mut Tx<'_>, bucket: &BucketRecord) -> Result<(), Trouble> {
    match tx.get::<BucketRecord>(&bucket.name)? {
        None => Ok(tx.insert(bucket)?),
        Some(there) if there.owner == bucket.owner => Err(refuse(
            S3ErrorCode::BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it.",
        )
        .into()),
        Some(_) => Err(refuse(S3ErrorCode::BucketAlreadyExists, "The requested bucket name is not available.").into()),
    }
}
