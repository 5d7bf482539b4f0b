//! Real nodes: started or attached servers, and the way their data comes out.

use async_trait::async_trait;
use std::fmt::Debug;
use std::io::ErrorKind;
use valkeep_domain::cluster::NodeRole;
use valkeep_domain::engine::{Engine, EngineVersion};
use valkeep_domain::slots::SlotRanges;
use zeroize::Zeroizing;

/// A server program found on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledEngine {
    pub engine: Engine,
    /// As the program prints it: `7.0.15`.
    pub version: EngineVersion,
    pub program: std::path::PathBuf,
}

/// A node to be run on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSpec {
    /// Names the node and its directory: no other node of this machine ever has it. Safe as a file name.
    pub id: String,
    pub engine: Engine,
    pub version: EngineVersion,
    pub port: u16,
    /// Port of the primary to follow; `None` for a primary.
    pub follow: Option<u16>,
    /// `maxmemory`, in bytes.
    pub maxmemory_bytes: Option<u64>,
}

/// How to reach and enter a node, its secret opened.
#[derive(Clone)]
pub struct NodeAccess {
    pub host: String,
    pub port: u16,
    pub username: Option<String>,
    pub password: Option<Zeroizing<String>>,
    pub tls: Option<valkeep_domain::cluster::NodeTls>,
    /// The id of a node that [`Engines::start`] runs: only that very process may answer, never another server that took the
    /// port. `None` for an attached server.
    pub spawned_as: Option<String>,
}

impl Debug for NodeAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeAccess({}:{})", self.host, self.port)
    }
}

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFacts {
    pub engine: Engine,
    pub version: EngineVersion,
    pub role: NodeRole,
    /// A primary, or a replica whose link to its primary is up and in step.
    pub in_step: bool,
    pub loading: bool,
    /// The replication history that its data belong to (`master_replid` of INFO). A replica has that of its primary, and so has the
    /// file that it sends (auxiliary `repl-id`).
    pub history: Option<String>,
    /// `None` for a server without cluster mode.
    pub cluster: Option<ClusterView>,
    pub memory: NodeMemory,
}

/// A cluster as one of its nodes sees it. No two of its primaries have a slot in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterView {
    /// The node that tells it.
    pub own: ClusterNode,
    /// All others that it knows.
    pub others: Vec<ClusterNode>,
    /// Slots of which keys are on their way from this node or to it.
    pub moving_slots: usize,
}

/// A node of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterNode {
    /// Its id in the cluster, 40 hexadecimal digits.
    pub id: String,
    /// Where clients reach it; `None` when that is not known.
    pub address: Option<(String, u16)>,
    /// The id of the primary that it follows; `None` for a primary.
    pub follows: Option<String>,
    /// Whether the cluster has given it up.
    pub failed: bool,
    /// Of two that claim the same slots, the one with the higher number has them.
    pub epoch: u64,
    /// What it serves as a primary.
    pub slots: SlotRanges,
}

/// Memory of a node, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeMemory {
    /// All that it uses.
    pub used_bytes: u64,
    /// What its data use.
    pub data_bytes: u64,
    /// What it may use: its own limit, or what its machine has.
    pub limit_bytes: Option<u64>,
    /// What was written, and so copied, during its last save; `None` when it did not save yet.
    pub last_copied_bytes: Option<u64>,
}

