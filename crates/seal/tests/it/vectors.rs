//! Samples of format v1 in `testdata/v1`. They stay for good: a reader must open, or refuse, each one in every later version.
//!
//! The samples are made here. Those that must fail are made by changing a good sample that is checked in.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use aws_lc_rs::digest::{SHA256, digest};
use valkeep_seal::{Compression, DataKey, Decoded, Header};

use crate::blobs::{SEGMENT, compressible, header, key, open, open_ends, seal_in, stored};

fn directory() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "testdata", "v1"].iter().collect()
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(directory().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn good(id: u8, plain: &[u8], compression: Compression) -> Vec<u8> {
    seal_in([plain], &header(id), key(1), compression).0
}

/// Streams of the good samples. A raw sample is made again byte for byte; zstd may zip in another way one day.
fn streams() -> [(&'static str, u8, Vec<u8>, Compression); 5] {
    [
        ("empty.blob", 1, vec![], Compression::None),
        ("short.blob", 2, b"REDIS0011".to_vec(), Compression::None),
        ("two-segments.blob", 3, compressible(SEGMENT + 1), Compression::None),
        ("zipped.blob", 4, vec![7; 2 * SEGMENT + 5_000], Compression::Zstd),
        ("zipped-other.blob", 5, vec![7; 2 * SEGMENT + 5_000], Compression::Zstd),
    ]
}

/// Changes of `zipped.blob`, and the error that each must give.
fn bad() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let blob = sample("zipped.blob");
    let Ok(Decoded::Complete { head_bytes, .. }) = Header::decode(&blob) else { panic!("a whole head") };
    let (_, footer) = open_ends(&blob, &key(1)).unwrap();
    let part = |number| stored(&blob, &footer, number);
    let (body, footer_at) = (&blob[head_bytes..], head_bytes + part(0).len() + part(1).len() + part(2).len());
    let flip = |at: usize| {
        let mut changed = blob.clone();
        changed[at] ^= 1;
        changed
    };
    // A commitment of zeros, with a check that holds.
    let mut committed = [&blob[..head_bytes - 64], &[0; 32]].concat();
    committed.extend(digest(&SHA256, &committed).as_ref());
    let swapped = [&blob[..head_bytes], part(1), part(0), part(2), &blob[footer_at..]].concat();
    let repeated = [&blob[..head_bytes], part(0), part(0), part(2), &blob[footer_at..]].concat();
    let inserted = [&blob[..head_bytes], part(0), part(1), part(1), part(2), &blob[footer_at..]].concat();
    let footer_cut = [&blob[..footer_at], &blob[footer_at + 1..]].concat();
    // Another blob of the same lengths under the same data key, as an older state of a store might hold.
    let other = sample("zipped-other.blob");
    let (_, footer_of_other) = open_ends(&other, &key(1)).unwrap();
    let from_other = stored(&other, &footer_of_other, 1);
    let foreign = [&blob[..head_bytes], part(0), from_other, part(2), &blob[footer_at..]].concat();
    let mut raw = sample("two-segments.blob");
    raw[head_bytes] ^= 1;
    let dropped = [&blob[..footer_at - part(2).len()], &blob[footer_at..]].concat();
    vec![
        ("bad-magic.blob", flip(0), "not a sealed blob"),
        ("bad-version.blob", flip(8), "sealed blob of unknown format version 257"),
        ("bad-header.blob", flip(20), "sealed blob is damaged in its header"),
        ("bad-commitment.blob", [&committed, body].concat(), "the data key does not belong to this blob"),
        ("bad-segment.blob", flip(footer_at - 1), "sealed blob is damaged in its segment 2"),
        ("bad-order.blob", swapped, "sealed blob is damaged in its segment 0"),
        ("bad-drop.blob", dropped, "sealed blob is damaged in its tail"),
        ("bad-footer.blob", flip(footer_at), "sealed blob is damaged in its footer"),
        ("bad-tail.blob", flip(blob.len() - 1), "sealed blob is damaged in its tail"),
        ("bad-cut.blob", blob[..blob.len() - 1].to_vec(), "sealed blob is damaged in its tail"),
        ("bad-append.blob", [&blob[..], b"\n"].concat(), "sealed blob is damaged in its tail"),
        ("bad-check.blob", flip(head_bytes - 1), "sealed blob is damaged in its header"),
        ("bad-zstd-segment.blob", flip(head_bytes), "sealed blob is damaged in its segment 0"),
        ("bad-repeat.blob", repeated, "sealed blob is damaged in its segment 1"),
        ("bad-insert.blob", inserted, "sealed blob is damaged in its tail"),
        ("bad-footer-cut.blob", footer_cut, "sealed blob is damaged in its tail"),
        ("bad-foreign-segment.blob", foreign, "sealed blob is damaged in its segment 1"),
        (
            "bad-foreign-end.blob",
            [&blob[..footer_at], &other[footer_at..]].concat(),
            "sealed blob is damaged in its footer",
        ),
        ("bad-twice.blob", [&blob[..], &blob].concat(), "sealed blob is damaged in its tail"),
        ("bad-raw-segment.blob", raw, "sealed blob is damaged in its segment 0"),
    ]
}

#[test]
fn good_samples_open() {
    for (name, _, plain, _) in streams() {
        assert!(open(&sample(name), &key(1)).unwrap() == plain, "{name}");
    }
}

#[test]
fn raw_samples_are_made_again_byte_for_byte() {
    for (name, id, plain, compression) in streams() {
        if compression == Compression::None {
            assert!(good(id, &plain, compression) == sample(name), "{name}");
        }
    }
}

#[test]
fn bad_samples_are_refused_with_their_error() {
    for (name, blob, error) in bad() {
        assert!(sample(name) == blob, "{name}");
        assert_eq!(open(&blob, &key(1)).unwrap_err().to_string(), error, "{name}");
    }
}

#[test]
fn another_key_is_refused_for_every_good_sample() {
    for (name, ..) in streams() {
        let refused = open(&sample(name), &DataKey::from_bytes([2; 32])).unwrap_err();
        assert_eq!(refused.to_string(), "the data key does not belong to this blob", "{name}");
    }
}

#[test]
fn every_sample_is_covered() {
    let good = streams().map(|(name, ..)| name);
    let covered: BTreeSet<&str> = bad().into_iter().map(|(name, ..)| name).chain(good).collect();
    for entry in fs::read_dir(directory()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(covered.contains(name.as_str()), "{name} is not tested");
    }
}

/// Writes samples that are missing, and never replaces one: `cargo test -p valkeep-seal -- --ignored missing_samples`.
#[test]
#[ignore = "writes into the source tree"]
fn missing_samples_are_written() {
    let write = |name: &str, blob: &[u8]| {
        let path = directory().join(name);
        if !path.exists() {
            fs::write(path, blob).unwrap();
        }
    };
    for (name, id, plain, compression) in streams() {
        write(name, &good(id, &plain, compression));
    }
    for (name, blob, _) in bad() {
        write(name, &blob);
    }
}
