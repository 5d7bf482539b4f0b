//! The keyring: what is done with named keys, and small secrets sealed under the master key.

use crate::cipher::{Cipher, random};
use crate::files::{KeptKey, KeyFileError, KeyFiles};
use crate::master::MasterKey;
use crate::named::{ALIAS_PREFIX, Alias, KeyDescription, KeyReference, NamedKey, key_arn};
use async_trait::async_trait;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::spawn_blocking;
use valkeep_domain::arn::Place;
use valkeep_ports::catalog::{CatalogError, Scan, Store, Tx};
use valkeep_ports::keys::{EncryptionContext, FreshDataKey, KeyError, KeyService, SecretBox};
use valkeep_ports::{Clock, Ids};
use zeroize::Zeroizing;

/// Alias of the service's own key (K11).
pub const DEFAULT_ALIAS: &str = "alias/aws/elasticache";

/// Aliases that only the service makes. Source: AWS KMS API, `CreateAlias`.
const RESERVED_PREFIX: &str = "alias/aws/";

/// Characters of an alias with its prefix. Source: AWS KMS API, `CreateAlias`.
const ALIAS_MAX: usize = 256;

/// Characters of a description. Source: AWS KMS API, `CreateKey`.
const DESCRIPTION_MAX: usize = 8192;

/// Why the operator's call was refused.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("an alias is `alias/` and up to 250 letters, digits, `/`, `_` or `-`, not {0:?}")]
    InvalidAlias(String),
    #[error("{0}: aliases that begin with `alias/aws/` belong to the service")]
    ReservedAlias(String),
    #[error("the alias {0} is in use")]
    AliasTaken(String),
    #[error("a description has at most {DESCRIPTION_MAX} characters")]
    DescriptionTooLong,
    #[error("the service's own key cannot be disabled")]
    DefaultKey,
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<CatalogError> for AdminError {
    fn from(error: CatalogError) -> Self {
        Self::Key(unavailable(error))
    }
}

fn unavailable(error: CatalogError) -> KeyError {
    KeyError::Unavailable(error.into())
}

impl From<KeyFileError> for KeyError {
    fn from(error: KeyFileError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// What was read back from the files of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadBack {
    /// Keys that the catalog did not have.
    pub found: usize,
    /// Keys that the catalog had enabled, and whose file says that they were disabled.
    pub disabled: usize,
}

/// The named keys of one place.
#[derive(Debug)]
pub struct Keyring {
    store: Store,
    files: Arc<KeyFiles>,
    /// Wraps the material of named keys.
    wrapping: Cipher,
    /// Seals small secrets.
    secrets: Cipher,
    place: Place,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Keyring {
    /// `files` is the directory of the files of keys; it is made when the first is written.
    pub fn new(
        store: Store,
        master: &MasterKey,
        files: PathBuf,
        place: Place,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        let (wrapping, secrets) = (master.for_use("named keys"), master.for_use("secrets"));
        let files = Arc::new(KeyFiles::new(files, master.for_use("key files")));
        Self { store, files, wrapping, secrets, place, clock, ids }
    }

    /// Makes a key, with an alias if one is given.
    ///
    /// # Errors
    /// `InvalidAlias`, `ReservedAlias`, `AliasTaken`, `DescriptionTooLong`; `Key` with `Unavailable`.
    pub async fn create(&self, description: &str, alias: Option<&str>) -> Result<KeyDescription, AdminError> {
        if description.chars().count() > DESCRIPTION_MAX {
            return Err(AdminError::DescriptionTooLong);
        }
        alias.map_or(Ok(()), check_alias)?;
        let key = self.draw(description);
        let alias = alias.map(|name| Alias { name: name.to_owned(), key_id: key.id.clone() });
        let aliases: Vec<_> = alias.iter().map(|alias| alias.name.clone()).collect();
        let described = self.described(key.clone(), aliases.clone());
        self.keep(&key, aliases).await?;
        self.store
            .write(move |tx| {
                tx.insert(&key)?;
                match &alias {
                    Some(alias) => add_alias(tx, alias),
                    None => Ok(()),
                }
            })
            .await?;
        Ok(described)
    }

    /// Every named key, by id.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list(&self) -> Result<Vec<KeyDescription>, KeyError> {
        let all = |tx: &mut Tx<'_>| {
            let every = Scan::keys("", usize::MAX);
            Ok((tx.scan::<NamedKey>(&every)?, tx.scan::<Alias>(&every)?))
        };
        let (keys, aliases) = self.store.read(all).await.map_err(unavailable)?;
        Ok(keys.into_iter().map(|key| self.described_with(key, &aliases)).collect())
    }

    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn describe(&self, reference: &str) -> Result<KeyDescription, KeyError> {
        let key = self.find(reference).await?;
        let all = |tx: &mut Tx<'_>| tx.scan::<Alias>(&Scan::keys(ALIAS_PREFIX, usize::MAX));
        let aliases = self.store.read(all).await.map_err(unavailable)?;
        Ok(self.described_with(key, &aliases))
    }

