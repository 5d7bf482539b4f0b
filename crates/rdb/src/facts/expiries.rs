//! When keys expire, seen from the beginning of the file.

use super::Within;

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;

/// Upper bounds; what is later counts after the last. Unit: seconds. Source: our choice.
const BOUNDS_S: [u64; 7] = [0, MINUTE_S, HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S, 365 * DAY_S];

#[derive(Debug, Default)]
pub(super) struct Expiries {
    first_at_ms: Option<i64>,
    last_at_ms: Option<i64>,
    within: [u64; BOUNDS_S.len() + 1],
}

impl Expiries {
    /// `begun_at_s`: when the file was begun, where it says so.
    #[inline]
    pub(super) fn add(&mut self, at_ms: i64, begun_at_s: Option<u64>) {
        self.first_at_ms = Some(self.first_at_ms.map_or(at_ms, |first| first.min(at_ms)));
        self.last_at_ms = Some(self.last_at_ms.map_or(at_ms, |last| last.max(at_ms)));
        let begun_at_ms = i64::try_from(begun_at_s.unwrap_or(0).saturating_mul(1000)).unwrap_or(i64::MAX);
        let left_ms = u64::try_from(at_ms.saturating_sub(begun_at_ms)).unwrap_or(0);
        self.within[BOUNDS_S.partition_point(|bound_s| bound_s * 1000 < left_ms)] += 1;
    }

    pub(super) fn report(&self, begun_at_s: Option<u64>) -> super::Expiries {
        let bounds = BOUNDS_S.into_iter().map(Some).chain([None]);
        let within = bounds.zip(self.within).map(|(up_to_s, keys)| Within { up_to_s, keys });
        super::Expiries {
            first_at_ms: self.first_at_ms,
            last_at_ms: self.last_at_ms,
            within: if begun_at_s.is_some() { within.collect() } else { Vec::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_counts_within_its_bound() {
        let mut expiries = Expiries::default();
        for left_ms in [-5_000_i64, 0, 1, 60_000, 60_001, 86_400_000, 400 * 86_400_000] {
            expiries.add(1_700_000_000_000 + left_ms, Some(1_700_000_000));
        }
        let report = expiries.report(Some(1_700_000_000));
        assert_eq!(report.within.iter().map(|within| within.keys).collect::<Vec<_>>(), [2, 2, 1, 1, 0, 0, 0, 1]);
        assert_eq!(report.first_at_ms, Some(1_699_999_995_000));
    }

    #[test]
    fn absurd_times_are_counted_and_not_summed_up() {
        let mut expiries = Expiries::default();
        for at_ms in [i64::MIN, i64::MAX] {
            expiries.add(at_ms, Some(u64::MAX));
        }
        assert_eq!((expiries.first_at_ms, expiries.last_at_ms), (Some(i64::MIN), Some(i64::MAX)));
        assert!(expiries.report(None).within.is_empty());
    }
}
