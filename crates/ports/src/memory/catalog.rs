//! The catalog as ordered maps.

use super::lock;
use crate::catalog::{Catalog, CatalogError, IndexEntry, Outcome, Row, Rows, Scan, Table, Tx, Unit};
use async_trait::async_trait;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeBounds;
use std::sync::Mutex;

/// A catalog without durability.
#[derive(Debug, Default)]
pub struct MemoryCatalog(Mutex<State>);

type State = HashMap<Table, BTreeMap<String, Stored>>;

#[derive(Clone, Debug)]
struct Stored {
    body: String,
    index: Vec<IndexEntry>,
}

#[async_trait]
impl Catalog for MemoryCatalog {
    async fn write(&self, unit: Unit) -> Result<Outcome, CatalogError> {
        let mut state = lock(&self.0);
        let mut next = state.clone();
        let outcome = unit(&mut Tx::new(&mut MemoryRows { state: &mut next, writable: true }));
        if outcome.is_ok() {
            *state = next;
        }
        Ok(outcome)
    }

    async fn read(&self, unit: Unit) -> Result<Outcome, CatalogError> {
        let mut state = lock(&self.0);
        Ok(unit(&mut Tx::new(&mut MemoryRows { state: &mut state, writable: false })))
    }
}

struct MemoryRows<'a> {
    state: &'a mut State,
    writable: bool,
}

impl MemoryRows<'_> {
    fn writable(&mut self, table: Table) -> Result<&mut BTreeMap<String, Stored>, CatalogError> {
        if !self.writable {
            return Err(CatalogError::Unavailable("a unit that only reads wanted to write".into()));
        }
        Ok(self.state.entry(table).or_default())
    }
}

impl Rows for MemoryRows<'_> {
    fn get(&mut self, table: Table, key: &str) -> Result<Option<String>, CatalogError> {
        Ok(self.state.get(&table).and_then(|records| records.get(key)).map(|stored| stored.body.clone()))
    }

    fn insert(&mut self, table: Table, key: &str, body: &str, index: &[IndexEntry]) -> Result<(), CatalogError> {
        let records = self.writable(table)?;
        if records.contains_key(key) {
            return Err(CatalogError::AlreadyExists { table, key: key.to_owned() });
        }
        records.insert(key.to_owned(), Stored { body: body.to_owned(), index: index.to_vec() });
        Ok(())
    }

    fn replace(&mut self, table: Table, key: &str, body: &str, index: &[IndexEntry]) -> Result<(), CatalogError> {
        match self.writable(table)?.get_mut(key) {
            Some(stored) => {
                *stored = Stored { body: body.to_owned(), index: index.to_vec() };
                Ok(())
            }
            None => Err(CatalogError::NotFound { table, key: key.to_owned() }),
        }
    }

    fn remove(&mut self, table: Table, key: &str) -> Result<bool, CatalogError> {
        Ok(self.writable(table)?.remove(key).is_some())
    }

    fn scan(&mut self, table: Table, scan: &Scan) -> Result<Vec<Row>, CatalogError> {
        let Some(records) = self.state.get(&table) else { return Ok(Vec::new()) };
        let mut found: Vec<(&str, &str, &Stored)> = match scan.index {
            None => records.iter().map(|(key, stored)| (key.as_str(), key.as_str(), stored)).collect(),
            Some(name) => records
                .iter()
                .flat_map(|(key, stored)| stored.index.iter().map(move |entry| (entry, key.as_str(), stored)))
                .filter(|(entry, ..)| entry.index == name)
                .map(|(entry, key, stored)| (entry.value.as_str(), key, stored))
                .collect(),
        };
        let range = (scan.from.as_ref().map(String::as_str), scan.to.as_ref().map(String::as_str));
        found.retain(|(at, ..)| RangeBounds::<str>::contains(&range, *at));
        found.sort_unstable_by_key(|&(at, key, _)| (at, key));
        found.dedup_by_key(|&mut (at, key, _)| (at, key));
        found.truncate(scan.limit);
        Ok(found.into_iter().map(|(at, _, stored)| Row { at: at.to_owned(), body: stored.body.clone() }).collect())
    }
}
