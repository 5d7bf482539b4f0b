//! The data directory: what lies in it, who holds it, and what the first start leaves there.

use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The directory of one service, held by this process alone.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    /// The lock is on the open file; it ends with the process, however that ends.
    _lock: File,
}

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    #[error("{0} is in use by another valkeep process")]
    InUse(PathBuf),
    #[error(
        "{0} is no data directory of valkeep: name one with --data DIR, or make this one by `valkeep serve --data {0}`"
    )]
    NotOne(PathBuf),
    #[error("{0} holds what is not valkeep's; a new data directory must be empty")]
    Foreign(PathBuf),
    #[error("the data directory {path} cannot be used")]
    Io { path: PathBuf, source: io::Error },
}

/// The first identity, as `valkeep env` reads it. Kept in a file that only the owner can read.
#[derive(Serialize, Deserialize)]
pub struct FirstIdentity {
    pub account_id: String,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl std::fmt::Debug for FirstIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FirstIdentity({})", self.access_key_id)
    }
}

const LOCK: &str = "lock";
pub(crate) const MASTER_KEY: &str = "master.key";
const CREDENTIALS: &str = "credentials.json";
const ENDPOINT: &str = "endpoint";
const VPC_ID: &str = "vpc-id";
/// Where the local blobs are, each in a directory by the first digits of its id (docs/blob-format.md).
const BLOBS: &str = "blobs";
/// The files of named keys.
pub(crate) const KEYS: &str = "keys";

/// A directory with any of these is one of ours.
const MARKS: [&str; 4] = [valkeep_catalog::FILE, MASTER_KEY, CREDENTIALS, VPC_ID];

/// What may lie in a new one: what a file system puts into its own root, and what is left of a first start that was cut short.
const NOTHING: [&str; 2] = ["lost+found", LOCK];

impl Directory {
    /// Takes hold of the directory, and makes it first if there is none: this is for serving.
    ///
    /// # Errors
    /// `Foreign` when something else lies in it, which must not be shut off from others or mixed with ours; `InUse`; `Io`.
    pub fn make(path: &Path) -> Result<Self, DirectoryError> {
        let failed = |source| DirectoryError::Io { path: path.to_owned(), source };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        if !is_ours(path).map_err(failed)? && !is_empty(path).map_err(failed)? {
            return Err(DirectoryError::Foreign(path.to_owned()));
        }
        Self::lock(path)
    }

    /// Takes hold of a directory that was made before.
    ///
    /// # Errors
    /// `NotOne` when it is none of ours; `InUse` when another process has it; `Io`.
    pub fn hold(path: &Path) -> Result<Self, DirectoryError> {
        match is_ours(path) {
            Ok(true) => Self::lock(path),
            Ok(false) => Err(DirectoryError::NotOne(path.to_owned())),
            Err(source) => Err(DirectoryError::Io { path: path.to_owned(), source }),
        }
    }

    fn lock(path: &Path) -> Result<Self, DirectoryError> {
        let failed = |source| DirectoryError::Io { path: path.to_owned(), source };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
        let path = path.canonicalize().map_err(failed)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join(LOCK))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(std::fs::TryLockError::WouldBlock) => Err(DirectoryError::InUse(path)),
            Err(std::fs::TryLockError::Error(source)) => Err(DirectoryError::Io { path, source }),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes the credentials of the first identity.
    pub(crate) fn write_first_identity(&self, identity: &FirstIdentity) -> Result<(), DirectoryError> {
        let text = serde_json::to_vec_pretty(identity).map_err(|error| self.failed(error.into()))?;
        self.write_whole(CREDENTIALS, &text)
    }

    /// Rewrites the credentials of the first identity, where the operator has kept the file.
    pub(crate) fn renew_first_identity(&self, identity: &FirstIdentity) -> Result<(), DirectoryError> {
        if self.file(CREDENTIALS).exists() { self.write_first_identity(identity) } else { Ok(()) }
    }

