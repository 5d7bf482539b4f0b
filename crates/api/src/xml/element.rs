//! XML text as a tree of elements: names without prefixes, text, children. Attributes are dropped.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Deepest nesting of elements. Our choice: the service's answers are at most eleven deep.
const DEPTH_MAX: usize = 200;

/// Most elements of one text, which bounds the memory of a tree. Our choice: 100 items with 90 nodes of 40 members.
const ELEMENTS_MAX: usize = 1 << 20;

/// One element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The name without a prefix.
    pub name: String,
    /// The text before the first child, entities resolved.
    pub text: String,
    pub children: Vec<Element>,
}

/// Why a text is no XML, in a few words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

impl Malformed {
    fn new(why: impl ToString) -> Self {
        Self(why.to_string())
    }
}

impl Element {
    /// Reads a whole text. Comments, processing instructions and the document type are skipped.
    ///
    /// # Errors
    /// The text is not well formed, nests too deep, or names an entity beyond the five of XML.
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(text).map_err(|_| Malformed::new("not well-formed (invalid token)"))?;
        let mut reader = Reader::from_str(text.strip_prefix('\u{FEFF}').unwrap_or(text));
        reader.config_mut().check_comments = true;
        let mut tree = Tree::default();
        loop {
            match reader.read_event().map_err(Malformed::new)? {
                Event::Start(start) => tree.open(&start)?,
                Event::Empty(start) => {
                    tree.open(&start)?;
                    tree.close()?;
                }
                Event::End(_) => tree.close()?,
                Event::Text(text) => tree.write(&text.xml10_content().map_err(Malformed::new)?)?,
                Event::CData(text) => tree.write(&text.xml10_content().map_err(Malformed::new)?)?,
                Event::GeneralRef(reference) => tree.write(entity(&reference)?.encode_utf8(&mut [0; 4]))?,
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
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Malformed> {
        if self.root.is_some() {
            return Err(Malformed::new("junk after document element"));
        }
        self.elements += 1;
        if self.open.len() == DEPTH_MAX || self.elements > ELEMENTS_MAX {
            return Err(Malformed::new("too many elements"));
        }
        for attribute in start.attributes() {
            attribute.map_err(Malformed::new)?;
        }
        let name = String::from_utf8_lossy(start.local_name().into_inner()).into_owned();
        self.open.push(Element { name, ..Element::default() });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Malformed> {
        let closed = self.open.pop().ok_or_else(|| Malformed::new("mismatched tag"))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), Malformed> {
        if text.contains(|character| !is_xml(character)) {
            return Err(Malformed::new("not well-formed (invalid token)"));
        }
        match self.open.last_mut() {
            Some(element) if element.children.is_empty() => element.text.push_str(text),
            Some(_) => {}
            None if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() => {}
            None if self.root.is_some() => return Err(Malformed::new("junk after document element")),
            None => return Err(Malformed::new("syntax error")),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, Malformed> {
        self.root.filter(|_| self.open.is_empty()).ok_or_else(|| Malformed::new("no element found"))
    }
}

/// The characters that XML 1.0 can carry (section 2.2).
fn is_xml(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn entity(reference: &BytesRef<'_>) -> Result<char, Malformed> {
    if let Some(character) = reference.resolve_char_ref().map_err(Malformed::new)? {
        return Ok(character);
    }
    match &**reference {
        b"amp" => Ok('&'),
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"quot" => Ok('"'),
        b"apos" => Ok('\''),
        _ => Err(Malformed::new("undefined entity")),
    }
}
