//! The code of a user's second factor, asked for on the terminal.

use crate::failure::Failure;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;

/// Most bytes of a line that is read. Our choice; a code has six.
const LINE_MAX_BYTES: u64 = 4096;

/// What Ctrl-C sends when the terminal makes no signal of it.
const CTRL_C: u8 = 3;

/// Asks for the code of the device `serial`, without showing it where there is a terminal.
///
/// # Errors
/// The user presses Ctrl-C, or the input ends before a line does.
pub(super) fn ask(serial: &str) -> Result<String, Failure> {
    let prompt = format!("Enter MFA code for {serial}: ");
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let line = match terminal.and_then(Silent::new) {
        Ok(silent) => silent.ask(&prompt),
        Err(_) => ask_openly(&prompt),
    };
    let mut line = line.map_err(|error| Failure::general(error.to_string()))?;
    match line.pop() {
        Some(b'\n') => Ok(String::from_utf8_lossy(&line).into_owned()),
        Some(CTRL_C) => Err(Failure::Interrupted),
        // The reference's error for an input that ends has no words.
        _ => Err(Failure::general("")),
    }
}

/// Without a terminal, the line is read from the standard input.
fn ask_openly(prompt: &str) -> io::Result<Vec<u8>> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "Warning: Password input may be echoed.\n{prompt}")?;
    stderr.flush()?;
    let line = read_line(&mut io::stdin().lock())?;
    if line.last() == Some(&b'\n') {
        writeln!(stderr)?;
    }
    Ok(line)
}

/// Reads to the end of the line, or to a Ctrl-C.
fn read_line(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    for byte in input.take(LINE_MAX_BYTES).bytes() {
        let byte = byte?;
        line.push(byte);
        if matches!(byte, b'\n' | CTRL_C) {
            break;
        }
    }
    Ok(line)
}

/// A terminal that shows nothing of what is typed, until it is dropped.
///
/// Ctrl-C ends the line instead of the process, so that the terminal is never left silent.
struct Silent {
    terminal: File,
    before: Termios,
}

impl Silent {
    fn new(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(terminal.as_fd())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        tcsetattr(terminal.as_fd(), OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }

    fn ask(self, prompt: &str) -> io::Result<Vec<u8>> {
        let mut terminal = &self.terminal;
        terminal.write_all(prompt.as_bytes())?;
        let line = read_line(&mut BufReader::with_capacity(1, terminal).take(LINE_MAX_BYTES))?;
        // Behind a Ctrl-C the line is ended by whoever tells of it.
        if line.last().is_some_and(|last| *last != CTRL_C) {
            terminal.write_all(b"\n")?;
        }
        Ok(line)
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        // Nobody is left to hear of a terminal that is gone.
        tcsetattr(self.terminal.as_fd(), OptionalActions::Flush, &self.before).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_its_end_or_with_ctrl_c() {
        for (typed, line) in [("123\n456", "123\n"), ("12\u{3}3\n", "12\u{3}"), ("12", "12"), ("", "")] {
            assert_eq!(read_line(&mut typed.as_bytes()).ok().as_deref(), Some(line.as_bytes()));
        }
    }
}
