//! What was written and is not yet at the store: one file for each writer, on the disk of this machine.
//!
//! The file needs no sync: after a power loss nothing of it is used. Its room is given back part by part.

use super::part::{Cutter, Part};
use crate::layout::{failed, make_directory};
use crate::writer::check_room;
use rustix::fs::FallocateFlags;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::BlobError;

/// The directory of the spool files. Each is named by its blob and a number, so that of two writers of one blob neither
/// reads what the other wrote.
#[derive(Debug)]
pub(super) struct SpoolDirectory {
    path: PathBuf,
    next: AtomicU64,
}

impl SpoolDirectory {
    /// The directory, made if there is none. What a killed process left in it goes.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        make_directory(&path)?;
        let directory = Self { path, next: AtomicU64::new(0) };
        for (_, left) in directory.files()? {
            fs::remove_file(left)?;
        }
        Ok(directory)
    }

    pub(super) fn begin(&self, id: BlobId, first_part_bytes: u64) -> io::Result<Spool> {
        let path = self.path.join(format!("{id}.{}", self.next.fetch_add(1, Ordering::Relaxed)));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Spool { file: Arc::new(SpoolFile { file, path }), cutter: Cutter::new(first_part_bytes), mark: None })
    }

    /// The blobs that are being written.
    pub(super) fn blobs(&self) -> io::Result<BTreeSet<BlobId>> {
        Ok(self.files()?.into_iter().map(|(id, _)| id).collect())
    }

    /// Takes the bytes from the writers of a blob, which fail then.
    pub(super) fn remove(&self, id: BlobId) -> io::Result<()> {
        for (_, path) in self.files()?.into_iter().filter(|(of, _)| *of == id) {
            remove_file(&path)?;
        }
        Ok(())
    }

    /// The files of this store; what has another name is not ours.
    fn files(&self) -> io::Result<Vec<(BlobId, PathBuf)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let id = name.to_str().and_then(|name| name.split_once('.')?.0.parse::<BlobId>().ok());
            files.extend(id.map(|id| (id, entry.path())));
        }
        Ok(files)
    }
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A file of the spool. It goes when nobody needs it any more.
#[derive(Debug)]
pub(super) struct SpoolFile {
    file: File,
    path: PathBuf,
}

impl SpoolFile {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the room of a part back that is at the store. A file system that cannot do so keeps it until the end.
    pub(super) fn release(&self, part: &Part) {
        let holes = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        if let Err(error) = rustix::fs::fallocate(&self.file, holes, part.offset_bytes, part.len_bytes) {
            tracing::debug!(%error, "the spool keeps its room");
        }
    }
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        if let Err(error) = remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "a spool file waits for the next start");
        }
    }
}

/// A blob on its way through the spool.
#[derive(Debug)]
pub(super) struct Spool {
    pub(super) file: Arc<SpoolFile>,
    cutter: Cutter,
    /// SHA-256 of the first part.
    mark: Option<String>,
}

/// What the object of a whole blob must be.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub(super) len_bytes: u64,
    /// SHA-256 of the first part. The head of a blob holds a fresh data key, so this tells one attempt from another.
    pub(super) mark: String,
    /// What follows the full parts; it may be empty.
    pub(super) rest: Part,
}

impl Spool {
    /// Appends; gives the parts that are full now.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<Vec<Part>, BlobError> {
        check_room(&self.file.file).map_err(failed)?;
        (&self.file.file).write_all(bytes).map_err(failed)?;
        let parts = self.cutter.take(bytes).map_err(too_long)?;
        if let (None, Some(first)) = (&self.mark, parts.first()) {
            self.mark = Some(first.sha256.clone());
        }
        Ok(parts)
    }

    /// Ends the blob.
    pub(super) fn end(mut self) -> Result<Whole, BlobError> {
        let len_bytes = self.cutter.total_bytes();
        let rest = self.cutter.cut().map_err(too_long)?;
        let mark = self.mark.unwrap_or_else(|| rest.sha256.clone());
        Ok(Whole { len_bytes, mark, rest })
    }
}

fn too_long(error: super::part::TooLong) -> BlobError {
    BlobError::Failed(io::Error::new(io::ErrorKind::FileTooLarge, error))
}
