//! What a node says of itself.

use crate::command::Command;
use crate::installed::numbers_of;
use crate::link::{Answer, Link, printable, refusal};
use std::collections::HashMap;
use tokio::io::{AsyncRead, AsyncWrite};
use valkeep_domain::cluster::NodeRole;
use valkeep_domain::engine::{Engine, EngineVersion};
use valkeep_ports::engines::{ClusterView, EngineError, NodeFacts, NodeMemory};

/// The answer to INFO: a value for each name.
#[derive(Debug)]
pub(crate) struct Info(HashMap<String, String>);

/// # Errors
/// `Unreachable`, `TimedOut`; `NotReady` and `Refused` by the answer.
pub(crate) async fn info<S: AsyncRead + AsyncWrite + Unpin>(link: &mut Link<S>) -> Result<Info, EngineError> {
    match link.ask(Command::Info).await? {
        Answer::Bulk(announced) => Ok(Info::parse(&link.bulk(&announced).await?)),
        Answer::Error(text) => Err(refusal("INFO", text)),
        Answer::Status(text) => Err(EngineError::Refused(format!("not an answer to INFO: {text}"))),
    }
}

impl Info {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        Self(
            text.lines()
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    fn get(&self, name: &'static str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn is_on(&self, name: &'static str) -> bool {
        self.get(name) == Some("1")
    }

    /// The process that answers.
    pub(crate) fn process_id(&self) -> Option<i32> {
        self.get("process_id")?.parse().ok()
    }

    pub(crate) fn cluster_enabled(&self) -> bool {
        self.is_on("cluster_enabled")
    }

    /// The facts of a node that is part of this cluster, if of any.
    ///
    /// # Errors
    /// `Refused` when it does not read like a server's.
    pub(crate) fn facts(&self, cluster: Option<ClusterView>) -> Result<NodeFacts, EngineError> {
        let (engine, version) = self.version()?;
        let role = match self.need("role")? {
            "master" => NodeRole::Primary,
            "slave" => NodeRole::Replica,
            other => return Err(unreadable("role", other)),
        };
        let followed = self.get("master_link_status") == Some("up") && !self.is_on("master_sync_in_progress");
        Ok(NodeFacts {
            engine,
            version,
            role,
            in_step: role == NodeRole::Primary || followed,
            loading: self.is_on("loading") || self.is_on("async_loading"),
            history: self.get("master_replid").map(str::to_owned),
            cluster,
            memory: self.memory()?,
        })
    }

    /// Valkey keeps `redis_version` for old clients, so its own name goes first.
    fn version(&self) -> Result<(Engine, EngineVersion), EngineError> {
        let (engine, text) = match self.get("valkey_version") {
            Some(text) => (Engine::Valkey, text),
            None => (Engine::Redis, self.need("redis_version")?),
        };
        EngineVersion::parse(numbers_of(text)).map(|version| (engine, version)).map_err(|_| unreadable("version", text))
    }

    fn memory(&self) -> Result<NodeMemory, EngineError> {
        let text = self.need("used_memory")?;
        let used_bytes = text.parse().map_err(|_| unreadable("memory", text))?;
        // Zero stands for none.
        let told = |name| self.get(name).and_then(|text| text.parse().ok()).filter(|bytes: &u64| *bytes > 0);
        Ok(NodeMemory {
            used_bytes,
            // Since Redis 4.
            data_bytes: told("used_memory_dataset").unwrap_or(used_bytes),
            limit_bytes: told("maxmemory").into_iter().chain(told("total_system_memory")).min(),
            last_copied_bytes: told("rdb_last_cow_size"),
        })
    }

    fn need(&self, name: &'static str) -> Result<&str, EngineError> {
        self.get(name).ok_or_else(|| EngineError::Refused(format!("INFO tells no {name}")))
    }
}

fn unreadable(what: &str, text: &str) -> EngineError {
    EngineError::Refused(format!("INFO tells an unknown {what}: {}", printable(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLICA: &str = "# Server\r\nredis_version:7.2.4\r\nvalkey_version:9.1.2\r\nprocess_id:77\r\nrole:slave\r\n\
        master_replid:8371445ee47ba1e5d3d7ba8a1ee1ad3b2c6c5d9f\r\nmaster_link_status:up\r\nmaster_sync_in_progress:0\r\nloading:0\r\nused_memory:900\r\nused_memory_dataset:500\r\n\
        maxmemory:2000\r\ntotal_system_memory:3000\r\nrdb_last_cow_size:70\r\ncluster_enabled:1\r\n";

    #[test]
    fn a_replica_in_step_is_read() {
        let info = Info::parse(REPLICA.as_bytes());
        let expected = NodeFacts {
            engine: Engine::Valkey,
            version: EngineVersion::parse("9.1.2").unwrap(),
            role: NodeRole::Replica,
            in_step: true,
            loading: false,
            history: Some("8371445ee47ba1e5d3d7ba8a1ee1ad3b2c6c5d9f".to_owned()),
            cluster: None,
            memory: NodeMemory {
                used_bytes: 900,
                data_bytes: 500,
                limit_bytes: Some(2000),
                last_copied_bytes: Some(70),
            },
        };
        assert!(info.cluster_enabled());
        assert_eq!(info.facts(None).unwrap(), expected);
        assert_eq!(info.process_id(), Some(77));
    }

    #[test]
    fn each_fact_follows_its_line() {
        let facts = |from: &str, to: &str| Info::parse(REPLICA.replace(from, to).as_bytes()).facts(None).unwrap();
        assert_eq!(facts("valkey_version:9.1.2\r\n", "").engine, Engine::Redis);
        assert_eq!(facts("9.1.2", "9.1.2-rc1").version.to_string(), "9.1.2");
        assert!(!facts("status:up", "status:down").in_step);
        assert!(!facts("in_progress:0", "in_progress:1").in_step);
        assert!(facts("role:slave\r\nmaster_link_status:up", "role:master").in_step);
        assert!(facts("loading:0", "loading:1").loading);
        assert!(facts("loading:0", "async_loading:1").loading);
        assert_eq!(facts("used_memory_dataset:500\r\n", "").memory.data_bytes, 900);
        assert_eq!(facts("maxmemory:2000", "maxmemory:0").memory.limit_bytes, Some(3000));
        assert_eq!(facts("cow_size:70", "cow_size:0").memory.last_copied_bytes, None);
    }

    #[test]
    fn what_is_no_server_is_refused() {
        for (from, to) in [("role:slave", "role:owner"), ("9.1.2", "new"), ("used_memory:900", "used_memory:-1")] {
            let facts = Info::parse(REPLICA.replace(from, to).as_bytes()).facts(None);
            assert!(matches!(facts, Err(EngineError::Refused(_))), "{to}");
        }
        assert!(matches!(Info::parse(b"\xff:\x00\r\n:::").facts(None), Err(EngineError::Refused(_))));
    }
}
