//! Whether the source of a stream is held up by its sealing.

use std::time::Duration;
use tokio::time::Instant;

/// How long it must be held up, or not, until that counts. Our choice.
const PATIENCE: Duration = Duration::from_secs(2);

/// Held up or not, by what the last two seconds said: one slow segment changes nothing.
#[derive(Debug, Default)]
pub(super) struct Pressure {
    held_up: bool,
    /// Since when the opposite is seen.
    opposite_since: Option<Instant>,
}

impl Pressure {
    /// Takes what is seen `now`: whether a piece must wait until another one is sealed. Says what counts.
    pub(super) fn observe(&mut self, now: Instant, waits: bool) -> bool {
        if waits == self.held_up {
            self.opposite_since = None;
        } else if now.duration_since(*self.opposite_since.get_or_insert(now)) >= PATIENCE {
            self.held_up = waits;
            self.opposite_since = None;
        }
        self.held_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lasts_two_seconds_counts() {
        let start = Instant::now();
        let mut pressure = Pressure::default();
        for (at_ms, waits, counts) in [
            (0, true, false),
            (1_900, true, false),
            (1_950, false, false),
            (2_000, true, false),
            (3_999, true, false),
            (4_000, true, true),
            (4_100, false, true),
            (6_000, true, true),
            (6_100, false, true),
            (8_099, false, true),
            (8_100, false, false),
            (9_000, true, false),
        ] {
            assert_eq!(pressure.observe(start + Duration::from_millis(at_ms), waits), counts, "{at_ms}");
        }
    }
}
