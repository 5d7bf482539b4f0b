use proptest::prelude::*;

use super::*;
use crate::Operation;
use crate::query::pairs;

fn decoded(operation: Operation, body: &str) -> Result<Parameters<'static>, DecodeError> {
    decode(operation.model(), &pairs(body.as_bytes()).expect("a well-formed body"))
}

fn refusal(operation: Operation, body: &str) -> (&'static str, String) {
    let error = decoded(operation, body).expect_err("the request is refused");
    assert_eq!(error.status(), 400);
    (error.code(), error.to_string())
}

const COPY: &str = "Action=CopySnapshot&Version=2015-02-02&SourceSnapshotName=a&TargetSnapshotName=b";

fn copy(more: &str) -> Parameters<'static> {
    decoded(Operation::CopySnapshot, &format!("{COPY}&{more}")).expect("a complete request")
}

fn tags(parameters: &Parameters<'_>) -> Option<Vec<(Option<String>, Option<String>)>> {
    let owned = |tag: &Parameters<'_>, name| tag.string(name).map(str::to_owned);
    let tags = parameters.structures("Tags")?;
    Some(tags.iter().map(|tag| (owned(tag, "Key"), owned(tag, "Value"))).collect())
}

#[test]
fn order_and_unknown_parameters_do_not_matter() {
    let parameters = decoded(
        Operation::CopySnapshot,
        "Whatever=1&TargetSnapshotName=b&KmsKeyId.Deep=x&SourceSnapshotName=a&Version=2015-02-02&SourceSnapshotNames=c",
    )
    .expect("a complete request");
    assert_eq!(parameters.present().collect::<Vec<_>>(), ["SourceSnapshotName", "TargetSnapshotName"]);
    assert_eq!(parameters.string("TargetSnapshotName"), Some("b"));
}

#[test]
fn an_empty_optional_text_is_absent() {
    let parameters = copy("TargetBucket=&KmsKeyId=");
    assert_eq!(parameters.string("TargetBucket"), None);
    assert_eq!(parameters.present().count(), 2);
}

#[test]
fn an_empty_list_is_not_an_absent_one() {
    assert_eq!(tags(&copy("Tags=")), Some(vec![]));
    assert_eq!(tags(&copy("")), None);
}

#[test]
fn a_tag_may_lack_its_value_or_have_an_empty_one() {
    let text = |text: &str| Some(text.to_owned());
    let given = tags(&copy("Tags.Tag.1.Key=a&Tags.Tag.2.Key=b&Tags.Tag.2.Value=&Tags.Tag.3.Value=c"));
    assert_eq!(given, Some(vec![(text("a"), None), (text("b"), text("")), (None, text("c"))]));
}

#[test]
fn elements_are_ordered_by_their_index() {
    let keys: Vec<String> = (1..=12).rev().map(|n| format!("TagKeys.member.{n}=k{n}")).collect();
    let body = format!("ResourceName=arn&{}", keys.join("&"));
    let parameters = decoded(Operation::RemoveTagsFromResource, &body).expect("a complete request");
    let expected: Vec<String> = (1..=12).map(|n| format!("k{n}")).collect();
    assert_eq!(parameters.strings("TagKeys").expect("given"), expected);
}

#[test]
fn lists_that_are_not_well_formed_are_refused() {
    let cases = [
        ("Tags.Tag.2.Key=a", "Tags.Tag.2.Key must be numbered from 1 without gaps."),
        ("Tags.Tag.1.Key=a&Tags.Tag.3.Key=b", "Tags.Tag.3.Key must be numbered from 1 without gaps."),
        ("Tags.Tag.0.Key=a", "Tags.Tag.0.Key must be an element of the list."),
        ("Tags.Tag.01.Key=a", "Tags.Tag.01.Key must be an element of the list."),
        ("Tags.Tag.%2B1.Key=a", "Tags.Tag.+1.Key must be an element of the list."),
        (
            "Tags.Tag.99999999999999999999999.Key=a",
            "Tags.Tag.99999999999999999999999.Key must be an element of the list.",
        ),
        ("Tags.Tag..Key=a", "Tags.Tag..Key must be an element of the list."),
        ("Tags.Tag=a", "Tags.Tag must be an element of the list."),
        ("Tags.1.Key=a", "Tags.1.Key must be an element of the list."),
        ("Tags.Tag.1=a", "Tags.Tag.1 must be an element of the list."),
        ("Tags=a", "Tags must be an element of the list."),
        ("Tags=&Tags.Tag.1.Key=a", "Tags must be either empty or a list of elements."),
        ("Tags.Tag.1.Key=a&Tags.member.1.Key=b", "Tags.member.1.Key is given more than once."),
    ];
    for (tags, expected) in cases {
        let (code, message) = refusal(Operation::CopySnapshot, &format!("{COPY}&{tags}"));
        assert_eq!((code, message), ("MalformedInput", format!("The parameter {expected}")));
    }
}

