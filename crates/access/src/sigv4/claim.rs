//! A claim: what a request says about its sender, checked as far as possible without the secret.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::fields::{Date, Fields, Form};
use super::{SecretKey, SignatureError, SigningKey, TERMINATOR};

/// How far the signing time may lie from the server's clock, both ways. Unit: seconds. Source: spec `W32`, 15 minutes.
pub const MAX_SKEW_S: i64 = 15 * 60;

/// The longest life of a presigned URL. Unit: seconds. Source: *Signature Version 4 query parameters*, seven days.
pub const MAX_PRESIGNED_S: i64 = 604_800;

/// Longest credential that is looked at. Unit: bytes. Our choice: an access key id has at most 128.
const MAX_CREDENTIAL_BYTES: usize = 256;

/// The head of a request, as far as a signature covers it.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// The method, for example `POST`.
    pub method: &'a str,
    /// The path as it was sent, still percent-encoded.
    pub path: &'a str,
    /// The query as it was sent, still percent-encoded, without the `?`.
    pub query: &'a str,
    /// The headers in the order of arrival; names in lower case. The caller bounds their number.
    pub headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> RequestHead<'a> {
    /// All values of one header, in the order of arrival.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(header, _)| *header == name).map(|(_, value)| *value)
    }
}

/// What a signing key is good for: one day, one region, one service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The day, `YYYYMMDD`, UTC.
    pub date: String,
    /// The region, for example `us-east-1`.
    pub region: String,
    /// The signing name of the service, for example `elasticache`.
    pub service: String,
}

/// Who a request says it comes from: parsed and in time, **not yet proven**.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The access key id. An id is public: nothing may be granted for it alone.
    pub access_key: String,
    /// What the signing key was derived for.
    pub scope: Scope,
    /// When the request was signed.
    pub signed_at: DateTime<Utc>,
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: [u8; 32],
}

/// The evidence that a request was signed with the secret of this access key. Only verification makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Proof {
    access_key: String,
}

impl Proof {
    pub(super) fn of(claim: &Claim) -> Self {
        Self { access_key: claim.access_key.clone() }
    }

    /// The access key id whose secret signed the request.
    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.access_key
    }
}

/// Reads the signature of a request and checks everything that needs no secret.
///
/// Exactly one form is accepted, with one date. A header signature may be 15 minutes off; a presigned URL lives from
/// its date (with the same 15 minutes of grace before) for `X-Amz-Expires` seconds. `host` and every `x-amz-*` header
/// that arrived must be signed; `x-amzn-trace-id`, which balancers add, is not one of them.
///
/// # Errors
/// Every variant of [`SignatureError`] that its own words describe; `SignatureDoesNotMatch` here means a stale or
/// early date, a scope that contradicts the date, or a header that is not covered.
pub fn claim(head: &RequestHead<'_>, now: DateTime<Utc>) -> Result<Claim, SignatureError> {
    let fields = Fields::find(head)?;
    let (access_key, scope) = parse_credential(&fields.credential)?;
    let signed_at = parse_date(&fields.date)?;
    check_scope_date(&scope, signed_at)?;
    match &fields.form {
        Form::Header => check_skew(signed_at, now)?,
        Form::Presigned { expires } => check_presigned(signed_at, expires, now)?,
    }
    let signed_headers = parse_signed_headers(&fields.signed_headers)?;
    check_coverage(head, &signed_headers)?;
    let signature = parse_signature(&fields.signature)?;
    Ok(Claim { access_key, scope, signed_at, signed_headers, signature })
}

impl Claim {
    /// Proves the claim with the secret of its access key. `head` is the one the claim was read from,
    /// `payload_sha256_hex` the hash of the body that really arrived.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch` when the region is not the expected one or the signature differs.
    pub fn verify(
        &self,
        head: &RequestHead<'_>,
        secret: &SecretKey,
        expected_region: &str,
        payload_sha256_hex: &str,
    ) -> Result<Proof, SignatureError> {
        SigningKey::derive(secret, &self.scope).verify(self, head, expected_region, payload_sha256_hex)
    }

    /// The signing time in the form of `X-Amz-Date`.
    pub(super) fn amz_date(&self) -> String {
        amz_date(self.signed_at)
    }
}

fn parse_credential(credential: &str) -> Result<(String, Scope), SignatureError> {
    let malformed = || {
        SignatureError::incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
        )
    };
    if credential.len() > MAX_CREDENTIAL_BYTES || !credential.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(malformed());
    }
    let elements: Vec<&str> = credential.split('/').collect();
    let [key, date, region, service, terminator] = elements[..] else { return Err(malformed()) };
    if [key, date, region, service].contains(&"") {
        return Err(malformed());
    }
    if terminator != TERMINATOR {
        return Err(SignatureError::uncovered(format!(
            "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'."
        )));
    }
    let scope = Scope { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() };
    Ok((key.to_owned(), scope))
}

