//! What an inspection tells of files of real engines, and of files that are made to be large in every way.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use valkeep_rdb::facts::{Announced, Module};
use valkeep_rdb::{Facts, Inspector};

fn inspect(file: &[u8]) -> Facts {
    let mut inspector = Inspector::new();
    assert_eq!(inspector.push(file), Ok(file.len()));
    inspector.finish().unwrap()
}

/// A file without a checksum.
fn file(records: &[Vec<u8>]) -> Vec<u8> {
    [b"REDIS0012".to_vec(), records.concat(), b"\xFF\0\0\0\0\0\0\0\0".to_vec()].concat()
}

fn text(text: &[u8]) -> Vec<u8> {
    [&[0x80], (text.len() as u32).to_be_bytes().as_slice(), text].concat()
}

fn string(name: &[u8], value: &[u8]) -> Vec<u8> {
    [vec![0], text(name), text(value)].concat()
}

fn select(database: u32) -> Vec<u8> {
    [vec![0xFE, 0x80], database.to_be_bytes().to_vec()].concat()
}

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../testdata/", $name, ".rdb"))
    };
}

#[test]
fn a_real_file_is_told_in_full() {
    let facts = inspect(sample!("redis-7.0.15"));
    assert_eq!((facts.engine.as_deref(), facts.engine_version.as_deref()), (Some("redis"), Some("7.0.15")));
    assert!(facts.used_memory_bytes.is_some_and(|bytes| bytes > 500_000));
    assert_eq!((facts.keys, facts.expires, facts.databases, facts.functions), (32, 4, 3, 2));
    assert_eq!(facts.highest_database, Some(15));
    assert_eq!(facts.size_hints_agree, Some(true));
    assert_eq!(facts.slots.hints_agree, None);
    let databases: Vec<_> =
        facts.database_list.iter().map(|one| (one.number, one.counts.keys, one.announced)).collect();
    let announced = |keys, expires| Some(Announced { keys, expires });
    assert_eq!(databases, [(0, 30, announced(30, 3)), (3, 1, announced(1, 0)), (15, 1, announced(1, 1))]);
    let of_type = |name: &str| facts.types.iter().find(|one| one.name == name).unwrap().counts;
    assert_eq!(of_type("string").keys, 20);
    assert_eq!(of_type("string").elements, 20);
    assert_eq!(of_type("stream").keys, 2);
    assert_eq!(facts.types.iter().map(|one| one.counts.bytes).sum::<u64>(), facts.biggest_sum());
    let ints = facts.prefixes.list.iter().find(|one| one.prefix == "int:").unwrap();
    assert_eq!(ints.counts.keys, 11);
    assert_eq!(facts.expiries.first_at_ms, Some(4_102_444_800_000));
    assert_eq!(facts.expiries.last_at_ms, Some(4_102_444_800_003));
    assert_eq!(facts.expiries.within.last().map(|rest| (rest.up_to_s, rest.keys)), Some((None, 4)));
}

trait Sums {
    fn biggest_sum(&self) -> u64;
}

impl Sums for Facts {
    /// Bytes of all keys, by another way.
    fn biggest_sum(&self) -> u64 {
        self.prefixes.list.iter().map(|one| one.counts.bytes).sum::<u64>() + self.prefixes.none.bytes
    }
}

#[test]
fn slots_that_the_writer_announces_are_compared() {
    for sample in [sample!("redis-8.2.3-cluster").as_slice(), sample!("valkey-9.1.2-cluster")] {
        let facts = inspect(sample);
        assert_eq!(facts.slots.hints_agree, Some(true));
        assert_eq!(u64::from(facts.slots.used), facts.slots.announced);
        assert!((20..=32).contains(&facts.slots.used));
    }
    let wrong = file(&[select(0), b"\xF4\x05\x02\x00".to_vec(), string(b"key", b"value")]);
    assert_eq!(inspect(&wrong).slots.hints_agree, Some(false));
}

#[test]
fn sizes_that_the_writer_announces_are_compared() {
    let with = |keys: u8| file(&[select(0), vec![0xFB, keys, 0], string(b"key", b"value")]);
    assert_eq!(inspect(&with(1)).size_hints_agree, Some(true));
    assert_eq!(inspect(&with(2)).size_hints_agree, Some(false));
}

#[test]
fn modules_are_told_by_name() {
    let facts = inspect(sample!("redis-8.2.3-module"));
    assert_eq!(facts.module_keys(), 1);
    assert!(facts.modules.contains(&Module { name: "graphdata".to_owned(), version: 18 }), "{:?}", facts.modules);
}

#[test]
fn facts_of_a_damaged_file_are_those_up_to_the_damage() {
    let mut bytes = file(&[string(b"a", b"1"), string(b"b", b"2")]);
    let at = bytes.len() - 9;
    bytes[at] = 242;
    let mut inspector = Inspector::new();
    inspector.push(&bytes).unwrap_err();
    assert_eq!(inspector.facts_so_far().keys, 2);
    assert_eq!(inspector.facts_so_far().format, "REDIS0012");
    inspector.finish().unwrap_err();
}

