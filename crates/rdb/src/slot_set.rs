//! A set of hash slots.

/// Slots of a cluster (Redis cluster specification).
const SLOTS: usize = 16_384;

/// A set of hash slots, 2 KiB. Numbers from 16,384 on are no slots and are in no set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotSet {
    words: [u64; SLOTS / 64],
}

impl SlotSet {
    #[must_use]
    pub fn new() -> Self {
        Self { words: [0; SLOTS / 64] }
    }

    #[inline]
    pub fn insert(&mut self, slot: u16) {
        if let Some(word) = self.words.get_mut(usize::from(slot / 64)) {
            *word |= 1 << (slot % 64);
        }
    }

    #[inline]
    #[must_use]
    pub fn contains(&self, slot: u16) -> bool {
        self.words.get(usize::from(slot / 64)).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    #[must_use]
    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for SlotSet {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<u16> for SlotSet {
    fn from_iter<I: IntoIterator<Item = u16>>(slots: I) -> Self {
        let mut set = Self::new();
        slots.into_iter().for_each(|slot| set.insert(slot));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_in_the_set_once() {
        let set: SlotSet = [0, 63, 64, 16_383, 64, 16_384, u16::MAX].into_iter().collect();
        assert_eq!(set.len(), 4);
        assert!([0, 63, 64, 16_383].into_iter().all(|slot| set.contains(slot)));
        assert!([1, 62, 65, 16_382, 16_384, u16::MAX].into_iter().all(|slot| !set.contains(slot)));
    }
}
