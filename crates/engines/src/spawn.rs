//! A node's life on this machine: begun, taken over from an earlier life of the service, ended.

use crate::home::{CONFIG_FILE, Home, PID_FILE, Vacancy};
use crate::link::within;
use crate::{CaptureLimits, StartLimits, connection, inspect};
use rustix::process::Signal;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use valkeep_ports::engines::{EngineError, NodeAccess, NodeSpec};

/// Time between two looks at a process that begins or ends.
const LOOK: Duration = Duration::from_millis(20);

/// After the signal that cannot be ignored.
const KILL_LIMIT_S: u64 = 10;

/// What a server may see of our environment: nothing secret is among it.
const ENVIRONMENT: [&str; 5] = ["PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ"];

/// Sees to it that the node runs, and waits until it is ready.
///
/// # Errors
/// `NotStarted` when the process ends, or the port is somebody else's; `TimedOut`, `Local`.
pub(crate) async fn start(
    program: &Path,
    home: &Home,
    node: &NodeSpec,
    start: &StartLimits,
    limits: &CaptureLimits,
) -> Result<(), EngineError> {
    let mut begun = false;
    within("starting", start.ready_s, async {
        loop {
            match home.vacancy()? {
                Some(_) if begun => return Err(EngineError::NotStarted(home.last_words())),
                Some(vacancy) => {
                    begin(program, home, vacancy, node).map_err(EngineError::Local)?;
                    begun = true;
                }
                None if is_ready(home, node.port, limits).await? => return Ok(()),
                None => {}
            }
            tokio::time::sleep(LOOK).await;
        }
    })
    .await
}

/// Starts the process, apart from us: it outlives us, and signals to our group do not reach it.
fn begin(program: &Path, home: &Home, vacancy: Vacancy, node: &NodeSpec) -> io::Result<()> {
    home.prepare(&vacancy, &config(node))?;
    let inherited = ENVIRONMENT.into_iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value)));
    let mut child = Command::new(program)
        .arg(CONFIG_FILE)
        .current_dir(home.path())
        .env_clear()
        .envs(inherited)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(vacancy.log.try_clone()?)
        .stderr(vacancy.log)
        .spawn()?;
    let id = node.id.clone();
    tokio::spawn(async move {
        match child.wait().await {
            Ok(status) => tracing::info!(node = id, %status, "node ended"),
            Err(error) => tracing::warn!(node = id, %error, "node cannot be waited for"),
        }
    });
    Ok(())
}

/// The configuration; all paths in it are relative to the node's directory. The memory policy is that of the default
/// parameter groups of ElastiCache. Replicas are served without delay and without a file on the disk.
fn config(node: &NodeSpec) -> String {
    let mut lines = vec![
        "bind 127.0.0.1".to_owned(),
        "protected-mode yes".to_owned(),
        format!("port {}", node.port),
        "daemonize no".to_owned(),
        format!("pidfile {PID_FILE}"),
        "dir ./".to_owned(),
        "appendonly yes".to_owned(),
        "appendfsync everysec".to_owned(),
        "save \"\"".to_owned(),
        "maxmemory-policy volatile-lru".to_owned(),
        "repl-diskless-sync yes".to_owned(),
        "repl-diskless-sync-delay 0".to_owned(),
    ];
    lines.extend(node.maxmemory_bytes.map(|bytes| format!("maxmemory {bytes}")));
    lines.extend(node.follow.map(|port| format!("replicaof 127.0.0.1 {port}")));
    lines.push(String::new());
    lines.join("\n")
}

/// Whether the process of this home answers on the port and has its data.
async fn is_ready(home: &Home, port: u16, limits: &CaptureLimits) -> Result<bool, EngineError> {
    let here =
        NodeAccess { host: "127.0.0.1".to_owned(), port, username: None, password: None, tls: None, spawned_as: None };
    let Some(process_id) = home.process_id()? else { return Ok(false) };
    let Ok(mut link) = connection::open(&here, limits).await else { return Ok(false) };
    let Ok(info) = inspect::info(&mut link).await else { return Ok(false) };
    if info.process_id() != Some(process_id) {
        return Err(EngineError::NotStarted(format!("another server answers on port {port}")));
    }
    let facts = info.facts(None)?;
    Ok(facts.in_step && !facts.loading)
}

/// Ends the process and removes the directory.
///
/// # Errors
/// `TimedOut` when the process does not end, `Local`.
pub(crate) async fn remove(home: &Home, start: &StartLimits) -> Result<(), EngineError> {
    let vacancy = match end(home, Signal::TERM, start.stop_s).await {
        Err(EngineError::TimedOut { .. }) => end(home, Signal::KILL, KILL_LIMIT_S).await?,
        ended => ended?,
    };
    home.remove(vacancy).await
}

/// Repeats the signal, which a process that has only just begun would miss, until the home is empty.
async fn end(home: &Home, signal: Signal, limit_s: u64) -> Result<Vacancy, EngineError> {
    within("ending", limit_s, async {
        loop {
            if let Some(vacancy) = home.vacancy()? {
                return Ok(vacancy);
            }
            home.signal(signal)?;
            tokio::time::sleep(LOOK).await;
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use valkeep_domain::engine::{Engine, EngineVersion};

    #[test]
    fn the_configuration_says_what_the_node_is() {
        let mut node = NodeSpec {
            id: "a".to_owned(),
            engine: Engine::Valkey,
            version: EngineVersion::parse("9.1.2").unwrap(),
            port: 7001,
            follow: None,
            maxmemory_bytes: None,
        };
        let primary = config(&node);
        assert!(primary.contains("\nport 7001\n") && primary.ends_with("repl-diskless-sync-delay 0\n"));
        node.follow = Some(7000);
        node.maxmemory_bytes = Some(1 << 30);
        assert_eq!(config(&node), format!("{primary}maxmemory 1073741824\nreplicaof 127.0.0.1 7000\n"));
    }
}
