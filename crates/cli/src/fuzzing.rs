//! The readers of what others write, for programs that feed them with anything.
//!
//! Each function takes any bytes. None may panic, whatever they are; and what a reader takes and a writer can
//! write must read back as the same.

use crate::Surroundings;
use crate::document::{Document, Map};
use crate::python::json;
use crate::{call, config, configure, input, jmespath, output};
use chrono::Utc;
use std::collections::BTreeMap;
use valkeep_api::xml::Element;

/// Words of shorthand, such as those of `--tags`.
pub fn shorthand(bytes: &[u8]) {
    // Nothing is to be read from the machine that this runs on.
    let Some(text) = text(bytes).filter(|text| !text.contains("file")) else { return };
    let surroundings = Surroundings {
        program: "aws".to_owned(),
        arguments: Vec::new(),
        variables: BTreeMap::new(),
        now: || chrono::DateTime::<Utc>::UNIX_EPOCH,
    };
    if let Some(map) = input::fuzzing::shorthand(text, &surroundings) {
        let written = in_shorthand(&map);
        assert_eq!(input::fuzzing::shorthand(&written, &surroundings), Some(map), "{written}");
    }
}

/// Both configuration files; the first line is the value of a key that is then set.
pub fn config(bytes: &[u8]) {
    let Some((value, file)) = text(bytes).and_then(|text| text.split_once('\n')) else { return };
    config::fuzzing::profiles(file);
    for header in ["default", "profile dev"] {
        if let Some(once) = configure::fuzzing::set(file, header, value) {
            let twice = configure::fuzzing::set(&once, header, value);
            assert_eq!(twice.as_ref(), Some(&once), "[{header}] in {file:?}");
        }
    }
}

/// JSON, in each layout.
pub fn json(bytes: &[u8]) {
    let Some(Ok(document)) = text(bytes).map(json::parse) else { return };
    for write in [json::pretty, json::compact, json::dense] {
        let written = write(&document);
        let again = json::parse(&written).map(|document| write(&document));
        assert_eq!(again, Ok(written));
    }
}

/// YAML, and what every formatter makes of it.
pub fn yaml(bytes: &[u8]) {
    if let Some(document) = text(bytes).and_then(input::fuzzing::yaml) {
        let texts = only_texts(document);
        let written = output::fuzzing::yaml(&texts);
        assert_eq!(input::fuzzing::yaml(&written), Some(texts), "{written}");
    }
}

/// Answers of the service, as results and as errors.
pub fn xml(bytes: &[u8]) {
    call::fuzzing::answers(bytes);
    if let Ok(element) = Element::parse(bytes) {
        let written = in_xml(&element);
        assert_eq!(Element::parse(written.as_bytes()), Ok(element), "{written}");
    }
}

/// An expression on the first line, and JSON to ask it of.
pub fn jmespath(bytes: &[u8]) {
    let Some((expression, asked)) = text(bytes).map(|text| text.split_once('\n').unwrap_or((text, "{}"))) else {
        return;
    };
    if let (Ok(expression), Ok(document)) = (jmespath::Expression::parse(expression), json::parse(asked)) {
        // Not printed: `[@, @] | [@, @]` is small in memory, and its text doubles with every step.
        expression.search(&document).ok();
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The same words in the one form that has no rules of its own: all texts in quotes.
fn in_shorthand(map: &Map) -> String {
    let pairs = map.iter().map(|(key, value)| format!("{key}={}", value_in_shorthand(value)));
    pairs.collect::<Vec<_>>().join(",")
}

fn value_in_shorthand(value: &Document) -> String {
    if let Some(elements) = value.as_list() {
        return format!("[{}]", elements.iter().map(value_in_shorthand).collect::<Vec<_>>().join(","));
    }
    if let Some(map) = value.as_map() {
        return format!("{{{}}}", in_shorthand(map));
    }
    format!("'{}'", value.as_str().unwrap_or_default().replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The document with a text in the place of every other scalar. Only texts are written so that they read back as
/// the same by all versions of YAML.
fn only_texts(document: Document) -> Document {
    match document {
        Document::List(elements) => elements.iter().cloned().map(only_texts).collect::<Vec<_>>().into(),
        Document::Map(mut map) => {
            for value in map.values_mut() {
                let taken = std::mem::replace(value, Document::Null);
                *value = only_texts(taken);
            }
            Document::Map(map)
        }
        Document::String(text) => Document::String(text),
        Document::Null
        | Document::Boolean(_)
        | Document::Integer(_)
        | Document::Float(_)
        | Document::Bytes(_)
        | Document::Date(_)
        | Document::DateTime(..) => "text".into(),
    }
}

/// The element without its attributes, as one line.
fn in_xml(element: &Element) -> String {
    let escape = |c: char| match c {
        '&' | '<' | '>' | '\r' => format!("&#{};", u32::from(c)),
        _ => c.to_string(),
    };
    let text: String = element.text.chars().map(escape).collect();
    let children: String = element.children.iter().map(in_xml).collect();
    format!("<{0}>{text}{children}</{0}>", element.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reader = fn(&[u8]);
    use std::path::Path;

    #[test]
    fn the_readers_stand_what_is_kept_for_them() {
        let readers: [(&str, Reader); 6] = [
            ("shorthand", shorthand),
            ("config", config),
            ("json", json),
            ("yaml", yaml),
            ("xml", xml),
            ("jmespath", jmespath),
        ];
        for (name, read) in readers {
            let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
            let files: Vec<_> = std::fs::read_dir(&kept).expect("each reader has seeds").collect();
            assert!(!files.is_empty(), "{name} has no seeds");
            for file in files {
                let bytes = file.and_then(|file| std::fs::read(file.path())).expect("a seed can be read");
                read(&bytes);
                // Halves and foreign bytes end in an error of the reader, never in a panic.
                read(&bytes[..bytes.len() / 2]);
                read(&bytes.iter().map(|byte| byte.rotate_left(1)).collect::<Vec<_>>());
            }
        }
    }
}
