//! The one writer: a thread that owns the writing connection and commits waiting units together.
//!
//! A commit costs a sync of the disk whatever is in it. While one is under way new units queue up; the next commit takes
//! them all. Each unit runs in its own savepoint, so that its error undoes it alone; all are answered after the commit.

use crate::rows::SqliteRows;
use crate::unavailable;
use rusqlite::Connection;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use tokio::sync::{mpsc, oneshot};
use valkeep_ports::catalog::{CatalogError, Outcome, Tx, Unit};

/// Units that may wait; further callers wait for room.
const QUEUE: usize = 1024;

/// Most units in one commit: bounds how long the first one waits for the last.
const BATCH: usize = 128;

/// From this size on the log is folded into the file whole, waiting for readers if need be, in bytes. Readers that
/// always overlap would let it grow without end otherwise.
const LOG_LIMIT_BYTES: u64 = 64 << 20;

type Answer = Result<Outcome, CatalogError>;

struct Job {
    unit: Unit,
    answer: oneshot::Sender<Answer>,
}

enum Message {
    Job(Job),
    /// Take no more; the sender is dropped when the file is closed.
    Close(oneshot::Sender<()>),
}

/// The way to the writer thread.
#[derive(Debug)]
pub(crate) struct Writer(mpsc::Sender<Message>);

impl Writer {
    /// Starts the thread. It ends when `close` was called or the writer is dropped.
    pub(crate) fn start(connection: Connection, log: PathBuf) -> io::Result<Self> {
        let (sender, queue) = mpsc::channel(QUEUE);
        thread::Builder::new().name("catalog-writer".to_owned()).spawn(move || serve(connection, &log, queue))?;
        Ok(Self(sender))
    }

    pub(crate) async fn write(&self, unit: Unit) -> Answer {
        let (answer, answered) = oneshot::channel();
        let closed = || unavailable("the catalog is closed");
        self.0.send(Message::Job(Job { unit, answer })).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Lets the waiting units end, then closes the file. Only the first call waits for that.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.0.send(Message::Close(done)).await.is_ok() {
            closed.await.unwrap_or_default();
        }
    }
}

fn serve(connection: Connection, log: &Path, mut queue: mpsc::Receiver<Message>) {
    let mut closers = Vec::new();
    while let Some(first) = queue.blocking_recv() {
        let mut jobs = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Job(job) => jobs.push(job),
                Message::Close(done) => {
                    queue.close();
                    closers.push(done);
                }
            }
            next = if jobs.len() < BATCH { queue.try_recv().ok() } else { None };
        }
        if !jobs.is_empty() {
            commit_together(&connection, jobs);
        }
        fold_long_log(&connection, log);
    }
    // The last connection to close folds the log into the file and removes it; then those who wait may know.
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the catalog was not closed cleanly");
    }
    drop(closers);
}

fn commit_together(connection: &Connection, jobs: Vec<Job>) {
    let (units, callers): (Vec<Unit>, Vec<_>) = jobs.into_iter().map(|job| (job.unit, job.answer)).unzip();
    let answers: Vec<Answer> = run_together(connection, &units).unwrap_or_else(|error| {
        tracing::error!(%error, units = units.len(), "a commit of the catalog failed");
        units.iter().map(|_| Err(unavailable(error.to_string()))).collect()
    });
    for (caller, answer) in callers.into_iter().zip(answers) {
        // A caller that went away does not want its answer any more.
        drop(caller.send(answer));
    }
}

/// Runs the units in one transaction. On an error nothing of any of them is kept.
fn run_together(connection: &Connection, units: &[Unit]) -> rusqlite::Result<Vec<Answer>> {
    execute(connection, "BEGIN IMMEDIATE")?;
    let ended = units.iter().map(|unit| run_alone(connection, unit)).collect::<rusqlite::Result<Vec<_>>>();
    let committed = ended.and_then(|answers| execute(connection, "COMMIT").map(|()| answers));
    // Some failures have rolled the transaction back already.
    if committed.is_err() && !connection.is_autocommit() {
        execute(connection, "ROLLBACK")?;
    }
    committed
}

/// Runs the unit and undoes what it wrote unless it ended well.
fn run_alone(connection: &Connection, unit: &Unit) -> rusqlite::Result<Answer> {
    execute(connection, "SAVEPOINT unit")?;
    let answer = attempt(connection, unit);
    if !matches!(answer, Ok(Ok(_))) {
        execute(connection, "ROLLBACK TO unit")?;
    }
    execute(connection, "RELEASE unit")?;
    Ok(answer)
}

/// The outcome of the unit; an error when it panicked, or held a failure of the store for success.
pub(crate) fn attempt(connection: &Connection, unit: &Unit) -> Answer {
    let mut rows = SqliteRows::new(connection);
    // A unit changes nothing but rows, and those are undone.
    let outcome = catch_unwind(AssertUnwindSafe(|| unit(&mut Tx::new(&mut rows))))
        .map_err(|_| unavailable("a unit of work panicked"))?;
    match rows.into_failure() {
        Some(failure) if outcome.is_ok() => Err(unavailable(failure)),
        _ => Ok(outcome),
    }
}

