//! From the words to one command: the levels of the command tree, with the user's aliases at each.

use super::WaiterCall;
use super::operation::OperationCall;
use super::parser::{Argument, Parsed, Parser};
use super::{globals, services, waiters};
use crate::Surroundings;
use crate::alias::{self, Alias, Aliases, ShellLine, TOP_LEVEL};
use crate::config::Settings;
use crate::failure::Failure;
use crate::globals::Globals;
use crate::help::Topic;
use crate::names::kebab;
use crate::python;
use valkeep_api::{ELASTICACHE, OperationModel, STS, Service};

/// How many aliases one command may go through. Our choice: in the reference the stack's size ends it.
const MAX_ALIASES: usize = 300;

/// What the user asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Version,
    Help(Topic),
    Operation(OperationCall),
    Wait(WaiterCall),
    /// The words after `configure`.
    Configure(Vec<String>),
    /// The words after `completion`.
    Completion(Vec<String>),
    /// An alias that the shell runs.
    Shell(ShellLine),
}

/// A level of the tree below the top.
struct Level {
    /// Where its aliases stand.
    section: String,
    /// The argument that names the command.
    place: Argument<'static>,
    commands: Vec<String>,
    /// Whether another word than these commands is refused here.
    closed: bool,
}

impl Level {
    fn of_service(service: &'static Service) -> Self {
        let operations = service.operations.iter().map(|operation| kebab(operation.name));
        let wait = (!service.waiters.is_empty()).then(|| "wait".to_owned());
        Self {
            section: format!("command {}", service.name),
            place: Argument::place("operation"),
            commands: operations.chain(wait).chain(["help".to_owned()]).collect(),
            closed: true,
        }
    }

    fn of_waiters() -> Self {
        Self {
            section: format!("command {} wait", ELASTICACHE.name),
            place: Argument::optional_place("subcommand"),
            commands: waiters::names(),
            closed: true,
        }
    }

    /// The commands of `configure` are checked where they are carried out.
    fn of_configure() -> Self {
        Self {
            section: "command configure".to_owned(),
            place: Argument::optional_place("subcommand"),
            commands: Topic::Configure.below().into_iter().map(Topic::word).collect(),
            closed: false,
        }
    }
}

/// One step down the tree.
enum Step {
    /// To a command of the level, with the words after it.
    To(String, Vec<String>),
    /// Nowhere: no command was named; the words that are left.
    Nowhere(Vec<String>),
    /// An alias ended it.
    Done(Command),
}

/// Reads one command line.
pub(super) struct Reader<'s> {
    program: &'s str,
    settings: &'s mut Settings,
    aliases: Aliases,
    /// Every global option, those of aliases last.
    given: Parsed,
    globals: Globals,
    /// How many aliases may still be gone through.
    aliases_left: usize,
}

impl<'s> Reader<'s> {
    pub(super) fn new(surroundings: &'s Surroundings, settings: &'s mut Settings) -> Result<Self, Failure> {
        Ok(Self {
            program: &surroundings.program,
            settings,
            aliases: Aliases::load(surroundings)?,
            given: Parsed::default(),
            globals: Globals::default(),
            aliases_left: MAX_ALIASES,
        })
    }

    pub(super) fn globals(self) -> Globals {
        self.globals
    }

    /// The options that decide how a failure is told, also when another option has no good value.
    pub(super) fn understood(self) -> Globals {
        Globals { error_format: globals::error_format(&self.given), debug: globals::debug(&self.given), ..self.globals }
    }

    pub(super) fn read(&mut self, words: &[String]) -> Result<Command, Failure> {
        let mut parsed = self.top(words)?;
        if parsed.ended {
            return Ok(Command::Version);
        }
        self.given.taken = std::mem::take(&mut parsed.taken);
        self.globals = globals::read(&self.given)?;
        if let Some(profile) = &self.globals.profile {
            self.settings.select_profile(profile);
        }
        self.settings.timestamp_format()?;
        globals::check_binary_format(&self.given, self.settings)?;
        let name = self.given.word("command").unwrap_or_default().to_owned();
        self.command(name, parsed.rest)
    }

    /// The parser of the whole line: the global options, and the command.
    fn top(&self, words: &[String]) -> Result<Parsed, Failure> {
        let commands = services::COMMANDS.into_iter().chain(services::OWN).chain(self.aliases.names(TOP_LEVEL));
        let mut arguments = globals::arguments();
        arguments.push(Argument::place("command").one_of(commands));
        Parser::new(arguments).parse_known(words)
    }

    fn command(&mut self, mut name: String, mut rest: Vec<String>) -> Result<Command, Failure> {
        while let Some(alias) = self.aliases.find(TOP_LEVEL, &name) {
            let words = match alias {
                Alias::Shell(line) => return Ok(Command::Shell(ShellLine::new(line, &rest))),
                Alias::Words(value) => alias::words(&name, value)?,
            };
            let parsed = self.top(&words)?;
            if parsed.ended {
                return Ok(Command::Version);
            }
            self.adopt(&name, &parsed)?;
            let next = parsed.word("command").unwrap_or_default().to_owned();
            rest.splice(0..0, parsed.rest);
            let same = next == name && is_command(&name);
            name = next;
            if same {
                break;
            }
        }
        match name.as_str() {
            "help" => help(&rest),
            "configure" => self.configure(rest),
            "completion" => Ok(Command::Completion(rest)),
            name if name == ELASTICACHE.name => self.service(&ELASTICACHE, rest),
            name if name == STS.name => self.service(&STS, rest),
            name => Err(Failure::validation(format!(
                "{} serves elasticache, sts get-caller-identity and configure; {name} is a command of the AWS CLI only.",
                self.program
            ))),
        }
    }

