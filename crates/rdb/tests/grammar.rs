//! Records written by hand: types that no engine at hand writes, and what must be refused.

mod kit;

use crc_fast::{CrcAlgorithm, checksum};
use valkeep_rdb::{
    Checksum, Encoding, Event, Facts, Fault, Inspector, Key, NAME_BYTES_MAX, Reason, Structure, Value, Walker,
};

use kit::{listpack, ziplist};

/// A file of the given format and records, with end and checksum.
fn sealed(magic: &str, records: &[&[u8]]) -> Vec<u8> {
    let mut file = [magic.as_bytes(), &records.concat(), &[255]].concat();
    let crc = checksum(CrcAlgorithm::Crc64Redis, &file);
    file.extend(crc.to_le_bytes());
    file
}

/// Walks a file byte by byte, so that each field is torn.
fn walk(file: &[u8]) -> Result<Facts, Reason> {
    let mut inspector = Inspector::new();
    for byte in file {
        inspector.push(&[*byte]).map_err(|error| error.reason)?;
    }
    inspector.finish().map_err(|error| error.reason)
}

/// A plain string.
fn text(bytes: &[u8]) -> Vec<u8> {
    [&[bytes.len() as u8], bytes].concat()
}

fn reason(magic: &str, record: &[u8]) -> Option<Reason> {
    walk(&sealed(magic, &[record])).err()
}

const ID: &[u8] = &[7; 16];
const LATER_ID: &[u8] = &[8; 16];
const TIME: &[u8] = &[0; 8];

#[test]
fn each_type_ends_where_its_grammar_ends() {
    let node = listpack(&[&[1], &[0], &[1], b"\x81f", &[0], &[2], &[0], &[0], b"\x81v", &[4]]);
    let stream_head = [b"\x01\x10aaaaaaaaaaaaaaaa", text(&node).as_slice(), b"\x01\x01\x02"].concat();
    let stream_head = stream_head.as_slice();
    let elements = text(&listpack(&[&[1], b"\x81b"]));
    let triple = text(&listpack(&[b"\x81f", b"\x81v", &[0]]));
    let old_elements = text(&ziplist(&[b"\xF2", b"\x01b"]));
    let stream_facts: &[u8] = b"\x01\x01\x00\x00\x05";
    let pending = [b"\x02", ID, TIME, b"\x01", LATER_ID, TIME, b"\x02"].concat();
    let consumer_1 = [b"\x01\x05alice", TIME, b"\x02", ID, LATER_ID].concat();
    let consumer_3 = [b"\x01\x05alice", TIME, TIME, b"\x02", ID, LATER_ID].concat();
    let producers: &[u8] = b"\x3C\x40\x64\x01\x03pid\x02\x03iid\x01\x00\x03jid\x02\x00\x07\x01";
    let table: &[(&str, u8, Vec<u8>)] = &[
        ("REDIS0001", 0, b"\x05value".to_vec()),
        ("REDIS0001", 1, b"\x02\x01a\xC0\x05".to_vec()),
        ("REDIS0001", 2, b"\x02\xC1\x05\x05\xC2\x05\x05\x05\x05".to_vec()),
        ("REDIS0002", 3, b"\x03\x01a\x031.5\x01b\xFE\x01c\xFF".to_vec()),
        ("REDIS0002", 4, b"\x01\x05field\x05value".to_vec()),
        ("REDIS0008", 5, [b"\x01\x01a", 1.5_f64.to_le_bytes().as_slice()].concat()),
        ("REDIS0008", 7, b"\x81\0\0\0\0\0\0\0\x01\x01\x05\x02\x06\x03abcd\x04abcdefgh\x05\x03str\x00".to_vec()),
        ("REDIS0002", 9, b"\x0B\x01\x01f\x02\x03vv...\xFF".to_vec()),
        ("REDIS0002", 10, old_elements.clone()),
        ("REDIS0002", 11, b"\x0C\x02\0\0\0\x02\0\0\0\xFF\xFF\x01\x00".to_vec()),
        ("REDIS0002", 12, text(&ziplist(&[b"\x01b", b"\x031.5"]))),
        ("REDIS0004", 13, old_elements.clone()),
        ("REDIS0007", 14, [b"\x02".as_slice(), &old_elements, &old_elements].concat()),
        ("REDIS0009", 15, [stream_head, b"\x01\x01g\x01\x02", &pending, &consumer_1].concat()),
        ("REDIS0010", 16, elements.clone()),
        ("REDIS0010", 17, text(&listpack(&[b"\x81b", b"\x831.5"]))),
        ("REDIS0010", 18, [b"\x02\x01\x05plain\x02".as_slice(), &elements].concat()),
        ("REDIS0010", 19, [stream_head, stream_facts, b"\x01\x01g\x01\x02\x03", &pending, &consumer_1].concat()),
        ("REDIS0011", 20, elements),
        ("REDIS0011", 21, [stream_head, stream_facts, b"\x01\x01g\x01\x02\x03", &pending, &consumer_3].concat()),
        ("REDIS0012", 22, b"\x01\x00\x05field\x05value".to_vec()),
        ("REDIS0012", 23, triple.clone()),
        ("REDIS0012", 24, [TIME, b"\x01\x00\x05field\x05value"].concat()),
        ("REDIS0012", 25, [TIME, &triple].concat()),
        (
            "REDIS0013",
            26,
            [stream_head, stream_facts, b"\x01\x01g\x01\x02\x03", &pending, &consumer_3, producers].concat(),
        ),
        (
            "REDIS0014",
            27,
            [stream_head, stream_facts, b"\x01\x01g\x01\x02\x03", &pending, &consumer_3, b"\x00", producers].concat(),
        ),
        (
            "REDIS0014",
            28,
            [b"\x04\x01\x09\x00\x00\x03str\x01\x01", TIME, b"\x02\x02", TIME, b"\x03\x03\x03str"].concat(),
        ),
        ("REDIS0014", 28, b"\x01\x00\x00\x00\x03str".to_vec()),
        ("VALKEY080", 22, [b"\x01\x05field\x05value", TIME].concat()),
    ];
    for (magic, value_type, value) in table {
        let key = [&[*value_type], b"\x03key".as_slice(), value].concat();
        let summary = walk(&sealed(magic, &[&key, &key])).map(|facts| (facts.keys, facts.module_keys()));
        assert_eq!(summary, Ok((2, if *value_type == 7 { 2 } else { 0 })), "{magic} type {value_type}");
    }
}

