//! YAML 1.2 as documents: the events of libyaml, and the types that the reference gives to them.
//!
//! One document is read, with anchors and merge keys. Bounds: [`DEPTH_MAX`] levels, and
//! [`WEIGHT_MAX`] once aliases are replaced by what they name.

mod scalar;
mod source;
mod tabs;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use libyaml_safer::{EventData, Parser, ScalarStyle};

use super::DEPTH_MAX;
use crate::document::{Document, Map};
use crate::python::{self, Maps};
use scalar::Scalar;
use source::Source;
use tabs::Tabs;

/// How much aliases may make out of one document: its values, and one more for each [`TEXT_UNIT_BYTES`] of
/// their texts. Our choice.
const WEIGHT_MAX: usize = 1_000_000;

const TEXT_UNIT_BYTES: usize = 64;

/// The start of the tags that are written with `!!`.
const CORE_TAG: &str = "tag:yaml.org,2002:";

/// What Python says where the names of parameters are no texts.
const FOREIGN_KEYS: &str = "keywords must be strings";

/// Why a text is not taken as YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum YamlError {
    /// No YAML, more than one document, a repeated key, an unknown tag.
    #[error("Invalid YAML received.")]
    Invalid,
    /// A value of the right form that Python cannot make, such as the 13th month; its text.
    #[error("{0}")]
    Value(String),
    /// Lists and maps lie too deep in each other.
    #[error("{}", python::TOO_DEEP)]
    TooDeep,
}

/// Reads the one document of `text`; an empty text is `Null`.
///
/// # Errors
/// Text that is no YAML, has two documents, repeats a key, or has an unknown tag;
/// nesting beyond the bound.
pub(super) fn parse(text: &str) -> Result<Document, YamlError> {
    let source = Source::new(text);
    source::contained(|| {
        let mut bytes = source.text().as_bytes();
        let mut parser = Parser::new();
        parser.set_input_string(&mut bytes);
        Composer { source: &source, parser, tabs: Tabs::of(source.text()), anchors: HashMap::new(), weight: 0 }.stream()
    })
}

/// What one event or a whole collection comes to.
enum Node {
    Document(Document),
    /// A plain `<<`, which means something as a key only.
    Merge,
}

impl Node {
    fn document(self) -> Result<Document, YamlError> {
        match self {
            Self::Document(document) => Ok(document),
            Self::Merge => Err(YamlError::Invalid),
        }
    }
}

struct Composer<'r> {
    source: &'r Source<'r>,
    parser: Parser<&'r mut &'r [u8]>,
    tabs: Tabs,
    anchors: HashMap<String, Document>,
    weight: usize,
}

impl Composer<'_> {
    fn next(&mut self) -> Result<EventData, YamlError> {
        let mut event = self.parser.parse().map_err(|_| YamlError::Invalid)?;
        if self.tabs.forbid(&event) {
            return Err(YamlError::Invalid);
        }
        if let EventData::Scalar { value, style: ScalarStyle::Literal | ScalarStyle::Folded, .. } = &mut event.data {
            self.source.correct(value, event.end_mark.index);
        }
        Ok(event.data)
    }

    fn stream(&mut self) -> Result<Document, YamlError> {
        let mut document = None;
        loop {
            let event = self.next()?;
            if matches!(event, EventData::StreamEnd) {
                return Ok(document.unwrap_or(Document::Null));
            }
            if matches!(event, EventData::DocumentStart { .. }) {
                if document.is_some() {
                    return Err(YamlError::Invalid);
                }
                document = Some(self.document()?);
            }
        }
    }

    /// Composes without recursion, so that the text cannot exhaust the stack.
    fn document(&mut self) -> Result<Document, YamlError> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.count(1)?;
            let node = match self.next()? {
                EventData::Alias { anchor } => Some(Node::Document(self.alias(&anchor)?)),
                EventData::Scalar { anchor, tag, value, plain_implicit, .. } => {
                    let node = scalar_node(tag.as_deref(), value, plain_implicit)?;
                    Some(self.anchored(anchor, node)?)
                }
                EventData::SequenceStart { anchor, tag, .. } => {
                    only_tag(tag.as_deref(), "seq")?;
                    open.push(Open { anchor, collection: Collection::List(Vec::new()) });
                    None
                }
                EventData::MappingStart { anchor, tag, .. } => {
                    only_tag(tag.as_deref(), "map")?;
                    open.push(Open { anchor, collection: Collection::Map(Box::default()) });
                    None
                }
                EventData::SequenceEnd
                | EventData::MappingEnd
                | EventData::StreamStart { .. }
                | EventData::StreamEnd
                | EventData::DocumentStart { .. }
                | EventData::DocumentEnd { .. } => {
                    let Open { anchor, collection } = open.pop().ok_or(YamlError::Invalid)?;
                    if open.is_empty() && collection.has_foreign_keys() {
                        return Err(YamlError::Value(FOREIGN_KEYS.to_owned()));
                    }
                    Some(self.anchored(anchor, Node::Document(collection.close()))?)
                }
            };
            let Some(node) = node else {
                if open.len() > DEPTH_MAX {
                    return Err(YamlError::TooDeep);
                }
                continue;
            };
            match open.last_mut() {
                Some(around) => around.collection.take(node)?,
                None => return node.document(),
            }
        }
    }

    fn anchored(&mut self, anchor: Option<String>, node: Node) -> Result<Node, YamlError> {
        if let (Some(anchor), Node::Document(document)) = (anchor, &node) {
            self.count(weight(document))?;
            // An anchor that comes again names the new value from there on.
            self.anchors.insert(anchor, document.clone());
        }
        Ok(node)
    }

    fn alias(&mut self, anchor: &str) -> Result<Document, YamlError> {
        let document = self.anchors.get(anchor).ok_or(YamlError::Invalid)?;
        let weight = weight(document);
        self.count(weight)?;
        self.anchors.get(anchor).cloned().ok_or(YamlError::Invalid)
    }

    fn count(&mut self, weight: usize) -> Result<(), YamlError> {
        self.weight += weight;
        if self.weight > WEIGHT_MAX { Err(YamlError::Invalid) } else { Ok(()) }
    }
}

