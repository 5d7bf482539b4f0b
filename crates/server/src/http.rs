//! HTTP: one port for all services, told apart by the credential scope; limits, time-outs, request ids.

use crate::answers;
use crate::dispatch::{self, Outcome};
use crate::fault::Answer;
use crate::gate::{Visitor, claim_of, conditions};
use crate::s3::{self, S3};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use valkeep_access::sigv4::{Claim, SignatureError};
use valkeep_api::{ELASTICACHE, STS, Service, xml};
use valkeep_control::{Call, Control};
use valkeep_ports::Ids;

/// A Query request of all 2,000 parameters fits (promises: 4 MiB at most). Unit: bytes.
const MAX_QUERY_BYTES: usize = 1 << 20;

/// What a usual Query request needs at most. Unit: bytes. Our choice.
const SMALL_QUERY_BYTES: u64 = 64 << 10;

/// Longer bodies, and those that do not say how long they are, that are read at the same time: with all connections
/// reading, callers who have proven nothing yet hold 128 MiB. Our choice.
const MAX_LARGE_QUERIES: usize = 64;

/// Connections at the same time, where the process may open enough files. Our choice.
const MAX_CONNECTIONS: usize = 4_096;

/// Files that are kept for everything but connections. Our choice.
const OTHER_FILES: usize = 256;

/// Head of a request: line and headers. Unit: bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;
const MAX_HEADERS: usize = 100;

/// Until the whole head of a request is there: a stranger holds a connection no longer. Our choice.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// Longest silence of a client, inside a body or while it does not read its answer.
const STALL_TIMEOUT: Duration = Duration::from_secs(75);
const TLS_TIMEOUT: Duration = Duration::from_secs(10);
const QUERY_BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long and how much of a refused body is read, so that the client gets to read the answer.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);
const DRAIN_BYTES: usize = 4 << 20;

/// How long requests may take to end when the service stops.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// What answers the requests.
#[derive(Debug)]
pub(crate) struct Site {
    control: Arc<Control>,
    s3: S3,
    ids: Arc<dyn Ids>,
    large_queries: Semaphore,
}

type Answered = Response<s3s::Body>;

impl Site {
    pub(crate) fn new(control: Arc<Control>, s3: S3, ids: Arc<dyn Ids>) -> Self {
        Self { control, s3, ids, large_queries: Semaphore::new(MAX_LARGE_QUERIES) }
    }

    /// A UUID (W14).
    fn request_id(&self) -> String {
        uuid::Builder::from_random_bytes(self.ids.random()).into_uuid().to_string()
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.control.now().ms()).unwrap_or_default()
    }
}

/// Accepts connections until `stop` changes, then lets the requests in progress end.
pub(crate) async fn listen(
    site: Arc<Site>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(max_connections()));
    let mut connections = JoinSet::new();
    loop {
        let place = room.clone().acquire_owned();
        let accepted = tokio::select! {
            _ = stop.changed() => break,
            accepted = async { (place.await, listener.accept().await) } => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let (Ok(place), Ok((stream, peer))) = accepted else {
            // No file descriptors are left, most likely; connections that end give some back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (site, tls, stop) = (site.clone(), tls.clone(), stop.clone());
        connections.spawn(async move {
            connection(site, stream, peer, tls, stop).await;
            drop(place);
        });
    }
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_PATIENCE, drained).await.is_err() {
        tracing::warn!("requests in progress were cut off");
    }
}

/// As many connections as there are files for; the limit of the process is raised as far as it may be.
fn max_connections() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let files = files.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    files.saturating_sub(OTHER_FILES).clamp(16, MAX_CONNECTIONS)
}

async fn connection(
    site: Arc<Site>,
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
    match tls {
        None => converse(site, stream, peer, false, stop).await,
        Some(acceptor) => match tokio::time::timeout(TLS_TIMEOUT, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => converse(site, stream, peer, true, stop).await,
            Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake"),
            Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
        },
    }
}

