//! The `Condition` element: one operator on one key.
//!
//! Source: *IAM JSON policy elements: Condition operators* and *Multivalued context keys* (IAM User Guide).

use std::cmp::Ordering;
use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::ask::Ask;
use super::pattern::{Pattern, Reading};
use super::statement::{Effect, undecided};

/// Keys whose values are compared without case by the string operators. In lower case. Source: spec `P6`.
const CASELESS_KEYS: [&str; 2] = ["elasticache:cachenodetype", "elasticache:cacheparametergroupname"];

#[derive(Debug)]
pub(super) struct Condition {
    /// In lower case.
    key: String,
    check: Check,
}

#[derive(Debug)]
enum Check {
    /// `Null`: the key must be absent, or must be there.
    Absent(bool),
    Compare {
        quantifier: Quantifier,
        if_exists: bool,
        negated: bool,
        test: Test,
    },
}

#[derive(Clone, Copy, Debug)]
enum Quantifier {
    /// No prefix: the key has one value; of several, any will do.
    Plain,
    ForAll,
    ForAny,
}

/// The values of the policy, parsed; any of them will do.
#[derive(Debug)]
enum Test {
    Text(Vec<Pattern>),
    Arn(Vec<Pattern>),
    Number(Order, Vec<f64>),
    Date(Order, Vec<DateTime<Utc>>),
    Bool(Vec<bool>),
    Address(Vec<Network>),
}

#[derive(Clone, Copy, Debug)]
enum Order {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Condition {
    /// Compiles one operator with one key and its values. `variables` says whether the policy's version has variables.
    ///
    /// # Errors
    /// A text for the author of the policy: an unknown operator, or a value that the operator cannot read.
    pub(super) fn parse(operator: &str, key: &str, values: &[String], variables: bool) -> Result<Self, String> {
        let key = key.to_lowercase();
        if key.is_empty() || values.is_empty() {
            return Err(format!("{operator} needs a key and at least one value"));
        }
        let check = match (operator, values) {
            ("Null", [value]) => Check::Absent(parse_bool(value).ok_or_else(|| unreadable(operator, value))?),
            _ => parse_comparison(operator, &key, values, variables)?,
        };
        Ok(Self { key, check })
    }