    fn service(&mut self, service: &'static Service, words: Vec<String>) -> Result<Command, Failure> {
        let (name, rest) = match self.step(&Level::of_service(service), words)? {
            Step::To(name, rest) => (name, rest),
            Step::Done(command) => return Ok(command),
            Step::Nowhere(_) => return Ok(Command::Help(Topic::Service(service))),
        };
        match service.operations.iter().find(|operation| kebab(operation.name) == name) {
            Some(operation) => self.operation(service, operation, &rest),
            None if name == "wait" => self.wait(rest),
            None => Ok(Command::Help(Topic::Service(service))),
        }
    }

    fn operation(
        &self,
        service: &'static Service,
        operation: &'static OperationModel,
        words: &[String],
    ) -> Result<Command, Failure> {
        let call = OperationCall::parse(service, operation, words, self.globals.paginate)?;
        Ok(call.map_or(Command::Help(Topic::Operation(service, operation)), Command::Operation))
    }

    fn wait(&mut self, words: Vec<String>) -> Result<Command, Failure> {
        if words == ["help"] {
            return Ok(Command::Help(Topic::Wait));
        }
        match self.step(&Level::of_waiters(), words)? {
            Step::To(name, rest) => waiters::parse(&name, &rest, self.globals.paginate),
            Step::Done(command) => Ok(command),
            Step::Nowhere(rest) if rest.is_empty() => Err(Failure::validation(format!(
                "usage: aws [options] elasticache wait <subcommand> [parameters]\n{}: [ERROR]: too few arguments",
                crate::output::NAME
            ))),
            Step::Nowhere(rest) => {
                let unknown = globals::unknown_options(&rest, &[]);
                Err(Failure::validation(format!("Unknown options: {unknown}")))
            }
        }
    }

    /// The words of `configure`, with an alias of its own written out.
    fn configure(&mut self, words: Vec<String>) -> Result<Command, Failure> {
        if let Some(topic) = configure_help(&words) {
            return Ok(Command::Help(topic));
        }
        let level = Level::of_configure();
        if self.aliases.names(&level.section).next().is_none() {
            return Ok(Command::Configure(words));
        }
        Ok(match self.step(&level, words)? {
            Step::To(name, rest) => Command::Configure(std::iter::once(name).chain(rest).collect()),
            Step::Nowhere(rest) => Command::Configure(rest),
            Step::Done(command) => command,
        })
    }

    /// Finds the command of a level, through the level's aliases.
    fn step(&mut self, level: &Level, words: Vec<String>) -> Result<Step, Failure> {
        let mut parsed = self.parse_level(level, &words)?;
        while let Some(name) = parsed.taken.pop().and_then(|taken| taken.words.into_iter().next()) {
            let words = match self.aliases.find(&level.section, &name) {
                None => return Ok(Step::To(name, parsed.rest)),
                Some(Alias::Shell(line)) => {
                    return Ok(Step::Done(Command::Shell(ShellLine::new(line, &parsed.rest))));
                }
                Some(Alias::Words(value)) => alias::words(&name, value)?,
            };
            let mut inner = Parser::new(globals::arguments()).parse_known(&words)?;
            if inner.ended {
                return Ok(Step::Done(Command::Version));
            }
            self.adopt(&name, &inner)?;
            inner.rest.append(&mut parsed.rest);
            parsed = self.parse_level(level, &inner.rest)?;
            if level.commands.contains(&name) {
                // An alias that has the name of a command adds words to it.
                return Ok(Step::To(name, parsed.rest));
            }
        }
        Ok(Step::Nowhere(parsed.rest))
    }

    fn parse_level(&self, level: &Level, words: &[String]) -> Result<Parsed, Failure> {
        let mut place = level.place.clone();
        if level.closed {
            let commands = level.commands.iter().map(String::as_str);
            place = place.one_of(commands.chain(self.aliases.names(&level.section)));
        }
        Parser::new(vec![place]).parse_known(words)
    }

    /// Takes over the global options of an alias.
    fn adopt(&mut self, alias: &str, parsed: &Parsed) -> Result<(), Failure> {
        self.aliases_left = self.aliases_left.checked_sub(1).ok_or_else(|| Failure::general(python::TOO_DEEP))?;
        for refused in ["--debug", "--profile"] {
            if parsed.has(refused) {
                return Err(Failure::general(format!(
                    "Global parameter \"{refused}\" detected in alias \"{alias}\" which is not supported in subcommand aliases."
                )));
            }
        }
        globals::read(parsed)?;
        self.given.taken.extend(parsed.taken.iter().filter(|taken| globals::differs_from_default(taken)).cloned());
        self.globals = globals::read(&self.given)?;
        Ok(())
    }
}

/// The command exists without any alias.
fn is_command(name: &str) -> bool {
    services::COMMANDS.contains(&name) || services::OWN.contains(&name)
}

/// The help that the words after `configure` ask for.
fn configure_help(words: &[String]) -> Option<Topic> {
    let (last, before) = words.split_last()?;
    match before {
        _ if last != "help" => None,
        [] => Some(Topic::Configure),
        [command] => Topic::Configure.step(command),
        [_, _, ..] => None,
    }
}

/// `help` at the top: it has no commands below it.
fn help(words: &[String]) -> Result<Command, Failure> {
    if words != ["help"] {
        Parser::new(vec![Argument::optional_place("subcommand").one_of([])]).parse_known(words)?;
    }
    Ok(Command::Help(Topic::Program))
}
