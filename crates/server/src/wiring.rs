//! Wiring: which adapter stands behind each port.

use crate::config::{Config, Grants};
use crate::directory::{Directory, DirectoryError, FirstIdentity};
use crate::system::{SystemClock, SystemIds};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use valkeep_blobs::LocalBlobs;
use valkeep_buckets::embedded::EmbeddedS3;
use valkeep_buckets::external::{self, ExternalS3, ExternalSettings};
use valkeep_catalog::SqliteCatalog;
use valkeep_control::identities::IdentityError;
use valkeep_control::{Control, Ports, Settings};
use valkeep_domain::arn::Place;
use valkeep_engines::{CaptureLimits, EnginesConfig, LocalEngines};
use valkeep_keys::{Keyring, MasterKey, MasterKeyError};
use valkeep_ports::blobs::BlobError;
use valkeep_ports::buckets::ExportBuckets;
use valkeep_ports::catalog::{CatalogError, Record, Store, Table};
use valkeep_ports::engines::EngineError;
use valkeep_ports::{Clock, Ids};
use zeroize::Zeroizing;

/// Name of the identity that the first start makes.
const FIRST_IDENTITY: &str = "admin";

const MASTER_KEY: &str = "master.key";

/// Why the service cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    #[error("the catalog cannot be opened")]
    Catalog(#[from] CatalogError),
    #[error("the master key cannot be used")]
    MasterKey(#[from] MasterKeyError),
    #[error("the master key {0} is missing, but the directory holds data that is sealed under it. Put it back")]
    MasterKeyLost(std::path::PathBuf),
    #[error("the blobs cannot be opened")]
    Blobs(#[from] BlobError),
    #[error("the engines cannot be used")]
    Engines(#[from] EngineError),
    #[error("the first identity cannot be made")]
    Identity(#[from] IdentityError),
    #[error(
        "this directory belongs to account {account} in {region}; the configuration says account {wanted_account} in {wanted_region}"
    )]
    Place { account: String, region: String, wanted_account: String, wanted_region: String },
}

/// What a directory is once and for all: it stands in every ARN.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Foundation {
    account: String,
    region: String,
    vpc_id: String,
}

impl Record for Foundation {
    const TABLE: Table = Table::Setting;

    fn key(&self) -> String {
        "foundation".to_owned()
    }
}

/// The parts of an opened service.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) directory: Directory,
    pub(crate) control: Arc<Control>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) catalog: Arc<SqliteCatalog>,
    pub(crate) embedded_s3: EmbeddedS3,
    pub(crate) ids: Arc<dyn Ids>,
}

/// Opens everything that lies in the directory. The first time, everything is made.
pub(crate) async fn open(directory: Directory, config: &Config) -> Result<Parts, OpenError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn Ids> = Arc::new(SystemIds);
    let catalog = SqliteCatalog::open(directory.path())?;
    let store = Store::new(catalog.clone());
    let (foundation, first) = found(&store, config, ids.as_ref()).await?;
    let place = Place::new(&foundation.region, &foundation.account);
    let master = master_key(&directory, first)?;
    let keyring = Arc::new(Keyring::new(store.clone(), &master, place.clone(), clock.clone(), ids.clone()));
    let blobs = Arc::new(LocalBlobs::open(directory.path())?);
    let engines = Arc::new(LocalEngines::new(directory.file("nodes"), engines_config(config)).await?);
    let embedded_s3 = EmbeddedS3 {
        store: store.clone(),
        blobs: blobs.clone(),
        keys: keyring.clone(),
        clock: clock.clone(),
        ids: ids.clone(),
        place: place.clone(),
    };
    let buckets: Arc<dyn ExportBuckets> = match external_settings(config) {
        Some(settings) => Arc::new(ExternalS3::new(settings, place.clone(), clock.clone(), ids.clone()).await),
        None => Arc::new(embedded_s3.clone()),
    };
    let settings = Settings {
        zone: config.zone.clone().unwrap_or_else(|| format!("{}a", place.region)),
        place,
        vpc_id: foundation.vpc_id,
        strict_versions: config.engines.strict_versions,
        manual_snapshots_per_node_per_day: config.quotas.manual_snapshots_per_node_per_day,
        nodes: config.quotas.nodes,
    };
    let ports = Ports {
        store,
        blobs,
        keys: keyring.clone(),
        secrets: keyring.clone(),
        engines,
        buckets,
        clock,
        ids: ids.clone(),
    };
    let control = Control::new(settings, ports);
    make_first_identity(&directory, &control).await?;
    Ok(Parts { directory, control, keyring, catalog, embedded_s3, ids })
}

