//! The dialect of both files: sections, keys, continuation lines, nested pairs.
//!
//! Pure text to sections. It is the dialect of Python's `RawConfigParser` in its strict mode, in
//! which a repeated section or key is an error; what the sections mean is `profiles`' matter.

use crate::python::{is_space, trim};
use std::collections::BTreeMap;

/// A text that is not of the dialect. No user sees more of it than the name of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// What stands behind a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// The text of the line and of its continuation lines, with line feeds between them.
    Text(String),
    /// Pairs on indented lines below a key without a text of its own, `s3 =`.
    Nested(BTreeMap<String, String>),
}

/// The keys of a section, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section(BTreeMap<String, Value>);

impl Section {
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text behind `key`; `None` also when nested pairs stand there.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key)? {
            Value::Text(text) => Some(text),
            Value::Nested(_) => None,
        }
    }

    /// The text of `inner` in the nested pairs behind `key`.
    pub(crate) fn nested(&self, key: &str, inner: &str) -> Option<&str> {
        match self.0.get(key)? {
            Value::Text(_) => None,
            Value::Nested(pairs) => pairs.get(inner).map(String::as_str),
        }
    }

    /// Takes over the keys of `other`; they replace those that are here.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// The header of the keys that every section has. Only this one may come again.
const DEFAULTS: &str = "DEFAULT";

/// Keys, and the texts behind them.
pub(crate) type Texts = BTreeMap<String, String>;

/// The sections of a file by the text between their brackets, in the order of the file.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, Section)>, Malformed> {
    let section = |(header, texts): (String, Texts)| {
        let values = texts.into_iter().map(|(key, text)| Ok((key, value(&text)?)));
        Ok((header, Section(values.collect::<Result<_, _>>()?)))
    };
    texts(text)?.into_iter().map(section).collect()
}

/// The same with every value as it is written, over all its lines.
pub(crate) fn texts(text: &str) -> Result<Vec<(String, Texts)>, Malformed> {
    let mut reader = Reader::default();
    for line in lines(text) {
        reader.line(line)?;
    }
    reader.close();
    Ok(with_defaults(reader.sections))
}

/// Gives the keys of `[DEFAULT]`, which is no section of its own, to every section that does not set them itself.
fn with_defaults(sections: Vec<(String, Texts)>) -> Vec<(String, Texts)> {
    let (defaults, mut sections): (Vec<_>, Vec<_>) = sections.into_iter().partition(|(header, _)| header == DEFAULTS);
    for (key, text) in defaults.into_iter().flat_map(|(_, texts)| texts) {
        for (_, texts) in &mut sections {
            texts.entry(key.clone()).or_insert_with(|| text.clone());
        }
    }
    sections
}

/// A line ends with a line feed, a carriage return, or both.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').flat_map(|line| {
        let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        line.split('\r')
    })
}

/// The lines of a text as Python splits a string, which knows more line ends than a file has.
pub(crate) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    const ENDS: [char; 8] = ['\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    lines(text).flat_map(|line| line.split(ENDS))
}

/// The header of a section line: up to the last closing bracket; what follows it is ignored.
pub(crate) fn header(line: &str) -> Option<&str> {
    let inside = line.strip_prefix('[')?;
    inside.rfind(']').filter(|end| *end > 0).map(|end| &inside[..end])
}

#[derive(Default)]
struct Reader {
    sections: Vec<(String, Texts)>,
    seen: std::collections::HashSet<String>,
    /// The keys of the section that is being read, and the lines of their values.
    keys: BTreeMap<String, Vec<String>>,
    /// The key that a continuation line belongs to.
    key: Option<String>,
    /// How far the last line that was no continuation is indented, in characters.
    indent: usize,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), Malformed> {
        let content = trim(line);
        if content.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().take_while(|character| is_space(*character)).count();
        let value = self.key.as_ref().and_then(|key| self.keys.get_mut(key));
        match value {
            Some(value) if content.is_empty() || indent > self.indent => value.push(content.to_owned()),
            _ if content.is_empty() => {}
            _ => {
                self.indent = indent;
                match header(content) {
                    Some(name) => self.section(name)?,
                    None => self.pair(content)?,
                }
            }
        }
        Ok(())
    }

    fn section(&mut self, name: &str) -> Result<(), Malformed> {
        self.close();
        if !self.seen.insert(name.to_owned()) && name != DEFAULTS {
            return Err(Malformed);
        }
        self.key = None;
        self.sections.push((name.to_owned(), Texts::new()));
        Ok(())
    }

    fn pair(&mut self, content: &str) -> Result<(), Malformed> {
        let (key, value) = content.split_once(['=', ':']).ok_or(Malformed)?;
        let key = key.trim_end_matches(is_space).to_lowercase();
        if self.sections.is_empty() || key.is_empty() || self.keys.contains_key(&key) {
            return Err(Malformed);
        }
        self.keys.insert(key.clone(), vec![trim(value).to_owned()]);
        self.key = Some(key);
        Ok(())
    }

    /// Gives the keys that were read to their section.
    fn close(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        if let Some((_, section)) = self.sections.last_mut() {
            section.extend(keys.into_iter().map(|(key, lines)| (key, lines.join("\n"))));
        }
    }
}

fn value(text: &str) -> Result<Value, Malformed> {
    let text = text.trim_end_matches(is_space);
    let Some(nested) = text.strip_prefix('\n') else {
        return Ok(Value::Text(text.to_owned()));
    };
    let pair = |line: &str| {
        let (key, value) = line.split_once('=').ok_or(Malformed)?;
        Ok((trim(key).to_owned(), trim(value).to_owned()))
    };
    split_lines(nested).filter(|line| !trim(line).is_empty()).map(pair).collect::<Result<_, _>>().map(Value::Nested)
}
