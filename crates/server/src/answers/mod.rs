//! From what the use cases answer to the values of the model. What is absent is left out (W18).

pub(crate) mod clusters;
pub(crate) mod snapshots;
pub(crate) mod work;

use valkeep_access::policy::Principal;
use valkeep_api::Value;
use valkeep_control::Page;
use valkeep_domain::tags::Tags;
use valkeep_domain::time::Timestamp;
use valkeep_ports::records::Event;

/// The members of a structure, put together one by one.
#[derive(Default)]
struct Members(Vec<(&'static str, Value)>);

impl Members {
    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn with_time(self, name: &'static str, at: Timestamp) -> Self {
        self.with(name, Value::Timestamp(at.ms()))
    }

    fn structure(self) -> Value {
        Value::Structure(self.0)
    }
}

/// A result that holds one thing.
pub(crate) fn one(name: &'static str, value: Value) -> Value {
    Members::default().with(name, value).structure()
}

/// A page of a Describe operation; no `Marker` on the last (W18).
pub(crate) fn page<T>(name: &'static str, page: Page<T>, show: impl Fn(&T) -> Value) -> Value {
    let items = page.items.iter().map(show).collect();
    Members::default().with_some("Marker", page.marker).with(name, Value::List(items)).structure()
}

/// T5: every tag has a value, if only an empty one.
pub(crate) fn tags(tags: &Tags) -> Value {
    let list = tags.iter().map(|(key, value)| Members::default().with("Key", key).with("Value", value).structure());
    one("TagList", Value::List(list.collect()))
}

/// L66-L69.
pub(crate) fn event(event: &Event) -> Value {
    Members::default()
        .with("SourceIdentifier", event.source.id())
        .with("SourceType", event.source.source_type().as_str())
        .with("Message", event.message.as_str())
        .with_time("Date", event.at)
        .structure()
}

/// GetCallerIdentity of STS.
pub(crate) fn caller_identity(principal: &Principal) -> Value {
    Members::default()
        .with("UserId", principal.user_id.as_str())
        .with("Account", principal.account.as_str())
        .with("Arn", principal.arn.as_str())
        .structure()
}
