//! Python's `==` and `<` between values of any kind.

use super::Number;
use crate::document::Document;
use num_bigint::{BigInt, ToBigInt};
use std::cmp::Ordering;

/// Two kinds that Python puts in no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoOrder;

/// Whether Python takes two values for equal: numbers by their value, `True` for 1, lists and maps by what
/// is in them.
pub(crate) fn equal(left: &Document, right: &Document) -> bool {
    match (left, right) {
        (Document::List(left), Document::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Document::Map(left), Document::Map(right)) => {
            let same = |(key, value)| right.get(key).is_some_and(|other| equal(value, other));
            left.len() == right.len() && left.iter().all(same)
        }
        _ => match (Number::of(left), Number::of(right)) {
            (Some(left), Some(right)) => compare(&left, &right) == Some(Ordering::Equal),
            _ => left == right,
        },
    }
}

/// The order of two numbers or of two texts; `None` where one is `nan`.
pub(crate) fn order(left: &Document, right: &Document) -> Result<Option<Ordering>, NoOrder> {
    match (left, right) {
        (Document::String(left), Document::String(right)) => Ok(Some(left.cmp(right))),
        _ => match (Number::of(left), Number::of(right)) {
            (Some(left), Some(right)) => Ok(compare(&left, &right)),
            _ => Err(NoOrder),
        },
    }
}

fn compare(left: &Number, right: &Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Whole(left), Number::Whole(right)) => Some(left.cmp(right)),
        (Number::Float(left), Number::Float(right)) => left.partial_cmp(right),
        (Number::Whole(left), Number::Float(right)) => compare_mixed(left, *right),
        (Number::Float(left), Number::Whole(right)) => compare_mixed(right, *left).map(Ordering::reverse),
    }
}

/// Exact: a whole number is not rounded for it.
fn compare_mixed(whole: &BigInt, float: f64) -> Option<Ordering> {
    let Some(truncated) = float.to_bigint() else {
        return 0.0.partial_cmp(&float);
    };
    Some(whole.cmp(&truncated).then(0.0.partial_cmp(&float.fract())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::json;

    #[test]
    fn values_are_equal_as_in_python() {
        let cases = [
            ("1", "1.0", true),
            ("1", "true", true),
            ("0.0", "false", true),
            ("2", "true", false),
            ("NaN", "NaN", false),
            ("9007199254740993", "9007199254740992.0", false),
            ("[1, [true]]", "[1.0, [1]]", true),
            ("[1]", "[1, 2]", false),
            (r#"{"a": 1, "b": 2}"#, r#"{"b": 2, "a": 1}"#, true),
            (r#"{"a": 1}"#, r#"{"b": 1}"#, false),
            (r#""1""#, "1", false),
            ("null", "false", false),
        ];
        for (left, right, same) in cases {
            assert_eq!(equal(&json::parse(left).unwrap(), &json::parse(right).unwrap()), same, "{left} == {right}");
        }
    }

    #[test]
    fn numbers_and_texts_have_an_order() {
        use Ordering::{Equal, Greater, Less};
        let cases = [
            ("1", "2", Ok(Some(Less))),
            ("2", "1.5", Ok(Some(Greater))),
            ("-1", "-1.5", Ok(Some(Greater))),
            ("-2", "-1.5", Ok(Some(Less))),
            ("1", "1.0", Ok(Some(Equal))),
            ("1", "Infinity", Ok(Some(Less))),
            ("-Infinity", "1", Ok(Some(Less))),
            ("1", "NaN", Ok(None)),
            ("9007199254740993", "9007199254740992.0", Ok(Some(Greater))),
            (r#""a""#, r#""b""#, Ok(Some(Less))),
            (r#""a""#, "1", Err(NoOrder)),
            ("null", "1", Err(NoOrder)),
        ];
        for (left, right, expected) in cases {
            assert_eq!(order(&json::parse(left).unwrap(), &json::parse(right).unwrap()), expected, "{left} < {right}");
        }
    }
}
