//! The gate: from a request head and its body to a call of a proven caller. There is no other way to a [`Call`].
//!
//! A request is turned away by its head alone as far as that is possible, before its body is read.

use crate::fault::Answer;
use chrono::{DateTime, Utc};
use http::request::Parts;
use std::net::SocketAddr;
use std::sync::Arc;
use valkeep_access::policy::Context;
use valkeep_access::sigv4::{Claim, RequestHead, SignatureError, claim, payload_sha256_hex};
use valkeep_control::identities::Credential;
use valkeep_control::{Call, Control};

/// The head of a request whose signature claims somebody, not yet proven.
#[derive(Debug)]
pub(crate) struct Visitor {
    claim: Claim,
    credential: Arc<Credential>,
}

/// Reads the claim of a request, for any service: form, clock, covered headers. Needs no secret.
pub(crate) fn claim_of(parts: &Parts, now: DateTime<Utc>) -> Result<Claim, SignatureError> {
    let headers = headers_of(parts);
    claim(&head_of(parts, &headers), now)
}

impl Visitor {
    /// Looks up whom the claim names.
    pub(crate) async fn meet(control: &Control, claim: Claim) -> Result<Self, Answer> {
        match control.credential(&claim.access_key).await {
            Ok(Some(credential)) => Ok(Self { claim, credential }),
            Ok(None) => Err(Answer::from(&SignatureError::InvalidClientTokenId)),
            Err(refusal) => Err(Answer::from(refusal)),
        }
    }

    /// Proves the claim with the body that really arrived.
    pub(crate) fn prove(
        self,
        control: &Control,
        parts: &Parts,
        body: &[u8],
        conditions: Context,
    ) -> Result<Call, Answer> {
        let headers = headers_of(parts);
        let head = head_of(parts, &headers);
        let region = &control.place().region;
        self.claim
            .verify(&head, &self.credential.secret, region, &payload_sha256_hex(body))
            .map_err(|error| Answer::from(&error))?;
        Ok(Call { caller: self.credential.caller.clone(), context: conditions })
    }
}

/// The conditions of a request that policies may ask for, whatever service it is for.
pub(crate) fn conditions(control: &Control, peer: SocketAddr, secure: bool, now: DateTime<Utc>) -> Context {
    let mut context = Context::at(now);
    context.insert("aws:SourceIp", peer.ip().to_canonical().to_string());
    context.insert("aws:SecureTransport", if secure { "true" } else { "false" });
    context.insert("aws:RequestedRegion", control.place().region.as_str());
    context
}

fn headers_of(parts: &Parts) -> Vec<(&str, &[u8])> {
    parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn head_of<'a>(parts: &'a Parts, headers: &'a [(&'a str, &'a [u8])]) -> RequestHead<'a> {
    RequestHead {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers,
    }
}