#[test]
fn a_required_member_must_be_there_and_not_blank() {
    let cases = [
        (Operation::CopySnapshot, "TargetSnapshotName=b", "SourceSnapshotName"),
        (Operation::CopySnapshot, "SourceSnapshotName=a&TargetSnapshotName=", "TargetSnapshotName"),
        (Operation::CopySnapshot, "SourceSnapshotName=+%09&TargetSnapshotName=b", "SourceSnapshotName"),
        (Operation::CreateCacheCluster, "Engine=redis", "CacheClusterIdentifier"),
        (Operation::AddTagsToResource, "ResourceName=arn", "Tags"),
        (Operation::DescribeUsers, "Filters.member.1.Name=user-id", "Values"),
    ];
    for (operation, body, name) in cases {
        let expected = format!("The parameter {name} must be provided and must not be blank.");
        assert_eq!(refusal(operation, body), ("InvalidParameterValue", expected));
    }
}

#[test]
fn booleans_come_in_any_case() {
    for (text, expected) in [("true", true), ("True", true), ("FALSE", false), ("false", false)] {
        let parameters = decoded(Operation::DescribeSnapshots, &format!("ShowNodeGroupConfig={text}"));
        assert_eq!(parameters.expect("well formed").boolean("ShowNodeGroupConfig"), Some(expected));
    }
}

#[test]
fn values_that_do_not_parse_are_malformed() {
    let cases = [
        (Operation::DescribeSnapshots, "ShowNodeGroupConfig", "yes", "true or false"),
        (Operation::DescribeSnapshots, "ShowNodeGroupConfig", "", "true or false"),
        (Operation::DescribeSnapshots, "MaxRecords", "20.0", "a whole number"),
        (Operation::DescribeSnapshots, "MaxRecords", "", "a whole number"),
        (Operation::DescribeSnapshots, "MaxRecords", "2147483648", "a whole number"),
        (Operation::DescribeEvents, "StartTime", "yesterday", "a time such as 2017-03-30T07:03:49Z"),
    ];
    for (operation, name, value, expected) in cases {
        let expected = format!("The parameter {name} must be {expected}.");
        assert_eq!(refusal(operation, &format!("{name}={value}")), ("MalformedInput", expected));
    }
}

#[test]
fn numbers_and_times_are_read() {
    let parameters = decoded(
        Operation::DescribeEvents,
        "MaxRecords=-20&StartTime=2017-03-30T07:03:49.555000Z&SourceType=no-such-type",
    )
    .expect("well formed");
    assert_eq!(parameters.integer("MaxRecords"), Some(-20));
    assert_eq!(parameters.timestamp("StartTime"), Some(1_490_857_429_555));
    assert_eq!(parameters.string("SourceType"), Some("no-such-type"));
}

#[test]
fn lists_nest() {
    let parameters = decoded(
        Operation::CreateReplicationGroup,
        "ReplicationGroupId=g&ReplicationGroupDescription=d\
         &NodeGroupConfiguration.NodeGroupConfiguration.1.Slots=0-99\
         &NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaAvailabilityZones.AvailabilityZone.1=a\
         &NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaAvailabilityZones.member.2=b",
    )
    .expect("a complete request");
    let groups = parameters.structures("NodeGroupConfiguration").expect("given");
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].string("Slots"), Some("0-99"));
    assert_eq!(groups[0].strings("ReplicaAvailabilityZones"), Some(vec!["a", "b"]));
}

/// Names that lead deep into the model, right and slightly wrong.
fn parameter_name() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("Tags".to_owned()),
        Just("Tag".to_owned()),
        Just("member".to_owned()),
        Just("Key".to_owned()),
        Just("NodeGroupConfiguration".to_owned()),
        Just("ReplicaAvailabilityZones".to_owned()),
        Just("AvailabilityZone".to_owned()),
        Just("LogDeliveryConfigurations".to_owned()),
        Just("LogDeliveryConfigurationRequest".to_owned()),
        Just("ReplicationGroupId".to_owned()),
        Just("ReplicationGroupDescription".to_owned()),
        (0..4u8).prop_map(|index| index.to_string()),
        ".{0,3}",
    ];
    prop::collection::vec(part, 1..7).prop_map(|parts| parts.join("."))
}

fn size(value: &Value) -> usize {
    match value {
        Value::Structure(fields) => 1 + fields.iter().map(|(_, value)| size(value)).sum::<usize>(),
        Value::List(elements) => 1 + elements.iter().map(size).sum::<usize>(),
        Value::String(_) | Value::Integer(_) | Value::Double(_) | Value::Boolean(_) | Value::Timestamp(_) => 1,
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(pairs) = pairs(&body) {
            for operation in Operation::ALL {
                drop(decode(operation.model(), &pairs));
            }
        }
    }

    #[test]
    fn a_request_never_grows(pairs in prop::collection::vec((parameter_name(), ".{0,4}"), 0..30)) {
        for operation in [Operation::CreateReplicationGroup, Operation::CopySnapshot] {
            if let Ok(fields) = structure(operation.model().input, &pairs.iter().map(|(key, value)| Given {
                key, path: Some(key), value,
            }).collect::<Vec<_>>()) {
                // A pair makes at most one value for each step of its name.
                let steps: usize = pairs.iter().map(|(name, _)| name.split('.').count()).sum();
                prop_assert!(size(&Value::Structure(fields)) <= 1 + steps);
            }
        }
    }
}
