//! What CreateReplicationGroup and CreateCacheCluster have in common: settings, ports, the job.

use crate::crash::{CrashPoint, reached};
use crate::jobs::Work;
use crate::{Control, Refusal};
use valkeep_domain::cluster::{CacheCluster, ClusterSettings};
use valkeep_domain::engine::{Engine, EngineVersion};
use valkeep_domain::node_types::{NodeType, NodeTypeRefusal};
use valkeep_domain::windows::{MaintenanceWindow, SnapshotWindow, check_apart};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};
use valkeep_ports::engines::{EngineError, InstalledEngine};
use valkeep_ports::records::CacheClusters;

use super::Nodes;

/// Address that spawned nodes listen on.
pub(crate) const HOST: &str = "127.0.0.1";

/// Another node took the port between look and act: tried again this often.
const PORT_TRIES: usize = 8;

/// Versions that ElastiCache knows (V8). What is installed here is known as well.
const KNOWN_REDIS: &[&str] = &[
    "2.6.13", "2.8.6", "2.8.12", "2.8.19", "2.8.21", "2.8.22", "2.8.23", "2.8.24", "3.2.4", "3.2.6", "3.2.10",
    "4.0.10", "5.0.0", "5.0.3", "5.0.4", "5.0.5", "5.0.6", "6.0", "6.2", "7.0", "7.1",
];
const KNOWN_VALKEY: &[&str] = &["7.2", "8.0", "8.1", "8.2", "9.0", "9.1"];

/// Settings of a create call. Absent ones get the defaults of the service.
#[derive(Clone, Debug)]
pub struct NewSettings {
    pub engine: Engine,
    pub engine_version: Option<EngineVersion>,
    pub node_type: NodeType,
    pub port: Option<u16>,
    pub parameter_group: Option<String>,
    pub subnet_group: Option<String>,
    pub auto_minor_version_upgrade: bool,
    pub snapshot_window: Option<SnapshotWindow>,
    pub maintenance_window: Option<MaintenanceWindow>,
}

impl Control {
    /// Checks the settings of a new cluster against what there is, and fills in what is not given.
    pub(super) fn settle_settings(&self, new: &NewSettings) -> Result<ClusterSettings, Refusal> {
        let engine_version = self.choose_version(new.engine, new.engine_version.as_ref())?;
        new.node_type.check_creatable(new.engine, &engine_version).map_err(|refusal| match refusal {
            // V7.
            NodeTypeRefusal::DataTieringRequired(_) => Refusal::InvalidCombination(refusal.to_string()),
            NodeTypeRefusal::Unknown(_) | NodeTypeRefusal::PreviousGeneration(_) | NodeTypeRefusal::Engine { .. } => {
                Refusal::InvalidValue(refusal.to_string())
            }
        })?;
        let parameter_group = new.engine.default_parameter_group(&engine_version);
        if let Some(name) = &new.parameter_group {
            check_parameter_group(name, &parameter_group)?;
        }
        if let Some(name) = new.subnet_group.as_ref().filter(|name| !name.eq_ignore_ascii_case("default")) {
            return Err(Refusal::SubnetGroupNotFound(name.clone()));
        }
        let maintenance_window = new.maintenance_window.unwrap_or_else(|| match &new.snapshot_window {
            None => MaintenanceWindow::pick(self.draw()),
            Some(window) => (0..)
                .map(|_| MaintenanceWindow::pick(self.draw()))
                .take(64)
                .find(|picked| check_apart(window, picked).is_ok())
                .unwrap_or_else(|| MaintenanceWindow::pick(self.draw())),
        });
        let snapshot_window =
            new.snapshot_window.unwrap_or_else(|| SnapshotWindow::pick(self.draw(), &maintenance_window));
        check_apart(&snapshot_window, &maintenance_window).map_err(|it| Refusal::InvalidValue(it.to_string()))?;
        Ok(ClusterSettings {
            engine: new.engine,
            engine_version,
            node_type: new.node_type.clone(),
            parameter_group,
            subnet_group: "default".to_owned(),
            vpc_id: self.settings.vpc_id.clone(),
            auto_minor_version_upgrade: new.auto_minor_version_upgrade,
            retention_limit_days: 0,
            snapshot_window,
            maintenance_window,
        })
    }

    /// The version that will really run: of the same engine and major version, the minor too when versions are strict (V10).
    fn choose_version(&self, engine: Engine, wanted: Option<&EngineVersion>) -> Result<EngineVersion, Refusal> {
        let installed = self.ports.engines.installed();
        if let Some(version) = wanted {
            check_known(engine, version, &installed)?;
        }
        let same_minor = |it: &InstalledEngine| {
            wanted.is_none_or(|version| version.minor().is_none() || version.minor() == it.version.minor())
        };
        let same_major = |it: &InstalledEngine| wanted.is_none_or(|version| version.major() == it.version.major());
        let best = installed
            .iter()
            .filter(|it| it.engine == engine && same_major(it) && (same_minor(it) || !self.settings.strict_versions))
            .max_by(|a, b| (same_minor(a), &a.version).cmp(&(same_minor(b), &b.version)));
        match (best, wanted) {
            (Some(chosen), _) => Ok(chosen.version.clone()),
            (None, Some(version)) => Err(not_installed(engine, &format!("version {version}"), &installed)),
            (None, None) => Err(not_installed(engine, "any version", &installed)),
        }
    }

