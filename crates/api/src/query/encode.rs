//! Requests as clients write them: a structure's members as the pairs of a form.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::{OperationModel, Service, Shape, Structure, Value, timestamp};

/// What stands for itself in a form: letters, digits and `-._~`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The pairs of a request for `operation`, in the order of the model. `parameters` is a structure of its input shape.
///
/// An empty list is a pair without a value; an empty structure says nothing (`W10`).
pub fn encode(service: &Service, operation: &OperationModel, parameters: &Value) -> Vec<(String, String)> {
    let mut pairs =
        vec![("Action".to_owned(), operation.name.to_owned()), ("Version".to_owned(), service.version.to_owned())];
    value(&mut pairs, String::new(), Shape::Structure(operation.input), parameters);
    pairs
}

/// The pairs as the body of a request.
pub fn form(pairs: &[(String, String)]) -> String {
    let escape = |text: &str| percent_encode(text.as_bytes(), ESCAPED).to_string().replace("%20", "+");
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

fn value(pairs: &mut Vec<(String, String)>, name: String, shape: Shape, given: &Value) {
    match (shape, given) {
        (Shape::Structure(structure), Value::Structure(fields)) => members(pairs, &name, structure, fields),
        (Shape::List(_), Value::List(elements)) if elements.is_empty() => pairs.push((name, String::new())),
        (Shape::List(list), Value::List(elements)) => {
            for (place, element) in elements.iter().enumerate() {
                let name = format!("{name}.{}.{}", list.member_name, place + 1);
                value(pairs, name, list.member, element);
            }
        }
        (_, Value::String(text)) => pairs.push((name, text.clone())),
        (_, Value::Integer(number)) => pairs.push((name, number.to_string())),
        (_, Value::Double(number)) => pairs.push((name, number.to_string())),
        (_, Value::Boolean(flag)) => pairs.push((name, flag.to_string())),
        (_, Value::Timestamp(ms)) => {
            let mut text = String::new();
            timestamp::write(&mut text, *ms);
            pairs.push((name, text));
        }
        (shape, given) => debug_assert!(false, "{given:?} is not of the shape {shape:?}"),
    }
}

fn members(pairs: &mut Vec<(String, String)>, prefix: &str, structure: &Structure, fields: &[(&'static str, Value)]) {
    for member in structure.members {
        let Some((_, given)) = fields.iter().find(|(name, _)| *name == member.name) else { continue };
        let name = if prefix.is_empty() { member.location.to_owned() } else { format!("{prefix}.{}", member.location) };
        value(pairs, name, member.shape, given);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ELASTICACHE, Operation};

    fn copy(fields: Vec<(&'static str, Value)>) -> Vec<(String, String)> {
        encode(&ELASTICACHE, Operation::CopySnapshot.model(), &Value::Structure(fields))
    }

    #[test]
    fn members_become_pairs_in_the_order_of_the_model() {
        let tag = Value::Structure(vec![("Key", "a".into()), ("Value", "b".into())]);
        let bare = Value::Structure(vec![("Key", "c".into())]);
        let pairs = copy(vec![("Tags", Value::List(vec![tag, bare])), ("SourceSnapshotName", "s".into())]);
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("Action", "CopySnapshot"),
            ("Version", "2015-02-02"),
            ("SourceSnapshotName", "s"),
            ("Tags.Tag.1.Key", "a"),
            ("Tags.Tag.1.Value", "b"),
            ("Tags.Tag.2.Key", "c"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn an_empty_list_is_a_pair_without_a_value() {
        assert_eq!(copy(vec![("Tags", Value::List(vec![]))])[2], ("Tags".to_owned(), String::new()));
    }

    #[test]
    fn what_is_written_reads_back() {
        let odd = "a+b c&=%2B é 🔑\n~._-*/";
        let pairs = copy(vec![("SourceSnapshotName", odd.into()), ("TargetSnapshotName", "".into())]);
        assert_eq!(super::super::pairs(form(&pairs).as_bytes()), Ok(pairs));
    }
}
