//! The machine around one command: its words, its variables, its clock, its terminal.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a command is given by the system that starts it.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The name that the program was called by, without its folder: `valkeep` or `aws`.
    pub program: String,
    /// The words after the program's name.
    pub arguments: Vec<String>,
    pub variables: BTreeMap<String, String>,
    /// The wall clock.
    pub now: fn() -> chrono::DateTime<chrono::Utc>,
}

impl Surroundings {
    pub fn of_this_process() -> Self {
        let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let mut words = std::env::args_os().map(lossy);
        let program = words.next().unwrap_or_default();
        Self {
            program: program.rsplit('/').next().unwrap_or_default().to_owned(),
            arguments: words.collect(),
            variables: std::env::vars_os().map(|(name, value)| (lossy(name), lossy(value))).collect(),
            now: chrono::Utc::now,
        }
    }

    /// A variable of the environment; an empty one is there.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// `path` with a leading `~` replaced by the user's home, a leading `~name` by the home of that user.
    pub fn expand_home(&self, path: &str) -> PathBuf {
        let Some(rest) = path.strip_prefix('~') else { return path.into() };
        let (user, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let home = if user.is_empty() { self.variable("HOME").map(str::to_owned) } else { home_of(user) };
        home.map_or_else(|| path.into(), |home| format!("{}{below}", home.trim_end_matches('/')).into())
    }

    /// `path` with `$NAME` and `${NAME}` replaced; what names no variable stays as it is.
    pub(crate) fn expand_variables(&self, path: &str) -> String {
        let mut expanded = String::new();
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            let (reference, name) = variable_reference(after);
            match name.and_then(|name| self.variable(name)) {
                Some(value) => expanded.push_str(value),
                None => {
                    expanded.push('$');
                    expanded.push_str(reference);
                }
            }
            rest = &after[reference.len()..];
        }
        expanded + rest
    }
}

/// How much of the text behind a `$` belongs to it, and the variable that it names.
fn variable_reference(text: &str) -> (&str, Option<&str>) {
    if let Some(braced) = text.strip_prefix('{') {
        return match braced.find('}') {
            Some(end) => (&text[..end + 2], Some(&braced[..end])),
            None => ("", None),
        };
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (&text[..end], Some(&text[..end]))
}

/// The home of a user of this machine: the sixth field of the line.
fn home_of(user: &str) -> Option<String> {
    let users = std::fs::read("/etc/passwd").ok()?;
    let users = String::from_utf8_lossy(&users);
    let mut lines = users.lines().map(|line| line.split(':'));
    lines.find_map(|mut fields| if fields.next() == Some(user) { fields.nth(4).map(str::to_owned) } else { None })
}
