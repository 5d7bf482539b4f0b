//! The master key: 32 random bytes in a file.

use crate::cipher::{Cipher, random};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const LEN_BYTES: usize = 32;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error("the master key {path} cannot be read or made")]
    Io { path: PathBuf, source: io::Error },
    #[error("the master key {path} is not a file of 32 bytes")]
    Damaged { path: PathBuf },
    #[error("the master key {path} can be read by others (mode {mode:03o}): make it 600")]
    Exposed { path: PathBuf, mode: u32 },
}

/// The key above all named keys. Who has it and the catalog can open every snapshot.
pub struct MasterKey(Zeroizing<[u8; LEN_BYTES]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

impl MasterKey {
    /// Reads the key of that file, or makes a new one, readable by this user only and durable when this returns.
    ///
    /// # Errors
    /// `Damaged` and `Exposed` for a file that is there but must not be used; `Io`.
    pub fn open_or_create(path: &Path) -> Result<Self, MasterKeyError> {
        let failed = |source| MasterKeyError::Io { path: path.to_owned(), source };
        match File::open(path) {
            Ok(file) => Self::read(path, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path).map_err(failed)?;
                Self::read(path, File::open(path).map_err(failed)?)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn read(path: &Path, file: File) -> Result<Self, MasterKeyError> {
        let failed = |source| MasterKeyError::Io { path: path.to_owned(), source };
        let damaged = || MasterKeyError::Damaged { path: path.to_owned() };
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() || metadata.len() != LEN_BYTES as u64 {
            return Err(damaged());
        }
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Exposed { path: path.to_owned(), mode });
        }
        let mut key = Zeroizing::new([0; LEN_BYTES]);
        (&file).read_exact(key.as_mut()).map_err(failed)?;
        Ok(Self(key))
    }

    /// A key that is derived from this one for one use (HKDF, RFC 5869); uses do not learn of each other's.
    pub(crate) fn for_use(&self, name: &str) -> Cipher {
        let mut key = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, b"valkeep master key v1")
            .extract(self.0.as_ref())
            .expand(&[name.as_bytes()], HKDF_SHA256)
            .and_then(|derived| derived.fill(key.as_mut()))
            .expect("32 bytes are one block of the derivation");
        Cipher::new(&key)
    }
}

/// Makes the file appear whole and synced, and only where none is: a key in use is never replaced.
fn create(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(random::<LEN_BYTES>().as_ref())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        // Another process was faster; its key counts.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_for_this_user() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let made = MasterKey::open_or_create(&path).unwrap();
        let again = MasterKey::open_or_create(&path).unwrap();
        assert_eq!(made.0.as_ref(), again.0.as_ref());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(directory.path().read_dir().unwrap().count(), 1);
        let other = MasterKey::open_or_create(&directory.path().join("other.key")).unwrap();
        assert_ne!(made.0.as_ref(), other.0.as_ref());
    }

    #[test]
    fn a_damaged_or_exposed_key_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        for len in [0, 31, 33] {
            fs::write(&path, vec![1; len]).unwrap();
            assert!(matches!(MasterKey::open_or_create(&path), Err(MasterKeyError::Damaged { .. })));
            assert_eq!(fs::read(&path).unwrap().len(), len);
        }
        assert!(matches!(MasterKey::open_or_create(directory.path()), Err(MasterKeyError::Damaged { .. })));
        fs::write(&path, [1; 32]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refusal = MasterKey::open_or_create(&path).unwrap_err().to_string();
        assert!(refusal.ends_with("can be read by others (mode 640): make it 600"), "{refusal}");
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing/master.key");
        assert!(matches!(MasterKey::open_or_create(&path), Err(MasterKeyError::Io { .. })));
    }

    #[test]
    fn uses_have_keys_of_their_own() {
        let master = MasterKey(Zeroizing::new([1; 32]));
        let sealed = master.for_use("one").seal(b"", b"secret");
        assert!(master.for_use("one").open(b"", &sealed).is_some());
        assert!(master.for_use("other").open(b"", &sealed).is_none());
        assert_eq!(format!("{master:?} {:?}", master.for_use("one")), "MasterKey Cipher");
    }
}
