//! Which node gives the data of a snapshot, and how much it is likely to be.

use super::together::Prefer;
use crate::clusters::ShardNodes;
use crate::jobs::{Reason, StepError};
use crate::{Control, error_chain};
use valkeep_domain::cluster::{CacheCluster, SavedSize};
use valkeep_domain::snapshot::NodeSnapshot;
use valkeep_ports::engines::{EngineError, NodeMemory};

/// The nodes to ask for a shard, one after the other (L13): the one that the snapshot names, and the primary after a replica.
pub(super) struct Candidates {
    pub(super) replica: Option<CacheCluster>,
    pub(super) primary: CacheCluster,
}

impl Candidates {
    pub(super) fn of(planned: &NodeSnapshot, shard: &ShardNodes, prefer: Prefer) -> Result<Self, StepError> {
        let named = shard.members.iter().find(|member| planned.cluster == member.id);
        let (Some(primary), Some(named)) = (shard.primary(), named) else {
            return Err(StepError::Fail(Reason::plain("the cluster has no such node any more")));
        };
        let replica = (prefer == Prefer::Replica && named.id != primary.id).then(|| named.clone());
        Ok(Self { replica, primary: primary.clone() })
    }

    /// The node to ask now.
    pub(super) fn node(&self) -> &CacheCluster {
        self.replica.as_ref().unwrap_or(&self.primary)
    }
}

/// What is known of a node that can give its data now.
#[derive(Debug)]
pub(super) struct Look {
    /// As far as it tells.
    pub(super) memory: Option<NodeMemory>,
    /// The replication history that the data of a replica must be of: that of the primary of its shard.
    pub(super) history: Option<String>,
}

/// Whether the node to ask can give its data now.
///
/// # Errors
/// Those of a replica that cannot be asked, is not in step, or is not known to have the data of its primary.
pub(super) async fn look_at(control: &Control, candidates: &Candidates) -> Result<Look, Untaken> {
    let Candidates { replica, primary } = candidates;
    match replica {
        Some(replica) => look_at_replica(control, replica, primary).await,
        None => look_at_primary(control, primary).await,
    }
}

async fn look_at_replica(control: &Control, replica: &CacheCluster, primary: &CacheCluster) -> Result<Look, Untaken> {
    let accesses = (control.access(replica)?, control.access(primary)?);
    let engines = &control.ports.engines;
    let (facts, of_primary) = tokio::join!(engines.inspect(&accesses.0), engines.inspect(&accesses.1));
    let facts = facts.map_err(Untaken::Node)?;
    let history = of_primary.map_err(Untaken::Node)?.history;
    if facts.loading {
        return Err(not_ready("LOADING the replica is loading its data"));
    }
    if !facts.in_step {
        return Err(not_ready("MASTERDOWN the replica is not in step"));
    }
    if history.is_none() || facts.history != history {
        return Err(Untaken::Node(EngineError::Stranger));
    }
    warn_of_tight(replica, facts.memory);
    Ok(Look { memory: Some(facts.memory), history })
}

/// A primary that says nothing of itself is asked for its data all the same: it is the last that can have them.
async fn look_at_primary(control: &Control, primary: &CacheCluster) -> Result<Look, Untaken> {
    let memory = match control.ports.engines.inspect(&control.access(primary)?).await {
        Ok(facts) => {
            warn_of_tight(primary, facts.memory);
            Some(facts.memory)
        }
        Err(error) => {
            tracing::warn!(node = %primary.id, error = error_chain(&error), "the primary tells nothing of itself");
            None
        }
    };
    Ok(Look { memory, history: None })
}

/// Why a node does not give its data, or why it was not even asked.
#[derive(Debug)]
pub(super) enum Untaken {
    Node(EngineError),
    Step(StepError),
    /// Another shard failed.
    GivenUp,
}

impl Untaken {
    /// The task that took the data ended without an answer.
    pub(super) fn lost() -> Self {
        Self::Step(StepError::Retry("the capture of a shard was lost".to_owned().into()))
    }
}

impl From<Untaken> for StepError {
    fn from(error: Untaken) -> Self {
        match error {
            Untaken::Node(error) => error.into(),
            Untaken::Step(error) => error,
            Untaken::GivenUp => Self::Retry(Reason::plain("another shard failed")),
        }
    }
}

impl From<StepError> for Untaken {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

fn not_ready(text: &str) -> Untaken {
    Untaken::Node(EngineError::NotReady(text.to_owned()))
}

/// A save copies what is written meanwhile: as much as in the last one, or a quarter where there was none (the share that
/// ElastiCache reserves by default).
fn warn_of_tight(node: &CacheCluster, memory: NodeMemory) {
    let copied_bytes = memory.last_copied_bytes.unwrap_or(memory.used_bytes / 4);
    if let Some(limit_bytes) =
        memory.limit_bytes.filter(|limit| memory.used_bytes.saturating_add(copied_bytes) > *limit)
    {
        tracing::warn!(
            node = %node.id,
            used_bytes = memory.used_bytes,
            copied_bytes,
            limit_bytes,
            "the memory of the node is tight: a snapshot may make it swap, or end it"
        );
    }
}

/// How large the file will be, in bytes: as large as the last one for the same data, else three fifths of their memory
/// (measured: 1.19 GB of 2.0 GB).
pub(super) fn estimate(memory: NodeMemory, members: &[CacheCluster]) -> u64 {
    let saved = members.iter().find_map(|member| member.saved).filter(|saved| saved.data_bytes > 0);
    let SavedSize { data_bytes, rdb_bytes } = saved.unwrap_or(SavedSize { data_bytes: 5, rdb_bytes: 3 });
    let estimate = u128::from(memory.data_bytes) * u128::from(rdb_bytes) / u128::from(data_bytes);
    u64::try_from(estimate).unwrap_or(u64::MAX)
}
