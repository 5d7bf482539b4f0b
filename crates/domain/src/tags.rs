//! Tags of a resource and their rules (T1-T9).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most tags on one resource; keys that begin with `aws:` do not count (T1).
pub const MAX_TAGS: usize = 50;

const MAX_KEY_CHARS: usize = 128;
const MAX_VALUE_CHARS: usize = 256;
const RESERVED_PREFIX: &str = "aws:";

/// One tag as a caller gives it. A null value is kept as the empty value (T5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// The tags of one resource, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

/// Why tags of a request are not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTags {
    #[error("A tag key must have 1 to {MAX_KEY_CHARS} characters.")]
    KeyLength,
    #[error("The value of tag {0} is longer than {MAX_VALUE_CHARS} characters.")]
    ValueLength(String),
    #[error("Tag keys and values cannot hold control characters.")]
    Characters,
    #[error("Tag keys that begin with aws: are reserved.")]
    Reserved,
    #[error("The tag key {0} is given more than once.")]
    Duplicate(String),
}

impl Tags {
    /// Tags of a request: checked one by one, and no key twice (T2-T4, T7).
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn parse(given: impl IntoIterator<Item = Tag>) -> Result<Self, InvalidTags> {
        let mut tags = BTreeMap::new();
        for Tag { key, value } in given {
            check_key(&key)?;
            if value.chars().count() > MAX_VALUE_CHARS {
                return Err(InvalidTags::ValueLength(key));
            }
            if value.chars().any(char::is_control) {
                return Err(InvalidTags::Characters);
            }
            if tags.insert(key.clone(), value).is_some() {
                return Err(InvalidTags::Duplicate(key));
            }
        }
        Ok(Self(tags))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether there are more tags than a resource may have (T1).
    pub fn over_quota(&self) -> bool {
        self.0.keys().filter(|key| !key.starts_with(RESERVED_PREFIX)).count() > MAX_TAGS
    }

    /// These tags with `added` put over them: an existing key gets the new value (T6).
    pub fn with(mut self, added: &Self) -> Self {
        self.0.extend(added.0.iter().map(|(key, value)| (key.clone(), value.clone())));
        self
    }

    /// These tags without `keys`; nothing is removed when one is missing (T9).
    ///
    /// # Errors
    /// The first key that is not there.
    pub fn without(mut self, keys: &[String]) -> Result<Self, MissingTag> {
        for key in keys {
            self.0.remove(key).ok_or_else(|| MissingTag(key.clone()))?;
        }
        Ok(self)
    }
}

/// The key of T9 that is not on the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingTag(pub String);

/// The rules of a key, also of one that is to be removed (T2-T4).
///
/// # Errors
/// The first rule that is broken.
pub fn check_key(key: &str) -> Result<(), InvalidTags> {
    if !(1..=MAX_KEY_CHARS).contains(&key.chars().count()) {
        return Err(InvalidTags::KeyLength);
    }
    if key.chars().any(char::is_control) {
        return Err(InvalidTags::Characters);
    }
    let reserved = key.get(..RESERVED_PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_PREFIX));
    if reserved { Err(InvalidTags::Reserved) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn tags_are_checked_t2_t3_t4_t7() {
        assert!(Tags::parse([tag("a", ""), tag("A", "x"), tag(&"k".repeat(128), &"ü".repeat(256))]).is_ok());
        for (given, reason) in [
            (vec![tag("", "x")], InvalidTags::KeyLength),
            (vec![tag(&"k".repeat(129), "x")], InvalidTags::KeyLength),
            (vec![tag("k", &"v".repeat(257))], InvalidTags::ValueLength("k".to_owned())),
            (vec![tag("k\u{7}", "x")], InvalidTags::Characters),
            (vec![tag("aws:x", "x")], InvalidTags::Reserved),
            (vec![tag("AWS:x", "x")], InvalidTags::Reserved),
            (vec![tag("k", "x"), tag("k", "y")], InvalidTags::Duplicate("k".to_owned())),
        ] {
            assert_eq!(Tags::parse(given), Err(reason));
        }
    }

    #[test]
    fn adding_replaces_and_removing_is_all_or_nothing_t6_t9() {
        let tags = Tags::parse([tag("a", "1"), tag("b", "2")]).unwrap();
        let more = tags.clone().with(&Tags::parse([tag("b", "3")]).unwrap());
        assert_eq!(more.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "3")]);
        assert_eq!(tags.clone().without(&["a".into(), "c".into()]), Err(MissingTag("c".into())));
        assert_eq!(tags.without(&["a".into()]).unwrap().iter().count(), 1);
    }

    #[test]
    fn the_quota_is_fifty_t1() {
        let many = |n: usize| Tags::parse((0..n).map(|i| tag(&i.to_string(), ""))).unwrap();
        assert!(!many(50).over_quota());
        assert!(many(51).over_quota());
    }
}
