//! Files of real engines (`testdata/README.md`), walked whole, in pieces, damaged and cut.

mod pieces;

use std::ops::ControlFlow;

use pieces::pieces;
use proptest::prelude::*;
use valkeep_rdb::{Checksum, Event, Facts, Inspector, RdbError, Reason, Walker};

struct Sample {
    bytes: &'static [u8],
    format: &'static str,
    engine_version: &'static str,
    keys: u64,
    expires: u64,
    databases: u32,
    functions: u64,
}

macro_rules! sample {
    ($name:literal, $format:literal, $engine_version:literal, $keys:literal, $expires:literal, $databases:literal, $functions:literal) => {
        Sample {
            bytes: include_bytes!(concat!("../testdata/", $name, ".rdb")),
            format: $format,
            engine_version: $engine_version,
            keys: $keys,
            expires: $expires,
            databases: $databases,
            functions: $functions,
        }
    };
}

/// The counts are those that the servers gave (`INFO keyspace`, `FUNCTION LIST`) when they wrote the files.
const SAMPLES: &[Sample] = &[
    sample!("redis-6.2.14-packed", "REDIS0009", "6.2.14", 33, 4, 3, 0),
    sample!("redis-6.2.14", "REDIS0009", "6.2.14", 31, 4, 3, 0),
    sample!("redis-7.0.15-packed", "REDIS0010", "7.0.15", 34, 4, 3, 2),
    sample!("redis-7.0.15", "REDIS0010", "7.0.15", 32, 4, 3, 2),
    sample!("redis-8.2.3-packed", "REDIS0012", "8.2.3", 36, 4, 3, 2),
    sample!("redis-8.2.3", "REDIS0012", "8.2.3", 34, 4, 3, 2),
    sample!("redis-8.2.3-cluster", "REDIS0012", "8.2.3", 32, 3, 1, 2),
    sample!("redis-8.2.3-module", "REDIS0012", "8.2.3", 2, 0, 1, 0),
    sample!("valkey-8.1.8", "REDIS0011", "8.1.8", 32, 4, 3, 2),
    sample!("valkey-9.0.0-packed", "VALKEY080", "9.0.0", 36, 4, 3, 2),
    sample!("valkey-9.0.0", "VALKEY080", "9.0.0", 34, 4, 3, 2),
    sample!("valkey-9.1.2", "VALKEY080", "9.1.2", 34, 4, 3, 2),
    sample!("valkey-9.1.2-cluster", "VALKEY080", "9.1.2", 32, 3, 1, 2),
];

/// Pushes the pieces, which must all belong to the file.
fn walk<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Facts, RdbError> {
    let mut inspector = Inspector::new();
    for piece in pieces {
        assert!(!inspector.is_complete() || piece.is_empty());
        assert_eq!(inspector.push(piece)?, piece.len());
    }
    inspector.finish()
}

/// All that a walk tells, with the place where each event ends.
fn events<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<(usize, String)> {
    let mut walker = Walker::new();
    let mut events = Vec::new();
    let mut at = 0;
    for mut piece in pieces {
        while !piece.is_empty() {
            match walker.advance(piece) {
                Ok((used, event)) => {
                    (at, piece) = (at + used, &piece[used..]);
                    if event != Event::More {
                        events.push((at, format!("{event:?}")));
                    }
                }
                Err(error) => {
                    events.push((at, error.to_string()));
                    return events;
                }
            }
        }
    }
    events
}

#[test]
fn real_files_hold_what_was_written() {
    for sample in SAMPLES {
        let facts = walk([sample.bytes]).expect(sample.format);
        assert_eq!(facts.format, sample.format);
        assert_eq!(facts.engine_version.as_deref(), Some(sample.engine_version));
        assert_eq!(facts.bytes, sample.bytes.len() as u64);
        assert_eq!(
            (facts.keys, facts.expires, facts.databases, facts.functions),
            (sample.keys, sample.expires, sample.databases, sample.functions),
            "{}",
            sample.format
        );
        assert!(facts.crc64.is_some());
        assert!(facts.created_at_s.is_some_and(|seconds| seconds > 1_700_000_000));
    }
}

/// A file of a server whose settings pack nothing, compress nothing and check nothing.
struct Unpacked {
    /// The file of the same server and the same commands, with everything packed.
    packed: &'static [u8],
    bytes: &'static [u8],
    /// Elements of lists and of hashes. What the commands put into the other types is the same everywhere.
    list_elements: u64,
    hash_elements: u64,
    packed_encodings: &'static [&'static str],
    encodings: &'static [&'static str],
}

macro_rules! unpacked {
    ($name:literal, $list_elements:literal, $hash_elements:literal, $packed_encodings:expr, $encodings:expr) => {
        Unpacked {
            packed: include_bytes!(concat!("../testdata/", $name, "-packed.rdb")),
            bytes: include_bytes!(concat!("../testdata/", $name, "-unpacked.rdb")),
            list_elements: $list_elements,
            hash_elements: $hash_elements,
            packed_encodings: $packed_encodings,
            encodings: $encodings,
        }
    };
}

