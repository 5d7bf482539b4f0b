//! When to ask.

use crate::config::{Setting, Settings};
use crate::failure::Failure;

pub(super) const ON: &str = "--cli-auto-prompt";
const OFF: &str = "--no-cli-auto-prompt";

/// When the user is asked for the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Never,
    Always,
    /// After words that do not make a command.
    OnPartial,
}

impl Mode {
    /// The mode that the words and then the settings say. Only whole words count here, and no abbreviations; who asks
    /// for help or for the version is asked nothing. `settings` do not know of `--profile` yet: it has no part in this.
    pub(crate) fn of(words: &[String], settings: &Settings) -> Result<Self, Failure> {
        if let Some(mode) = Self::by_words(words)? {
            return Ok(mode);
        }
        // A profile that does not exist says nothing here, and is a failure later.
        let value = settings.get(Setting::CliAutoPrompt).ok().flatten();
        Ok(value.map_or(Self::Never, |value| Self::by_setting(&value)))
    }

    /// Whether the user is asked after a command has failed: when its words do not fit.
    pub(crate) fn asks_after(self, failure: &Failure) -> bool {
        let misfit = matches!(failure, Failure::Usage(_) | Failure::UnknownOptions(_) | Failure::Validation(_));
        self == Self::OnPartial && misfit
    }

    fn by_words(words: &[String]) -> Result<Option<Self>, Failure> {
        let given = |word: &str| words.iter().any(|given| given == word);
        match (given(ON), given(OFF)) {
            (true, true) => {
                Err(Failure::validation(format!("Both {ON} and {OFF} cannot be specified at the same time.")))
            }
            _ if given("help") || given("--version") => Ok(Some(Self::Never)),
            (true, false) => Ok(Some(Self::Always)),
            (false, true) => Ok(Some(Self::Never)),
            (false, false) => Ok(None),
        }
    }

    fn by_setting(value: &str) -> Self {
        match value.to_lowercase().as_str() {
            "on" => Self::Always,
            "on-partial" => Self::OnPartial,
            _ => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_decide_first() {
        for (words, expected) in [
            ("elasticache", None),
            ("elasticache --cli-auto-prompt", Some(Mode::Always)),
            ("elasticache --cli-auto", None),
            ("elasticache --no-cli-auto-prompt", Some(Mode::Never)),
            ("elasticache help --cli-auto-prompt", Some(Mode::Never)),
            ("--version", Some(Mode::Never)),
        ] {
            let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
            assert_eq!(Mode::by_words(&words), Ok(expected), "{words:?}");
        }
        let both = ["--cli-auto-prompt", "--no-cli-auto-prompt"].map(str::to_owned);
        let text = "Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.";
        assert_eq!(Mode::by_words(&both), Err(Failure::validation(text)));
    }

    #[test]
    fn only_words_that_do_not_fit_are_asked_for_again() {
        let usage = Failure::Usage("the following arguments are required: operation".to_owned());
        assert!(Mode::OnPartial.asks_after(&usage));
        assert!(Mode::OnPartial.asks_after(&Failure::UnknownOptions("--bogus".to_owned())));
        assert!(!Mode::OnPartial.asks_after(&Failure::NoRegion));
        assert!(!Mode::OnPartial.asks_after(&Failure::general("invalid literal")));
        assert!(!Mode::Always.asks_after(&usage) && !Mode::Never.asks_after(&usage));
    }

    #[test]
    fn settings_are_read_without_case_and_nonsense_means_never() {
        for (value, expected) in [
            ("on", Mode::Always),
            ("On", Mode::Always),
            ("on-partial", Mode::OnPartial),
            ("off", Mode::Never),
            ("sometimes", Mode::Never),
            ("", Mode::Never),
        ] {
            assert_eq!(Mode::by_setting(value), expected, "{value}");
        }
    }
}