/// Names of 64 unprintable bytes, more of everything than is listed, numbers as large as a file can make them.
#[test]
fn facts_fit_into_the_footer_of_a_blob_whatever_the_file() {
    let name = |number: u32, delimiter: &[u8]| {
        [vec![0xFF; 35], number.to_be_bytes().to_vec(), delimiter.to_vec(), vec![0xFF; 900]].concat()
    };
    let huge_set = |name: &[u8]| [vec![11], text(name), text(b"\x02\0\0\0\x01\0\0\0\x07\0")].concat();
    let mut records: Vec<Vec<u8>> = ["redis-ver", "repl-id"]
        .iter()
        .map(|about| [vec![0xFA], text(about.as_bytes()), text(&[b'\\'; 64])].concat())
        .collect();
    records.push([vec![0xFA], text(b"ctime"), text(b"1")].concat());
    for number in 0..3000 {
        records.push(select(u32::MAX - number));
        records.push([vec![0xFB, 0x81], vec![0xFF; 8], vec![0x81], vec![0xFF; 8]].concat());
        records.push([vec![0xFC], i64::MIN.to_le_bytes().to_vec(), string(&name(number, b":"), b"v")].concat());
        records.push([vec![0xFC], i64::MIN.to_le_bytes().to_vec(), huge_set(&name(number, b"-"))].concat());
        let module = [vec![0x81], (u64::MAX - u64::from(number)).to_be_bytes().to_vec()].concat();
        records.push([vec![0xF7], module, vec![2, 0, 0]].concat());
    }
    let facts = inspect(&file(&records));
    assert_eq!(facts.databases, 3000);
    assert_eq!((facts.database_list.len(), facts.modules.len(), facts.biggest_by_bytes.len()), (32, 16, 16));
    assert!(facts.has_more_modules && facts.other_databases.keys > 0 && facts.prefixes.low_by_keys > 0);
    assert!(serde_json::to_vec(&facts).unwrap().len() <= Facts::JSON_BYTES_MAX);

    let worst = worst(facts);
    let bytes = serde_json::to_vec(&worst).unwrap().len();
    println!("longest facts: {bytes} bytes");
    assert!(bytes <= Facts::JSON_BYTES_MAX, "{bytes}");
}

/// Lists as long as they can be and every number and text as long as it can be: more than any file holds.
fn worst(facts: Facts) -> Facts {
    let json = serde_json::to_value(&facts).unwrap();
    let longest = "\\xff".repeat(64);
    let mut worst: Facts = serde_json::from_value(widest(json)).unwrap();
    let all = valkeep_rdb::Encoding::ALL.map(|one| one.name());
    let counts = worst.other_databases;
    let named = |name: &&str| valkeep_rdb::facts::Named { name: (*name).to_owned(), counts };
    worst.encodings = all.iter().map(named).collect();
    worst.types = valkeep_rdb::Type::ALL.map(|one| one.name()).iter().map(named).collect();
    let key = valkeep_rdb::facts::BigKey {
        name: longest,
        value_type: "string".to_owned(),
        ..worst.biggest_by_bytes[0].clone()
    };
    worst.biggest_by_bytes = vec![key.clone(); 16];
    worst.biggest_by_elements = vec![key; 16];
    let prefix = valkeep_rdb::facts::Prefix { prefix: "\\xff".repeat(40), counts };
    worst.prefixes.list = vec![prefix; 48];
    worst
}

fn widest(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match json {
        Value::Number(number) if number.is_i64() && number.as_i64() < Some(0) => i64::MIN.into(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| {
                let is_small = ["number", "database", "databases", "highest_database", "used"].contains(&name.as_str());
                let widest = match value {
                    Value::Number(_) if name == "version" => 1023.into(),
                    Value::Number(number) if number.is_u64() && is_small => u32::MAX.into(),
                    Value::Number(number) if number.is_u64() => u64::MAX.into(),
                    Value::Null | Value::Bool(_) | Value::Number(_) => value,
                    Value::String(_) | Value::Array(_) | Value::Object(_) => widest(value),
                };
                (name, widest)
            })
            .collect(),
        Value::Array(list) => list.into_iter().map(widest).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => json,
    }
}

#[test]
fn facts_of_other_versions_can_be_read() {
    let older = r#"{"format":"REDIS0011","crc64":"00000000000000ff","keys":3,"expires":1,"databases":1,"functions":0,
        "engine_version":"8.1.8"}"#;
    let facts: Facts = serde_json::from_str(older).unwrap();
    assert_eq!((facts.format.as_str(), facts.keys, facts.databases), ("REDIS0011", 3, 1));
    let newer = r#"{"format":"VALKEY081","keys":3,"types":[{"name":"vector","keys":3,"shards":1}],"more":{"x":[1]}}"#;
    let facts: Facts = serde_json::from_str(newer).unwrap();
    assert_eq!(facts.types[0].counts.keys, 3);
    let facts = inspect(sample!("valkey-9.1.2"));
    assert_eq!(serde_json::from_slice::<Facts>(&serde_json::to_vec(&facts).unwrap()).unwrap(), facts);
}
