//! A small pool of reading connections, opened when they are needed.
//!
//! Readers never wait for the writer, nor it for them. They run on the runtime's threads for blocking work, because a scan
//! or a page that is not in memory takes longer than a task may hold its thread.

use crate::schema;
use crate::unavailable;
use crate::writer::attempt;
use rusqlite::{Connection, TransactionBehavior};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use valkeep_ports::catalog::{CatalogError, Outcome, Unit};

/// Most reading connections: bounds memory (each keeps up to 1 MiB of pages) and threads.
const READERS: u32 = 4;

#[derive(Debug)]
pub(crate) struct Readers {
    pool: Arc<Pool>,
    permits: Arc<Semaphore>,
}

#[derive(Debug)]
struct Pool {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(file: PathBuf) -> Self {
        let pool = Pool { file, idle: Mutex::default() };
        Self { pool: Arc::new(pool), permits: Arc::new(Semaphore::new(READERS as usize)) }
    }

    /// Runs `work` on one of the connections.
    ///
    /// # Errors
    /// `Unavailable`: the pool is closed, or the file cannot be opened.
    pub(crate) async fn use_one<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Result<T, CatalogError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| unavailable("the catalog is closed"))?;
        let pool = Arc::clone(&self.pool);
        let run = move || {
            let mut connection = pool.take()?;
            let value = work(&mut connection);
            pool.give(connection);
            // The connection is back before the next caller looks for one.
            drop(permit);
            Ok(value)
        };
        spawn_blocking(run).await.map_err(unavailable)?
    }

    /// Waits for the readers at work and closes all connections.
    pub(crate) async fn close(&self) {
        // It fails when the pool is closed already.
        if let Ok(all) = self.permits.acquire_many(READERS).await {
            self.permits.close();
            self.pool.idle().clear();
            drop(all);
        }
    }
}

impl Pool {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Connection, CatalogError> {
        let idle = self.idle().pop();
        idle.map_or_else(|| schema::open_reader(&self.file).map_err(unavailable), Ok)
    }

    fn give(&self, connection: Connection) {
        self.idle().push(connection);
    }
}

/// Runs the unit inside one reading transaction: all it sees is one committed state.
pub(crate) fn read(connection: &mut Connection, unit: &Unit) -> Result<Outcome, CatalogError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(unavailable)?;
    // Dropped, the transaction ends; there is nothing to commit.
    attempt(&transaction, unit)
}
