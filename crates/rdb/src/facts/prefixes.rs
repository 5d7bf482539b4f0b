//! Keys by prefix: exact while the file has few prefixes, else the heavy ones with a bound on what they may lack.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use super::names::shown;
use super::{Counts, PREFIXES_BY_BYTES, PREFIXES_BY_KEYS};

const DELIMITER: u8 = b':';

/// Bytes of a name in which the delimiter is searched, and so the longest prefix.
const PREFIX_BYTES_MAX: usize = 40;

/// Prefixes that are counted at a time. When another comes, those that are not heavy are dropped. Source: our choice; 1,024 entries
/// take about 100 KiB.
const COUNTED_MAX: usize = 1024;

/// Heavy: among that many by keys, or among that many by bytes.
const HEAVY_MAX: usize = COUNTED_MAX / 4;

#[derive(Clone, Copy, Debug)]
struct Prefix {
    bytes: [u8; PREFIX_BYTES_MAX],
    len: usize,
}

impl Prefix {
    fn new(prefix: &[u8]) -> Self {
        let mut bytes = [0; PREFIX_BYTES_MAX];
        bytes[..prefix.len()].copy_from_slice(prefix);
        Self { bytes, len: prefix.len() }
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Borrow<[u8]> for Prefix {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Hash for Prefix {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl PartialEq for Prefix {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Prefix {}

/// The prefixes so far. The map's own hash is keyed at random, so names that are made to collide do not slow it down.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    counted: HashMap<Prefix, Counts>,
    none: Counts,
    dropped: Counts,
    /// Of every round of dropping, the most that one prefix lost.
    low_by: Counts,
}

impl Prefixes {
    #[inline]
    pub(super) fn add(&mut self, name: &[u8], key: Counts) {
        let searched = &name[..name.len().min(PREFIX_BYTES_MAX)];
        let Some(end) = searched.iter().position(|byte| *byte == DELIMITER) else {
            return self.none.add(key);
        };
        let prefix = &searched[..=end];
        match self.counted.get_mut(prefix) {
            Some(counts) => counts.add(key),
            None => self.begin(prefix, key),
        }
    }

    fn begin(&mut self, prefix: &[u8], key: Counts) {
        if self.counted.len() == COUNTED_MAX {
            self.drop_light_ones();
        }
        match self.counted.entry(Prefix::new(prefix)) {
            Entry::Vacant(entry) => entry.insert(Counts::default()).add(key),
            Entry::Occupied(mut entry) => entry.get_mut().add(key),
        }
    }

    fn drop_light_ones(&mut self) {
        let (heavy, light) = heaviest(self.counted.drain().collect(), HEAVY_MAX, HEAVY_MAX);
        self.counted.extend(heavy);
        let mut most = Counts::default();
        for (_, counts) in light {
            self.dropped.add(counts);
            most.keys = most.keys.max(counts.keys);
            most.bytes = most.bytes.max(counts.bytes);
        }
        self.low_by.add(most);
    }

    pub(super) fn report(&self) -> super::Prefixes {
        let all = self.counted.iter().map(|(prefix, counts)| (*prefix, *counts)).collect();
        let (mut listed, rest) = heaviest(all, PREFIXES_BY_KEYS, PREFIXES_BY_BYTES);
        listed.sort_unstable_by(|(one, a), (other, b)| {
            b.bytes.cmp(&a.bytes).then_with(|| one.as_bytes().cmp(other.as_bytes()))
        });
        let mut others = self.dropped;
        rest.iter().for_each(|(_, counts)| others.add(*counts));
        super::Prefixes {
            delimiter: char::from(DELIMITER).to_string(),
            list: listed
                .iter()
                .map(|(prefix, counts)| super::Prefix { prefix: shown(prefix.as_bytes()), counts: *counts })
                .collect(),
            others,
            none: self.none,
            low_by_keys: self.low_by.keys,
            low_by_bytes: self.low_by.bytes,
        }
    }
}

type Counted = Vec<(Prefix, Counts)>;

/// Splits into those that are among the first by keys or by bytes, and the rest. Ties are broken by the prefixes themselves, so that the
/// order in the map decides nothing.
fn heaviest(mut all: Counted, by_keys: usize, by_bytes: usize) -> (Counted, Counted) {
    let sort_and_split = |all: &mut Counted, first: usize, weight: fn(&Counts) -> u64| {
        all.sort_unstable_by(|(one, a), (other, b)| {
            weight(b).cmp(&weight(a)).then_with(|| one.as_bytes().cmp(other.as_bytes()))
        });
        all.split_off(first.min(all.len()))
    };
    let mut rest = sort_and_split(&mut all, by_keys, |counts| counts.keys);
    let light = sort_and_split(&mut rest, by_bytes, |counts| counts.bytes);
    all.append(&mut rest);
    (all, light)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bytes: u64) -> Counts {
        Counts { keys: 1, expires: 0, bytes, elements: 1 }
    }

    #[test]
    fn few_prefixes_are_counted_exactly() {
        let mut prefixes = Prefixes::default();
        for (name, bytes) in [("user:1", 10), ("user:2:x", 20), ("cart:1", 5), ("plain", 3), (":", 1)] {
            prefixes.add(name.as_bytes(), key(bytes));
        }
        prefixes.add(&[b'x'; 41], key(7));
        prefixes.add([[b'y'; 40].as_slice(), b":"].concat().as_slice(), key(7));
        let report = prefixes.report();
        let list: Vec<_> =
            report.list.iter().map(|one| (one.prefix.as_str(), one.counts.keys, one.counts.bytes)).collect();
        assert_eq!(list, [("user:", 2, 30), ("cart:", 1, 5), (":", 1, 1)]);
        assert_eq!((report.none.keys, report.none.bytes), (3, 17));
        assert_eq!((report.low_by_keys, report.low_by_bytes, report.others), (0, 0, Counts::default()));
    }

    #[test]
    fn heavy_prefixes_are_found_among_many_and_lack_no_more_than_is_said() {
        let mut prefixes = Prefixes::default();
        for number in 0..100_000_u64 {
            prefixes.add(format!("{number:08}:unique").as_bytes(), key(10));
            if number > 50_000 && number % 10 == 0 {
                prefixes.add(b"late:x", key(3));
            }
            if number % 1000 == 0 {
                prefixes.add(b"fat:x", key(10_000));
            }
        }
        let report = prefixes.report();
        assert!(prefixes.counted.len() <= COUNTED_MAX);
        let found = |prefix: &str| report.list.iter().find(|one| one.prefix == prefix).map(|one| one.counts).unwrap();
        assert!(found("late:").keys <= 4999 && found("late:").keys + report.low_by_keys >= 4999);
        assert!(found("fat:").bytes <= 1_000_000 && found("fat:").bytes + report.low_by_bytes >= 1_000_000);
        assert!(report.low_by_keys > 0 && report.low_by_keys < 1000);
        let sum: u64 = report.list.iter().map(|one| one.counts.keys).sum::<u64>() + report.others.keys;
        assert_eq!(sum, 100_000 + 4999 + 100);
    }
}
