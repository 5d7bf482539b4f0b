//! Identities: who may call, with which secrets and policies. Managed by the operator.

use crate::{Control, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use valkeep_access::policy::{Policy, Principal};
use valkeep_access::sigv4::SecretKey;
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::Caller;
use valkeep_ports::catalog::{CatalogError, IndexEntry, Record, Scan, Table, Tx};

/// Most identities; a bound for lists. Our choice.
const MAX_IDENTITIES: usize = 10_000;

/// Most access keys that are kept opened in memory. Our choice.
const MAX_CACHED: usize = 10_000;

const MAX_NAME_CHARS: usize = 64;

/// A user of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub name: String,
    /// `AIDA…`, unique even when a name is used again.
    pub user_id: String,
    pub access_key_id: String,
    /// Sealed under the purpose `secret-access-key/{access key id}`.
    sealed_secret: String,
    /// Policy documents by name.
    pub policies: BTreeMap<String, String>,
    pub created_at: Timestamp,
}

impl Identity {
    const BY_ACCESS_KEY: &'static str = "access-key";
}

impl Record for Identity {
    const TABLE: Table = Table::Identity;

    fn key(&self) -> String {
        self.name.clone()
    }

    fn index(&self) -> Vec<IndexEntry> {
        vec![IndexEntry { index: Self::BY_ACCESS_KEY, value: self.access_key_id.clone() }]
    }
}

/// An access key as it is shown, once.
pub struct NewAccessKey {
    pub identity: String,
    pub access_key_id: String,
    pub secret: SecretKey,
}

impl std::fmt::Debug for NewAccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewAccessKey({})", self.access_key_id)
    }
}

/// What proves a caller, and what the caller may do.
#[derive(Debug)]
pub struct Credential {
    pub secret: SecretKey,
    pub caller: Caller,
}

/// Opened credentials by access key. A change of any identity empties it.
#[derive(Debug, Default)]
pub struct Cache(RwLock<Cached>);

#[derive(Debug, Default)]
struct Cached {
    /// Rises with every change, so that what was read before one is not kept after it.
    generation: u64,
    by_access_key: HashMap<String, Arc<Credential>>,
}

impl Cache {
    /// What is kept for the key, or the generation to offer what is read now.
    fn get(&self, access_key: &str) -> Result<Arc<Credential>, u64> {
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner);
        cached.by_access_key.get(access_key).cloned().ok_or(cached.generation)
    }

    fn offer(&self, generation: u64, access_key: &str, credential: Arc<Credential>) {
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if cached.generation == generation && cached.by_access_key.len() < MAX_CACHED {
            cached.by_access_key.insert(access_key.to_owned(), credential);
        }
    }

    /// Empties the cache when dropped: also when a change is cut off after it was committed.
    fn emptied_after(&self) -> EmptiedAfter<'_> {
        EmptiedAfter(self)
    }

    fn clear(&self) {
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        cached.generation += 1;
        cached.by_access_key.clear();
    }
}

struct EmptiedAfter<'a>(&'a Cache);

impl Drop for EmptiedAfter<'_> {
    fn drop(&mut self) {
        self.0.clear();
    }
}

