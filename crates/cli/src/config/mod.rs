//! The configuration: the two files, the profiles in them, and the one table of settings.

use crate::Surroundings;
use crate::failure::Failure;

/// A value that the environment, a profile or a default decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Region,
    Output,
    CaBundle,
    CliPager,
    CliTimestampFormat,
    CliBinaryFormat,
    CliAutoPrompt,
    CliErrorFormat,
    RetryMode,
    MaxAttempts,
    UseFipsEndpoint,
    UseDualstackEndpoint,
    IgnoreConfiguredEndpointUrls,
    DefaultsMode,
}

/// The environment and both files, seen through one profile.
#[derive(Debug)]
pub struct Settings {}

impl Settings {
    /// Reads both files. A file that cannot be parsed is a failure even for `--version`.
    pub fn load(_surroundings: &Surroundings) -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// Looks through this profile from now on; `--profile` beats the environment.
    pub fn select_profile(&mut self, _name: &str) {}

    /// The value of a setting, from the environment, the profile, or its default, in this order.
    /// Fails when the profile does not exist.
    pub fn get(&self, _setting: Setting) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}
