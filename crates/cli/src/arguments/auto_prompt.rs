//! Whether the command line is to be completed at a prompt before it is read.

use super::parser::{Argument, Parser, Takes};
use crate::config::{Setting, Settings};
use crate::failure::Failure;

const ON: &str = "--cli-auto-prompt";
const OFF: &str = "--no-cli-auto-prompt";

/// When the user is prompted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoPrompt {
    Off,
    /// Before the command is read.
    On,
    /// When the command does not fit.
    OnPartial,
}

impl AutoPrompt {
    /// Looks over the words before anything else does. `--profile` is not looked through here.
    pub fn of(words: &[String], settings: &Settings) -> Result<Self, Failure> {
        check_first_options(words)?;
        let has = |option: &str| words.iter().any(|word| word == option);
        if has(ON) && has(OFF) {
            return Err(Failure::validation(format!("Both {ON} and {OFF} cannot be specified at the same time.")));
        }
        if has(OFF) || has("help") || has("--version") {
            return Ok(Self::Off);
        }
        if has(ON) {
            return Ok(Self::On);
        }
        // A profile that does not exist is reported by whoever needs it.
        let setting = settings.get(Setting::CliAutoPrompt).ok().flatten().map(|word| word.to_lowercase());
        Ok(match setting.as_deref() {
            Some("on") => Self::On,
            Some("on-partial") => Self::OnPartial,
            Some(_) | None => Self::Off,
        })
    }
}

/// The two options that the reference needs before it knows any other have a usage text of their own.
fn check_first_options(words: &[String]) -> Result<(), Failure> {
    let options = vec![Argument::option("--profile", Takes::One), Argument::option("--debug", Takes::Nothing)];
    match Parser::new(options).parse_known(words) {
        Err(Failure::Usage(message)) => {
            Err(Failure::validation(format!("{message}\n\nusage: aws [--profile PROFILE] [--debug]\n")))
        }
        other => other.map(|_| ()),
    }
}
