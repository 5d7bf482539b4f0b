//! Where output goes: standard output, or a pager that is started when there is something to show.

use super::pager::{self, Opened};
use crate::failure::Failure;
use crate::python;
use crate::session::Session;
use crate::terminal;
use std::io::{self, Write as _};
use std::process::Child;

/// How the reference ends when standard output cannot be written to.
const CANNOT_WRITE: u8 = 120;

/// One command's output. What is written is seen at once.
#[derive(Debug)]
pub(crate) struct Sink<'a> {
    session: Session<'a>,
    /// The pager to start, as long as nothing is written.
    pager: Option<String>,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Stdout,
    Pager(Child),
    /// Nobody reads any more.
    Gone,
}

impl<'a> Sink<'a> {
    /// Finds out whether there is to be a pager: only before a terminal.
    pub(crate) fn new(session: Session<'a>) -> Result<Self, Failure> {
        let pager = if terminal::is_output() { pager::command(session)? } else { None };
        Ok(Self { session, pager, target: Target::Stdout })
    }

    /// Whether the output is seen through a pager.
    pub(crate) fn is_paged(&self) -> bool {
        self.pager.is_some() || matches!(self.target, Target::Pager(_))
    }

    /// Writes `text`. A reader that is gone is no failure for a pager.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        if let Some(command) = self.pager.take() {
            self.target = match pager::open(&command, self.session)? {
                Opened::Running(child) => Target::Pager(child),
                Opened::Unusable => Target::Gone,
            };
        }
        match &mut self.target {
            Target::Stdout => to_stdout(text),
            Target::Pager(child) => {
                let written = child.stdin.as_mut().map(|stdin| stdin.write_all(text.as_bytes()));
                if !matches!(written, Some(Ok(()))) {
                    child.stdin = None;
                }
                Ok(())
            }
            Target::Gone => Ok(()),
        }
    }
}

impl Drop for Sink<'_> {
    /// Waits until the user leaves the pager.
    fn drop(&mut self) {
        if let Target::Pager(child) = &mut self.target {
            // `wait` closes the pager's input first; how the pager ends is the user's affair.
            let _ended: io::Result<_> = child.wait();
        }
    }
}

/// Writes to standard output, where a reader that is gone and a full disk are told apart only by the words.
pub(crate) fn to_stdout(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| {
        if error.kind() != io::ErrorKind::BrokenPipe {
            let text = format!("Exception ignored while flushing sys.stdout:\nOSError: {}\n", python::os_error(&error));
            to_stderr(&text);
        }
        Failure::Silent(CANNOT_WRITE)
    })
}

/// Writes to standard error. When that cannot be written to, there is nobody to tell.
pub(crate) fn to_stderr(text: &str) {
    let _told: io::Result<()> = io::stderr().lock().write_all(text.as_bytes());
}
