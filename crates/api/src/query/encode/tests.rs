use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::query::decode;
use crate::{ELASTICACHE, Operation, Parameters};

fn encoded(operation: Operation, fields: Vec<(&'static str, Value)>) -> Vec<(String, String)> {
    encode(&ELASTICACHE, operation.model(), &Value::Structure(fields))
}

fn listed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn members_follow_action_and_version_in_their_own_order() {
    let tag = |key: &str| Value::Structure(vec![("Value", "v".into()), ("Key", key.into())]);
    let pairs = encoded(
        Operation::CopySnapshot,
        vec![
            ("TargetSnapshotName", "t".into()),
            ("Tags", Value::List(vec![tag("a"), tag("b")])),
            ("SourceSnapshotName", "".into()),
        ],
    );
    let expected = [
        ("Action", "CopySnapshot"),
        ("Version", "2015-02-02"),
        ("TargetSnapshotName", "t"),
        ("Tags.Tag.1.Value", "v"),
        ("Tags.Tag.1.Key", "a"),
        ("Tags.Tag.2.Value", "v"),
        ("Tags.Tag.2.Key", "b"),
        ("SourceSnapshotName", ""),
    ];
    assert_eq!(listed(&pairs), expected);
}

#[test]
fn a_form_reads_back() {
    let odd = "a+b c&=%2B é 🔑\n~._-*/";
    let pairs =
        encoded(Operation::CopySnapshot, vec![("SourceSnapshotName", odd.into()), ("TargetSnapshotName", "".into())]);
    assert_eq!(crate::query::pairs(form(&pairs).as_bytes()), Ok(pairs));
}

#[test]
fn an_empty_list_is_its_bare_name_and_an_empty_structure_is_nothing() {
    let pairs = encoded(Operation::CopySnapshot, vec![("Tags", Value::List(vec![]))]);
    assert_eq!(listed(&pairs)[2..], [("Tags", "")]);
    let pairs = encoded(Operation::CopySnapshot, vec![("Tags", Value::List(vec![Value::Structure(vec![])]))]);
    assert_eq!(pairs.len(), 2);
}

#[test]
fn values_of_another_kind_are_written_as_they_are() {
    let pairs =
        encoded(Operation::DescribeSnapshots, vec![("MaxRecords", true.into()), ("ShowNodeGroupConfig", true.into())]);
    assert_eq!(listed(&pairs)[2..], [("MaxRecords", "True"), ("ShowNodeGroupConfig", "true")]);
    let pairs = encoded(Operation::DescribeEvents, vec![("Duration", "123456789012345678901".into())]);
    assert_eq!(listed(&pairs)[2..], [("Duration", "123456789012345678901")]);
}

#[test]
fn times_have_no_fraction_or_six_digits() {
    for (ms, text) in [(1_490_857_429_000, "2017-03-30T07:03:49Z"), (1_490_857_429_050, "2017-03-30T07:03:49.050000Z")]
    {
        let pairs = encoded(Operation::DescribeEvents, vec![("StartTime", Value::Timestamp(ms))]);
        assert_eq!(listed(&pairs)[2..], [("StartTime", text)]);
    }
}

#[test]
fn doubles_are_printed_as_python_prints_them() {
    let cases = [
        (0.0, "0.0"),
        (-1.5, "-1.5"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e+16"),
        (1.25e-5, "1.25e-05"),
        (0.0001, "0.0001"),
        (1e300, "1e+300"),
        (f64::INFINITY, "inf"),
        (f64::NAN, "nan"),
    ];
    for (number, text) in cases {
        assert_eq!(double(number), text);
    }
}

/// Values that a request can carry in the place of `shape`: no text is empty and no structure is, because
/// those are absent once they are read.
fn values(shape: Shape) -> BoxedStrategy<Value> {
    match shape {
        Shape::Structure(structure) => fields(structure)
            .prop_filter("an empty structure leaves no trace", |value| *value != Value::Structure(vec![]))
            .boxed(),
        Shape::List(list) => prop::collection::vec(values(list.member), 0..4).prop_map(Value::List).boxed(),
        Shape::String(_) => "\\PC{0,20}[a-z]".prop_map(Value::String).boxed(),
        Shape::Integer => any::<i32>().prop_map(|number| Value::Integer(number.into())).boxed(),
        Shape::Double => (-1e300..1e300).prop_map(Value::Double).boxed(),
        Shape::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        Shape::Timestamp => (-62_167_219_200_000_i64..253_402_300_800_000).prop_map(Value::Timestamp).boxed(),
    }
}

/// Every required member, and some of the others, in the order of the model.
fn fields(structure: &'static Structure) -> BoxedStrategy<Value> {
    let members: Vec<_> = structure
        .members
        .iter()
        .map(|member| {
            let name = member.name;
            let value = values(member.shape).prop_map(move |value| Some((name, value)));
            if member.required { value.boxed() } else { prop_oneof![2 => value, 3 => Just(None)].boxed() }
        })
        .collect();
    members.prop_map(|members| Value::Structure(members.into_iter().flatten().collect())).boxed()
}

#[test]
fn what_is_written_is_read_again_by_every_operation() {
    for operation in Operation::ALL {
        let model = operation.model();
        let mut runner =
            TestRunner::new(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() });
        let result = runner.run(&fields(model.input), |input| {
            let read = decode(model, &encode(&ELASTICACHE, model, &input)).expect("a well-formed request");
            let Value::Structure(written) = input else { unreachable!("fields make a structure") };
            prop_assert_eq!(format!("{read:?}"), format!("{:?}", Parameters::new(model.input, written)));
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{}: {error}", model.name));
    }
}
