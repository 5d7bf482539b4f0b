//! The catalog on SQLite keeps the contract of its port, and ends as it should.

use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;
use valkeep_catalog::SqliteCatalog;
use valkeep_ports::catalog::{CatalogError, Record, Store, Table};
use valkeep_ports::conformance;

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Note(String);

impl Record for Note {
    const TABLE: Table = Table::Setting;

    fn key(&self) -> String {
        self.0.clone()
    }
}

fn note() -> Note {
    Note("n".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalog_on_sqlite_keeps_the_contract() {
    let directories = Mutex::new(Vec::new());
    conformance::catalog(|| {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::new(SqliteCatalog::open(directory.path()).unwrap());
        directories.lock().unwrap().push(directory);
        store
    })
    .await;
}

#[tokio::test]
async fn a_closed_catalog_answers_unavailable_and_left_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(directory.path()).unwrap();
    let store = Store::new(catalog.clone());
    store.write(|tx| tx.insert(&note())).await.unwrap();
    store.read(|tx| tx.get::<Note>("n")).await.unwrap();
    catalog.close().await;
    catalog.close().await;
    assert!(matches!(store.write(|tx| tx.put(&note())).await, Err(CatalogError::Unavailable(_))));
    assert!(matches!(store.read(|tx| tx.get::<Note>("n")).await, Err(CatalogError::Unavailable(_))));
    let names: Vec<_> = directory.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["catalog.sqlite3"]);
    let catalog = SqliteCatalog::open(directory.path()).unwrap();
    assert!(catalog.stopped_cleanly());
    catalog.integrity().await.unwrap();
    assert_eq!(Store::new(catalog).read(|tx| tx.get::<Note>("n")).await.unwrap(), Some(note()));
}

#[tokio::test]
async fn only_this_user_can_read_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("new/directory");
    let store = Store::new(SqliteCatalog::open(&inner).unwrap());
    store.write(|tx| tx.insert(&note())).await.unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);
    let files: Vec<_> = inner.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    files.iter().for_each(|file| assert_eq!(mode(file), 0o600, "{file:?}"));
}

#[tokio::test]
async fn a_panicking_unit_leaves_the_catalog_working() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::new(SqliteCatalog::open(directory.path()).unwrap());
    let outcome: Result<(), CatalogError> = store.write(|_| panic!("on purpose")).await;
    assert!(matches!(outcome, Err(CatalogError::Unavailable(_))));
    let outcome: Result<(), CatalogError> = store.read(|_| panic!("on purpose")).await;
    assert!(matches!(outcome, Err(CatalogError::Unavailable(_))));
    store.write(|tx| tx.insert(&note())).await.unwrap();
    assert_eq!(store.read(|tx| tx.get::<Note>("n")).await.unwrap(), Some(note()));
}
