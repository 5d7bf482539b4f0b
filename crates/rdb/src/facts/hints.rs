//! Slots: which have keys, and whether the writer's counts of them are right.

use super::{Announced, Slots};
use crate::slot_set::SlotSet;

/// The slots so far. A writer announces a slot and then writes its keys, so one slot is compared at a time.
#[derive(Debug, Default)]
pub(super) struct SlotCounts {
    used: SlotSet,
    under_way: Option<Slot>,
    announced: u64,
    wrong: u64,
}

#[derive(Debug)]
struct Slot {
    number: u64,
    announced: Announced,
    met: Announced,
    /// Keys of other slots.
    strays: u64,
}

impl SlotCounts {
    #[inline]
    pub(super) fn add(&mut self, slot: u16, has_expiry: bool) {
        self.used.insert(slot);
        if let Some(under_way) = &mut self.under_way {
            if under_way.number == u64::from(slot) {
                under_way.met.keys += 1;
                under_way.met.expires += u64::from(has_expiry);
            } else {
                under_way.strays += 1;
            }
        }
    }

    /// The slots that have keys.
    pub(super) const fn used(&self) -> &SlotSet {
        &self.used
    }

    pub(super) fn announce(&mut self, number: u64, announced: Announced) {
        self.compare();
        self.announced += 1;
        self.under_way = Some(Slot { number, announced, met: Announced::default(), strays: 0 });
    }

    /// Ends the slot under way: another is announced, or its database or the file ends.
    pub(super) fn compare(&mut self) {
        if let Some(slot) = self.under_way.take() {
            self.wrong += u64::from(slot.met != slot.announced || slot.strays > 0);
        }
    }

    pub(super) fn report(&self) -> Slots {
        Slots {
            used: self.used.len(),
            announced: self.announced,
            hints_agree: (self.announced > 0).then_some(self.wrong == 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints_agree(met: &[(u16, bool)]) -> Option<bool> {
        let mut slots = SlotCounts::default();
        slots.announce(5, Announced { keys: 2, expires: 1 });
        met.iter().for_each(|(slot, has_expiry)| slots.add(*slot, *has_expiry));
        slots.compare();
        slots.report().hints_agree
    }

    #[test]
    fn a_wrong_count_and_a_stray_key_are_seen() {
        assert_eq!(SlotCounts::default().report().hints_agree, None);
        assert_eq!(hints_agree(&[(5, true), (5, false)]), Some(true));
        assert_eq!(hints_agree(&[(5, true)]), Some(false));
        assert_eq!(hints_agree(&[(5, false), (5, false)]), Some(false));
        assert_eq!(hints_agree(&[(5, true), (5, false), (6, false)]), Some(false));
    }
}
