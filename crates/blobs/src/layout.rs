//! Where things lie, and the errors of the file system in the words of the port.

use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::BlobError;

/// The directory of a blob store.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout below `root`. All directories are made and durable when this returns, so that no commit has to make one.
    pub(crate) fn prepare(root: &Path) -> io::Result<Self> {
        let layout = Self { root: root.to_owned() };
        make_directory(root)?;
        make_directory(&layout.begun_directory())?;
        make_directory(&layout.committed_directory())?;
        for first in 0..=u8::MAX {
            make_directory(&layout.shelf(first))?;
        }
        sync_directory(&layout.committed_directory())?;
        sync_directory(root)?;
        match root.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent)?,
            _ => sync_directory(Path::new("."))?,
        }
        Ok(layout)
    }

    pub(crate) fn begun_directory(&self) -> PathBuf {
        self.root.join("tmp")
    }

    pub(crate) fn begun(&self, id: BlobId) -> PathBuf {
        self.begun_directory().join(id.to_string())
    }

    fn committed_directory(&self) -> PathBuf {
        self.root.join("blobs")
    }

    fn shelf(&self, first: u8) -> PathBuf {
        self.committed_directory().join(format!("{first:02x}"))
    }

    /// The directory of that committed blob.
    pub(crate) fn shelf_of(&self, id: BlobId) -> PathBuf {
        self.shelf(id.0[0])
    }

    pub(crate) fn committed(&self, id: BlobId) -> PathBuf {
        self.shelf_of(id).join(id.to_string())
    }

    /// Every directory with blobs in it.
    pub(crate) fn directories(&self) -> impl Iterator<Item = PathBuf> {
        std::iter::once(self.begun_directory()).chain((0..=u8::MAX).map(|first| self.shelf(first)))
    }
}

pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// `Full` or `Failed`.
pub(crate) fn failed(error: io::Error) -> BlobError {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        BlobError::Full(error)
    } else {
        BlobError::Failed(error)
    }
}

/// Opens the file of a blob; `None` when there is none. A pipe, a link or a directory in its place is none: it would keep its
/// reader for ever, or lead out of the store.
pub(crate) fn open_blob(path: &Path, options: &mut OpenOptions) -> io::Result<Option<File>> {
    let never_waits = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let opened = options.custom_flags(never_waits.bits() as i32).open(path);
    match opened {
        Ok(file) => Ok(file.metadata()?.is_file().then_some(file)),
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::NOENT | Errno::LOOP | Errno::ISDIR | Errno::NXIO) => Ok(None),
            _ => Err(error),
        },
    }
}

/// Runs work that may wait for the disk on a thread for such work.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    spawn_blocking(work).await.map_err(|lost| BlobError::Failed(io::Error::other(lost)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_or_quota_is_told_from_other_failures() {
        for (number, full) in [(28, true), (122, true), (5, false), (13, false), (30, false)] {
            let error = failed(io::Error::from_raw_os_error(number));
            assert_eq!(matches!(error, BlobError::Full(_)), full, "{error:?}");
        }
    }
}
