//! The value types of both families, as data. Source: `rdb.h`, `rdb.c` of Redis 2.6 .. 8.2 and Valkey 9.1, librdb for RDB 13 and 14;
//! measured on the files in `testdata`.

use crate::format::Format;
use crate::shape::{
    Cases, Shape,
    Step::{self, DecimalScore, Items, Number, Repeat, RepeatAfter, Row, Score, Skip, Switch, Text},
};

/// A string, and every packed encoding that is stored as one string.
const STRING: Shape = &[Text];
const STRINGS: Shape = &[Repeat(&[Text])];
const PAIRS: Shape = &[Repeat(&[Text, Text])];
const SORTED_SET_1: Shape = &[Repeat(&[Text, DecimalScore])];
const SORTED_SET_2: Shape = &[Repeat(&[Text, Score])];

/// Each node says whether it is one plain element (1) or a listpack (2).
const QUICKLIST_2: Shape = &[Repeat(&[Switch(&[(1, &[Text]), (2, &[Text])])])];

/// Redis: the earliest expiry, then a relative expiry (0: none), field and value.
const HASH_TTL: Shape = &[Skip(8), Repeat(&[Number, Text, Text])];
const HASH_TTL_PRE_GA: Shape = &[Repeat(&[Number, Text, Text])];
/// Redis: the earliest expiry, then a listpack of triples.
const HASH_TTL_PACKED: Shape = &[Skip(8), Text];
/// Valkey: field, value, absolute expiry in milliseconds (-1: none).
const HASH_TTL_VALKEY: Shape = &[Repeat(&[Text, Text, Skip(8)])];

/// Module type, then items that describe themselves.
const MODULE: Shape = &[Number, Items(MODULE_ITEMS)];

/// Signed, unsigned, float, double, string.
pub(crate) const MODULE_ITEMS: Cases =
    &[(1, &[Number]), (2, &[Number]), (3, &[Skip(4)]), (4, &[Skip(8)]), (5, &[Text])];

/// Count, whether there is an insertion cursor, then index and element: string, integer, double or short string.
const ARRAY: Shape = &[RepeatAfter(&[Switch(&[(0, &[]), (1, &[Number])])], &[Number, Switch(ARRAY_ELEMENT)])];
const ARRAY_ELEMENT: Cases = &[(0, &[Text]), (1, &[Skip(8)]), (2, &[Skip(8)]), (3, &[Text])];

/// Listpacks by their first id.
const STREAM_NODES: Step = Repeat(&[Text, Text]);
/// Entries of a group that nobody confirmed: id, delivery time, deliveries.
const PENDING: Step = Repeat(&[Skip(16), Skip(8), Number]);
/// Bare entry ids: what one consumer has pending, or what nobody owns.
const ENTRY_IDS: Step = Repeat(&[Skip(16)]);
/// Name, last seen.
const CONSUMERS_1: Step = Repeat(&[Text, Skip(8), ENTRY_IDS]);
/// Name, last seen, last active.
const CONSUMERS_3: Step = Repeat(&[Text, Skip(8), Skip(8), ENTRY_IDS]);
/// Name, last delivered id; from version 2 the count of entries read.
const GROUPS_1: Step = Repeat(&[Text, Number, Number, PENDING, CONSUMERS_1]);
const GROUPS_2: Step = Repeat(&[Text, Number, Number, Number, PENDING, CONSUMERS_1]);
const GROUPS_3: Step = Repeat(&[Text, Number, Number, Number, PENDING, CONSUMERS_3]);
const GROUPS_5: Step = Repeat(&[Text, Number, Number, Number, PENDING, CONSUMERS_3, ENTRY_IDS]);
/// Entries, last id.
const FACTS_1: Step = Row(&[Number; 3]);
/// Entries, last id, first id, greatest deleted id, entries ever added.
const FACTS_2: Step = Row(&[Number; 8]);
/// Duration and limit, the producers with the entries that each of them added, two counters.
const IDEMPOTENCE: Step = Row(&[Number, Number, Repeat(&[Text, Repeat(&[Text, Number, Number])]), Number, Number]);

const STREAM_1: Shape = &[STREAM_NODES, FACTS_1, GROUPS_1];
const STREAM_2: Shape = &[STREAM_NODES, FACTS_2, GROUPS_2];
const STREAM_3: Shape = &[STREAM_NODES, FACTS_2, GROUPS_3];
const STREAM_4: Shape = &[STREAM_NODES, FACTS_2, GROUPS_3, IDEMPOTENCE];
const STREAM_5: Shape = &[STREAM_NODES, FACTS_2, GROUPS_5, IDEMPOTENCE];

/// Whether a value of this type belongs to a module.
pub(crate) fn is_module(value_type: u8) -> bool {
    value_type == 7
}

/// What follows the key of a value of this type; `None` when the format has no such type. Type 6 (modules of the 4.0 release
/// candidates) cannot be read without the module and is refused.
pub(crate) fn shape(format: Format, value_type: u8) -> Option<Shape> {
    let shape = match value_type {
        0 | 9..=13 | 16 | 17 | 20 => STRING,
        1 | 2 | 14 => STRINGS,
        3 => SORTED_SET_1,
        4 => PAIRS,
        5 => SORTED_SET_2,
        7 => MODULE,
        15 => STREAM_1,
        18 => QUICKLIST_2,
        19 => STREAM_2,
        21 => STREAM_3,
        22 if format.is_valkey() => HASH_TTL_VALKEY,
        22 if format.is_redis_from(12) => HASH_TTL_PRE_GA,
        23 if format.is_redis_from(12) => STRING,
        24 if format.is_redis_from(12) => HASH_TTL,
        25 if format.is_redis_from(12) => HASH_TTL_PACKED,
        26 if format.is_redis_from(13) => STREAM_4,
        27 if format.is_redis_from(14) => STREAM_5,
        28 if format.is_redis_from(14) => ARRAY,
        _ => return None,
    };
    Some(shape)
}
