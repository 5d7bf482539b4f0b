//! Roles that STS hands out.

use super::expiry::{Expiry, iso};
use super::retrieved::{as_map, member};
use crate::call::{self, Client, Identity};
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::globals::Globals;
use crate::session::Session;
use valkeep_api::{OperationModel, STS};

/// Asks STS for a role.
pub(super) fn call(
    session: Session<'_>,
    identity: Identity,
    operation: &'static OperationModel,
    parameters: &Map,
) -> Result<Document, Failure> {
    // Also where STS could do without one.
    if call::region(session)?.is_none() {
        return Err(Failure::NoRegion);
    }
    // An endpoint on the command line is that of the command's own service.
    let globals = Globals { endpoint_url: None, ..session.globals.clone() };
    let session = Session { globals: &globals, ..session };
    presented(&Client::new(session, &STS, identity)?.call(operation, parameters)?)
}

/// The name of a session that nobody named.
pub(super) fn generated_name(session: Session<'_>) -> String {
    format!("botocore-session-{}", (session.surroundings.now)().timestamp())
}

/// The answer as the reference keeps it: the time in one form, and the account of the role beside the keys.
fn presented(answer: &Document) -> Result<Document, Failure> {
    let answer = as_map(answer)?;
    let mut credentials = as_map(member(answer, "Credentials")?)?.clone();
    if let Some(instant) = Expiry::of(member(&credentials, "Expiration")?)?.instant() {
        credentials.insert("Expiration", iso(instant));
    }
    if let Some(account) = account(answer) {
        credentials.insert("AccountId", account);
    }
    let mut kept = answer.clone();
    kept.insert("Credentials", credentials);
    Ok(Document::Map(kept))
}

/// The account in `arn:aws:sts::123456789012:assumed-role/…`.
fn account(answer: &Map) -> Option<String> {
    let Document::Map(user) = answer.get("AssumedRoleUser")? else { return None };
    let Document::String(arn) = user.get("Arn")? else { return None };
    arn.split(':').nth(4).map(str::to_owned)
}