    /// Whether the condition is met, in a statement of this effect.
    pub(super) fn holds(&self, ask: &Ask<'_>, effect: Effect) -> bool {
        let values = ask.values(&self.key);
        match &self.check {
            Check::Absent(wanted) => values.is_empty() == *wanted,
            Check::Compare { if_exists: true, .. } if values.is_empty() => true,
            Check::Compare { quantifier, negated, test, .. } => {
                let undecided = undecided(*negated, effect);
                let matched = |value: &&str| test.matches(value, ask, undecided);
                match quantifier {
                    Quantifier::Plain => values.iter().any(matched) != *negated,
                    Quantifier::ForAll => values.iter().all(|value| matched(value) != *negated),
                    Quantifier::ForAny => values.iter().any(|value| matched(value) != *negated),
                }
            }
        }
    }
}

fn parse_comparison(operator: &str, key: &str, values: &[String], variables: bool) -> Result<Check, String> {
    let (quantifier, rest) = match operator.split_once(':') {
        None => (Quantifier::Plain, operator),
        Some(("ForAllValues", rest)) => (Quantifier::ForAll, rest),
        Some(("ForAnyValue", rest)) => (Quantifier::ForAny, rest),
        Some(_) => return Err(unknown(operator)),
    };
    let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
    let caseless = CASELESS_KEYS.contains(&key);
    let text = |wildcards, fold_case| {
        patterns(values, Reading { wildcards, variables, fold_case: fold_case || caseless }).map(Test::Text)
    };
    let arn = || patterns(values, Reading { wildcards: true, variables, fold_case: false }).map(Test::Arn);
    let number = |order| all(operator, values, parse_number).map(|numbers| Test::Number(order, numbers));
    let date = |order| all(operator, values, parse_date).map(|dates| Test::Date(order, dates));
    let address = || all(operator, values, Network::parse).map(Test::Address);
    let (negated, test) = match name {
        "StringEquals" => (false, text(false, false)),
        "StringNotEquals" => (true, text(false, false)),
        "StringEqualsIgnoreCase" => (false, text(false, true)),
        "StringNotEqualsIgnoreCase" => (true, text(false, true)),
        "StringLike" => (false, text(true, false)),
        "StringNotLike" => (true, text(true, false)),
        "ArnEquals" | "ArnLike" => (false, arn()),
        "ArnNotEquals" | "ArnNotLike" => (true, arn()),
        "NumericEquals" => (false, number(Order::Equal)),
        "NumericNotEquals" => (true, number(Order::Equal)),
        "NumericLessThan" => (false, number(Order::Less)),
        "NumericLessThanEquals" => (false, number(Order::AtMost)),
        "NumericGreaterThan" => (false, number(Order::Greater)),
        "NumericGreaterThanEquals" => (false, number(Order::AtLeast)),
        "DateEquals" => (false, date(Order::Equal)),
        "DateNotEquals" => (true, date(Order::Equal)),
        "DateLessThan" => (false, date(Order::Less)),
        "DateLessThanEquals" => (false, date(Order::AtMost)),
        "DateGreaterThan" => (false, date(Order::Greater)),
        "DateGreaterThanEquals" => (false, date(Order::AtLeast)),
        "Bool" => (false, all(operator, values, parse_bool).map(Test::Bool)),
        "IpAddress" => (false, address()),
        "NotIpAddress" => (true, address()),
        _ => return Err(unknown(operator)),
    };
    Ok(Check::Compare { quantifier, if_exists, negated, test: test? })
}

fn patterns(values: &[String], reading: Reading) -> Result<Vec<Pattern>, String> {
    values.iter().map(|value| Pattern::parse(value, reading)).collect()
}

fn all<T>(operator: &str, values: &[String], parse: fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    values.iter().map(|value| parse(value).ok_or_else(|| unreadable(operator, value))).collect()
}

fn unknown(operator: &str) -> String {
    format!("condition operator '{operator}' is not supported")
}

fn unreadable(operator: &str, value: &str) -> String {
    format!("condition operator '{operator}' cannot read the value '{value}'")
}

impl Test {
    fn matches(&self, value: &str, ask: &Ask<'_>, undecided: bool) -> bool {
        match self {
            Self::Text(patterns) => patterns.iter().any(|pattern| pattern.matches(value, ask).unwrap_or(undecided)),
            Self::Arn(patterns) => patterns.iter().any(|pattern| pattern.matches_arn(value, ask).unwrap_or(undecided)),
            Self::Number(order, numbers) => parse_number(value).map_or(undecided, |found| order.any(found, numbers)),
            Self::Date(order, dates) => parse_date(value).map_or(undecided, |found| order.any(found, dates)),
            Self::Bool(wanted) => parse_bool(value).map_or(undecided, |found| wanted.contains(&found)),
            Self::Address(networks) => value
                .parse::<IpAddr>()
                .map_or(undecided, |address| networks.iter().any(|network| network.contains(address))),
        }
    }
}

impl Order {
    fn any<T: PartialOrd>(self, found: T, wanted: &[T]) -> bool {
        wanted.iter().any(|wanted| found.partial_cmp(wanted).is_some_and(|ordering| self.accepts(ordering)))
    }

    fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn parse_number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Reads the forms that the guide lists: an ISO 8601 date, with or without a time, or seconds since 1970.
fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(epoch_s) = text.parse::<i64>() {
        return DateTime::from_timestamp(epoch_s, 0);
    }
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(date.and_time(NaiveTime::MIN).and_utc());
    }
    let to_the_minute = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%MZ").ok().map(|date| date.and_utc());
    DateTime::parse_from_rfc3339(text).ok().map(|date| date.to_utc()).or_else(to_the_minute)
}

/// A range of addresses, `203.0.113.0/24` or a single address.
#[derive(Debug)]
struct Network {
    base: IpAddr,
    prefix_bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (base, prefix) = text.split_once('/').map_or((text, None), |(base, prefix)| (base, Some(prefix)));
        let base: IpAddr = base.parse().ok()?;
        let width = width_bits(base);
        let prefix_bits = prefix.map_or(Some(width), |prefix| prefix.parse().ok())?;
        (prefix_bits <= width).then_some(Self { base, prefix_bits })
    }

    fn contains(&self, address: IpAddr) -> bool {
        let width = width_bits(self.base);
        let difference = number(self.base) ^ number(address);
        // A shift by all 128 bits leaves nothing, which checked_shr reports as None.
        width == width_bits(address) && difference.checked_shr(width - self.prefix_bits).unwrap_or(0) == 0
    }
}

fn width_bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}