/// What the directory is; the configuration decides it at the first start, and may not contradict it later.
async fn found(store: &Store, config: &Config, ids: &dyn Ids) -> Result<(Foundation, bool), OpenError> {
    let random = ids.random();
    let vpc: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let new = Foundation {
        account: config.account_id.clone(),
        region: config.region.clone(),
        vpc_id: format!("vpc-{}", &vpc[..17]),
    };
    let key = new.key();
    let (found, first) = match store.read(move |tx| tx.get::<Foundation>(&key)).await? {
        Some(found) => (found, false),
        None => {
            let inserted = new.clone();
            store.write(move |tx| tx.insert(&inserted)).await?;
            (new, true)
        }
    };
    if found.account == config.account_id && found.region == config.region {
        return Ok((found, first));
    }
    Err(OpenError::Place {
        account: found.account,
        region: found.region,
        wanted_account: config.account_id.clone(),
        wanted_region: config.region.clone(),
    })
}

/// A new key is made only where nothing can be sealed under an old one.
fn master_key(directory: &Directory, first_start: bool) -> Result<MasterKey, OpenError> {
    let path = directory.file(MASTER_KEY);
    if !first_start && directory.has_first_identity() && !path.exists() {
        return Err(OpenError::MasterKeyLost(path));
    }
    Ok(MasterKey::open_or_create(&path)?)
}

/// The file of the first identity is written last: without it the first start did not end, and is done again.
async fn make_first_identity(directory: &Directory, control: &Control) -> Result<(), OpenError> {
    if directory.has_first_identity() {
        return Ok(());
    }
    let key = match control.create_administrator(FIRST_IDENTITY).await {
        Err(IdentityError::Exists(name)) => control.rotate_identity(&name).await?,
        made => made?,
    };
    let place = control.place();
    directory.write_first_identity(&FirstIdentity {
        account_id: place.account.clone(),
        region: place.region.clone(),
        access_key_id: key.access_key_id,
        secret_access_key: key.secret.expose().to_owned(),
    })?;
    Ok(())
}

fn engines_config(config: &Config) -> EnginesConfig {
    let defaults = CaptureLimits::default();
    let capture = &config.capture;
    EnginesConfig {
        programs: config.engines.programs.clone(),
        limits: CaptureLimits {
            connect_s: capture.connect_s.unwrap_or(defaults.connect_s),
            first_byte_s: capture.first_byte_s.unwrap_or(defaults.first_byte_s),
            idle_s: capture.idle_s.unwrap_or(defaults.idle_s),
            total_s: capture.total_s.unwrap_or(defaults.total_s),
            max_bytes: capture.max_bytes.unwrap_or(defaults.max_bytes),
        },
        ..EnginesConfig::default()
    }
}

/// Any field that names an external store makes exports go there.
fn external_settings(config: &Config) -> Option<ExternalSettings> {
    let export = &config.export;
    let credentials = export.access_key_id.clone().zip(export.secret_access_key.clone().map(Zeroizing::new));
    if export.endpoint.is_none() && credentials.is_none() && export.region.is_none() {
        return None;
    }
    Some(ExternalSettings {
        endpoint: export.endpoint.clone(),
        region: export.region.clone().unwrap_or_else(|| config.region.clone()),
        credentials,
        path_style: export.path_style,
        grants: match export.grants {
            Grants::Judge => external::Grants::Judge,
            Grants::Probe => external::Grants::Probe,
        },
    })
}