async fn converse(
    site: Arc<Site>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    secure: bool,
    mut stop: watch::Receiver<bool>,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(STALL_TIMEOUT));
    stream.set_write_timeout(Some(STALL_TIMEOUT));
    let service = service_fn(|request| {
        let site = site.clone();
        async move { Ok::<_, std::convert::Infallible>(answer(&site, request, peer, secure).await) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.max_buf_size(MAX_HEAD_BYTES).max_headers(MAX_HEADERS).half_close(false);
    let served = builder.serve_connection(TokioIo::new(Box::pin(stream)), service);
    tokio::pin!(served);
    let outcome = tokio::select! {
        outcome = served.as_mut() => outcome,
        _ = stop.changed() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%peer, %error, "connection");
    }
}

/// The service that a request is for, by its head.
enum Addressed {
    Query(&'static Service, Claim),
    S3,
    /// Nobody will answer it but with this; `true` in the words of S3.
    Refused {
        answer: Answer,
        s3: bool,
    },
}

async fn answer(site: &Site, request: Request<Incoming>, peer: SocketAddr, secure: bool) -> Answered {
    let request_id = site.request_id();
    let now = site.now();
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let (response, what) = match addressed(&parts, now) {
        Addressed::S3 => {
            let conditions = conditions(&site.control, peer, secure, now);
            (site.s3.answer(Request::from_parts(parts, body), conditions).await, "s3")
        }
        Addressed::Refused { answer, s3 } => {
            drain(&parts, body).await;
            let response =
                if s3 { s3::refused(&answer, &request_id) } else { refused(&ELASTICACHE, &answer, &request_id) };
            (response, answer.code)
        }
        Addressed::Query(service, claim) => {
            let visit = Visit { parts, peer, secure, now, request_id: &request_id };
            query(site, service, claim, visit, body).await
        }
    };
    tracing::info!(request_id, %peer, %method, path, what, status = response.status().as_u16(), "request");
    with_request_id(response, &request_id)
}

fn addressed(parts: &Parts, now: DateTime<Utc>) -> Addressed {
    match claim_of(parts, now) {
        Ok(claim) => match claim.scope.service.as_str() {
            "s3" => Addressed::S3,
            name => match [&ELASTICACHE, &STS].into_iter().find(|service| service.name == name) {
                Some(service) => Addressed::Query(service, claim),
                None => Addressed::Refused { answer: wrong_service(), s3: false },
            },
        },
        Err(SignatureError::MissingAuthenticationToken) if !looks_like_query(parts) => Addressed::S3,
        Err(error) => Addressed::Refused { answer: Answer::from(&error), s3: names_s3(parts) },
    }
}

fn wrong_service() -> Answer {
    let text = "Credential should be scoped to correct service: 'elasticache'.".to_owned();
    Answer::from(&SignatureError::SignatureDoesNotMatch(text))
}

/// A request that nobody signed: a form with an action is meant for the Query API, the rest for S3.
fn looks_like_query(parts: &Parts) -> bool {
    let form = parts.headers.get(header::CONTENT_TYPE).is_some_and(|value| {
        value.as_bytes().get(..33).is_some_and(|start| start.eq_ignore_ascii_case(b"application/x-www-form-urlencoded"))
    });
    let action = parts.uri.query().is_some_and(|query| query.starts_with("Action=") || query.contains("&Action="));
    parts.uri.path() == "/" && ((parts.method == Method::POST && form) || action)
}

/// Whether a signature that was not accepted was meant for S3, so that the answer is in the words of S3.
fn names_s3(parts: &Parts) -> bool {
    let in_header = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.contains("/s3/aws4_request"));
    in_header || parts.uri.query().is_some_and(|query| query.contains("%2Fs3%2Faws4_request"))
}

/// What is known of a request beside its body.
struct Visit<'a> {
    parts: Parts,
    peer: SocketAddr,
    secure: bool,
    now: DateTime<Utc>,
    request_id: &'a str,
}

async fn query(
    site: &Site,
    service: &'static Service,
    claim: Claim,
    visit: Visit<'_>,
    body: Incoming,
) -> (Answered, &'static str) {
    match proven(site, claim, &visit, body).await {
        Ok((call, body)) => match dispatch::run(&site.control, service, &visit.parts, &body, call).await {
            Ok(outcome) => {
                let name = outcome.operation.name;
                (done(service, outcome, visit.request_id), name)
            }
            Err(answer) => (refused(service, &answer, visit.request_id), answer.code),
        },
        Err(answer) => (refused(service, &answer, visit.request_id), answer.code),
    }
}

/// Who calls, and with which body: the key is looked up before the body is read, the signature proven after.
async fn proven(site: &Site, claim: Claim, visit: &Visit<'_>, body: Incoming) -> Result<(Call, Bytes), Answer> {
    let visitor = match Visitor::meet(&site.control, claim).await {
        Ok(visitor) => visitor,
        Err(answer) => {
            drain(&visit.parts, body).await;
            return Err(answer);
        }
    };
    let body = read_query(body, &site.large_queries).await?;
    let conditions = conditions(&site.control, visit.peer, visit.secure, visit.now);
    Ok((visitor.prove(&site.control, &visit.parts, &body, conditions)?, body))
}

