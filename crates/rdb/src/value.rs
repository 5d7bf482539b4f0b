//! The value types of both families, as data. Source: `rdb.h`, `rdb.c` of Redis 2.6 .. 8.2 and Valkey 9.1, librdb for RDB 13 and 14;
//! measured on the files in `testdata`.

use crate::event::Encoding;
use crate::format::Format;
use crate::packed::Packing;
use crate::shape::{
    Cases, Shape,
    Step::{
        self, ConsumerBegins, DecimalScore, Element, Elements, ElementsAfter, Fact, FieldExpiry, GroupEnds, Items,
        Milliseconds, NodeId, Number, Owned, Packed, Pending, Repeat, Row, Score, Skip, StreamLength, Switch, Text,
        ValkeyFieldExpiry,
    },
};

const STRING: Shape = &[Element];
const STRINGS: Shape = &[Elements(&[Text])];
const PAIRS: Shape = &[Elements(&[Text, Text])];
const SORTED_SET_1: Shape = &[Elements(&[Text, DecimalScore])];
const SORTED_SET_2: Shape = &[Elements(&[Text, Score])];

/// Each node says whether it is one plain element (1) or a listpack (2).
const QUICKLIST_2: Shape = &[Repeat(&[Switch(&[(1, &[Element]), (2, &[Packed(Packing::Listpack)])])])];

/// Ziplists.
const QUICKLIST: Shape = &[Repeat(&[Packed(Packing::Ziplist)])];

/// Redis: the earliest expiry, then a relative expiry (0: none), field and value.
const HASH_TTL: Shape = &[Milliseconds, Elements(&[FieldExpiry, Text, Text])];
const HASH_TTL_PRE_GA: Shape = &[Elements(&[Number, Text, Text])];
/// Redis: the earliest expiry, then a listpack of triples.
const HASH_TTL_PACKED: Shape = &[Skip(8), Packed(Packing::ListpackExpiries)];
/// Valkey: field, value, absolute expiry in milliseconds (-1: none).
const HASH_TTL_VALKEY: Shape = &[Elements(&[Text, Text, ValkeyFieldExpiry])];

/// Module type, then items that describe themselves.
const MODULE: Shape = &[Fact(0), Items(MODULE_ITEMS)];

/// Signed, unsigned, float, double, string.
pub(crate) const MODULE_ITEMS: Cases =
    &[(1, &[Number]), (2, &[Number]), (3, &[Skip(4)]), (4, &[Skip(8)]), (5, &[Text])];

/// Count, whether there is an insertion cursor, then index and element: string, integer, double or short string.
const ARRAY: Shape = &[ElementsAfter(&[Switch(&[(0, &[]), (1, &[Number])])], &[Number, Switch(ARRAY_ELEMENT)])];
const ARRAY_ELEMENT: Cases = &[(0, &[Text]), (1, &[Skip(8)]), (2, &[Skip(8)]), (3, &[Text])];

/// Listpacks by their first id.
const STREAM_NODES: Step = Repeat(&[NodeId, Packed(Packing::StreamNode)]);
/// Entries of a group that nobody confirmed: id, delivery time, deliveries.
const PENDING: Step = Repeat(&[Pending, Skip(8), Number]);
/// Bare entry ids: what one consumer has pending, or what nobody owns.
const ENTRY_IDS: Step = Row(&[ConsumerBegins, Repeat(&[Owned])]);
/// Name, last seen.
const CONSUMERS_1: Step = Repeat(&[Text, Skip(8), ENTRY_IDS]);
/// Name, last seen, last active.
const CONSUMERS_3: Step = Repeat(&[Text, Skip(8), Skip(8), ENTRY_IDS]);
/// Name, last delivered id; from version 2 the count of entries read.
const GROUPS_1: Step = Repeat(&[Text, Number, Number, PENDING, CONSUMERS_1, GroupEnds]);
const GROUPS_2: Step = Repeat(&[Text, Number, Number, Number, PENDING, CONSUMERS_1, GroupEnds]);
const GROUPS_3: Step = Repeat(&[Text, Number, Number, Number, PENDING, CONSUMERS_3, GroupEnds]);
const GROUPS_5: Step = Repeat(&[Text, Number, Number, Number, PENDING, CONSUMERS_3, ENTRY_IDS, GroupEnds]);
/// Entries, last id.
const FACTS_1: Step = Row(&[StreamLength, Number, Number]);
/// Entries, last id, first id, greatest deleted id, entries ever added.
const FACTS_2: Step = Row(&[StreamLength, Number, Number, Number, Number, Number, Number, Number]);
/// Duration and limit, the producers with the entries that each of them added, two counters.
const IDEMPOTENCE: Step = Row(&[Number, Number, Repeat(&[Text, Repeat(&[Text, Number, Number])]), Number, Number]);

