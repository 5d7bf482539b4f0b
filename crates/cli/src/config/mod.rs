//! The configuration: the two files, the profiles in them, and the one table of settings.
//!
//! `file` finds and reads the files, `ini` knows their dialect, `profiles` what their sections mean,
//! and `settings` which of environment, profile and default decides a value.

mod file;
mod ini;
mod profiles;
mod settings;

pub(crate) use file::{read as read_text, unparsable};
pub(crate) use ini::{Section, Value, lines, split_lines, texts};
pub(crate) use settings::{Choice, PROFILE_VARIABLES, Setting, Settings, Source, TimestampFormat};

#[cfg(test)]
mod tests;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing {
    //! What this module offers to the programs that feed readers with anything.

    use super::{ini, profiles::Profiles};

    pub(crate) fn profiles(text: &str) {
        if let Ok(sections) = ini::parse(text) {
            Profiles::new(sections.clone(), sections);
        }
    }
}
