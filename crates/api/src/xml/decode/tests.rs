use super::*;
use crate::Operation;

fn snapshot(inside: &str) -> Result<Value, DecodeError<String>> {
    let body = format!("<R><CopySnapshotResult><Snapshot>{inside}</Snapshot></CopySnapshotResult></R>");
    decode(Operation::CopySnapshot.model(), body.as_bytes(), |text| match text {
        "soon" => Err(text.to_owned()),
        text => Ok(format!("at {text}")),
    })
}

fn fields(inside: &str) -> Vec<(&'static str, Value)> {
    let Ok(Value::Structure(mut result)) = snapshot(inside) else { panic!("{inside}") };
    let Some(("Snapshot", Value::Structure(fields))) = result.pop() else { panic!("{inside}") };
    fields
}

#[test]
fn members_come_in_the_order_of_the_model_and_unknown_ones_are_skipped() {
    let seen =
        fields("<Port>6379</Port><Future><Deep>1</Deep></Future><x:SnapshotName xmlns:x='y' a='1'>n</x:SnapshotName>");
    assert_eq!(seen, [("SnapshotName", "n".into()), ("Port", 6379.into())]);
}

#[test]
fn text_is_what_stands_before_the_first_child() {
    let cases = [
        ("<![CDATA[a<b&c]]>", "a<b&c"),
        (" a&amp;b&#65;&#x42; ", " a&bAB "),
        ("a<!-- c -->b<?p i?>c", "abc"),
        ("a<b/>c", "a"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(fields(&format!("<SnapshotName>{text}</SnapshotName>")), [("SnapshotName", expected.into())]);
    }
}

#[test]
fn every_text_but_true_is_false() {
    for (text, expected) in [("true", true), ("True", false), ("maybe", false), ("", false)] {
        let inside = format!("<AutoMinorVersionUpgrade>{text}</AutoMinorVersionUpgrade>");
        assert_eq!(fields(&inside), [("AutoMinorVersionUpgrade", expected.into())]);
    }
}

#[test]
fn whole_numbers_are_pythons() {
    for (text, expected) in [("7", 7), (" 7\n", 7), ("+7", 7), ("-7", -7), ("1_0", 10)] {
        assert_eq!(fields(&format!("<Port>{text}</Port>")), [("Port", expected.into())]);
    }
    for text in ["", "x", "1.5", "_1", "1_", "1__0", "+-1", "99999999999999999999"] {
        assert_eq!(snapshot(&format!("<Port>{text}</Port>")), Err(DecodeError::NotInteger(text.to_owned())));
    }
}

#[test]
fn timestamps_are_read_by_the_caller() {
    let at = |text| format!("<CacheClusterCreateTime>{text}</CacheClusterCreateTime>");
    assert_eq!(fields(&at("noon")), [("CacheClusterCreateTime", "at noon".into())]);
    assert_eq!(snapshot(&at("soon")), Err(DecodeError::Timestamp("soon".to_owned())));
}

#[test]
fn the_names_of_a_lists_elements_do_not_matter() {
    let node = |id: &str| Value::Structure(vec![("CacheNodeId", id.into())]);
    let inside = "<NodeSnapshots><NodeSnapshot><CacheNodeId>1</CacheNodeId></NodeSnapshot>\
                  <member><CacheNodeId>2</CacheNodeId></member></NodeSnapshots>";
    assert_eq!(fields(inside), [("NodeSnapshots", Value::List(vec![node("1"), node("2")]))]);
    assert_eq!(fields("<NodeSnapshots> </NodeSnapshots>"), [("NodeSnapshots", Value::List(vec![]))]);
}

#[test]
fn a_list_given_twice_is_the_list_of_its_givings() {
    let inside = "<NodeSnapshots><CacheNodeId>1</CacheNodeId></NodeSnapshots><NodeSnapshots/>";
    let expected = vec![Value::Structure(vec![("CacheNodeId", "1".into())]), Value::Structure(vec![])];
    assert_eq!(fields(inside), [("NodeSnapshots", Value::List(expected))]);
}

#[test]
fn a_text_given_twice_is_refused() {
    let twice = |name: &str| format!("<{name}>1</{name}><{name}>1</{name}>");
    assert_eq!(snapshot(&twice("SnapshotName")), Err(DecodeError::Repeated(Repeated::Text)));
    assert_eq!(snapshot(&twice("Port")), Err(DecodeError::Repeated(Repeated::Integer)));
    let flag = [("AutoMinorVersionUpgrade", false.into())];
    assert_eq!(fields(&twice("AutoMinorVersionUpgrade")), flag);
}

#[test]
fn an_answer_without_the_results_element_is_refused() {
    let model = Operation::CopySnapshot.model();
    let seen = decode(model, b"<html><body>login</body></html>", |text| Ok::<_, String>(text.to_owned()));
    assert_eq!(seen, Err(DecodeError::NoResult("CopySnapshotResult")));
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let deep = "<a>".repeat(1000) + &"</a>".repeat(1000);
    let wide = format!("<a>{}</a>", "<b/>".repeat(2 << 20));
    let bombs = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
    let cases = [
        "",
        "oops",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a>&x;</a>",
        "<a>\u{1}</a>",
        "<a>&#0;</a>",
        "<a b='1' b='2'/>",
        "<a b=1/>",
        "<a>oops & <</a>",
        "</a>",
        "\n<?xml version='1.0'?><a/>",
        "<x:a/>",
        "<a><b xmlns:x='y'/><x:c/></a>",
        &deep,
        &wide,
        bombs,
    ];
    for text in cases {
        assert!(Element::parse(text.as_bytes()).is_err(), "{text:.60}");
    }
    assert!(Element::parse(b"<a>\xFF</a>").is_err());
}

#[test]
fn declarations_comments_and_a_byte_order_mark_are_skipped() {
    let text = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><!DOCTYPE a>\n<a>t</a>\n<!-- d -->\n";
    let element = Element { name: "a".to_owned(), text: "t".to_owned(), children: vec![] };
    assert_eq!(Element::parse(text.as_bytes()), Ok(element));
}

#[test]
fn utf_16_is_told_by_its_byte_order_mark() {
    let coded = |unit: fn(u16) -> [u8; 2]| "\u{FEFF}<a>é</a>".encode_utf16().flat_map(unit).collect::<Vec<_>>();
    let element = Element { name: "a".to_owned(), text: "é".to_owned(), children: vec![] };
    for mut text in [coded(u16::to_le_bytes), coded(u16::to_be_bytes)] {
        assert_eq!(Element::parse(&text).as_ref(), Ok(&element));
        text.pop();
        assert!(Element::parse(&text).is_err());
    }
}

#[test]
fn every_answer_that_is_written_reads_back() {
    let model = Operation::DescribeSnapshots.model();
    let name = |text: &str| Value::Structure(vec![("SnapshotName", text.into()), ("Port", 1.into())]);
    let odd = "a & <b> \"c\" 'd' \t\n é 🔑";
    let result = Value::Structure(vec![("Marker", "m".into()), ("Snapshots", Value::List(vec![name("a"), name(odd)]))]);
    let body = crate::xml::response(&crate::ELASTICACHE, model, &result, "id");
    assert_eq!(decode(model, body.as_bytes(), |text| Ok::<_, String>(text.to_owned())), Ok(result));
}
