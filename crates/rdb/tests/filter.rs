//! Files of real engines, filtered: what comes out is a valid file with exactly the keys that were asked for.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod pieces;

use std::collections::{BTreeMap, BTreeSet};

use pieces::pieces;
use proptest::prelude::*;
use valkeep_rdb::facts::Counts;
use valkeep_rdb::{
    Encoding, Event, Facts, Filter, FilterError, Filtered, Glob, HEAD_BYTES_MAX, Inspector, RdbError, Reason,
    Selection, SlotSet, Type, Walker,
};

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../testdata/", $name, ".rdb")).as_slice()
    };
}

const SAMPLES: &[&[u8]] = &[
    sample!("redis-6.2.14"),
    sample!("redis-7.0.15"),
    sample!("redis-8.2.3"),
    sample!("redis-8.2.3-cluster"),
    sample!("redis-8.2.3-module"),
    sample!("redis-6.2.14-packed"),
    sample!("valkey-8.1.8"),
    sample!("valkey-9.0.0-packed"),
    sample!("valkey-9.1.2"),
    sample!("valkey-9.1.2-cluster"),
];

/// Database, name, expiry, encoding and size of a key.
type KeyFacts = (u32, Vec<u8>, Option<i64>, Encoding, u64, u16);

fn keys(file: &[u8]) -> Vec<KeyFacts> {
    let mut walker = Walker::new();
    let (mut rest, mut database, mut keys) = (file, 0, Vec::new());
    loop {
        let (used, event) = walker.advance(rest).unwrap();
        rest = &rest[used..];
        assert_ne!(event, Event::More, "the file is cut");
        if let Event::Database(number) = event {
            database = number;
        } else if let Event::Key(key) = event {
            keys.push((database, key.name.to_vec(), key.expires_at_ms, key.encoding, 0, key.slot));
        } else if let Event::Value(value) = event {
            keys.last_mut().unwrap().4 = value.stored_bytes;
        } else if let Event::End(_) = event {
            break;
        }
    }
    assert!(rest.is_empty());
    keys
}

fn filter<'a>(
    selection: Selection,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(Vec<u8>, Filtered), FilterError> {
    let mut filter = Filter::new(selection);
    let mut out = Vec::new();
    for piece in pieces {
        assert_eq!(filter.push(piece, &mut out)?, piece.len());
    }
    filter.finish().map(|filtered| (out, filtered))
}

fn inspect(file: &[u8]) -> Facts {
    let mut inspector = Inspector::new();
    assert_eq!(inspector.push(file), Ok(file.len()));
    inspector.finish().unwrap()
}

#[test]
fn keeping_everything_gives_the_same_keys_and_a_matching_checksum() {
    for sample in SAMPLES {
        let (out, filtered) = filter(Selection::default(), [*sample]).unwrap();
        assert_eq!(keys(&out), keys(sample));
        let (before, after) = (inspect(sample), inspect(&out));
        assert_eq!(filtered, Filtered { kept_keys: before.keys, dropped_keys: 0 });
        assert!(after.crc64.is_some());
        let kept = |facts: &Facts| {
            (
                facts.encodings.clone(),
                facts.functions,
                facts.modules.clone(),
                facts.engine_version.clone(),
                facts.created_at_s,
            )
        };
        assert_eq!(kept(&after), kept(&before));
        assert_eq!((after.size_hints_agree, after.slots.hints_agree), (None, None));
    }
}

#[test]
fn each_condition_keeps_its_keys_and_no_other() {
    type Judge = fn(&KeyFacts) -> bool;
    let slots: SlotSet = (0..8000).collect();
    let table: [(Selection, Judge); 6] = [
        (Selection { slots: Some(slots), ..Selection::default() }, |key| key.5 < 8000),
        (Selection { databases: Some(BTreeSet::from([3, 15])), ..Selection::default() }, |key| key.0 > 0),
        (Selection { types: Some(BTreeSet::from([Type::Stream, Type::Hash])), ..Selection::default() }, |key| {
            matches!(key.3.value_type(), Type::Stream | Type::Hash)
        }),
        (
            Selection { patterns: Some(vec![Glob::new(b"int:-*"), Glob::new(b"*:big")]), ..Selection::default() },
            |key| key.1.starts_with(b"int:-") || key.1.ends_with(b":big"),
        ),
        (
            Selection {
                patterns: Some(vec![Glob::new(b"*e*")]),
                types: Some(BTreeSet::from([Type::String])),
                ..Selection::default()
            },
            |key| key.1.contains(&b'e') && key.3 == Encoding::String,
        ),
        (Selection { patterns: Some(Vec::new()), ..Selection::default() }, |_| false),
    ];
    for sample in SAMPLES {
        for (selection, is_kept) in &table {
            let (out, filtered) = filter(selection.clone(), [*sample]).unwrap();
            let all = keys(sample);
            let expected: Vec<_> = all.iter().filter(|key| is_kept(key)).cloned().collect();
            assert_eq!(keys(&out), expected, "{selection:?}");
            assert_eq!((filtered.kept_keys + filtered.dropped_keys) as usize, all.len());
            let databases: BTreeSet<u32> = expected.iter().map(|key| key.0).collect();
            assert_eq!(inspect(&out).databases as usize, databases.len(), "a database is selected where keys follow");
        }
    }
}

