//! Named keys as files, for the day the catalog is lost.
//!
//! Each key has a file `{id}.json` beside the catalog, written before the key is first used and again when its state
//! changes. What it holds is sealed under the master key as a whole, so that nobody enables a key by editing a file. The
//! catalog decides; the files are read by `valkeep repair` alone.

use crate::cipher::Cipher;
use crate::named::NamedKey;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use valkeep_domain::arn::Place;

/// Longest file that is read, in bytes: a description of 8,192 characters, twice as hexadecimal, and the aliases.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// A key with all that the catalog holds of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeptKey {
    pub(crate) key: NamedKey,
    pub(crate) aliases: Vec<String>,
    pub(crate) account: String,
    pub(crate) region: String,
}

impl KeptKey {
    pub(crate) fn of(key: &NamedKey, aliases: Vec<String>, place: &Place) -> Self {
        Self { key: key.clone(), aliases, account: place.account.clone(), region: place.region.clone() }
    }
}

/// The file of a key: in the clear only what finds it.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    version: u16,
    id: String,
    /// A [`KeptKey`] under the master key, hexadecimal.
    sealed: String,
}

/// Why the files of keys are of no use.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("the key file {path} cannot be read or written")]
    Io { path: PathBuf, source: io::Error },
    #[error("the key file {path} is damaged, or sealed under another master key")]
    Damaged { path: PathBuf },
}

/// The directory of key files.
#[derive(Debug)]
pub(crate) struct KeyFiles {
    directory: PathBuf,
    cipher: Cipher,
}

impl KeyFiles {
    pub(crate) fn new(directory: PathBuf, cipher: Cipher) -> Self {
        Self { directory, cipher }
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.path(id).exists()
    }

    /// Writes the file of a key, or replaces it. It survives power loss when this returns.
    pub(crate) fn write(&self, kept: &KeptKey) -> Result<(), KeyFileError> {
        let path = self.path(&kept.key.id);
        let failed = |source| KeyFileError::Io { path: path.clone(), source };
        let plain = serde_json::to_vec(kept).map_err(|error| failed(error.into()))?;
        let sealed = hex::encode(self.cipher.seal(kept.key.id.as_bytes(), &plain));
        let file = KeyFile { version: 1, id: kept.key.id.clone(), sealed };
        let text = serde_json::to_vec_pretty(&file).map_err(|error| failed(error.into()))?;
        self.write_whole(&path, &text).map_err(failed)
    }

    fn write_whole(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        if !self.directory.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
            if let Some(above) = self.directory.parent() {
                File::open(above)?.sync_all()?;
            }
        }
        let begun = path.with_extension("new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&begun)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&begun, path)?;
        File::open(&self.directory)?.sync_all()
    }

    /// Every key that has a file, by id. Without the directory there is none.
    pub(crate) fn read_all(&self) -> Result<Vec<KeptKey>, KeyFileError> {
        let failed = |source| KeyFileError::Io { path: self.directory.clone(), source };
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut kept = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                kept.push(self.read(&path)?);
            }
        }
        kept.sort_by(|one, other| one.key.id.cmp(&other.key.id));
        Ok(kept)
    }

    fn read(&self, path: &Path) -> Result<KeptKey, KeyFileError> {
        let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
        let damaged = || KeyFileError::Damaged { path: path.to_owned() };
        if fs::metadata(path).map_err(failed)?.len() > MAX_FILE_BYTES {
            return Err(damaged());
        }
        let file: KeyFile = serde_json::from_slice(&fs::read(path).map_err(failed)?).map_err(|_| damaged())?;
        let sealed = hex::decode(&file.sealed).map_err(|_| damaged())?;
        let plain = self.cipher.open(file.id.as_bytes(), &sealed).ok_or_else(damaged)?;
        let kept: KeptKey = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        if kept.key.id == file.id && path == self.path(&file.id) { Ok(kept) } else { Err(damaged()) }
    }

    /// Ids are UUIDs of our own, so they are names of files.
    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }
}
