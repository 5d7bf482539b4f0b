//! Scripts that complete commands in a shell, and the candidates they ask for.

mod candidates;
mod live;
mod shell;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use candidates::{Candidate, Kind, candidates};
pub(crate) use live::names;
pub(crate) use words::{Line, quote};

use crate::Surroundings;
use crate::failure::Failure;
use shell::Shell;
use std::io::Write;

/// `completion SHELL` prints the script of that shell; `completion candidates SHELL` is what the scripts call.
///
/// `arguments` are the words after `completion`.
pub(crate) fn run(surroundings: &Surroundings, arguments: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let text = match words[..] {
        [name] => shell(name)?.script(&surroundings.program),
        // A shell may add words of its own behind these.
        ["candidates", name, ..] => answer(surroundings, shell(name)?),
        _ => return Err(unknown()),
    };
    // A reader that has gone away wants no answer.
    std::io::stdout().write_all(text.as_bytes()).ok();
    Ok(())
}

fn shell(name: &str) -> Result<Shell, Failure> {
    Shell::parse(name).ok_or_else(unknown)
}

fn unknown() -> Failure {
    Failure::Usage("argument shell: Give one of bash, zsh, fish, powershell".to_owned())
}

/// The candidates for the line and cursor that the shell left in the environment, one on a line.
fn answer(surroundings: &Surroundings, shell: Shell) -> String {
    let line = surroundings.variable("COMP_LINE").unwrap_or_default();
    let point = surroundings.variable("COMP_POINT").and_then(|point| point.parse().ok()).unwrap_or(usize::MAX);
    let line = Line::parse(&line.chars().take(point).collect::<String>());
    // The first word is the program.
    let words = line.words.get(1..).unwrap_or_default();
    let found = candidates(words, &|kind| names(surroundings, words, kind));
    found.iter().map(|candidate| shell.line(candidate, words.last().map_or("", String::as_str))).collect()
}
