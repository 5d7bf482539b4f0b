//! The catalog: every record the service keeps, changed in units of work.
//!
//! A unit of work is a closure over [`Tx`]. It reads, decides and writes; all of it becomes durable together before the
//! caller hears of it, or none of it happens. An adapter may run a unit more than once (after a conflict with another
//! node), so a unit has no effect but its writes, and it may run several units inside one commit.

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt::Debug;
use std::ops::Bound;
use std::sync::Arc;

/// What the catalog can answer instead of doing what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A record with that key is there already.
    #[error("{table:?} {key} is already in the catalog")]
    AlreadyExists { table: Table, key: String },
    /// The record to replace is not there.
    #[error("{table:?} {key} is not in the catalog")]
    NotFound { table: Table, key: String },
    /// A stored record cannot be read: the catalog is damaged or newer than this program.
    #[error("{table:?} {key} cannot be read")]
    Unreadable { table: Table, key: String, source: serde_json::Error },
    /// The store failed; nothing of the unit was kept.
    #[error("the catalog failed")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident => $text:literal),+ $(,)?) => {
        /// The kinds of record. Each has a key that is unique in its table, and named indexes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Table { $($(#[$doc])* $name),+ }

        impl Table {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name in the store. Never changes once released.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

tables! {
    Snapshot => "snapshot",
    ReplicationGroup => "replication_group",
    CacheCluster => "cache_cluster",
    /// Tags by the ARN of their resource.
    Tags => "tags",
    Job => "job",
    /// Stored parts of the exports under way, by `{job}/{number}`.
    ExportPart => "export_part",
    Blob => "blob",
    /// Named keys of the embedded key service.
    Key => "key",
    /// Aliases of named keys.
    KeyAlias => "key_alias",
    Identity => "identity",
    /// Buckets of the embedded S3 endpoint.
    Bucket => "bucket",
    /// Objects by `{bucket}/{object key}`.
    Object => "object",
    /// Multipart uploads that are not complete.
    Upload => "upload",
    /// Parts by `{upload}/{number}`.
    Part => "part",
    /// Single values of the whole service.
    Setting => "setting",
    /// One record for each manual snapshot of a node, for the daily quota (L63).
    SnapshotTaken => "snapshot_taken",
    /// What happened, for DescribeEvents (L66-L69).
    Event => "event",
}

/// One entry of an index: the record is found under `value` in the index `name`, in the order of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    pub index: &'static str,
    pub value: String,
}

/// Something the catalog keeps.
pub trait Record: Serialize + DeserializeOwned {
    const TABLE: Table;

    /// Unique in its table, never empty.
    fn key(&self) -> String;

    /// Where else it can be found.
    fn index(&self) -> Vec<IndexEntry> {
        Vec::new()
    }
}

/// Which records a scan passes, always in the order of the scanned text.
#[derive(Clone, Debug)]
pub struct Scan {
    /// `None` scans the keys of the table.
    pub index: Option<&'static str>,
    pub from: Bound<String>,
    pub to: Bound<String>,
    /// Most records to return.
    pub limit: usize,
}

impl Scan {
    /// All whose key begins with `prefix`.
    pub fn keys(prefix: &str, limit: usize) -> Self {
        Self { index: None, from: Bound::Included(prefix.to_owned()), to: after_prefix(prefix), limit }
    }

    /// All whose entry in `index` begins with `prefix`.
    pub fn index(index: &'static str, prefix: &str, limit: usize) -> Self {
        Self { index: Some(index), from: Bound::Included(prefix.to_owned()), to: after_prefix(prefix), limit }
    }

    /// The same scan, going on after `last`, the scanned text of the last record seen.
    #[must_use]
    pub fn after(self, last: &str) -> Self {
        Self { from: Bound::Excluded(last.to_owned()), ..self }
    }
}

/// The first text after all that begin with `prefix`.
fn after_prefix(prefix: &str) -> Bound<String> {
    let mut end: Vec<char> = prefix.chars().collect();
    while let Some(last) = end.pop() {
        // The order of chars is the order of their UTF-8 bytes; surrogates are not chars.
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            end.push(next);
            return Bound::Excluded(end.into_iter().collect());
        }
    }
    Bound::Unbounded
}

/// A scanned record: the text it was found under, and its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub at: String,
    pub body: String,
}

/// What an adapter offers inside a unit of work. Bodies are JSON that only [`Tx`] reads.
pub trait Rows {
    /// # Errors
    /// `Unavailable`.
    fn get(&mut self, table: Table, key: &str) -> Result<Option<String>, CatalogError>;

    /// # Errors
    /// `AlreadyExists`, and nothing is changed; `Unavailable`.
    fn insert(&mut self, table: Table, key: &str, body: &str, index: &[IndexEntry]) -> Result<(), CatalogError>;

    /// Replaces body and index entries.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable`.
    fn replace(&mut self, table: Table, key: &str, body: &str, index: &[IndexEntry]) -> Result<(), CatalogError>;

    /// Removes a record with its index entries; says whether it was there.
    ///
    /// # Errors
    /// `Unavailable`.
    fn remove(&mut self, table: Table, key: &str) -> Result<bool, CatalogError>;

    /// # Errors
    /// `Unavailable`.
    fn scan(&mut self, table: Table, scan: &Scan) -> Result<Vec<Row>, CatalogError>;
}

/// One unit of work on the catalog, in records.
pub struct Tx<'a>(&'a mut dyn Rows);

