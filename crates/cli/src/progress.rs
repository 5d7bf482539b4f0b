//! `--wait` on a terminal: one line that says how far the work has come.
//!
//! Describe operations tell a state and no numbers, so the line has none but the time.

use std::io::{IsTerminal, Write};
use std::time::Duration;
use unicode_width::UnicodeWidthChar;

/// Moves to the begin of the line and empties it.
const CLEAR: &str = "\r\x1b[K";
/// Columns when the terminal does not tell.
const USUAL_WIDTH: usize = 80;

/// What is known of the work that is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress<'a> {
    /// The name of what is in the making.
    pub name: &'a str,
    pub status: &'a str,
    /// Since the waiting began.
    pub elapsed: Duration,
}

impl Progress<'_> {
    /// The line, cut to leave the last of `width` columns free.
    pub(crate) fn line(&self, width: usize) -> String {
        let seconds = self.elapsed.as_secs();
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let time = match hours {
            0 => format!("{minutes}:{seconds:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        };
        let mut room = width.saturating_sub(1);
        let line = format!("{time}  {}: {}", self.name, self.status);
        let printable = line.chars().filter(|letter| !letter.is_control());
        let fits = printable.take_while(|letter| {
            let columns = letter.width().unwrap_or(0);
            let fits = columns <= room;
            room = room.saturating_sub(columns);
            fits
        });
        fits.collect()
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
    let size = rustix::termios::tcgetwinsize(std::io::stderr());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(USUAL_WIDTH)
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
            let progress = Progress { name, status, elapsed: Duration::from_secs(seconds) };
            assert_eq!(progress.line(width), line);
        }
    }
}
