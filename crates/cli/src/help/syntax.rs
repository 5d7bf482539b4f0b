//! How values of a shape are written: their kind, their shorthand, their JSON.

use crate::names::kebab;
use valkeep_api::{Member, Shape};

/// The kind of a value in a word.
pub(super) fn kind(shape: Shape) -> &'static str {
    match shape {
        Shape::Structure(_) => "structure",
        Shape::List(_) => "list",
        Shape::String(_) => "string",
        Shape::Integer => "integer",
        Shape::Double => "double",
        Shape::Boolean => "boolean",
        Shape::Timestamp => "timestamp",
    }
}

/// The values that the description lists for a text, or for the elements of a list of texts.
pub(crate) fn values(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::String(text) => text.values,
        Shape::List(list) => values(list.member),
        Shape::Structure(_) | Shape::Integer | Shape::Double | Shape::Boolean | Shape::Timestamp => &[],
    }
}

/// The option of a parameter: `--tags <value>`, `--apply-immediately | --no-apply-immediately`.
pub(super) fn usage(member: &Member) -> String {
    let name = kebab(member.name);
    if matches!(member.shape, Shape::Boolean) { format!("--{name} | --no-{name}") } else { format!("--{name} <value>") }
}

/// How the value of an option is written without JSON; `None` when it is one plain word.
pub(super) fn shorthand(shape: Shape) -> Option<String> {
    if let Shape::List(list) = shape {
        return Some(format!("{} ...", element(list.member)));
    }
    matches!(shape, Shape::Structure(_)).then(|| element(shape))
}

fn element(shape: Shape) -> String {
    let Shape::Structure(structure) = shape else {
        return kind(shape).to_owned();
    };
    let pairs = structure.members.iter().map(|member| format!("{}={}", member.name, inner(member.shape)));
    pairs.collect::<Vec<_>>().join(",")
}

fn inner(shape: Shape) -> String {
    if let Shape::List(list) = shape {
        return format!("[{0},{0}]", inner(list.member));
    }
    if matches!(shape, Shape::Structure(_)) { format!("{{{}}}", element(shape)) } else { kind(shape).to_owned() }
}

/// How the value is written in JSON.
pub(super) fn json(shape: Shape, indent: usize) -> String {
    let margin = " ".repeat(indent);
    match shape {
        Shape::Structure(structure) => {
            let member = |member: &Member| format!("{margin}  \"{}\": {}", member.name, json(member.shape, indent + 2));
            let members: Vec<_> = structure.members.iter().map(member).collect();
            format!("{{\n{}\n{margin}}}", members.join(",\n"))
        }
        Shape::List(list) => format!("[\n{margin}  {}\n{margin}  ...\n{margin}]", json(list.member, indent + 2)),
        Shape::Integer | Shape::Double => kind(shape).to_owned(),
        Shape::Boolean => "true|false".to_owned(),
        Shape::String(text) if !text.values.is_empty() => format!("\"{}\"", text.values.join("|")),
        Shape::String(_) | Shape::Timestamp => format!("\"{}\"", kind(shape)),
    }
}
