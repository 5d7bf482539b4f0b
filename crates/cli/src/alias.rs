//! Aliases: commands that the user has named, from `~/.aws/cli/alias`.

use crate::Surroundings;
use crate::config;
use crate::failure::Failure;
use crate::shell;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;

/// The section of aliases that stand where a service stands.
pub(crate) const TOP_LEVEL: &str = "toplevel";

/// The aliases of a user, by section and name.
#[derive(Debug, Default)]
pub(crate) struct Aliases(BTreeMap<String, BTreeMap<String, String>>);

/// What an alias stands for.
#[derive(Debug, PartialEq)]
pub(crate) enum Alias<'a> {
    /// More words of a command line.
    Words(&'a str),
    /// A line for the shell.
    Shell(&'a str),
}

impl Aliases {
    /// Reads the file, when there is one.
    pub(crate) fn load(surroundings: &Surroundings) -> Result<Self, Failure> {
        let path: PathBuf = surroundings.expand_home("~/.aws/cli/alias");
        let Some(text) = config::read_text(&path)? else { return Ok(Self::default()) };
        let sections = config::texts(&text).map_err(|_| config::unparsable(&path))?;
        Ok(Self(sections.into_iter().collect()))
    }

    pub(crate) fn find(&self, section: &str, name: &str) -> Option<Alias<'_>> {
        let value = self.0.get(section)?.get(name)?.trim();
        Some(value.strip_prefix('!').map_or(Alias::Words(value), Alias::Shell))
    }

    /// The names in a section.
    pub(crate) fn names(&self, section: &str) -> impl Iterator<Item = &str> {
        self.0.get(section).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }
}

/// The words of an alias.
///
/// # Errors
/// A quotation that does not end, or a backslash with nothing after it.
pub(crate) fn words(name: &str, value: &str) -> Result<Vec<String>, Failure> {
    shell::split(value).map_err(|reason| {
        Failure::general(format!(
            "Value of alias \"{name}\" could not be parsed. Received error: {reason} when parsing:\n{value}"
        ))
    })
}

/// A line that the shell is to run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShellLine(String);

impl ShellLine {
    /// The alias's line with the words of the command line after it.
    pub(crate) fn new(line: &str, words: &[String]) -> Self {
        let quoted = words.iter().map(|word| shell::quote(word));
        Self(std::iter::once(line.to_owned()).chain(quoted).collect::<Vec<_>>().join(" "))
    }

    /// Runs the line; the exit code is the shell's, or what is left of the negative number of the signal that ended it.
    pub(crate) fn run(&self) -> Result<u8, Failure> {
        let status = Command::new("/bin/sh").arg("-c").arg(&self.0).status();
        let status = status.map_err(|error| Failure::general(error.to_string()))?;
        let code = status.code().or(status.signal().map(|signal| -signal)).unwrap_or(255);
        Ok(u8::try_from(code & 0xff).unwrap_or(255))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_after_a_shell_line_are_quoted() {
        let line = ShellLine::new("echo", &["a".into(), "b c".into(), "it's".into(), String::new()]);
        assert_eq!(line.0, r#"echo a 'b c' 'it'"'"'s' ''"#);
    }

    #[test]
    fn the_exit_code_of_the_shell_is_passed_on() {
        assert_eq!(ShellLine::new("exit 7", &[]).run().unwrap(), 7);
    }
}
