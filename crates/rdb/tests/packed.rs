//! Packed collections and streams, intact and broken, whole and byte by byte.

mod kit;

use kit::{listpack, ziplist};
use valkeep_rdb::{Event, Fault, RdbError, Reason, Structure, Walker};

/// Magic, type and value, and what becomes of it.
type Case<'a> = (&'a str, u8, Vec<u8>, Result<u64, Reason>);

/// What becomes of a value: its elements, or why it is refused. Whole, byte by byte or (short files) torn in two, this is the same, and
/// so is the place.
fn verdict(magic: &str, value_type: u8, value: &[u8]) -> Result<u64, Reason> {
    let file = [magic.as_bytes(), &[value_type], b"\x03key", value, b"\xFF\0\0\0\0\0\0\0\0"].concat();
    let [whole, bytes] = [file.len(), 1].map(|step| elements(file.chunks(step)));
    assert_eq!(whole, bytes, "{value:?}");
    for (front, back) in (0..file.len()).take_while(|_| file.len() < 500).map(|place| file.split_at(place)) {
        assert_eq!(whole, elements([front, back].into_iter()), "{value:?} torn behind {front:?}");
    }
    whole.map_err(|error| error.reason)
}

fn elements<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<u64, RdbError> {
    let mut walker = Walker::new();
    let mut elements = None;
    for mut piece in pieces {
        while !piece.is_empty() {
            let (used, event) = walker.advance(piece)?;
            piece = &piece[used..];
            if let Event::Value(value) = event {
                elements = Some(value.elements);
            } else if let Event::End(_) = event {
                assert!(piece.is_empty(), "the value ends where the test says");
            }
        }
    }
    walker.finish()?;
    Ok(elements.expect("a complete file of one key has a value"))
}

/// A plain string.
fn text(bytes: &[u8]) -> Vec<u8> {
    [&[0x80], (bytes.len() as u32).to_be_bytes().as_slice(), bytes].concat()
}

fn with(mut bytes: Vec<u8>, changes: &[(usize, u8)]) -> Vec<u8> {
    for (at, byte) in changes {
        bytes[*at] = *byte;
    }
    bytes
}

fn broken(structure: Structure, fault: Fault) -> Result<u64, Reason> {
    Err(Reason::Broken { structure, fault })
}

#[test]
fn listpacks_hold_elements_of_each_encoding() {
    let long = [b"\xE1\x2C".as_slice(), &[b'x'; 300]].concat();
    let huge = [b"\xF0\x00\x40\x00\x00".as_slice(), &[b'x'; 16_384]].concat();
    let short: [&[u8]; 10] = [
        b"\x7F",
        b"\x80",
        b"\x83abc",
        b"\xDF\xFF",
        b"\xF1\xFF\xFF",
        b"\xF2\x01\x02\x03",
        b"\xF3\x01\x02\x03\x04",
        b"\xF4\x01\x02\x03\x04\x05\x06\x07\x08",
        b"\xE0\x00",
        b"\xF0\x00\x00\x00\x00",
    ];
    assert_eq!(verdict("REDIS0011", 20, &text(&listpack(&short))), Ok(10));
    for (element, back) in [(&long, [0x02, 0xAE].as_slice()), (&huge, &[0x01, 0x80, 0x85])] {
        let body = [element, back].concat();
        let size = (body.len() + 7) as u32;
        let list = [&size.to_le_bytes(), [1, 0].as_slice(), &body, &[0xFF]].concat();
        assert_eq!(verdict("REDIS0011", 20, &text(&list)), Ok(1));
        let wrong = with(list.clone(), &[(list.len() - 2, 0x80)]);
        assert_eq!(verdict("REDIS0011", 20, &text(&wrong)), broken(Structure::Listpack, Fault::BackLength));
    }
    assert_eq!(verdict("REDIS0011", 20, &text(&with(listpack(&short), &[(4, 0xFF), (5, 0xFF)]))), Ok(10));
}