    /// Ports for `count` nodes on this machine.
    fn free_ports(&self, count: usize, wanted: Option<u16>) -> Result<Vec<u16>, Refusal> {
        let mut ports = Vec::new();
        while ports.len() < count {
            let port = self.ports.engines.free_port(wanted).map_err(|error| match (wanted, error) {
                (Some(port), EngineError::Local(_)) => {
                    Refusal::InvalidValue(format!("Port {port} is in use on this machine."))
                }
                (_, error) => error.into(),
            })?;
            if !ports.contains(&port) {
                ports.push(port);
            }
        }
        Ok(ports)
    }

    /// Finds ports and runs `write` with them in one transaction with the job that starts the nodes.
    pub(super) async fn create_nodes<T: Send + 'static>(
        &self,
        nodes: Nodes,
        count: usize,
        wanted_port: Option<u16>,
        write: impl Fn(&mut Tx<'_>, &[u16]) -> Result<T, Refusal> + Send + Sync + Clone + 'static,
    ) -> Result<T, Refusal> {
        for _ in 0..PORT_TRIES {
            let ports = self.free_ports(count, wanted_port)?;
            let job = self.new_job(Work::StartNodes { nodes: nodes.clone() });
            let (write, record, most_nodes) = (write.clone(), job.record(), self.settings.nodes);
            let written = self
                .ports
                .store
                .write(move |tx| {
                    if ports_taken(tx, &ports)? {
                        return Ok(None);
                    }
                    if tx.scan::<CacheCluster>(&Scan::keys("", most_nodes as usize))?.len() + ports.len()
                        > most_nodes as usize
                    {
                        return Err(Refusal::NodeQuota(most_nodes));
                    }
                    let value = write(tx, &ports)?;
                    tx.insert(&record)?;
                    reached(CrashPoint::RequestBeforeCommit);
                    Ok(Some(value))
                })
                .await?;
            if let Some(value) = written {
                self.start_job(job);
                return Ok(value);
            }
        }
        Err(match wanted_port {
            Some(port) => Refusal::InvalidValue(format!("Port {port} belongs to another node of this machine.")),
            None => Refusal::Internal("no free port was found".into()),
        })
    }
}

/// V12: there are only the default groups, and each fits one family.
fn check_parameter_group(name: &str, fitting: &str) -> Result<(), Refusal> {
    const FAMILIES: [&str; 14] = [
        "redis2.6",
        "redis2.8",
        "redis3.2",
        "redis4.0",
        "redis5.0",
        "redis6.x",
        "redis7",
        "redis8",
        "valkey7",
        "valkey8",
        "valkey9",
        "memcached1.4",
        "memcached1.5",
        "memcached1.6",
    ];
    let lower = name.to_ascii_lowercase();
    if lower == fitting {
        return Ok(());
    }
    let family = |group: &str| group.strip_prefix("default.").map(str::to_owned);
    match (family(&lower), family(fitting)) {
        (Some(found), Some(expected)) if FAMILIES.contains(&found.as_str()) => Err(Refusal::InvalidCombination(
            format!("Expected a parameter group of family {expected} but found one of family {found}"),
        )),
        (Some(_) | None, _) => Err(Refusal::ParameterGroupNotFound(name.to_owned())),
    }
}

fn ports_taken(tx: &mut Tx<'_>, ports: &[u16]) -> Result<bool, CatalogError> {
    for port in ports {
        let address = CacheClusters::address(HOST, *port);
        let scan = Scan {
            to: std::ops::Bound::Included(address.clone()),
            ..Scan::index(CacheClusters::BY_ADDRESS, &address, 1)
        };
        if !tx.scan::<CacheCluster>(&scan)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// V8, V10: the version exists, and from 6.0 on names no patch level.
fn check_known(engine: Engine, version: &EngineVersion, installed: &[InstalledEngine]) -> Result<(), Refusal> {
    if version.major() >= 6 && version.names_patch() {
        let minor = version.minor().unwrap_or(0);
        return Err(Refusal::InvalidValue(format!(
            "Specific version selection is not allowed for '{version}', please use '{}.{minor}'",
            version.major()
        )));
    }
    let table = match engine {
        Engine::Redis => KNOWN_REDIS,
        Engine::Valkey => KNOWN_VALKEY,
        Engine::Memcached => &[],
    };
    let published = table.iter().filter_map(|text| EngineVersion::parse(text).ok());
    let here = installed.iter().filter(|it| it.engine == engine).map(|it| it.version.clone());
    let same = |known: EngineVersion| {
        known == *version
            || (known.major() == version.major()
                && (version.minor().is_none() || (!version.names_patch() && known.minor() == version.minor())))
    };
    if published.chain(here).any(same) {
        return Ok(());
    }
    Err(Refusal::InvalidValue(format!("Cannot find version {version} for {engine}")))
}

fn not_installed(engine: Engine, wanted: &str, installed: &[InstalledEngine]) -> Refusal {
    let list: Vec<String> = installed.iter().map(|it| format!("{} {}", it.engine, it.version)).collect();
    let list = if list.is_empty() { "none".to_owned() } else { list.join(", ") };
    Refusal::InvalidValue(format!("No engine {engine} of {wanted} is installed here. Installed engines: {list}."))
}
