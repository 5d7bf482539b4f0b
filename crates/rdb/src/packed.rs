//! Collections that are stored as one string.

use crate::elements::{Any, Expiring, Scored};
use crate::error::Reason;
use crate::intset::Intset;
use crate::listpack::Listpack;
use crate::node::Node;
use crate::string::Sink;
use crate::ziplist::Ziplist;
use crate::zipmap::Zipmap;

/// What a string holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Packing {
    Intset,
    Zipmap,
    /// Elements one by one.
    Ziplist,
    /// Fields and values.
    ZiplistPairs,
    /// Members and scores.
    ZiplistScores,
    Listpack,
    ListpackPairs,
    ListpackScores,
    /// Fields, values and expiries.
    ListpackExpiries,
    StreamNode,
}

/// A packed collection under way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Packed {
    Intset(Intset),
    Zipmap(Zipmap),
    Ziplist(Ziplist<Any>),
    ScoredZiplist(Ziplist<Scored>),
    Listpack(Listpack<Any>),
    ScoredListpack(Listpack<Scored>),
    ExpiringListpack(Listpack<Expiring>),
    StreamNode(Listpack<Node>),
}

impl Packed {
    pub(crate) fn new(packing: Packing, bytes: u64) -> Self {
        match packing {
            Packing::Intset => Self::Intset(Intset::new(bytes)),
            Packing::Zipmap => Self::Zipmap(Zipmap::new()),
            Packing::Ziplist => Self::Ziplist(Ziplist::new(bytes, Any(1))),
            Packing::ZiplistPairs => Self::Ziplist(Ziplist::new(bytes, Any(2))),
            Packing::ZiplistScores => Self::ScoredZiplist(Ziplist::new(bytes, Scored::new())),
            Packing::Listpack => Self::Listpack(Listpack::new(bytes, Any(1))),
            Packing::ListpackPairs => Self::Listpack(Listpack::new(bytes, Any(2))),
            Packing::ListpackScores => Self::ScoredListpack(Listpack::new(bytes, Scored::new())),
            Packing::ListpackExpiries => Self::ExpiringListpack(Listpack::new(bytes, Expiring::default())),
            Packing::StreamNode => Self::StreamNode(Listpack::new(bytes, Node::new())),
        }
    }

    fn part(&mut self, part: &mut &[u8]) -> Result<(), Reason> {
        match self {
            Self::Intset(intset) => intset.part(part),
            Self::Zipmap(zipmap) => zipmap.part(part),
            Self::Ziplist(ziplist) => ziplist.part(part),
            Self::ScoredZiplist(ziplist) => ziplist.part(part),
            Self::Listpack(listpack) => listpack.part(part),
            Self::ScoredListpack(listpack) => listpack.part(part),
            Self::ExpiringListpack(listpack) => listpack.part(part),
            Self::StreamNode(listpack) => listpack.part(part),
        }
    }

    /// How many elements of the value it held.
    fn end(&self) -> Result<u64, Reason> {
        match self {
            Self::Intset(intset) => intset.end(),
            Self::Zipmap(zipmap) => zipmap.end(),
            Self::Ziplist(ziplist) => ziplist.end(),
            Self::ScoredZiplist(ziplist) => ziplist.end(),
            Self::Listpack(listpack) => listpack.end(),
            Self::ScoredListpack(listpack) => listpack.end(),
            Self::ExpiringListpack(listpack) => listpack.end(),
            Self::StreamNode(listpack) => listpack.end(),
        }
    }
}

/// Checks a packed string and counts its elements.
#[derive(Debug)]
pub(crate) struct Unpack<'a> {
    pub(crate) packing: Packing,
    pub(crate) packed: &'a mut Packed,
    pub(crate) elements: &'a mut u64,
}

impl Sink for Unpack<'_> {
    const LOOKS: bool = true;

    #[inline]
    fn begin(&mut self, bytes: u64) -> Result<(), Reason> {
        *self.packed = Packed::new(self.packing, bytes);
        Ok(())
    }

    #[inline]
    fn part(&mut self, part: &mut &[u8]) -> Result<(), Reason> {
        self.packed.part(part)
    }

    #[inline]
    fn end(&mut self) -> Result<(), Reason> {
        *self.elements = self.elements.saturating_add(self.packed.end()?);
        Ok(())
    }
}
