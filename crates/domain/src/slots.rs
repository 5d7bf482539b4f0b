//! Hash slots: which part of the keys a shard of a cluster holds.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Slots of a cluster, numbered from 0 (Redis cluster specification).
pub const SLOT_COUNT: u16 = 16_384;

/// Slots as ascending ranges that neither touch nor overlap, both ends included: `0-5460,10923-10923`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SlotRanges(Vec<(u16, u16)>);

/// The text or the ranges name no slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSlots {
    #[error("not a range of slots between 0 and 16383")]
    Range,
    #[error("slot {0} is named twice")]
    Twice(u16),
}

impl SlotRanges {
    /// Every slot: those of the only shard of a group without cluster mode.
    pub fn all() -> Self {
        Self(vec![(0, SLOT_COUNT - 1)])
    }

    /// Puts ranges in order and joins those that touch.
    ///
    /// # Errors
    /// When an end is no slot or lies before the beginning, or when two ranges overlap.
    pub fn of(ranges: impl IntoIterator<Item = (u16, u16)>) -> Result<Self, InvalidSlots> {
        let mut ordered: Vec<(u16, u16)> = ranges.into_iter().collect();
        ordered.sort_unstable();
        let mut joined = Vec::<(u16, u16)>::new();
        for (first, last) in ordered {
            if first > last || last >= SLOT_COUNT {
                return Err(InvalidSlots::Range);
            }
            match joined.last_mut() {
                Some((_, before)) if first <= *before => return Err(InvalidSlots::Twice(first)),
                Some((_, before)) if first == *before + 1 => *before = last,
                Some(_) | None => joined.push((first, last)),
            }
        }
        Ok(Self(joined))
    }

    /// A range, or several with commas between them; `7` stands for `7-7`.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn parse(text: &str) -> Result<Self, InvalidSlots> {
        let ranges = text.split(',').filter(|range| !range.is_empty()).map(parse_range);
        Self::of(ranges.collect::<Result<Vec<_>, _>>()?)
    }

    /// The slots of all of them together.
    ///
    /// # Errors
    /// `Twice` when two of them share a slot.
    pub fn union<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Result<Self, InvalidSlots> {
        Self::of(parts.into_iter().flat_map(|part| part.0.iter().copied()))
    }

    /// The slots that are in none of the ranges.
    #[must_use]
    pub fn missing(&self) -> Self {
        let mut next = 0;
        let mut missing = Vec::new();
        for (first, last) in &self.0 {
            if next < *first {
                missing.push((next, first - 1));
            }
            next = last + 1;
        }
        if next < SLOT_COUNT {
            missing.push((next, SLOT_COUNT - 1));
        }
        Self(missing)
    }

    pub fn contains(&self, slot: u16) -> bool {
        let place = self.0.partition_point(|(_, last)| *last < slot);
        self.0.get(place).is_some_and(|(first, _)| *first <= slot)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lowest slot.
    pub fn first(&self) -> Option<u16> {
        self.0.first().map(|(first, _)| *first)
    }
}

fn parse_range(text: &str) -> Result<(u16, u16), InvalidSlots> {
    let slot = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).ok_or(InvalidSlots::Range)
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Ok((slot(first)?, slot(last)?))
}

impl fmt::Display for SlotRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (first, last)) in self.0.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            write!(f, "{comma}{first}-{last}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for SlotRanges {
    type Error = InvalidSlots;
    fn try_from(text: String) -> Result<Self, InvalidSlots> {
        Self::parse(&text)
    }
}

impl From<SlotRanges> for String {
    fn from(slots: SlotRanges) -> Self {
        slots.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_ordered_joined_and_printed() {
        let cases = [
            ("", ""),
            ("7", "7-7"),
            ("0-16383", "0-16383"),
            ("10-20,0-4", "0-4,10-20"),
            ("5-9,0-4,10", "0-10"),
            ("16383,0", "0-0,16383-16383"),
        ];
        for (text, printed) in cases {
            assert_eq!(SlotRanges::parse(text).unwrap().to_string(), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_range_of_slots_is_refused() {
        for bad in ["16384", "5-4", "-1", "+1", "a", "1-2-3", "0-99999999", "1 -2"] {
            assert_eq!(SlotRanges::parse(bad), Err(InvalidSlots::Range), "{bad}");
        }
        assert_eq!(SlotRanges::parse("0-5,5-9"), Err(InvalidSlots::Twice(5)));
        assert_eq!(SlotRanges::parse("0-9,3-4"), Err(InvalidSlots::Twice(3)));
    }

    #[test]
    fn parts_of_a_cluster_are_put_together() {
        let slots = |text| SlotRanges::parse(text).unwrap();
        let whole = SlotRanges::union([&slots("0-5460"), &slots("10923-16383"), &slots("5461-10922")]).unwrap();
        assert_eq!((&whole, whole.missing().is_empty()), (&SlotRanges::all(), true));
        assert_eq!(slots("1-5,7-16382").missing(), slots("0,6,16383"));
        assert_eq!(SlotRanges::default().missing(), SlotRanges::all());
        assert_eq!(SlotRanges::union([&slots("0-9"), &slots("4-5")]), Err(InvalidSlots::Twice(4)));
        let held: Vec<u16> = (0..SLOT_COUNT).filter(|slot| slots("1-2,5,16383").contains(*slot)).collect();
        assert_eq!(held, [1, 2, 5, 16383]);
        assert_eq!((slots("7,1-5").first(), SlotRanges::default().first()), (Some(1), None));
    }
}
