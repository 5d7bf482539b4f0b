//! What the writer says of itself in auxiliary records.

use super::{Announced, Facts};

/// Longest text that is kept. Source: our choice; versions, numbers and replication ids are shorter.
const TEXT_BYTES_MAX: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Notes {
    engine: Option<&'static str>,
    engine_version: Option<String>,
    pub(super) created_at_s: Option<u64>,
    used_memory_bytes: Option<u64>,
    replication_id: Option<String>,
    replication_offset: Option<u64>,
}

impl Notes {
    pub(super) fn take(&mut self, name: &[u8], text: &[u8]) {
        let text = printable(text);
        let number = text.and_then(|text| text.parse().ok());
        let owned = text.map(str::to_owned);
        match name {
            b"redis-ver" => (self.engine, self.engine_version) = (Some("redis"), owned),
            b"valkey-ver" => (self.engine, self.engine_version) = (Some("valkey"), owned),
            b"ctime" => self.created_at_s = number,
            b"used-mem" => self.used_memory_bytes = number,
            b"repl-id" => self.replication_id = owned,
            b"repl-offset" => self.replication_offset = number,
            _ => {}
        }
    }

    pub(super) fn report(&self, facts: &mut Facts) {
        facts.engine = self.engine.map(str::to_owned);
        facts.engine_version.clone_from(&self.engine_version);
        facts.created_at_s = self.created_at_s;
        facts.used_memory_bytes = self.used_memory_bytes;
        facts.replication_id.clone_from(&self.replication_id);
        facts.replication_offset = self.replication_offset;
    }
}

/// Valkey announces slots in auxiliary records (measured: 9.1.2): slot, keys, expires, and more in newer versions.
pub(super) fn slot_hint(text: &[u8]) -> Option<(u64, Announced)> {
    let mut numbers = printable(text)?.split(',').map_while(|number| number.parse().ok());
    Some((numbers.next()?, Announced { keys: numbers.next()?, expires: numbers.next()? }))
}

fn printable(text: &[u8]) -> Option<&str> {
    let is_printable = text.len() <= TEXT_BYTES_MAX && text.iter().all(|byte| (b' '..=b'~').contains(byte));
    std::str::from_utf8(text).ok().filter(|_| is_printable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(name: &[u8], text: &[u8]) -> (Option<&'static str>, Option<String>) {
        let mut notes = Notes::default();
        notes.take(name, text);
        (notes.engine, notes.engine_version)
    }

    #[test]
    fn texts_are_bounded_and_printable() {
        assert_eq!(version(b"valkey-ver", b"9.1.2"), (Some("valkey"), Some("9.1.2".to_owned())));
        assert_eq!(version(b"redis-ver", b"7"), (Some("redis"), Some("7".to_owned())));
        assert_eq!(version(b"redis-ver", b"7\n0"), (Some("redis"), None));
        assert_eq!(version(b"redis-ver", &[b'7'; 65]), (Some("redis"), None));
        assert_eq!(version(b"other", b"7"), (None, None));
    }

    #[test]
    fn slot_hints_have_three_numbers_or_more() {
        let hint = Some((121, Announced { keys: 1, expires: 0 }));
        assert_eq!(slot_hint(b"121,1,0,0"), hint);
        assert_eq!(slot_hint(b"121,1,0"), hint);
        assert_eq!(slot_hint(b"121,1"), None);
        assert_eq!(slot_hint(b"121,x,0"), None);
    }
}
