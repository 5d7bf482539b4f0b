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

#[cfg(test)]
mod tests {
    use super::*;

    /// The values are those of botocore 1.43 for the same request.
    #[test]
    fn content_type_host_and_time_are_signed() {
        let cases = [
            (None, "content-type;host;x-amz-date", "f5c8200f3f1f7c2079850dab7ea7e8443eac4267b7554e5f9cf1d86d3eb690e2"),
            (
                Some("TOKEN/+=".to_owned()),
                "content-type;host;x-amz-date;x-amz-security-token",
                "669da4688ff9d7d624f403fa32dfddae76c15c4dee2b5751a6f5dec50110a0ae",
            ),
        ];
        for (token, headers, signature) in cases {
            let mut request = Request::post("https://elasticache.us-east-1.amazonaws.com/")
                .header(HOST, "elasticache.us-east-1.amazonaws.com")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
                .header("user-agent", "x")
                .header("amz-sdk-request", "attempt=1")
                .body(Bytes::from_static(b"Action=CopySnapshot&Version=2015-02-02"))
                .expect("a request");
            let credentials = Credentials::new("AKIDEXAMPLE", "secret", token.clone(), None, "test");
            let noon = "2026-11-22T12:00:00Z".parse().expect("a time");
            sign(&mut request, &credentials, "us-east-1", "elasticache", noon).expect("a signature");
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/elasticache/aws4_request, \
                 SignedHeaders={headers}, Signature={signature}"
            );
            assert_eq!(request.headers()["authorization"], expected.as_str());
            assert_eq!(request.headers()["x-amz-date"], "20261122T120000Z");
            let sent = request.headers().get("x-amz-security-token").and_then(|token| token.to_str().ok());
            assert_eq!(sent, token.as_deref());
        }
    }
}