fn parse_date(date: &Date) -> Result<DateTime<Utc>, SignatureError> {
    let parsed = match date {
        Date::Amz(text) => parse_amz_date(text),
        Date::Http(text) => DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc()),
    };
    parsed.ok_or_else(|| SignatureError::incomplete("Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z."))
}

/// Reads `YYYYMMDDThhmmssZ` and nothing else: chrono alone would accept signs and missing zeros.
fn parse_amz_date(text: &str) -> Option<DateTime<Utc>> {
    let shape = text.len() == 16
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    let parsed = shape.then(|| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok())??;
    let date = parsed.and_utc();
    // A leap second is read as a date that prints differently; the printed form is what was signed.
    (amz_date(date) == text).then_some(date)
}

fn amz_date(date: DateTime<Utc>) -> String {
    date.format("%Y%m%dT%H%M%SZ").to_string()
}

fn check_scope_date(scope: &Scope, signed_at: DateTime<Utc>) -> Result<(), SignatureError> {
    let day = signed_at.format("%Y%m%d").to_string();
    if scope.date == day {
        return Ok(());
    }
    Err(SignatureError::uncovered(format!(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{day}', from '{}'.",
        scope.date,
        amz_date(signed_at)
    )))
}

fn check_skew(signed_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), SignatureError> {
    if now.signed_duration_since(signed_at) > TimeDelta::seconds(MAX_SKEW_S) {
        let oldest = now.checked_sub_signed(TimeDelta::seconds(MAX_SKEW_S)).unwrap_or(now);
        return Err(SignatureError::uncovered(format!(
            "Signature expired: {} is now earlier than {} ({} - 15 min.)",
            amz_date(signed_at),
            amz_date(oldest),
            amz_date(now)
        )));
    }
    check_not_early(signed_at, now)
}

fn check_presigned(signed_at: DateTime<Utc>, expires: &str, now: DateTime<Utc>) -> Result<(), SignatureError> {
    let digits = !expires.is_empty() && expires.len() <= 6 && expires.bytes().all(|byte| byte.is_ascii_digit());
    let life_s = expires.parse::<i64>().ok().filter(|life_s| digits && (1..=MAX_PRESIGNED_S).contains(life_s));
    let life_s = life_s.ok_or_else(|| {
        SignatureError::incomplete(format!("X-Amz-Expires must be a number of seconds from 1 to {MAX_PRESIGNED_S}."))
    })?;
    if now.signed_duration_since(signed_at) > TimeDelta::seconds(life_s) {
        return Err(SignatureError::RequestExpired("Request has expired".to_owned()));
    }
    check_not_early(signed_at, now)
}

fn check_not_early(signed_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), SignatureError> {
    if signed_at.signed_duration_since(now) <= TimeDelta::seconds(MAX_SKEW_S) {
        return Ok(());
    }
    let latest = now.checked_add_signed(TimeDelta::seconds(MAX_SKEW_S)).unwrap_or(now);
    Err(SignatureError::uncovered(format!(
        "Signature not yet current: {} is still later than {} ({} + 15 min.)",
        amz_date(signed_at),
        amz_date(latest),
        amz_date(now)
    )))
}

/// Reads `host;x-amz-date`. The list is itself signed, so only its one canonical spelling is accepted.
fn parse_signed_headers(list: &str) -> Result<Vec<String>, SignatureError> {
    let names: Vec<String> = list.split(';').map(str::to_owned).collect();
    let canonical = names.iter().all(|name| is_lower_token(name)) && names.is_sorted_by(|left, right| left < right);
    if canonical {
        return Ok(names);
    }
    Err(SignatureError::incomplete("'SignedHeaders' must be lower-case header names, sorted, without repetition."))
}

fn is_lower_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && byte != b':')
}

/// Checks that what must be signed is signed, and that what is signed is there.
pub(super) fn check_coverage(head: &RequestHead<'_>, signed_headers: &[String]) -> Result<(), SignatureError> {
    let is_signed = |name: &str| signed_headers.binary_search_by(|signed| signed.as_str().cmp(name)).is_ok();
    if !is_signed("host") || head.values("host").count() != 1 {
        return Err(SignatureError::uncovered("'Host' must be a 'SignedHeader' in the AWS Authorization."));
    }
    let unsigned = head.headers.iter().find(|(name, _)| name.starts_with("x-amz-") && !is_signed(name));
    if let Some((name, _)) = unsigned {
        return Err(SignatureError::uncovered(format!(
            "There were headers present in the request which were not signed: {name}"
        )));
    }
    match signed_headers.iter().find(|signed| head.values(signed).next().is_none()) {
        Some(absent) => Err(SignatureError::uncovered(format!("The signed header '{absent}' is not in the request."))),
        None => Ok(()),
    }
}

fn parse_signature(text: &str) -> Result<[u8; 32], SignatureError> {
    let mut signature = [0; 32];
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    match hex::decode_to_slice(text, &mut signature) {
        Ok(()) if lower => Ok(signature),
        _ => Err(SignatureError::mismatch()),
    }
}
