//! What can stand at the cursor of a command line.

use crate::help::{OptionText, Topic, global_options, values};
use crate::names::kebab;
use std::collections::BTreeSet;
use valkeep_api::{Member, Shape};

/// One thing that can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub text: String,
    /// What it is, in a line; empty for names.
    pub about: &'static str,
}

/// A kind of names that are not in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Profile,
    Region,
    Snapshot,
    CacheCluster,
    ReplicationGroup,
}

/// What an option wants behind it.
#[derive(Clone, Copy, Debug)]
enum Wants {
    Nothing,
    /// One word, or as many as come.
    Value {
        known: Known,
        many: bool,
    },
}

/// Which words an option's value can be.
#[derive(Clone, Copy, Debug)]
enum Known {
    Words(&'static [&'static str]),
    Names(Kind),
    Anything,
}

/// Words of options whose values are listed nowhere in the tables.
pub(super) const OPTIONS_WITH_WORDS: [(&str, &[&str]); 9] = [
    ("--engine", &["valkey", "redis", "memcached"]),
    ("--snapshot-source", &["system", "user"]),
    ("--snapshot-type", &["automated", "manual"]),
    ("--notification-topic-status", &["active", "inactive"]),
    ("--output", &["json", "text", "table", "yaml", "yaml-stream", "off"]),
    ("--color", &["on", "off", "auto"]),
    ("--cli-binary-format", &["base64", "raw-in-base64-out"]),
    ("--cli-error-format", &["enhanced", "legacy", "json", "yaml", "text", "table"]),
    ("--generate-cli-skeleton", &["input", "yaml-input", "output"]),
];

/// Options whose values are names.
pub(super) const OPTIONS_WITH_NAMES: [(&str, Kind); 12] = [
    ("--profile", Kind::Profile),
    ("--region", Kind::Region),
    ("--source-snapshot-name", Kind::Snapshot),
    ("--snapshot-name", Kind::Snapshot),
    ("--cache-cluster-id", Kind::CacheCluster),
    ("--cache-cluster-ids", Kind::CacheCluster),
    ("--primary-cluster-id", Kind::CacheCluster),
    ("--snapshotting-cluster-id", Kind::CacheCluster),
    ("--replicas-to-remove", Kind::CacheCluster),
    ("--replication-group-id", Kind::ReplicationGroup),
    ("--replication-group-ids", Kind::ReplicationGroup),
    ("--primary-replication-group-id", Kind::ReplicationGroup),
];

/// Options that name what a command is about to make.
const OPTIONS_WITH_NEW_NAMES: [(&str, &str); 3] = [
    ("CreateSnapshot", "--snapshot-name"),
    ("CreateCacheCluster", "--cache-cluster-id"),
    ("CreateReplicationGroup", "--replication-group-id"),
];

/// What can stand at the cursor. `words` are those behind the program, the last one up to the cursor and perhaps empty;
/// `names` is asked only for the kind of name that is wanted.
pub(crate) fn candidates(words: &[String], names: &dyn Fn(Kind) -> Vec<String>) -> Vec<Candidate> {
    let Some((last, before)) = words.split_last() else {
        return Vec::new();
    };
    let Some(place) = Place::behind(before) else {
        return Vec::new();
    };
    if let Some((option, value)) = last.split_once('=').filter(|(option, _)| option.starts_with("--")) {
        let known = place.values(place.wants(option), value, names);
        return known
            .into_iter()
            .map(|known| Candidate { text: format!("{option}={}", known.text), ..known })
            .collect();
    }
    match place.open {
        Some((wants, _)) if !last.starts_with("--") => place.values(wants, last, names),
        // An option that has no value yet cannot be followed by another.
        Some((_, 0)) => Vec::new(),
        _ if last.starts_with('-') || place.topic.below().is_empty() => place.options(last),
        _ => place.commands(last),
    }
}

/// Where the cursor stands.
struct Place {
    topic: Topic,
    given: BTreeSet<String>,
    /// The option that takes the next word, and how many it has already.
    open: Option<(Wants, usize)>,
}

