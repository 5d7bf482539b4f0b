//! Spawned nodes are kept running: one that died, with the machine or by itself, is started again with its data.

use super::{Nodes, home, members, spec};
use crate::{Control, error_chain};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use valkeep_domain::cluster::{CacheCluster, ClusterStatus, NodeRole, Ownership};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};

/// How often the nodes are looked at. Our choice.
const EVERY: Duration = Duration::from_secs(10);

/// Clusters in one look.
const BATCH: usize = 100;

/// Looks at all spawned nodes, again and again, until `stopped` changes.
pub(crate) async fn run(control: Arc<Control>, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let looks = async {
        if let Err(error) = name_unknown(&control).await {
            tracing::error!(error, "the directories of nodes could not be listed");
        }
        loop {
            ticks.tick().await;
            if let Err(error) = look_at_all(&control).await {
                tracing::error!(error = error_chain(&error), "the nodes could not be listed");
            }
        }
    };
    tokio::select! {
        _ = stopped.changed() => {}
        () = looks => {}
    }
}

/// Nodes that were lost with the catalog may still run. They are left alone; only their operator can say what they are.
async fn name_unknown(control: &Control) -> Result<(), String> {
    for node in control.ports.engines.kept().map_err(|error| error_chain(&error))? {
        let Some((id, _)) = node.rsplit_once('-') else { continue };
        let id = id.to_owned();
        let found = control.ports.store.read(move |tx| tx.get::<CacheCluster>(&id)).await;
        if found.map_err(|error| error_chain(&error))?.is_none_or(|found| home(&found) != node) {
            tracing::warn!(node, "a node without a record is left alone, with its data; attach it while it runs");
        }
    }
    Ok(())
}

async fn look_at_all(control: &Control) -> Result<(), CatalogError> {
    let mut after = None::<String>;
    loop {
        let from = after.clone();
        let batch = control
            .ports
            .store
            .read(move |tx| {
                let scan = Scan::keys("", BATCH);
                tx.scan::<CacheCluster>(&match &from {
                    Some(key) => scan.after(key),
                    None => scan,
                })
            })
            .await?;
        for cluster in batch.iter().filter(|cluster| should_run(cluster)) {
            look_at(control, cluster).await?;
        }
        match batch.last() {
            Some(last) if batch.len() == BATCH => after = Some(last.id.to_string()),
            Some(_) | None => return Ok(()),
        }
    }
}

/// Nodes that start or end are the business of their jobs.
fn should_run(cluster: &CacheCluster) -> bool {
    cluster.ownership == Ownership::Spawned
        && matches!(cluster.status, ClusterStatus::Available | ClusterStatus::Snapshotting)
}

/// Starts the node unless it runs, was deleted meanwhile, or is being deleted.
pub(super) async fn look_at(control: &Control, seen: &CacheCluster) -> Result<(), CatalogError> {
    let _alone = control.node_changes.lock().await;
    let id = seen.id.clone();
    let now = control.ports.store.read(move |tx| node_and_primary(tx, id.as_str())).await?;
    let Some((node, primary)) = now.filter(|(node, _)| should_run(node)) else { return Ok(()) };
    // A replica would wait in vain for a primary that is not there.
    for member in if node.id == primary.id { vec![&node] } else { vec![&primary, &node] } {
        if let Err(error) = control.ports.engines.revive(&spec(member, &primary)).await {
            tracing::error!(node = %member.id, error = error_chain(&error), "a node could not be brought back");
            break;
        }
    }
    Ok(())
}

fn node_and_primary(tx: &mut Tx<'_>, id: &str) -> Result<Option<(CacheCluster, CacheCluster)>, CatalogError> {
    let Some(node) = tx.get::<CacheCluster>(id)? else { return Ok(None) };
    let members = members(tx, &Nodes::of(&node)).unwrap_or_default();
    let primary = members.into_iter().find(|member| member.role == NodeRole::Primary);
    Ok(primary.map(|primary| (node, primary)))
}
