//! What every step of one command shares.

use crate::Surroundings;
use crate::config::Settings;
use crate::globals::Globals;

/// One command's surroundings, settings and global options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Session<'a> {
    pub surroundings: &'a Surroundings,
    pub settings: &'a Settings,
    pub globals: &'a Globals,
}
