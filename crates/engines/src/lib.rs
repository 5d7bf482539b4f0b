//! Real nodes: it finds server programs, runs nodes of them on this machine, and brings the data of any node out over the
//! replication link.
//!
//! It does not know what an RDB file looks like (the [`RdbSink`] does), nor what a node is for. Its invariants:
//! - a process is signalled only after it was proved to be the node's own;
//! - a node hears only commands of `command::Command`, none of which changes it;
//! - every wait has a limit, and memory does not grow with what a node sends.
//!
//! Nodes are looked after through Linux' `/proc` and process file descriptors.

mod capture;
mod cluster;
mod command;
mod connection;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod home;
mod inspect;
mod installed;
mod link;
mod spawn;
mod tls;

use async_trait::async_trait;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use valkeep_ports::engines::{EngineError, Engines, InstalledEngine, NodeAccess, NodeFacts, NodeSpec, RdbSink};

pub use installed::choose;

use home::Home;

/// What the operator can set.
#[derive(Clone, Debug, Default)]
pub struct EnginesConfig {
    /// Server programs besides `valkey-server` and `redis-server` on PATH. They go before those.
    pub programs: Vec<PathBuf>,
    pub limits: CaptureLimits,
    pub start: StartLimits,
}

/// How long talks with a node may last, and how much it may send. Source of the values: our choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureLimits {
    /// For the connection, TLS included.
    pub connect_s: u64,
    /// From the request for the data set to its first byte; the node forks meanwhile and sends keep-alives.
    pub first_byte_s: u64,
    /// Longest silence.
    pub idle_s: u64,
    /// For a whole capture.
    pub total_s: u64,
    /// Largest file.
    pub max_bytes: u64,
}

impl Default for CaptureLimits {
    fn default() -> Self {
        Self { connect_s: 10, first_byte_s: 600, idle_s: 60, total_s: 6 * 3600, max_bytes: 1 << 40 }
    }
}

/// How long nodes of this machine may take. Source of the values: our choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartLimits {
    /// Until a started node has loaded its data (and, as a replica, is in step). The node is left running when it takes
    /// longer, and a later start waits for it again.
    pub ready_s: u64,
    /// From the polite signal to the other one.
    pub stop_s: u64,
}

impl Default for StartLimits {
    fn default() -> Self {
        Self { ready_s: 120, stop_s: 10 }
    }
}

/// The engines of this machine.
#[derive(Debug)]
pub struct LocalEngines {
    directory: PathBuf,
    config: EnginesConfig,
    installed: Vec<InstalledEngine>,
}

impl LocalEngines {
    /// Looks for server programs, once. Each node gets a sub-directory of `directory`, which is made when it is missing.
    ///
    /// # Errors
    /// `Local` when the directory cannot be made.
    pub async fn new(directory: PathBuf, config: EnginesConfig) -> Result<Self, EngineError> {
        tokio::fs::create_dir_all(&directory).await.map_err(EngineError::Local)?;
        let directory = tokio::fs::canonicalize(&directory).await.map_err(EngineError::Local)?;
        let installed = installed::find(&config.programs).await;
        Ok(Self { directory, config, installed })
    }
}

impl LocalEngines {
    /// A node of this machine is taken for itself only when the very process of its directory answers: data of a stranger
    /// that took its port must never pass for its own.
    fn prove(&self, node: &NodeAccess, info: &inspect::Info) -> Result<(), EngineError> {
        let Some(id) = &node.spawned_as else { return Ok(()) };
        let stranger = || EngineError::NotReady(format!("another server answers on port {}", node.port));
        let home = Home::find(&self.directory, id)?.ok_or_else(stranger)?;
        let own = home.process_id()?.filter(|own| info.process_id() == Some(*own));
        match (own, home.vacancy()?) {
            (Some(_), None) => Ok(()),
            (Some(_) | None, _) => Err(stranger()),
        }
    }
}

#[async_trait]
impl Engines for LocalEngines {
    fn installed(&self) -> Vec<InstalledEngine> {
        self.installed.clone()
    }

    fn free_port(&self, wanted: Option<u16>) -> Result<u16, EngineError> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, wanted.unwrap_or(0)))
            .and_then(|listener| listener.local_addr())
            .map(|address| address.port())
            .map_err(EngineError::Local)
    }

    async fn start(&self, node: &NodeSpec) -> Result<(), EngineError> {
        let chosen = choose(&self.installed, node.engine, &node.version, false);
        let program = chosen.map(|engine| engine.program.as_path()).ok_or_else(|| EngineError::NotInstalled {
            engine: node.engine,
            version: node.version.clone(),
            installed: installed::list(&self.installed),
        })?;
        let home = Home::create(&self.directory, &node.id)?;
        spawn::start(program, &home, node, &self.config.start, &self.config.limits).await
    }

    async fn revive(&self, node: &NodeSpec) -> Result<(), EngineError> {
        let has_data = match Home::find(&self.directory, &node.id)? {
            Some(home) => home.vacancy()?.is_none() || home.has_data().map_err(EngineError::Local)?,
            None => false,
        };
        if node.follow.is_none() && !has_data {
            return Err(EngineError::NotStarted("its data are gone from its directory".to_owned()));
        }
        self.start(node).await?;
        Home::create(&self.directory, &node.id)?.take_into_service().map_err(EngineError::Local)
    }

    async fn abandon(&self, node_id: &str) -> Result<(), EngineError> {
        match Home::find(&self.directory, node_id)? {
            Some(home) if home.is_in_service().map_err(EngineError::Local)? => {
                tracing::warn!(node = node_id, "a node that was in service is left as it is");
                Ok(())
            }
            Some(home) => spawn::remove(&home, &self.config.start).await,
            None => Ok(()),
        }
    }

    fn kept(&self) -> Result<Vec<String>, EngineError> {
        let entries = std::fs::read_dir(&self.directory).map_err(EngineError::Local)?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect::<std::io::Result<_>>().map_err(EngineError::Local)
    }

    async fn remove(&self, node_id: &str) -> Result<(), EngineError> {
        match Home::find(&self.directory, node_id)? {
            Some(home) => spawn::remove(&home, &self.config.start).await,
            None => Ok(()),
        }
    }

    async fn inspect(&self, node: &NodeAccess) -> Result<NodeFacts, EngineError> {
        let limits = self.config.limits;
        // As a whole: a node that is never silent for long could go on with its answers for ever.
        link::within("what it says of itself", limits.connect_s + limits.idle_s, async {
            let mut link = connection::open(node, &limits).await?;
            let info = inspect::info(&mut link).await?;
            self.prove(node, &info)?;
            let cluster = if info.cluster_enabled() { Some(cluster::view(&mut link, &node.host).await?) } else { None };
            info.facts(cluster)
        })
        .await
    }

    async fn capture(&self, node: &NodeAccess, sink: &mut dyn RdbSink) -> Result<(), EngineError> {
        let limits = self.config.limits;
        link::within("the whole capture", limits.total_s, async {
            let mut link = connection::open(node, &limits).await?;
            if node.spawned_as.is_some() {
                self.prove(node, &inspect::info(&mut link).await?)?;
            }
            capture::capture(link, &limits, sink).await
        })
        .await
    }
}
