//! zstd, one frame a segment, and when it is tried.

use std::fmt;

use crate::buffer::{Buffer, Buffers};
use crate::error::{Place, SealError};
use crate::segment::{Kind, TAG_BYTES, zstd_limit};

/// Whether segments are compressed before they are sealed. Where a frame saves less than 1/16, the piece is stored as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Segments are stored as they are.
    None,
    /// zstd level 1 is tried on every segment: about 0.7 of an RDB file at 390 MB/s of one core.
    Zstd,
    /// As [`Compression::Zstd`], but where it does not pay it is tried on samples only, and not at all while the source is
    /// held up (see [`Sealer::hurry`](crate::Sealer::hurry)).
    Adaptive,
}

/// Segments in a row that did not compress until only samples are tried. Our choice.
const UNPAID_UNTIL_SAMPLING: u32 = 3;

/// While samples are tried, one segment of so many is tried as a whole: a sample does not see repetitions that lie far
/// apart. Our choice: costs 1/32 of zstd.
const WHOLE_EVERY: u32 = 32;

/// A sample is so many portions of a piece ...
const SAMPLE_PORTIONS: usize = 4;

/// ... of so many bytes each, spread evenly: 1/16 of a piece of 1 MiB.
const SAMPLE_PORTION_BYTES: usize = 16 << 10;

/// A sample compresses somewhat worse than its piece, so half of what a piece must save is enough.
const SAMPLE_SAVES: usize = 32;

/// What is to be done to one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    Raw,
    Zstd,
    /// zstd if it shortens a sample.
    Sample,
}

/// Says what to do with the next piece from what the ones before it gave.
#[derive(Debug)]
pub(crate) struct Chooser {
    compression: Compression,
    hurried: bool,
    /// Segments in a row that did not compress.
    unpaid: u32,
}

impl Chooser {
    pub(crate) fn new(compression: Compression) -> Self {
        Self { compression, hurried: false, unpaid: 0 }
    }

    pub(crate) fn hurry(&mut self, hurried: bool) {
        self.hurried = hurried;
    }

    pub(crate) fn next(&self) -> Attempt {
        match self.compression {
            Compression::None => Attempt::Raw,
            Compression::Zstd => Attempt::Zstd,
            Compression::Adaptive if self.hurried => Attempt::Raw,
            Compression::Adaptive if self.unpaid < UNPAID_UNTIL_SAMPLING => Attempt::Zstd,
            Compression::Adaptive if self.unpaid.is_multiple_of(WHOLE_EVERY) => Attempt::Zstd,
            Compression::Adaptive => Attempt::Sample,
        }
    }

    pub(crate) fn learn(&mut self, attempt: Attempt, kind: Kind) {
        self.unpaid = match (attempt, kind) {
            (Attempt::Raw, _) => self.unpaid,
            (Attempt::Zstd | Attempt::Sample, Kind::Zstd) => 0,
            (Attempt::Zstd | Attempt::Sample, Kind::Raw) => self.unpaid.wrapping_add(1).max(1),
        };
    }
}

/// zstd's working memory, about 1 MiB once it is used. One for each thread that seals at the same time.
#[derive(Default)]
pub struct Zipper {
    context: Option<zstd::bulk::Compressor<'static>>,
}

impl fmt::Debug for Zipper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zipper").field("used", &self.context.is_some()).finish()
    }
}

impl Zipper {
    /// The stored form of `plain`, not sealed yet, with room for the tag.
    pub(crate) fn pack(&mut self, attempt: Attempt, plain: &[u8], buffers: &Buffers) -> (Kind, Buffer) {
        let frame = match attempt {
            Attempt::Raw => None,
            Attempt::Zstd => self.frame(plain, buffers),
            Attempt::Sample if self.sample_pays(plain, buffers) => self.frame(plain, buffers),
            Attempt::Sample => None,
        };
        if let Some(frame) = frame {
            return (Kind::Zstd, frame);
        }
        let mut body = buffers.take(plain.len() + TAG_BYTES);
        body.extend_from_slice(plain);
        (Kind::Raw, body)
    }

    /// The frame of a piece, if it saves enough.
    fn frame(&mut self, plain: &[u8], buffers: &Buffers) -> Option<Buffer> {
        self.zip(plain, zstd_limit(plain.len()), buffers)
    }

