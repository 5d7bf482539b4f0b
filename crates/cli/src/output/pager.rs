//! The program between the output and the terminal.

use crate::config::Setting;
use crate::failure::Failure;
use crate::session::Session;
use std::io;
use std::process::{Child, Command, Stdio};
use tokio::signal::unix::{SignalKind, signal};

/// What `less` does unless `LESS` says otherwise: show short output without paging, keep colours, leave it there.
const LESS: &str = "FRX";

/// What became of the wish to open a pager.
#[derive(Debug)]
pub(super) enum Opened {
    Running(Child),
    /// The program is there, but it cannot be run. The reference then shows nothing at all.
    Unusable,
}

/// The pager that is asked for; `None` when there is to be none. `AWS_PAGER` beats `cli_pager` beats `PAGER`,
/// and the first of them that is there decides, also when it is empty.
pub(super) fn command(session: Session<'_>) -> Result<Option<String>, Failure> {
    if !session.globals.pager {
        return Ok(None);
    }
    let chosen = match session.settings.get(Setting::CliPager)? {
        Some(command) => command,
        None => session.surroundings.variable("PAGER").unwrap_or("less").to_owned(),
    };
    Ok(Some(chosen).filter(|command| !command.is_empty()))
}

/// Starts a pager that reads from its standard input.
pub(super) fn open(command: &str, session: Session<'_>) -> Result<Opened, Failure> {
    let words = words(command)?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::general("list index out of range"));
    };
    if program.is_empty() {
        return Ok(Opened::Unusable);
    }
    leave_keys_to_the_pager();
    let mut pager = Command::new(program);
    pager.args(arguments).stdin(Stdio::piped());
    if session.surroundings.variable("LESS").is_none() {
        pager.env("LESS", LESS);
    }
    match pager.spawn() {
        Ok(child) => Ok(Opened::Running(child)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(not_found(program)),
        Err(_) => Ok(Opened::Unusable),
    }
}

/// From now on Ctrl-C and Ctrl-\\ do not end us: the pager has the terminal, and its own use for them.
///
/// A listener of the runtime takes the place of the signal's usual effect, and keeps it when it is gone. Without one
/// the keys end us as before.
fn leave_keys_to_the_pager() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else {
        return;
    };
    let _context = runtime.enter();
    for kind in [SignalKind::interrupt(), SignalKind::quit()] {
        let _listening: io::Result<_> = signal(kind);
    }
}

fn not_found(program: &str) -> Failure {
    Failure::Pager(format!(
        "Unable to redirect output to pager. Received the following error when opening pager:\n\
         [Errno 2] No such file or directory: {}\n\n\
         Learn more about configuring the output pager by running \"aws help config-vars\".",
        crate::python::str_repr(program)
    ))
}

/// Splits a command into words as a shell does: blanks part words, quotes and backslashes protect them.
/// Nothing is expanded, and `#` is a character like any other.
fn words(command: &str) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => match chars.next() {
                Some(next) => word.get_or_insert_default().push(next),
                None => return Err(Failure::general("No escaped character")),
            },
            '\'' | '"' => quoted(c, &mut chars, word.get_or_insert_default())?,
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Appends what stands before the closing quote. In double quotes a backslash protects a quote and itself.
fn quoted(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), Failure> {
    loop {
        match chars.next() {
            None => return Err(Failure::general("No closing quotation")),
            Some(c) if c == quote => return Ok(()),
            Some('\\') if quote == '"' => match chars.next() {
                None => return Err(Failure::general("No escaped character")),
                Some(next) => {
                    if !matches!(next, '"' | '\\') {
                        word.push('\\');
                    }
                    word.push(next);
                }
            },
            Some(c) => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_command_is_split_as_a_shell_splits_it() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" \t\n", &[]),
            ("less", &["less"]),
            ("less -R  -S", &["less", "-R", "-S"]),
            ("a\tb\nc", &["a", "b", "c"]),
            ("a 'b c' \"d e\"", &["a", "b c", "d e"]),
            ("a\\ b", &["a b"]),
            ("x'y'\"z\"", &["xyz"]),
            ("''", &[""]),
            ("a \"\" b", &["a", "", "b"]),
            ("a | b #c $D", &["a", "|", "b", "#c", "$D"]),
            (r#""a\"b\\c\d""#, &[r#"a"b\c\d"#]),
            (r"'a\b'", &[r"a\b"]),
        ];
        for (command, expected) in cases {
            assert_eq!(words(command).unwrap(), *expected, "{command:?}");
        }
    }

    #[test]
    fn an_open_quotation_is_refused() {
        let cases =
            [("a 'b", "No closing quotation"), ("a\"", "No closing quotation"), ("a\\", "No escaped character")];
        for (command, text) in cases {
            assert_eq!(words(command), Err(Failure::general(text)), "{command:?}");
        }
    }
}