const UNPACKED: &[Unpacked] = &[
    unpacked!(
        "redis-6.2.14",
        32,
        8,
        &["list-quicklist", "set", "set-intset", "zset-ziplist", "hash-ziplist"],
        &["list-quicklist", "set", "zset-2", "hash"]
    ),
    unpacked!(
        "redis-7.0.15",
        35,
        8,
        &["list-quicklist-2", "set", "set-intset", "zset-listpack", "hash-listpack"],
        &["list-quicklist-2", "set", "zset-2", "hash"]
    ),
    unpacked!(
        "redis-8.2.3",
        35,
        17,
        &["list-quicklist-2", "set-intset", "set-listpack", "zset-listpack", "hash-listpack", "hash-listpack-expiries"],
        &["list-quicklist-2", "set", "zset-2", "hash", "hash-expiries"]
    ),
    unpacked!(
        "valkey-9.0.0",
        35,
        17,
        &["list-quicklist-2", "set-intset", "set-listpack", "zset-listpack", "hash-listpack", "hash-expiries"],
        &["list-quicklist-2", "set", "zset-2", "hash", "hash-expiries"]
    ),
];

#[test]
fn settings_change_how_a_file_holds_what_was_put_in_and_not_what() {
    for file in UNPACKED {
        let [packed, unpacked] = [file.packed, file.bytes].map(|bytes| walk([bytes]).expect("an intact file"));
        let format = &packed.format;
        for facts in [&packed, &unpacked] {
            let elements: Vec<_> =
                facts.types.iter().map(|named| (named.name.as_str(), named.counts.elements)).collect();
            let (lists, hashes) = (file.list_elements, file.hash_elements);
            let put_in = [("string", 20), ("list", lists), ("set", 14), ("zset", 10), ("hash", hashes), ("stream", 7)];
            assert_eq!(elements, put_in, "{format}");
        }
        assert_eq!((packed.keys, packed.expires), (unpacked.keys, unpacked.expires), "{format}");
        assert_eq!(encodings_of_collections(&packed), file.packed_encodings, "{format}");
        assert_eq!(encodings_of_collections(&unpacked), file.encodings, "{format}");
        assert_eq!((packed.crc64.is_some(), unpacked.crc64.as_deref()), (true, None), "{format}");
        assert_eq!(events(file.bytes.chunks(1)), events([file.bytes]), "{format}");
    }
}

/// Strings and streams have one each.
fn encodings_of_collections(facts: &Facts) -> Vec<&str> {
    let names = facts.encodings.iter().map(|named| named.name.as_str());
    names.filter(|name| !["string", "stream"].contains(name)).collect()
}

#[test]
fn module_values_are_walked_and_counted() {
    let module_keys = |sample: &Sample| walk([sample.bytes]).map(|facts| facts.module_keys());
    let counts: Result<Vec<u64>, RdbError> = SAMPLES.iter().map(module_keys).collect();
    assert_eq!(counts, Ok(vec![0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]));
}

#[test]
fn byte_by_byte_gives_the_same_events() {
    for sample in SAMPLES {
        assert_eq!(walk(sample.bytes.chunks(1)), walk([sample.bytes]));
        assert_eq!(events(sample.bytes.chunks(1)), events([sample.bytes]));
    }
}

#[test]
fn no_flipped_bit_goes_unseen() {
    for sample in SAMPLES {
        let mut bytes = sample.bytes.to_vec();
        for at in 0..bytes.len() {
            let bit = 1 << (at % 8);
            bytes[at] ^= bit;
            assert!(is_refused(&bytes), "{} byte {at} bit {bit:#x}", sample.format);
            bytes[at] ^= bit;
        }
    }
}

/// A file is refused by an error, by never ending, or by ending before its last byte.
fn is_refused(bytes: &[u8]) -> bool {
    let mut walker = Walker::new();
    match walker.push(bytes) {
        Ok(used) => used < bytes.len() || !walker.is_complete(),
        Err(_) => true,
    }
}

#[test]
fn cut_files_are_never_complete() {
    for sample in SAMPLES {
        let mut walker = Walker::new();
        let outcome = sample.bytes.iter().try_for_each(|byte| {
            if walker.is_complete() {
                return ControlFlow::Break(());
            }
            walker.push(&[*byte]).map_or(ControlFlow::Break(()), |_| ControlFlow::Continue(()))
        });
        assert!(outcome.is_continue() && walker.is_complete());
        for length in [0, 1, 8, 9, 10, sample.bytes.len() / 2, sample.bytes.len() - 9, sample.bytes.len() - 1] {
            let error = walk([&sample.bytes[..length]]).expect_err("cut");
            assert_eq!(error, RdbError { offset: length as u64, reason: Reason::Truncated });
        }
    }
}

#[test]
fn what_follows_the_file_is_left_to_the_caller() {
    for sample in SAMPLES {
        let bytes = [sample.bytes, &[0xFF; 40]].concat();
        let mut walker = Walker::new();
        assert_eq!(walker.push(&bytes), Ok(sample.bytes.len()));
        assert_eq!(walker.push(b"more"), Ok(0));
        assert!(matches!(walker.finish(), Ok(Checksum::Matched(_))));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn any_split_gives_the_same_events(which in 0..SAMPLES.len(), sizes in prop::collection::vec(0_usize..200, 1..200)) {
        let bytes = SAMPLES[which].bytes;
        prop_assert_eq!(events(pieces(bytes, &sizes)), events([bytes]));
    }

    #[test]
    fn noise_after_a_magic_neither_panics_nor_ends_well(magic in prop::sample::select(vec!["REDIS0003", "REDIS0014", "VALKEY080"]), noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut walker = Walker::new();
        prop_assert_eq!(walker.push(magic.as_bytes()), Ok(9));
        if let Ok(used) = walker.push(&noise) {
            prop_assert!(used == noise.len() || walker.is_complete());
        }
    }
}
