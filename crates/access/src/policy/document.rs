//! The JSON of a policy, checked element by element.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::condition::Condition;
use super::json::{OneOrMany, Pairs, Scalar, given};
use super::pattern::{Pattern, Reading};
use super::principal::Grantee;
use super::statement::{Effect, Selector, Statement};

/// Longest policy that is read. Unit: bytes. Our choice: AWS allows 6 KiB for users, 20 KiB for buckets.
pub const MAX_POLICY_BYTES: usize = 64 * 1024;

/// Why a policy was refused; the text is for its author.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The document is longer than [`MAX_POLICY_BYTES`].
    #[error("the policy is longer than {MAX_POLICY_BYTES} bytes")]
    TooLong,
    /// The document is not JSON of the right shape; unknown and repeated elements are of this kind.
    #[error("the policy is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The version is not one of the two that exist.
    #[error("policy version '{0}' does not exist; use 2012-10-17")]
    Version(String),
    /// There is no statement.
    #[error("the policy has no statement")]
    Empty,
    /// One statement is refused.
    #[error("statement {number}: {problem}")]
    Statement {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// A policy of an identity.
#[derive(Debug)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
}

impl Policy {
    /// Reads and checks a policy document.
    ///
    /// # Errors
    /// [`PolicyError`] for anything that is not fully understood. A `Principal` is refused: an identity policy has none.
    pub fn parse(json: &str) -> Result<Self, PolicyError> {
        let statements = parse_statements(json, |raw, variables| {
            if raw.principal.is_some() {
                return Err("an identity policy must not have a Principal".to_owned());
            }
            compile(raw, variables)
        })?;
        Ok(Self { statements })
    }
}

/// The policy of a resource, for example of a bucket.
#[derive(Debug)]
pub struct ResourcePolicy {
    pub(super) statements: Vec<(Vec<Grantee>, Statement)>,
    pub(super) owner_account: String,
}

impl ResourcePolicy {
    /// Reads and checks the policy document of a resource that belongs to `owner_account`.
    ///
    /// # Errors
    /// [`PolicyError`] for anything that is not fully understood. Every statement needs a `Principal`; `NotPrincipal` is
    /// refused.
    pub fn parse(json: &str, owner_account: &str) -> Result<Self, PolicyError> {
        let statements = parse_statements(json, |mut raw, variables| {
            let principal = raw.principal.take().ok_or("a resource policy needs a Principal")?;
            Ok((principal.grantees()?, compile(raw, variables)?))
        })?;
        Ok(Self { statements, owner_account: owner_account.to_owned() })
    }

    /// The account that owns the resource.
    #[must_use]
    pub fn owner_account(&self) -> &str {
        &self.owner_account
    }
}

fn parse_statements<T>(
    json: &str,
    mut compile: impl FnMut(RawStatement, bool) -> Result<T, String>,
) -> Result<Vec<T>, PolicyError> {
    if json.len() > MAX_POLICY_BYTES {
        return Err(PolicyError::TooLong);
    }
    let document: Document = serde_json::from_str(json)?;
    let variables = match document.version.as_deref() {
        Some("2012-10-17") => true,
        Some("2008-10-17") | None => false,
        Some(other) => return Err(PolicyError::Version(other.to_owned())),
    };
    if document.statement.0.is_empty() {
        return Err(PolicyError::Empty);
    }
    let numbered = document.statement.0.into_iter().zip(1..);
    numbered
        .map(|(raw, number)| compile(raw, variables).map_err(|problem| PolicyError::Statement { number, problem }))
        .collect()
}

fn compile(raw: RawStatement, variables: bool) -> Result<Statement, String> {
    let action = Reading { wildcards: true, variables: false, fold_case: true };
    let resource = Reading { wildcards: true, variables, fold_case: false };
    Ok(Statement {
        effect: raw.effect,
        actions: selector("Action", raw.action, raw.not_action, action, is_action)?,
        resources: selector("Resource", raw.resource, raw.not_resource, resource, is_resource)?,
        conditions: conditions(raw.condition, variables)?,
    })
}

