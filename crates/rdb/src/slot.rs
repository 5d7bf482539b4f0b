//! Hash slots of keys. Source: Redis cluster specification.

/// Slots of a cluster.
const SLOTS: u16 = 16_384;
/// CRC16/XMODEM: polynomial 0x1021, nothing reflected, starts at 0.
const POLYNOMIAL: u16 = 0x1021;
/// Bytes that one step of the CRC takes.
const STRIDE: usize = 8;

/// `TABLES[n][byte]`: the CRC of `byte` and `n` zero bytes after it.
static TABLES: [[u16; 256]; STRIDE] = tables();

const fn tables() -> [[u16; 256]; STRIDE] {
    let mut tables = [[0; 256]; STRIDE];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ POLYNOMIAL };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut zeros = 1;
    while zeros < STRIDE {
        let mut byte = 0;
        while byte < 256 {
            let crc: u16 = tables[zeros - 1][byte];
            tables[zeros][byte] = crc << 8 ^ tables[0][(crc >> 8) as usize];
            byte += 1;
        }
        zeros += 1;
    }
    tables
}

/// The slot of a name that comes in pieces: that of its hash tag (what lies between the first `{` and the first `}` after it, unless
/// that is nothing), else that of the whole name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slot {
    whole: u16,
    tag: Tag,
}

#[derive(Clone, Copy, Debug, Default)]
enum Tag {
    #[default]
    Awaited,
    Open {
        crc: u16,
        is_empty: bool,
    },
    Closed(u16),
    /// The first braces hold nothing, so the whole name counts.
    Refused,
}

impl Slot {
    /// Takes the next piece of the name.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        self.whole = crc16(self.whole, bytes);
        if let Tag::Awaited = self.tag
            && let Some((_, tail)) = split_at_byte(bytes, b'{')
        {
            self.tag = Tag::Open { crc: 0, is_empty: true };
            bytes = tail;
        }
        if let Tag::Open { crc, is_empty } = self.tag {
            self.tag = match split_at_byte(bytes, b'}') {
                None => Tag::Open { crc: crc16(crc, bytes), is_empty: is_empty && bytes.is_empty() },
                Some((b"", _)) if is_empty => Tag::Refused,
                Some((tag, _)) => Tag::Closed(crc16(crc, tag)),
            };
        }
    }

    /// The slot of the name that was pushed.
    pub(crate) fn number(&self) -> u16 {
        match self.tag {
            Tag::Closed(crc) => crc % SLOTS,
            Tag::Awaited | Tag::Open { .. } | Tag::Refused => self.whole % SLOTS,
        }
    }
}

/// What lies before and after the first such byte.
fn split_at_byte(bytes: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|candidate| *candidate == byte)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// Eight bytes at a time: a chain of single steps would cost more than the rest of a short key.
fn crc16(mut crc: u16, bytes: &[u8]) -> u16 {
    let (strides, rest) = bytes.as_chunks::<STRIDE>();
    for stride in strides {
        let [high, low] = crc.to_be_bytes();
        let [first, second, third, fourth, fifth, sixth, seventh, eighth] = *stride;
        crc = TABLES[7][usize::from(first ^ high)]
            ^ TABLES[6][usize::from(second ^ low)]
            ^ TABLES[5][usize::from(third)]
            ^ TABLES[4][usize::from(fourth)]
            ^ TABLES[3][usize::from(fifth)]
            ^ TABLES[2][usize::from(sixth)]
            ^ TABLES[1][usize::from(seventh)]
            ^ TABLES[0][usize::from(eighth)];
    }
    for byte in rest {
        crc = crc << 8 ^ TABLES[0][usize::from((crc >> 8) as u8 ^ byte)];
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> u16 {
        let mut slot = Slot::default();
        pieces.into_iter().for_each(|piece| slot.push(piece));
        slot.number()
    }

    /// The numbers are those of `CLUSTER KEYSLOT` (Redis 7.0.15).
    #[test]
    fn slots_are_those_of_the_servers() {
        let table: &[(&[u8], u16)] = &[
            (b"", 0),
            (b"a", 15495),
            (b"123456789", 12739),
            (b"{user1000}.following", 3443),
            (b"foo{}{bar}", 8363),
            (b"foo{{bar}}zap", 4015),
            (b"foo{bar}{zap}", 5061),
            (b"{", 4092),
            (b"}{", 12793),
            (b"{}", 15257),
            (b"a{b", 13340),
            (b"a}b{c}d", 7365),
            (b"a long name without any tag that takes several strides", 13464),
            (b"x{a tag that is longer than one stride}y", 15521),
        ];
        for (name, expected) in table {
            assert_eq!(slot([*name]), *expected, "{name:?}");
            assert_eq!(slot(name.chunks(1)), *expected, "{name:?} byte by byte");
            assert_eq!(slot(name.chunks(3)), *expected, "{name:?} in threes");
        }
    }
}
