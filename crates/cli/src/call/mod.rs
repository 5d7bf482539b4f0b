//! One call of one operation: where to, signed by whom, sent how often, and what came back.

mod answer;
mod endpoint;
mod retry;
mod signature;
mod timestamp;

pub(crate) use retry::{Retries, Trouble};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, Uri};
use valkeep_api::{OperationModel, Service, query};

pub(crate) use endpoint::{address_of, region};

use self::endpoint::{Endpoint, Region};
use crate::config::TimestampFormat;
use crate::credentials::Source;
use crate::document::{Document, Map};
use crate::failure::{Failure, ServiceError};
use crate::session::Session;
use crate::transport::{self, Transport, TransportError};
use crate::{credentials, debug, input};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
const AGENT: HeaderValue = HeaderValue::from_static(concat!("valkeep/", env!("CARGO_PKG_VERSION")));

/// Numbers the calls; all tries of a call have the same number.
const INVOCATION: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");

/// Tells the service which try this is.
const ATTEMPT: HeaderName = HeaderName::from_static("amz-sdk-request");

/// Who signs.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// The credentials that the session finds; nobody with `--no-sign-request`.
    OfSession,
    /// These credentials.
    Given(Credentials),
    /// Nobody: the request goes out unsigned.
    Anonymous,
}

/// What an identity came to.
#[derive(Debug)]
enum Signer<'a> {
    Credentials(Credentials),
    /// Somebody whose credentials the first call fetches, if they are not here.
    Found(Source<'a>),
    /// Nobody is wanted.
    Nobody,
    /// Somebody is wanted and not there, which every call tells.
    Missing(Failure),
}

/// A client of one service in one region.
#[derive(Debug)]
pub(crate) struct Client<'a> {
    session: Session<'a>,
    service: &'static Service,
    timestamps: TimestampFormat,
    endpoint: Endpoint,
    retries: Retries,
    transport: Transport,
    signer: Signer<'a>,
    /// The head of the last answer.
    head: HeaderMap,
}

impl<'a> Client<'a> {
    /// Finds region, credentials, endpoint and retries, in the order in which the reference finds them missing. That
    /// there are no credentials is found by the first call.
    pub(crate) fn new(session: Session<'a>, service: &'static Service, identity: Identity) -> Result<Self, Failure> {
        let timestamps = session.settings.timestamp_format()?;
        let region = Region::of(session)?;
        let transport = Transport::new(session)?;
        let signer = match identity {
            Identity::Given(credentials) => Signer::Credentials(credentials),
            Identity::Anonymous => Signer::Nobody,
            Identity::OfSession if !session.globals.sign_request => Signer::Nobody,
            Identity::OfSession => match credentials::search(session)? {
                Some(source) => Signer::Found(source),
                None => Signer::Missing(Failure::NoCredentials),
            },
        };
        let endpoint = region.endpoint(session, service)?;
        let retries = Retries::of(session)?;
        let endpoint = endpoint.or_configured(session, service)?;
        debug::line(session, || format!("{} is at {} in {}", service.name, endpoint.url, endpoint.region));
        Ok(Self { session, service, timestamps, endpoint, retries, transport, signer, head: HeaderMap::new() })
    }

