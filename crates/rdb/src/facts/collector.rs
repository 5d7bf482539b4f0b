//! Gathers facts from what a walk meets, at no pass of its own.

use std::collections::BTreeSet;

use super::biggest::{Biggest, Met};
use super::expiries::Expiries;
use super::hints::SlotCounts;
use super::names::Name;
use super::notes::{self, Notes};
use super::prefixes::Prefixes;
use super::{
    Announced, Counts, DATABASES_COUNTED_MAX, DATABASES_MAX, Database, Facts, MODULES_MAX, Module, Named, agreement,
};
use crate::event::{Checksum, Encoding, Event, Key, Type, Value};
use crate::format::Format;
use crate::slot_set::SlotSet;

/// The facts so far.
#[derive(Debug)]
pub(crate) struct Collector {
    format: Option<Format>,
    checksum: Checksum,
    notes: Notes,
    /// The key whose value is being read.
    key: Option<UnderWay>,
    encodings: [Counts; Encoding::ALL.len()],
    databases: Vec<Database>,
    /// Place of the database at hand in `databases`; `None` when it is not listed.
    place: Option<usize>,
    /// Number of the database at hand.
    database: u32,
    /// Distinct numbers, at most `DATABASES_COUNTED_MAX`.
    numbers: BTreeSet<u32>,
    other_databases: Counts,
    functions: u64,
    function_bytes: u64,
    modules: Vec<u64>,
    has_more_modules: bool,
    by_bytes: Biggest,
    by_elements: Biggest,
    prefixes: Prefixes,
    expiries: Expiries,
    slots: SlotCounts,
}

/// What is kept of a key until its value ends.
#[derive(Debug)]
struct UnderWay {
    name: Name,
    encoding: Encoding,
    expires_at_ms: Option<i64>,
}

impl Collector {
    pub(crate) fn new() -> Self {
        Self {
            format: None,
            checksum: Checksum::Disabled,
            notes: Notes::default(),
            key: None,
            encodings: [Counts::default(); Encoding::ALL.len()],
            databases: Vec::new(),
            place: None,
            database: 0,
            numbers: BTreeSet::new(),
            other_databases: Counts::default(),
            functions: 0,
            function_bytes: 0,
            modules: Vec::new(),
            has_more_modules: false,
            by_bytes: Biggest::by(|met| met.bytes),
            by_elements: Biggest::by(|met| met.elements),
            prefixes: Prefixes::default(),
            expiries: Expiries::default(),
            slots: SlotCounts::default(),
        }
    }

    #[inline]
    pub(crate) fn take(&mut self, event: &Event<'_>) {
        match *event {
            Event::Key(key) => self.begin(&key),
            Event::Value(value) => self.end(value),
            Event::Format(format) => self.format = Some(format),
            Event::Auxiliary { name: b"slot-info", text } => {
                if let Some((slot, announced)) = notes::slot_hint(text) {
                    self.slots.announce(slot, announced);
                }
            }
            Event::Auxiliary { name, text } => self.notes.take(name, text),
            Event::Database(number) => self.select(number),
            Event::SizeHint { keys, expires } => self.announce(Announced { keys, expires }),
            Event::SlotHint { slot, keys, expires } => self.slots.announce(slot, Announced { keys, expires }),
            Event::Function { bytes } => {
                self.functions += 1;
                self.function_bytes = self.function_bytes.saturating_add(bytes);
            }
            Event::ModuleAuxiliary { module } => self.module(module),
            Event::End(checksum) => {
                self.slots.compare();
                self.checksum = checksum;
            }
            Event::Other | Event::More => {}
        }
    }

    fn begin(&mut self, key: &Key<'_>) {
        self.slots.add(key.slot, key.expires_at_ms.is_some());
        let name = Name::new(key.name, key.name_bytes);
        self.key = Some(UnderWay { name, encoding: key.encoding, expires_at_ms: key.expires_at_ms });
    }

