//! The refusals of an export (E5-E13), judged on facts that were gathered before. No I/O.

use crate::acl::{Grant, Permission, grants};
use valkeep_access::policy::{Ask, Context, Decision, PrincipalId, ResourcePolicy, combine, evaluate_resource};
use valkeep_domain::arn::Place;
use valkeep_domain::export::{ExportRefusal, canonical_user, service_principal};
use valkeep_domain::names::BucketName;
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::Caller;

/// What is known of a bucket that exists.
#[derive(Debug)]
pub(crate) struct BucketFacts {
    pub(crate) region: String,
    /// Whether it belongs to the caller's account.
    pub(crate) is_own: bool,
    pub(crate) grants: Vec<Grant>,
    pub(crate) policy: Option<ResourcePolicy>,
}

/// Whose word counts when the caller's rights are judged (E7, E9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voices {
    /// The caller's own policies. The principals of an external bucket's policy are another world's.
    Identity,
    /// Also the policy of the bucket.
    IdentityAndBucket,
}

/// An export that is asked for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) place: &'a Place,
    /// As the caller wrote it.
    pub(crate) bucket: &'a str,
    /// Objects that would be written.
    pub(crate) keys: &'a [String],
    pub(crate) caller: &'a Caller,
    pub(crate) voices: Voices,
    /// The caller's conditions.
    pub(crate) context: &'a Context,
    /// The service's own.
    pub(crate) service_context: &'a Context,
}

/// The conditions under which the service itself will write: its own clock and region, and never the caller's address.
pub(crate) fn service_context(place: &Place, now: Timestamp) -> Context {
    let mut context = Context::at(chrono::DateTime::from_timestamp_millis(now.ms()).unwrap_or_default());
    context.insert("aws:SecureTransport", "true");
    context.insert("aws:RequestedRegion", place.region.as_str());
    context
}

/// E5: a bucket that exists and whose name is one.
///
/// # Errors
/// `NoSuchBucket`.
pub(crate) fn existing<T>(bucket: &str, found: Option<T>) -> Result<(BucketName, T), ExportRefusal> {
    BucketName::parse(bucket).zip(found).ok_or_else(|| ExportRefusal::NoSuchBucket(bucket.to_owned()))
}

impl Asked<'_> {
    /// The refusals that come before a look at the objects (E5-E12).
    ///
    /// # Errors
    /// The first refusal in the order of the page.
    pub(crate) fn judge(&self, found: Option<&BucketFacts>) -> Result<BucketName, ExportRefusal> {
        let (name, facts) = existing(self.bucket, found)?;
        self.judge_caller(&name, facts)?;
        let grants = [
            (Permission::Read, &["s3:ListBucket", "s3:GetObject"][..]),
            (Permission::Write, &["s3:PutObject"]),
            (Permission::ReadAcp, &["s3:GetBucketAcl"]),
        ];
        match grants.iter().find(|(permission, actions)| !self.service_may(facts, *permission, actions)) {
            None => Ok(name),
            Some((Permission::Read, _)) => Err(ExportRefusal::ReadNotGranted(name)),
            Some((Permission::Write, _)) => Err(ExportRefusal::WriteNotGranted(name)),
            Some(_) => Err(ExportRefusal::ReadAcpNotGranted(name)),
        }
    }

    /// The refusals that speak of place and caller (E6-E9).
    ///
    /// # Errors
    /// The first refusal in the order of the page.
    pub(crate) fn judge_caller(&self, name: &BucketName, facts: &BucketFacts) -> Result<(), ExportRefusal> {
        if facts.region != self.place.region {
            return Err(ExportRefusal::OutsideRegion(name.clone()));
        }
        self.judge_listing()?;
        if !facts.is_own {
            return Err(ExportRefusal::NotOwned(name.clone()));
        }
        self.judge_caller_rights(facts.policy.as_ref())
    }

    /// E7: `s3:ListAllMyBuckets` on every bucket.
    ///
    /// # Errors
    /// `CannotValidateUser`.
    pub(crate) fn judge_listing(&self) -> Result<(), ExportRefusal> {
        let every = format!("arn:{}:s3:::*", self.place.partition);
        match self.caller.decide("s3:ListAllMyBuckets", &every, self.context) {
            Decision::Allow => Ok(()),
            Decision::ExplicitDeny | Decision::ImplicitDeny => Err(ExportRefusal::CannotValidateUser),
        }
    }

    /// E9: the other rights of E15, each on the bucket or on every object to be written.
    ///
    /// # Errors
    /// `UserLacksPermissions`.
    pub(crate) fn judge_caller_rights(&self, policy: Option<&ResourcePolicy>) -> Result<(), ExportRefusal> {
        let actions = ["s3:GetBucketLocation", "s3:ListBucket", "s3:PutObject", "s3:GetObject", "s3:DeleteObject"];
        let may = |action, resource: &str| {
            let principal = PrincipalId::Identity(&self.caller.principal);
            let ask = Ask { principal, action, resource, context: self.context };
            let bucket = match (self.voices, policy) {
                (Voices::IdentityAndBucket, Some(policy)) => evaluate_resource(policy, &ask),
                (Voices::Identity, _) | (_, None) => Decision::ImplicitDeny,
            };
            combine(self.caller.decide(action, resource, self.context), bucket, true) == Decision::Allow
        };
        let all = actions.iter().all(|action| self.resources(action).iter().all(|resource| may(action, resource)));
        if all { Ok(()) } else { Err(ExportRefusal::UserLacksPermissions) }
    }

    /// Policy and ACL each suffice for one permission; an explicit deny in the policy beats the ACL (E19).
    fn service_may(&self, facts: &BucketFacts, permission: Permission, actions: &[&str]) -> bool {
        let service = service_principal(&self.place.region);
        let user = canonical_user(&self.place.region);
        let decide = |principal, action, resource: &str| {
            let ask = Ask { principal, action, resource, context: self.service_context };
            facts.policy.as_ref().map_or(Decision::ImplicitDeny, |policy| evaluate_resource(policy, &ask))
        };
        let by_acl = grants(&facts.grants, user, permission);
        actions.iter().all(|action| {
            self.resources(action).iter().all(|resource| {
                let as_service = decide(PrincipalId::Service(&service), action, resource);
                let as_user = decide(PrincipalId::Canonical(user), action, resource);
                match combine(as_service, as_user, true) {
                    Decision::Allow => true,
                    Decision::ExplicitDeny => false,
                    Decision::ImplicitDeny => by_acl,
                }
            })
        })
    }

    /// What an action is asked on: the bucket, or the objects to be written.
    fn resources(&self, action: &str) -> Vec<String> {
        let bucket = format!("arn:{}:s3:::{}", self.place.partition, self.bucket);
        if action.ends_with("Object") {
            self.keys.iter().map(|key| format!("{bucket}/{key}")).collect()
        } else {
            vec![bucket]
        }
    }
}

#[cfg(test)]
mod tests;
