//! The length encoding: one to nine bytes whose first two bits say how to read them.

use crate::error::Reason;

/// What a length field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// A number: 6, 14, 32 or 64 bits, most significant byte first.
    Plain(u64),
    /// Not a length: the string that follows is encoded in this way.
    Encoded(u8),
}

/// How many bytes the field takes, by its first byte.
pub(crate) fn size(head: u8) -> Result<usize, Reason> {
    match head {
        0x00..=0x3F | 0xC0..=0xFF => Ok(1),
        0x40..=0x7F => Ok(2),
        0x80 => Ok(5),
        0x81 => Ok(9),
        0x82..=0xBF => Err(Reason::BadLength(head)),
    }
}

/// Reads a field of the size that `size` gave.
pub(crate) fn decode(field: &[u8]) -> Length {
    let (head, tail) = field.split_first().expect("a length field has at least one byte");
    let number = |high: u64| tail.iter().fold(high, |number, byte| number << 8 | u64::from(*byte));
    match head {
        0x00..=0x7F => Length::Plain(number(u64::from(head & 0x3F))),
        0x80..=0xBF => Length::Plain(number(0)),
        0xC0..=0xFF => Length::Encoded(head & 0x3F),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_width_reads_as_its_number() {
        let table: &[(&[u8], Length)] = &[
            (&[0x00], Length::Plain(0)),
            (&[0x3F], Length::Plain(63)),
            (&[0x40, 0x40], Length::Plain(64)),
            (&[0x7F, 0xFF], Length::Plain(16383)),
            (&[0x80, 0, 0, 0x40, 0], Length::Plain(16384)),
            (&[0x81, 1, 0, 0, 0, 0, 0, 0, 2], Length::Plain((1 << 56) + 2)),
            (&[0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], Length::Plain(u64::MAX)),
            (&[0xC3], Length::Encoded(3)),
            (&[0xFF], Length::Encoded(63)),
        ];
        for (field, length) in table {
            assert_eq!(size(field[0]), Ok(field.len()));
            assert_eq!(decode(field), *length);
        }
    }

    #[test]
    fn undefined_first_bytes_are_refused() {
        for head in 0x82..=0xBF {
            assert_eq!(size(head), Err(Reason::BadLength(head)));
        }
    }
}