    fn end(&mut self, value: Value) {
        let Some(UnderWay { name, encoding, expires_at_ms }) = self.key.take() else { return };
        let Value { stored_bytes: bytes, elements, module } = value;
        let key = Counts { keys: 1, expires: u64::from(expires_at_ms.is_some()), bytes, elements };
        self.encodings[encoding as usize].add(key);
        match self.place.or_else(|| self.first_place()) {
            Some(place) => self.databases[place].counts.add(key),
            None => self.other_databases.add(key),
        }
        self.prefixes.add(name.kept(), key);
        if let Some(at_ms) = expires_at_ms {
            self.expiries.add(at_ms, self.notes.created_at_s);
        }
        if let Some(id) = module {
            self.module(id);
        }
        if self.by_bytes.takes(bytes) || self.by_elements.takes(elements) {
            let value_type = encoding.value_type();
            self.stand_out(Met { name, database: self.database, value_type, bytes, elements, expires_at_ms });
        }
    }

    fn stand_out(&mut self, met: Met) {
        if self.by_bytes.takes(met.bytes) {
            self.by_bytes.insert(met);
        }
        if self.by_elements.takes(met.elements) {
            self.by_elements.insert(met);
        }
    }

    /// Keys before any selection are of database 0.
    fn first_place(&mut self) -> Option<usize> {
        if self.databases.is_empty() {
            self.select(0);
        }
        self.place
    }

    fn select(&mut self, number: u32) {
        self.slots.compare();
        self.database = number;
        if self.numbers.len() < DATABASES_COUNTED_MAX {
            self.numbers.insert(number);
        }
        self.place = self.databases.iter().position(|database| database.number == number);
        if self.place.is_none() && self.databases.len() < DATABASES_MAX {
            self.place = Some(self.databases.len());
            self.databases.push(Database { number, ..Database::default() });
        }
    }

    fn announce(&mut self, announced: Announced) {
        if let Some(place) = self.place {
            self.databases[place].announced = Some(announced);
        }
    }

    fn module(&mut self, id: u64) {
        if self.modules.contains(&id) {
            return;
        }
        if self.modules.len() < MODULES_MAX { self.modules.push(id) } else { self.has_more_modules = true }
    }

    /// The slots of the keys so far.
    pub(crate) const fn slots(&self) -> &SlotSet {
        self.slots.used()
    }

    /// The facts, of a file of which `bytes` bytes were read.
    pub(crate) fn report(&self, bytes: u64) -> Facts {
        let mut sums = Counts::default();
        self.encodings.iter().for_each(|counts| sums.add(*counts));
        let mut facts = Facts {
            format: self.format.map(|format| format.to_string()).unwrap_or_default(),
            bytes,
            crc64: match self.checksum {
                Checksum::Matched(sum) => Some(format!("{sum:016x}")),
                Checksum::Disabled => None,
            },
            keys: sums.keys,
            expires: sums.expires,
            databases: u32::try_from(self.numbers.len()).expect("at most DATABASES_COUNTED_MAX"),
            highest_database: self.numbers.last().copied(),
            functions: self.functions,
            function_bytes: self.function_bytes,
            database_list: self.databases.clone(),
            other_databases: self.other_databases,
            types: self.types(),
            encodings: self.encodings().collect(),
            modules: self.modules.iter().map(|id| Module::from_id(*id)).collect(),
            has_more_modules: self.has_more_modules,
            biggest_by_bytes: self.by_bytes.report(),
            biggest_by_elements: self.by_elements.report(),
            prefixes: self.prefixes.report(),
            expiries: self.expiries.report(self.notes.created_at_s),
            slots: self.slots.report(),
            size_hints_agree: self.size_hints_agree(),
            ..Facts::default()
        };
        self.notes.report(&mut facts);
        facts
    }

    fn encodings(&self) -> impl Iterator<Item = Named> {
        let met = Encoding::ALL.iter().zip(&self.encodings).filter(|(_, counts)| counts.keys > 0);
        met.map(|(encoding, counts)| Named { name: encoding.name().to_owned(), counts: *counts })
    }

    fn types(&self) -> Vec<Named> {
        let sum = |value_type: Type| {
            let of_type = Encoding::ALL.iter().zip(&self.encodings).filter(|(one, _)| one.value_type() == value_type);
            let mut named = Named { name: value_type.name().to_owned(), counts: Counts::default() };
            of_type.for_each(|(_, counts)| named.counts.add(*counts));
            named
        };
        Type::ALL.into_iter().map(sum).filter(|named| named.counts.keys > 0).collect()
    }

    fn size_hints_agree(&self) -> Option<bool> {
        agreement(self.databases.iter().filter_map(|database| {
            let met = Announced { keys: database.counts.keys, expires: database.counts.expires };
            database.announced.map(|announced| announced == met)
        }))
    }
}
