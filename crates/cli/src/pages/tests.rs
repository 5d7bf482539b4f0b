use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::VecDeque;
use valkeep_api::Operation;

fn snapshots(names: &str, marker: Option<&str>) -> Document {
    let item = |name: char| Document::Map(Map::from_iter([("SnapshotName", name.to_string())]));
    let mut page = Map::new();
    if let Some(marker) = marker {
        page.insert("Marker", marker);
    }
    page.insert("Snapshots", names.chars().map(item).collect::<Vec<_>>());
    page.into()
}

fn three_pages() -> Vec<Document> {
    vec![snapshots("ab", Some("m1")), snapshots("cd", Some("m2")), snapshots("e", None)]
}

fn paged(pages: Vec<Document>, max_items: Option<i64>, starting_token: Option<&str>) -> Pages<'static, 'static> {
    let source = Source::Prepared { pages: VecDeque::from(pages), requests: Vec::new() };
    let paginator = Operation::DescribeSnapshots.model().paginator.as_ref().expect("it has pages");
    let paging = Paging { max_items, page_size: None, starting_token: starting_token.map(str::to_owned) };
    Pages::from(source, paginator, Map::new(), &paging).expect("a token")
}

/// The names of all items, the next token in plain text, and the markers that were asked for.
type Walked = (String, Option<String>, Vec<Option<String>>);

fn walk(mut pages: Pages<'_, '_>) -> Result<Walked, Failure> {
    let mut whole = pages.whole()?;
    let names = items_of(&mut whole, "Snapshots").map(std::mem::take).unwrap_or_default();
    let text = |document: &Document| python_text(document);
    let names = names.iter().filter_map(|item| find(item, "SnapshotName")).map(text).collect();
    let token = find(&whole, "NextToken").map(|token| {
        let json = STANDARD.decode(python_text(token)).expect("base64");
        String::from_utf8(json).expect("JSON")
    });
    let Source::Prepared { requests, .. } = &pages.source else { panic!("prepared pages") };
    let markers = requests.iter().map(|request| request.get("Marker").map(text)).collect();
    Ok((names, token, markers))
}

fn python_text(document: &Document) -> String {
    crate::python::str(document, crate::python::Maps::Dict)
}

fn coded(json: &str) -> String {
    STANDARD.encode(json)
}

#[test]
fn items_are_cut_and_the_token_says_where() {
    let at = |marker: &str, amount: i64| Some(format!("{{\"Marker\": {marker}, \"boto_truncate_amount\": {amount}}}"));
    let cases = [
        (-1, "a", at("null", -1), 1),
        (0, "", at("null", 0), 1),
        (1, "a", at("null", 1), 1),
        (2, "ab", Some("{\"Marker\": \"m1\"}".to_owned()), 1),
        (3, "abc", at("\"m1\"", 1), 2),
        (4, "abcd", Some("{\"Marker\": \"m2\"}".to_owned()), 2),
        (5, "abcde", None, 3),
        (6, "abcde", None, 3),
    ];
    for (max, names, token, requests) in cases {
        let (seen, next, markers) = walk(paged(three_pages(), Some(max), None)).expect("pages");
        assert_eq!((seen.as_str(), next, markers.len()), (names, token, requests), "{max}");
    }
}

#[test]
fn a_token_goes_on_where_it_says() {
    let resumed = |json: &str, max: Option<i64>| walk(paged(three_pages(), max, Some(&coded(json)))).expect("pages");
    let token = |names: &str, next: Option<&str>| (names.to_owned(), next.map(str::to_owned));
    let cases = [
        ("{\"Marker\": null, \"boto_truncate_amount\": 1}", None, token("bcde", None), None),
        ("{\"Marker\": \"m0\", \"boto_truncate_amount\": 5}", None, token("cde", None), Some("m0")),
        ("{\"Marker\": \"m0\", \"boto_truncate_amount\": -1}", None, token("bcde", None), Some("m0")),
        (
            "{\"Marker\": \"m0\", \"boto_truncate_amount\": 1}",
            Some(1),
            token("b", Some("{\"Marker\": \"m1\"}")),
            Some("m0"),
        ),
        (
            "{\"Marker\": \"m0\", \"boto_truncate_amount\": 1}",
            Some(2),
            token("bc", Some("{\"Marker\": \"m1\", \"boto_truncate_amount\": 1}")),
            Some("m0"),
        ),
    ];
    for (json, max, expected, first) in cases {
        let (names, next, markers) = resumed(json, max);
        assert_eq!((names, next), expected, "{json}");
        assert_eq!(markers[0].as_deref(), first);
    }
    // A page that is cut twice counts what was done before.
    let pages = vec![snapshots("abc", None)];
    let (names, next, _) =
        walk(paged(pages, Some(1), Some(&coded("{\"Marker\": \"m0\", \"boto_truncate_amount\": 1}")))).expect("pages");
    assert_eq!((names.as_str(), next.as_deref()), ("b", Some("{\"Marker\": \"m0\", \"boto_truncate_amount\": 2}")));
}

