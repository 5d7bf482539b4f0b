//! A key service that wraps nothing and remembers everything.

use super::faults::{Faults, Site};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use valkeep_ports::keys::{EncryptionContext, FreshDataKey, KeyError, KeyService, SecretBox};
use zeroize::Zeroizing;

pub(crate) const DEFAULT_KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/default";
pub(crate) const KEY_A: &str = "arn:aws:kms:us-east-1:123456789012:key/a";
pub(crate) const KEY_B: &str = "arn:aws:kms:us-east-1:123456789012:key/b";
/// Names [`KEY_A`].
pub(crate) const ALIAS_OF_A: &str = "alias/of-a";

/// What belongs to a wrapped key, by the wrapped bytes.
type Wrapped = BTreeMap<Vec<u8>, (String, Vec<(String, String)>, [u8; 32])>;

#[derive(Debug, Default)]
pub(crate) struct MemoryKeys {
    disabled: Mutex<BTreeSet<String>>,
    wrapped: Mutex<Wrapped>,
}

impl MemoryKeys {
    pub(crate) fn disable(&self, arn: &str) {
        self.disabled.lock().unwrap().insert(arn.to_owned());
    }

    pub(crate) fn enable(&self, arn: &str) {
        self.disabled.lock().unwrap().remove(arn);
    }

    fn usable(&self, arn: &str) -> Result<(), KeyError> {
        if ![DEFAULT_KEY, KEY_A, KEY_B].contains(&arn) {
            return Err(KeyError::NotFound(arn.to_owned()));
        }
        if self.disabled.lock().unwrap().contains(arn) {
            return Err(KeyError::Disabled(arn.to_owned()));
        }
        Ok(())
    }

    fn wrap(&self, arn: &str, context: &EncryptionContext) -> FreshDataKey {
        let mut all = self.wrapped.lock().unwrap();
        let number = u8::try_from(all.len() % 251).unwrap();
        let wrapped = format!("wrapped key {}", all.len()).into_bytes();
        all.insert(wrapped.clone(), (arn.to_owned(), context.to_vec(), [number; 32]));
        FreshDataKey { plain: Zeroizing::new([number; 32]), wrapped }
    }
}

#[derive(Debug)]
pub(crate) struct FaultyKeys {
    pub(crate) inner: Arc<MemoryKeys>,
    pub(crate) faults: Arc<Faults>,
}

fn away() -> KeyError {
    KeyError::Unavailable("on purpose".into())
}

#[async_trait]
impl KeyService for FaultyKeys {
    async fn resolve(&self, reference: &str) -> Result<String, KeyError> {
        let arn = if reference == ALIAS_OF_A { KEY_A } else { reference };
        let effect = async { self.inner.usable(arn).map(|()| arn.to_owned()) };
        self.faults.around(Site::KeyResolve, away, effect).await
    }

    async fn default_key(&self) -> Result<String, KeyError> {
        self.faults.around(Site::KeyDefault, away, async { Ok(DEFAULT_KEY.to_owned()) }).await
    }

    async fn generate_data_key(&self, key_arn: &str, context: &EncryptionContext) -> Result<FreshDataKey, KeyError> {
        let effect = async { self.inner.usable(key_arn).map(|()| self.inner.wrap(key_arn, context)) };
        self.faults.around(Site::KeyGenerate, away, effect).await
    }

    async fn unwrap_data_key(
        &self,
        key_arn: &str,
        wrapped: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let effect = async {
            self.inner.usable(key_arn)?;
            match self.inner.wrapped.lock().unwrap().get(wrapped) {
                Some((arn, bound, plain)) if arn == key_arn && bound == context => Ok(Zeroizing::new(*plain)),
                Some(_) | None => Err(KeyError::Unwrap(key_arn.to_owned())),
            }
        };
        self.faults.around(Site::KeyUnwrap, away, effect).await
    }
}

/// Secrets in hexadecimal beside their purpose.
#[derive(Debug)]
pub(crate) struct OpenBox;

impl SecretBox for OpenBox {
    fn seal(&self, purpose: &str, secret: &[u8]) -> String {
        format!("{}.{}", hex::encode(purpose), hex::encode(secret))
    }

    fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let secret = sealed.strip_prefix(&format!("{}.", hex::encode(purpose)));
        secret
            .and_then(|text| hex::decode(text).ok())
            .map(Zeroizing::new)
            .ok_or_else(|| KeyError::Unwrap(purpose.to_owned()))
    }
}
