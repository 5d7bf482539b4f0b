//! Which keys pass.

use std::collections::BTreeSet;

use super::{FilterError, Glob};
use crate::event::{Key, NAME_BYTES_MAX, Type};
use crate::slot_set::SlotSet;

/// Which keys of a file pass: those that meet every condition that is set. Without any, all do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub slots: Option<SlotSet>,
    pub databases: Option<BTreeSet<u32>>,
    /// Names that match at least one of these.
    pub patterns: Option<Vec<Glob>>,
    pub types: Option<BTreeSet<Type>>,
    /// Leaves out what the writer says of itself.
    pub without_auxiliary: bool,
    pub without_functions: bool,
    /// Leaves out data of modules that belongs to no key.
    pub without_module_data: bool,
}

impl Selection {
    pub(super) fn keeps(&self, database: u32, key: &Key<'_>) -> Result<bool, FilterError> {
        let keeps = self.databases.as_ref().is_none_or(|databases| databases.contains(&database))
            && self.types.as_ref().is_none_or(|types| types.contains(&key.encoding.value_type()))
            && self.slots.as_ref().is_none_or(|slots| slots.contains(key.slot));
        match &self.patterns {
            Some(_) if keeps && key.name_bytes > NAME_BYTES_MAX as u64 => {
                Err(FilterError::LongName { bytes: key.name_bytes })
            }
            Some(patterns) => Ok(keeps && patterns.iter().any(|pattern| pattern.matches(key.name))),
            None => Ok(keeps),
        }
    }
}
