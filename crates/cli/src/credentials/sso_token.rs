//! The tokens of sign-on portals, as `sso login` leaves them in files.

use super::cache::{self, Cache};
use super::expiry::Expiry;
use super::portal::{self, Portal};
use super::retrieved::{as_text, text, whole};
use super::source::REFRESH_MARGIN;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::json;
use crate::session::Session;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::Request;
use http::header::CONTENT_TYPE;

/// The times in files of tokens.
const TIME_FORM: &str = "%Y-%m-%dT%H:%M:%SZ";

/// Which portal a profile signs on to.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignOn<'a> {
    /// The name of the `[sso-session NAME]` section; profiles of an older form have none.
    pub(super) session: Option<&'a str>,
    pub(super) start_url: &'a str,
    pub(super) region: &'a str,
}

impl SignOn<'_> {
    /// The token with which roles are asked for.
    ///
    /// # Errors
    /// Nobody signed on, or the token is expired and cannot be had anew.
    pub(super) fn access_token(&self, session: Session<'_>) -> Result<String, Failure> {
        let now = (session.surroundings.now)();
        let key = cache::key(self.name());
        let mut token = self.load(session, &key)?;
        let left = |token: &Map| Expiry::of(token.get("expiresAt").unwrap_or(&Document::Null))?.left(now);
        if self.session.is_none() {
            let expired = left(&token)? <= TimeDelta::zero();
            return if expired { Err(signed_off()) } else { Ok(text(&token, "accessToken")?.to_owned()) };
        }
        if left(&token)? < REFRESH_MARGIN
            && let Some(newer) = self.refreshed(session, &token, now)?
        {
            Cache::of_tokens(session).write(&key, &Document::Map(newer.clone()))?;
            token = newer;
        }
        if left(&token)? <= TimeDelta::zero() {
            let text = "Error when retrieving token from sso: Token has expired and refresh failed";
            return Err(Failure::general(text));
        }
        Ok(text(&token, "accessToken")?.to_owned())
    }

    fn name(&self) -> &str {
        self.session.unwrap_or(self.start_url)
    }

    fn load(&self, session: Session<'_>, key: &str) -> Result<Map, Failure> {
        let failed = |name, what| Failure::general(format!("Error loading SSO Token: Token for {name} {what}"));
        match Cache::of_tokens(session).read(key)? {
            None => Err(failed(self.name(), "does not exist")),
            Some(Document::Map(token)) if ["accessToken", "expiresAt"].iter().all(|key| token.get(key).is_some()) => {
                Ok(token)
            }
            Some(_) => Err(failed(self.start_url, "is invalid")),
        }
    }

    /// A newer token; `None` when the portal gives none, or cannot be asked.
    fn refreshed(&self, session: Session<'_>, token: &Map, now: DateTime<Utc>) -> Result<Option<Map>, Failure> {
        let part = |key| token.get(key).map(as_text).transpose();
        let (Some(id), Some(secret), Some(refresh), Some(registered)) =
            (part("clientId")?, part("clientSecret")?, part("refreshToken")?, part("registrationExpiresAt")?)
        else {
            return Ok(None);
        };
        if Expiry::parse(registered)?.left(now)? <= TimeDelta::zero() {
            return Ok(None);
        }
        let parameters = Map::from_iter([
            ("grantType", "refresh_token"),
            ("clientId", id),
            ("clientSecret", secret),
            ("refreshToken", refresh),
        ]);
        let address = format!("{}/token", Portal::Tokens.address(session, self.region)?);
        let request = Request::post(address)
            .header(CONTENT_TYPE, "application/json")
            .body(Bytes::from(json::compact(&Document::Map(parameters))))
            .map_err(|error| Failure::general(error.to_string()))?;
        let answer = match portal::call(session, "CreateToken", &request) {
            Ok(answer) => answer,
            Err(Failure::Service(_)) => return Ok(None),
            Err(other) => return Err(other),
        };
        self.renewed(&answer, [("clientId", id), ("clientSecret", secret), ("registrationExpiresAt", registered)], now)
            .map(Some)
    }

    /// What is kept of an answer, in the order of the reference.
    fn renewed(&self, answer: &Map, client: [(&str, &str); 3], now: DateTime<Utc>) -> Result<Map, Failure> {
        let seconds = answer.get("expiresIn").and_then(whole).and_then(TimeDelta::try_seconds);
        let expires = seconds.and_then(|seconds| now.checked_add_signed(seconds)).unwrap_or(now);
        let mut token = Map::new();
        token.insert("startUrl", self.start_url);
        token.insert("region", self.region);
        token.insert("accessToken", text(answer, "accessToken")?);
        token.insert("expiresAt", expires.format(TIME_FORM).to_string());
        for (key, value) in client {
            token.insert(key, value);
        }
        if let Some(refresh) = answer.get("refreshToken") {
            token.insert("refreshToken", refresh.clone());
        }
        Ok(token)
    }
}

/// The portal does not know the user any more.
pub(super) fn signed_off() -> Failure {
    Failure::general(
        "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO \
         session run aws sso login with the corresponding profile.",
    )
}