/// Why a node did not do what it was asked. Texts are for the operator and for the reason of a failed snapshot.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No installed engine of that engine and major version; `installed` lists what there is.
    #[error("no installed {engine} of version {version}; installed: {installed}")]
    NotInstalled { engine: Engine, version: EngineVersion, installed: String },
    #[error("the node did not start: {0}")]
    NotStarted(String),
    /// The node cannot be reached, or went away. May pass.
    #[error("the node cannot be reached")]
    Unreachable(#[source] std::io::Error),
    /// The node answered with an error that may pass: loading, no link to its primary, busy.
    #[error("the node is not ready: {0}")]
    NotReady(String),
    /// The node wants another user name or password, or one at all.
    #[error("the node refused the login: {0}")]
    LoginRefused(String),
    /// The user of the node lacks a permission.
    #[error("the user may not run {command} on the node: {answer}")]
    NotPermitted { command: &'static str, answer: String },
    /// The node refuses us for another reason, or gives an answer that is no answer.
    #[error("the node refused: {0}")]
    Refused(String),
    #[error("the node took longer than {limit_s} s ({what})")]
    TimedOut { what: &'static str, limit_s: u64 },
    /// The replica follows another primary than that of its shard, or none.
    #[error("the replica does not have the data of its shard")]
    Stranger,
    /// What came is not a whole, sound RDB file.
    #[error("the node sent a broken snapshot: {0}")]
    Broken(String),
    /// The receiving side failed; the node is not to blame.
    #[error("the snapshot could not be stored")]
    Sink(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file or process of this machine could not be had: too many are open, or the disk failed. May pass.
    #[error("this machine failed")]
    Local(#[source] std::io::Error),
}

impl EngineError {
    /// What a caller may read: no text of the node itself, and nothing of this machine.
    pub fn told(&self) -> String {
        match self {
            Self::NotInstalled { .. }
            | Self::TimedOut { .. }
            | Self::Stranger
            | Self::Broken(_)
            | Self::Sink(_)
            | Self::Local(_) => self.to_string(),
            Self::NotStarted(_) => "the node did not start".to_owned(),
            Self::Unreachable(error) if is_end(error.kind()) => "the node broke off the connection".to_owned(),
            Self::Unreachable(_) => "the node could not be reached".to_owned(),
            Self::NotReady(answer) => match answer.split(' ').next() {
                Some("LOADING") => "the node was still loading its data".to_owned(),
                Some("NOMASTERLINK" | "MASTERDOWN") => "the replica had no link to its primary".to_owned(),
                _ => "the node was not ready".to_owned(),
            },
            Self::LoginRefused(_) => "the node refused the user name or the password".to_owned(),
            Self::NotPermitted { command, .. } => format!("the user may not run {command} on the node"),
            Self::Refused(_) => "the node refused to give its data".to_owned(),
        }
    }

    /// Whether another node may have what this one did not give. The receiving side is the same for both.
    pub fn is_of_the_node(&self) -> bool {
        !matches!(self, Self::Sink(_) | Self::Local(_))
    }

    /// Whether the same call may succeed a little later. What took too long once has had its time.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::NotReady(_) | Self::Local(_))
    }
}

/// How a connection ends that was there.
fn is_end(kind: ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(kind, E::UnexpectedEof | E::ConnectionReset | E::ConnectionAborted | E::BrokenPipe)
}

/// Takes the bytes of an RDB file and knows where the file ends.
#[async_trait]
pub trait RdbSink: Send {
    /// Called when the node was entered, before it is asked for its data: the data is that of the moment after. A sink of one
    /// shard among several waits here for the others.
    ///
    /// # Errors
    /// When the data is not wanted any more.
    async fn ready(&mut self) -> Result<(), EngineError> {
        Ok(())
    }

    /// Takes the next bytes and says how many belong to the file: fewer than given only when it is complete.
    ///
    /// # Errors
    /// `Broken` when the bytes are no RDB file, `Sink` when they cannot be kept.
    async fn push(&mut self, bytes: &[u8]) -> Result<usize, EngineError>;

    /// Whether the last byte of the file was taken.
    fn is_complete(&self) -> bool;
}

/// Runs nodes on this machine and talks to nodes anywhere.
#[async_trait]
pub trait Engines: Send + Sync + Debug {
    /// The server programs of this machine.
    fn installed(&self) -> Vec<InstalledEngine>;

    /// A port that is free now; `wanted` itself when it is free.
    ///
    /// # Errors
    /// `Local` when there is none, or `wanted` is taken.
    fn free_port(&self, wanted: Option<u16>) -> Result<u16, EngineError>;

    /// Runs a new node and returns when it answers. Idempotent: one that an earlier attempt started is kept.
    ///
    /// # Errors
    /// `NotInstalled`, `NotStarted`, `TimedOut`, `Local`.
    async fn start(&self, node: &NodeSpec) -> Result<(), EngineError>;

    /// Runs a node that ran before, on its own directory with its data, and returns when it answers. Idempotent: one that runs is
    /// kept. A primary without its data is not started: empty, it would pass for itself, and its replicas would throw away
    /// what they have. A replica gets its data from its primary.
    ///
    /// # Errors
    /// As [`Engines::start`]; `NotStarted` when the data of a primary are gone.
    async fn revive(&self, node: &NodeSpec) -> Result<(), EngineError>;

    /// Ends a node that was begun, and removes its directory, unless it was ever revived: then it is left as it is. Idempotent.
    ///
    /// # Errors
    /// As [`Engines::remove`].
    async fn abandon(&self, node_id: &str) -> Result<(), EngineError>;

    /// The ids of all nodes that have a directory here, whether they run or not.
    ///
    /// # Errors
    /// `Local`.
    fn kept(&self) -> Result<Vec<String>, EngineError>;

    /// Ends the node and removes its directory. Idempotent.
    ///
    /// # Errors
    /// `Local`, `TimedOut`.
    async fn remove(&self, node_id: &str) -> Result<(), EngineError>;

    /// # Errors
    /// `Unreachable`, `NotReady`, `Refused`, `TimedOut`.
    async fn inspect(&self, node: &NodeAccess) -> Result<NodeFacts, EngineError>;

    /// Brings the whole data set of the node into `sink`, over the replication link. Returns when the file was complete
    /// and what followed it was right. Never changes the node.
    ///
    /// # Errors
    /// Any but `NotInstalled` and `NotStarted`.
    async fn capture(&self, node: &NodeAccess, sink: &mut dyn RdbSink) -> Result<(), EngineError>;
}
