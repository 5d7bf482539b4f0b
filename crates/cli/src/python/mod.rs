//! Python's ways with values, where users see them: JSON, numbers, blanks, the names of types, errors of the system.
//!
//! The reference is a Python program, and its texts show it: `<class 'str'>`, `1e+16`,
//! `invalid literal for int() with base 10: 'x'`. What is here says the same, as Python 3.13 says it.

mod compare;
pub(crate) mod json;
mod number;
mod repr;
mod space;
mod system;
mod types;

pub(crate) use compare::{equal, order};
pub(crate) use json::JsonError;
pub(crate) use number::{Number, NumberError, float, float_repr, int};
pub(crate) use repr::{repr, str, str_repr};
pub(crate) use space::{is_space, trim, trim_start};
pub(crate) use system::{os_error, os_error_at, utf8};
pub(crate) use types::{Maps, type_name, type_word};

/// How deep lists and maps may lie in each other, in levels.
///
/// Source: our choice. Python's own limit is the size of its stack; what is deeper than this ends in an
/// error there too, only later.
pub(crate) const MAX_NESTING: usize = 500;

/// What Python says when something lies too deep in itself.
pub(crate) const TOO_DEEP: &str = "maximum recursion depth exceeded";
