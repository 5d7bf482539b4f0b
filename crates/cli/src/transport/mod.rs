//! HTTP as the reference speaks it: one request, one answer, proxies, certificates, time-outs.

mod coding;
mod connection;
mod proxy;
mod tls;

use std::cell::RefCell;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Request, Response, Uri};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use self::connection::{Connection, Sent};
use self::proxy::{Proxies, Route};
use self::tls::Trust;
use crate::config::Setting;
use crate::failure::Failure;
use crate::session::Session;

/// How long to wait for a connection, and for each part of an answer.
const DEFAULT_LIMIT_S: u64 = 60;

/// Most bytes of an answer's body, so that an endless answer ends in an error. Our choice: the longest page of the
/// service has 100 items.
const BODY_MAX_BYTES: usize = 64 << 20;

/// Sends requests over one kept connection.
///
/// Nothing is opened, read or started before the first request.
#[derive(Debug)]
pub(crate) struct Transport {
    limits: TimeLimits,
    trust: Trust,
    proxies: Proxies,
    wire: RefCell<Option<Wire>>,
}

/// The longest waits; `None` waits for ever.
#[derive(Clone, Copy, Debug)]
struct TimeLimits {
    connect: Option<Duration>,
    /// For the head of an answer, and for each further part of it.
    read: Option<Duration>,
}

/// What exists only once a request was made.
#[derive(Debug)]
struct Wire {
    runtime: Runtime,
    kept: Option<Connection>,
}

/// Why no whole answer came. The texts are the reference's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TransportError {
    #[error("Could not connect to the endpoint URL: \"{url}\"")]
    Connect { url: String },
    #[error("Connect timeout on endpoint URL: \"{url}\"")]
    ConnectTimeout { url: String },
    #[error("Read timeout on endpoint URL: \"{url}\"")]
    ReadTimeout { url: String },
    #[error("Connection was closed before we received a valid response from endpoint URL: \"{url}\".")]
    Closed { url: String },
    #[error(
        "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or verify) resolved to \
         an empty or whitespace-only string. Provide a valid path to a CA bundle file."
    )]
    NoBundle,
    #[error("SSL validation failed for {url} {reason}")]
    Tls { url: String, reason: String },
    /// The user and the password in `url` are masked.
    #[error("Failed to connect to proxy URL: \"{url}\"")]
    Proxy { url: String },
    #[error("An HTTP Client raised an unhandled exception: {reason}")]
    Unusable { reason: String },
    #[error("the user pressed Ctrl-C")]
    Interrupted,
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        if error == TransportError::Interrupted { Self::Interrupted } else { Self::General(error.to_string()) }
    }
}

