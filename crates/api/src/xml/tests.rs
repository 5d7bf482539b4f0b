use super::*;
use crate::{ELASTICACHE, Operation, STS};

const REQUEST_ID: &str = "b1d7c3f2-6f0e-4f4e-9d5a-0c7a5e1f2a3b";

fn answer(operation: Operation, fields: Vec<(&'static str, Value)>) -> String {
    response(&ELASTICACHE, operation.model(), &Value::Structure(fields), REQUEST_ID)
}

/// Spelled out line by line for the reader; on the wire there is nothing between the elements.
fn joined(lines: &str) -> String {
    lines.lines().map(str::trim).collect()
}

fn snapshot_being_copied() -> Value {
    let node = Value::Structure(vec![
        ("CacheNodeId", "0001".into()),
        ("CacheSize", "".into()),
        ("CacheNodeCreateTime", Value::Timestamp(1_482_359_044_955)),
        ("SnapshotCreateTime", Value::Timestamp(1_482_908_452_000)),
    ]);
    Value::Structure(vec![
        ("SnapshotName", "nightly-copy".into()),
        ("SnapshotStatus", "creating".into()),
        ("SnapshotSource", "manual".into()),
        ("NumCacheNodes", 1.into()),
        ("AutoMinorVersionUpgrade", true.into()),
        ("NodeSnapshots", Value::List(vec![node])),
        ("ARN", "arn:aws:elasticache:us-east-1:123456789012:snapshot:nightly-copy".into()),
    ])
}

#[test]
fn copy_snapshot_answers_with_the_snapshot() {
    let expected = r#"<CopySnapshotResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/">
        <CopySnapshotResult>
          <Snapshot>
            <SnapshotName>nightly-copy</SnapshotName>
            <SnapshotStatus>creating</SnapshotStatus>
            <SnapshotSource>manual</SnapshotSource>
            <NumCacheNodes>1</NumCacheNodes>
            <AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade>
            <NodeSnapshots>
              <NodeSnapshot>
                <CacheNodeId>0001</CacheNodeId>
                <CacheSize/>
                <CacheNodeCreateTime>2016-12-21T22:24:04.955Z</CacheNodeCreateTime>
                <SnapshotCreateTime>2016-12-28T07:00:52Z</SnapshotCreateTime>
              </NodeSnapshot>
            </NodeSnapshots>
            <ARN>arn:aws:elasticache:us-east-1:123456789012:snapshot:nightly-copy</ARN>
          </Snapshot>
        </CopySnapshotResult>
        <ResponseMetadata><RequestId>b1d7c3f2-6f0e-4f4e-9d5a-0c7a5e1f2a3b</RequestId></ResponseMetadata>
      </CopySnapshotResponse>"#;
    let xml = answer(Operation::CopySnapshot, vec![("Snapshot", snapshot_being_copied())]);
    assert_eq!(xml, joined(expected));
}

#[test]
fn elements_stand_in_the_order_of_the_model() {
    let fields = |names: &[&'static str]| -> Vec<(&'static str, Value)> {
        names.iter().map(|name| (*name, Value::from(*name))).collect()
    };
    let ordered = ["SnapshotName", "ReplicationGroupId", "CacheClusterId", "Engine", "VpcId", "ARN"];
    let shuffled = ["VpcId", "SnapshotName", "ARN", "CacheClusterId", "Engine", "ReplicationGroupId"];
    let [first, second] = [ordered, shuffled].map(|names| {
        let snapshot = Value::Structure(fields(&names));
        answer(Operation::CreateSnapshot, vec![("Snapshot", snapshot)])
    });
    assert_eq!(first, second);
    assert!(first.contains("</SnapshotName><ReplicationGroupId>"));
}

#[test]
fn an_empty_list_is_an_empty_element_and_an_absent_member_none() {
    let xml = answer(Operation::DescribeSnapshots, vec![("Snapshots", Value::List(vec![]))]);
    assert!(xml.contains("<DescribeSnapshotsResult><Snapshots/></DescribeSnapshotsResult>"), "{xml}");
    let xml = answer(Operation::DescribeSnapshots, vec![]);
    assert!(xml.contains("><DescribeSnapshotsResult/><"), "{xml}");
}

#[test]
fn an_operation_without_output_answers_its_metadata_alone() {
    let expected = r#"<DeleteCacheSubnetGroupResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/">
        <ResponseMetadata><RequestId>b1d7c3f2-6f0e-4f4e-9d5a-0c7a5e1f2a3b</RequestId></ResponseMetadata>
        </DeleteCacheSubnetGroupResponse>"#;
    assert_eq!(answer(Operation::DeleteCacheSubnetGroup, vec![]), joined(expected));
}

#[test]
fn get_caller_identity_answers_in_its_own_namespace() {
    let model = STS.operation("GetCallerIdentity").expect("the one operation");
    let result = Value::Structure(vec![
        ("UserId", "AIDAEXAMPLE".into()),
        ("Account", "123456789012".into()),
        ("Arn", "arn:aws:iam::123456789012:user/ada".into()),
    ]);
    let expected = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <GetCallerIdentityResult>
        <UserId>AIDAEXAMPLE</UserId>
        <Account>123456789012</Account>
        <Arn>arn:aws:iam::123456789012:user/ada</Arn>
        </GetCallerIdentityResult>
        <ResponseMetadata><RequestId>b1d7c3f2-6f0e-4f4e-9d5a-0c7a5e1f2a3b</RequestId></ResponseMetadata>
        </GetCallerIdentityResponse>"#;
    assert_eq!(response(&STS, model, &result, REQUEST_ID), joined(expected));
}

#[test]
fn errors_say_whose_fault_it_is() {
    let cases = [(true, "Sender"), (false, "Receiver")];
    for (sender, kind) in cases {
        let xml = error(&ELASTICACHE, "SnapshotNotFoundFault", sender, "a < b", REQUEST_ID);
        let expected = format!(
            r#"<ErrorResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/">
            <Error><Type>{kind}</Type><Code>SnapshotNotFoundFault</Code><Message>a &lt; b</Message></Error>
            <RequestId>b1d7c3f2-6f0e-4f4e-9d5a-0c7a5e1f2a3b</RequestId></ErrorResponse>"#
        );
        assert_eq!(xml, joined(&expected));
    }
}

#[test]
fn text_is_escaped_and_what_xml_cannot_carry_replaced() {
    let cases = [
        (r#"a & b <c> "d" 'e'"#, "a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos;"),
        ("line\n\ttab\r", "line\n\ttab&#13;"),
        ("\0\u{1}\u{1f}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("\u{FFFE}\u{FFFF}\u{FFFD}\u{F900}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{F900}"),
        ("Zürich 雪 🦀\u{7f}", "Zürich 雪 🦀\u{7f}"),
    ];
    for (plain, expected) in cases {
        let mut out = String::new();
        text(&mut out, plain);
        assert_eq!(out, expected);
    }
}

#[test]
#[should_panic(expected = "Snapshot has no member SnapshotNames")]
fn a_member_that_the_shape_lacks_stops_a_debug_build() {
    let snapshot = Value::Structure(vec![("SnapshotNames", "nightly".into())]);
    answer(Operation::CopySnapshot, vec![("Snapshot", snapshot)]);
}

#[test]
#[should_panic(expected = "is not of the shape Integer")]
fn a_value_of_another_kind_stops_a_debug_build() {
    let snapshot = Value::Structure(vec![("NumCacheNodes", "1".into())]);
    answer(Operation::CopySnapshot, vec![("Snapshot", snapshot)]);
}

#[test]
fn names_of_elements_are_names() {
    for text in ["<a//>", "<a=b/>", "<1/>", "<x:/>", "<x:y:z/>", "<a\"/>", "<a;></a;>"] {
        assert!(Element::parse(text.as_bytes()).is_err(), "{text}");
    }
    for (text, name) in [("<x:a-1.b xmlns:x='u'/>", "a-1.b"), ("<é_雪/>", "é_雪")] {
        assert_eq!(Element::parse(text.as_bytes()).map(|element| element.name).as_deref(), Ok(name));
    }
}
