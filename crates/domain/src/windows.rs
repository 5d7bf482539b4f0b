//! Snapshot and maintenance windows (L46-L49). All times are UTC.

use serde::{Deserialize, Serialize};
use std::fmt;

const DAY_MINUTES: u16 = 24 * 60;
const WEEK_MINUTES: u16 = 7 * DAY_MINUTES;
const MIN_MINUTES: u16 = 60;
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Why a window is refused. The texts are those of L46, L47 and L49.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWindow {
    #[error(
        "Invalid backup window format. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC). Example: 03:15-08:15"
    )]
    SnapshotForm,
    #[error("Snapshot window must be at least 60 minutes.")]
    SnapshotTooShort,
    #[error(
        "Invalid maintenance window format. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC)"
    )]
    MaintenanceForm,
    #[error("Maintenance window must be at least 60 minutes.")]
    MaintenanceTooShort,
    #[error("Maintenance window must be at most 24 hours.")]
    MaintenanceTooLong,
    #[error("The snapshot window and maintenance window must not overlap.")]
    Overlap,
}

/// A daily range of minutes, `06:30-07:30`; it may cross midnight (L46).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotWindow {
    start_minute: u16,
    minutes: u16,
}

/// A weekly range of minutes, `tue:09:30-tue:10:30` (L49).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MaintenanceWindow {
    start_minute: u16,
    minutes: u16,
}

/// `hh24:mi` as minutes after midnight.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str, below: u16| -> Option<u16> {
        let two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|value| two_digits && *value < below)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

/// `ddd:hh24:mi` as minutes after Sunday midnight.
fn minute_of_week(text: &str) -> Option<u16> {
    let (day, time) = text.split_once(':')?;
    let day = DAYS.iter().position(|known| known.eq_ignore_ascii_case(day))?;
    Some(u16::try_from(day).ok()? * DAY_MINUTES + minute_of_day(time)?)
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute % DAY_MINUTES / 60, minute % 60)
}

impl SnapshotWindow {
    /// # Errors
    /// The form, or a length under 60 minutes.
    pub fn parse(text: &str) -> Result<Self, InvalidWindow> {
        let (start, end) = text.split_once('-').ok_or(InvalidWindow::SnapshotForm)?;
        let (Some(start_minute), Some(end)) = (minute_of_day(start), minute_of_day(end)) else {
            return Err(InvalidWindow::SnapshotForm);
        };
        let minutes = (end + DAY_MINUTES - start_minute) % DAY_MINUTES;
        if minutes < MIN_MINUTES {
            return Err(InvalidWindow::SnapshotTooShort);
        }
        Ok(Self { start_minute, minutes })
    }

    /// The window the service picks (L48): 60 minutes on a half hour, at or after the hour that
    /// `draw` (any random number) names, and clear of `maintenance`.
    pub fn pick(draw: u64, maintenance: &MaintenanceWindow) -> Self {
        let first = u16::try_from(draw % 48).expect("below 48") * 30;
        (0..48)
            .map(|step| Self { start_minute: (first + step * 30) % DAY_MINUTES, minutes: MIN_MINUTES })
            .find(|window| check_apart(window, maintenance).is_ok())
            // A maintenance window of a whole day leaves no free hour; nothing runs in it then.
            .unwrap_or(Self { start_minute: first, minutes: MIN_MINUTES })
    }

    /// The ranges of minutes of the week that the window covers, day by day.
    fn weekly(&self) -> impl Iterator<Item = (u16, u16)> + use<'_> {
        (0..7).map(|day| (day * DAY_MINUTES + self.start_minute, self.minutes))
    }
}

impl MaintenanceWindow {
    /// # Errors
    /// The form, or a length under 60 minutes or over 24 hours.
    pub fn parse(text: &str) -> Result<Self, InvalidWindow> {
        let (start, end) = text.split_once('-').ok_or(InvalidWindow::MaintenanceForm)?;
        let (Some(start_minute), Some(end)) = (minute_of_week(start), minute_of_week(end)) else {
            return Err(InvalidWindow::MaintenanceForm);
        };
        match (end + WEEK_MINUTES - start_minute) % WEEK_MINUTES {
            0..MIN_MINUTES => Err(InvalidWindow::MaintenanceTooShort),
            minutes @ MIN_MINUTES..=DAY_MINUTES => Ok(Self { start_minute, minutes }),
            _ => Err(InvalidWindow::MaintenanceTooLong),
        }
    }

