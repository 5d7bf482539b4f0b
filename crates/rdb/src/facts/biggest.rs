//! The keys that stand out by one measure.

use super::names::{Name, shown};
use super::{BIGGEST_MAX, BigKey};
use crate::event::Type;

/// One key as it was met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    pub(super) name: Name,
    pub(super) database: u32,
    pub(super) value_type: Type,
    pub(super) bytes: u64,
    pub(super) elements: u64,
    pub(super) expires_at_ms: Option<i64>,
}

/// The biggest keys so far, at most `BIGGEST_MAX`, falling; of equals the first in the file.
#[derive(Debug)]
pub(super) struct Biggest {
    weight: fn(&Met) -> u64,
    keys: Vec<Met>,
    /// What a key must exceed.
    floor: u64,
}

impl Biggest {
    pub(super) fn by(weight: fn(&Met) -> u64) -> Self {
        Self { weight, keys: Vec::with_capacity(BIGGEST_MAX + 1), floor: 0 }
    }

    /// Whether a key of this weight would be among them.
    #[inline]
    pub(super) fn takes(&self, weight: u64) -> bool {
        weight > self.floor
    }

    pub(super) fn insert(&mut self, met: Met) {
        let weight = (self.weight)(&met);
        let place = self.keys.partition_point(|other| (self.weight)(other) >= weight);
        self.keys.insert(place, met);
        self.keys.truncate(BIGGEST_MAX);
        if let [.., last] = self.keys.as_slice()
            && self.keys.len() == BIGGEST_MAX
        {
            self.floor = (self.weight)(last);
        }
    }

    pub(super) fn report(&self) -> Vec<BigKey> {
        self.keys.iter().map(Met::report).collect()
    }
}

impl Met {
    fn report(&self) -> BigKey {
        BigKey {
            name: shown(self.name.kept()),
            name_bytes: self.name.bytes,
            database: self.database,
            value_type: self.value_type.name().to_owned(),
            bytes: self.bytes,
            elements: self.elements,
            expires_at_ms: self.expires_at_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteen_biggest_stay_in_falling_order() {
        let mut biggest = Biggest::by(|met| met.bytes);
        for number in 0..1000_u64 {
            let bytes = number * 7919 % 1000;
            let name = Name::new(number.to_string().as_bytes(), 0);
            let met = Met { name, database: 0, value_type: Type::String, bytes, elements: 1, expires_at_ms: None };
            if biggest.takes(bytes) {
                biggest.insert(met);
            }
        }
        let bytes: Vec<u64> = biggest.report().iter().map(|key| key.bytes).collect();
        assert_eq!(bytes, (984..1000).rev().collect::<Vec<_>>());
    }
}
