//! Modules by the 64-bit id that a file holds: nine characters of 6 bits, then 10 bits of version. Source: `module.c`,
//! `moduleTypeEncodeId`.

use super::Module;

const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Module {
    pub(super) fn from_id(id: u64) -> Self {
        let character = |place: u32| char::from(CHARACTERS[(id >> (10 + 6 * place) & 63) as usize]);
        Self { name: (0..9).rev().map(character).collect(), version: (id & 1023) as u16 }
    }
}