impl Transport {
    /// Time-outs, certificates and proxies are those of the session.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub(crate) fn new(session: Session<'_>) -> Result<Self, Failure> {
        let globals = session.globals;
        let bundle = match &globals.ca_bundle {
            Some(path) => Some(path.clone()),
            None => session.settings.get(Setting::CaBundle)?,
        };
        let bundle = bundle.or_else(|| session.surroundings.variable("REQUESTS_CA_BUNDLE").map(str::to_owned));
        let trust = match bundle {
            _ if !globals.verify_ssl => Trust::Anyone,
            Some(path) if path.trim().is_empty() => Trust::Nameless,
            Some(path) => Trust::Bundle(session.surroundings.expand_home(&path)),
            None => Trust::System,
        };
        let limits = TimeLimits {
            connect: limit("connect", globals.connect_timeout_s)?,
            read: limit("read", globals.read_timeout_s)?,
        };
        Ok(Self { limits, trust, proxies: Proxies::of(session.surroundings), wire: RefCell::default() })
    }

    /// The same with one limit for every wait, as the services that hand out credentials to a machine have it.
    pub(crate) fn within(self, limit: Duration) -> Self {
        Self { limits: TimeLimits { connect: Some(limit), read: Some(limit) }, ..self }
    }

    /// The same without proxies, for what is beside this machine.
    pub(crate) fn past_proxies(self) -> Self {
        Self { proxies: Proxies::none(), ..self }
    }

    /// One try. The address of `request` is absolute; a missing `host` header is made from it.
    ///
    /// # Errors
    /// No whole answer came.
    pub(crate) fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut wire = self.wire.borrow_mut();
        let Wire { runtime, kept } = started(&mut wire)?;
        runtime.block_on(unless_interrupted(self.exchange(kept, request)))
    }

    /// Waits before the next try, or before the next look of a waiter.
    pub(crate) fn pause(&self, duration: Duration) -> Result<(), TransportError> {
        let mut wire = self.wire.borrow_mut();
        let Wire { runtime, .. } = started(&mut wire)?;
        runtime.block_on(unless_interrupted(async {
            tokio::time::sleep(duration).await;
            Ok(())
        }))
    }

    async fn exchange(
        &self,
        kept: &mut Option<Connection>,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        let url = request.uri().to_string();
        let route = self.proxies.route(request.uri())?;
        let mut request = prepared(request, &route)?;
        if let Some(mut connection) = kept.take().filter(|connection| connection.leads_along(&route)) {
            match connection.send(request, self.limits.read, &url).await? {
                Sent::Answer(answer) => {
                    *kept = Some(connection);
                    return Ok(answer);
                }
                // The other side had closed the kept connection: the request goes out anew.
                Sent::Unsent(unsent) => request = *unsent,
            }
        }
        let mut connection = Connection::open(route, self.limits, &self.trust, &url).await?;
        match connection.send(request, self.limits.read, &url).await? {
            Sent::Answer(answer) => {
                *kept = Some(connection);
                Ok(answer)
            }
            Sent::Unsent(_) => Err(TransportError::Closed { url }),
        }
    }
}

/// Waits for `work`, or for a Ctrl-C. Where the system tells of none, the key ends the process by itself.
async fn unless_interrupted<T>(work: impl Future<Output = Result<T, TransportError>>) -> Result<T, TransportError> {
    match signal(SignalKind::interrupt()) {
        Ok(mut interrupts) => tokio::select! {
            done = work => done,
            _ = interrupts.recv() => Err(TransportError::Interrupted),
        },
        Err(_) => work.await,
    }
}

/// A time limit; 0 is none.
fn limit(kind: &str, seconds: Option<i64>) -> Result<Option<Duration>, Failure> {
    let Some(seconds) = seconds else { return Ok(Some(Duration::from_secs(DEFAULT_LIMIT_S))) };
    let seconds = u64::try_from(seconds).map_err(|_| {
        Failure::general(format!(
            "Attempted to set {kind} timeout to {seconds}, \
             but the timeout cannot be set to a value less than or equal to 0."
        ))
    })?;
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
}

fn started(wire: &mut Option<Wire>) -> Result<&mut Wire, TransportError> {
    if wire.is_none() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| TransportError::Unusable { reason: error.to_string() })?;
        *wire = Some(Wire { runtime, kept: None });
    }
    Ok(wire.as_mut().expect("it was made above"))
}

/// The request as it goes along `route`: a proxy that forwards wants the whole address, everybody else its path.
fn prepared(mut request: Request<Bytes>, route: &Route) -> Result<Request<Bytes>, TransportError> {
    let unusable = |error: http::Error| TransportError::Unusable { reason: error.to_string() };
    let host = HeaderValue::try_from(host_of(request.uri())).map_err(|error| unusable(error.into()))?;
    let headers = request.headers_mut();
    headers.entry(HOST).or_insert(host);
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    match route.forwarding_proxy() {
        Some(proxy) => {
            if let Some(authorization) = proxy.authorization() {
                headers.insert(PROXY_AUTHORIZATION, authorization);
            }
        }
        None => {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            *request.uri_mut() = path.parse::<Uri>().map_err(|error| unusable(error.into()))?;
        }
    }
    Ok(request)
}

/// The value of the `host` header: the port only where it is not the usual one.
pub(crate) fn host_of(address: &Uri) -> String {
    let host = address.host().unwrap_or_default();
    let usual = if address.scheme_str() == Some("https") { 443 } else { 80 };
    match address.port_u16() {
        Some(port) if port != usual => format!("{host}:{port}"),
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests;