#[test]
fn broken_listpacks_are_refused_by_fault() {
    let intact = listpack(&[b"\x83abc", b"\x05"]);
    let table: &[(Vec<u8>, Fault)] = &[
        (with(intact.clone(), &[(0, 16)]), Fault::Size),
        (with(intact.clone(), &[(4, 3)]), Fault::Count),
        (with(intact.clone(), &[(6, 0xF5)]), Fault::Encoding),
        (with(intact.clone(), &[(6, 0x84)]), Fault::BackLength),
        (with(intact.clone(), &[(10, 5)]), Fault::BackLength),
        (with(intact.clone(), &[(11, 0x85)]), Fault::CutShort),
        (with(intact.clone(), &[(13, 5)]), Fault::CutShort),
        (with(intact.clone(), &[(4, 1), (11, 0xFF)]), Fault::EndMark),
        (b"\x06\0\0\0\0\0".to_vec(), Fault::CutShort),
        (Vec::new(), Fault::CutShort),
    ];
    assert_eq!(verdict("REDIS0011", 20, &text(&intact)), Ok(2));
    for (list, fault) in table {
        assert_eq!(verdict("REDIS0011", 20, &text(list)), broken(Structure::Listpack, *fault), "{list:?}");
    }
    assert_eq!(verdict("REDIS0011", 20, b"\xC1\x05\x05"), broken(Structure::Listpack, Fault::CutShort));
}

/// The back part of each of these looks like an element of its own.
#[test]
fn the_rest_of_a_torn_element_is_not_taken_for_an_element() {
    let lists: [&[&[u8]]; 2] = [&[b"\xF1\x82\x10", b"\x03"], &[b"\xF2\x05\x01\x01"]];
    for elements in lists {
        assert_eq!(verdict("REDIS0011", 20, &text(&listpack(elements))), Ok(elements.len() as u64));
    }
    let long_before = b"\x15\0\0\0\x0D\0\0\0\x02\0\0\x01a\xFE\x03\0\0\0\x01b\xFF";
    assert_eq!(verdict("REDIS0009", 10, &text(long_before)), Ok(2));
    let wrong = with(long_before.to_vec(), &[(16, 1)]);
    assert_eq!(verdict("REDIS0009", 10, &text(&wrong)), broken(Structure::Ziplist, Fault::BackLength));
}

/// No byte follows the empty score, not even the end mark.
#[test]
fn an_empty_text_ends_where_its_ziplist_does() {
    let mut cut_short = with(ziplist(&[b"\x01m", b"\x80\0\0\0\0"]), &[(0, 19)]);
    cut_short.pop();
    assert_eq!(verdict("REDIS0009", 12, &text(&cut_short)), Err(Reason::BadScore));
}

#[test]
fn ziplists_hold_elements_of_each_encoding() {
    let elements: [&[u8]; 10] = [
        b"\x03abc",
        b"\x40\x01x",
        b"\x80\0\0\0\x01x",
        b"\xC0\x01\x02",
        b"\xD0\x01\x02\x03\x04",
        b"\xE0\x01\x02\x03\x04\x05\x06\x07\x08",
        b"\xF0\x01\x02\x03",
        b"\xFE\x80",
        b"\xF1",
        b"\xFD",
    ];
    assert_eq!(verdict("REDIS0009", 10, &text(&ziplist(&elements))), Ok(10));
    let long_before = b"\x14\0\0\0\x0D\0\0\0\x02\0\0\x01a\xFE\x03\0\0\0\xF2\xFF";
    assert_eq!(verdict("REDIS0009", 10, &text(long_before)), Ok(2));
}

#[test]
fn broken_ziplists_are_refused_by_fault() {
    let intact = ziplist(&[b"\x03abc", b"\xF2"]);
    let table: &[(Vec<u8>, Fault)] = &[
        (with(intact.clone(), &[(0, 99)]), Fault::Size),
        (with(intact.clone(), &[(4, 10)]), Fault::Tail),
        (with(intact.clone(), &[(8, 3)]), Fault::Count),
        (with(intact.clone(), &[(10, 1)]), Fault::BackLength),
        (with(intact.clone(), &[(15, 4)]), Fault::BackLength),
        (with(intact.clone(), &[(11, 0x81)]), Fault::Encoding),
        (with(intact.clone(), &[(11, 0x3F)]), Fault::CutShort),
        (with(intact.clone(), &[(8, 1), (4, 10), (15, 0xFF)]), Fault::EndMark),
    ];
    assert_eq!(verdict("REDIS0009", 10, &text(&intact)), Ok(2));
    for (list, fault) in table {
        assert_eq!(verdict("REDIS0009", 10, &text(list)), broken(Structure::Ziplist, *fault), "{list:?}");
    }
}