/// The whole body. A large one waits for its place among `large`, within the time that it has.
async fn read_query<B>(body: B, large: &Semaphore) -> Result<Bytes, Answer>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let is_small = body.size_hint().upper().is_some_and(|longest| longest <= SMALL_QUERY_BYTES);
    let read = async {
        let _place = if is_small { None } else { large.acquire().await.ok() };
        Limited::new(body, MAX_QUERY_BYTES).collect().await
    };
    match tokio::time::timeout(QUERY_BODY_TIMEOUT, read).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Answer::too_large(MAX_QUERY_BYTES)),
        Ok(Err(_)) => Err(Answer::incomplete_body()),
        Err(_) => Err(Answer::slow_body()),
    }
}

/// Reads what a client still sends, for a while, so that it gets to read why it was refused. Nothing of it is kept.
async fn drain<B: Body<Data = Bytes> + Unpin>(parts: &Parts, mut body: B) {
    // A client that waits for `100 Continue` sends nothing before it.
    if parts.headers.contains_key(header::EXPECT) {
        return;
    }
    let read = async {
        let mut read_bytes = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read_bytes += frame.data_ref().map_or(0, Bytes::len);
            if read_bytes > DRAIN_BYTES {
                break;
            }
        }
    };
    // However the rest of the body fares, the answer is the same.
    drop(tokio::time::timeout(DRAIN_TIMEOUT, read).await);
}

fn done(service: &Service, outcome: Outcome, request_id: &str) -> Answered {
    let xml = xml::response(service, outcome.operation, &outcome.result, request_id);
    let mut response = document(StatusCode::OK, xml);
    if let Some(work) = outcome.work {
        response.headers_mut().insert(answers::work::HEADER, work);
    }
    response
}

fn refused(service: &Service, answer: &Answer, request_id: &str) -> Answered {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    document(status, xml::error(service, answer.code, answer.sender(), &answer.message, request_id))
}

/// W14: `text/xml`.
fn document(status: StatusCode, xml: String) -> Answered {
    let mut response = Response::new(s3s::Body::from(xml));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}

/// The id of the log line, of the header and of the body is one.
fn with_request_id(mut response: Answered, request_id: &str) -> Answered {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amzn-requestid", value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use valkeep_api::Value;

    /// 64 KiB that are counted while they are alive.
    struct Counted(Arc<AtomicUsize>);

    impl AsRef<[u8]> for Counted {
        fn as_ref(&self) -> &[u8] {
            &[0; 64 << 10]
        }
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn a_refused_body_is_read_to_the_limit_and_not_kept() {
        let (alive, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, frames) = (alive.clone(), sent.clone());
        let endless = std::iter::repeat_with(move || {
            assert_eq!(count.fetch_add(1, Ordering::Relaxed), 0, "a frame was kept");
            frames.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(Frame::data(Bytes::from_owner(Counted(count.clone()))))
        });
        let parts = Request::new(()).into_parts().0;
        drain(&parts, StreamBody::new(futures_util::stream::iter(endless))).await;
        assert_eq!(alive.load(Ordering::Relaxed), 0);
        assert_eq!(sent.load(Ordering::Relaxed), DRAIN_BYTES / (64 << 10) + 1);
    }

    #[tokio::test]
    async fn large_bodies_and_those_of_unknown_length_wait_for_a_place() {
        let large = Semaphore::new(0);
        let of = |length: usize| Full::new(Bytes::from(vec![b'a'; length]));
        let longest_small = usize::try_from(SMALL_QUERY_BYTES).unwrap();
        assert_eq!(read_query(of(longest_small), &large).await.unwrap().len(), longest_small);
        let frames = || futures_util::stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"a")))]);
        let moment = Duration::from_millis(20);
        assert!(tokio::time::timeout(moment, read_query(of(longest_small + 1), &large)).await.is_err());
        assert!(tokio::time::timeout(moment, read_query(StreamBody::new(frames()), &large)).await.is_err());
        large.add_permits(1);
        assert_eq!(read_query(of(longest_small + 1), &large).await.unwrap().len(), longest_small + 1);
        assert_eq!(read_query(StreamBody::new(frames()), &large).await.unwrap().len(), 1);
        assert_eq!(read_query(of(MAX_QUERY_BYTES + 1), &large).await.unwrap_err().status, 413);
        assert_eq!(large.available_permits(), 1);
    }

    #[test]
    fn the_work_is_told_beside_the_answer_and_not_in_it() {
        let service = &ELASTICACHE;
        let operation = service.operation("DescribeSnapshots").unwrap();
        let outcome = |work| Outcome { operation, result: Value::Structure(Vec::new()), work };
        let told = done(service, outcome(Some(HeaderValue::from_static("job=create"))), "id");
        assert_eq!(told.headers()["x-valkeep-work"], "job=create");
        assert!(!done(service, outcome(None), "id").headers().contains_key("x-valkeep-work"));
    }
}
