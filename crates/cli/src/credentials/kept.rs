//! Credentials that are fetched once, and wait in files for the next command.

use super::Keep;
use super::cache::Cache;
use super::expiry::Expiry;
use super::retrieved::{Names, as_map, expiring_keys, member};
use super::source::{Keys, REFRESH_MARGIN};
use crate::document::Document;
use crate::failure::Failure;
use crate::session::Session;

const NAMES: Names = Names { id: "AccessKeyId", secret: "SecretAccessKey", token: "SessionToken" };

/// The keys kept under `key`, or else those that `fetch` gets, in a document with `Credentials`.
pub(super) fn kept_or(
    session: Session<'_>,
    keep: Keep,
    key: &str,
    fetch: impl FnOnce() -> Result<Document, Failure>,
) -> Result<Keys, Failure> {
    if keep == Keep::Nowhere {
        return keys(&fetch()?);
    }
    let cache = Cache::of_credentials(session);
    if let Some(kept) = cache.read(key)?
        && lasts(session, &kept)?
    {
        return keys(&kept);
    }
    let fetched = fetch()?;
    cache.write(key, &fetched)?;
    keys(&fetched)
}

fn keys(document: &Document) -> Result<Keys, Failure> {
    expiring_keys(as_map(member(as_map(document)?, "Credentials")?)?, &NAMES)
}

fn lasts(session: Session<'_>, kept: &Document) -> Result<bool, Failure> {
    let credentials = as_map(member(as_map(kept)?, "Credentials")?)?;
    let expiry = Expiry::of(member(credentials, "Expiration")?)?;
    Ok(expiry.left((session.surroundings.now)())? >= REFRESH_MARGIN)
}