const STREAM_1: Shape = &[STREAM_NODES, FACTS_1, GROUPS_1];
const STREAM_2: Shape = &[STREAM_NODES, FACTS_2, GROUPS_2];
const STREAM_3: Shape = &[STREAM_NODES, FACTS_2, GROUPS_3];
const STREAM_4: Shape = &[STREAM_NODES, FACTS_2, GROUPS_3, IDEMPOTENCE];
const STREAM_5: Shape = &[STREAM_NODES, FACTS_2, GROUPS_5, IDEMPOTENCE];

/// What a value of this type is, and what follows the name of its key; `None` when the format has no such type. Type 6 (modules of the
/// 4.0 release candidates) cannot be read without the module and is refused.
pub(crate) fn of_type(format: Format, value_type: u8) -> Option<(Encoding, Shape)> {
    let value: (Encoding, Shape) = match value_type {
        0 => (Encoding::String, STRING),
        1 => (Encoding::List, STRINGS),
        2 => (Encoding::Set, STRINGS),
        3 => (Encoding::SortedSet, SORTED_SET_1),
        4 => (Encoding::Hash, PAIRS),
        5 => (Encoding::SortedSet2, SORTED_SET_2),
        7 => (Encoding::Module, MODULE),
        9 => (Encoding::HashZipmap, &[Packed(Packing::Zipmap)]),
        10 => (Encoding::ListZiplist, &[Packed(Packing::Ziplist)]),
        11 => (Encoding::SetIntset, &[Packed(Packing::Intset)]),
        12 => (Encoding::SortedSetZiplist, &[Packed(Packing::ZiplistScores)]),
        13 => (Encoding::HashZiplist, &[Packed(Packing::ZiplistPairs)]),
        14 => (Encoding::ListQuicklist, QUICKLIST),
        15 => (Encoding::Stream, STREAM_1),
        16 => (Encoding::HashListpack, &[Packed(Packing::ListpackPairs)]),
        17 => (Encoding::SortedSetListpack, &[Packed(Packing::ListpackScores)]),
        18 => (Encoding::ListQuicklist2, QUICKLIST_2),
        19 => (Encoding::Stream, STREAM_2),
        20 => (Encoding::SetListpack, &[Packed(Packing::Listpack)]),
        21 => (Encoding::Stream, STREAM_3),
        22 if format.is_valkey() => (Encoding::HashExpiries, HASH_TTL_VALKEY),
        22 if format.is_redis_from(12) => (Encoding::HashExpiries, HASH_TTL_PRE_GA),
        23 if format.is_redis_from(12) => (Encoding::HashListpackExpiries, &[Packed(Packing::ListpackExpiries)]),
        24 if format.is_redis_from(12) => (Encoding::HashExpiries, HASH_TTL),
        25 if format.is_redis_from(12) => (Encoding::HashListpackExpiries, HASH_TTL_PACKED),
        26 if format.is_redis_from(13) => (Encoding::Stream, STREAM_4),
        27 if format.is_redis_from(14) => (Encoding::Stream, STREAM_5),
        28 if format.is_redis_from(14) => (Encoding::Array, ARRAY),
        _ => return None,
    };
    Some(value)
}
