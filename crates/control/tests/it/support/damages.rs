//! What may happen to a stored blob: in each region of it, each kind of damage.

use std::ops::Range;
use valkeep_seal::{Decoded, Header};

/// A segment of data that does not compress, as stored.
const SEGMENT_BYTES: usize = (1 << 20) + 16;

const TAIL_BYTES: usize = 32;

/// A blob to which something happened.
pub(crate) struct Damage {
    pub(crate) what: String,
    /// `None`: the blob is gone.
    pub(crate) bytes: Option<Vec<u8>>,
    /// How the refusal ends.
    pub(crate) told: String,
}

/// Where a field of a blob lies, and how a refusal of what is wrong there ends.
struct Region {
    name: &'static str,
    at: Range<usize>,
    told: &'static str,
}

/// Every damage of `blob`, which holds three segments. `again` holds the same data, sealed in another attempt; `other` is
/// the blob of another snapshot.
pub(crate) fn damages(blob: &[u8], again: &[u8], other: &[u8]) -> Vec<Damage> {
    let regions = regions(blob);
    let head_bytes = head_bytes(blob);
    let flips = regions.iter().flat_map(|region| {
        let Range { start, end } = region.at;
        [start, start.midpoint(end), end - 1].map(|at| {
            let mut flipped = blob.to_vec();
            flipped[at] ^= 0x10;
            Damage::new(format!("{}: byte {at} flipped", region.name), flipped, region.told)
        })
    });
    let cuts = regions.iter().map(|region| {
        let told = if region.at.start < head_bytes { "" } else { "damaged in its tail" };
        Damage::new(format!("cut before the {}", region.name), blob[..region.at.start].to_vec(), told)
    });
    let appended = [("a byte", &[0][..]), ("its tail", &blob[blob.len() - TAIL_BYTES..]), ("itself", blob)];
    let appended = appended
        .map(|(name, more)| Damage::new(format!("{name} appended"), [blob, more].concat(), "damaged in its tail"));
    // Both blobs have their segments at the same distance from the end of the head.
    let rolled_back = regions.iter().filter(|region| region.at.start >= head_bytes).map(|region| {
        let there = head_of(again).len() + region.at.start - head_bytes;
        let mut mixed = blob.to_vec();
        mixed[region.at.clone()].copy_from_slice(&again[there..there + region.at.len()]);
        Damage::new(format!("the {} of another attempt", region.name), mixed, region.told)
    });
    let (first, second) = (head_bytes..head_bytes + SEGMENT_BYTES, head_bytes + SEGMENT_BYTES);
    let swapped =
        [&blob[..head_bytes], &blob[second..second + SEGMENT_BYTES], &blob[first], &blob[second + SEGMENT_BYTES..]];
    let holds = format!("holds the blob {}", id_of(other));
    let body = &blob[head_bytes..];
    flips
        .chain(cuts)
        .chain(appended)
        .chain(rolled_back)
        .chain([
            Damage::new("two segments swapped", swapped.concat(), "damaged in its segment 0"),
            Damage::new("the blob of another snapshot", other.to_vec(), holds.clone()),
            Damage::new("the head of another snapshot", [head_of(other), body].concat(), holds),
            Damage::new("all zeros", vec![0; blob.len()], "not a sealed blob"),
            Damage { what: "gone".to_owned(), bytes: None, told: "is not there".to_owned() },
        ])
        .collect()
}

impl Damage {
    fn new(what: impl Into<String>, bytes: Vec<u8>, told: impl Into<String>) -> Self {
        Self { what: what.into(), bytes: Some(bytes), told: told.into() }
    }
}

fn regions(blob: &[u8]) -> Vec<Region> {
    let head_bytes = head_bytes(blob);
    let wrapped = header_of(blob).wrapped_key;
    let key = blob.windows(wrapped.len()).position(|bytes| bytes == wrapped).expect("the head holds its wrapped key");
    let tail = blob.len() - TAIL_BYTES;
    let footer = usize::try_from(u64::from_be_bytes(blob[tail + 8..tail + 16].try_into().unwrap())).unwrap();
    let segment = |number| head_bytes + number * SEGMENT_BYTES;
    assert!(segment(2) < footer && footer < segment(3), "three segments, none of them zipped");
    // The index ends the footer, but for the tag.
    let index = tail - 16 - 3 * 4;
    let (head, end) = ("damaged in its header", "damaged in its footer");
    let region = |name, at, told| Region { name, at, told };
    vec![
        region("magic", 0..8, "not a sealed blob"),
        region("version", 8..10, "unknown format version"),
        region("header", 10..key, head),
        region("wrapped key", key..key + wrapped.len(), head),
        region("context", key + wrapped.len()..head_bytes - 64, head),
        region("commitment and check", head_bytes - 64..head_bytes, head),
        region("first segment", segment(0)..segment(1), "damaged in its segment 0"),
        region("second segment", segment(1)..segment(2), "damaged in its segment 1"),
        region("last segment", segment(2)..footer, "damaged in its segment 2"),
        region("footer", footer..index, end),
        region("index", index..tail, end),
        region("tail", tail..blob.len(), "damaged in its tail"),
    ]
}

fn decoded(blob: &[u8]) -> (Header, usize) {
    match Header::decode(blob) {
        Ok(Decoded::Complete { header, head_bytes }) => (header, head_bytes),
        other => panic!("{other:?}"),
    }
}

fn header_of(blob: &[u8]) -> Header {
    decoded(blob).0
}

fn head_bytes(blob: &[u8]) -> usize {
    decoded(blob).1
}

fn head_of(blob: &[u8]) -> &[u8] {
    &blob[..head_bytes(blob)]
}

fn id_of(blob: &[u8]) -> valkeep_domain::ids::BlobId {
    valkeep_domain::ids::BlobId(header_of(blob).blob_id.0)
}
