//! The S3 side of the port: the embedded endpoint, with the identities of this service.

use crate::fault::Answer;
use async_trait::async_trait;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use std::sync::Arc;
use valkeep_access::policy::Context;
use valkeep_buckets::embedded::{Credentials, EmbeddedS3, HttpSide, SecretAccessKey, words};
use valkeep_control::Control;
use valkeep_ports::buckets::Caller;
use zeroize::Zeroizing;

/// Answers requests that are signed for S3, and anonymous ones that look like it.
pub(crate) struct S3(HttpSide);

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("S3")
    }
}

impl S3 {
    pub(crate) fn new(embedded: &EmbeddedS3, control: Arc<Control>) -> Self {
        Self(embedded.service(Arc::new(Identities(control))))
    }

    /// Policies are judged under `conditions`.
    pub(crate) async fn answer(&self, mut request: Request<Incoming>, conditions: Context) -> Response<s3s::Body> {
        request.extensions_mut().insert(conditions);
        match self.0.answer(request.map(s3s::Body::from)).await {
            Ok(response) => words::worded(response),
            Err(error) => {
                tracing::error!(error = ?error, "the S3 endpoint failed");
                refused(&Answer::internal(), "")
            }
        }
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

/// An error for requests that do not reach the endpoint.
pub(crate) fn refused(answer: &Answer, request_id: &str) -> Response<s3s::Body> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    words::refused(status, answer.code, &answer.message, request_id)
}