#[test]
fn intsets_ascend_in_their_width() {
    let table: &[(&[u8], Result<u64, Reason>)] = &[
        (b"\x02\0\0\0\x02\0\0\0\xFF\xFF\x01\x00", Ok(2)),
        (b"\x04\0\0\0\x01\0\0\0\x01\x02\x03\x04", Ok(1)),
        (b"\x08\0\0\0\x01\0\0\0\x01\x02\x03\x04\x05\x06\x07\x80", Ok(1)),
        (b"\x02\0\0\0\x02\0\0\0\x01\x00\x01\x00", broken(Structure::Intset, Fault::Order)),
        (b"\x02\0\0\0\x02\0\0\0\x01\x00\xFF\xFF", broken(Structure::Intset, Fault::Order)),
        (b"\x02\0\0\0\x03\0\0\0\x01\x00\x02\x00", broken(Structure::Intset, Fault::Size)),
        (b"\x03\0\0\0\x00\0\0\0", broken(Structure::Intset, Fault::Encoding)),
        (b"\x02\0\0\0\x00", broken(Structure::Intset, Fault::CutShort)),
        (b"\x02\0\0\0\xFF\xFF\xFF\xFF\x01\x00", broken(Structure::Intset, Fault::Size)),
    ];
    for (set, expected) in table {
        assert_eq!(verdict("REDIS0011", 11, &text(set)), *expected, "{set:?}");
    }
}

#[test]
fn zipmaps_hold_fields_with_values() {
    let table: &[(&[u8], Result<u64, Reason>)] = &[
        (b"\x02\x01f\x02\x03vv...\x01g\x00\x00\xFF", Ok(2)),
        (b"\xFE\x01f\xFE\x02\0\0\0\x00vv\xFF", Ok(1)),
        (b"\x02\x01f\x01\x00v\xFF", broken(Structure::Zipmap, Fault::Count)),
        (b"\x01\x01f\xFF", Err(Reason::Unpaired)),
        (b"\x01\x01f\x01\x00v", broken(Structure::Zipmap, Fault::CutShort)),
        (b"\x01\x01f\x01\x00v\xFF\xFF", broken(Structure::Zipmap, Fault::EndMark)),
        (b"\x01\xFE\xFF\xFF\xFF\xFFf\x01\x00v\xFF", broken(Structure::Zipmap, Fault::CutShort)),
    ];
    for (map, expected) in table {
        assert_eq!(verdict("REDIS0005", 9, &text(map)), *expected, "{map:?}");
    }
}

#[test]
fn fields_have_values_and_members_have_scores() {
    let infinite = listpack(&[b"\x81m", b"\x84-inf", b"\x81n", b"\x841e+9", b"\x81o", b"\xF1\x00\x80"]);
    let too_long = [b"\xE0\x80".as_slice(), &[b'1'; 128]].concat();
    let body = [b"\x81m\x02", too_long.as_slice(), &[0x01, 0x82]].concat();
    let size = (body.len() + 7) as u32;
    let too_long = [&size.to_le_bytes(), [2, 0].as_slice(), &body, &[0xFF]].concat();
    let table: &[Case] = &[
        ("REDIS0010", 16, listpack(&[b"\x81f", b"\x81v"]), Ok(1)),
        ("REDIS0010", 16, listpack(&[b"\x81f"]), Err(Reason::Unpaired)),
        ("REDIS0010", 17, infinite, Ok(3)),
        ("REDIS0010", 17, listpack(&[b"\x81m", b"\x83nan"]), Err(Reason::BadScore)),
        ("REDIS0010", 17, listpack(&[b"\x81m", b"\x81x"]), Err(Reason::BadScore)),
        ("REDIS0010", 17, listpack(&[b"\x81m", b"\x80"]), Err(Reason::BadScore)),
        ("REDIS0010", 17, too_long, Err(Reason::BadScore)),
        ("REDIS0010", 17, listpack(&[b"\x81m"]), Err(Reason::Unpaired)),
        ("REDIS0009", 12, ziplist(&[b"\x01m", b"\xF2"]), Ok(1)),
        ("REDIS0009", 12, ziplist(&[b"\x01m", b"\x03nan"]), Err(Reason::BadScore)),
        ("REDIS0009", 13, ziplist(&[b"\x01f", b"\x01v", b"\x01g"]), Err(Reason::Unpaired)),
    ];
    for (magic, value_type, packed, expected) in table {
        assert_eq!(verdict(magic, *value_type, &text(packed)), *expected, "{packed:?}");
    }
}