    /// Removes the credentials of the first identity; that there are none is success.
    pub(crate) fn remove_first_identity(&self) -> Result<(), DirectoryError> {
        match std::fs::remove_file(self.file(CREDENTIALS)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(self.failed(source)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Whether a catalog must be here: the first start wrote credentials, its last step, or a key was made, or a blob is stored.
    pub(crate) fn was_used(&self) -> bool {
        self.file(CREDENTIALS).exists() || self.file(KEYS).exists() || self.holds_blobs()
    }

    fn holds_blobs(&self) -> bool {
        let entries = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
        entries(&self.file(BLOBS)).any(|place| entries(&place).next().is_some())
    }

    /// The id that a catalog of this directory had: it stands in answers, and a bucket of blobs knows its owner by it.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(crate) fn vpc_id(&self) -> Result<Option<String>, DirectoryError> {
        match std::fs::read_to_string(self.file(VPC_ID)) {
            Ok(id) => Ok(Some(id)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Keeps the id for the day when the catalog is lost.
    pub(crate) fn keep_vpc_id(&self, id: &str) -> Result<(), DirectoryError> {
        if self.vpc_id()?.as_deref() == Some(id) { Ok(()) } else { self.write_whole(VPC_ID, id.as_bytes()) }
    }

    /// Tells `valkeep env` where the service listens now.
    pub(crate) fn write_endpoint(&self, url: &str) -> Result<(), DirectoryError> {
        self.write_whole(ENDPOINT, url.as_bytes())
    }

    /// The service stops: nobody listens there any more.
    pub(crate) fn remove_endpoint(&self) {
        if let Err(error) = std::fs::remove_file(self.file(ENDPOINT)) {
            tracing::warn!(%error, "the endpoint file was not removed");
        }
    }

    /// A file appears whole or not at all, and only its owner can read it.
    fn write_whole(&self, name: &str, bytes: &[u8]) -> Result<(), DirectoryError> {
        let begun = self.file(&format!("{name}.new"));
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&begun)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&begun, self.file(name))?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> DirectoryError {
        DirectoryError::Io { path: self.path.clone(), source }
    }
}

fn is_ours(path: &Path) -> io::Result<bool> {
    for mark in MARKS {
        if path.join(mark).try_exists()? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_empty(path: &Path) -> io::Result<bool> {
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if !NOTHING.iter().any(|name| entry.file_name() == *name) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The first identity of a directory, read without holding it.
///
/// # Errors
/// `NotFound` when the directory has none: it was never served from, or the operator took the file away. Others when it
/// cannot be read.
pub fn first_identity(directory: &Path) -> io::Result<FirstIdentity> {
    let text = std::fs::read(directory.join(CREDENTIALS))?;
    serde_json::from_slice(&text).map_err(io::Error::from)
}

/// Where the service of a directory listens, read without holding it.
///
/// # Errors
/// When no service runs there.
pub fn endpoint(directory: &Path) -> io::Result<String> {
    std::fs::read_to_string(directory.join(ENDPOINT))
}

/// The socket of the operator's commands.
pub(crate) fn control_socket(directory: &Path) -> PathBuf {
    directory.join("control.sock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_until_the_first_lets_go() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let held = Directory::make(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::write(path.join(MASTER_KEY), "").unwrap();
        assert!(matches!(Directory::hold(&path), Err(DirectoryError::InUse(_))));
        assert!(matches!(Directory::make(&path), Err(DirectoryError::InUse(_))));
        drop(held);
        assert!(Directory::hold(&path).is_ok());
        assert!(Directory::make(&path).is_ok());
    }

    #[test]
    fn only_serving_makes_a_directory() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        assert!(matches!(Directory::hold(&path), Err(DirectoryError::NotOne(_))));
        assert!(!path.exists());
        std::fs::create_dir(&path).unwrap();
        assert!(matches!(Directory::hold(&path), Err(DirectoryError::NotOne(_))));
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);
        std::fs::create_dir(path.join("lost+found")).unwrap();
        // A first start that is cut short may be done again.
        for _ in 0..2 {
            drop(Directory::make(&path).unwrap());
        }
        // What came back from a backup has no lock.
        std::fs::write(path.join(MASTER_KEY), "").unwrap();
        std::fs::remove_file(path.join(LOCK)).unwrap();
        assert!(Directory::hold(&path).is_ok());
    }

    #[test]
    fn the_directory_of_others_is_left_as_it_is() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path();
        std::fs::write(path.join("notes"), "").unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(Directory::make(path), Err(DirectoryError::Foreign(_))));
        assert!(matches!(Directory::hold(path), Err(DirectoryError::NotOne(_))));
        assert_eq!(std::fs::read_dir(path).unwrap().count(), 1);
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[test]
    fn the_first_identity_is_kept_for_its_owner_only() {
        let parent = tempfile::tempdir().unwrap();
        let directory = Directory::make(parent.path()).unwrap();
        let identity = FirstIdentity {
            account_id: "123456789012".into(),
            region: "us-east-1".into(),
            access_key_id: "AKIA".into(),
            secret_access_key: "secret".into(),
        };
        directory.write_first_identity(&identity).unwrap();
        assert_eq!(first_identity(parent.path()).unwrap().secret_access_key, "secret");
        let mode = std::fs::metadata(parent.path().join(CREDENTIALS)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
