//! The question that policies answer.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};

use super::principal::PrincipalId;

/// May this principal do this action on this resource, in this context?
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Who asks.
    pub principal: PrincipalId<'a>,
    /// The action, for example `elasticache:CopySnapshot`.
    pub action: &'a str,
    /// The ARN of the resource.
    pub resource: &'a str,
    /// All else that is known about the request.
    pub context: &'a Context,
}

impl<'a> Ask<'a> {
    /// The values of a condition key, given in lower case; none when it is absent.
    pub(super) fn values(&self, key: &str) -> Vec<&'a str> {
        self.principal.values(key).unwrap_or_else(|| self.context.values(key))
    }

    /// The value of a key that has exactly one.
    pub(super) fn single(&self, key: &str) -> Option<&'a str> {
        match self.values(key)[..] {
            [value] => Some(value),
            _ => None,
        }
    }
}

/// Condition keys and their values. Names ignore case, also the tag key in `aws:ResourceTag/key`; a name may have several
/// values. The keys that describe the caller (`aws:username` and its like) come from the principal, never from here.
#[derive(Clone, Debug, Default)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// A context that knows the time of the request: `aws:CurrentTime` and `aws:EpochTime`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        let mut context = Self::default();
        context.insert("aws:CurrentTime", now.to_rfc3339_opts(SecondsFormat::Secs, true));
        context.insert("aws:EpochTime", now.timestamp().to_string());
        context
    }

    /// Adds one value to a key.
    pub fn insert(&mut self, key: &str, value: impl Into<String>) {
        self.0.entry(key.to_lowercase()).or_default().push(value.into());
    }

    fn values(&self, key: &str) -> Vec<&str> {
        self.0.get(key).into_iter().flatten().map(String::as_str).collect()
    }
}
