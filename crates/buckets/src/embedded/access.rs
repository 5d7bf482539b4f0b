//! Who calls the endpoint, and may they: SigV4 by s3s, then identity policies, bucket policy and bucket ACL.

use super::EmbeddedS3;
use super::error::Trouble;
use super::records::BucketRecord;
use crate::acl::{Permission, grants};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use std::fmt::Debug;
use std::sync::Arc;
use valkeep_access::policy::{Ask, Context, Decision, PrincipalId, ResourcePolicy, combine, evaluate_resource};
use valkeep_ports::buckets::Caller;
use zeroize::Zeroizing;

/// The secret half of an access key.
pub type SecretAccessKey = Zeroizing<String>;

/// Knows access keys.
#[async_trait::async_trait]
pub trait Credentials: Send + Sync + Debug {
    /// The secret of an active access key and the identity that it speaks for; `None` for any other.
    ///
    /// # Errors
    /// The store of identities failed.
    async fn secret(
        &self,
        access_key: &str,
    ) -> Result<Option<(SecretAccessKey, Caller)>, Box<dyn std::error::Error + Send + Sync>>;
}

async fn look_up(credentials: &dyn Credentials, access_key: &str) -> S3Result<(SecretAccessKey, Caller)> {
    match credentials.secret(access_key).await {
        Ok(found) => found.ok_or_else(|| s3_error!(InvalidAccessKeyId)),
        Err(error) => {
            tracing::error!(error, "identities cannot be read");
            Err(s3_error!(ServiceUnavailable))
        }
    }
}

/// Gives s3s the secrets that it verifies signatures with.
pub(super) struct Authentication(pub(super) Arc<dyn Credentials>);

#[async_trait::async_trait]
impl S3Auth for Authentication {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let (secret, _) = look_up(self.0.as_ref(), access_key).await?;
        Ok(SecretKey::from(secret.as_str()))
    }
}

/// Who sent a request; travels with it to the operation.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    /// `None` for an anonymous request.
    pub(super) caller: Option<Caller>,
    pub(super) context: Context,
}

/// S3's canonical user for everybody who did not sign.
const ANONYMOUS: &str = "65a011a29cdf8ec533ec3d1ccaae921c";

impl Asker {
    pub(super) fn of<T>(request: &s3s::S3Request<T>) -> S3Result<&Self> {
        request.extensions.get::<Self>().ok_or_else(denied)
    }

    /// The caller's account, for operations that only an account can do.
    pub(super) fn account(&self) -> S3Result<&str> {
        self.caller.as_ref().map(|caller| caller.principal.account.as_str()).ok_or_else(denied)
    }

    /// Whether the action is allowed on that resource; `bucket` is the bucket it lies in.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub(super) fn authorise(&self, action: &str, resource: &str, bucket: Option<&BucketRecord>) -> S3Result<()> {
        let principal = match &self.caller {
            Some(caller) => PrincipalId::Identity(&caller.principal),
            None => PrincipalId::Canonical(ANONYMOUS),
        };
        let ask = Ask { principal, action, resource, context: &self.context };
        let identity = self
            .caller
            .as_ref()
            .map_or(Decision::ImplicitDeny, |caller| caller.decide(action, resource, &self.context));
        let decision = match bucket {
            Some(bucket) => self.within(bucket, identity, &ask)?,
            None => identity,
        };
        if decision == Decision::Allow { Ok(()) } else { Err(denied()) }
    }

    fn within(&self, bucket: &BucketRecord, identity: Decision, ask: &Ask<'_>) -> S3Result<Decision> {
        let by_policy = match bucket_policy(bucket)? {
            Some(policy) => evaluate_resource(&policy, ask),
            None => Decision::ImplicitDeny,
        };
        let Some(caller) = &self.caller else { return Ok(by_policy) };
        let account = &caller.principal.account;
        let same_account = *account == bucket.owner;
        let by_acl = !same_account
            && acl_permission(ask.action)
                .is_some_and(|wanted| grants(&bucket.grants, &super::canonical_id(account), wanted));
        let resource = if by_policy == Decision::ImplicitDeny && by_acl { Decision::Allow } else { by_policy };
        Ok(combine(identity, resource, same_account))
    }
}

/// The policy of a bucket, compiled.
///
/// # Errors
/// `InternalError`: it was checked when it was put.
pub(super) fn bucket_policy(bucket: &BucketRecord) -> S3Result<Option<ResourcePolicy>> {
    let parse = |text: &String| ResourcePolicy::parse(text, &bucket.owner);
    bucket.policy.as_ref().map(parse).transpose().map_err(S3Error::internal_error)
}

/// What a bucket ACL gives (S3 User Guide, "Mapping of ACL permissions and access policy permissions").
fn acl_permission(action: &str) -> Option<Permission> {
    match action {
        "s3:ListBucket" | "s3:ListBucketMultipartUploads" => Some(Permission::Read),
        "s3:PutObject" => Some(Permission::Write),
        "s3:GetBucketAcl" => Some(Permission::ReadAcp),
        "s3:PutBucketAcl" => Some(Permission::WriteAcp),
        _ => None,
    }
}

fn denied() -> S3Error {
    S3Error::with_message(S3ErrorCode::AccessDenied, "Access Denied")
}