    /// Enables or disables a key. From the return of this call a disabled key wraps and unwraps nothing (K8).
    ///
    /// # Errors
    /// `DefaultKey`; `Key` with `NotFound` or `Unavailable`.
    pub async fn set_enabled(&self, reference: &str, enabled: bool) -> Result<(), AdminError> {
        let before = self.find(reference).await?;
        let aliases = self.describe(reference).await?.aliases;
        if !enabled && aliases.iter().any(|alias| alias == DEFAULT_ALIAS) {
            return Err(AdminError::DefaultKey);
        }
        let key = NamedKey { enabled, ..before };
        // A process that ends between the two leaves the file with the stricter word.
        if !enabled {
            self.keep(&key, aliases.clone()).await?;
        }
        let id = key.id.clone();
        self.store
            .write(move |tx| match tx.get::<NamedKey>(&id)? {
                Some(key) => tx.replace(&NamedKey { enabled, ..key }),
                None => Ok(()),
            })
            .await?;
        if enabled {
            self.keep(&key, aliases).await?;
        }
        Ok(())
    }

    /// Writes the file of a key.
    async fn keep(&self, key: &NamedKey, aliases: Vec<String>) -> Result<(), KeyError> {
        let (files, kept) = (self.files.clone(), KeptKey::of(key, aliases, &self.place));
        let written = spawn_blocking(move || files.write(&kept)).await;
        Ok(written.map_err(|lost| KeyError::Unavailable(Box::new(lost)))??)
    }

    /// Writes the files that are missing: of keys that were made before keys had files.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn keep_all(&self) -> Result<(), KeyError> {
        let all = |tx: &mut Tx<'_>| {
            let every = Scan::keys("", usize::MAX);
            Ok((tx.scan::<NamedKey>(&every)?, tx.scan::<Alias>(&every)?))
        };
        let (keys, aliases) = self.store.read(all).await.map_err(unavailable)?;
        for key in keys.iter().filter(|key| !self.files.has(&key.id)) {
            let own = aliases.iter().filter(|alias| alias.key_id == key.id).map(|alias| alias.name.clone()).collect();
            self.keep(key, own).await?;
        }
        Ok(())
    }

    /// Brings back from their files the keys that the catalog lacks, and disables those that were disabled later than the
    /// catalog knows. Aliases that name another key now stay as they are.
    ///
    /// # Errors
    /// `Unavailable`: also when a file is damaged, or belongs to another master key or place.
    pub async fn read_back(&self) -> Result<ReadBack, KeyError> {
        let files = self.files.clone();
        let kept = spawn_blocking(move || files.read_all()).await;
        let kept = kept.map_err(|lost| KeyError::Unavailable(Box::new(lost)))??;
        if let Some(strange) =
            kept.iter().find(|kept| kept.account != self.place.account || kept.region != self.place.region)
        {
            let text = format!("the files of keys belong to account {} in {}", strange.account, strange.region);
            return Err(KeyError::Unavailable(text.into()));
        }
        self.store.write(move |tx| restore(tx, &kept)).await.map_err(unavailable)
    }

    /// A new key with random material, not stored yet.
    fn draw(&self, description: &str) -> NamedKey {
        let id = uuid::Builder::from_random_bytes(self.ids.random()).into_uuid().to_string();
        let wrapped = hex::encode(self.wrapping.seal(id.as_bytes(), random::<32>().as_ref()));
        NamedKey { id, description: description.to_owned(), created_at: self.clock.now(), enabled: true, wrapped }
    }

    fn described(&self, key: NamedKey, aliases: Vec<String>) -> KeyDescription {
        let NamedKey { id, description, created_at, enabled, wrapped: _ } = key;
        KeyDescription { arn: key_arn(&self.place, &id), id, description, created_at, enabled, aliases }
    }

    fn described_with(&self, key: NamedKey, aliases: &[Alias]) -> KeyDescription {
        let own = aliases.iter().filter(|alias| alias.key_id == key.id).map(|alias| alias.name.clone()).collect();
        self.described(key, own)
    }

    async fn find(&self, reference: &str) -> Result<NamedKey, KeyError> {
        let not_found = || KeyError::NotFound(reference.to_owned());
        let parsed = KeyReference::parse(reference, &self.place).ok_or_else(not_found)?;
        self.store.read(move |tx| parsed.find(tx)).await.map_err(unavailable)?.ok_or_else(not_found)
    }

    /// The key, if it may be used now.
    async fn usable(&self, reference: &str) -> Result<NamedKey, KeyError> {
        let key = self.find(reference).await?;
        if key.enabled { Ok(key) } else { Err(KeyError::Disabled(key_arn(&self.place, &key.id))) }
    }

    /// The material of a key that may be used now.
    async fn material(&self, reference: &str) -> Result<Cipher, KeyError> {
        let key = self.usable(reference).await?;
        let wrapped = hex::decode(&key.wrapped).ok();
        wrapped
            .and_then(|wrapped| self.wrapping.open_key(key.id.as_bytes(), &wrapped))
            .map(|material| Cipher::new(&material))
            .ok_or_else(|| KeyError::Unwrap("the master key".to_owned()))
    }
}

