//! The texts behind `--starting-token` and `NextToken`: JSON in base64, which says a marker and, when the cut went
//! through a page, how many of its items are done.

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use num_bigint::BigInt;

use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::{self, Maps, json};

/// Says how many items of the page are done.
const AMOUNT: &str = "boto_truncate_amount";

/// Between the marker and the amount in texts of old.
const SEPARATOR: &str = "___";

/// The members that lead to a page; null at the begin.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Token(Map);

/// Where to begin: a page, and what to leave out of it.
#[derive(Debug, PartialEq)]
pub(super) struct StartingToken {
    pub(super) token: Token,
    /// An amount, when all is well.
    pub(super) skip: Document,
}

impl StartingToken {
    /// The first page, whole.
    pub(super) fn begin(input_token: &str) -> Self {
        Self { token: Token(Map::from_iter([(input_token, Document::Null)])), skip: 0.into() }
    }

    /// Reads a text. One that is no JSON in base64 is a marker.
    ///
    /// # Errors
    /// The reference's words about JSON without members, and about more than one separator.
    pub(super) fn parse(text: &str, input_token: &str) -> Result<Self, Failure> {
        let mut members = match decode(text) {
            Some(Document::Map(members)) => members,
            // A list cannot be asked for a member by its name, which the reference takes for no JSON at all.
            Some(Document::List(_)) | None => return Self::parse_old(text, input_token),
            Some(other) => {
                let kind = python::type_word(&other, Maps::Dict);
                return Err(Failure::General(format!("'{kind}' object has no attribute 'pop'")));
            }
        };
        let skip = members.remove(AMOUNT).unwrap_or(0.into());
        let nobody = |value: &Document| *value == Document::from("None");
        let members =
            members.iter().map(|(name, value)| (name, if nobody(value) { Document::Null } else { value.clone() }));
        Ok(Self { token: Token(members.collect()), skip })
    }

    /// `marker`, or `marker___amount`.
    fn parse_old(text: &str, input_token: &str) -> Result<Self, Failure> {
        let (markers, skip) = match text.rsplit_once(SEPARATOR).map(|(markers, amount)| (markers, python::int(amount)))
        {
            Some((markers, Ok(amount))) => (markers, amount),
            Some((_, Err(_))) | None => (text, BigInt::ZERO),
        };
        let is_whole = markers.len() == text.len();
        if !is_whole && markers.contains(SEPARATOR) {
            return Err(Failure::General(format!("Bad starting token: {text}")));
        }
        let marker = if markers == "None" { Document::Null } else { markers.into() };
        Ok(Self { token: Token(Map::from_iter([(input_token, marker)])), skip: Document::Integer(skip) })
    }
}

impl Token {
    /// The token that an answer gave; the end when it gave none, or an empty one.
    pub(super) fn answered(input_token: &str, marker: Option<&Document>) -> Self {
        let marker = marker.filter(|marker| **marker != Document::from("")).cloned();
        Self(Map::from_iter([(input_token, marker.unwrap_or(Document::Null))]))
    }

    /// Nothing leads to a further page.
    pub(super) fn is_end(&self) -> bool {
        self.iter().all(|(_, value)| *value == Document::Null)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.0.iter()
    }

    /// The same page, with so many of its items done.
    pub(super) fn at_item(&self, amount: i64) -> Self {
        let mut members = self.0.clone();
        members.insert(AMOUNT, amount);
        Self(members)
    }

    pub(super) fn encode(&self) -> String {
        STANDARD.encode(json::compact(&Document::Map(self.0.clone())))
    }

    /// As Python prints it.
    pub(super) fn print(&self) -> String {
        python::repr(&Document::Map(self.0.clone()), Maps::Dict)
    }
}

/// What Python takes as an index of a list.
pub(super) fn index(amount: &Document) -> Option<i64> {
    match amount {
        Document::Null => Some(0),
        Document::Boolean(flag) => Some(i64::from(*flag)),
        Document::Integer(number) => {
            let limit = if *number < BigInt::ZERO { i64::MIN } else { i64::MAX };
            Some(i64::try_from(number).unwrap_or(limit))
        }
        Document::Float(_)
        | Document::String(_)
        | Document::Bytes(_)
        | Document::Date(_)
        | Document::DateTime(..)
        | Document::List(_)
        | Document::Map(_) => None,
    }
}

/// JSON in base64, characters of no meaning skipped as Python skips them.
fn decode(text: &str) -> Option<Document> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true);
    let known = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '=');
    let coded: String = text.chars().filter(known).collect();
    let decoded = GeneralPurpose::new(&ALPHABET, config).decode(coded).ok()?;
    json::parse(&String::from_utf8(decoded).ok()?).ok()
}
