//! A small S3 in this process that can misbehave: the requests that the blob store makes, on one bucket named `bucket`.

mod answers;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Put,
    Head,
    Get,
    Delete,
    List,
    Versioning,
    Begin,
    Part,
    Complete,
    Abort,
    Uploads,
}

/// How a request goes wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// An error, and nothing done.
    Answer(u16, &'static str),
    /// The same, with `Retry-After: 0`.
    SlowDown,
    /// The connection ends, and nothing is done.
    Reset,
    /// The connection ends after the work is done.
    LostAnswer,
    /// Done, but the answer bears an entity tag that is not the object's.
    WrongEtag,
    /// The status 200 over the document of an error, and nothing done.
    ErrorIn200,
    /// Half of the body, then the connection ends.
    CutBody,
    /// Nothing is done, and no answer ever comes.
    Silence,
}

type Plan = Box<dyn Fn(Operation, usize) -> Option<Trouble> + Send + Sync>;

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) bytes: Bytes,
    pub(crate) etag: String,
    pub(crate) mark: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) key: String,
    mark: Option<String>,
    parts: BTreeMap<u32, Bytes>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) objects: BTreeMap<String, Object>,
    pub(crate) uploads: BTreeMap<String, Upload>,
    asked: HashMap<Operation, usize>,
    next: u64,
    plan: Option<Plan>,
    /// Whether `If-None-Match` is answered with 501.
    pub(crate) knows_no_conditions: bool,
}

/// The store, as long as this lives.
pub(crate) struct FakeS3 {
    state: Arc<Mutex<State>>,
    changes: watch::Sender<()>,
    pub(crate) url: String,
}

impl FakeS3 {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let (changes, _) = watch::channel(());
        let (served, told) = (Arc::clone(&state), changes.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (state, told) = (Arc::clone(&served), told.clone());
                let service = service_fn(move |request| serve(Arc::clone(&state), told.clone(), request));
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service);
                tokio::spawn(connection);
            }
        });
        Self { state, changes, url }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// From now on, the n-th request of each kind (from 0) meets what the plan says.
    pub(crate) fn trouble(&self, plan: impl Fn(Operation, usize) -> Option<Trouble> + Send + Sync + 'static) {
        let mut state = self.state();
        state.asked.clear();
        state.plan = Some(Box::new(plan));
    }

    pub(crate) fn no_trouble(&self) {
        self.state().plan = None;
    }

    /// Requests of that kind since the trouble began.
    pub(crate) fn asked(&self, operation: Operation) -> usize {
        self.state().asked.get(&operation).copied().unwrap_or(0)
    }

    /// An object and an upload of somebody else.
    pub(crate) fn put_foreign(&self, key: &str) {
        let mut state = self.state();
        let object = Object { bytes: Bytes::from_static(b"x"), etag: "\"x\"".to_owned(), mark: None };
        state.objects.insert(key.to_owned(), object);
        state.next += 1;
        let id = format!("upload-{:04}", state.next);
        state.uploads.insert(id, Upload { key: key.to_owned(), mark: None, parts: BTreeMap::new() });
    }

    /// Puts other bytes in the place of an object's.
    pub(crate) fn replace_bytes(&self, key: &str, bytes: Vec<u8>) {
        let object = Object { bytes: bytes.into(), etag: "\"other\"".to_owned(), mark: None };
        self.state().objects.insert(key.to_owned(), object);
    }

    /// Waits until the store looks so.
    pub(crate) async fn until(&self, holds: impl Fn(&State) -> bool) {
        let mut changes = self.changes.subscribe();
        while !holds(&self.state()) {
            changes.changed().await.unwrap();
        }
    }
}

type Answer = Result<Response<BoxBody<Bytes, io::Error>>, io::Error>;

/// A request as the work sees it.
pub(crate) struct Asked {
    operation: Operation,
    key: String,
    query: HashMap<String, String>,
    headers: http::HeaderMap,
    body: Bytes,
}

impl Asked {
    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
    }
}

async fn serve(state: Arc<Mutex<State>>, changes: watch::Sender<()>, request: Request<Incoming>) -> Answer {
    let asked = read(request).await?;
    let trouble = {
        let mut state = state.lock().unwrap();
        let count = state.asked.entry(asked.operation).or_default();
        *count += 1;
        let nth = *count - 1;
        state.plan.as_ref().and_then(|plan| plan(asked.operation, nth))
    };
    let reset = || Err(io::ErrorKind::ConnectionReset.into());
    let done = || {
        let answer = answers::work(&mut state.lock().unwrap(), &asked);
        changes.send_replace(());
        answer
    };
    let whole = |answer: Response<Full<Bytes>>| Ok(answer.map(|body| body.map_err(|never| match never {}).boxed()));
    match trouble {
        None => whole(done()),
        Some(Trouble::Answer(status, code)) => whole(answers::error(status, code)),
        Some(Trouble::SlowDown) => {
            let mut answer = answers::error(503, "SlowDown");
            answer.headers_mut().insert("retry-after", "0".parse().unwrap());
            whole(answer)
        }
        Some(Trouble::ErrorIn200) => {
            let mut answer = answers::error(500, "InternalError");
            *answer.status_mut() = StatusCode::OK;
            whole(answer)
        }
        Some(Trouble::Reset) => reset(),
        Some(Trouble::LostAnswer) => {
            done();
            reset()
        }
        Some(Trouble::WrongEtag) => {
            let mut answer = done();
            answer.headers_mut().insert("etag", "\"wrong\"".parse().unwrap());
            whole(answer)
        }
        Some(Trouble::Silence) => std::future::pending().await,
        Some(Trouble::CutBody) => {
            let (head, body) = done().into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            Ok(Response::from_parts(head, Cut(Some(bytes.slice(..bytes.len() / 2))).boxed()))
        }
    }
}

/// These bytes and no end. It tells no size, since the head tells that of the whole.
struct Cut(Option<Bytes>);

impl Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let next = self.0.take().map(Frame::data);
        Poll::Ready(Some(next.ok_or_else(|| io::ErrorKind::ConnectionReset.into())))
    }
}

/// Reads a request, and refuses one whose body is not the signed one.
async fn read(request: Request<Incoming>) -> Result<Asked, io::Error> {
    let (head, body) = request.into_parts();
    let query: HashMap<String, String> =
        form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let path = percent_encoding::percent_decode_str(head.uri.path()).decode_utf8().unwrap().into_owned();
    let key = path.trim_start_matches('/').trim_start_matches("bucket").trim_start_matches('/').to_owned();
    let has = |name: &str| query.contains_key(name);
    let operation = match (&head.method, key.is_empty()) {
        (&Method::GET, true) if has("uploads") => Operation::Uploads,
        (&Method::GET, true) if has("versioning") => Operation::Versioning,
        (&Method::GET, true) => Operation::List,
        (&Method::POST, false) if has("uploads") => Operation::Begin,
        (&Method::POST, false) => Operation::Complete,
        (&Method::PUT, false) if has("partNumber") => Operation::Part,
        (&Method::PUT, false) => Operation::Put,
        (&Method::DELETE, false) if has("uploadId") => Operation::Abort,
        (&Method::DELETE, false) => Operation::Delete,
        (&Method::HEAD, false) => Operation::Head,
        (&Method::GET, false) => Operation::Get,
        other => panic!("{other:?} {path}"),
    };
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let signed = head.headers["x-amz-content-sha256"].to_str().unwrap();
    let found: String = digest(&SHA256, &body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signed, found, "{operation:?} is signed with the digest of its body");
    Ok(Asked { operation, key, query, headers: head.headers, body })
}
