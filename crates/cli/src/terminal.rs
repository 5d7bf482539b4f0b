//! What is known about terminals.

use std::io::IsTerminal as _;
use std::os::fd::AsFd;

/// How wide a terminal is taken to be when it cannot be asked, in columns.
pub(crate) const USUAL_COLUMNS: usize = 80;

/// Whether standard output goes to a terminal.
pub(crate) fn is_output() -> bool {
    std::io::stdout().is_terminal()
}

/// The width of the terminal behind `stream`, in columns. `COLUMNS` does not count.
pub(crate) fn columns(stream: impl AsFd) -> usize {
    rustix::termios::tcgetwinsize(stream).map_or(USUAL_COLUMNS, |size| usize::from(size.ws_col))
}
