//! The engine: words against described arguments, as Python's argparse holds them.
//!
//! A word that begins with a dash is an option, unless it is one dash alone, a negative number, or holds a
//! blank and names no option. Options may be shortened to a prefix that only one of them has. What no
//! argument takes is left over, for the parser of the next level or for the message about unknown words.
//!
//! Source of the rules: `argparse` of Python 3.13.0. Later ones tell of an ambiguous option only when its turn comes.

use super::suggestions;
use crate::failure::Failure;
use crate::python;
use std::borrow::Cow;

/// One argument that a command takes.
#[derive(Clone, Debug)]
pub(crate) struct Argument<'a> {
    /// `--name` for an option; a bare name for a word that is found by its place.
    name: Cow<'a, str>,
    takes: Takes,
    check: Check<'a>,
    required: bool,
    /// Whether a prefix of the name is enough.
    shortens: bool,
}

/// How many words an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    One,
    AtMostOne,
    /// All words up to the next option.
    Many,
    /// Nothing, and no word after it is looked at: `--version`.
    End,
}

/// What a word of an argument must be.
#[derive(Clone, Debug)]
enum Check<'a> {
    Anything,
    Integer,
    OneOf(Vec<&'a str>),
}

impl<'a> Argument<'a> {
    fn new(name: impl Into<Cow<'a, str>>, takes: Takes, required: bool) -> Self {
        Self { name: name.into(), takes, check: Check::Anything, required, shortens: true }
    }

    /// An option, by its name with both dashes.
    pub(crate) fn option(name: impl Into<Cow<'a, str>>, takes: Takes) -> Self {
        Self::new(name, takes, false)
    }

    /// A word that is found by its place and must be there.
    pub(crate) fn place(name: impl Into<Cow<'a, str>>) -> Self {
        Self::new(name, Takes::One, true)
    }

    /// A word that is found by its place and may be missing. No other place may follow it.
    pub(crate) fn optional_place(name: impl Into<Cow<'a, str>>) -> Self {
        Self::new(name, Takes::AtMostOne, false)
    }

    pub(crate) fn required(self, required: bool) -> Self {
        Self { required, ..self }
    }

    /// The words must be whole numbers as Python's `int()` reads them.
    pub(crate) fn integer(self) -> Self {
        Self { check: Check::Integer, ..self }
    }

    pub(crate) fn one_of(self, choices: impl IntoIterator<Item = &'a str>) -> Self {
        Self { check: Check::OneOf(choices.into_iter().collect()), ..self }
    }

    /// Only the whole name is this option, so that it never makes another option's prefix ambiguous.
    pub(crate) fn only_in_full(self) -> Self {
        Self { shortens: false, ..self }
    }

    fn is_option(&self) -> bool {
        self.name.starts_with("--")
    }

    /// The name to offer for one that is nearly it. Ours alone are not offered.
    pub(crate) fn suggested(&self) -> Option<&str> {
        (self.is_option() && self.shortens).then_some(&*self.name)
    }

    fn wrong(&self, what: &str) -> Failure {
        Failure::Usage(format!("argument {}: {what}", self.name))
    }

    fn check(&self, word: &str) -> Result<(), Failure> {
        match &self.check {
            Check::OneOf(choices) if !choices.contains(&word) => {
                Err(self.wrong(&suggestions::invalid_choice(word, choices)))
            }
            Check::Integer if python::int(word).is_err() => {
                Err(self.wrong(&format!("invalid int value: {}", python::str_repr(word))))
            }
            Check::Anything | Check::Integer | Check::OneOf(_) => Ok(()),
        }
    }
}

/// The arguments of one command.
#[derive(Debug)]
pub(crate) struct Parser<'a> {
    arguments: Vec<Argument<'a>>,
}

/// What the words said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parsed {
    /// Every argument that was given, in the order of the words.
    pub taken: Vec<Taken>,
    /// The words that no argument took.
    pub rest: Vec<String>,
    /// Whether an argument that takes [`Takes::End`] was met; nothing after it was looked at.
    pub ended: bool,
}

