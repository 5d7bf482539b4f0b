//! One connection: opened along a route, in TLS where asked for, and kept for the next request.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_ENCODING;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::proxy::{Place, Proxy, Route};
use super::tls::{self, Trust};
use super::{BODY_MAX_BYTES, TimeLimits, TransportError, coding};

/// An open connection to the other side of a route.
#[derive(Debug)]
pub(super) struct Connection {
    route: Route,
    sender: SendRequest<Full<Bytes>>,
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum Sent {
    /// The body is whole.
    Answer(Response<Bytes>),
    /// The connection was closed before a byte of the request went out.
    Unsent(Box<Request<Bytes>>),
}

/// Bytes both ways, in TLS or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Connection {
    /// Connects along `route`. Failures name `url`.
    pub(super) async fn open(
        route: Route,
        limits: TimeLimits,
        trust: &Trust,
        url: &str,
    ) -> Result<Self, TransportError> {
        let mut stream = match &route.proxy {
            None => connected(&route.target, limits, url).await?,
            Some(proxy) => to_proxy(proxy, &route, limits, trust, url).await?,
        };
        if route.tls {
            stream = in_tls(stream, &route.target, limits, trust, url).await?;
        }
        let closed = |_: hyper::Error| TransportError::Closed { url: url.to_owned() };
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(closed)?;
        // Its error is also the error of the request that it carries.
        tokio::spawn(async { drop(connection.await) });
        Ok(Self { route, sender })
    }

    /// Whether a request for `route` can go out here.
    pub(super) fn leads_along(&self, route: &Route) -> bool {
        self.route == *route && !self.sender.is_closed()
    }

    /// Sends one request and reads the whole answer. `limit` holds for its head, and for each part of its body.
    pub(super) async fn send(
        &mut self,
        request: Request<Bytes>,
        limit: Option<Duration>,
        url: &str,
    ) -> Result<Sent, TransportError> {
        let late = || TransportError::ReadTimeout { url: url.to_owned() };
        let closed = || TransportError::Closed { url: url.to_owned() };
        if self.sender.ready().await.is_err() {
            return Ok(Sent::Unsent(Box::new(request)));
        }
        let sent = within(limit, self.sender.try_send_request(request.map(Full::new))).await.ok_or_else(late)?;
        let answer = match sent {
            Ok(answer) => answer,
            Err(mut error) => match error.take_message() {
                Some(unsent) => return Ok(Sent::Unsent(Box::new(unbuffered(unsent).await))),
                None => return Err(closed()),
            },
        };
        let (head, mut body) = answer.into_parts();
        let mut whole = BytesMut::new();
        while let Some(frame) = within(limit, body.frame()).await.ok_or_else(late)? {
            let Ok(part) = frame.map_err(|_| closed())?.into_data() else { continue };
            if whole.len() + part.len() > BODY_MAX_BYTES {
                let reason = format!("the answer is longer than {BODY_MAX_BYTES} bytes");
                return Err(TransportError::Unusable { reason });
            }
            whole.extend_from_slice(&part);
        }
        let coding = head.headers.get(CONTENT_ENCODING).and_then(|coding| coding.to_str().ok()).unwrap_or_default();
        let whole = coding::unpacked(coding, whole.freeze(), BODY_MAX_BYTES)
            .map_err(|reason| TransportError::Unusable { reason })?;
        Ok(Sent::Answer(Response::from_parts(head, whole)))
    }
}

/// The request as it was before it was handed over.
async fn unbuffered(request: Request<Full<Bytes>>) -> Request<Bytes> {
    let (head, body) = request.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes);
    Request::from_parts(head, bytes.unwrap_or_else(|never| match never {}))
}

/// Waits as long as allowed; `None` when that was not long enough.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Option<T> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, future).await.ok(),
        None => Some(future.await),
    }
}

/// Tries every address of the host; the last failure counts.
async fn connected(place: &Place, limits: TimeLimits, url: &str) -> Result<Box<dyn Stream>, TransportError> {
    let refused = || TransportError::Connect { url: url.to_owned() };
    let addresses: Vec<SocketAddr> =
        tokio::net::lookup_host((place.host.as_str(), place.port)).await.map_err(|_| refused())?.collect();
    let mut failure = refused();
    for address in addresses {
        match within(limits.connect, TcpStream::connect(address)).await {
            Some(Ok(stream)) => {
                // Without it, small requests wait for the other side's acknowledgements.
                stream.set_nodelay(true).map_err(|_| refused())?;
                return Ok(Box::new(stream));
            }
            Some(Err(_)) => failure = refused(),
            None => failure = TransportError::ConnectTimeout { url: url.to_owned() },
        }
    }
    Err(failure)
}

/// Connects to the proxy; for a target in TLS through it, by a tunnel.
async fn to_proxy(
    proxy: &Proxy,
    route: &Route,
    limits: TimeLimits,
    trust: &Trust,
    url: &str,
) -> Result<Box<dyn Stream>, TransportError> {
    let unreachable = |error| if matches!(error, TransportError::Connect { .. }) { proxy.failure() } else { error };
    let mut stream = connected(&proxy.place, limits, url).await.map_err(unreachable)?;
    if proxy.tls {
        stream = in_tls(stream, &proxy.place, limits, trust, url).await?;
    }
    if route.tls { tunnel(stream, proxy, &route.target, limits, url).await } else { Ok(stream) }
}

/// Asks the proxy to pass all bytes on to `target`.
async fn tunnel(
    stream: Box<dyn Stream>,
    proxy: &Proxy,
    target: &Place,
    limits: TimeLimits,
    url: &str,
) -> Result<Box<dyn Stream>, TransportError> {
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    let authority = format!("{host}:{}", target.port);
    let mut request =
        Request::builder().method(Method::CONNECT).uri(authority.as_str()).header(http::header::HOST, &host);
    if let Some(authorization) = proxy.authorization() {
        request = request.header(http::header::PROXY_AUTHORIZATION, authorization);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(|_| proxy.failure())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| proxy.failure())?;
    tokio::spawn(async { drop(connection.with_upgrades().await) });
    let late = || TransportError::ReadTimeout { url: url.to_owned() };
    let answer = within(limits.connect, sender.send_request(request)).await.ok_or_else(late)?;
    match answer {
        Ok(answer) if answer.status() == StatusCode::OK => {
            let upgraded = hyper::upgrade::on(answer).await.map_err(|_| proxy.failure())?;
            Ok(Box::new(TokioIo::new(upgraded)))
        }
        Ok(_) | Err(_) => Err(proxy.failure()),
    }
}

async fn in_tls(
    stream: Box<dyn Stream>,
    place: &Place,
    limits: TimeLimits,
    trust: &Trust,
    url: &str,
) -> Result<Box<dyn Stream>, TransportError> {
    let refused = |reason| TransportError::Tls { url: url.to_owned(), reason };
    if matches!(trust, Trust::Nameless) {
        return Err(TransportError::NoBundle);
    }
    let connector = trust.connector().map_err(refused)?;
    let name = tls::server_name(&place.host).map_err(refused)?;
    match within(limits.connect, connector.connect(name, stream)).await {
        Some(Ok(stream)) => Ok(Box::new(stream)),
        Some(Err(error)) if tls::was_cut(&error) => Err(TransportError::Closed { url: url.to_owned() }),
        Some(Err(error)) => Err(refused(tls::reason(&error, &place.host))),
        None => Err(TransportError::ReadTimeout { url: url.to_owned() }),
    }
}
