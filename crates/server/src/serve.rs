//! `valkeep serve`: from a directory and a configuration to a service that answers, and back.

use crate::admin;
use crate::config::Config;
use crate::directory::{Directory, first_identity};
use crate::http::{self, Site};
use crate::s3::S3;
use crate::tls::{self, TlsError};
use crate::wiring::{self, OpenError, Parts};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tokio_rustls::TlsAcceptor;
use valkeep_control::jobs::Workers;

/// How long running jobs may take to end when the service stops; what is cut short goes on after the next start.
const JOBS_PATIENCE: Duration = Duration::from_secs(20);

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("{0} cannot be listened on (another address is given by --listen)")]
    Listen(SocketAddr, #[source] io::Error),
    #[error("{0} can be reached by other machines: give --tls-cert and --tls-key, or --allow-plaintext-remote")]
    Plaintext(SocketAddr),
    #[error("TLS cannot be offered")]
    Tls(#[from] TlsError),
    #[error("the operating system refused")]
    System(#[source] io::Error),
}

/// What a newcomer needs to know of a running service.
#[derive(Debug)]
pub struct Running {
    pub endpoint: String,
    pub account_id: String,
    pub region: String,
    /// Access key of the first identity; `None` when the operator took its file away.
    pub access_key_id: Option<String>,
}

impl Running {
    fn at(endpoint: String, parts: &Parts) -> Self {
        let place = parts.control.place();
        let identity = first_identity(parts.directory.path()).inspect_err(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, "the file of the first identity cannot be read");
            }
        });
        Self {
            endpoint,
            account_id: place.account.clone(),
            region: place.region.clone(),
            access_key_id: identity.ok().map(|identity| identity.access_key_id),
        }
    }
}

/// Serves until a signal to stop. `ready` is called once, when requests are answered.
///
/// # Errors
/// When the service cannot start. A started service ends without error.
pub async fn serve(directory: &Path, config: &Config, ready: impl FnOnce(&Running)) -> Result<(), ServeError> {
    check_exposure(config)?;
    let tls = match (&config.tls.cert, &config.tls.key) {
        (Some(cert), Some(key)) => Some(tls::acceptor(cert, key)?),
        _ => None,
    };
    let mut stop_signals = StopSignals::new().map_err(ServeError::System)?;
    let held = Directory::make(directory).map_err(OpenError::from)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| ServeError::Listen(config.listen, error))?;
    let address = listener.local_addr().map_err(ServeError::System)?;
    let parts = wiring::open(held, config).await?;
    let workers = Workers::start(parts.control.clone(), true).await;
    check_integrity(&parts);
    let endpoint = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
    let (stop, stopped) = watch::channel(false);
    let s3 = S3::new(&parts.embedded_s3, parts.control.clone());
    let site = Arc::new(Site::new(parts.control.clone(), s3, parts.ids.clone()));
    let commands = admin::listen(&parts, stopped.clone()).map_err(ServeError::System)?;
    // Whoever gets an answer finds the file.
    parts.directory.write_endpoint(&endpoint).map_err(OpenError::from)?;
    let requests = answer_requests(site, listener, tls, stopped).map_err(ServeError::System)?;
    let running = Running::at(endpoint, &parts);
    tracing::info!(running.endpoint, running.region, running.account_id, "ready");
    ready(&running);

    stop_signals.wait().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    requests.wait().await;
    if let Err(error) = commands.await {
        tracing::error!(%error, "the listener for commands ended badly");
    }
    workers.stop(JOBS_PATIENCE).await;
    parts.directory.remove_endpoint();
    parts.catalog.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// The thread that answers requests. The sender is dropped with it.
struct Requests(oneshot::Receiver<()>);

impl Requests {
    async fn wait(self) {
        // Nothing is ever sent; the end of the thread is the news.
        self.0.await.ok();
    }
}

/// Requests have a thread and a runtime of their own: an answer does not wait for jobs that compute, and does not wander
/// between threads (measured: a quarter less processor time for a request).
fn answer_requests(
    site: Arc<Site>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
) -> io::Result<Requests> {
    let listener = listener.into_std()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (ends, ended) = oneshot::channel();
    std::thread::Builder::new().name("requests".to_owned()).spawn(move || {
        runtime.block_on(async {
            match TcpListener::from_std(listener) {
                Ok(listener) => http::listen(site, listener, tls, stop).await,
                Err(error) => tracing::error!(%error, "the listener was lost"),
            }
        });
        drop(ends);
    })?;
    Ok(Requests(ended))
}

/// Plain text stays on this machine unless the operator says otherwise.
fn check_exposure(config: &Config) -> Result<(), ServeError> {
    let safe = config.listen.ip().is_loopback() || config.tls.cert.is_some() || config.allow_plaintext_remote;
    if safe { Ok(()) } else { Err(ServeError::Plaintext(config.listen)) }
}

/// The catalog is read once in full, beside the work; damage is the operator's to hear of.
fn check_integrity(parts: &Parts) {
    if !parts.catalog.stopped_cleanly() {
        tracing::warn!("the last run did not stop cleanly");
    }
    let catalog = parts.catalog.clone();
    tokio::spawn(async move {
        match catalog.integrity().await {
            Ok(()) => tracing::info!("the catalog is sound"),
            Err(error) => tracing::error!(error = ?error, "the catalog is damaged"),
        }
    });
}

/// SIGTERM and SIGINT.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_service_runs_without_the_file_of_the_first_identity() {
        let directory = tempfile::tempdir().unwrap();
        let held = Directory::make(directory.path()).unwrap();
        let parts = wiring::open(held, &Config::default()).await.unwrap();
        let running = Running::at("http://127.0.0.1:1".to_owned(), &parts);
        assert!(running.access_key_id.is_some_and(|key| key.starts_with("AKIA")));
        parts.directory.remove_first_identity().unwrap();
        let running = Running::at("http://127.0.0.1:1".to_owned(), &parts);
        assert_eq!((running.access_key_id, running.region.as_str()), (None, "us-east-1"));
        parts.catalog.close().await;
    }
}
