//! The program between the output and the terminal.

use crate::config::Setting;
use crate::failure::Failure;
use crate::session::Session;
use crate::shell;
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
    let words = shell::split(command).map_err(|error| Failure::general(error.to_string()))?;
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
