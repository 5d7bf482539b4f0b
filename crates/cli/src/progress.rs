//! `--wait` on a terminal: one line that says how far the work has come.
//!
//! Every service tells a status; only `valkeep serve` tells bytes, and then there is a bar.

use crate::terminal;
use crate::waiting::{Total, Work};
use std::io::{IsTerminal, Write};
use std::time::Duration;
use unicode_width::UnicodeWidthChar;

/// Moves to the begin of the line and empties it.
const CLEAR: &str = "\r\x1b[K";

/// Columns of the bar.
const BAR_WIDTH: u64 = 20;

/// What is known of the work that is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress<'a> {
    /// The name of what is in the making.
    pub name: &'a str,
    pub status: &'a str,
    pub work: Option<&'a Work>,
    /// Since the waiting began.
    pub elapsed: Duration,
}

impl Progress<'_> {
    /// The line, cut to leave the last of `width` columns free.
    pub(crate) fn line(&self, width: usize) -> String {
        let line = format!("{}  {}: {}{}", clock(self.elapsed), self.name, self.status, self.bytes());
        let mut room = width.saturating_sub(1);
        let printable = line.chars().filter(|letter| !letter.is_control());
        let fits = printable.take_while(|letter| {
            let columns = letter.width().unwrap_or(0);
            let fits = columns <= room;
            room = room.saturating_sub(columns);
            fits
        });
        fits.collect()
    }

    /// Bar, percentage, bytes, rate and the time that is left, as far as they are known.
    fn bytes(&self) -> String {
        let Some(Work::Running { done, total }) = self.work else { return String::new() };
        let rate = *done as f64 / self.elapsed.as_secs_f64().max(0.001);
        // An estimate is marked, and is never reached.
        let (total, about, most) = match *total {
            Some(Total::Exact(total @ 1..)) => (total, "", 100),
            Some(Total::Estimate(total @ 1..)) => (total, "~", 99),
            Some(Total::Exact(0) | Total::Estimate(0)) | None => {
                return format!("  {}  {}/s", size(*done as f64), size(rate));
            }
        };
        let done = (*done).min(total);
        let filled = (u128::from(done) * u128::from(BAR_WIDTH) / u128::from(total)) as usize;
        let bar: String = (0..BAR_WIDTH as usize).map(|place| if place < filled { '#' } else { '-' }).collect();
        let percent = (u128::from(done) * 100 / u128::from(total)).min(most);
        let left = Duration::from_secs_f64(((total - done) as f64 / rate.max(1.0)).min(LONGEST_S));
        format!(
            "  [{bar}] {about}{percent} %  {} of {about}{}  {}/s  {about}{} left",
            size(done as f64),
            size(total as f64),
            size(rate),
            clock(left)
        )
    }
}

/// More time than this is not told apart.
const LONGEST_S: f64 = 1e6;

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `1.5 GiB`
fn size(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power = units.iter().enumerate().take_while(|(power, _)| bytes >= 1024_f64.powi(*power as i32)).count();
    match power.saturating_sub(1) {
        0 => format!("{bytes:.0} B"),
        power => format!("{:.1} {}", bytes / 1024_f64.powi(power as i32), units[power]),
    }
}

/// The line on standard error, if that is a terminal. It is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Bar {
    on_terminal: bool,
}

impl Bar {
    pub(crate) fn on_standard_error() -> Self {
        Self { on_terminal: std::io::stderr().is_terminal() }
    }

    /// Shows the line in place of the one before.
    pub(crate) fn show(&mut self, progress: &Progress<'_>) {
        if self.on_terminal {
            write(&format!("{CLEAR}{}", progress.line(width())));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.on_terminal {
            write(CLEAR);
        }
    }
}

/// A bar that cannot be drawn is no reason to stop waiting.
fn write(text: &str) {
    let mut terminal = std::io::stderr().lock();
    terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush()).ok();
}

fn width() -> usize {
    match terminal::columns(std::io::stderr()) {
        0 => terminal::USUAL_COLUMNS,
        columns => columns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_time_name_and_state_and_fits_its_terminal() {
        for (name, status, seconds, width, line) in [
            ("nightly", "creating", 7, 80, "0:07  nightly: creating"),
            ("nightly", "creating", 754, 80, "12:34  nightly: creating"),
            ("nightly", "creating", 3661, 80, "1:01:01  nightly: creating"),
            ("nightly", "creating", 7, 12, "0:07  night"),
            ("größe", "x", 7, 9, "0:07  gr"),
            ("日本", "x", 7, 10, "0:07  日"),
            ("a\x1b[2Jb", "x", 7, 80, "0:07  a[2Jb: x"),
            ("nightly", "creating", 7, 0, ""),
        ] {
            let progress = Progress { name, status, work: None, elapsed: Duration::from_secs(seconds) };
            assert_eq!(progress.line(width), line);
        }
    }

    #[test]
    fn bytes_are_shown_as_far_as_they_are_known() {
        for (done, total, line) in [
            (
                1 << 20,
                Some(Total::Exact(4 << 20)),
                "0:02  n: exporting  [#####---------------] 25 %  1.0 MiB of 4.0 MiB  512.0 KiB/s  0:06 left",
            ),
            (
                9,
                Some(Total::Exact(4)),
                "0:02  n: exporting  [####################] 100 %  4 B of 4 B  4 B/s  0:00 left",
            ),
            (
                0,
                Some(Total::Exact(u64::MAX)),
                "0:02  n: exporting  [--------------------] 0 %  0 B of 16777216.0 TiB  0 B/s  277:46:40 left",
            ),
            (
                1 << 20,
                Some(Total::Estimate(4 << 20)),
                "0:02  n: exporting  [#####---------------] ~25 %  1.0 MiB of ~4.0 MiB  512.0 KiB/s  ~0:06 left",
            ),
            (
                9,
                Some(Total::Estimate(4)),
                "0:02  n: exporting  [####################] ~99 %  4 B of ~4 B  4 B/s  ~0:00 left",
            ),
            (3000, None, "0:02  n: exporting  2.9 KiB  1.5 KiB/s"),
            (0, Some(Total::Exact(0)), "0:02  n: exporting  0 B  0 B/s"),
        ] {
            let work = Work::Running { done, total };
            let progress =
                Progress { name: "n", status: "exporting", work: Some(&work), elapsed: Duration::from_secs(2) };
            assert_eq!(progress.line(200), line);
        }
    }
}