impl Place {
    /// The place behind these words; `None` behind a word that is no command.
    fn behind(words: &[String]) -> Option<Self> {
        let mut place = Self { topic: Topic::Program, given: BTreeSet::new(), open: None };
        for word in words {
            place.pass(word)?;
        }
        Some(place)
    }

    fn pass(&mut self, word: &str) -> Option<()> {
        if word.starts_with("--") {
            let option = word.split('=').next().unwrap_or(word);
            self.given.insert(option.to_owned());
            let wants = if option == word { self.wants(option) } else { Wants::Nothing };
            self.open = matches!(wants, Wants::Value { .. }).then_some((wants, 0));
        } else if let Some((wants, taken)) = self.open {
            let many = matches!(wants, Wants::Value { many: true, .. });
            self.open = many.then_some((wants, taken + 1));
        } else {
            self.topic = self.topic.step(word)?;
        }
        Some(())
    }

    fn wants(&self, option: &str) -> Wants {
        if let Some(member) = self.topic.members().iter().find(|member| is_option(member, option)) {
            return self.wants_of(member, option);
        }
        let own = self.topic.own_options();
        match own.iter().chain(global_options()).find(|known| known.option() == option) {
            Some(known) if known.head != option => Wants::Value { known: known_words(option), many: false },
            _ => Wants::Nothing,
        }
    }

    fn wants_of(&self, member: &Member, option: &str) -> Wants {
        if matches!(member.shape, Shape::Boolean) {
            return Wants::Nothing;
        }
        let new = matches!(self.topic, Topic::Operation(_, operation) if OPTIONS_WITH_NEW_NAMES.contains(&(operation.name, option)));
        let known = match values(member.shape) {
            [] if new => Known::Anything,
            [] => known_words(option),
            values => Known::Words(values),
        };
        Wants::Value { known, many: matches!(member.shape, Shape::List(_)) }
    }

    fn values(&self, wants: Wants, begin: &str, names: &dyn Fn(Kind) -> Vec<String>) -> Vec<Candidate> {
        let words = match wants {
            Wants::Value { known: Known::Words(words), .. } => words.iter().copied().map(str::to_owned).collect(),
            Wants::Value { known: Known::Names(kind), .. } => names(kind),
            Wants::Value { known: Known::Anything, .. } | Wants::Nothing => Vec::new(),
        };
        let matching = words.into_iter().filter(|word| word.starts_with(begin));
        matching.map(|text| Candidate { text, about: "" }).collect()
    }

    fn commands(&self, begin: &str) -> Vec<Candidate> {
        let below = self.topic.below().into_iter();
        let commands = below.map(|topic| Candidate { text: topic.word(), about: topic.line() });
        commands.filter(|command| command.text.starts_with(begin)).collect()
    }

    /// The options that are not there yet: required ones first, then those of the command, then those of every command.
    fn options(&self, begin: &str) -> Vec<Candidate> {
        let mut members: Vec<_> = self.topic.members().iter().collect();
        members.sort_by_key(|member| !member.required);
        let mut options: Vec<Candidate> = Vec::new();
        for member in members {
            let (name, about) = (kebab(member.name), self.topic.member_text(member));
            options.push(Candidate { text: format!("--{name}"), about });
            if matches!(member.shape, Shape::Boolean) {
                options.push(Candidate { text: format!("--no-{name}"), about });
            }
        }
        let plain = |option: &OptionText| Candidate { text: option.option().to_owned(), about: option.text };
        let own = self.topic.own_options();
        options.extend(own.iter().chain(global_options()).map(plain));
        options.retain(|option| option.text.starts_with(begin) && !self.given.contains(&option.text));
        options
    }
}

fn is_option(member: &Member, option: &str) -> bool {
    option.strip_prefix("--").is_some_and(|name| kebab(member.name) == name)
}

fn known_words(option: &str) -> Known {
    let names = OPTIONS_WITH_NAMES.iter().find(|(known, _)| *known == option).map(|(_, kind)| Known::Names(*kind));
    let words = || OPTIONS_WITH_WORDS.iter().find(|(known, _)| *known == option).map(|(_, words)| Known::Words(words));
    names.or_else(words).unwrap_or(Known::Anything)
}
