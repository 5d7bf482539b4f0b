//! Colours: only tables have them.

use super::sink;
use crate::failure::Failure;
use crate::globals::ColorChoice;
use crate::terminal;

/// Ends all colours.
pub(super) const RESET: &str = "\x1b[0m";

/// The colours that a table is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colors {
    Plain,
    Colored,
    /// Colours that are also ended behind every part of a line, as the reference does on standard output
    /// when no pager is between.
    ColoredWithResets,
}

impl Colors {
    /// The colours that `--color` asks for, with nothing written for a pager.
    pub(crate) fn of(color: ColorChoice) -> Self {
        let colored = match color {
            ColorChoice::On => true,
            ColorChoice::Off => false,
            ColorChoice::Auto => terminal::is_output(),
        };
        if colored { Self::Colored } else { Self::Plain }
    }

    /// The same on standard output itself.
    pub(crate) fn with_resets(self) -> Self {
        match self {
            Self::Plain => Self::Plain,
            Self::Colored | Self::ColoredWithResets => Self::ColoredWithResets,
        }
    }

    /// Leaves the terminal without colours, at the end of a program that used them.
    pub(crate) fn reset(self) -> Result<(), Failure> {
        if self != Self::Plain && terminal::is_output() {
            sink::to_stdout(RESET)?;
        }
        Ok(())
    }

    /// The bar that stands beside a nested section.
    pub(crate) fn bar(self) -> &'static str {
        match self {
            Self::Plain => "|",
            Self::Colored | Self::ColoredWithResets => "\x1b[2m\x1b[33m|\x1b[0m",
        }
    }

    /// The text of a cell.
    pub(crate) fn value(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colored | Self::ColoredWithResets => format!("\x1b[1m\x1b[34m{text}{RESET}"),
        }
    }

    /// What follows each part of a line.
    pub(crate) fn end_of_part(self) -> &'static str {
        match self {
            Self::Plain | Self::Colored => "",
            Self::ColoredWithResets => RESET,
        }
    }
}
