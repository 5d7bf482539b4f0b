//! A value as the reference program holds it: what JSON, YAML, shorthand and answers become.
//!
//! The texts that users see name Python's types and print Python's numbers, so the kinds here are
//! Python's: whole numbers have no bound, bytes and dates are kinds of their own, and a map keeps
//! the order in which its keys came. As in Python, too, a copy of a list or a map is the same list or map, not a
//! second one that looks alike; YAML shows the difference.

use indexmap::IndexMap;
use num_bigint::BigInt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// A value of any kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Document {
    Null,
    Boolean(bool),
    Integer(BigInt),
    Float(f64),
    String(String),
    Bytes(Vec<u8>),
    /// A calendar date of YAML, `2026-11-22`.
    Date(chrono::NaiveDate),
    /// A point in time of YAML; without an offset when it was written without.
    DateTime(chrono::NaiveDateTime, Option<chrono::FixedOffset>),
    List(List),
    Map(Map),
}

impl Document {
    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_list(&self) -> Option<&[Document]> {
        if let Self::List(elements) = self { Some(elements) } else { None }
    }

    pub(crate) fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// Which list or map this is; nothing else has an identity.
    pub(crate) fn identity(&self) -> Option<Identity> {
        let list = if let Self::List(list) = self { Some(Rc::as_ptr(&list.0).cast()) } else { None };
        list.or_else(|| self.as_map().map(|map| Rc::as_ptr(&map.pairs).cast())).map(Identity)
    }
}

/// Equal for copies of one list or map, for as long as one of them lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity(*const ());

/// Values in a row. A copy is the same list until one of the two is changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct List(Rc<Vec<Document>>);

impl List {
    /// The elements, copied only when another copy of the list needs them.
    pub(crate) fn into_vec(self) -> Vec<Document> {
        Rc::unwrap_or_clone(self.0)
    }
}

impl Deref for List {
    type Target = Vec<Document>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for List {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Rc::make_mut(&mut self.0)
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Document;
    type IntoIter = std::slice::Iter<'a, Document>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Document> for List {
    fn from_iter<I: IntoIterator<Item = Document>>(elements: I) -> Self {
        Self(Rc::new(elements.into_iter().collect()))
    }
}

/// Keys and values in the order of the keys' first arrival.
///
/// Setting a key again replaces its value and keeps its place. As in Python, the order is no part of the
/// value: maps with the same pairs are equal. A copy is the same map until one of the two is changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    pairs: Rc<IndexMap<String, Document>>,
    /// Whether the reference holds it as an `OrderedDict`, which its texts then name.
    ordered: bool,
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.pairs == other.pairs
    }
}

impl Map {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Document> {
        self.pairs.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Document> {
        self.changed().get_mut(key)
    }

    /// Sets `key`, and says what it was before.
    pub(crate) fn insert(&mut self, key: impl Into<String>, value: impl Into<Document>) -> Option<Document> {
        self.changed().insert(key.into(), value.into())
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Document> {
        self.changed().shift_remove(key)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Document)> + ExactSizeIterator {
        self.pairs.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        self.changed().values_mut()
    }

    fn changed(&mut self) -> &mut IndexMap<String, Document> {
        Rc::make_mut(&mut self.pairs)
    }

    pub(crate) fn is_ordered(&self) -> bool {
        self.ordered
    }

    pub(crate) fn set_ordered(&mut self) {
        self.ordered = true;
    }

    pub(crate) fn len(&self) -> usize {
        self.pairs.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl<K: Into<String>, V: Into<Document>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        for (key, value) in pairs {
            map.insert(key, value);
        }
        map
    }
}

impl From<bool> for Document {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl From<i64> for Document {
    fn from(number: i64) -> Self {
        Self::Integer(number.into())
    }
}

impl From<f64> for Document {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<&str> for Document {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<Map> for Document {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Document>> for Document {
    fn from(elements: Vec<Document>) -> Self {
        Self::List(List(Rc::new(elements)))
    }
}
