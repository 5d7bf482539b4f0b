//! The words in which the grammar is written down: a record is a row of steps.

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