#[test]
fn each_opcode_ends_where_its_grammar_ends() {
    let table: &[(&str, &[u8])] = &[
        ("VALKEY080", b"\xF3\x03job\x02\x00\x01\x05\x06"),
        ("REDIS0013", b"\xF3\x02abcd\x01\x05\x00efgh\x00"),
        ("VALKEY081", b"\xF4\x01\x02\x00"),
        ("REDIS0012", b"\xF4\x01\x02\x00"),
        ("REDIS0010", b"\xF5\x03lua"),
        ("REDIS0009", b"\xF7\x40\x40\x02\x01\x05\x03str\x00"),
        ("REDIS0009", b"\xF8\x05"),
        ("REDIS0009", b"\xF9\x05"),
        ("REDIS0009", b"\xFA\x04name\xC0\x05"),
        ("REDIS0009", b"\xFB\x05\x00"),
        ("REDIS0009", b"\xFC\x00\x00\x00\x00\x00\x00\x00\x00"),
        ("REDIS0009", b"\xFD\x00\x00\x00\x00"),
        ("REDIS0009", b"\xFE\x0F"),
    ];
    for (magic, record) in table {
        let counted = walk(&sealed(magic, &[record, record, b"\x00\x00\x00"])).map(|facts| facts.keys);
        assert_eq!(counted, Ok(1), "{magic} {record:?}");
    }
}

