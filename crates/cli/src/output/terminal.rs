//! What is known about the terminal behind standard output.

use std::io::IsTerminal as _;

/// How wide a terminal is taken to be when it cannot be asked, in columns.
const USUAL_COLUMNS: usize = 80;

/// Whether standard output goes to a terminal.
pub(crate) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// The width of the terminal behind standard output, in columns. `COLUMNS` does not count.
pub(crate) fn columns() -> usize {
    rustix::termios::tcgetwinsize(std::io::stdout()).map_or(USUAL_COLUMNS, |size| usize::from(size.ws_col))
}
