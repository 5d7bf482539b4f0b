//! Which lists and maps a document holds more than once: the first is given a name, `&id001`, and the others are only
//! called by it, `*id001`.

use crate::document::{Document, Identity};
use std::collections::HashMap;

/// The names of one document, numbered in the order in which the second place of each is met.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    known: HashMap<Identity, Option<Anchor>>,
    count: usize,
}

/// The name of a list or map that stands in several places.
#[derive(Debug)]
struct Anchor {
    name: String,
    /// Whether one of the places is written already.
    is_written: bool,
}

/// What to write at one place.
pub(super) enum Mark {
    /// The value alone.
    None,
    /// A name, then the value.
    Named(String),
    /// The name instead of the value.
    Called(String),
}

impl Anchors {
    pub(super) fn of(document: &Document) -> Self {
        let mut anchors = Self::default();
        anchors.visit(document);
        anchors
    }

    fn visit(&mut self, document: &Document) {
        let Some(identity) = document.identity() else { return };
        if let Some(known) = self.known.get_mut(&identity) {
            if known.is_none() {
                self.count += 1;
                *known = Some(Anchor { name: format!("id{:03}", self.count), is_written: false });
            }
            return;
        }
        self.known.insert(identity, None);
        document.as_list().into_iter().flatten().for_each(|element| self.visit(element));
        document.as_map().map(super::sorted).into_iter().flatten().for_each(|(_, value)| self.visit(value));
    }

    /// What to write for `document`, which is about to be written.
    pub(super) fn mark(&mut self, document: &Document) -> Mark {
        let anchor = document.identity().and_then(|identity| self.known.get_mut(&identity));
        match anchor {
            Some(Some(anchor)) if anchor.is_written => Mark::Called(format!("*{}", anchor.name)),
            Some(Some(anchor)) => {
                anchor.is_written = true;
                Mark::Named(format!("&{}", anchor.name))
            }
            Some(None) | None => Mark::None,
        }
    }
}
