//! Answers as XML: written straight into one text along the model, and read back by clients.

mod decode;
mod element;

pub use decode::{DecodeError, Repeated, decode};
pub use element::{Element, Malformed};

use crate::{OperationModel, Service, Shape, Structure, Value, timestamp};

/// Room for a page of Describe answers without growing much, in bytes. Our choice.
const ANSWER_BYTES: usize = 4096;

/// The body of a successful answer (`W15`): `result`'s members as elements, in the order of the
/// model. An absent member has no element; an empty list, structure or text has an empty one
/// (`W18`, `W19`).
///
/// `result` is a structure of `operation`'s output shape, and without members when the operation
/// has no output. A member that the shape does not know, or a value of another kind than its
/// shape, is a mistake of the program: debug builds stop on it, release builds leave it out.
pub fn response(service: &Service, operation: &OperationModel, result: &Value, request_id: &str) -> String {
    let mut out = String::with_capacity(ANSWER_BYTES);
    for part in ["<", operation.name, "Response xmlns=\"", service.namespace, "\">"] {
        out.push_str(part);
    }
    if let (Some(output), Some(wrapper)) = (operation.output, operation.result_wrapper) {
        element(&mut out, wrapper, Shape::Structure(output), result);
    }
    out.push_str("<ResponseMetadata><RequestId>");
    text(&mut out, request_id);
    for part in ["</RequestId></ResponseMetadata></", operation.name, "Response>"] {
        out.push_str(part);
    }
    out
}

/// The body of an error answer (`W23`).
pub fn error(service: &Service, code: &str, sender: bool, message: &str, request_id: &str) -> String {
    let mut out = String::with_capacity(512);
    for part in ["<ErrorResponse xmlns=\"", service.namespace, "\"><Error><Type>"] {
        out.push_str(part);
    }
    out.push_str(if sender { "Sender" } else { "Receiver" });
    out.push_str("</Type><Code>");
    text(&mut out, code);
    out.push_str("</Code><Message>");
    text(&mut out, message);
    out.push_str("</Message></Error><RequestId>");
    text(&mut out, request_id);
    out.push_str("</RequestId></ErrorResponse>");
    out
}

/// One element, `<Name>…</Name>` or, with nothing inside, `<Name/>`.
fn element(out: &mut String, name: &str, shape: Shape, value: &Value) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    let start = out.len();
    content(out, shape, value);
    if out.len() == start {
        out.truncate(start - 1);
        out.push_str("/>");
        return;
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn content(out: &mut String, shape: Shape, value: &Value) {
    match (shape, value) {
        (Shape::Structure(structure), Value::Structure(fields)) => members(out, structure, fields),
        (Shape::List(list), Value::List(elements)) => {
            for value in elements {
                element(out, list.member_name, list.member, value);
            }
        }
        (Shape::String(_), Value::String(value)) => text(out, value),
        (Shape::Integer, Value::Integer(number)) => out.push_str(&number.to_string()),
        (Shape::Double, Value::Double(number)) => out.push_str(&number.to_string()),
        (Shape::Boolean, Value::Boolean(flag)) => out.push_str(if *flag { "true" } else { "false" }),
        (Shape::Timestamp, Value::Timestamp(ms)) => timestamp::write(out, *ms),
        (shape, value) => debug_assert!(false, "{value:?} is not of the shape {shape:?}"),
    }
}

/// The fields as elements, in the order of the model whatever their own.
fn members(out: &mut String, structure: &Structure, fields: &[(&'static str, Value)]) {
    let mut next = 0;
    let mut placed = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        // Callers mostly keep the model's order, so the search starts behind the last member found.
        let (before, after) = structure.members.split_at(next);
        let found = after.iter().chain(before).position(|member| member.name == *name);
        debug_assert!(found.is_some(), "{} has no member {name}", structure.name);
        let Some(distance) = found else { continue };
        let place = (next + distance) % structure.members.len();
        placed.push((place, value));
        next = place + 1;
    }
    placed.sort_by_key(|(place, _)| *place);
    for (place, value) in placed {
        let member = &structure.members[place];
        element(out, member.location, member.shape, value);
    }
}

/// Appends text with markup escaped (`W20`). A carriage return is escaped too, because a parser
/// would read it as a line feed; a character that XML 1.0 cannot carry becomes U+FFFD.
fn text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(may_need_escape) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some('\'') => out.push_str("&apos;"),
            Some('\r') => out.push_str("&#13;"),
            Some('\0'..' ' | '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            other => out.extend(other),
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

/// Whether a character that starts with this byte may be one that cannot stand as it is. 0xEF
/// starts U+FFFE and U+FFFF, among others.
fn may_need_escape(byte: u8) -> bool {
    match byte {
        b'\t' | b'\n' => false,
        b'&' | b'<' | b'>' | b'"' | b'\'' | 0xEF => true,
        other => other < b' ',
    }
}

#[cfg(test)]
mod tests;
