//! A role that a sign-on portal gives to its users.

use super::cache;
use super::kept::kept_or;
use super::portal::{self, Portal};
use super::retrieved::{as_map, member, whole};
use super::source::{Keys, Source};
use super::sso_token::{SignOn, signed_off};
use super::{Keep, Method};
use crate::config::Section;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::json;
use crate::session::Session;
use bytes::Bytes;
use chrono::DateTime;
use http::Request;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a query.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A role of an account, and the portal that gives it.
#[derive(Clone, Copy, Debug)]
struct Role<'a> {
    account: &'a str,
    name: &'a str,
    sign_on: SignOn<'a>,
}

pub(super) fn search<'a>(session: Session<'a>, name: &str, keep: Keep) -> Result<Option<Source<'a>>, Failure> {
    let profile = session.settings.profiles().profile(name);
    let named = |profile: &&Section| profile.get("sso_role_name").or(profile.get("sso_account_id")).is_some();
    let Some(profile) = profile.filter(named) else { return Ok(None) };
    let role = Role::of(session, name, profile)?;
    Ok(Some(Source::promised(Method::Sso, move || role.fetch(session, keep))))
}

impl<'a> Role<'a> {
    fn of(session: Session<'a>, name: &str, profile: &'a Section) -> Result<Self, Failure> {
        let sign_on = profile.text("sso_session");
        let section =
            match sign_on {
                None => None,
                Some(name) => Some(session.settings.profiles().sso_session(name).ok_or_else(|| {
                    Failure::general(format!("The specified sso-session does not exist: \"{name}\""))
                })?),
            };
        let mut lacking = Vec::new();
        let mut setting = |key: &'static str| {
            let value = agreed(key, profile.text(key), section.and_then(|section| section.text(key)))?;
            lacking.extend(value.is_none().then_some(key));
            Ok::<_, Failure>(value.unwrap_or_default())
        };
        let (role, account) = (setting("sso_role_name")?, setting("sso_account_id")?);
        let (start_url, region) = (setting("sso_start_url")?, setting("sso_region")?);
        if !lacking.is_empty() {
            let lacking = lacking.join(", ");
            return Err(Failure::general(format!(
                "The profile \"{name}\" is configured to use SSO but is missing required configuration: {lacking}"
            )));
        }
        Ok(Self { account, name: role, sign_on: SignOn { session: sign_on, start_url, region } })
    }

    /// What the credentials are kept under.
    fn key(&self) -> String {
        let sign_on = match self.sign_on.session {
            Some(session) => ("sessionName", session),
            None => ("startUrl", self.sign_on.start_url),
        };
        let mut arguments = [sign_on, ("roleName", self.name), ("accountId", self.account)];
        arguments.sort_unstable();
        cache::key(&json::dense(&Document::Map(Map::from_iter(arguments))))
    }

    fn fetch(&self, session: Session<'_>, keep: Keep) -> Result<Keys, Failure> {
        kept_or(session, keep, &self.key(), || self.ask(session))
    }

    fn ask(&self, session: Session<'_>) -> Result<Document, Failure> {
        let token = self.sign_on.access_token(session)?;
        let encoded = |text| utf8_percent_encode(text, UNRESERVED);
        let address = Portal::Roles.address(session, self.sign_on.region)?;
        let (role, account) = (encoded(self.name), encoded(self.account));
        let address = format!("{address}/federation/credentials?role_name={role}&account_id={account}");
        let request = Request::get(address)
            .header("x-amz-sso_bearer_token", token)
            .body(Bytes::new())
            .map_err(|error| Failure::general(error.to_string()))?;
        let answer = portal::call(session, "GetRoleCredentials", &request);
        if let Err(Failure::Service(error)) = &answer
            && error.code == "UnauthorizedException"
        {
            return Err(signed_off());
        }
        let answer = answer?;
        self.presented(as_map(member(&answer, "roleCredentials")?)?)
    }

    /// The answer as the reference keeps it.
    fn presented(&self, answer: &Map) -> Result<Document, Failure> {
        let mut credentials = Map::new();
        for (name, key) in
            [("AccessKeyId", "accessKeyId"), ("SecretAccessKey", "secretAccessKey"), ("SessionToken", "sessionToken")]
        {
            credentials.insert(name, member(answer, key)?.clone());
        }
        let milliseconds = whole(member(answer, "expiration")?);
        let expiration = milliseconds.and_then(DateTime::from_timestamp_millis).unwrap_or_default();
        credentials.insert("Expiration", expiration.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        credentials.insert("AccountId", self.account);
        let mut kept = Map::new();
        kept.insert("ProviderType", "sso");
        kept.insert("Credentials", credentials);
        Ok(Document::Map(kept))
    }
}

/// A value that a profile and its session may both have, if they have the same.
fn agreed<'a>(key: &str, profile: Option<&'a str>, session: Option<&'a str>) -> Result<Option<&'a str>, Failure> {
    match (profile, session) {
        (Some(profile), Some(session)) if profile != session => Err(Failure::general(format!(
            "The value for {key} is inconsistent between profile ({profile}) and sso-session ({session})."
        ))),
        (profile, session) => Ok(session.or(profile)),
    }
}
