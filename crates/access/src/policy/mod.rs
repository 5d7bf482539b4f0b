//! IAM policies: parse once, evaluate often.
//!
//! The rules are those of the IAM User Guide, *Policy evaluation logic* and *IAM JSON policy elements* (spec `P7`): an
//! explicit Deny wins over everything, then an Allow, and what nobody allows is denied. Elements, operators and
//! principals that are not known here are refused when a policy is stored, never skipped when it is evaluated.
//!
//! Two kinds of policy are two types: a [`Policy`] hangs on an identity and names no principal, a [`ResourcePolicy`] hangs
//! on a bucket and names one in every statement.

mod ask;
mod condition;
mod decision;
mod document;
mod json;
mod pattern;
mod principal;
mod statement;

pub use ask::{Ask, Context};
pub use decision::{Decision, combine, denial_text, evaluate, evaluate_resource};
pub use document::{MAX_POLICY_BYTES, Policy, PolicyError, ResourcePolicy};
pub use principal::{Principal, PrincipalId};
