//! The top level of a file: which opcode starts what.

use crate::error::Reason;
use crate::format::Format;
use crate::shape::{
    Shape,
    Step::{Items, Number, Repeat, Skip, Switch, Text},
};
use crate::value;

/// What a record means for the facts of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A key with its value.
    Key,
    /// A key whose value belongs to a module.
    ModuleKey,
    /// The expiry of the key that follows.
    Expiry,
    /// The database of the keys that follow.
    Database,
    /// A name and a text about the file.
    Auxiliary,
    /// A function library.
    Function,
    /// Nothing that is counted: size hints, idle times, slots, data of modules.
    Other,
}

/// One record after its opcode: its meaning, and the fields that follow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) kind: Kind,
    /// The key, where there is one, and what follows.
    pub(crate) shapes: [Shape; 2],
}

/// The byte that ends the file.
pub(crate) const END: u8 = 255;

/// Types count up from 0 and opcodes down from 255; the border only chooses the words of the refusal.
const FIRST_OPCODE: u8 = 128;

const KEY: Shape = &[Text];
const NOTHING: Shape = &[];

/// What starts with this opcode or value type (`END` excepted).
pub(crate) fn starting_with(format: Format, byte: u8) -> Result<Record, Reason> {
    if let Some(value) = value::shape(format, byte) {
        let kind = if value::is_module(byte) { Kind::ModuleKey } else { Kind::Key };
        return Ok(Record { kind, shapes: [KEY, value] });
    }
    match opcode(format, byte) {
        Some((kind, shape)) => Ok(Record { kind, shapes: [shape, NOTHING] }),
        None if byte < FIRST_OPCODE => Err(Reason::UnknownType { format, value_type: byte }),
        None => Err(Reason::UnknownOpcode { format, opcode: byte }),
    }
}

/// The opcodes. 246, functions of the 7.0 release candidates, is refused as the servers themselves refuse it.
fn opcode(format: Format, byte: u8) -> Option<(Kind, Shape)> {
    let record: (Kind, Shape) = match byte {
        // Valkey: a slot migration under way, its job and its ranges of slots.
        243 if format.is_valkey() => (Kind::Other, &[Text, Repeat(&[Number, Number])]),
        // Redis: metadata of the key that follows, each with its class.
        243 if format.is_redis_from(13) => (Kind::Other, &[Repeat(&[Skip(4), Items(value::MODULE_ITEMS)])]),
        // Slot, keys, expires.
        244 if format.is_valkey() || format.is_redis_from(12) => (Kind::Other, &[Number, Number, Number]),
        245 => (Kind::Function, &[Text]),
        // Module type, then when it is to be loaded: an unsigned number, as the module item of tag 2.
        247 => (Kind::Other, &[Number, Switch(&[(2, &[Number])]), Items(value::MODULE_ITEMS)]),
        248 => (Kind::Other, &[Number]),
        249 => (Kind::Other, &[Skip(1)]),
        250 => (Kind::Auxiliary, &[Text, Text]),
        251 => (Kind::Other, &[Number, Number]),
        252 => (Kind::Expiry, &[Skip(8)]),
        253 => (Kind::Expiry, &[Skip(4)]),
        254 => (Kind::Database, &[Number]),
        _ => return None,
    };
    Some(record)
}