#[test]
fn what_is_not_of_the_keys_can_be_left_out() {
    let selection = Selection {
        without_auxiliary: true,
        without_functions: true,
        without_module_data: true,
        ..Selection::default()
    };
    for sample in SAMPLES {
        let (out, _) = filter(selection.clone(), [*sample]).unwrap();
        let facts = inspect(&out);
        assert_eq!((facts.functions, facts.engine_version, facts.created_at_s), (0, None, None));
        assert_eq!(keys(&out), keys(sample));
    }
}

#[test]
fn a_key_takes_its_idle_time_frequency_and_expiry_along() {
    let key: &[u8] = b"\xFC\x01\0\0\0\0\0\0\0\xF8\x05\xF9\x07\x00\x03key\x05value";
    let file = [b"REDIS0011\xFE\x00\xFB\x02\x01\xF9\x01\x00\x01x\x01y", key, b"\xFF\0\0\0\0\0\0\0\0"].concat();
    let selection = Selection { patterns: Some(vec![Glob::new(b"key")]), ..Selection::default() };
    let (out, filtered) = filter(selection, [file.as_slice()]).unwrap();
    assert_eq!(out, [b"REDIS0011\xFE\x00", key, b"\xFF\0\0\0\0\0\0\0\0"].concat());
    assert_eq!(filtered, Filtered { kept_keys: 1, dropped_keys: 1 });
}

#[test]
fn databases_are_selected_where_keys_follow_in_every_width() {
    let numbers = [0_u32, 63, 64, 16_383, 16_384, u32::MAX];
    let records: Vec<u8> = numbers
        .iter()
        .flat_map(|number| [b"\xFE\x80".as_slice(), &number.to_be_bytes(), b"\x00\x01k\x01v\xFE\x07"].concat())
        .collect();
    let file = [b"REDIS0011".as_slice(), &records, b"\xFF\0\0\0\0\0\0\0\0"].concat();
    let (out, _) = filter(Selection::default(), [file.as_slice()]).unwrap();
    assert_eq!(keys(&out).iter().map(|key| key.0).collect::<Vec<_>>(), numbers);
    assert_eq!(inspect(&out).databases, 6);
}

#[test]
fn what_is_only_true_of_the_whole_is_left_out() {
    let auxiliary = |name: &str, text: &str| {
        [
            &[0xFA, name.len() as u8],
            name.as_bytes(),
            &[0x40 | (text.len() >> 8) as u8, text.len() as u8],
            text.as_bytes(),
        ]
        .concat()
    };
    let kept = [auxiliary("redis-ver", "7.2.4"), auxiliary("lua", &"x".repeat(1000))].concat();
    let dropped = [
        auxiliary("repl-stream-db", "0"),
        auxiliary("repl-id", &"a".repeat(40)),
        auxiliary("repl-offset", "14"),
        auxiliary("slot-info", "5,1,0,0"),
    ]
    .concat();
    let import = b"\xF3\x03job\x01\x00\x05".to_vec();
    let end = b"\xFF\0\0\0\0\0\0\0\0".to_vec();
    let file =
        [b"VALKEY080".to_vec(), dropped, kept.clone(), b"\xF4\x01\x01\x00".to_vec(), import.clone(), end.clone()];
    let (out, _) = filter(Selection::default(), [file.concat().as_slice()]).unwrap();
    assert_eq!(out, [b"VALKEY080".to_vec(), kept, import, end].concat());
}

#[test]
fn files_of_old_formats_get_no_checksum() {
    let file = b"REDIS0004\x00\x01k\x01v\xFF".as_slice();
    assert_eq!(filter(Selection::default(), [file]).unwrap().0, file);
}