    /// The operations that this client can call.
    pub(crate) fn service(&self) -> &'static Service {
        self.service
    }

    /// Waits, with the connection kept open.
    pub(crate) fn pause(&self, duration: std::time::Duration) -> Result<(), Failure> {
        Ok(self.transport.pause(duration)?)
    }

    /// A header field of the last answer, when it is plain text.
    pub(crate) fn told(&self, field: &str) -> Option<&str> {
        self.head.get(field)?.to_str().ok()
    }

    /// Checks `parameters`, sends them, and reads the answer.
    pub(crate) fn call(&mut self, operation: &'static OperationModel, parameters: &Map) -> Result<Document, Failure> {
        let parameters = input::validate(operation.input, parameters)?;
        self.settle_signer()?;
        let address = self.endpoint.uri()?;
        let pairs = query::encode(self.service, operation, &parameters);
        debug::line(self.session, || format!("{} with {}", operation.name, debug::parameters(&pairs)));
        let body = Bytes::from(query::form(&pairs));
        let invocation = invocation();
        let mut attempt = 1;
        loop {
            let request = self.request(&address, body.clone(), &invocation, attempt)?;
            debug::line(self.session, || format!("request {attempt}: {}", debug::headers(request.headers())));
            match self.transport.send(request) {
                Ok(answer) => {
                    if let Some(result) = self.answered(operation, attempt, &answer)? {
                        return Ok(result);
                    }
                }
                Err(error) => self.failed(attempt, error)?,
            }
            attempt += 1;
        }
    }

    /// Fetches the credentials of a signer who was only found so far.
    fn settle_signer(&mut self) -> Result<(), Failure> {
        self.signer = match std::mem::replace(&mut self.signer, Signer::Nobody) {
            Signer::Found(source) => match source.settle((self.session.surroundings.now)()) {
                Ok(found) => Signer::Credentials(found.credentials),
                Err(failure) => Signer::Missing(failure),
            },
            settled @ (Signer::Credentials(_) | Signer::Nobody | Signer::Missing(_)) => settled,
        };
        match &self.signer {
            Signer::Missing(failure) => Err(failure.clone()),
            Signer::Credentials(_) | Signer::Found(_) | Signer::Nobody => Ok(()),
        }
    }

    fn request(&self, address: &Uri, body: Bytes, invocation: &str, attempt: u32) -> Result<Request<Bytes>, Failure> {
        let attempts_max = self.retries.attempts_max();
        let attempt = match attempt {
            1 => "attempt=1".to_owned(),
            _ => format!("attempt={attempt}; max={attempts_max}"),
        };
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(address.clone())
            .header(HOST, transport::host_of(address))
            .header(CONTENT_TYPE, FORM)
            .header(USER_AGENT, AGENT)
            .header(INVOCATION, invocation)
            .header(ATTEMPT, attempt)
            .body(body)
            .map_err(|error| Failure::general(error.to_string()))?;
        if let Signer::Credentials(credentials) = &self.signer {
            let now = (self.session.surroundings.now)();
            signature::sign(&mut request, credentials, &self.endpoint.region, self.service.name, now)?;
        }
        Ok(request)
    }

    /// The result; `None` when it is time to try again.
    fn answered(
        &mut self,
        operation: &'static OperationModel,
        attempt: u32,
        answer: &Response<Bytes>,
    ) -> Result<Option<Document>, Failure> {
        let status = answer.status();
        debug::line(self.session, || format!("answer {status}: {}", debug::headers(answer.headers())));
        debug::line(self.session, || debug::body(answer.body()));
        self.head.clone_from(answer.headers());
        if !answer::is_error(status) {
            self.retries.succeeded();
            return answer::result(operation, answer.body(), self.timestamps).map(Some);
        }
        let complaint = answer::complaint(status, answer.body())?;
        let trouble = Trouble::Answer { status: status.as_u16(), code: &complaint.code };
        match self.retries.pause(attempt, trouble) {
            Some(pause) => self.pause(pause).map(|()| None),
            None => Err(Failure::Service(Box::new(ServiceError {
                operation: operation.name.to_owned(),
                code: complaint.code,
                message: complaint.message,
                retries_spent: self.retries.is_spent(attempt).then(|| attempt - 1),
                fields: complaint.fields,
            }))),
        }
    }

    /// Waits before the next try, or gives up.
    fn failed(&mut self, attempt: u32, error: TransportError) -> Result<(), Failure> {
        debug::line(self.session, || error.to_string());
        match self.retries.pause(attempt, Trouble::of(&error)) {
            Some(pause) => self.pause(pause),
            None => Err(error.into()),
        }
    }
}

/// Bytes that nobody can foresee; all zero when the system has none, which harms nothing here.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).ok();
    bytes
}

/// A number from 0 to 1.
fn chance() -> f64 {
    f64::from(u32::from_ne_bytes(random())) / f64::from(u32::MAX)
}

/// A new identifier in the form of a UUID.
fn invocation() -> String {
    let text = hex::encode(random::<16>());
    format!("{}-{}-4{}-8{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_a_number_in_the_form_of_a_uuid() {
        let (one, other) = (invocation(), invocation());
        assert_ne!(one, other);
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    }

    #[test]
    fn chances_are_from_0_to_1() {
        assert!((0..1000).all(|_| (0.0..=1.0).contains(&chance())));
    }
}

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing {
    //! What this module offers to the programs that feed readers with anything.

    use super::answer;
    use crate::config::TimestampFormat;
    use http::StatusCode;
    use valkeep_api::Operation;

    /// Reads a body as each kind of answer.
    pub(crate) fn answers(body: &[u8]) {
        for status in [StatusCode::BAD_REQUEST, StatusCode::SERVICE_UNAVAILABLE] {
            answer::complaint(status, body).ok();
        }
        for timestamps in [TimestampFormat::Iso8601, TimestampFormat::Wire] {
            answer::result(Operation::DescribeSnapshots.model(), body, timestamps).ok();
        }
    }
}