fn check_alias(alias: &str) -> Result<(), AdminError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-');
    let name = alias.strip_prefix(ALIAS_PREFIX).unwrap_or_default();
    if name.is_empty() || alias.len() > ALIAS_MAX || !name.chars().all(allowed) {
        return Err(AdminError::InvalidAlias(alias.chars().take(ALIAS_MAX).collect()));
    }
    if alias.starts_with(RESERVED_PREFIX) {
        return Err(AdminError::ReservedAlias(alias.to_owned()));
    }
    Ok(())
}

fn restore(tx: &mut Tx<'_>, kept: &[KeptKey]) -> Result<ReadBack, CatalogError> {
    let mut read_back = ReadBack::default();
    for KeptKey { key, aliases, .. } in kept {
        match tx.get::<NamedKey>(&key.id)? {
            None => {
                tx.insert(key)?;
                read_back.found += 1;
            }
            Some(known) if known.enabled && !key.enabled => {
                tx.replace(&NamedKey { enabled: false, ..known })?;
                read_back.disabled += 1;
            }
            Some(_) => {}
        }
        for name in aliases {
            if tx.get::<Alias>(name)?.is_none() {
                tx.insert(&Alias { name: name.clone(), key_id: key.id.clone() })?;
            }
        }
    }
    Ok(read_back)
}

fn add_alias(tx: &mut Tx<'_>, alias: &Alias) -> Result<(), AdminError> {
    match tx.insert(alias) {
        Err(CatalogError::AlreadyExists { .. }) => Err(AdminError::AliasTaken(alias.name.clone())),
        outcome => Ok(outcome?),
    }
}

/// The encryption context as associated data: its pairs sorted, each text behind its length. Equal contexts give equal
/// bytes, and different ones different bytes.
fn canonical(context: &EncryptionContext) -> Vec<u8> {
    let mut pairs: Vec<_> = context.iter().collect();
    pairs.sort_unstable();
    let texts = pairs.into_iter().flat_map(|(name, value)| [name, value]);
    texts.flat_map(|text| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()).collect()
}

#[async_trait]
impl KeyService for Keyring {
    async fn resolve(&self, reference: &str) -> Result<String, KeyError> {
        Ok(key_arn(&self.place, &self.usable(reference).await?.id))
    }

    async fn default_key(&self) -> Result<String, KeyError> {
        let default = |tx: &mut Tx<'_>| Ok(tx.get::<Alias>(DEFAULT_ALIAS)?.map(|alias| alias.key_id));
        let id = match self.store.read(default).await.map_err(unavailable)? {
            Some(id) => id,
            None => {
                let key = self.draw("Default key that protects my snapshots when no other key is given");
                self.keep(&key, vec![DEFAULT_ALIAS.to_owned()]).await?;
                let make = move |tx: &mut Tx<'_>| {
                    // Another caller may have been faster.
                    if let Some(alias) = tx.get::<Alias>(DEFAULT_ALIAS)? {
                        return Ok(alias.key_id);
                    }
                    tx.insert(&key)?;
                    tx.insert(&Alias { name: DEFAULT_ALIAS.to_owned(), key_id: key.id.clone() })?;
                    Ok(key.id.clone())
                };
                self.store.write(make).await.map_err(unavailable)?
            }
        };
        Ok(key_arn(&self.place, &id))
    }

    async fn generate_data_key(&self, key_arn: &str, context: &EncryptionContext) -> Result<FreshDataKey, KeyError> {
        let plain = random();
        let wrapped = self.material(key_arn).await?.seal(&canonical(context), plain.as_ref());
        Ok(FreshDataKey { plain, wrapped })
    }

    async fn unwrap_data_key(
        &self,
        key_arn: &str,
        wrapped: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let material = self.material(key_arn).await?;
        material.open_key(&canonical(context), wrapped).ok_or_else(|| KeyError::Unwrap(key_arn.to_owned()))
    }
}

impl SecretBox for Keyring {
    fn seal(&self, purpose: &str, secret: &[u8]) -> String {
        hex::encode(self.secrets.seal(purpose.as_bytes(), secret))
    }

    fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let bytes = hex::decode(sealed).ok();
        bytes
            .and_then(|bytes| self.secrets.open(purpose.as_bytes(), &bytes))
            .ok_or_else(|| KeyError::Unwrap(format!("the master key for {purpose}")))
    }
}

#[cfg(test)]
mod tests;
