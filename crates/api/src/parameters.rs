//! A decoded input structure, read by member name.

use std::borrow::Cow;
use std::fmt;

use crate::{Shape, Structure, Value};

/// The members of one structure that a caller gave.
///
/// Each getter takes a member's model name and answers `None` when the caller left the member out.
/// Asking for a name that the structure does not have, or for another kind than the member's, is a
/// mistake of the program: builds with debug assertions stop on it whatever the caller gave, others answer
/// `None`.
#[derive(Clone)]
pub struct Parameters<'a> {
    structure: &'static Structure,
    fields: Cow<'a, [(&'static str, Value)]>,
}

impl Parameters<'static> {
    /// `fields` are named by members of `structure`, carry their shapes, and stand in their order.
    pub(crate) fn new(structure: &'static Structure, fields: Vec<(&'static str, Value)>) -> Self {
        Self { structure, fields: Cow::Owned(fields) }
    }
}

impl Parameters<'_> {
    /// The names of the members that the caller gave, in the order of the model. An empty list says nothing (`W10`).
    pub fn present(&self) -> impl Iterator<Item = &'static str> {
        let says_something = |value: &Value| !matches!(value, Value::List(list) if list.is_empty());
        self.fields.iter().filter(move |(_, value)| says_something(value)).map(|(name, _)| *name)
    }

    pub fn string(&self, name: &str) -> Option<&str> {
        let ((), value) = self.given(name, |shape| matches!(shape, Shape::String(_)).then_some(()))?;
        text(value)
    }

    pub fn boolean(&self, name: &str) -> Option<bool> {
        let ((), value) = self.given(name, |shape| matches!(shape, Shape::Boolean).then_some(()))?;
        let Value::Boolean(flag) = value else { return None };
        Some(*flag)
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        let ((), value) = self.given(name, |shape| matches!(shape, Shape::Integer).then_some(()))?;
        let Value::Integer(number) = value else { return None };
        Some(*number)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn timestamp(&self, name: &str) -> Option<i64> {
        let ((), value) = self.given(name, |shape| matches!(shape, Shape::Timestamp).then_some(()))?;
        let Value::Timestamp(ms) = value else { return None };
        Some(*ms)
    }

    pub fn structure(&self, name: &str) -> Option<Parameters<'_>> {
        let (structure, value) = self.given(name, structure_of)?;
        view(structure, value)
    }

    /// The elements of a list of any kind.
    pub fn list(&self, name: &str) -> Option<&[Value]> {
        let (_, value) = self.given(name, element_of)?;
        elements(value)
    }

    /// The elements of a list of strings.
    pub fn strings(&self, name: &str) -> Option<Vec<&str>> {
        let strings = |shape: &Shape| matches!(element_of(shape)?, Shape::String(_)).then_some(());
        let ((), value) = self.given(name, strings)?;
        Some(elements(value)?.iter().filter_map(text).collect())
    }

    /// The elements of a list of structures.
    pub fn structures(&self, name: &str) -> Option<Vec<Parameters<'_>>> {
        let (structure, value) = self.given(name, |shape| structure_of(&element_of(shape)?))?;
        Some(elements(value)?.iter().filter_map(|element| view(structure, element)).collect())
    }

    /// The member's value, beside what `kind` makes of the member's shape.
    fn given<K>(&self, name: &str, kind: impl FnOnce(&Shape) -> Option<K>) -> Option<(K, &Value)> {
        let kind = self.structure.member(name).and_then(|member| kind(&member.shape));
        debug_assert!(kind.is_some(), "{} has no such member {name}", self.structure.name);
        let (_, value) = self.fields.iter().find(|(given, _)| *given == name)?;
        Some((kind?, value))
    }
}

/// Names only: the values of some members are passwords.
impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.structure.name).field(&self.present().collect::<Vec<_>>()).finish()
    }
}

fn structure_of(shape: &Shape) -> Option<&'static Structure> {
    let Shape::Structure(structure) = shape else { return None };
    Some(structure)
}

fn element_of(shape: &Shape) -> Option<Shape> {
    let Shape::List(list) = shape else { return None };
    Some(list.member)
}

fn text(value: &Value) -> Option<&str> {
    let Value::String(text) = value else { return None };
    Some(text)
}

fn elements(value: &Value) -> Option<&[Value]> {
    let Value::List(elements) = value else { return None };
    Some(elements)
}

fn view<'a>(structure: &'static Structure, value: &'a Value) -> Option<Parameters<'a>> {
    let Value::Structure(fields) = value else { return None };
    Some(Parameters { structure, fields: Cow::Borrowed(fields) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;

    fn copy_snapshot() -> Parameters<'static> {
        let fields = vec![("SourceSnapshotName", Value::from("nightly"))];
        Parameters::new(Operation::CopySnapshot.model().input, fields)
    }

    #[test]
    fn a_member_left_out_reads_as_none() {
        let parameters = copy_snapshot();
        assert_eq!(parameters.string("SourceSnapshotName"), Some("nightly"));
        assert_eq!(parameters.string("TargetBucket"), None);
        assert!(parameters.structures("Tags").is_none());
        assert_eq!(parameters.present().collect::<Vec<_>>(), ["SourceSnapshotName"]);
    }

    #[test]
    fn debug_output_shows_no_values() {
        assert_eq!(format!("{:?}", copy_snapshot()), r#"CopySnapshotMessage(["SourceSnapshotName"])"#);
    }

    #[test]
    #[should_panic(expected = "CopySnapshotMessage has no such member SourceSnapshot")]
    fn a_mistyped_name_stops_a_debug_build() {
        copy_snapshot().string("SourceSnapshot");
    }

    #[test]
    #[should_panic(expected = "CopySnapshotMessage has no such member Tags")]
    fn a_getter_of_another_kind_stops_a_debug_build() {
        copy_snapshot().string("Tags");
    }

    #[test]
    #[should_panic(expected = "CopySnapshotMessage has no such member Tags")]
    fn a_list_of_another_kind_stops_a_debug_build() {
        copy_snapshot().strings("Tags");
    }
}
