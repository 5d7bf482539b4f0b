//! Wiring: which adapter stands behind each port.

use crate::blob_place::BlobPlace;
use crate::config::{self, Config, Grants};
use crate::directory::{Directory, DirectoryError, FirstIdentity, KEYS, MASTER_KEY};
use crate::system::{SystemClock, SystemIds};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use valkeep_blobs::s3;
use valkeep_buckets::embedded::EmbeddedS3;
use valkeep_buckets::external::{self, ExternalS3, ExternalSettings};
use valkeep_catalog::SqliteCatalog;
use valkeep_control::identities::{IdentityError, NewAccessKey};
use valkeep_control::{Control, Ports, ScrubSettings, Settings};
use valkeep_domain::arn::Place;
use valkeep_engines::{CaptureLimits, EnginesConfig, LocalEngines};
use valkeep_keys::{Keyring, MasterKey, MasterKeyError};
use valkeep_ports::blobs::{BlobError, BlobRecord};
use valkeep_ports::buckets::ExportBuckets;
use valkeep_ports::catalog::{CatalogError, Record, Scan, Store, Table};
use valkeep_ports::engines::EngineError;
use valkeep_ports::keys::{KeyError, SecretBox};
use valkeep_ports::{Clock, Ids};
use valkeep_s3::Access;
use valkeep_seal::Compression;
use zeroize::Zeroizing;

/// Name of the identity that the first start makes.
pub(crate) const FIRST_IDENTITY: &str = "admin";

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
    #[error(
        "the master key {0} is not the one that the data of this directory is sealed under. Put the right one back"
    )]
    MasterKeyWrong(std::path::PathBuf),
    #[error(
        "{0} was used and has no catalog: the catalog is lost. Put it back from a backup, or let `valkeep repair --data {0} --apply` make a new one from the blobs and the files of the keys"
    )]
    CatalogLost(std::path::PathBuf),
    #[error("the blobs cannot be opened")]
    Blobs(#[from] BlobError),
    #[error("the files of the keys cannot be used")]
    Keys(#[from] KeyError),
    #[error("the blobs cannot be opened in the bucket")]
    BlobsOnS3(#[source] Box<s3::OpenError>),
    #[error("this directory keeps its snapshots in {found}, and holds some; the configuration says {wanted}")]
    BlobsElsewhere { found: BlobPlace, wanted: BlobPlace },
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
    /// Changes only while there is no blob.
    #[serde(default)]
    blobs: BlobPlace,
    /// Whether the first start ended: the first identity is made and its credentials were safe in their file. From then on
    /// nothing is made anew, whatever is missing.
    settled: bool,
    /// [`KEY_CHECK`], sealed: opens only under the master key of this directory.
    key_check: Option<String>,
}

/// What the catalog holds sealed to know its master key by.
const KEY_CHECK: &str = "master-key-check";

impl Record for Foundation {
    const TABLE: Table = Table::Setting;

    fn key(&self) -> String {
        "foundation".to_owned()
    }
}

/// The parts of an opened service.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) directory: Arc<Directory>,
    pub(crate) control: Arc<Control>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) catalog: Arc<SqliteCatalog>,
    pub(crate) embedded_s3: EmbeddedS3,
    pub(crate) ids: Arc<dyn Ids>,
}

/// Opens everything that lies in the directory. The first time, everything is made.
pub(crate) async fn open(directory: Directory, config: &Config) -> Result<Parts, OpenError> {
    open_with(directory, config, LostCatalog::Refused).await
}

/// Like [`open`], and a lost catalog is made anew: for repair. The keys come back from their files, the snapshots are the
/// repair's to make; the first identity gets new credentials.
pub(crate) async fn open_lost(directory: Directory, config: &Config) -> Result<Parts, OpenError> {
    open_with(directory, config, LostCatalog::MadeAnew).await
}

/// What to do with a directory whose catalog is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LostCatalog {
    Refused,
    MadeAnew,
}