    fn sample_pays(&mut self, plain: &[u8], buffers: &Buffers) -> bool {
        let step = plain.len() / SAMPLE_PORTIONS;
        if step <= SAMPLE_PORTION_BYTES {
            return true;
        }
        let mut sample = buffers.take((SAMPLE_PORTIONS + 1) * SAMPLE_PORTION_BYTES);
        plain.chunks_exact(step).for_each(|part| sample.extend_from_slice(&part[..SAMPLE_PORTION_BYTES]));
        self.zip(&sample, sample.len() - sample.len() / SAMPLE_SAVES, buffers).is_some()
    }

    /// The frame, with room for the tag; `None` when it is longer than `limit`.
    fn zip(&mut self, plain: &[u8], limit: usize, buffers: &Buffers) -> Option<Buffer> {
        let context =
            self.context.get_or_insert_with(|| zstd::bulk::Compressor::new(1).expect("level 1 exists in every zstd"));
        let mut frame = buffers.take(limit + TAG_BYTES);
        frame.set_len(limit);
        let frame_bytes = context.compress_to_buffer(plain, &mut frame[..]).ok()?;
        frame.set_len(frame_bytes);
        Some(frame)
    }
}

/// Unzips the frame of the segment `number`, which must give exactly `plain_bytes`.
pub(crate) fn unzip(number: u64, frame: &[u8], plain_bytes: usize, buffers: &Buffers) -> Result<Buffer, SealError> {
    let mut plain = buffers.take(plain_bytes);
    plain.set_len(plain_bytes);
    match zstd::bulk::decompress_to_buffer(frame, &mut plain[..]) {
        Ok(bytes) if bytes == plain_bytes => Ok(plain),
        Ok(_) | Err(_) => Err(SealError::damaged(Place::Segment(number))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_another_size_is_damage() {
        let frame = zstd::bulk::compress(&[1; 100], 1).unwrap();
        for (bytes, fits) in [(99, false), (100, true), (101, false)] {
            assert_eq!(unzip(0, &frame, bytes, &Buffers::default()).is_ok(), fits, "{bytes}");
        }
    }

    #[test]
    fn what_does_not_compress_is_only_sampled_until_it_does() {
        let mut chooser = Chooser::new(Compression::Adaptive);
        let mut attempts = Vec::new();
        for _ in 0..100 {
            attempts.push(chooser.next());
            chooser.learn(chooser.next(), Kind::Raw);
        }
        assert_eq!(attempts[..3], [Attempt::Zstd; 3]);
        let whole: Vec<usize> = (3..100).filter(|at| attempts[*at] == Attempt::Zstd).collect();
        assert_eq!(whole, [32, 64, 96]);
        chooser.learn(Attempt::Sample, Kind::Zstd);
        assert_eq!(chooser.next(), Attempt::Zstd);
    }

    #[test]
    fn a_hurried_source_gets_raw_segments_and_nothing_is_forgotten() {
        let mut chooser = Chooser::new(Compression::Adaptive);
        chooser.hurry(true);
        assert_eq!(chooser.next(), Attempt::Raw);
        (0..9).for_each(|_| chooser.learn(Attempt::Raw, Kind::Raw));
        chooser.hurry(false);
        assert_eq!(chooser.next(), Attempt::Zstd);
        for (always, attempt) in [(Compression::None, Attempt::Raw), (Compression::Zstd, Attempt::Zstd)] {
            let mut chooser = Chooser::new(always);
            chooser.hurry(true);
            (0..9).for_each(|_| chooser.learn(attempt, Kind::Raw));
            assert_eq!(chooser.next(), attempt);
        }
    }

    #[test]
    fn a_sample_finds_data_that_compresses_in_part_of_a_piece() {
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(1 << 20)
        .collect();
        let (mut zipper, buffers) = (Zipper::default(), Buffers::default());
        assert_eq!(zipper.pack(Attempt::Sample, &noise, &buffers).0, Kind::Raw);
        for start in [0, 1 << 18, 1 << 19, 3 << 18] {
            let mut mixed = noise.clone();
            mixed[start..start + (1 << 18)].fill(b'x');
            assert_eq!(zipper.pack(Attempt::Sample, &mixed, &buffers).0, Kind::Zstd, "{start}");
        }
    }
}
