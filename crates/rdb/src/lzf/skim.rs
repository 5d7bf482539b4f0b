//! Follows tokens only.

use super::block::{Block, REACH_BYTES};
use super::{Lzf, Output};
use crate::error::Reason;

pub(super) struct Skimming;

impl Output for Skimming {
    fn run(&mut self, lzf: &mut Lzf, input: &[u8], at: &mut usize) -> Result<(), Reason> {
        let reach = lzf.reach(input);
        let mut made = lzf.made;
        'blocks: while *at < reach
            && let Some(bytes) = input[*at..].first_chunk::<REACH_BYTES>()
        {
            let left = reach - *at;
            let block = Block::new(bytes);
            let mut next = 0;
            while let Some(token) = block.token(next) {
                let after = made + token.bytes as u64;
                if (token.distance as u64 > made) | (token.end > left) | (after > lzf.plain) {
                    *at += next;
                    break 'blocks;
                }
                (made, next) = (after, token.end);
            }
            *at += next;
        }
        lzf.made = made;
        Ok(())
    }

    fn literals(&mut self, _bytes: &[u8]) {}

    fn reference(&mut self, _distance: usize, _bytes: usize) {}

    fn token_ended(&mut self) -> Result<(), Reason> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), Reason> {
        Ok(())
    }
}