async fn open_with(directory: Directory, config: &Config, lost: LostCatalog) -> Result<Parts, OpenError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn Ids> = Arc::new(SystemIds);
    let catalog = SqliteCatalog::open(directory.path())?;
    let store = Store::new(catalog.clone());
    if lost == LostCatalog::MadeAnew && directory.was_used() {
        // First of all, since it fails when the master key or the place is another.
        let master = existing_master_key(&directory)?;
        let place = Place::new(&config.region, &config.account_id);
        new_keyring(&store, &master, &directory, &place, &clock, &ids).read_back().await?;
    }
    let foundation = found(&store, config, &directory, lost, ids.as_ref()).await?;
    let place = Place::new(&foundation.region, &foundation.account);
    let master = master_key(&directory, &foundation)?;
    let keyring = Arc::new(new_keyring(&store, &master, &directory, &place, &clock, &ids));
    check_master_key(&directory, &foundation, &keyring)?;
    keyring.keep_all().await?;
    let blobs = foundation.blobs.open(&directory, &foundation.vpc_id, config).await?;
    let engines = Arc::new(LocalEngines::new(directory.file("nodes"), engines_config(config)).await?);
    let embedded_s3 = EmbeddedS3 {
        store: store.clone(),
        blobs: blobs.clone(),
        keys: keyring.clone(),
        clock: clock.clone(),
        ids: ids.clone(),
        place: place.clone(),
        places: Arc::default(),
    };
    let buckets: Arc<dyn ExportBuckets> = match external_settings(config) {
        Some(settings) => Arc::new(ExternalS3::new(settings, place.clone(), clock.clone(), ids.clone()).await),
        None => Arc::new(embedded_s3.clone()),
    };
    let settings = Settings {
        zone: config.zone.clone().unwrap_or_else(|| format!("{}a", place.region)),
        place,
        vpc_id: foundation.vpc_id.clone(),
        strict_versions: config.engines.strict_versions,
        manual_snapshots_per_node_per_day: config.quotas.manual_snapshots_per_node_per_day,
        nodes: config.quotas.nodes,
        compression: match config.blobs.compression {
            config::Compression::Adaptive => Compression::Adaptive,
            config::Compression::Zstd => Compression::Zstd,
            config::Compression::None => Compression::None,
        },
        scrub: ScrubSettings { every_days: config.scrub.every_days, rate_mib_s: config.scrub.rate_mib_s },
    };
    let ports = Ports {
        store: store.clone(),
        blobs,
        keys: keyring.clone(),
        secrets: keyring.clone(),
        engines,
        buckets,
        clock,
        ids: ids.clone(),
    };
    let control = Control::new(settings, ports);
    settle(&store, foundation, &directory, &control, &keyring).await?;
    Ok(Parts { directory: Arc::new(directory), control, keyring, catalog, embedded_s3, ids })
}

