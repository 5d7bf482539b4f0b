//! Signatures: AWS Signature Version 4 over the content type, the host and the time.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as sign_request};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::Request;
use http::header::{CONTENT_TYPE, HOST};

use crate::failure::Failure;

/// Adds the time, the session token and the signature to the headers of `request`, which has its host and its
/// content type.
pub(super) fn sign(
    request: &mut Request<Bytes>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let unsigned = |error: &dyn std::error::Error| Failure::general(format!("The request cannot be signed: {error}"));
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(now.into())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| unsigned(&error))?
        .into();
    let url = request.uri().to_string();
    let signed = [HOST, CONTENT_TYPE];
    let headers = signed.iter().filter_map(|name| Some((name.as_str(), request.headers().get(name)?.to_str().ok()?)));
    let body = SignableBody::Bytes(request.body());
    let signable = SignableRequest::new(request.method().as_str(), url, headers, body);
    let signable = signable.map_err(|error| unsigned(&error))?;
    let (instructions, _) = sign_request(signable, &parameters).map_err(|error| unsigned(&error))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}
