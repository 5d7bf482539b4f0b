//! The RDB format as a stream: a push parser that walks a dump of Redis or Valkey, verifies it, tells what is in it, and passes
//! a part of it on.
//!
//! It owns the grammar of the format (magic, opcodes, value types, length encodings, checksum). It knows no sockets and no files:
//! bytes are pushed in, whatever their split, and events come out. Its invariants:
//! - memory is constant: no announced length or count ever becomes an allocation; of names and texts only the front is kept;
//! - the end is found by structure alone (the top-level EOF opcode and its checksum), never by a mark that data could contain;
//! - a file is only ever complete when its whole structure was read and its checksum, if it carries one, matched.
//!
//! Strings are the user's and any bytes will do; what lies inside packed collections is checked element by element. That no key, field or
//! member comes twice is not checked: it would take memory.
//!
//! ```
//! # fn main() -> Result<(), valkeep_rdb::RdbError> {
//! let mut walker = valkeep_rdb::Walker::new();
//! let used = walker.push(b"REDIS0011\xFF\0\0\0\0\0\0\0\0what follows")?;
//! assert_eq!(used, 18);
//! assert_eq!(walker.finish()?, valkeep_rdb::Checksum::Disabled);
//! # Ok(())
//! # }
//! ```

mod checksum;
mod elements;
mod error;
mod event;
pub mod facts;
mod field;
mod filter;
mod format;
mod inspector;
mod intset;
mod kept;
mod length;
mod listpack;
mod loads;
mod lzf;
mod machine;
mod node;
mod packed;
mod record;
mod shape;
mod slot;
mod slot_set;
mod stream;
mod string;
mod value;
mod walker;
mod ziplist;
mod zipmap;

pub use error::{Fault, RdbError, Reason, Structure};
pub use event::{Checksum, Encoding, Event, Key, NAME_BYTES_MAX, Type, Value};
pub use facts::Facts;
pub use filter::{Filter, FilterError, Filtered, Glob, HEAD_BYTES_MAX, Selection};
pub use format::{Family, Format};
pub use inspector::Inspector;
pub use loads::{Load, Verdict};
pub use slot_set::SlotSet;
pub use walker::Walker;