#[test]
fn long_names_are_passed_or_refused_by_what_is_asked() {
    let name = |bytes: usize| [&[0x80], (bytes as u32).to_be_bytes().as_slice(), &vec![b'n'; bytes]].concat();
    let file = |bytes: usize| [b"REDIS0011\x00".to_vec(), name(bytes), b"\x01v\xFF\0\0\0\0\0\0\0\0".to_vec()].concat();
    let patterns = Selection { patterns: Some(vec![Glob::new(b"*")]), ..Selection::default() };
    assert_eq!(filter(patterns.clone(), [file(1024).as_slice()]).unwrap().1.kept_keys, 1);
    assert_eq!(filter(patterns.clone(), [file(1025).as_slice()]), Err(FilterError::LongName { bytes: 1025 }));
    assert_eq!(filter(Selection::default(), [file(1025).as_slice()]).unwrap().1.kept_keys, 1);
    let long = file(HEAD_BYTES_MAX);
    assert_eq!(filter(Selection::default(), [long.as_slice()]), Err(FilterError::LongHead));
    let mut refused = Filter::new(Selection::default());
    let outcomes: Vec<_> = long.chunks(4096).map(|piece| refused.push(piece, &mut Vec::new())).collect();
    assert_eq!(outcomes.last(), Some(&Err(FilterError::LongHead)));
    assert!(!refused.is_complete());
    assert_eq!(refused.finish(), Err(FilterError::LongHead));
}

#[test]
fn damaged_and_cut_sources_are_refused() {
    let sample = sample!("redis-7.0.15");
    let mut damaged = sample.to_vec();
    damaged[700] ^= 1;
    assert!(matches!(filter(Selection::default(), [damaged.as_slice()]), Err(FilterError::Source(_))));
    let cut = RdbError { offset: 700, reason: Reason::Truncated };
    assert_eq!(filter(Selection::default(), [&sample[..700]]), Err(FilterError::Source(cut)));
}

#[test]
fn what_follows_the_source_is_left_to_the_caller() {
    let sample = sample!("redis-7.0.15");
    let mut filter = Filter::new(Selection::default());
    let mut out = Vec::new();
    assert_eq!(filter.push(&[sample, b"more"].concat(), &mut out), Ok(sample.len()));
    let written = out.len();
    assert_eq!(filter.push(b"more", &mut out), Ok(0));
    assert_eq!(out.len(), written);
}

/// Parts that are disjoint and whole give each key once: what a resharding restore relies on.
#[test]
fn parts_by_slot_add_up_to_the_whole() {
    for sample in SAMPLES {
        let mut sum = BTreeMap::<String, Counts>::new();
        for part in 0..4_u16 {
            let slots = Some((part * 4096..(part + 1) * 4096).collect());
            let (out, _) = filter(Selection { slots, ..Selection::default() }, [*sample]).unwrap();
            for named in inspect(&out).encodings {
                let counts = sum.entry(named.name).or_default();
                counts.keys += named.counts.keys;
                counts.bytes += named.counts.bytes;
            }
        }
        let whole = inspect(sample).encodings;
        let whole: BTreeMap<_, _> = whole.into_iter().map(|named| (named.name, named.counts)).collect();
        let bytes_and_keys = |all: &BTreeMap<String, Counts>| {
            all.iter().map(|(name, counts)| (name.clone(), counts.keys, counts.bytes)).collect::<Vec<_>>()
        };
        assert_eq!(bytes_and_keys(&sum), bytes_and_keys(&whole));
    }
}

fn selections() -> impl Strategy<Value = Selection> {
    let types = prop::option::of(prop::collection::btree_set(prop::sample::select(Type::ALL.to_vec()), 0..5));
    let databases = prop::option::of(prop::collection::btree_set(prop::sample::select(vec![0_u32, 3, 15]), 0..3));
    let patterns = prop::option::of(prop::collection::vec("[a-z*?:\\[\\]^-]{0,6}", 0..4));
    let slots = prop::option::of(0..16_384_u16);
    (types, databases, patterns, slots, any::<[bool; 3]>()).prop_map(|(types, databases, patterns, slots, without)| {
        let patterns = patterns.map(|patterns| patterns.iter().map(|pattern| Glob::new(pattern.as_bytes())).collect());
        let [without_auxiliary, without_functions, without_module_data] = without;
        let slots = slots.map(|end| (0..end).collect());
        Selection { slots, databases, patterns, types, without_auxiliary, without_functions, without_module_data }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn any_split_gives_the_same_valid_file(which in 0..SAMPLES.len(), selection in selections(), sizes in prop::collection::vec(0_usize..200, 1..200)) {
        let (whole, filtered) = filter(selection.clone(), [SAMPLES[which]]).unwrap();
        prop_assert_eq!(filtered.kept_keys, inspect(&whole).keys);
        // What passed once passes again, unchanged.
        prop_assert_eq!(&filter(selection.clone(), [whole.as_slice()]).unwrap().0, &whole);
        prop_assert_eq!(filter(selection, pieces(SAMPLES[which], &sizes)).unwrap(), (whole, filtered));
    }
}