#[test]
fn what_is_no_token_is_a_marker() {
    let list = coded("[\"a\"]");
    let cases = [
        ("@@@", Some("@@@"), "abcde"),
        ("", Some(""), "abcde"),
        ("abc___2", Some("abc"), "cde"),
        ("abc___x", Some("abc___x"), "abcde"),
        ("None___1", None, "bcde"),
        (list.as_str(), Some(list.as_str()), "abcde"),
    ];
    for (text, marker, names) in cases {
        let (seen, _, markers) = walk(paged(three_pages(), None, Some(text))).expect("pages");
        assert_eq!((seen.as_str(), markers[0].as_deref()), (names, marker), "{text}");
    }
}

#[test]
fn tokens_that_make_no_sense_end_in_the_references_words() {
    let cases = [
        ("a___b___1".to_owned(), "Bad starting token: a___b___1"),
        (coded("null"), "'NoneType' object has no attribute 'pop'"),
        (coded("\"abc\""), "'str' object has no attribute 'pop'"),
    ];
    for (text, expected) in cases {
        assert_eq!(StartingToken::parse(&text, "Marker"), Err(Failure::general(expected)));
    }
    let float = coded("{\"Marker\": \"m0\", \"boto_truncate_amount\": 1.0}");
    let message = "slice indices must be integers or None or have an __index__ method";
    assert_eq!(walk(paged(three_pages(), None, Some(&float))), Err(Failure::general(message)));
}

#[test]
fn the_same_token_twice_is_told_after_its_page() {
    let circle = || vec![snapshots("ab", Some("m1")), snapshots("cd", Some("m1")), snapshots("e", None)];
    let mut pages = paged(circle(), None, None);
    assert!(matches!(pages.next_page(), Ok(Some(_))));
    assert!(matches!(pages.next_page(), Ok(Some(_))));
    let message = "Error during pagination: The same next token was received twice: {'Marker': 'm1'}";
    assert_eq!(pages.next_page(), Err(Failure::general(message)));
    assert_eq!(walk(paged(circle(), Some(3), None)).expect("cut before").0, "abc");
    let (names, _, _) =
        walk(paged(vec![snapshots("a", Some("m0")), snapshots("b", None)], None, Some("m0"))).expect("pages");
    assert_eq!(names, "ab");
}

#[test]
fn an_empty_marker_ends_and_a_page_without_items_goes_on() {
    assert_eq!(walk(paged(vec![snapshots("ab", Some(""))], None, None)).expect("one page").0, "ab");
    let bare = Document::Map(Map::from_iter([("Marker", "m")]));
    assert_eq!(walk(paged(vec![bare, snapshots("a", None)], None, None)).expect("two pages").0, "a");
    let mut empty = paged(vec![Document::Map(Map::new())], None, None);
    assert_eq!(empty.whole(), Ok(Document::Map(Map::new())));
}

#[test]
fn pages_keep_their_markers_and_the_whole_keeps_only_items() {
    let mut pages = paged(three_pages(), None, None);
    let first = pages.next_page().expect("a page").expect("the first");
    assert_eq!(first, snapshots("ab", Some("m1")));
    let mut whole = paged(three_pages(), None, None).whole().expect("pages");
    assert_eq!(find(&whole, "Marker"), None);
    assert_eq!(items_of(&mut whole, "Snapshots").map(|items| items.len()), Some(5));
}

#[test]
fn paging_by_hand_is_seen() {
    let model = Operation::DescribeSnapshots.model();
    for (name, expected) in [("Marker", true), ("MaxRecords", true), ("SnapshotName", false)] {
        assert_eq!(are_by_hand(model, &Map::from_iter([(name, "x")])), expected);
    }
    assert!(!are_by_hand(Operation::CopySnapshot.model(), &Map::from_iter([("Marker", "x")])));
}
