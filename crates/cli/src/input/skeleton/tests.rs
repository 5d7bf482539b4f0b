use valkeep_api::{ELASTICACHE, Operation};

use super::*;
use crate::input::yaml;

fn yaml_of(operation: Operation) -> String {
    yaml_input(&ELASTICACHE, operation.model())
}

/// The lines without the words of their comments.
fn layout(yaml: &str) -> Vec<String> {
    let lines = yaml.lines().map(|line| match line.split_once('#') {
        Some((value, comment)) if comment.starts_with(" [REQUIRED]") => format!("{value}# [REQUIRED]"),
        Some((value, _)) => format!("{value}#"),
        None => line.to_owned(),
    });
    lines.collect()
}

#[test]
fn the_input_of_copy_snapshot_is_empty_texts() {
    let expected = r#"{
    "SourceSnapshotName": "",
    "TargetSnapshotName": "",
    "TargetBucket": "",
    "KmsKeyId": "",
    "Tags": [
        {
            "Key": "",
            "Value": ""
        }
    ]
}"#;
    assert_eq!(input(Operation::CopySnapshot.model()), expected);
}

#[test]
fn yaml_has_a_comment_behind_every_member() {
    let expected = [
        "SourceSnapshotName: ''  # [REQUIRED]",
        "TargetSnapshotName: '' # [REQUIRED]",
        "TargetBucket: '' #",
        "KmsKeyId: '' #",
        "Tags: #",
        "- Key: ''  #",
        "  Value: '' #",
    ];
    assert_eq!(layout(&yaml_of(Operation::CopySnapshot)), expected);
}

#[test]
fn yaml_lays_out_lists_times_and_listed_values() {
    let expected = [
        "ServiceUpdateName: ''  #",
        "ReplicationGroupIds: #",
        "- ''",
        "CacheClusterIds: #",
        "- ''",
        "Engine: '' #",
        "ServiceUpdateStatus: #",
        "- available",
        "ServiceUpdateTimeRange: #",
        "  StartTime: 1970-01-01 00:00:00  #",
        "  EndTime: 1970-01-01 00:00:00 #",
        "UpdateActionStatus: #",
        "- not-applied",
        "ShowNodeLevelUpdateStatus: true #",
        "MaxRecords: 0 #",
        "Marker: '' #",
    ];
    assert_eq!(layout(&yaml_of(Operation::DescribeUpdateActions)), expected);
}

#[test]
fn yaml_says_the_same_as_json_for_every_operation() {
    for operation in Operation::ALL {
        let mut read = yaml::parse(&yaml_of(operation)).expect("well-formed YAML");
        times_as_texts(&mut read);
        assert_eq!(json::pretty(&read), input(operation.model()), "{}", operation.name());
    }
}

fn times_as_texts(document: &mut Document) {
    if let Document::DateTime(time, _) = document {
        *document = time.format("%Y-%m-%dT%H:%M:%S").to_string().into();
    } else if let Document::List(elements) = document {
        elements.iter_mut().for_each(times_as_texts);
    } else if let Document::Map(map) = document {
        map.values_mut().for_each(times_as_texts);
    }
}

#[test]
fn texts_of_an_answer_are_named_after_their_members() {
    let Document::Map(answer) = output(Operation::CopySnapshot.model()) else { panic!("a map") };
    let snapshot = json::compact(answer.get("Snapshot").expect("the snapshot"));
    for part in [
        r#"{"SnapshotName": "SnapshotName", "#,
        r#""NumCacheNodes": 0, "#,
        r#""AutoMinorVersionUpgrade": true, "#,
        r#""ReplicaAvailabilityZones": ["String"]"#,
    ] {
        assert!(snapshot.contains(part), "{part} in {snapshot}");
    }
}

#[test]
fn an_operation_without_an_answer_has_an_empty_one() {
    assert_eq!(output(Operation::DeleteCacheSubnetGroup.model()), Map::new().into());
}
