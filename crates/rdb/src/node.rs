//! Nodes of streams: what the elements of their listpacks must be. Source: `t_stream.c` of the servers.

use crate::elements::Elements;
use crate::error::{Fault, Reason, Structure};

/// Flags of an entry. Others are not known.
const DELETED: i64 = 1;
const SAME_FIELDS: i64 = 2;
/// Flags, id (2) and the count that ends it: what an entry has besides its fields.
const ENTRY_ELEMENTS: u64 = 4;

/// The node under way: a head (entries, deleted entries, the fields of the first one, 0), then the entries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    next: Next,
    entries: u64,
    deleted: u64,
    /// Fields of the first entry, which others may share.
    fields: u64,
    seen: u64,
    seen_deleted: u64,
    has_same_fields: bool,
    /// What the present entry must say that it has, itself not counted.
    size: u64,
}

/// What the next element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Entries,
    Deleted,
    FieldCount,
    Fields(u64),
    HeadEnd,
    Flags,
    Milliseconds,
    Sequence,
    OwnFieldCount,
    Content(u64),
    Size,
}

impl Node {
    pub(crate) fn new() -> Self {
        Self {
            next: Next::Entries,
            entries: 0,
            deleted: 0,
            fields: 0,
            seen: 0,
            seen_deleted: 0,
            has_same_fields: false,
            size: 0,
        }
    }

    fn number(&mut self, value: i64) -> Result<Next, Reason> {
        let count = || u64::try_from(value).map_err(|_| broken(Fault::Count));
        let next = match self.next {
            Next::Entries => {
                self.entries = count()?;
                Next::Deleted
            }
            Next::Deleted => {
                self.deleted = count()?;
                Next::FieldCount
            }
            Next::FieldCount => {
                self.fields = count()?;
                Next::Fields(self.fields).unless_none_left(Next::HeadEnd)
            }
            Next::HeadEnd if value == 0 => Next::Flags,
            Next::HeadEnd => return Err(broken(Fault::Fields)),
            Next::Flags => return self.flags(value),
            Next::Milliseconds => Next::Sequence,
            Next::Sequence if self.has_same_fields => {
                self.size = self.fields.saturating_add(ENTRY_ELEMENTS - 1);
                Next::Content(self.fields).unless_none_left(Next::Size)
            }
            Next::Sequence => Next::OwnFieldCount,
            Next::OwnFieldCount => {
                let content = count()?.saturating_mul(2);
                self.size = content.saturating_add(ENTRY_ELEMENTS);
                Next::Content(content).unless_none_left(Next::Size)
            }
            Next::Size if u64::try_from(value) == Ok(self.size) => Next::Flags,
            Next::Size => return Err(broken(Fault::Fields)),
            Next::Fields(_) | Next::Content(_) => self.content()?,
        };
        Ok(next)
    }

    fn flags(&mut self, flags: i64) -> Result<Next, Reason> {
        if !(0..=DELETED | SAME_FIELDS).contains(&flags) {
            return Err(broken(Fault::Encoding));
        }
        if self.seen.checked_sub(self.entries) == Some(self.deleted) {
            return Err(broken(Fault::Count));
        }
        self.seen += 1;
        self.seen_deleted += u64::from(flags & DELETED != 0);
        self.has_same_fields = flags & SAME_FIELDS != 0;
        Ok(Next::Milliseconds)
    }

    /// A field or a value was seen.
    #[inline]
    fn content(&self) -> Result<Next, Reason> {
        match self.next {
            Next::Fields(left) => Ok(Next::Fields(left - 1).unless_none_left(Next::HeadEnd)),
            Next::Content(left) => Ok(Next::Content(left - 1).unless_none_left(Next::Size)),
            Next::Entries | Next::Deleted | Next::FieldCount | Next::HeadEnd | Next::Flags | Next::Milliseconds => {
                Err(broken(Fault::NotANumber))
            }
            Next::Sequence | Next::OwnFieldCount | Next::Size => Err(broken(Fault::NotANumber)),
        }
    }
}

impl Next {
    #[inline]
    fn unless_none_left(self, other: Self) -> Self {
        if let Self::Fields(0) | Self::Content(0) = self { other } else { self }
    }
}

impl Elements for Node {
    #[inline]
    fn integer(&mut self, value: i64) -> Result<(), Reason> {
        self.next = self.number(value)?;
        Ok(())
    }

    #[inline]
    fn end_text(&mut self) -> Result<(), Reason> {
        self.next = self.content()?;
        Ok(())
    }

    /// The entries that are not deleted.
    fn end(&self, _seen: u64) -> Result<u64, Reason> {
        if self.next != Next::Flags {
            return Err(broken(Fault::Fields));
        }
        let is_whole = self.seen.checked_sub(self.entries) == Some(self.deleted) && self.seen_deleted == self.deleted;
        if is_whole { Ok(self.entries) } else { Err(broken(Fault::Count)) }
    }
}

fn broken(fault: Fault) -> Reason {
    Reason::Broken { structure: Structure::StreamNode, fault }
}
