//! Credentials of the machine's role, from the metadata service of its cloud.

use super::Method;
use super::container::NAMES;
use super::expiry::Expiry;
use super::retrieved::{as_map, expiring_keys};
use super::source::{Keys, REFRESH_MARGIN, Source};
use crate::config::{Setting, Settings};
use crate::document::Document;
use crate::failure::Failure;
use crate::python::{self, json};
use crate::session::Session;
use crate::transport::{Transport, TransportError};
use bytes::Bytes;
use chrono::{DateTime, SubsecRound, Utc};
use http::header::CONTENT_LENGTH;
use http::{Method as Verb, Request, Response, StatusCode, Uri};
use std::time::Duration;

const ROLES: &str = "latest/meta-data/iam/security-credentials/";
const ZONE: &str = "latest/meta-data/placement/availability-zone/";
const TOKEN_HEADER: &str = "x-aws-ec2-metadata-token";

/// How long the token of the service is good for, in seconds.
const TOKEN_LIFE_S: &str = "21600";

/// How to ask the metadata service.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    /// It ends with a slash.
    address: String,
    tries: u32,
    time_limit: Duration,
    /// Whether requests without a token are allowed.
    tokenless: bool,
}

/// Why the service has no credentials for us.
enum Absent {
    /// There is no service, or no role. The search goes on.
    Nothing,
    Failed(Failure),
}

impl From<Failure> for Absent {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Metadata {
    /// The settings, which are checked even when nobody asks the service.
    pub(super) fn of(settings: &Settings) -> Result<Self, Failure> {
        let time_limit = Duration::from_secs(whole(settings, Setting::MetadataServiceTimeout)?.into());
        let tries = whole(settings, Setting::MetadataServiceNumAttempts)?;
        let address = address(settings)?;
        Ok(Self { address, tries, time_limit, tokenless: !settings.is_true(Setting::MetadataV1Disabled)? })
    }

    pub(super) fn search<'a>(&self, session: Session<'a>) -> Result<Option<Source<'a>>, Failure> {
        if is_disabled(session) {
            return Ok(None);
        }
        match self.load(session) {
            Ok(keys) => Ok(Some(Source::loaded(Method::IamRole, keys))),
            Err(Absent::Nothing) => Ok(None),
            Err(Absent::Failed(failure)) => Err(failure),
        }
    }

    /// The region that the machine stands in: its zone without the letter.
    pub(super) fn region(&self, session: Session<'_>) -> Result<Option<String>, Failure> {
        if is_disabled(session) {
            return Ok(None);
        }
        match self.zone(session) {
            Ok(mut zone) => {
                zone.pop();
                Ok(Some(zone))
            }
            Err(Absent::Nothing) => Ok(None),
            Err(Absent::Failed(failure)) => Err(failure),
        }
    }

    fn zone(&self, session: Session<'_>) -> Result<String, Absent> {
        let transport = Transport::new(session)?.within(self.time_limit);
        let token = self.checked_token(&transport)?;
        self.get(&transport, ZONE, token.as_deref(), |_| true)
    }

    fn load(&self, session: Session<'_>) -> Result<Keys, Absent> {
        let transport = Transport::new(session)?.within(self.time_limit);
        let token = self.checked_token(&transport)?;
        let get = |path: &str, usable: fn(&str) -> bool| self.get(&transport, path, token.as_deref(), usable);
        let role: String = get(ROLES, |_| true)?.chars().filter(|c| !matches!(c, '\r' | '\n' | '\t')).collect();
        let answer = get(&format!("{ROLES}{role}"), |body| json::parse(body).is_ok())?;
        let answer = json::parse(&answer).map_err(|_| Absent::Nothing)?;
        let now = (session.surroundings.now)();
        keys(&answer, now)
    }

    /// The token, which may only be missing where requests without one are allowed.
    fn checked_token(&self, transport: &Transport) -> Result<Option<String>, Absent> {
        let token = self.token(transport)?;
        if token.is_none() && !self.tokenless {
            let reason = "Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled";
            return Err(Failure::general(format!("Error retrieving metadata: {reason}")).into());
        }
        Ok(token)
    }

    /// The token that goes with every request; `None` when the service knows no tokens.
    fn token(&self, transport: &Transport) -> Result<Option<String>, Absent> {
        for _ in 0..self.tries {
            let request = self.request(Verb::PUT, "latest/api/token")?;
            let request =
                request.header("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_LIFE_S).header(CONTENT_LENGTH, 0);
            match send(transport, request) {
                Ok(answer) if answer.status() == StatusCode::OK => {
                    return Ok(Some(String::from_utf8_lossy(answer.body()).into_owned()));
                }
                Ok(answer) => match answer.status().as_u16() {
                    400 => return Err(Absent::Nothing),
                    403..=405 => return Ok(None),
                    _ => {}
                },
                Err(TransportError::ReadTimeout { .. }) => return Ok(None),
                Err(_) => {}
            }
        }
        Ok(None)
    }

    /// What stands at `path`, tried until it is there and `usable`.
    fn get(
        &self,
        transport: &Transport,
        path: &str,
        token: Option<&str>,
        usable: fn(&str) -> bool,
    ) -> Result<String, Absent> {
        for _ in 0..self.tries {
            let mut request = self.request(Verb::GET, path)?;
            if let Some(token) = token {
                request = request.header(TOKEN_HEADER, token);
            }
            let Ok(answer) = send(transport, request) else { continue };
            let body = String::from_utf8_lossy(answer.body());
            if answer.status() == StatusCode::OK && !body.is_empty() && usable(&body) {
                return Ok(body.into_owned());
            }
        }
        Err(Absent::Nothing)
    }

    fn request(&self, verb: Verb, path: &str) -> Result<http::request::Builder, Absent> {
        let uri: Uri = format!("{}{path}", self.address).parse().map_err(|_| Absent::Nothing)?;
        Ok(Request::builder().method(verb).uri(uri))
    }
}

