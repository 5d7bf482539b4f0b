//! The words in which the grammar is written down: a record is a row of steps.

use crate::packed::Packing;

/// What follows what. Nests only as deep as the constants in `value` and `record` do, so a reader's stack is bounded.
pub(crate) type Shape = &'static [Step];

/// What follows which tag.
pub(crate) type Cases = &'static [(u64, Shape)];

/// One element of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// That many bytes, of any content.
    Skip(u64),
    /// A number in the length encoding.
    Number,
    /// A number that the caller is told: the how manieth of the record.
    Fact(usize),
    /// A point in time, 8 bytes of milliseconds, little-endian.
    Milliseconds,
    /// A point in time, 4 bytes of seconds, little-endian.
    Seconds,
    /// A string in any of its encodings.
    Text,
    /// The name of a key.
    Name,
    /// A string that the caller is told: the how manieth of the record.
    Keep(usize),
    /// A string that is one element of the value.
    Element,
    /// A string that is a packed collection, whose elements are those of the value.
    Packed(Packing),
    /// The expiry of a field, relative to the last `Milliseconds`, in the length encoding; 0: none, 1: then.
    FieldExpiry,
    /// The expiry of a field, 8 bytes of milliseconds, little-endian; -1: none.
    ValkeyFieldExpiry,
    /// A string that is the key of a stream's node.
    NodeId,
    /// How many entries the nodes of the stream hold.
    StreamLength,
    /// The id of an entry that is pending in a consumer group.
    Pending,
    /// Entries of one consumer follow, or those that nobody owns.
    ConsumerBegins,
    /// The id of an entry that is pending with a consumer, or with nobody.
    Owned,
    GroupEnds,
    /// A score as an 8-byte IEEE 754 number, little-endian; NaN is refused.
    Score,
    /// A score as one length byte and ASCII digits, or 253 for NaN (refused), 254 for +inf, 255 for -inf.
    DecimalScore,
    /// Another shape, once.
    Row(Shape),
    /// A count, then that many times the shape.
    Repeat(Shape),
    /// A count of elements of the value, then that many times the shape.
    Elements(Shape),
    /// A count of elements of the value, then once the first shape, then that many times the second.
    ElementsAfter(Shape, Shape),
    /// A tag, then the shape of its case.
    Switch(Cases),
    /// Tagged shapes up to tag 0.
    Items(Cases),
}
