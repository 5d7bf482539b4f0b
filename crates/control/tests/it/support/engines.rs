//! Nodes that are nothing but a sample file.

use super::faults::{Faults, Site};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use valkeep_domain::cluster::NodeRole;
use valkeep_domain::engine::{Engine, EngineVersion};
use valkeep_domain::slots::SlotRanges;
use valkeep_ports::engines::{
    ClusterNode, ClusterView, EngineError, Engines, InstalledEngine, NodeAccess, NodeFacts, NodeMemory, NodeSpec,
    RdbSink,
};
use valkeep_rdb::Inspector;

/// The data of every node, unless a test gives other: what Redis 7.0.15 sent for `rdb/testdata/redis-7.0.15.rdb`.
pub(crate) const SAMPLE: &[u8] = include_bytes!("redis-7.0.15-sent.rdb");

/// The link brings this much at a time, in bytes.
const PIECE_BYTES: usize = 1000;

#[derive(Debug)]
pub(crate) struct MemoryNodes(Mutex<State>);

#[derive(Debug)]
struct State {
    data: Arc<[u8]>,
    running: BTreeMap<String, NodeSpec>,
    next_port: u16,
    replicas_in_step: bool,
    /// Makes the error of every capture.
    refusal: Option<fn() -> EngineError>,
    /// The same, of replicas only.
    replicas_refusal: Option<fn() -> EngineError>,
    /// The same, of the node at a port.
    refusals: BTreeMap<u16, fn() -> EngineError>,
    captured_from: Vec<u16>,
    memory: NodeMemory,
    /// What servers in cluster mode tell, by their port.
    clusters: BTreeMap<u16, ClusterView>,
    /// Their data, where it is not that of every node.
    files: BTreeMap<u16, Arc<[u8]>>,
    /// Captures that were entered and those that were begun, in order.
    steps: Vec<Step>,
}

/// What a capture did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Ready(u16),
    Asked(u16),
}

impl Default for MemoryNodes {
    fn default() -> Self {
        Self(Mutex::new(State {
            data: SAMPLE.into(),
            running: BTreeMap::new(),
            next_port: 7000,
            replicas_in_step: true,
            refusal: None,
            replicas_refusal: None,
            refusals: BTreeMap::new(),
            captured_from: Vec::new(),
            memory: NodeMemory::default(),
            clusters: BTreeMap::new(),
            files: BTreeMap::new(),
            steps: Vec::new(),
        }))
    }
}

impl MemoryNodes {
    pub(crate) fn hold(&self, data: Vec<u8>) {
        self.0.lock().unwrap().data = data.into();
    }

    pub(crate) fn refuse_captures(&self, error: fn() -> EngineError) {
        self.0.lock().unwrap().refusal = Some(error);
    }

    pub(crate) fn refuse_captures_of_replicas(&self, error: fn() -> EngineError) {
        self.0.lock().unwrap().replicas_refusal = Some(error);
    }

    pub(crate) fn refuse_captures_of(&self, port: u16, error: fn() -> EngineError) {
        self.0.lock().unwrap().refusals.insert(port, error);
    }

    pub(crate) fn hold_at(&self, port: u16, data: &[u8]) {
        self.0.lock().unwrap().files.insert(port, data.into());
    }

    /// Servers of one cluster, in place of those before: the slots of each shard, and its ports, the primary's first.
    pub(crate) fn run_cluster(&self, shards: &[(&str, &[u16])]) {
        let node = |slots: &str, port: u16, primary: u16| ClusterNode {
            id: format!("{port:040}"),
            address: Some(("10.0.0.1".to_owned(), port)),
            follows: (port != primary).then(|| format!("{primary:040}")),
            failed: false,
            epoch: 1,
            slots: SlotRanges::parse(if port == primary { slots } else { "" }).unwrap(),
        };
        let nodes: Vec<ClusterNode> =
            shards.iter().flat_map(|(slots, ports)| ports.iter().map(|port| node(slots, *port, ports[0]))).collect();
        let view = |own: &ClusterNode| ClusterView {
            own: own.clone(),
            others: nodes.iter().filter(|node| node.id != own.id).cloned().collect(),
            moving_slots: 0,
        };
        let port_of = |node: &ClusterNode| node.address.as_ref().unwrap().1;
        self.0.lock().unwrap().clusters = nodes.iter().map(|node| (port_of(node), view(node))).collect();
    }

    /// Changes what the server at a port tells of its cluster.
    pub(crate) fn tell(&self, port: u16, change: impl FnOnce(&mut ClusterView)) {
        change(self.0.lock().unwrap().clusters.get_mut(&port).unwrap());
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        self.0.lock().unwrap().steps.clone()
    }

    pub(crate) fn use_memory(&self, memory: NodeMemory) {
        self.0.lock().unwrap().memory = memory;
    }

    /// The replica that was started as `id` is the primary now, and follows nobody; all others follow it.
    pub(crate) fn fail_over_to(&self, id: &str) {
        let mut state = self.0.lock().unwrap();
        let port = state.running.iter().find(|(node, _)| cluster_of(node) == id).unwrap().1.port;
        for node in state.running.values_mut() {
            node.follow = (node.port != port).then_some(port);
        }
    }

    pub(crate) fn put_replicas_out_of_step(&self) {
        self.0.lock().unwrap().replicas_in_step = false;
    }

    /// Ports of the nodes that gave their data, in order.
    pub(crate) fn captured_from(&self) -> Vec<u16> {
        self.0.lock().unwrap().captured_from.clone()
    }