/// A list or map whose end has not come yet.
struct Open {
    anchor: Option<String>,
    collection: Collection,
}

enum Collection {
    List(Vec<Document>),
    Map(Box<Pairs>),
}

impl Collection {
    fn take(&mut self, node: Node) -> Result<(), YamlError> {
        match self {
            Self::List(elements) => elements.push(node.document()?),
            Self::Map(pairs) => pairs.take(node)?,
        }
        Ok(())
    }

    fn has_foreign_keys(&self) -> bool {
        matches!(self, Self::Map(pairs) if pairs.foreign_keys)
    }

    fn close(self) -> Document {
        match self {
            Self::List(elements) => elements.into(),
            Self::Map(pairs) => Document::Map(pairs.close()),
        }
    }
}

/// The pairs of a map: keys and values come in turns.
#[derive(Default)]
struct Pairs {
    key: Option<Node>,
    own: Map,
    /// Whether a key is no text. It is held as one.
    foreign_keys: bool,
    /// What a `<<` adds.
    merged: Option<Map>,
}

impl Pairs {
    fn take(&mut self, node: Node) -> Result<(), YamlError> {
        let Some(key) = self.key.take() else {
            self.key = Some(node);
            return Ok(());
        };
        let value = node.document()?;
        let repeated = match key {
            Node::Merge => self.merged.replace(merge_sources(value)?).is_some(),
            Node::Document(key) => {
                self.foreign_keys |= !matches!(key, Document::String(_));
                self.own.insert(key_text(&key)?, value).is_some()
            }
        };
        if repeated { Err(YamlError::Invalid) } else { Ok(()) }
    }

    /// Merged pairs come first; the map's own pairs replace them in their places.
    fn close(self) -> Map {
        let mut map = self.merged.unwrap_or_default();
        for (name, value) in self.own.iter() {
            map.insert(name, value.clone());
        }
        map
    }
}

/// The pairs of the one map behind a plain `<<`, or those of a list of maps, the last map's first.
fn merge_sources(value: Document) -> Result<Map, YamlError> {
    if let Document::Map(map) = value {
        return Ok(map);
    }
    let Document::List(sources) = value else {
        return Err(YamlError::Invalid);
    };
    let mut merged = Map::new();
    for source in sources.into_iter().rev() {
        let Document::Map(source) = source else {
            return Err(YamlError::Invalid);
        };
        for (name, value) in source.iter() {
            merged.insert(name, value.clone());
        }
    }
    Ok(merged)
}

/// Keys of other types are held as their texts; no member has such a name.
fn key_text(key: &Document) -> Result<String, YamlError> {
    if matches!(key, Document::Map(_)) {
        return Err(YamlError::Invalid);
    }
    Ok(python::str(key, Maps::Dict))
}

fn scalar_node(tag: Option<&str>, value: String, plain_implicit: bool) -> Result<Node, YamlError> {
    let scalar = match tag {
        None if plain_implicit => scalar::of_plain(&value)?,
        None => Scalar::Document(value.into()),
        // The reference's reader looks at the value as if it stood there bare, even behind quotes.
        Some("!") => scalar::of_plain(&value)?,
        Some(tag) => Scalar::Document(scalar::of_tag(tag.strip_prefix(CORE_TAG).ok_or(YamlError::Invalid)?, &value)?),
    };
    Ok(match scalar {
        Scalar::Document(document) => Node::Document(document),
        Scalar::Merge => Node::Merge,
    })
}

/// Lists and maps have no other tag than their own.
fn only_tag(tag: Option<&str>, name: &str) -> Result<(), YamlError> {
    match tag {
        None | Some("!") => Ok(()),
        Some(tag) if tag.strip_prefix(CORE_TAG) == Some(name) => Ok(()),
        Some(_) => Err(YamlError::Invalid),
    }
}

fn weight(document: &Document) -> usize {
    let text = |text: &str| text.len() / TEXT_UNIT_BYTES;
    1 + match document {
        Document::List(elements) => elements.iter().map(weight).sum(),
        Document::Map(map) => map.iter().map(|(key, value)| text(key) + weight(value)).sum(),
        Document::String(value) => text(value),
        Document::Bytes(bytes) => bytes.len() / TEXT_UNIT_BYTES,
        Document::Null
        | Document::Boolean(_)
        | Document::Integer(_)
        | Document::Float(_)
        | Document::Date(_)
        | Document::DateTime(..) => 0,
    }
}
