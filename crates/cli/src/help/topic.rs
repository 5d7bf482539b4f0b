//! What there is help about: the tree of commands.

use super::text::{self, Entry, OptionText};
use crate::names::kebab;
use crate::waiters;
use valkeep_api::{ELASTICACHE, Member, OperationModel, STS, Service, Waiter};

const CONFIGURE: [&str; 6] = ["get", "set", "list", "list-profiles", "import", "export-credentials"];
const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "powershell"];

/// One place in the tree of commands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Topic {
    Program,
    Service(&'static Service),
    Operation(&'static Service, &'static OperationModel),
    Wait,
    Waiter(&'static Waiter),
    Configure,
    ConfigureCommand(&'static str),
    Completion,
    Shell(&'static str),
    Help,
}

impl Topic {
    /// The topic that words lead to, as far as each is a command: `elasticache`, `copy-snapshot`.
    #[cfg(test)]
    pub(crate) fn find<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        words.into_iter().try_fold(Self::Program, |topic, word| topic.step(word))
    }

    /// One word down.
    pub(crate) fn step(self, word: &str) -> Option<Self> {
        self.below().into_iter().find(|topic| topic.word() == word)
    }

    /// The commands one word further, in the order in which they are shown.
    pub(crate) fn below(self) -> Vec<Self> {
        match self {
            Self::Program => {
                vec![Self::Service(&ELASTICACHE), Self::Configure, Self::Service(&STS), Self::Completion, Self::Help]
            }
            Self::Service(service) => {
                let operations = service.operations.iter().map(|operation| Self::Operation(service, operation));
                let wait = (!service.waiters.is_empty()).then_some(Self::Wait);
                operations.chain(wait).collect()
            }
            Self::Wait => waiters::all(&ELASTICACHE).map(Self::Waiter).collect(),
            Self::Configure => CONFIGURE.map(Self::ConfigureCommand).into(),
            Self::Completion => SHELLS.map(Self::Shell).into(),
            Self::Operation(..) | Self::Waiter(_) | Self::ConfigureCommand(_) | Self::Shell(_) | Self::Help => {
                Vec::new()
            }
        }
    }

    /// The last word of the command.
    pub(crate) fn word(self) -> String {
        match self {
            Self::Program => String::new(),
            Self::Service(service) => service.name.to_owned(),
            Self::Operation(_, operation) => kebab(operation.name),
            Self::Wait => "wait".to_owned(),
            Self::Waiter(waiter) => kebab(waiter.name),
            Self::Configure => "configure".to_owned(),
            Self::ConfigureCommand(word) | Self::Shell(word) => word.to_owned(),
            Self::Completion => "completion".to_owned(),
            Self::Help => "help".to_owned(),
        }
    }

    /// The whole command without the program: `elasticache wait cache-cluster-available`.
    pub(crate) fn command(self) -> String {
        match self {
            Self::Operation(service, _) => format!("{} {}", service.name, self.word()),
            Self::Wait => format!("{} {}", ELASTICACHE.name, self.word()),
            Self::Waiter(_) => format!("{} {}", Self::Wait.command(), self.word()),
            Self::ConfigureCommand(_) => format!("configure {}", self.word()),
            Self::Shell(_) => format!("completion {}", self.word()),
            Self::Program | Self::Service(_) | Self::Configure | Self::Completion | Self::Help => self.word(),
        }
    }

    /// The line that says what the command is.
    pub(crate) fn line(self) -> &'static str {
        self.entry().line
    }

    pub(super) fn entry(self) -> &'static Entry {
        if matches!(self, Self::Program) {
            text::entry("program")
        } else if matches!(self, Self::ConfigureCommand(_) | Self::Shell(_)) {
            text::entry(&self.command())
        } else {
            text::entry(&self.word())
        }
    }

    /// The parameters that the command takes as options.
    pub(crate) fn members(self) -> &'static [Member] {
        self.operation().map_or(&[], |operation| operation.input.members)
    }

    /// What is said about the option of a parameter: at this command, or wherever it occurs.
    pub(crate) fn member_text(self, member: &Member) -> &'static str {
        let option = format!("--{}", kebab(member.name));
        let general = || text::entry("options").option(&option);
        self.entry().option(&option).or_else(general).map_or("", |option| option.text)
    }

    /// The options of the command that are no parameters.
    pub(crate) fn own_options(self) -> Vec<OptionText> {
        let Some(operation) = self.operation() else {
            return self.entry().options.clone();
        };
        let mut options = text::entry("input").options.clone();
        if operation.paginator.is_some() && matches!(self, Self::Operation(..)) {
            options.extend(&text::entry("paging").options);
        }
        if waiters::has_work(operation) {
            options.extend(&text::entry("waiting").options);
        }
        options
    }

    /// The operation that the command calls, once or again and again.
    fn operation(self) -> Option<&'static OperationModel> {
        if let Self::Waiter(waiter) = self {
            return ELASTICACHE.operation(waiter.operation);
        }
        if let Self::Operation(_, operation) = self { Some(operation) } else { None }
    }
}

/// The options that every command takes.
pub(crate) fn global_options() -> &'static [OptionText] {
    &text::entry("globals").options
}