fn selector(
    name: &str,
    positive: Option<OneOrMany<String>>,
    negative: Option<OneOrMany<String>>,
    reading: Reading,
    is_valid: fn(&str) -> bool,
) -> Result<Selector, String> {
    let (negated, values) = match (positive, negative) {
        (Some(values), None) => (false, values.0),
        (None, Some(values)) => (true, values.0),
        _ => return Err(format!("exactly one of {name} and Not{name} is needed")),
    };
    if values.is_empty() {
        return Err(format!("{name} must not be empty"));
    }
    if let Some(value) = values.iter().find(|value| !is_valid(value)) {
        return Err(format!("'{value}' is not a valid {name}"));
    }
    let patterns = values.iter().map(|value| Pattern::parse(value, reading)).collect::<Result<_, _>>()?;
    Ok(Selector { negated, patterns })
}

/// `*` or `service:name`, where only the name may have wildcards.
fn is_action(text: &str) -> bool {
    let is_service =
        |service: &str| !service.is_empty() && service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text == "*" || text.split_once(':').is_some_and(|(service, name)| is_service(service) && !name.is_empty())
}

/// `*` or an ARN with all its parts.
fn is_resource(text: &str) -> bool {
    text == "*" || (text.starts_with("arn:") && text.matches(':').count() >= 5)
}

fn conditions(raw: Option<Pairs<Pairs<OneOrMany<Scalar>>>>, variables: bool) -> Result<Vec<Condition>, String> {
    let mut conditions = vec![];
    for (operator, keys) in raw.into_iter().flat_map(|operators| operators.0) {
        for (key, values) in keys.0 {
            let values: Vec<String> = values.0.into_iter().map(|scalar| scalar.0).collect();
            conditions.push(Condition::parse(&operator, &key, &values, variables)?);
        }
    }
    Ok(conditions)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Document {
    #[serde(default, deserialize_with = "given")]
    version: Option<String>,
    #[serde(default, rename = "Id", deserialize_with = "given")]
    _id: Option<String>,
    statement: OneOrMany<RawStatement>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RawStatement {
    #[serde(default, rename = "Sid", deserialize_with = "given")]
    _sid: Option<String>,
    effect: Effect,
    #[serde(default, deserialize_with = "given")]
    principal: Option<RawPrincipal>,
    #[serde(default, deserialize_with = "given")]
    action: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "given")]
    not_action: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "given")]
    resource: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "given")]
    not_resource: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "given")]
    condition: Option<Pairs<Pairs<OneOrMany<Scalar>>>>,
}

/// `"*"` or an object from kind to names.
enum RawPrincipal {
    Everyone,
    Listed(Pairs<OneOrMany<String>>),
}

impl RawPrincipal {
    fn grantees(self) -> Result<Vec<Grantee>, String> {
        let Self::Listed(kinds) = self else { return Ok(vec![Grantee::Everyone]) };
        let named = kinds.0.iter().flat_map(|(kind, names)| names.0.iter().map(move |name| (kind, name)));
        let grantees = named.map(|(kind, name)| Grantee::parse(kind, name)).collect::<Result<Vec<_>, _>>()?;
        if grantees.is_empty() { Err("Principal must not be empty".to_owned()) } else { Ok(grantees) }
    }
}

impl<'de> Deserialize<'de> for RawPrincipal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PrincipalVisitor;
        impl<'de> Visitor<'de> for PrincipalVisitor {
            type Value = RawPrincipal;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("\"*\" or an object with AWS, Service or CanonicalUser")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawPrincipal, E> {
                if text == "*" {
                    Ok(RawPrincipal::Everyone)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(text), &self))
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawPrincipal, A::Error> {
                Pairs::deserialize(de::value::MapAccessDeserializer::new(map)).map(RawPrincipal::Listed)
            }
        }
        deserializer.deserialize_any(PrincipalVisitor)
    }
}