#[test]
fn foreign_opcodes_and_types_are_refused_by_name() {
    let foreign_types = [
        ("REDIS0011", 22),
        ("REDIS0012", 26),
        ("VALKEY080", 24),
        ("REDIS0013", 28),
        ("REDIS0009", 6),
        ("REDIS0009", 8),
    ];
    for (magic, value_type) in foreign_types {
        assert!(
            matches!(reason(magic, &[value_type, 0, 0]), Some(Reason::UnknownType { value_type: refused, .. }) if refused == value_type),
            "{magic} {value_type}"
        );
    }
    for (magic, opcode) in [("REDIS0011", 243), ("REDIS0011", 244), ("REDIS0010", 246), ("VALKEY081", 242)] {
        assert!(
            matches!(reason(magic, &[opcode, 0, 0]), Some(Reason::UnknownOpcode { opcode: refused, .. }) if refused == opcode),
            "{magic} {opcode}"
        );
    }
}

#[test]
fn broken_fields_are_refused_by_reason() {
    let nan = [b"\x05\x00\x01\x01a", f64::NAN.to_le_bytes().as_slice()].concat();
    let table: &[(&[u8], Reason)] = &[
        (b"\x00\x82", Reason::BadLength(0x82)),
        (b"\x01\x00\xC0", Reason::BadLength(0xC0)),
        (b"\x00\xC4", Reason::BadStringEncoding(4)),
        (b"\x00\x00\xC3\x00\x05", Reason::BadLzf { packed: 0, plain: 5 }),
        (b"\x00\x00\xC3\x05\x00", Reason::BadLzf { packed: 5, plain: 0 }),
        (b"\x00\x00\xC3\x03\x41\x09", Reason::BadLzf { packed: 3, plain: 265 }),
        (b"\x00\x00\xC3\x02\x03\x20\x00", Reason::Broken { structure: Structure::Lzf, fault: Fault::Reference }),
        (b"\xFC\0\0\0\0\0\0\0\0\xFE\x00", Reason::KeyExpected(0xFE)),
        (b"\xF8\x05\xFF", Reason::KeyExpected(0xFF)),
        (b"\x00\x00\xC3\x07\x03", Reason::BadLzf { packed: 7, plain: 3 }),
        (b"\x12\x00\x01\x03", Reason::BadTag(3)),
        (b"\x07\x00\x01\x06", Reason::BadTag(6)),
        (b"\x03\x00\x01\x01a\xFD", Reason::BadScore),
        (b"\x03\x00\x01\x01a\x03nan", Reason::BadScore),
        (b"\x03\x00\x01\x01a\x00", Reason::BadScore),
        (&nan, Reason::BadScore),
        (b"\xFE\x81\x00\x00\x00\x01\x00\x00\x00\x00", Reason::BadDatabase(1 << 32)),
    ];
    for (record, expected) in table {
        assert_eq!(reason("REDIS0011", record), Some(*expected), "{record:?}");
    }
}

#[test]
fn announced_sizes_are_never_allocated() {
    const HUGE: &[u8] = b"\x81\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
    const GIBIBYTE: &[u8] = b"\x80\x40\x00\x00\x00";
    for size in [HUGE, GIBIBYTE] {
        let records: [Vec<u8>; 6] = [
            [b"\x00", size].concat(),
            [b"\x00\x00", size].concat(),
            [b"\x01\x00", size].concat(),
            [b"\x02\x00", size].concat(),
            [b"\xFA", size].concat(),
            [b"\x00\x00\xC3", size, size].concat(),
        ];
        for record in records {
            let mut walker = Walker::new();
            walker.push(&[b"REDIS0011".as_slice(), &record].concat()).expect("a size is not an error");
            for _ in 0..4 {
                walker.push(&[0; 4096]).expect("the value goes on");
            }
            assert!(!walker.is_complete());
        }
    }
}