impl Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl<'a> Tx<'a> {
    pub fn new(rows: &'a mut dyn Rows) -> Self {
        Self(rows)
    }

    /// # Errors
    /// `Unreadable`, `Unavailable`.
    pub fn get<R: Record>(&mut self, key: &str) -> Result<Option<R>, CatalogError> {
        match self.0.get(R::TABLE, key)? {
            Some(body) => read(key, &body).map(Some),
            None => Ok(None),
        }
    }

    /// # Errors
    /// `AlreadyExists`, `Unavailable`.
    pub fn insert<R: Record>(&mut self, record: &R) -> Result<(), CatalogError> {
        let key = record.key();
        self.0.insert(R::TABLE, &key, &write(&key, record)?, &record.index())
    }

    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub fn replace<R: Record>(&mut self, record: &R) -> Result<(), CatalogError> {
        let key = record.key();
        self.0.replace(R::TABLE, &key, &write(&key, record)?, &record.index())
    }

    /// Inserts the record or replaces the one with its key.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn put<R: Record>(&mut self, record: &R) -> Result<(), CatalogError> {
        match self.0.get(R::TABLE, &record.key())? {
            Some(_) => self.replace(record),
            None => self.insert(record),
        }
    }

    /// Removes the record of that key; says whether it was there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn remove<R: Record>(&mut self, key: &str) -> Result<bool, CatalogError> {
        self.0.remove(R::TABLE, key)
    }

    /// # Errors
    /// `Unreadable`, `Unavailable`.
    pub fn scan<R: Record>(&mut self, scan: &Scan) -> Result<Vec<R>, CatalogError> {
        self.0.scan(R::TABLE, scan)?.iter().map(|row| read(&row.at, &row.body)).collect()
    }

    /// Like [`Tx::scan`], with the text each record was found under.
    ///
    /// # Errors
    /// `Unreadable`, `Unavailable`.
    pub fn scan_at<R: Record>(&mut self, scan: &Scan) -> Result<Vec<(String, R)>, CatalogError> {
        let rows = self.0.scan(R::TABLE, scan)?;
        rows.into_iter().map(|row| read(&row.at, &row.body).map(|record| (row.at, record))).collect()
    }
}

fn read<R: Record>(key: &str, body: &str) -> Result<R, CatalogError> {
    serde_json::from_str(body).map_err(|source| CatalogError::Unreadable {
        table: R::TABLE,
        key: key.to_owned(),
        source,
    })
}

fn write<R: Record>(key: &str, record: &R) -> Result<String, CatalogError> {
    serde_json::to_string(record).map_err(|source| CatalogError::Unreadable {
        table: R::TABLE,
        key: key.to_owned(),
        source,
    })
}

/// The value a unit returns, or its reason not to commit.
pub type Outcome = Result<Box<dyn Any + Send>, Box<dyn Any + Send>>;

/// A unit of work as an adapter runs it: `Ok` commits, `Err` undoes every write of the unit.
pub type Unit = Box<dyn Fn(&mut Tx<'_>) -> Outcome + Send + Sync>;

/// What an adapter implements.
#[async_trait]
pub trait Catalog: Send + Sync + Debug {
    /// Runs the unit alone; an `Ok` outcome is durable (survives power loss) before this returns it.
    ///
    /// # Errors
    /// `Unavailable`: whether the unit was committed is then unknown only if the store itself cannot say.
    async fn write(&self, unit: Unit) -> Result<Outcome, CatalogError>;

    /// Runs a unit that only reads, on one consistent state of the catalog.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn read(&self, unit: Unit) -> Result<Outcome, CatalogError>;
}

/// The catalog as the rest of the program uses it.
#[derive(Clone, Debug)]
pub struct Store(Arc<dyn Catalog>);

impl Store {
    pub fn new(catalog: Arc<dyn Catalog>) -> Self {
        Self(catalog)
    }

    /// Runs `work` as one unit. Its error undoes it; its value is returned once it is durable.
    ///
    /// # Errors
    /// The error of `work`, or the catalog's own.
    pub async fn write<T, E>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + Sync + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<CatalogError> + Send + 'static,
    {
        typed(self.0.write(untyped(work)).await)
    }

    /// Runs `work`, which only reads.
    ///
    /// # Errors
    /// The error of `work`, or the catalog's own.
    pub async fn read<T, E>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + Sync + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<CatalogError> + Send + 'static,
    {
        typed(self.0.read(untyped(work)).await)
    }
}

fn untyped<T, E>(work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + Sync + 'static) -> Unit
where
    T: Send + 'static,
    E: Send + 'static,
{
    Box::new(move |tx| match work(tx) {
        Ok(value) => Ok(Box::new(value)),
        Err(error) => Err(Box::new(error)),
    })
}

fn typed<T, E>(outcome: Result<Outcome, CatalogError>) -> Result<T, E>
where
    T: Send + 'static,
    E: From<CatalogError> + Send + 'static,
{
    match outcome? {
        Ok(value) => Ok(*value.downcast().expect("the unit returns what it was made to return")),
        Err(error) => Err(*error.downcast().expect("the unit fails as it was made to fail")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_its_successor() {
        assert_eq!(after_prefix("ab"), Bound::Excluded("ac".to_owned()));
        assert_eq!(after_prefix("a\u{10ffff}"), Bound::Excluded("b".to_owned()));
        assert_eq!(after_prefix("\u{d7ff}"), Bound::Excluded("\u{e000}".to_owned()));
        assert_eq!(after_prefix(""), Bound::Unbounded);
    }
}
