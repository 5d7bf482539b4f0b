//! The story of one command, from its words to its exit code.

use crate::Surroundings;

pub fn run(_surroundings: &Surroundings) -> u8 {
    255
}