/// One argument as it was given once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Taken {
    /// The argument's place among those of its parser.
    pub argument: usize,
    pub name: String,
    pub words: Vec<String>,
}

impl Parsed {
    /// The last time that the argument was given.
    fn last(&self, name: &str) -> Option<&Taken> {
        self.taken.iter().rev().find(|taken| taken.name == name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.last(name).is_some()
    }

    /// The argument's words; of several times the last counts.
    pub(crate) fn words(&self, name: &str) -> Option<&[String]> {
        self.last(name).map(|taken| taken.words.as_slice())
    }

    /// The argument's first word; of several times the last counts.
    pub(crate) fn word(&self, name: &str) -> Option<&str> {
        self.words(name)?.first().map(String::as_str)
    }
}

/// What a word looks like before any argument has taken it.
enum Look<'w> {
    /// A value or a place.
    Plain,
    /// The first `--`; every word after it is plain.
    DoubleDash,
    /// An option: the argument that it names, if there is one, with the value after its `=`.
    Option { argument: Option<usize>, value: Option<&'w str> },
}

impl<'a> Parser<'a> {
    pub(crate) fn new(arguments: Vec<Argument<'a>>) -> Self {
        Self { arguments }
    }

    /// Takes what is known from `words`.
    ///
    /// Fails with [`Failure::Usage`] at the first word that does not fit, or when a required argument is missing.
    pub(crate) fn parse_known(&self, words: &[String]) -> Result<Parsed, Failure> {
        let mut walk = Walk {
            parser: self,
            words,
            looks: self.looks(words)?,
            places: (0..self.arguments.len()).filter(|&place| !self.arguments[place].is_option()).collect(),
            parsed: Parsed::default(),
        };
        walk.run()?;
        let parsed = walk.parsed;
        if !parsed.ended {
            self.check_required(&parsed)?;
        }
        Ok(parsed)
    }

    fn check_required(&self, parsed: &Parsed) -> Result<(), Failure> {
        let given = |place: usize| parsed.taken.iter().any(|taken| taken.argument == place);
        let missing = self.arguments.iter().enumerate().filter(|(place, known)| known.required && !given(*place));
        let missing: Vec<&str> = missing.map(|(_, argument)| &*argument.name).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::Usage(format!("the following arguments are required: {}", missing.join(", "))))
    }

    /// Fails at the first word that more than one option may be meant by, whatever else is wrong.
    fn looks<'w>(&self, words: &'w [String]) -> Result<Vec<Look<'w>>, Failure> {
        let mut looks = Vec::with_capacity(words.len());
        let mut all_plain = false;
        for word in words {
            looks.push(match word.as_str() {
                _ if all_plain => Look::Plain,
                "--" => {
                    all_plain = true;
                    Look::DoubleDash
                }
                word => self.look(word)?,
            });
        }
        Ok(looks)
    }

    fn look<'w>(&self, word: &'w str) -> Result<Look<'w>, Failure> {
        if !word.starts_with('-') || word.len() == 1 {
            return Ok(Look::Plain);
        }
        if let Some(argument) = self.named(word) {
            return Ok(Look::Option { argument: Some(argument), value: None });
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        if let Some(argument) = self.named(name).filter(|_| value.is_some()) {
            return Ok(Look::Option { argument: Some(argument), value });
        }
        let argument = match *self.shortened(name).as_slice() {
            [] if is_negative_number(word) || word.contains(' ') => return Ok(Look::Plain),
            [] => None,
            [argument] => Some(argument),
            ref candidates => return Err(self.ambiguous(word, candidates)),
        };
        Ok(Look::Option { argument, value })
    }

    fn ambiguous(&self, word: &str, candidates: &[usize]) -> Failure {
        let names: Vec<&str> = candidates.iter().map(|&place| &*self.arguments[place].name).collect();
        Failure::Usage(format!("ambiguous option: {word} could match {}", names.join(", ")))
    }

    fn named(&self, name: &str) -> Option<usize> {
        self.arguments.iter().position(|argument| argument.is_option() && argument.name == name)
    }

    fn shortened(&self, prefix: &str) -> Vec<usize> {
        if !prefix.starts_with("--") {
            return Vec::new();
        }
        let fits =
            |argument: &Argument<'_>| argument.is_option() && argument.shortens && argument.name.starts_with(prefix);
        (0..self.arguments.len()).filter(|&place| fits(&self.arguments[place])).collect()
    }
}

