//! `--generate-cli-skeleton`: every parameter of an operation, with a value that shows its type.
//!
//! Nothing here needs a network or credentials. Whether `output` needs a region is the caller's rule.

use chrono::DateTime;
use valkeep_api::{Member, OperationModel, Service, Shape, Structure};

use crate::document::{Document, Map};
use crate::help::Topic;
use crate::python::json;

/// The input of `operation` as JSON, without a line end.
pub(crate) fn input(operation: &'static OperationModel) -> String {
    json::pretty(&example(Shape::Structure(operation.input), Side::Input))
}

/// The input of `operation` as YAML with a comment behind every parameter, with a line end.
pub(crate) fn yaml_input(service: &'static Service, operation: &'static OperationModel) -> String {
    let mut yaml = Yaml { topic: Topic::Operation(service, operation), text: String::new() };
    yaml.structure(operation.input, 0);
    yaml.text
}

/// The answer of `operation`; a map without keys where it has none.
pub(crate) fn output(operation: &'static OperationModel) -> Document {
    let empty = || Document::Map(Map::new());
    operation.output.map_or_else(empty, |output| example(Shape::Structure(output), Side::Output))
}

/// What the examples of texts are: to be filled in, or to be told apart.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Input,
    Output,
}

fn example(shape: Shape, side: Side) -> Document {
    match shape {
        Shape::Structure(structure) => {
            let members = structure.members.iter();
            members.map(|member| (member.name, member_example(member, side))).collect::<Map>().into()
        }
        Shape::List(list) => vec![example(list.member, side)].into(),
        Shape::String(text) if side == Side::Output => text.name.into(),
        Shape::String(text) => text.values.first().copied().unwrap_or_default().into(),
        Shape::Integer => Document::from(0),
        Shape::Double => Document::from(0.0),
        Shape::Boolean => true.into(),
        Shape::Timestamp if side == Side::Output => Document::DateTime(DateTime::UNIX_EPOCH.naive_utc(), None),
        Shape::Timestamp => "1970-01-01T00:00:00".into(),
    }
}

/// Texts of an answer are the names of their members; without a member, of their shapes.
fn member_example(member: &Member, side: Side) -> Document {
    if side == Side::Output && matches!(member.shape, Shape::String(_)) {
        return member.name.into();
    }
    example(member.shape, side)
}

struct Yaml {
    topic: Topic,
    text: String,
}

impl Yaml {
    /// One line for each member, the lines of its content below it.
    fn structure(&mut self, structure: &'static Structure, indent: usize) {
        for (place, member) in structure.members.iter().enumerate() {
            // The first line of an element continues the line of its dash.
            if !self.text.ends_with("- ") {
                self.text.extend(std::iter::repeat_n(' ', indent));
            }
            self.text += member.name;
            self.text.push(':');
            if let Some(value) = scalar(member.shape) {
                self.text.push(' ');
                self.text += value;
            }
            // Behind the first member of every structure the reference leaves one blank more.
            self.text += if place == 0 { "  #" } else { " #" };
            self.comment(member, indent);
            self.content(member.shape, indent);
        }
    }

    fn comment(&mut self, member: &Member, indent: usize) {
        if member.required {
            self.text += " [REQUIRED]";
        }
        let about = if indent == 0 { self.topic.member_text(member) } else { "" };
        let mut listed = String::new();
        if let Shape::String(text) = member.shape
            && !text.values.is_empty()
        {
            listed = format!("Valid values are: {}.", text.values.join(", "));
        }
        for sentence in [about, &listed].into_iter().filter(|sentence| !sentence.is_empty()) {
            self.text.push(' ');
            self.text += sentence;
        }
        self.text.push('\n');
    }

    /// What stands on the lines below a member.
    fn content(&mut self, shape: Shape, indent: usize) {
        match shape {
            Shape::Structure(inner) => self.structure(inner, indent + 2),
            Shape::List(list) => {
                self.text.extend(std::iter::repeat_n(' ', indent));
                self.text += "- ";
                if let Some(value) = scalar(list.member) {
                    self.text += value;
                    self.text.push('\n');
                }
                // An element's own indentation is that of its dash and a level more.
                self.content(list.member, indent);
            }
            Shape::String(_) | Shape::Integer | Shape::Double | Shape::Boolean | Shape::Timestamp => {}
        }
    }
}

/// The value on a member's own line.
fn scalar(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::Structure(_) | Shape::List(_) => None,
        Shape::String(text) => Some(text.values.first().copied().unwrap_or("''")),
        Shape::Integer => Some("0"),
        Shape::Double => Some("0.0"),
        Shape::Boolean => Some("true"),
        Shape::Timestamp => Some("1970-01-01 00:00:00"),
    }
}

#[cfg(test)]
mod tests;
