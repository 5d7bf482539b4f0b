//! Signatures: AWS Signature Version 4 over the content type, the host and the time.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as sign_request};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, HOST, HeaderName};
use http::{HeaderValue, Request};

use crate::document::Document;
use crate::failure::Failure;
use crate::python::{self, Maps};

/// Goes with the signatures of credentials that are good for one session only.
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Adds the time, the session token and the signature to the headers of `request`, which has its host and its
/// content type.
///
/// # Errors
/// The key or the token cannot stand in a header.
pub(super) fn sign(
    request: &mut Request<Bytes>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let unsigned = |error: &dyn std::error::Error| Failure::general(format!("The request cannot be signed: {error}"));
    header(credentials.access_key_id())?;
    if let Some(token) = credentials.session_token() {
        request.headers_mut().insert(TOKEN, header(token)?);
    }
    // The token is signed as a header among the others, so that blanks in it count as in any of them.
    let keys = (credentials.access_key_id(), credentials.secret_access_key());
    let identity = Credentials::new(keys.0, keys.1, None, None, "valkeep").into();
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
    let signed = [HOST, CONTENT_TYPE, TOKEN];
    let text = |name| std::str::from_utf8(request.headers().get(name)?.as_bytes()).ok();
    let headers = signed.iter().filter_map(|name| Some((name.as_str(), text(name)?)));
    let body = SignableBody::Bytes(request.body());
    let signable = SignableRequest::new(request.method().as_str(), url, headers, body);
    let signable = signable.map_err(|error| unsigned(&error))?;
    let (instructions, _) = sign_request(signable, &parameters).map_err(|error| unsigned(&error))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

fn header(text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::try_from(text).map_err(|_| {
        let bytes = python::repr(&Document::Bytes(text.into()), Maps::Dict);
        Failure::General(format!("An HTTP Client raised an unhandled exception: Invalid header value {bytes}"))
    })
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

    #[test]
    fn what_cannot_stand_in_a_header_is_refused() {
        let cases = [("key\n", None, "b'key\\n'"), ("key", Some("tok\r\n".to_owned()), "b'tok\\r\\n'")];
        for (key, token, shown) in cases {
            let mut request = Request::post("https://h/").header(HOST, "h").body(Bytes::new()).expect("a request");
            let credentials = Credentials::new(key, "secret", token, None, "test");
            let failure = sign(&mut request, &credentials, "us-east-1", "elasticache", Utc::now());
            let text = format!("An HTTP Client raised an unhandled exception: Invalid header value {shown}");
            assert_eq!(failure, Err(Failure::General(text)));
        }
    }
}
