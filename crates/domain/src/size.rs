//! Sizes.

use serde::{Deserialize, Serialize};

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByteCount(pub u64);

impl ByteCount {
    /// `CacheSize` of the API: whole MB (2^20 bytes) rounded up, at least `1 MB` (F1, F2).
    pub fn cache_size(self) -> String {
        format!("{} MB", self.0.div_ceil(1 << 20).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::ByteCount;

    #[test]
    fn cache_size_rounds_up_to_whole_megabytes_f2() {
        for (bytes, text) in [(0, "1 MB"), (1 << 20, "1 MB"), ((1 << 20) + 1, "2 MB"), (5 << 30, "5120 MB")] {
            assert_eq!(ByteCount(bytes).cache_size(), text);
        }
    }
}
