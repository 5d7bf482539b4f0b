//! An embedded endpoint on memory behind a real listener, and AWS's own client to call it.

use crate::embedded::{Credentials, EmbeddedS3, HttpSide, SecretAccessKey};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use valkeep_access::policy::{Context, Policy, Principal};
use valkeep_domain::arn::Place;
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::Caller;
use valkeep_ports::catalog::{Catalog, Store};
use valkeep_ports::keys::{EncryptionContext, FreshDataKey, KeyError, KeyService};
use valkeep_ports::memory::{MemoryBlobs, MemoryCatalog};
use valkeep_ports::{Clock, Ids};
use zeroize::Zeroizing;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const KEY_ARN: &str = "arn:aws:kms:us-east-1:123456789012:key/test";

/// 2026-01-02T03:04:05.678Z, one millisecond later at each look.
#[derive(Debug, Default)]
pub(crate) struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let looks = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_ms(1_767_323_045_678 + i64::try_from(looks).unwrap())
    }
}

#[derive(Debug, Default)]
pub(crate) struct TestIds(AtomicU64);

impl Ids for TestIds {
    fn random(&self) -> [u8; 16] {
        let mut id = [0xa5; 16];
        id[8..].copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        id
    }
}

/// Wraps by writing the context behind the key.
#[derive(Debug, Default)]
pub(crate) struct TestKeys(AtomicU64);

#[async_trait]
impl KeyService for TestKeys {
    async fn resolve(&self, reference: &str) -> Result<String, KeyError> {
        Ok(reference.to_owned())
    }

    async fn default_key(&self) -> Result<String, KeyError> {
        Ok(KEY_ARN.to_owned())
    }

    async fn generate_data_key(&self, _: &str, context: &EncryptionContext) -> Result<FreshDataKey, KeyError> {
        let mut plain = [7; 32];
        plain[..8].copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let wrapped = [&plain[..], format!("{context:?}").as_bytes()].concat();
        Ok(FreshDataKey { plain: Zeroizing::new(plain), wrapped })
    }

    async fn unwrap_data_key(
        &self,
        key_arn: &str,
        wrapped: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let (key, rest) = wrapped.split_first_chunk().ok_or_else(|| KeyError::Unwrap(key_arn.to_owned()))?;
        if rest != format!("{context:?}").as_bytes() {
            return Err(KeyError::Unwrap(key_arn.to_owned()));
        }
        Ok(Zeroizing::new(*key))
    }
}

/// A caller with one identity policy: `statements` are JSON.
pub(crate) fn caller(account: &str, name: &str, statements: &str) -> Caller {
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let principal = Principal {
        arn: format!("arn:aws:iam::{account}:user/{name}"),
        account: account.to_owned(),
        user_id: format!("AIDA{name}"),
        username: Some(name.to_owned()),
    };
    Caller { principal, policies: Arc::new([Arc::new(Policy::parse(&policy).unwrap())]) }
}