/// `-1`, `-1.5`, `-.5`.
fn is_negative_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let Some(number) = word.strip_prefix('-') else { return false };
    match number.split_once('.') {
        Some((whole, fraction)) => (whole.is_empty() || digits(whole)) && digits(fraction),
        None => digits(number),
    }
}

/// One walk over the words.
struct Walk<'p, 'a, 'w> {
    parser: &'p Parser<'a>,
    words: &'w [String],
    looks: Vec<Look<'w>>,
    /// The arguments found by their place that have found no word yet.
    places: Vec<usize>,
    parsed: Parsed,
}

impl Walk<'_, '_, '_> {
    fn run(&mut self) -> Result<(), Failure> {
        let mut at = 0;
        while let Some(next) = self.next_option(at) {
            let after_places = self.take_places(at)?;
            if after_places > at {
                at = after_places;
                continue;
            }
            self.parsed.rest.extend_from_slice(&self.words[at..next]);
            at = self.take_option(next)?;
            if self.parsed.ended {
                return Ok(());
            }
        }
        let end = self.take_places(at)?;
        self.parsed.rest.extend_from_slice(&self.words[end..]);
        Ok(())
    }

    fn next_option(&self, at: usize) -> Option<usize> {
        (at..self.looks.len()).find(|&place| matches!(self.looks[place], Look::Option { .. }))
    }

    fn is_plain(&self, at: usize) -> bool {
        matches!(self.looks.get(at), Some(Look::Plain))
    }

    fn is_double_dash(&self, at: usize) -> bool {
        matches!(self.looks.get(at), Some(Look::DoubleDash))
    }

    /// Gives the words from `at` on to the places that still wait; says where it stopped.
    fn take_places(&mut self, mut at: usize) -> Result<usize, Failure> {
        while let Some(&argument) = self.places.first() {
            let start = at + usize::from(self.is_double_dash(at));
            if !self.is_plain(start) {
                // A place that may stay empty takes the double dash for itself.
                let empty = self.parser.arguments[argument].takes == Takes::AtMostOne;
                return Ok(if empty { start } else { at });
            }
            at = start + 1;
            // A double dash directly after the word belongs to it, as one before it does.
            at += usize::from(self.is_double_dash(at));
            self.places.remove(0);
            self.take(argument, &self.words[start..=start])?;
        }
        Ok(at)
    }

    fn take_option(&mut self, at: usize) -> Result<usize, Failure> {
        let Look::Option { argument, value } = self.looks[at] else { return Ok(at) };
        let Some(argument) = argument else {
            self.parsed.rest.push(self.words[at].clone());
            return Ok(at + 1);
        };
        let known = &self.parser.arguments[argument];
        if let Some(value) = value {
            if matches!(known.takes, Takes::Nothing | Takes::End) {
                return Err(known.wrong(&format!("ignored explicit argument {}", python::str_repr(value))));
            }
            self.take(argument, &[value.to_owned()])?;
            return Ok(at + 1);
        }
        let start = at + 1;
        let count = match known.takes {
            Takes::Nothing | Takes::End => 0,
            Takes::One if !self.is_plain(start) => return Err(known.wrong("expected one argument")),
            Takes::One => 1,
            Takes::AtMostOne => usize::from(self.is_plain(start)),
            Takes::Many => (start..).take_while(|&place| self.is_plain(place)).count(),
        };
        self.take(argument, &self.words[start..start + count])?;
        Ok(start + count)
    }

    fn take(&mut self, argument: usize, words: &[String]) -> Result<(), Failure> {
        let known = &self.parser.arguments[argument];
        words.iter().try_for_each(|word| known.check(word))?;
        self.parsed.ended |= known.takes == Takes::End;
        self.parsed.taken.push(Taken { argument, name: known.name.to_string(), words: words.to_vec() });
        Ok(())
    }
}
