//! The store: begin, open, delete, list.

use crate::direct;
use crate::erase::erase_head;
use crate::layout::{Layout, blocking, failed, open_blob, sync_directory};
use crate::reader::LocalReader;
use crate::writer::LocalWriter;
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobReader, BlobWriter, Blobs};

/// Blobs below one directory, readable by this user only.
#[derive(Debug)]
pub struct LocalBlobs {
    layout: Layout,
}

impl LocalBlobs {
    /// Opens the store, or makes a new one. Blocks for some milliseconds. Begun blobs of an earlier run stay until
    /// [`Blobs::delete`] takes them.
    ///
    /// # Errors
    /// `Full`, `Failed`: a directory cannot be made or synced.
    pub fn open(directory: &Path) -> Result<Self, BlobError> {
        Ok(Self { layout: Layout::prepare(directory).map_err(failed)? })
    }

    async fn on_layout<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Layout) -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let layout = self.layout.clone();
        blocking(move || work(&layout)).await
    }
}

#[async_trait]
impl Blobs for LocalBlobs {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError> {
        let file = self.on_layout(move |layout| begin(layout, id)).await?;
        Ok(Box::new(LocalWriter::new(id, file, self.layout.clone())))
    }

    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError> {
        let reader = self.on_layout(move |layout| {
            let file = open_blob(&layout.committed(id), File::options().read(true)).map_err(failed)?;
            LocalReader::whole(file.ok_or(BlobError::NotFound(id))?).map_err(failed)
        });
        Ok(Box::new(reader.await?))
    }

    async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        self.on_layout(move |layout| {
            for path in [layout.begun(id), layout.committed(id)] {
                // A bad sector must not keep the blob for ever.
                if let Err(error) = erase_head(&path) {
                    tracing::warn!(blob = %id, %error, "the data key of a deleted blob could not be overwritten");
                }
            }
            // The caller forgets the blob next, so its name must not come back with a power loss.
            if remove(&layout.begun(id)).map_err(failed)? {
                sync_directory(&layout.begun_directory()).map_err(failed)?;
            }
            if remove(&layout.committed(id)).map_err(failed)? {
                sync_directory(&layout.shelf_of(id)).map_err(failed)?;
            }
            Ok(())
        })
        .await
    }

    async fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        self.on_layout(|layout| {
            let mut ids = BTreeSet::new();
            for directory in layout.directories() {
                list_into(&mut ids, &directory).map_err(failed)?;
            }
            Ok(ids.into_iter().collect())
        })
        .await
    }
}

/// A new, empty file for the blob; what an earlier attempt left of it goes.
fn begin(layout: &Layout, id: BlobId) -> Result<File, BlobError> {
    if layout.committed(id).try_exists().map_err(failed)? {
        return Err(BlobError::AlreadyExists(id));
    }
    let path = layout.begun(id);
    // A writer that is still on the old file must not reach the new one.
    remove(&path).map_err(failed)?;
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    direct::enable(&file).map_err(failed)?;
    Ok(file)
}

/// Removes a file; says whether it was there.
fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Adds the blobs of a directory; what has another name is not ours.
fn list_into(ids: &mut BTreeSet<BlobId>, directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| name.parse::<BlobId>().ok().filter(|id| id.to_string() == name));
        ids.extend(id);
    }
    Ok(())
}
