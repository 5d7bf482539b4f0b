//! What a place of the chain has: keys, or the way to fetch some.

use super::expiry::Expiry;
use super::{Found, Method};
use crate::failure::Failure;
use aws_credential_types::Credentials;
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;

/// Credentials that expire sooner than this are fetched anew.
pub(super) const REFRESH_MARGIN: TimeDelta = TimeDelta::minutes(15);

/// Credentials that expire sooner than this are not used when fetching them anew fails.
const LAST_MARGIN: TimeDelta = TimeDelta::minutes(10);

/// Keys as a place had them.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    credentials: Credentials,
    expiry: Option<Expiry>,
}

impl Keys {
    pub(super) fn new(id: &str, secret: &str, token: Option<&str>) -> Self {
        let token = token.filter(|token| !token.is_empty()).map(str::to_owned);
        Self { credentials: Credentials::new(id, secret, token, None, "valkeep"), expiry: None }
    }

    pub(super) fn until(self, expiry: Expiry) -> Self {
        Self { expiry: Some(expiry), ..self }
    }

    /// Whether the time at which they expire is past; keys without one last for ever.
    pub(super) fn expires_before(&self, now: DateTime<Utc>) -> Result<bool, Failure> {
        Ok(self.left(now)?.is_some_and(|left| left <= TimeDelta::zero()))
    }

    fn left(&self, now: DateTime<Utc>) -> Result<Option<TimeDelta>, Failure> {
        self.expiry.map(|expiry| expiry.left(now)).transpose()
    }
}

type Fetch<'a> = Box<dyn FnOnce() -> Result<Keys, Failure> + 'a>;

/// A place that was found in the search.
pub(crate) struct Source<'a> {
    method: Method,
    state: State<'a>,
}

enum State<'a> {
    /// Keys that are here and stay.
    Loaded(Keys),
    /// Keys that are here, and how to get newer ones.
    Renewable(Keys, Fetch<'a>),
    /// How to get keys.
    Promised(Fetch<'a>),
}

impl<'a> Source<'a> {
    pub(super) fn loaded(method: Method, keys: Keys) -> Self {
        Self { method, state: State::Loaded(keys) }
    }

    /// Loads keys now, and once more when they are about to expire.
    pub(super) fn renewable(method: Method, load: impl Fn() -> Result<Keys, Failure> + 'a) -> Result<Self, Failure> {
        Ok(Self { method, state: State::Renewable(load()?, Box::new(load)) })
    }

    pub(super) fn promised(method: Method, fetch: impl FnOnce() -> Result<Keys, Failure> + 'a) -> Self {
        Self { method, state: State::Promised(Box::new(fetch)) }
    }

    /// The credentials, fetched if they are not here or about to expire.
    ///
    /// # Errors
    /// Fetching fails, or what was fetched is expired.
    pub(crate) fn settle(self, now: DateTime<Utc>) -> Result<Found, Failure> {
        let keys = match self.state {
            State::Loaded(keys) => keys,
            State::Promised(fetch) => fresh(fetch()?, now)?,
            State::Renewable(keys, fetch) => match keys.left(now)? {
                Some(left) if left < REFRESH_MARGIN => match fetch() {
                    Ok(newer) => fresh(newer, now)?,
                    Err(_) if left >= LAST_MARGIN => keys,
                    Err(failure) => return Err(failure),
                },
                _ => keys,
            },
        };
        let expiration = keys.expiry.and_then(Expiry::instant);
        let mut credentials = keys.credentials;
        *credentials.expiry_mut() = expiration.map(Into::into);
        Ok(Found { credentials, method: self.method, expiration })
    }
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("method", &self.method).finish_non_exhaustive()
    }
}

fn fresh(keys: Keys, now: DateTime<Utc>) -> Result<Keys, Failure> {
    if keys.expires_before(now)? {
        let text = "Credentials were refreshed, but the refreshed credentials are still expired.";
        return Err(Failure::general(text));
    }
    Ok(keys)
}
