//! Setting keys in the text of a configuration file: comments, order and blank lines stay as they are.
//!
//! Lines are looked at by the reference's rules, which are not those by which the file is parsed later:
//! a line with `=` or `:` in it is a key, also inside a comment or below another key.

use crate::config::lines;
use crate::failure::Failure;
use crate::python::{self, is_space, trim};

/// What happens to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) key: String,
    pub(crate) change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Set(String),
    /// Sets a key below this one.
    SetNested {
        inner: String,
        value: String,
    },
    /// Takes the key's line away.
    Remove,
}

impl Edit {
    pub(crate) fn set(key: &str, value: &str) -> Self {
        Self { key: key.to_owned(), change: Change::Set(value.to_owned()) }
    }

    pub(crate) fn set_nested(key: &str, inner: &str, value: &str) -> Self {
        Self { key: key.to_owned(), change: Change::SetNested { inner: inner.to_owned(), value: value.to_owned() } }
    }

    pub(crate) fn remove(key: &str) -> Self {
        Self { key: key.to_owned(), change: Change::Remove }
    }

    /// The lines of a key that is new.
    fn text(&self) -> String {
        match &self.change {
            Change::Set(value) => format!("{} = {value}\n", self.key),
            Change::SetNested { inner, value } => format!("{} =\n{NESTED}{inner} = {value}\n", self.key),
            Change::Remove => String::new(),
        }
    }
}

/// What stands before a nested key that is new.
const NESTED: &str = "    ";

/// Refuses line ends, which would make more than one line of a header or an edit.
pub(crate) fn check(header: &str, edits: &[Edit]) -> Result<(), Failure> {
    const RULE: &str = "newline characters and carriage returns are not allowed";
    let broken = |text: &str| text.contains(['\n', '\r']);
    if broken(header) {
        return Err(Failure::general(format!("Invalid section name: {RULE}: {}", python::str_repr(header))));
    }
    for edit in edits {
        let (inner, value) = match &edit.change {
            Change::Set(value) => (None, value.as_str()),
            Change::SetNested { inner, value } => (Some(inner), value.as_str()),
            Change::Remove => (None, ""),
        };
        if let Some(key) = [Some(&edit.key), inner].into_iter().flatten().find(|key| broken(key)) {
            return Err(Failure::general(format!("Invalid key: {RULE}: {}", python::str_repr(key))));
        }
        if broken(value) {
            return Err(Failure::general(format!("Invalid value for key {}: {RULE}.", edit.key)));
        }
    }
    Ok(())
}

/// `text` with the keys of `edits` set in the section below `[header]`, which is added when it is missing.
///
/// # Errors
/// A nested key is to be set below one that no pairs follow. The reference stumbles there, too.
pub(crate) fn apply(text: &str, header: &str, edits: Vec<Edit>) -> Result<String, Failure> {
    let mut lines: Vec<String> = lines(text).map(|line| format!("{line}\n")).collect();
    match lines.iter().position(|line| is_header(line, header)) {
        Some(start) => set(&mut lines, start, edits)?,
        None => {
            lines.push(format!("[{header}]\n"));
            lines.extend(edits.iter().map(Edit::text));
        }
    }
    Ok(lines.concat())
}

/// Sets the keys in the section that begins at line `start`.
fn set(lines: &mut Vec<String>, start: usize, mut edits: Vec<Edit>) -> Result<(), Failure> {
    let mut last_key = start;
    let mut at = start + 1;
    while at < lines.len() && section(&lines[at]).is_none() {
        if let Some(option) = option(&lines[at]) {
            last_key = at;
            if let Some(place) = edits.iter().position(|edit| edit.key == trim(option)) {
                let edit = edits.remove(place);
                match edit.change {
                    Change::Set(_) => lines[at] = edit.text(),
                    Change::SetNested { inner, value } => return set_nested(lines, at, &inner, &value),
                    Change::Remove => {
                        lines.remove(at);
                        last_key -= 1;
                        continue;
                    }
                }
            }
        }
        at += 1;
    }
    // At the end of the file the reference leaves the line behind the last key where it is.
    let end = if at == lines.len() { last_key + 2 } else { last_key + 1 };
    lines.insert(end.min(lines.len()), edits.iter().map(Edit::text).collect());
    Ok(())
}

/// Sets `inner` below the key at line `start`: it is a key before the next one that is indented as little.
fn set_nested(lines: &mut Vec<String>, start: usize, inner: &str, value: &str) -> Result<(), Failure> {
    let outer = option(&lines[start]).map_or(0, indent);
    let mut current = None;
    for at in start + 1..lines.len() {
        if let Some(option) = option(&lines[at]) {
            let indent = indent(option);
            if trim(option) == inner {
                lines[at] = format!("{}{inner} = {value}\n", " ".repeat(indent));
                return Ok(());
            }
            current = Some(indent);
        }
        if current.ok_or_else(|| no_pairs(lines, start))? == outer || section(&lines[at]).is_some() {
            lines.insert(at, format!("{NESTED}{inner} = {value}\n"));
            return Ok(());
        }
    }
    current.ok_or_else(|| no_pairs(lines, start))?;
    lines.push(format!("{NESTED}{inner} = {value}\n"));
    Ok(())
}

fn no_pairs(lines: &[String], start: usize) -> Failure {
    let key = trim(option(&lines[start]).unwrap_or_default());
    Failure::general(format!("Nothing can be set below {key}: no indented pair follows it"))
}

/// Whether the line is the header `[header]`, also with double quotes around the name behind its kind.
fn is_header(line: &str, header: &str) -> bool {
    let Some(found) = section(line).filter(|_| line.starts_with('[')) else { return false };
    let quoted = |(kind, name): (&str, &str)| found == format!("{kind} \"{name}\"");
    found == header || header.split_once(' ').is_some_and(quoted)
}

/// The text between the brackets of a line that begins with some.
fn section(line: &str) -> Option<&str> {
    let (found, _) = python::trim_start(line).strip_prefix('[')?.split_once(']')?;
    (!found.is_empty()).then_some(found)
}

/// What stands before the first `=` or `:` that something stands before.
fn option(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['=', ':']);
    line.split_once(['=', ':']).map(|(option, _)| option)
}

/// In characters.
fn indent(option: &str) -> usize {
    option.chars().take_while(|character| is_space(*character)).count()
}