fn is_disabled(session: Session<'_>) -> bool {
    let disabled = session.surroundings.variable("AWS_EC2_METADATA_DISABLED").unwrap_or_default();
    disabled.eq_ignore_ascii_case("true")
}

fn send(transport: &Transport, request: http::request::Builder) -> Result<Response<Bytes>, TransportError> {
    let unusable = |error: http::Error| TransportError::Unusable { reason: error.to_string() };
    transport.send(request.body(Bytes::new()).map_err(unusable)?)
}

/// The keys of an answer. Expired ones are used for a while longer: the service may be late with new ones,
/// and others accept them.
fn keys(answer: &Document, now: DateTime<Utc>) -> Result<Keys, Absent> {
    let map = as_map(answer).map_err(|_| Absent::Nothing)?;
    let complete = [NAMES.id, NAMES.secret, NAMES.token, "Expiration"].iter().all(|name| map.get(name).is_some());
    if !complete {
        return Err(Absent::Nothing);
    }
    let keys = expiring_keys(map, &NAMES)?;
    let extended = now.trunc_subsecs(0) + REFRESH_MARGIN;
    Ok(if keys.expires_before(now)? { keys.until(Expiry::at(extended)) } else { keys })
}

/// A whole number; below zero is as good as zero, and more than 32 bits hold is as good as the most.
fn whole(settings: &Settings, setting: Setting) -> Result<u32, Failure> {
    let text = settings.get(setting)?.unwrap_or_default();
    let number = python::int(&text).map_err(|error| Failure::general(error.to_string()))?;
    let negative = number < 0.into();
    Ok(u32::try_from(number).unwrap_or(if negative { 0 } else { u32::MAX }))
}

fn address(settings: &Settings) -> Result<String, Failure> {
    let ipv6 = match settings.get(Setting::MetadataServiceEndpointMode)? {
        Some(mode) if mode.eq_ignore_ascii_case("ipv6") => true,
        Some(mode) if mode.eq_ignore_ascii_case("ipv4") => false,
        Some(mode) => {
            return Err(Failure::general(format!(
                "Invalid EC2 Instance Metadata endpoint mode: {mode} \
                 Valid endpoint modes (case-insensitive): ('ipv4', 'ipv6')."
            )));
        }
        None => settings.is_true(Setting::ImdsUseIpv6)?,
    };
    let Some(mut address) = settings.get(Setting::MetadataServiceEndpoint)? else {
        return Ok(if ipv6 { "http://[fd00:ec2::254]/" } else { "http://169.254.169.254/" }.to_owned());
    };
    let whole = address.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some());
    if !whole {
        return Err(Failure::general(format!("Invalid endpoint EC2 Instance Metadata endpoint: {address}")));
    }
    if !address.ends_with('/') {
        address.push('/');
    }
    Ok(address)
}