/// How an operation is authorised before its body is read.
enum Rule {
    /// One action on what the path names.
    Needs(&'static str),
    /// Of the path alone nothing can be said; the operation asks for each object that its body names.
    AsksItself,
}

/// The action of each operation ("Actions defined by Amazon S3", Service Authorization Reference). What is not here is
/// not implemented.
fn rule(operation: &str) -> Option<Rule> {
    Some(Rule::Needs(match operation {
        "ListBuckets" => "s3:ListAllMyBuckets",
        "CreateBucket" => "s3:CreateBucket",
        "DeleteBucket" => "s3:DeleteBucket",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "s3:ListBucket",
        "GetBucketLocation" => "s3:GetBucketLocation",
        "GetBucketAcl" => "s3:GetBucketAcl",
        "PutBucketAcl" => "s3:PutBucketAcl",
        "GetBucketPolicy" => "s3:GetBucketPolicy",
        "PutBucketPolicy" => "s3:PutBucketPolicy",
        "DeleteBucketPolicy" => "s3:DeleteBucketPolicy",
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "GetObject" | "HeadObject" => "s3:GetObject",
        "PutObject" | "CopyObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => {
            "s3:PutObject"
        }
        "DeleteObject" => "s3:DeleteObject",
        "AbortMultipartUpload" => "s3:AbortMultipartUpload",
        "ListParts" => "s3:ListMultipartUploadParts",
        "DeleteObjects" => return Some(Rule::AsksItself),
        _ => return None,
    }))
}

/// Authorises every request before its body is read.
pub(super) struct Authorisation {
    pub(super) s3: EmbeddedS3,
    pub(super) credentials: Arc<dyn Credentials>,
}

#[async_trait::async_trait]
impl S3Access for Authorisation {
    async fn check(&self, request: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(rule) = rule(request.s3_op().name()) else {
            return Err(s3_error!(NotImplemented, "This endpoint does not support {}.", request.s3_op().name()));
        };
        refuse_old_signatures(request)?;
        let caller = match request.credentials() {
            Some(signer) => Some(look_up(self.credentials.as_ref(), &signer.access_key).await?.1),
            None => None,
        };
        let context = self.context(request);
        let asker = Asker { caller, context };
        if let Rule::Needs(action) = rule {
            self.authorise(&asker, action, request.s3_path()).await?;
        }
        request.extensions_mut().insert(asker);
        Ok(())
    }
}

impl Authorisation {
    async fn authorise(&self, asker: &Asker, action: &str, path: &S3Path) -> S3Result<()> {
        let (name, key) = match path {
            S3Path::Root => return asker.authorise(action, &self.s3.every_bucket(), None),
            S3Path::Bucket { bucket } => (bucket, None),
            S3Path::Object { bucket, key } => (bucket, Some(key)),
        };
        let arn = self.s3.bucket_arn(name);
        let resource = key.map_or_else(|| arn.clone(), |key| format!("{arn}/{key}"));
        if action == "s3:CreateBucket" {
            return asker.authorise(action, &resource, None);
        }
        let bucket = self.s3.find_bucket(name).await?;
        // Whether a bucket exists is told to every caller that signed, as S3 does.
        match (bucket, &asker.caller) {
            (Some(bucket), _) => asker.authorise(action, &resource, Some(&bucket)),
            (None, Some(_)) => Err(s3_error!(NoSuchBucket, "The specified bucket does not exist")),
            (None, None) => Err(denied()),
        }
    }

    /// The condition keys that can be told before the body is read: those that came with the request, or the time alone,
    /// and those of its query.
    fn context(&self, request: &mut S3AccessContext<'_>) -> Context {
        let mut context = request.extensions_mut().remove::<Context>().unwrap_or_else(|| {
            Context::at(chrono::DateTime::from_timestamp_millis(self.s3.clock.now().ms()).unwrap_or_default())
        });
        let query = request.uri().query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if matches!(name.as_ref(), "prefix" | "delimiter" | "max-keys") {
                context.insert(&format!("s3:{name}"), value);
            }
        }
        context
    }
}

/// SigV2, which s3s would take, and session tokens, which this service does not issue.
fn refuse_old_signatures(request: &S3AccessContext<'_>) -> S3Result<()> {
    let header = |name: &str| request.headers().get(name).map(|value| value.as_bytes());
    let query = request.uri().query().unwrap_or_default();
    let in_query = |wanted: &str| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == wanted);
    if header("authorization").is_some_and(|value| value.starts_with(b"AWS ")) || in_query("Signature") {
        return Err(s3_error!(
            InvalidRequest,
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        ));
    }
    if header("x-amz-security-token").is_some() || in_query("X-Amz-Security-Token") {
        return Err(s3_error!(InvalidToken, "The provided token is malformed or otherwise invalid."));
    }
    Ok(())
}

impl EmbeddedS3 {
    pub(super) fn bucket_arn(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.place.partition)
    }

    fn every_bucket(&self) -> String {
        self.bucket_arn("*")
    }

    pub(super) async fn find_bucket(&self, name: &str) -> Result<Option<BucketRecord>, Trouble> {
        let name = name.to_owned();
        Ok(self.store.read(move |tx| tx.get::<BucketRecord>(&name)).await?)
    }
}
