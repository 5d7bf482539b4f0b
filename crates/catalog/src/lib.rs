//! The catalog on SQLite: one file, one writer that commits waiting units together, a few readers.
//!
//! Owns the file `catalog.sqlite3`, its schema and every line of SQL. Knows nothing of what the records mean.
//!
//! Invariants: a unit that was answered `Ok` is in the file and synced (WAL, `synchronous=FULL`); a unit that was
//! answered otherwise left nothing; a reading unit sees one committed state. One process per directory: the lock that
//! keeps a second one away belongs to the caller.

mod readers;
mod rows;
mod schema;
mod writer;

use crate::readers::Readers;
use crate::writer::Writer;
use async_trait::async_trait;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use valkeep_ports::catalog::{Catalog, CatalogError, Outcome, Unit};

pub use crate::schema::{FILE, OpenError};

/// The catalog of one directory.
#[derive(Debug)]
pub struct SqliteCatalog {
    writer: Writer,
    readers: Readers,
    file: PathBuf,
    stopped_cleanly: bool,
}

impl SqliteCatalog {
    /// Opens the catalog of that directory, or makes a new one, readable by this user only. Blocks for some
    /// milliseconds; after an unclean stop for the time it takes to read the log of at most some tens of MiB.
    ///
    /// # Errors
    /// `Unavailable` with an [`OpenError`] as its source: the file cannot be opened, is no catalog, or was written by a
    /// newer program.
    pub fn open(directory: &Path) -> Result<Arc<Self>, CatalogError> {
        let opened = schema::open(directory).map_err(|error| CatalogError::Unavailable(error.into()))?;
        let writer = Writer::start(opened.connection, opened.log).map_err(unavailable)?;
        let readers = Readers::new(opened.file.clone());
        Ok(Arc::new(Self { writer, readers, file: opened.file, stopped_cleanly: opened.stopped_cleanly }))
    }

    /// Whether the last program closed the catalog. If not, [`Self::integrity`] should have a look before the catalog is
    /// trusted; SQLite has already brought it back to its last commit.
    pub fn stopped_cleanly(&self) -> bool {
        self.stopped_cleanly
    }

    /// Reads the whole file and checks its structure (`PRAGMA quick_check`).
    ///
    /// # Errors
    /// `Unavailable`; its source lists the first findings.
    pub async fn integrity(&self) -> Result<(), CatalogError> {
        let file = self.file.clone();
        let check =
            move || schema::open_reader(&file).map_err(unavailable).and_then(|connection| schema::check(&connection));
        tokio::task::spawn_blocking(check).await.map_err(unavailable)?
    }

    /// Commits the units that wait, folds the log into the file and closes it. Afterwards every call answers
    /// `Unavailable`. Without it nothing is lost, but the next start has the log to read.
    pub async fn close(&self) {
        self.readers.close();
        self.writer.close().await;
    }
}

#[async_trait]
impl Catalog for SqliteCatalog {
    async fn write(&self, unit: Unit) -> Result<Outcome, CatalogError> {
        self.writer.write(unit).await
    }

    async fn read(&self, unit: Unit) -> Result<Outcome, CatalogError> {
        self.readers.read(&unit)
    }
}

/// Nothing of the unit was kept, for that reason.
fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CatalogError {
    CatalogError::Unavailable(cause.into())
}
