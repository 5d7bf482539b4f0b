//! The reading connections, opened when they are needed and kept.
//!
//! Readers never wait for the writer, nor it for them. A read runs on the caller's own thread: it takes some microseconds,
//! and the way to another thread and back costs more than five times as much. So there are never more connections than the
//! runtime has threads. Callers keep it short by the limits of their scans.

use crate::schema;
use crate::unavailable;
use crate::writer::attempt;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock};
use valkeep_ports::catalog::{CatalogError, Outcome, Unit};

#[derive(Debug)]
pub(crate) struct Readers {
    file: PathBuf,
    /// Locked for reading while a reader is at work; `None` once closed.
    idle: RwLock<Option<Mutex<Vec<Connection>>>>,
}

impl Readers {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self { file, idle: RwLock::new(Some(Mutex::default())) }
    }

    /// Runs the unit inside one reading transaction: all it sees is one committed state.
    pub(crate) fn read(&self, unit: &Unit) -> Result<Outcome, CatalogError> {
        let open = self.idle.read().unwrap_or_else(PoisonError::into_inner);
        let Some(idle) = &*open else { return Err(unavailable("the catalog is closed")) };
        let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = kept.map_or_else(|| schema::open_reader(&self.file), Ok).map_err(unavailable)?;
        let answer = read_on(&connection, unit)?;
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }

    /// Waits for the readers at work and closes all connections.
    pub(crate) fn close(&self) {
        *self.idle.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The answer of the unit; an error when the connection is not fit for another one.
fn read_on(connection: &Connection, unit: &Unit) -> Result<Result<Outcome, CatalogError>, CatalogError> {
    let execute = |sql| connection.prepare_cached(sql)?.execute([]).map(drop);
    execute("BEGIN").map_err(unavailable)?;
    let answer = attempt(connection, unit);
    execute("COMMIT").map_err(unavailable)?;
    Ok(answer)
}