fn fold_long_log(connection: &Connection, log: &Path) {
    if fs::metadata(log).is_ok_and(|log| log.len() > LOG_LIMIT_BYTES) {
        let folded = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = folded {
            tracing::warn!(%error, "the log of the catalog could not be folded into it");
        }
    }
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use std::any::Any;
    use valkeep_ports::catalog::{IndexEntry, Rows, Table};

    fn insert(key: &'static str) -> Unit {
        Box::new(move |tx| match tx.insert(&Text(key.to_owned())) {
            Ok(()) => Ok(Box::new(()) as Box<dyn Any + Send>),
            Err(error) => Err(Box::new(error)),
        })
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Text(String);

    impl valkeep_ports::catalog::Record for Text {
        const TABLE: Table = Table::Setting;
        fn key(&self) -> String {
            self.0.chars().take(20).collect()
        }
        fn index(&self) -> Vec<IndexEntry> {
            vec![IndexEntry { index: "text", value: self.key() }]
        }
    }

    fn stored(connection: &Connection) -> u32 {
        connection.query_row("SELECT count(*) FROM setting", [], |row| row.get(0)).unwrap()
    }

    fn opened() -> (tempfile::TempDir, Connection) {
        let directory = tempfile::tempdir().unwrap();
        let connection = schema::open(directory.path()).unwrap().connection;
        (directory, connection)
    }

    #[test]
    fn a_failed_commit_keeps_nothing_of_any_unit_and_the_next_one_works() {
        let (_directory, connection) = opened();
        // A reference that is checked by the commit only.
        connection
            .execute_batch(
                "CREATE TABLE other (id INTEGER PRIMARY KEY);
                 CREATE TABLE loose (id INTEGER REFERENCES other DEFERRABLE INITIALLY DEFERRED);
                 CREATE TRIGGER t AFTER INSERT ON setting WHEN new.key = 'poison' BEGIN INSERT INTO loose VALUES (1); END;",
            )
            .unwrap();
        assert!(run_together(&connection, &[insert("a"), insert("poison"), insert("b")]).is_err());
        assert_eq!(stored(&connection), 0);
        let answers = run_together(&connection, &[insert("a"), insert("b")]).unwrap();
        assert!(answers.iter().all(|answer| matches!(answer, Ok(Ok(_)))));
        assert_eq!(stored(&connection), 2);
    }

    #[test]
    fn a_full_disk_fails_the_unit_and_passes_when_there_is_room() {
        let (_directory, connection) = opened();
        let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let limit = |pages: u32| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        };
        let large: &'static str = "x".repeat(100_000).leak();
        limit(pages);
        let full = run_together(&connection, &[insert(large)]);
        assert!(full.map_or(true, |answers| !matches!(answers[..], [Ok(Ok(_))])));
        assert_eq!(stored(&connection), 0);
        assert!(connection.is_autocommit());
        limit(pages + 1000);
        assert!(matches!(run_together(&connection, &[insert(large)]).unwrap()[..], [Ok(Ok(_))]));
        assert_eq!(stored(&connection), 1);
    }

    #[test]
    fn a_unit_that_overlooks_a_failure_of_the_store_is_undone() {
        let (_directory, connection) = opened();
        connection
            .execute_batch(
                "CREATE TRIGGER t BEFORE INSERT ON setting WHEN new.key = 'b' BEGIN SELECT raise(ABORT, 'no'); END",
            )
            .unwrap();
        let overlooking: Unit = Box::new(|tx| {
            drop(tx.insert(&Text("a".to_owned())));
            drop(tx.insert(&Text("b".to_owned())));
            Ok(Box::new(()))
        });
        let answers = run_together(&connection, &[overlooking, insert("c")]).unwrap();
        assert!(matches!(answers[..], [Err(CatalogError::Unavailable(_)), Ok(Ok(_))]));
        assert_eq!(stored(&connection), 1);
    }

    #[test]
    fn a_panic_undoes_its_own_unit_only() {
        let (_directory, connection) = opened();
        let panicking: Unit = Box::new(|tx| {
            drop(tx.insert(&Text("a".to_owned())));
            panic!("on purpose")
        });
        let answers = run_together(&connection, &[insert("b"), panicking, insert("c")]).unwrap();
        assert!(matches!(answers[..], [Ok(Ok(_)), Err(CatalogError::Unavailable(_)), Ok(Ok(_))]));
        assert_eq!(stored(&connection), 2);
    }

    #[test]
    fn an_unchanged_index_is_not_written() {
        let (_directory, connection) = opened();
        let entry = |value: &str| [IndexEntry { index: "text", value: value.to_owned() }];
        let mut rows = SqliteRows::new(&connection);
        rows.insert(Table::Setting, "k", "1", &entry("a")).unwrap();
        let writes_of = |rows: &mut SqliteRows<'_>, value| {
            let before = connection.total_changes();
            rows.replace(Table::Setting, "k", "2", &entry(value)).unwrap();
            connection.total_changes() - before
        };
        assert_eq!(writes_of(&mut rows, "a"), 1);
        assert_eq!(writes_of(&mut rows, "b"), 3);
    }
}