#[test]
fn events_tell_what_was_written() {
    let name = [b"{tag}".as_slice(), &[b'n'; 2000]].concat();
    let named = [b"\x00\x47\xD5".as_slice(), &name, b"\x05value"].concat();
    let records: [&[u8]; 9] = [
        b"\xFA\x04name\xC0\x05",
        b"\xFE\x07",
        b"\xFB\x05\x01",
        b"\xF4\x09\x02\x00",
        b"\xF5\x03lua",
        b"\xFD\x01\x00\x00\x00\xF8\x09\x01\xC1\x00\x01\x02\x01a\x01b",
        b"\xFC\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\xC3\x06\x05\x00a\x20\x00\x00b\xC0\x01",
        b"\xF7\x05\x02\x01\x00",
        &named,
    ];
    let slot = |name: &[u8]| crc_fast::checksum(CrcAlgorithm::Crc16Xmodem, name) as u16 % 16_384;
    let key = |name, expires_at_ms, encoding| {
        Event::Key(Key { name, name_bytes: name.len() as u64, slot: slot(name), expires_at_ms, encoding })
    };
    let cut = Key {
        name: &name[..NAME_BYTES_MAX],
        name_bytes: 2005,
        slot: slot(b"tag"),
        expires_at_ms: None,
        encoding: Encoding::String,
    };
    let value = |stored_bytes, elements| Event::Value(Value { stored_bytes, elements, module: None });
    let expected = [
        Event::Auxiliary { name: b"name", text: b"5" },
        Event::Database(7),
        Event::SizeHint { keys: 5, expires: 1 },
        Event::SlotHint { slot: 9, keys: 2, expires: 0 },
        Event::Function { bytes: 3 },
        key(b"256", Some(1000), Encoding::List),
        value(16, 2),
        key(b"aaaab", Some(-1), Encoding::String),
        value(21, 1),
        Event::ModuleAuxiliary { module: 5 },
        Event::Key(cut),
        value(2014, 1),
    ];
    let file = sealed("REDIS0012", &records);
    let mut walker = Walker::new();
    let mut rest = file.as_slice();
    let mut next = || {
        let (used, event) = walker.advance(rest).expect("intact");
        rest = &rest[used..];
        format!("{event:?}")
    };
    assert!(next().starts_with("Format"));
    for event in expected {
        assert_eq!(next(), format!("{event:?}"));
    }
    assert!(next().starts_with("End(Matched"));
    assert!(next().starts_with("End(Matched"), "the end is told again");
}

#[test]
fn zero_checksum_means_that_the_server_had_it_off() {
    let facts = walk(b"REDIS0011\xFF\0\0\0\0\0\0\0\0").map(|facts| facts.crc64);
    assert_eq!(facts, Ok(None));
}

#[test]
fn formats_before_5_end_with_the_opcode() {
    let mut walker = Walker::new();
    assert_eq!(walker.push(b"REDIS0004\xFFrest"), Ok(10));
    assert_eq!(walker.finish(), Ok(Checksum::Disabled));
}

#[test]
fn wrong_checksum_is_refused_and_stays_refused() {
    let mut file = sealed("REDIS0011", &[b"\x00\x01k\x01v"]);
    file[13] ^= 1;
    let mut walker = Walker::new();
    let error = walker.push(&file).expect_err("damaged");
    assert!(matches!(error.reason, Reason::ChecksumMismatch { .. }));
    assert_eq!(error.offset, file.len() as u64);
    assert_eq!(walker.push(b""), Err(error));
    assert_eq!(walker.finish(), Err(error));
}

#[test]
fn eof_inside_a_value_is_not_the_end() {
    let file = sealed("REDIS0011", &[b"\x00\x01k\x09\xFF\0\0\0\0\0\0\0\0"]);
    assert_eq!(walk(&file).map(|facts| facts.bytes), Ok(file.len() as u64));
}

#[test]
fn databases_are_counted_once() {
    let file = sealed("REDIS0011", &[b"\xFE\x00", b"\xFE\x05", b"\xFE\x00", b"\xFE\x05"]);
    assert_eq!(walk(&file).map(|facts| facts.databases), Ok(2));
}

#[test]
fn writer_facts_are_bounded_and_printable() {
    let long = [b"\xFA\x09redis-ver\x40\x41", [b'7'; 65].as_slice()].concat();
    let table: &[(&[u8], Option<&str>)] = &[
        (b"\xFA\x0Avalkey-ver\x059.1.2", Some("9.1.2")),
        (b"\xFA\x09redis-ver\xC0\x07", Some("7")),
        (b"\xFA\x09redis-ver\x037\n0", None),
        (b"\xFA\x05other\x05value", None),
        (&long, None),
    ];
    for (record, version) in table {
        let found = walk(&sealed("REDIS0011", &[record])).map(|facts| facts.engine_version);
        assert_eq!(found, Ok(version.map(str::to_owned)), "{record:?}");
    }
}