pub(crate) fn admin() -> Caller {
    caller(ACCOUNT, "admin", r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#)
}

/// Access keys are names: `admin`, `reader` (may get objects), `stranger` (admin of another account).
#[derive(Debug)]
struct TestCredentials;

#[async_trait]
impl Credentials for TestCredentials {
    async fn secret(
        &self,
        access_key: &str,
    ) -> Result<Option<(SecretAccessKey, Caller)>, Box<dyn std::error::Error + Send + Sync>> {
        let everything = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
        let caller = match access_key {
            "admin" => admin(),
            "reader" => caller(ACCOUNT, "reader", r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#),
            "stranger" => caller("210987654321", "stranger", everything),
            _ => return Ok(None),
        };
        Ok(Some((Zeroizing::new(format!("secret of {access_key}")), caller)))
    }
}

/// Where the endpoint believes all requests to come from.
pub(crate) const PEER: &str = "192.0.2.1";

/// The conditions of a request from that address.
pub(crate) fn from(address: &str) -> Context {
    let mut context = Context::default();
    context.insert("aws:SourceIp", address);
    context
}

/// An endpoint that listens on this machine.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) s3: EmbeddedS3,
    pub(crate) url: String,
    pub(crate) trouble: Arc<Trouble>,
}

/// How an endpoint misbehaves instead of doing what it was asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Misbehaviour {
    Answers(u16, &'static str),
    /// The connection ends without an answer.
    Resets,
    /// It is done, and the connection ends without an answer.
    LosesAnswer,
}

/// Requests that go wrong on purpose.
#[derive(Debug, Default)]
pub(crate) struct Trouble(Mutex<Option<(&'static str, usize, Misbehaviour)>>);

impl Trouble {
    /// The next `times` requests of that method go wrong.
    pub(crate) fn choose(&self, method: &'static str, times: usize, misbehaviour: Misbehaviour) {
        *self.0.lock().unwrap() = Some((method, times, misbehaviour));
    }

    fn meet(&self, request: &http::Request<Incoming>) -> Option<Misbehaviour> {
        let mut chosen = self.0.lock().unwrap();
        let (method, times, misbehaviour) = chosen.as_mut()?;
        if request.method() != *method || *times == 0 {
            return None;
        }
        *times -= 1;
        Some(*misbehaviour)
    }
}

async fn answer(
    service: HttpSide,
    trouble: Arc<Trouble>,
    mut request: http::Request<Incoming>,
) -> Result<http::Response<s3s::Body>, s3s::HttpError> {
    request.extensions_mut().insert(from(PEER));
    let reset = || s3s::HttpError::new(Box::new(std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
    match trouble.meet(&request) {
        None => service.answer(request.map(s3s::Body::from)).await,
        Some(Misbehaviour::Answers(status, body)) => {
            let answer = http::Response::builder().status(status).header("retry-after", "1");
            Ok(answer.header("location", "http://127.0.0.1:1/").body(s3s::Body::from(body.to_owned())).unwrap())
        }
        Some(Misbehaviour::Resets) => Err(reset()),
        Some(Misbehaviour::LosesAnswer) => {
            service.answer(request.map(s3s::Body::from)).await?;
            Err(reset())
        }
    }
}

impl Endpoint {
    pub(crate) async fn start() -> Self {
        Self::start_on(Arc::new(MemoryCatalog::default())).await
    }

    pub(crate) async fn start_on(catalog: Arc<dyn Catalog>) -> Self {
        let s3 = EmbeddedS3 {
            store: Store::new(catalog),
            blobs: Arc::new(MemoryBlobs::default()),
            keys: Arc::new(TestKeys::default()),
            clock: Arc::new(TestClock::default()),
            ids: Arc::new(TestIds::default()),
            place: Place::new("us-east-1", ACCOUNT),
            places: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = s3.service(Arc::new(TestCredentials));
        let trouble = Arc::new(Trouble::default());
        let chosen = trouble.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (service, trouble) = (service.clone(), chosen.clone());
                let answer = service_fn(move |request| answer(service.clone(), trouble.clone(), request));
                tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), answer));
            }
        });
        Self { s3, url, trouble }
    }

    /// AWS's client with the access key of that name.
    pub(crate) fn client(&self, access_key: &str) -> Client {
        self.client_with(access_key, &format!("secret of {access_key}"))
    }

    pub(crate) fn client_with(&self, access_key: &str, secret: &str) -> Client {
        let credentials = aws_credential_types::Credentials::new(access_key, secret, None, None, "test");
        Client::from_conf(self.config().credentials_provider(credentials).build())
    }

    /// A client that signs nothing.
    pub(crate) fn anonymous(&self) -> Client {
        Client::from_conf(self.config().allow_no_auth().build())
    }

    fn config(&self) -> aws_sdk_s3::config::Builder {
        aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.url)
            .force_path_style(true)
            .retry_config(RetryConfig::disabled())
    }

    /// The admin's client, and a bucket.
    pub(crate) async fn with_bucket() -> (Self, Client) {
        let endpoint = Self::start().await;
        let client = endpoint.client("admin");
        client.create_bucket().bucket("bucket").send().await.unwrap();
        (endpoint, client)
    }
}

/// The S3 code of a failed request; `NotModified` and other answers without a body give the status.
pub(crate) fn code<T, E>(answer: Result<T, aws_sdk_s3::error::SdkError<E>>) -> String
where
    T: std::fmt::Debug,
    E: aws_sdk_s3::error::ProvideErrorMetadata + std::fmt::Debug,
{
    use aws_sdk_s3::error::ProvideErrorMetadata as _;
    let error = answer.unwrap_err();
    let status = error.raw_response().map(|response| response.status().as_u16().to_string());
    error
        .code()
        .filter(|code| *code != "NotFound")
        .map(str::to_owned)
        .or(status)
        .unwrap_or_else(|| format!("{error:?}"))
}