/// Why an operator's command on identities is not done.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("identity {0} does not exist")]
    NotFound(String),
    #[error("identity {0} already exists")]
    Exists(String),
    #[error("policy {policy} of identity {identity} does not exist")]
    NoPolicy { identity: String, policy: String },
    #[error("{0} is not a valid name: 1 to {MAX_NAME_CHARS} letters, digits and _+=,.@-")]
    Name(String),
    #[error("the policy is not valid: {0}")]
    Policy(String),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Control {
    /// The credential of an access key; `None` when there is no such key.
    ///
    /// # Errors
    /// `Internal` when the catalog or the secret cannot be read.
    pub async fn credential(&self, access_key: &str) -> Result<Option<Arc<Credential>>, Refusal> {
        let generation = match self.identities.get(access_key) {
            Ok(cached) => return Ok(Some(cached)),
            Err(generation) => generation,
        };
        let wanted = access_key.to_owned();
        let found = self
            .ports
            .store
            .read(move |tx| {
                let scan = Scan {
                    to: std::ops::Bound::Included(wanted.clone()),
                    ..Scan::index(Identity::BY_ACCESS_KEY, &wanted, 1)
                };
                tx.scan::<Identity>(&scan)
            })
            .await?
            .pop()
            .filter(|identity| identity.access_key_id == access_key);
        let Some(identity) = found else { return Ok(None) };
        let credential = Arc::new(self.opened(&identity)?);
        self.identities.offer(generation, access_key, credential.clone());
        Ok(Some(credential))
    }

    fn opened(&self, identity: &Identity) -> Result<Credential, Refusal> {
        let unreadable = |what: &str| Refusal::Internal(format!("{what} of identity {}", identity.name).into());
        let secret = self.ports.secrets.open(&secret_purpose(&identity.access_key_id), &identity.sealed_secret)?;
        let secret = std::str::from_utf8(&secret).map_err(|_| unreadable("secret"))?;
        let policies: Result<Vec<Arc<Policy>>, _> =
            identity.policies.values().map(|document| Policy::parse(document).map(Arc::new)).collect();
        let place = &self.settings.place;
        Ok(Credential {
            secret: SecretKey::new(secret.to_owned()),
            caller: Caller {
                principal: Principal {
                    arn: format!("arn:{}:iam::{}:user/{}", place.partition, place.account, identity.name),
                    account: place.account.clone(),
                    user_id: identity.user_id.clone(),
                    username: Some(identity.name.clone()),
                },
                // A policy that cannot be read may hold a deny: then nothing is allowed.
                policies: policies.map_err(|_| unreadable("policies"))?.into(),
            },
        })
    }

    /// Makes an identity without rights. The secret is returned here and never shown again.
    ///
    /// # Errors
    /// `Name`, `Exists`, `Catalog`.
    pub async fn create_identity(&self, name: &str) -> Result<NewAccessKey, IdentityError> {
        self.insert_identity(name, BTreeMap::new()).await
    }

    /// Makes the identity that may do everything, for the first start.
    ///
    /// # Errors
    /// `Exists`, `Catalog`.
    pub async fn create_administrator(&self, name: &str) -> Result<NewAccessKey, IdentityError> {
        const EVERYTHING: &str =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let policies = BTreeMap::from([("AdministratorAccess".to_owned(), EVERYTHING.to_owned())]);
        self.insert_identity(name, policies).await
    }

    async fn insert_identity(
        &self,
        name: &str,
        policies: BTreeMap<String, String>,
    ) -> Result<NewAccessKey, IdentityError> {
        check_name(name)?;
        let (sealed_secret, key) = self.new_access_key(name);
        let identity = Identity {
            name: name.to_owned(),
            user_id: format!("AIDA{}", base32(&self.ports.ids.random(), 17)),
            access_key_id: key.access_key_id.clone(),
            sealed_secret,
            policies,
            created_at: self.now(),
        };
        let _emptied = self.identities.emptied_after();
        self.ports
            .store
            .write(move |tx| match tx.get::<Identity>(&identity.name)? {
                Some(_) => Err(IdentityError::Exists(identity.name.clone())),
                None => Ok(tx.insert(&identity)?),
            })
            .await?;
        Ok(key)
    }

    fn new_access_key(&self, identity: &str) -> (String, NewAccessKey) {
        let access_key_id = format!("AKIA{}", base32(&self.ports.ids.random(), 16));
        let random = [self.ports.ids.random(), self.ports.ids.random()].concat();
        // 40 characters, as AWS makes them; 30 random bytes.
        let secret = SecretKey::new(base64_text(&random[..30]));
        let sealed = self.ports.secrets.seal(&secret_purpose(&access_key_id), secret.expose().as_bytes());
        (sealed, NewAccessKey { identity: identity.to_owned(), access_key_id, secret })
    }

    /// Gives an identity a new access key; the old one stops working at once.
    ///
    /// # Errors
    /// `NotFound`, `Catalog`.
    pub async fn rotate_identity(&self, name: &str) -> Result<NewAccessKey, IdentityError> {
        let (sealed_secret, key) = self.new_access_key(name);
        let access_key_id = key.access_key_id.clone();
        self.change_identity(name, move |identity| {
            identity.access_key_id.clone_from(&access_key_id);
            identity.sealed_secret.clone_from(&sealed_secret);
            Ok(())
        })
        .await?;
        Ok(key)
    }

    /// # Errors
    /// `NotFound`, `Catalog`.
    pub async fn delete_identity(&self, name: &str) -> Result<(), IdentityError> {
        let name = name.to_owned();
        let _emptied = self.identities.emptied_after();
        self.ports
            .store
            .write(move |tx| match tx.remove::<Identity>(&name)? {
                true => Ok(()),
                false => Err(IdentityError::NotFound(name.clone())),
            })
            .await
    }

    /// All identities by name.
    ///
    /// # Errors
    /// `Catalog`.
    pub async fn list_identities(&self) -> Result<Vec<Identity>, IdentityError> {
        self.ports.store.read(|tx| Ok(tx.scan(&Scan::keys("", MAX_IDENTITIES))?)).await
    }

    /// # Errors
    /// `NotFound`, `Catalog`.
    pub async fn identity(&self, name: &str) -> Result<Identity, IdentityError> {
        let name = name.to_owned();
        self.ports.store.read(move |tx| stored(tx, &name)).await
    }

    /// Puts a policy on an identity, or replaces it. It holds from the next request on.
    ///
    /// # Errors
    /// `Name`, `Policy`, `NotFound`, `Catalog`.
    pub async fn put_policy(&self, identity: &str, policy: &str, document: &str) -> Result<(), IdentityError> {
        check_name(policy)?;
        Policy::parse(document).map_err(|error| IdentityError::Policy(crate::error_chain(&error)))?;
        let (policy, document) = (policy.to_owned(), document.to_owned());
        self.change_identity(identity, move |identity| {
            identity.policies.insert(policy.clone(), document.clone());
            Ok(())
        })
        .await
    }

    /// # Errors
    /// `NotFound`, `NoPolicy`, `Catalog`.
    pub async fn delete_policy(&self, identity: &str, policy: &str) -> Result<(), IdentityError> {
        let policy = policy.to_owned();
        self.change_identity(identity, move |identity| match identity.policies.remove(&policy) {
            Some(_) => Ok(()),
            None => Err(IdentityError::NoPolicy { identity: identity.name.clone(), policy: policy.clone() }),
        })
        .await
    }

    async fn change_identity(
        &self,
        name: &str,
        change: impl Fn(&mut Identity) -> Result<(), IdentityError> + Send + Sync + 'static,
    ) -> Result<(), IdentityError> {
        let name = name.to_owned();
        let _emptied = self.identities.emptied_after();
        self.ports
            .store
            .write(move |tx| {
                let mut identity = stored(tx, &name)?;
                change(&mut identity)?;
                Ok::<_, IdentityError>(tx.replace(&identity)?)
            })
            .await
    }
}

fn stored(tx: &mut Tx<'_>, name: &str) -> Result<Identity, IdentityError> {
    tx.get(name)?.ok_or_else(|| IdentityError::NotFound(name.to_owned()))
}

fn secret_purpose(access_key_id: &str) -> String {
    format!("secret-access-key/{access_key_id}")
}

fn check_name(name: &str) -> Result<(), IdentityError> {
    let ok = (1..=MAX_NAME_CHARS).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
    if ok { Ok(()) } else { Err(IdentityError::Name(name.to_owned())) }
}

/// `chars` characters of RFC 4648 base 32, as ids of AWS look; five bits of each byte are used.
fn base32(random: &[u8], chars: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    random.iter().cycle().zip(0..chars).map(|(byte, _)| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

/// RFC 4648 base 64 of whole groups of three bytes.
fn base64_text(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks_exact(3)
        .flat_map(|group| {
            let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
            [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift & 63) as usize]))
        })
        .collect()
}