    /// The machine lost the directory of the node.
    pub(crate) fn lose(&self, id: &str) {
        self.0.lock().unwrap().running.retain(|node, _| cluster_of(node) != id);
    }

    pub(crate) fn running(&self) -> Vec<String> {
        self.0.lock().unwrap().running.keys().map(|node| cluster_of(node).to_owned()).collect()
    }

    fn facts(&self, port: u16) -> NodeFacts {
        let state = self.0.lock().unwrap();
        let follows = state.is_replica(port);
        let mut file = Inspector::new();
        file.push(state.file_at(port)).unwrap();
        NodeFacts {
            engine: Engine::Redis,
            version: version(),
            role: if follows { NodeRole::Replica } else { NodeRole::Primary },
            in_step: !follows || state.replicas_in_step,
            loading: false,
            history: file.facts_so_far().replication_id,
            cluster: state.clusters.get(&port).cloned(),
            memory: state.memory,
        }
    }

    async fn send(&self, port: u16, sink: &mut dyn RdbSink) -> Result<(), EngineError> {
        self.0.lock().unwrap().steps.push(Step::Ready(port));
        sink.ready().await?;
        let (data, refusal) = {
            let mut state = self.0.lock().unwrap();
            state.steps.push(Step::Asked(port));
            state.captured_from.push(port);
            let of_replica = state.replicas_refusal.filter(|_| state.is_replica(port));
            let refusal = state.refusals.get(&port).copied().or(of_replica).or(state.refusal);
            (Arc::clone(state.file_at(port)), refusal)
        };
        // A node that fails does so in the middle.
        let sent = if refusal.is_some() { &data[..data.len() / 2] } else { &data[..] };
        for piece in sent.chunks(PIECE_BYTES.max(data.len() / 8)) {
            sink.push(piece).await?;
        }
        match refusal {
            Some(error) => Err(error()),
            None if sink.is_complete() => Ok(()),
            None => Err(EngineError::Broken("the link ended before the file".to_owned())),
        }
    }
}

impl State {
    fn file_at(&self, port: u16) -> &Arc<[u8]> {
        self.files.get(&port).unwrap_or(&self.data)
    }

    fn is_replica(&self, port: u16) -> bool {
        self.running.values().any(|node| node.port == port && node.follow.is_some())
            || self.clusters.get(&port).is_some_and(|view| view.own.follows.is_some())
    }
}

/// The id of the cluster whose node this is.
fn cluster_of(node: &str) -> &str {
    node.rsplit_once('-').unwrap().0
}

fn version() -> EngineVersion {
    EngineVersion::parse("7.0.15").unwrap()
}

#[derive(Debug)]
pub(crate) struct FaultyNodes {
    pub(crate) inner: Arc<MemoryNodes>,
    pub(crate) faults: Arc<Faults>,
}

fn away() -> EngineError {
    EngineError::Unreachable(std::io::ErrorKind::ConnectionReset.into())
}

#[async_trait]
impl Engines for FaultyNodes {
    fn installed(&self) -> Vec<InstalledEngine> {
        vec![InstalledEngine { engine: Engine::Redis, version: version(), program: "redis-server".into() }]
    }

    fn free_port(&self, wanted: Option<u16>) -> Result<u16, EngineError> {
        let mut state = self.inner.0.lock().unwrap();
        state.next_port += 1;
        Ok(wanted.unwrap_or(state.next_port))
    }

    async fn start(&self, node: &NodeSpec) -> Result<(), EngineError> {
        let effect = async {
            self.inner.0.lock().unwrap().running.insert(node.id.clone(), node.clone());
            Ok(())
        };
        self.faults.around(Site::NodeStart, away, effect).await
    }

    async fn abandon(&self, node_id: &str) -> Result<(), EngineError> {
        self.remove(node_id).await
    }

    async fn revive(&self, node: &NodeSpec) -> Result<(), EngineError> {
        let effect = async {
            let lost = node.follow.is_none() && !self.inner.0.lock().unwrap().running.contains_key(&node.id);
            if lost { Err(EngineError::NotStarted("its data are gone".to_owned())) } else { Ok(()) }
        };
        self.faults.around(Site::NodeStart, away, effect).await
    }

    fn kept(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.inner.0.lock().unwrap().running.keys().cloned().collect())
    }

    async fn remove(&self, node_id: &str) -> Result<(), EngineError> {
        let effect = async {
            self.inner.0.lock().unwrap().running.remove(node_id);
            Ok(())
        };
        self.faults.around(Site::NodeRemove, away, effect).await
    }

    async fn inspect(&self, node: &NodeAccess) -> Result<NodeFacts, EngineError> {
        self.faults.around(Site::NodeInspect, away, async { Ok(self.inner.facts(node.port)) }).await
    }

    async fn capture(&self, node: &NodeAccess, sink: &mut dyn RdbSink) -> Result<(), EngineError> {
        self.faults.around(Site::NodeCapture, away, self.inner.send(node.port, sink)).await
    }
}

/// A file of one key whose value does not compress, without a checksum: a version 10 header, a replication history of its own,
/// the opcode of a database, one string with a 32-bit length, the end (RDB format).
pub(crate) fn large_file(value_bytes: u32) -> Vec<u8> {
    let mut file = b"REDIS0010\xfa\x07repl-id\x28".to_vec();
    file.extend(format!("{value_bytes:040}").bytes());
    file.extend(b"\xfe\x00\x00\x01k\x80");
    file.extend(value_bytes.to_be_bytes());
    let mut state = 1_u64;
    file.extend((0..value_bytes).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    }));
    file.push(0xff);
    file.extend([0; 8]);
    file
}