    /// The window the service picks (L49): 60 minutes on a random day between 03:00 and 11:00.
    pub fn pick(draw: u64) -> Self {
        let day = u16::try_from(draw % 7).expect("below 7");
        let half_hour = u16::try_from(draw / 7 % 15).expect("below 15");
        Self { start_minute: day * DAY_MINUTES + 180 + half_hour * 30, minutes: MIN_MINUTES }
    }
}

/// The two windows may not overlap on any day (L47).
///
/// # Errors
/// `Overlap`.
pub fn check_apart(snapshot: &SnapshotWindow, maintenance: &MaintenanceWindow) -> Result<(), InvalidWindow> {
    let overlap = snapshot.weekly().any(|(start, minutes)| {
        let after = (maintenance.start_minute + WEEK_MINUTES - start) % WEEK_MINUTES;
        let before = (start + WEEK_MINUTES - maintenance.start_minute) % WEEK_MINUTES;
        after < minutes || before < maintenance.minutes
    });
    if overlap { Err(InvalidWindow::Overlap) } else { Ok(()) }
}

impl fmt::Display for SnapshotWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", clock(self.start_minute), clock(self.start_minute + self.minutes))
    }
}

impl fmt::Display for MaintenanceWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = (self.start_minute + self.minutes) % WEEK_MINUTES;
        let day = |minute: u16| DAYS[usize::from(minute / DAY_MINUTES)];
        write!(f, "{}:{}-{}:{}", day(self.start_minute), clock(self.start_minute), day(end), clock(end))
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = InvalidWindow;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(window: $name) -> Self {
                window.to_string()
            }
        }
    };
}
as_text!(SnapshotWindow);
as_text!(MaintenanceWindow);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshot_windows_are_checked_l46() {
        for good in ["06:30-07:30", "23:30-00:30", "00:00-23:59"] {
            assert_eq!(SnapshotWindow::parse(good).unwrap().to_string(), good);
        }
        for (bad, reason) in [
            ("06:30-07:29", InvalidWindow::SnapshotTooShort),
            ("06:30-06:30", InvalidWindow::SnapshotTooShort),
            ("6:30-7:30", InvalidWindow::SnapshotForm),
            ("24:00-01:00", InvalidWindow::SnapshotForm),
            ("06:30", InvalidWindow::SnapshotForm),
        ] {
            assert_eq!(SnapshotWindow::parse(bad), Err(reason), "{bad}");
        }
    }

    #[test]
    fn maintenance_windows_are_checked_l49() {
        assert_eq!(MaintenanceWindow::parse("Sun:23:00-Mon:01:30").unwrap().to_string(), "sun:23:00-mon:01:30");
        assert_eq!(MaintenanceWindow::parse("sat:23:30-sun:00:30").unwrap().to_string(), "sat:23:30-sun:00:30");
        for (bad, reason) in [
            ("tue:09:30-tue:10:29", InvalidWindow::MaintenanceTooShort),
            ("tue:09:30-wed:09:31", InvalidWindow::MaintenanceTooLong),
            ("day:09:30-tue:10:30", InvalidWindow::MaintenanceForm),
            ("09:30-10:30", InvalidWindow::MaintenanceForm),
        ] {
            assert_eq!(MaintenanceWindow::parse(bad), Err(reason), "{bad}");
        }
    }

    #[test]
    fn windows_may_not_overlap_on_any_day_l47() {
        let apart = |snapshot: &str, maintenance: &str| {
            check_apart(&SnapshotWindow::parse(snapshot).unwrap(), &MaintenanceWindow::parse(maintenance).unwrap())
        };
        assert!(apart("06:30-07:30", "tue:07:30-tue:08:30").is_ok());
        assert_eq!(apart("06:30-07:30", "tue:07:29-tue:08:30"), Err(InvalidWindow::Overlap));
        assert_eq!(apart("23:30-00:30", "sun:00:00-sun:01:00"), Err(InvalidWindow::Overlap));
        assert_eq!(apart("03:00-04:00", "sat:23:00-sun:04:00"), Err(InvalidWindow::Overlap));
    }

    #[test]
    fn picked_windows_stay_apart_l48() {
        for draw in 0..2000 {
            let maintenance = MaintenanceWindow::pick(draw);
            assert!(check_apart(&SnapshotWindow::pick(draw * 31, &maintenance), &maintenance).is_ok());
        }
    }
}
