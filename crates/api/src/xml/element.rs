//! XML text as a tree of elements: names without prefixes, text, children. Attributes are dropped.

use std::str::Utf8Error;

use quick_xml::Reader;
use quick_xml::errors::IllFormedError;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Deepest nesting of elements. Our choice: the service's answers are at most eleven deep.
const DEPTH_MAX: usize = 200;

/// Most elements of one text, which bounds the memory of a tree. Our choice: 100 items with 90 nodes of 40 members.
const ELEMENTS_MAX: usize = 1 << 20;

/// Most prefixes at one place. Our choice: the service's answers have none.
const PREFIXES_MAX: usize = 64;

const INVALID_TOKEN: &str = "not well-formed (invalid token)";

/// One element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The name without a prefix.
    pub name: String,
    /// The text before the first child, entities resolved.
    pub text: String,
    pub children: Vec<Element>,
}

/// Why a text is no XML, and where: the line is counted from 1, the column in bytes from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}: line {line}, column {column}")]
pub struct Malformed {
    why: String,
    line: usize,
    column: usize,
}

/// Why a text is no XML, in the words of the reference's parser where it has the same trouble.
struct Trouble(String);

impl Trouble {
    fn new(why: impl ToString) -> Self {
        Self(why.to_string())
    }

    /// The trouble with `text`, met after so many bytes.
    fn at(self, text: &[u8], position: usize) -> Malformed {
        let before = &text[..position.min(text.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        Malformed { why: self.0, line, column }
    }
}

impl Element {
    /// Reads a whole text. Comments, processing instructions and the document type are skipped.
    ///
    /// # Errors
    /// The text is not well formed, nests too deep, or names an entity beyond the five of XML.
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        if let Some(decoded) = utf16(text) {
            return Self::parse_text(&decoded.map_err(|()| Trouble::new(INVALID_TOKEN).at(text, 0))?);
        }
        let invalid = |error: Utf8Error| Trouble::new(INVALID_TOKEN).at(text, error.valid_up_to());
        let content = std::str::from_utf8(text).map_err(invalid)?;
        Self::parse_text(content.strip_prefix('\u{FEFF}').unwrap_or(content))
    }

    fn parse_text(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut position = 0;
        let read = Self::read(&mut reader, &mut position);
        let position = usize::try_from(position.max(reader.error_position())).unwrap_or(usize::MAX);
        let text = text.as_bytes();
        read.map_err(|trouble| match trouble.0.as_str() {
            INVALID_TOKEN => trouble.at(text, position + name_of_reference(text, position)),
            _ => trouble.at(text, position),
        })
    }

    /// `position` is the start of what was read last, in bytes.
    fn read(reader: &mut Reader<&[u8]>, position: &mut u64) -> Result<Self, Trouble> {
        let mut tree = Tree::default();
        loop {
            *position = reader.buffer_position();
            match reader.read_event().map_err(unreadable)? {
                Event::Start(start) => tree.open(&start)?,
                Event::Empty(start) => {
                    tree.open(&start)?;
                    tree.close()?;
                }
                Event::End(_) => tree.close()?,
                Event::Text(text) => tree.write(&text.xml10_content().map_err(Trouble::new)?)?,
                Event::CData(text) => tree.write(&text.xml10_content().map_err(Trouble::new)?)?,
                Event::GeneralRef(reference) => tree.write(entity(&reference)?.encode_utf8(&mut [0; 4]))?,
                Event::Decl(_) if *position > 0 => {
                    return Err(Trouble::new("XML or text declaration not at start of entity"));
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
                Event::Eof => return tree.finish(),
            }
        }
    }

    /// The children of that name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// A tree that grows: the elements that are open, outermost first, and the root once it is closed.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
    /// The prefixes that are declared, and how deep.
    prefixes: Vec<(usize, Vec<u8>)>,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Trouble> {
        if self.root.is_some() {
            return Err(Trouble::new("junk after document element"));
        }
        self.elements += 1;
        if self.open.len() == DEPTH_MAX || self.elements > ELEMENTS_MAX {
            return Err(Trouble::new("too many elements"));
        }
        for attribute in start.attributes() {
            let key = attribute.map_err(Trouble::new)?.key;
            if let Some(prefix) = key.as_ref().strip_prefix(b"xmlns:") {
                self.prefixes.push((self.open.len(), prefix.to_vec()));
            }
        }
        if self.prefixes.len() > PREFIXES_MAX {
            return Err(Trouble::new("too many prefixes"));
        }
        if let Some(prefix) = start.name().prefix()
            && !self.is_declared(prefix.into_inner())
        {
            return Err(Trouble::new("unbound prefix"));
        }
        let name = String::from_utf8_lossy(start.local_name().into_inner()).into_owned();
        if !is_name(&name) {
            return Err(Trouble::new(INVALID_TOKEN));
        }
        self.open.push(Element { name, ..Element::default() });
        Ok(())
    }

    fn is_declared(&self, prefix: &[u8]) -> bool {
        prefix == b"xml" || self.prefixes.iter().any(|(_, declared)| declared == prefix)
    }

    fn close(&mut self) -> Result<(), Trouble> {
        let closed = self.open.pop().ok_or_else(|| Trouble::new("mismatched tag"))?;
        let depth = self.open.len();
        self.prefixes.retain(|(declared, _)| *declared < depth);
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), Trouble> {
        if text.contains(|character| !is_xml(character)) {
            return Err(Trouble::new(INVALID_TOKEN));
        }
        match self.open.last_mut() {
            Some(element) if element.children.is_empty() => element.text.push_str(text),
            Some(_) => {}
            None if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() => {}
            None if self.root.is_some() => return Err(Trouble::new("junk after document element")),
            None => return Err(Trouble::new("syntax error")),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, Trouble> {
        self.root.filter(|_| self.open.is_empty()).ok_or_else(|| Trouble::new("no element found"))
    }
}

/// The trouble of the reader. A reference without its end is one with the character that ends its name.
fn unreadable(error: quick_xml::Error) -> Trouble {
    let is_open = matches!(error, quick_xml::Error::IllFormed(IllFormedError::UnclosedReference));
    if is_open { Trouble::new(INVALID_TOKEN) } else { Trouble::new(error) }
}

/// How long the start of a reference at `position` is, with its `&`; 0 where none starts.
fn name_of_reference(text: &[u8], position: usize) -> usize {
    match text.get(position..) {
        Some([b'&', name @ ..]) => {
            let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"#_-.:".contains(byte) || !byte.is_ascii();
            1 + name.iter().take_while(is_name).count()
        }
        _ => 0,
    }
}

/// The characters of a text in UTF-16, which its byte-order mark tells; `None` when it has no such mark.
fn utf16(text: &[u8]) -> Option<Result<String, ()>> {
    let unit: fn([u8; 2]) -> u16 = match text {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let (units, rest) = text[2..].as_chunks::<2>();
    let characters = char::decode_utf16(units.iter().copied().map(unit)).collect::<Result<String, _>>();
    Some(if rest.is_empty() { characters.map_err(drop) } else { Err(()) })
}

/// Whether a name without its prefix is one (XML 1.0, section 2.3; Namespaces in XML, section 4).
fn is_name(name: &str) -> bool {
    let starts = |c| {
        matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
            | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
            | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
            | '\u{10000}'..='\u{EFFFF}')
    };
    let goes_on = |c| {
        let further = matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}');
        further || starts(c)
    };
    name.starts_with(starts) && name.chars().all(goes_on)
}

/// The characters that XML 1.0 can carry (section 2.2).
fn is_xml(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn entity(reference: &BytesRef<'_>) -> Result<char, Trouble> {
    if let Some(character) = reference.resolve_char_ref().map_err(Trouble::new)? {
        return Ok(character);
    }
    match &**reference {
        b"amp" => Ok('&'),
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"quot" => Ok('"'),
        b"apos" => Ok('\''),
        _ => Err(Trouble::new("undefined entity")),
    }
}
