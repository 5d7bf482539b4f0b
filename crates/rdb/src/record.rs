//! The top level of a file: which opcode starts what.

use crate::error::Reason;
use crate::event::Encoding;
use crate::format::Format;
use crate::shape::{
    Shape,
    Step::{Fact, Items, Keep, Milliseconds, Name, Number, Repeat, Seconds, Skip, Switch, Text},
};
use crate::value;

/// What starts with an opcode or a value type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record {
    /// A key: its name, then its value.
    Key(Encoding, Shape),
    /// Something about the key that follows.
    Attribute(Attribute, Shape),
    /// A record of its own.
    Alone(Kind, Shape),
    /// The end of the file.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Expiry,
    /// Idle time, frequency of use, metadata.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Auxiliary,
    Database,
    SizeHint,
    SlotHint,
    Function,
    ModuleAuxiliary,
    Other,
}

/// What follows the type of a key.
pub(crate) const NAME: Shape = &[Name];

/// Types count up from 0 and opcodes down from 255; the border only chooses the words of the refusal.
const FIRST_OPCODE: u8 = 128;

impl Record {
    /// What starts with this opcode or value type.
    pub(crate) fn starting_with(format: Format, byte: u8) -> Result<Self, Reason> {
        if let Some((encoding, shape)) = value::of_type(format, byte) {
            return Ok(Self::Key(encoding, shape));
        }
        match opcode(format, byte) {
            Some(record) => Ok(record),
            None if byte < FIRST_OPCODE => Err(Reason::UnknownType { format, value_type: byte }),
            None => Err(Reason::UnknownOpcode { format, opcode: byte }),
        }
    }
}

/// The opcodes. 246, functions of the 7.0 release candidates, is refused as the servers themselves refuse it.
fn opcode(format: Format, byte: u8) -> Option<Record> {
    use Record::{Alone, Attribute as About, End};
    let record = match byte {
        // Valkey: a slot migration under way, its job and its ranges of slots.
        243 if format.is_valkey() => Alone(Kind::Other, &[Text, Repeat(&[Number, Number])]),
        // Redis: metadata of the key that follows, each with its class.
        243 if format.is_redis_from(13) => About(Attribute::Other, &[Repeat(&[Skip(4), Items(value::MODULE_ITEMS)])]),
        // Slot, keys, expires.
        244 if format.is_valkey() || format.is_redis_from(12) => Alone(Kind::SlotHint, &[Fact(0), Fact(1), Fact(2)]),
        245 => Alone(Kind::Function, &[Keep(0)]),
        // Module type, then when it is to be loaded: an unsigned number, as the module item of tag 2.
        247 => Alone(Kind::ModuleAuxiliary, &[Fact(0), Switch(&[(2, &[Number])]), Items(value::MODULE_ITEMS)]),
        248 => About(Attribute::Other, &[Number]),
        249 => About(Attribute::Other, &[Skip(1)]),
        250 => Alone(Kind::Auxiliary, &[Keep(0), Keep(1)]),
        251 => Alone(Kind::SizeHint, &[Fact(0), Fact(1)]),
        252 => About(Attribute::Expiry, &[Milliseconds]),
        253 => About(Attribute::Expiry, &[Seconds]),
        254 => Alone(Kind::Database, &[Fact(0)]),
        255 => End,
        _ => return None,
    };
    Some(record)
}