#[test]
fn fields_expire_at_times_that_servers_keep() {
    let triple = |expiry: &[u8]| [&[0; 8], text(&listpack(&[b"\x81f", b"\x81v", expiry])).as_slice()].concat();
    let plain = |earliest: i64, after: &[u8]| [&earliest.to_le_bytes()[..], b"\x01", after, b"\x01f\x01v"].concat();
    let valkey = |expiry: i64| [b"\x01\x01f\x01v", expiry.to_le_bytes().as_slice()].concat();
    let text_expiry = broken(Structure::Listpack, Fault::NotANumber);
    let two = |first: &[u8], second: &[u8]| {
        [&[0; 8], text(&listpack(&[b"\x81f", b"\x81v", first, b"\x81g", b"\x81v", second])).as_slice()].concat()
    };
    let order = broken(Structure::Listpack, Fault::Order);
    let too_late = b"\xF4\0\0\0\0\0\0\x01\0";
    let table: &[Case] = &[
        ("REDIS0012", 25, triple(b"\xF4\0\0\0\0\x01\0\0\0"), Ok(1)),
        ("REDIS0012", 25, two(&[5], &[0]), Ok(2)),
        ("REDIS0012", 25, two(&[5], &[4]), order),
        ("REDIS0012", 25, two(&[0], &[5]), order),
        ("REDIS0012", 25, triple(b"\x81x"), text_expiry),
        ("REDIS0012", 25, triple(b"\xDF\xFF"), Err(Reason::BadFieldExpiry(-1))),
        ("REDIS0012", 25, triple(too_late), Err(Reason::BadFieldExpiry(1 << 48))),
        ("REDIS0012", 24, plain(1000, b"\x01"), Ok(1)),
        ("REDIS0012", 24, plain(i64::MAX, b"\x00"), Ok(1)),
        ("REDIS0012", 24, plain(1 << 48, b"\x01"), Err(Reason::BadFieldExpiry(1 << 48))),
        ("REDIS0012", 24, plain(0, b"\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), Err(Reason::BadFieldExpiry(i64::MAX))),
        ("VALKEY080", 22, valkey(-1), Ok(1)),
        ("VALKEY080", 22, valkey(1), Ok(1)),
        ("VALKEY080", 22, valkey(-2), Err(Reason::BadFieldExpiry(-2))),
    ];
    for (magic, value_type, value, expected) in table {
        assert_eq!(verdict(magic, *value_type, value), *expected, "{value:?}");
    }
}

#[test]
fn empty_collections_are_those_of_old_servers() {
    for (value_type, value) in [(10, text(&ziplist(&[]))), (1, vec![0]), (5, vec![0]), (14, vec![0])] {
        assert_eq!(verdict("REDIS0009", value_type, &value), Ok(0));
        assert_eq!(verdict("REDIS0010", value_type, &value), Err(Reason::Empty));
        assert_eq!(verdict("VALKEY080", value_type, &value), Err(Reason::Empty));
    }
}

const NODE_ID: &[u8; 16] = &[1; 16];
/// Two entries, one of them deleted; the first with fields of its own.
const NODE: [&[u8]; 17] =
    [&[1], &[1], &[1], b"\x81f", &[0], &[1], &[0], &[0], &[1], b"\x81g", &[5], &[6], &[2], &[1], &[1], b"\x81v", &[4]];

fn stream(node: &[&[u8]], length: u8, groups: &[u8]) -> Vec<u8> {
    [b"\x01\x10", NODE_ID.as_slice(), &text(&listpack(node)), &[length, 1, 2], groups].concat()
}

#[test]
fn stream_nodes_hold_what_they_announce() {
    assert_eq!(verdict("REDIS0009", 15, &stream(&NODE, 1, &[0])), Ok(1));
    let table: &[(usize, &[u8], Fault)] = &[
        (0, &[2], Fault::Count),
        (0, b"\xDF\xFF", Fault::Count),
        (1, &[0], Fault::Count),
        (1, &[2], Fault::Count),
        (1, b"\x811", Fault::NotANumber),
        (2, &[2], Fault::Fields),
        (4, &[1], Fault::Fields),
        (5, &[0], Fault::Count),
        (5, &[4], Fault::Encoding),
        (6, b"\x81x", Fault::NotANumber),
        (8, &[2], Fault::Fields),
        (11, &[5], Fault::Fields),
        (16, &[5], Fault::Fields),
        (16, b"\xF4\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", Fault::Fields),
    ];
    for (at, element, fault) in table {
        let mut node = NODE;
        node[*at] = element;
        let expected = broken(Structure::StreamNode, *fault);
        assert_eq!(verdict("REDIS0009", 15, &stream(&node, 1, &[0])), expected, "element {at}");
    }
    assert_eq!(verdict("REDIS0009", 15, &stream(&NODE[..16], 1, &[0])), broken(Structure::StreamNode, Fault::Fields));
    assert_eq!(verdict("REDIS0009", 15, &stream(&NODE[..12], 1, &[0])), broken(Structure::StreamNode, Fault::Count));
}

#[test]
fn streams_agree_with_their_nodes() {
    assert_eq!(verdict("REDIS0009", 15, &stream(&NODE, 2, &[0])), broken(Structure::Stream, Fault::Count));
    let twice =
        [b"\x02".as_slice(), &[b"\x10", NODE_ID.as_slice(), &text(&listpack(&NODE))].concat().repeat(2)].concat();
    assert_eq!(verdict("REDIS0009", 15, &twice), broken(Structure::Stream, Fault::Order));
    assert_eq!(verdict("REDIS0009", 15, b"\x01\x0Fshort"), broken(Structure::Stream, Fault::Size));
    assert_eq!(verdict("REDIS0009", 15, b"\x00\x00\x00\x00\x00"), Ok(0));
}

#[test]
fn what_is_pending_with_consumers_is_what_is_pending_in_the_group() {
    let id = |number: u8| [number; 16];
    let group = |pending: &[u8], owners: &[&[u8]]| {
        let mut group = b"\x01\x01g\x01\x02".to_vec();
        group.push(pending.len() as u8);
        pending.iter().for_each(|number| group.extend([&id(*number), [0; 8].as_slice(), &[1]].concat()));
        group.push(owners.len() as u8);
        for owned in owners {
            group.extend(b"\x01c\0\0\0\0\0\0\0\0");
            group.push(owned.len() as u8);
            owned.iter().for_each(|number| group.extend(id(*number)));
        }
        verdict("REDIS0009", 15, &stream(&NODE, 1, &group))
    };
    let fault = |fault| broken(Structure::ConsumerGroup, fault);
    assert_eq!(group(&[1, 2, 3], &[&[1, 3], &[], &[2]]), Ok(1));
    assert_eq!(group(&[1, 2, 3], &[&[1, 3]]), fault(Fault::Pending));
    assert_eq!(group(&[1, 2, 3], &[&[1, 3], &[4]]), fault(Fault::Pending));
    assert_eq!(group(&[1, 2], &[&[1], &[1]]), fault(Fault::Pending));
    assert_eq!(group(&[], &[&[1]]), fault(Fault::Pending));
    assert_eq!(group(&[1, 1], &[]), fault(Fault::Order));
    assert_eq!(group(&[1, 2], &[&[2, 1]]), fault(Fault::Order));
}

#[test]
fn compressed_collections_are_checked_inside() {
    let size = 1_000_006_u32;
    let mut packed = [[8].as_slice(), &size.to_le_bytes(), &[0xFF, 0xFF], &[0xC0, 0x00, 0x02]].concat();
    // The first element again and again.
    let mut left = 999_999 - 3;
    while left > 0 {
        let bytes = left.min(264);
        packed.extend([0xE0, (bytes - 9) as u8, 0x02]);
        left -= bytes;
    }
    let string = |end: u8| {
        let packed = [packed.as_slice(), &[0x00, end]].concat();
        let sizes = [&[0x80], &(packed.len() as u32).to_be_bytes()[..], &[0x80], &size.to_be_bytes()].concat();
        [&[0xC3], sizes.as_slice(), &packed].concat()
    };
    assert_eq!(verdict("REDIS0011", 20, &string(0xFF)), Ok(333_333));
    assert_eq!(verdict("REDIS0011", 20, &string(0xFE)), broken(Structure::Listpack, Fault::Encoding));
    assert_eq!(verdict("REDIS0011", 20, &string(0x00)), broken(Structure::Listpack, Fault::CutShort));
}
