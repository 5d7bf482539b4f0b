//! The file: how it is opened, which tables it has, and how an older one becomes a newer one.
//!
//! Every kind of record has two tables of one shape. `{name}` holds the records in the order of their making: key, body
//! (JSON) and `entries`, the index entries of the record as JSON, so that a change knows the old ones without a search.
//! `{name}_entry` holds the same entries in the order in which they are scanned. New records lie side by side, so that a
//! commit of many touches few pages; a table in the order of its keys took twice the time (measured: 700-byte bodies,
//! random keys).

use crate::unavailable;
use rusqlite::{Connection, OpenFlags};
use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use valkeep_ports::catalog::{CatalogError, Table};

pub const FILE: &str = "catalog.sqlite3";

/// Steps of the schema; the step with index n makes version n + 1 out of version n. A released step never changes.
const MIGRATIONS: &[fn(&Connection) -> rusqlite::Result<()>] = &[make_tables];

/// The version of the schema after all steps.
const KNOWN: u32 = MIGRATIONS.len() as u32;

/// The log goes into the file from this many pages of 4 KiB on: 4 MiB. Our choice (SQLite's default).
const CHECKPOINT_PAGES: u32 = 1000;

/// What the log file may keep of its size once its content is in the file, in bytes.
const LOG_KEPT_BYTES: u32 = 16 << 20;

/// How long one connection waits for another (recovery after a crash, folding of the log).
const BUSY: Duration = Duration::from_secs(5);

/// Statements that a connection keeps ready: every table has four for its records and up to eighteen kinds of scan, of which
/// a program uses two or three.
const STATEMENTS: usize = 128;

/// Memory for pages, in KiB: the writer's, and one reader's.
const WRITER_CACHE_KIB: u32 = 4096;
const READER_CACHE_KIB: u32 = 1024;

/// Why a catalog was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{path} cannot be made")]
    Make { path: PathBuf, source: io::Error },
    #[error("{path} cannot be opened as a catalog")]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error(
        "{path} has schema version {found}, but this program knows versions up to {known} only: use a newer program"
    )]
    Newer { path: PathBuf, found: u32, known: u32 },
}

/// A catalog file with its writing connection.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) file: PathBuf,
    /// The write-ahead log beside the file.
    pub(crate) log: PathBuf,
    pub(crate) stopped_cleanly: bool,
}

/// Opens or makes the catalog of that directory and brings it to the newest version.
pub(crate) fn open(directory: &Path) -> Result<Opened, OpenError> {
    let file = directory.join(FILE);
    let log = directory.join(format!("{FILE}-wal"));
    make(directory, &file).map_err(|source| OpenError::Make { path: file.clone(), source })?;
    // The last connection to close removes the log.
    let stopped_cleanly = !log.exists();
    let refused = |source| OpenError::Open { path: file.clone(), source };
    let mut connection = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER_CACHE_KIB).map_err(refused)?;
    let found = migrate(&mut connection).map_err(refused)?;
    if found > KNOWN {
        return Err(OpenError::Newer { path: file, found, known: KNOWN });
    }
    Ok(Opened { connection, file, log, stopped_cleanly })
}

/// A connection that can only read.
pub(crate) fn open_reader(file: &Path) -> rusqlite::Result<Connection> {
    connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY, READER_CACHE_KIB)
}

/// Makes directory and file, for this user only; SQLite gives its other files the mode of this one.
fn make(directory: &Path, file: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(file)?;
    Ok(())
}

fn connect(file: &Path, access: OpenFlags, cache_kib: u32) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(&format!("PRAGMA cache_size = -{cache_kib}; PRAGMA foreign_keys = ON;"))?;
    if access.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; PRAGMA journal_size_limit = {LOG_KEPT_BYTES};"
        ))?;
    }
    Ok(connection)
}

/// Runs the missing steps in one transaction and answers the version that was found. Leaves a newer file alone.
fn migrate(connection: &mut Connection) -> rusqlite::Result<u32> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > KNOWN {
        return Ok(found);
    }
    for step in MIGRATIONS.iter().skip(found as usize) {
        step(&transaction)?;
    }
    // A kind of record that this program is the first to know has the shape of all others: no new version.
    make_tables(&transaction)?;
    transaction.pragma_update(None, "user_version", KNOWN)?;
    transaction.commit()?;
    Ok(found)
}

fn make_tables(connection: &Connection) -> rusqlite::Result<()> {
    Table::ALL.iter().try_for_each(|table| {
        let name = table.name();
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {name} (
                 id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL, entries TEXT NOT NULL
             ) STRICT;
             CREATE TABLE IF NOT EXISTS {name}_entry (
                 name TEXT NOT NULL, value TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (name, value, id)
             ) STRICT, WITHOUT ROWID;"
        ))
    })
}

/// Checks the structure of the whole file.
pub(crate) fn check(connection: &Connection) -> Result<(), CatalogError> {
    let findings = |connection: &Connection| -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare("PRAGMA quick_check(10)")?;
        statement.query_map([], |row| row.get(0))?.collect()
    };
    match findings(connection).map_err(unavailable)? {
        fine if fine == ["ok"] => Ok(()),
        findings => Err(unavailable(format!("the catalog is damaged: {}", findings.join("; ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_newer_program_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let opened = open(directory.path()).unwrap();
        opened.connection.pragma_update(None, "user_version", 99).unwrap();
        drop(opened);
        let refusal = open(directory.path()).err().unwrap().to_string();
        assert!(
            refusal
                .ends_with("has schema version 99, but this program knows versions up to 1 only: use a newer program")
        );
        let version: u32 = Connection::open(directory.path().join(FILE))
            .and_then(|connection| connection.pragma_query_value(None, "user_version", |row| row.get(0)))
            .unwrap();
        assert_eq!(version, 99);
    }

    #[test]
    fn a_file_that_is_no_catalog_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(FILE), [7; 8192]).unwrap();
        assert!(matches!(open(directory.path()), Err(OpenError::Open { .. })));
    }

    #[test]
    fn the_writer_syncs_every_commit() {
        let directory = tempfile::tempdir().unwrap();
        let connection = open(directory.path()).unwrap().connection;
        let ask = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, rusqlite::types::Value>(0));
        assert_eq!(ask("synchronous").unwrap(), 2.into());
        assert_eq!(ask("journal_mode").unwrap(), "wal".to_owned().into());
    }

    #[test]
    fn damage_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let connection = open(directory.path()).unwrap().connection;
        check(&connection).unwrap();
        drop(connection);
        let file = directory.path().join(FILE);
        let mut bytes = std::fs::read(&file).unwrap();
        // The last page is no part of the schema.
        let last = bytes.len() - 4096;
        bytes[last..].fill(0xff);
        std::fs::write(&file, bytes).unwrap();
        let finding = check(&open_reader(&file).unwrap());
        assert!(matches!(finding, Err(CatalogError::Unavailable(_))), "{finding:?}");
    }
}
