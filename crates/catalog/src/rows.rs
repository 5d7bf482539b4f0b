//! Records in SQL.

use crate::unavailable;
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params, params_from_iter};
use std::ops::Bound;
use valkeep_ports::catalog::{CatalogError, IndexEntry, Row, Rows, Scan, Table};

/// The rows of a connection inside a transaction.
pub(crate) struct SqliteRows<'a> {
    connection: &'a Connection,
    /// The store failed under this unit, so that it must not commit even if it goes on.
    failure: Option<String>,
}

impl<'a> SqliteRows<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection, failure: None }
    }

    /// The failure of the store that the unit met.
    pub(crate) fn into_failure(self) -> Option<String> {
        self.failure
    }

    fn run<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, CatalogError> {
        work(self.connection).map_err(|error| {
            self.failure.get_or_insert_with(|| error.to_string());
            unavailable(error)
        })
    }
}

impl Rows for SqliteRows<'_> {
    fn get(&mut self, table: Table, key: &str) -> Result<Option<String>, CatalogError> {
        self.run(|connection| {
            let mut select = prepared(connection, &format!("SELECT body FROM {} WHERE key = ?1", table.name()))?;
            select.query_row([key], |row| row.get(0)).optional()
        })
    }

    fn insert(&mut self, table: Table, key: &str, body: &str, index: &[IndexEntry]) -> Result<(), CatalogError> {
        let entries = Entries::of(index);
        let inserted = self.run(|connection| {
            let name = table.name();
            let sql = format!("INSERT INTO {name} (key, body, entries) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
            let inserted = prepared(connection, &sql)?.execute(params![key, body, entries.to_text()])? == 1;
            if inserted {
                entries.add(connection, table, connection.last_insert_rowid())?;
            }
            Ok(inserted)
        })?;
        if inserted { Ok(()) } else { Err(CatalogError::AlreadyExists { table, key: key.to_owned() }) }
    }

    fn replace(&mut self, table: Table, key: &str, body: &str, index: &[IndexEntry]) -> Result<(), CatalogError> {
        let entries = Entries::of(index);
        let replaced = self.run(|connection| {
            let Some((id, old)) = Entries::stored(connection, table, key)? else { return Ok(false) };
            let sql = format!("UPDATE {} SET body = ?2, entries = ?3 WHERE id = ?1", table.name());
            prepared(connection, &sql)?.execute(params![id, body, entries.to_text()])?;
            old.without(&entries).delete(connection, table, id)?;
            entries.without(&old).add(connection, table, id)?;
            Ok(true)
        })?;
        if replaced { Ok(()) } else { Err(CatalogError::NotFound { table, key: key.to_owned() }) }
    }

    fn remove(&mut self, table: Table, key: &str) -> Result<bool, CatalogError> {
        self.run(|connection| {
            let Some((id, old)) = Entries::stored(connection, table, key)? else { return Ok(false) };
            prepared(connection, &format!("DELETE FROM {} WHERE id = ?1", table.name()))?.execute([id])?;
            old.delete(connection, table, id)?;
            Ok(true)
        })
    }

    fn scan(&mut self, table: Table, scan: &Scan) -> Result<Vec<Row>, CatalogError> {
        let (sql, values) = scan_statement(table, scan);
        self.run(|connection| {
            let mut select = prepared(connection, &sql)?;
            let rows = select
                .query_map(params_from_iter(values), |row| Ok(Row { at: row.get("at")?, body: row.get("body")? }))?;
            rows.collect()
        })
    }
}

fn prepared<'a>(connection: &'a Connection, sql: &str) -> rusqlite::Result<CachedStatement<'a>> {
    connection.prepare_cached(sql)
}

/// The statement of a scan with its values in order. SQLite compares texts by their UTF-8 bytes.
fn scan_statement(table: Table, scan: &Scan) -> (String, Vec<Value>) {
    let name = table.name();
    let (select, at, order, mut values) = match scan.index {
        None => (format!("SELECT key AS at, body FROM {name} WHERE 1"), "key", "key", Vec::new()),
        Some(index) => (
            // The cross join fixes the order of the loops: along the entries.
            format!(
                "SELECT e.value AS at, r.body AS body FROM {name}_entry e CROSS JOIN {name} r ON r.id = e.id
                 WHERE e.name = ?"
            ),
            "e.value",
            "e.value, e.id",
            vec![Value::from(index.to_owned())],
        ),
    };
    let mut bound = |bound: &Bound<String>, included: &str, excluded: &str| {
        let (operator, text) = match bound {
            Bound::Included(text) => (included, text),
            Bound::Excluded(text) => (excluded, text),
            Bound::Unbounded => return String::new(),
        };
        values.push(Value::from(text.clone()));
        format!(" AND {at} {operator} ?")
    };
    let from = bound(&scan.from, ">=", ">");
    let to = bound(&scan.to, "<=", "<");
    values.push(Value::from(i64::try_from(scan.limit).unwrap_or(i64::MAX)));
    (format!("{select}{from}{to} ORDER BY {order} LIMIT ?"), values)
}

/// Index entries of one record: sorted pairs of index and value, each once.
struct Entries(Vec<(String, String)>);

impl Entries {
    fn of(index: &[IndexEntry]) -> Self {
        let mut pairs: Vec<_> = index.iter().map(|entry| (entry.index.to_owned(), entry.value.clone())).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self(pairs)
    }

    /// The id of the stored record with its entries; `None` when there is no such record.
    fn stored(connection: &Connection, table: Table, key: &str) -> rusqlite::Result<Option<(i64, Self)>> {
        let mut select = prepared(connection, &format!("SELECT id, entries FROM {} WHERE key = ?1", table.name()))?;
        let parts = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
        let Some((id, text)) = select.query_row([key], parts).optional()? else { return Ok(None) };
        Ok(Some((id, Self(serde_json::from_str(&text).map_err(unreadable)?))))
    }

    fn to_text(&self) -> String {
        serde_json::to_string(&self.0).expect("pairs of texts are always JSON")
    }

    fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|pair| !other.0.contains(pair)).cloned().collect())
    }

    fn add(&self, connection: &Connection, table: Table, id: i64) -> rusqlite::Result<()> {
        let sql = format!("INSERT INTO {}_entry (name, value, id) VALUES (?1, ?2, ?3)", table.name());
        self.for_each(connection, &sql, id)
    }

    fn delete(&self, connection: &Connection, table: Table, id: i64) -> rusqlite::Result<()> {
        let sql = format!("DELETE FROM {}_entry WHERE name = ?1 AND value = ?2 AND id = ?3", table.name());
        self.for_each(connection, &sql, id)
    }

    fn for_each(&self, connection: &Connection, sql: &str, id: i64) -> rusqlite::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut statement = prepared(connection, sql)?;
        self.0.iter().try_for_each(|(index, value)| statement.execute(params![index, value, id]).map(drop))
    }
}

fn unreadable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
}
