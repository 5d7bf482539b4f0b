//! The story of one command, from its words to its exit code.

mod operation;
mod parameters;
mod skeleton;
mod version;
mod wait;

use crate::Surroundings;
use crate::arguments::{self, Command};
use crate::completion;
use crate::config::Settings;
use crate::configure;
use crate::debug;
use crate::failure::Failure;
use crate::globals::{ColorChoice, ErrorFormat, Globals};
use crate::help;
use crate::output;
use crate::prompt::{self, Mode};
use crate::session::Session;

/// A command that failed, and how the user wants to be told.
struct Failed {
    failure: Failure,
    format: ErrorFormat,
    color: ColorChoice,
}

impl Failed {
    /// What is known of the words and the settings decides the form.
    fn new(failure: Failure, globals: Option<&Globals>, settings: Option<&Settings>) -> Self {
        let color = globals.map_or(ColorChoice::Auto, |globals| globals.color);
        Self { failure, format: output::error_format(globals, settings), color }
    }

    fn report(self) -> u8 {
        output::report(output::NAME, self.format, self.color, &self.failure);
        self.failure.exit_code()
    }
}

/// Runs the command that the process was started with.
pub(crate) fn run(surroundings: &Surroundings) -> u8 {
    let done = match Settings::load(surroundings) {
        Ok(mut settings) => asked(surroundings, &mut settings),
        Err(failure) => Err(Failed::new(failure, None, None)),
    };
    done.unwrap_or_else(|failed| failed.report())
}

/// Runs the words as they are, or those that the user makes of them at the prompt.
fn asked(surroundings: &Surroundings, settings: &mut Settings) -> Result<u8, Failed> {
    let words = &surroundings.arguments;
    let mode = arguments::check_first(words).and_then(|()| Mode::of(words, settings));
    let mode = mode.map_err(|failure| Failed::new(failure, None, Some(settings)))?;
    let ask = |settings: &Settings| {
        prompt::ask(surroundings, words).map_err(|failure| Failed::new(failure, None, Some(settings)))
    };
    if mode == Mode::Always {
        let words = ask(settings)?;
        return command(surroundings, settings, &words);
    }
    match command(surroundings, settings, words) {
        Err(failed) if mode.asks_after(&failed.failure) => {
            if matches!(failed.failure, Failure::UnknownOptions(_)) {
                // The reference finds these last, when it tells of failures already.
                failed.report();
            }
            let words = ask(settings)?;
            command(surroundings, settings, &words)
        }
        done => done,
    }
}

fn command(surroundings: &Surroundings, settings: &mut Settings, words: &[String]) -> Result<u8, Failed> {
    let (globals, command) = arguments::parse(words, surroundings, settings);
    let session = Session { surroundings, settings, globals: &globals };
    debug::words(session, words);
    let done = command.and_then(|command| perform(session, command));
    done.map_err(|failure| Failed::new(failure, Some(&globals), Some(settings)))
}

fn perform(session: Session<'_>, command: Command) -> Result<u8, Failure> {
    match command {
        Command::Version => version::print(),
        Command::Help(topic) => help::show(session, topic).map(|()| 0),
        Command::Operation(call) => operation::run(session, &call),
        Command::Wait(call) => wait::run(session, &call),
        Command::Configure(words) => configure::run(session, &words),
        Command::Completion(words) => completion::run(session.surroundings, &words).map(|()| 0),
        Command::Shell(line) => line.run(),
    }
}