/// What the directory is; the configuration decides it at the first start, and may not contradict it later.
async fn found(
    store: &Store,
    config: &Config,
    directory: &Directory,
    lost: LostCatalog,
    ids: &dyn Ids,
) -> Result<Foundation, OpenError> {
    let fresh = || format!("vpc-{}", &hex(&ids.random())[..17]);
    let new = Foundation {
        account: config.account_id.clone(),
        region: config.region.clone(),
        vpc_id: directory.vpc_id()?.unwrap_or_else(fresh),
        blobs: BlobPlace::wanted(config),
        settled: false,
        key_check: None,
    };
    let key = new.key();
    let found = match store.read(move |tx| tx.get::<Foundation>(&key)).await? {
        Some(found) => found,
        None if lost == LostCatalog::Refused && directory.was_used() => {
            return Err(OpenError::CatalogLost(directory.path().to_owned()));
        }
        None => {
            let inserted = new.clone();
            store.write(move |tx| tx.insert(&inserted)).await?;
            new
        }
    };
    if found.account == config.account_id && found.region == config.region {
        directory.keep_vpc_id(&found.vpc_id)?;
        return with_blobs_at(store, found, BlobPlace::wanted(config)).await;
    }
    Err(OpenError::Place {
        account: found.account,
        region: found.region,
        wanted_account: config.account_id.clone(),
        wanted_region: config.region.clone(),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn new_keyring(
    store: &Store,
    master: &MasterKey,
    directory: &Directory,
    place: &Place,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
) -> Keyring {
    Keyring::new(store.clone(), master, directory.file(KEYS), place.clone(), clock.clone(), ids.clone())
}

/// The foundation with its blobs at the wanted place, where it may move there.
async fn with_blobs_at(store: &Store, found: Foundation, wanted: BlobPlace) -> Result<Foundation, OpenError> {
    if found.blobs == wanted {
        return Ok(found);
    }
    if !store.read(|tx| tx.scan::<BlobRecord>(&Scan::keys("", 1))).await?.is_empty() {
        return Err(OpenError::BlobsElsewhere { found: found.blobs, wanted });
    }
    let moved = Foundation { blobs: wanted, ..found };
    let replaced = moved.clone();
    store.write::<_, CatalogError>(move |tx| tx.replace(&replaced)).await?;
    Ok(moved)
}

/// A new key is made only where nothing can be sealed under an old one.
fn master_key(directory: &Directory, foundation: &Foundation) -> Result<MasterKey, OpenError> {
    if foundation.settled || directory.was_used() {
        return existing_master_key(directory);
    }
    Ok(MasterKey::open_or_create(&directory.file(MASTER_KEY))?)
}

fn existing_master_key(directory: &Directory) -> Result<MasterKey, OpenError> {
    let path = directory.file(MASTER_KEY);
    if path.exists() { Ok(MasterKey::open_or_create(&path)?) } else { Err(OpenError::MasterKeyLost(path)) }
}

/// A key that was replaced opens nothing; what would be sealed under it would be lost with it.
fn check_master_key(directory: &Directory, foundation: &Foundation, keyring: &Keyring) -> Result<(), OpenError> {
    match &foundation.key_check {
        Some(sealed) if keyring.open(KEY_CHECK, sealed).is_err() => {
            Err(OpenError::MasterKeyWrong(directory.file(MASTER_KEY)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Ends the first start: makes the first identity, writes its credentials, and notes that in the catalog, in this order. A
/// first start that was cut short has shown its credentials to nobody, and is done again.
async fn settle(
    store: &Store,
    foundation: Foundation,
    directory: &Directory,
    control: &Control,
    keyring: &Keyring,
) -> Result<(), OpenError> {
    if foundation.settled {
        return Ok(());
    }
    let key = match control.create_administrator(FIRST_IDENTITY).await {
        Err(IdentityError::Exists(name)) => control.rotate_identity(&name).await?,
        made => made?,
    };
    directory.write_first_identity(&first_identity_of(control.place(), &key))?;
    let key_check = Some(keyring.seal(KEY_CHECK, KEY_CHECK.as_bytes()));
    let settled = Foundation { settled: true, key_check, ..foundation };
    Ok(store.write::<_, CatalogError>(move |tx| tx.replace(&settled)).await?)
}

/// The first identity with that access key, as its file holds it.
pub(crate) fn first_identity_of(place: &Place, key: &NewAccessKey) -> FirstIdentity {
    FirstIdentity {
        account_id: place.account.clone(),
        region: place.region.clone(),
        access_key_id: key.access_key_id.clone(),
        secret_access_key: key.secret.expose().to_owned(),
    }
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
        access: Access {
            endpoint: export.endpoint.clone(),
            region: export.region.clone().unwrap_or_else(|| config.region.clone()),
            credentials,
            path_style: export.path_style,
        },
        grants: match export.grants {
            Grants::Judge => external::Grants::Judge,
            Grants::Probe => external::Grants::Probe,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::first_identity;
    use std::path::Path;

    async fn opened(path: &Path) -> Result<Parts, OpenError> {
        open(Directory::make(path)?, &Config::default()).await
    }

    /// The access key of the first identity, after a start and a stop.
    async fn started(path: &Path) -> String {
        let parts = opened(path).await.unwrap();
        let identity = parts.control.identity(FIRST_IDENTITY).await.unwrap();
        parts.catalog.close().await;
        identity.access_key_id
    }

    #[tokio::test]
    async fn without_their_file_the_first_credentials_stay_as_they_are() {
        let directory = tempfile::tempdir().unwrap();
        let access_key = started(directory.path()).await;
        assert_eq!(first_identity(directory.path()).unwrap().access_key_id, access_key);
        std::fs::remove_file(directory.path().join("credentials.json")).unwrap();
        assert_eq!(started(directory.path()).await, access_key);
        assert!(first_identity(directory.path()).is_err());
    }

    #[tokio::test]
    async fn a_deleted_administrator_does_not_come_back() {
        let directory = tempfile::tempdir().unwrap();
        let parts = opened(directory.path()).await.unwrap();
        parts.control.delete_identity(FIRST_IDENTITY).await.unwrap();
        parts.directory.remove_first_identity().unwrap();
        parts.catalog.close().await;
        drop(parts);
        let parts = opened(directory.path()).await.unwrap();
        assert!(parts.control.list_identities().await.unwrap().is_empty());
        parts.catalog.close().await;
    }

    #[tokio::test]
    async fn a_lost_master_key_is_never_made_anew() {
        let directory = tempfile::tempdir().unwrap();
        started(directory.path()).await;
        for lost in ["credentials.json", MASTER_KEY] {
            std::fs::remove_file(directory.path().join(lost)).unwrap();
        }
        assert!(matches!(opened(directory.path()).await, Err(OpenError::MasterKeyLost(_))));
        assert!(!directory.path().join(MASTER_KEY).exists());
    }

    #[tokio::test]
    async fn another_master_key_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        started(directory.path()).await;
        let other = tempfile::tempdir().unwrap();
        started(other.path()).await;
        std::fs::copy(other.path().join(MASTER_KEY), directory.path().join(MASTER_KEY)).unwrap();
        assert!(matches!(opened(directory.path()).await, Err(OpenError::MasterKeyWrong(_))));
    }

    #[tokio::test]
    async fn a_lost_catalog_is_not_made_anew() {
        let directory = tempfile::tempdir().unwrap();
        started(directory.path()).await;
        for entry in std::fs::read_dir(directory.path()).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("catalog.sqlite3") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        assert!(matches!(opened(directory.path()).await, Err(OpenError::CatalogLost(_))));
    }

    #[tokio::test]
    async fn a_blob_tells_of_a_lost_catalog_too() {
        let directory = tempfile::tempdir().unwrap();
        started(directory.path()).await;
        for entry in std::fs::read_dir(directory.path()).unwrap().flatten() {
            if entry.file_name() != MASTER_KEY && entry.file_type().unwrap().is_file() {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        assert!(!directory.path().join(KEYS).exists());
        let place = directory.path().join("blobs/00");
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join("left"), "").unwrap();
        assert!(matches!(opened(directory.path()).await, Err(OpenError::CatalogLost(_))));
    }

    #[tokio::test]
    async fn repair_makes_a_lost_catalog_anew_with_the_keys_of_before() {
        let directory = tempfile::tempdir().unwrap();
        let access_key = started(directory.path()).await;
        let parts = opened(directory.path()).await.unwrap();
        let key = parts.keyring.create("for a test", Some("alias/team")).await.unwrap();
        parts.catalog.close().await;
        drop(parts);
        for entry in std::fs::read_dir(directory.path()).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("catalog.sqlite3") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        let path = directory.path();
        let anew = |config: Config| async move { open_lost(Directory::hold(path)?, &config).await };
        let elsewhere = Config { region: "eu-west-1".to_owned(), ..Config::default() };
        assert!(matches!(anew(elsewhere).await, Err(OpenError::Keys(_))));
        let parts = anew(Config::default()).await.unwrap();
        assert_eq!(parts.keyring.list().await.unwrap(), [key]);
        assert_ne!(parts.control.identity(FIRST_IDENTITY).await.unwrap().access_key_id, access_key);
        parts.catalog.close().await;
    }

    #[tokio::test]
    async fn a_first_start_that_was_cut_short_is_done_again() {
        let directory = tempfile::tempdir().unwrap();
        let access_key = started(directory.path()).await;
        let catalog = SqliteCatalog::open(directory.path()).unwrap();
        let unsettle = |tx: &mut valkeep_ports::catalog::Tx<'_>| {
            let found = tx.get::<Foundation>("foundation")?.unwrap();
            tx.replace(&Foundation { settled: false, ..found })
        };
        Store::new(catalog.clone()).write::<_, CatalogError>(unsettle).await.unwrap();
        catalog.close().await;
        drop(catalog);
        let renewed = started(directory.path()).await;
        assert_ne!(renewed, access_key);
        assert_eq!(first_identity(directory.path()).unwrap().access_key_id, renewed);
        assert_eq!(started(directory.path()).await, renewed);
    }
}
