//! The S3 side of the port: the embedded endpoint, with the identities of this service.

use crate::fault::Answer;
use async_trait::async_trait;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use std::sync::Arc;
use valkeep_buckets::embedded::{Credentials, EmbeddedS3, SecretAccessKey};
use valkeep_control::Control;
use valkeep_ports::buckets::Caller;
use zeroize::Zeroizing;

/// Answers requests that are signed for S3, and anonymous ones that look like it.
pub(crate) struct S3(s3s::service::S3Service);

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("S3")
    }
}

impl S3 {
    pub(crate) fn new(embedded: &EmbeddedS3, control: Arc<Control>) -> Self {
        Self(embedded.service(Arc::new(Identities(control))))
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<s3s::Body> {
        match self.0.call(request.map(s3s::Body::from)).await {
            Ok(response) => worded(response),
            Err(error) => {
                tracing::error!(error = ?error, "the S3 endpoint failed");
                refused(&Answer::internal(), "")
            }
        }
    }
}

/// Puts a message into an error answer that has none; clients would print `Unknown`.
fn worded(response: Response<s3s::Body>) -> Response<s3s::Body> {
    let Some(body) = response.body().bytes().filter(|_| response.status().as_u16() >= 400) else { return response };
    let (start, end) = ("<Code>", "</Code>");
    let text = String::from_utf8_lossy(&body);
    let code = text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map(|(code, _)| code);
    let Some(code) = code.filter(|_| !text.contains("<Message>")) else { return response };
    let with_message = text.replacen(end, &format!("{end}<Message>{}</Message>", message(code)), 1);
    let mut response = response.map(|_| s3s::Body::from(with_message));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

/// The words of S3 for codes that the endpoint gives none for (Amazon S3 API Reference, "Error responses").
fn message(code: &str) -> &'static str {
    match code {
        "SignatureDoesNotMatch" => {
            "The request signature that the server calculated does not match the signature that you provided."
        }
        "InvalidAccessKeyId" => "The access key ID that you provided does not exist in our records.",
        "KeyTooLongError" => "Your key is too long.",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "NoSuchBucket" => "The specified bucket does not exist.",
        "NoSuchKey" => "The specified key does not exist.",
        "RequestTimeTooSkewed" => "The difference between the request time and the server's time is too large.",
        "InvalidRange" => "The requested range cannot be satisfied.",
        "PreconditionFailed" => "At least one of the preconditions that you specified did not hold.",
        "MalformedXML" => "The XML that you provided was not well formed or did not validate.",
        "AccessDenied" => "Access Denied",
        "InternalError" => "An internal error occurred. Try again.",
        _ => "The request was refused.",
    }
}

/// The identities of the service, as the S3 endpoint asks for them.
#[derive(Debug)]
struct Identities(Arc<Control>);

#[async_trait]
impl Credentials for Identities {
    async fn secret(
        &self,
        access_key: &str,
    ) -> Result<Option<(SecretAccessKey, Caller)>, Box<dyn std::error::Error + Send + Sync>> {
        let found = self.0.credential(access_key).await?;
        Ok(found.map(|it| (Zeroizing::new(it.secret.expose().to_owned()), it.caller.clone())))
    }
}

/// An error in the words of S3, for requests that do not reach the endpoint.
pub(crate) fn refused(answer: &Answer, request_id: &str) -> Response<s3s::Body> {
    let message = answer.message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{}</Code><Message>{message}</Message>\
         <RequestId>{request_id}</RequestId></Error>",
        answer.code
    );
    let mut response = Response::new(s3s::Body::from(xml));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}
