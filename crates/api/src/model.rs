//! The types of the tables: what a service description is made of.

use crate::Fault;

/// One service that speaks the AWS Query protocol.
#[derive(Debug)]
pub struct Service {
    /// The name in a signature's credential scope and in ARNs, `elasticache`.
    pub name: &'static str,
    /// The value of the `Version` parameter.
    pub version: &'static str,
    /// The XML namespace of every answer (`W15`, `W23`).
    pub namespace: &'static str,
    /// Sorted by name.
    pub operations: &'static [OperationModel],
    pub waiters: &'static [Waiter],
}

impl Service {
    /// The operation of that exact name.
    pub fn operation(&self, name: &str) -> Option<&'static OperationModel> {
        let place = self.operations.binary_search_by_key(&name, |operation| operation.name).ok()?;
        Some(&self.operations[place])
    }
}

/// One operation: what goes in, what comes out, what can be answered instead.
#[derive(Debug)]
pub struct OperationModel {
    pub name: &'static str,
    pub input: &'static Structure,
    /// `None` when the answer carries nothing but its metadata.
    pub output: Option<&'static Structure>,
    /// The element around the result; present exactly when `output` is.
    pub result_wrapper: Option<&'static str>,
    /// The faults that the description lists (`W27`); any operation can also answer a common error.
    pub errors: &'static [Fault],
    pub paginator: Option<Paginator>,
}

/// How a client walks the pages of a Describe operation.
///
/// The output names are paths into the result, such as `EngineDefaults.Marker`.
#[derive(Debug)]
pub struct Paginator {
    pub input_token: &'static str,
    pub output_token: &'static str,
    pub limit_key: &'static str,
    pub result_key: &'static str,
}

/// How a client waits for a state by calling one operation again and again (`W22`).
#[derive(Debug)]
pub struct Waiter {
    pub name: &'static str,
    /// The operation to call, by name.
    pub operation: &'static str,
    /// Pause between two calls, in seconds.
    pub delay_s: u32,
    pub max_attempts: u32,
    /// Tried in this order on every answer.
    pub acceptors: &'static [Acceptor],
}

/// One rule of a waiter: when `condition` holds, waiting ends in `state`.
#[derive(Debug)]
pub struct Acceptor {
    pub condition: WaiterCondition,
    pub state: WaiterState,
}

/// What a waiter looks for in an answer.
#[derive(Debug)]
pub enum WaiterCondition {
    /// The JMESPath expression finds at least one value, and all are the expected one.
    PathAll { path: &'static str, expected: &'static str },
    /// The JMESPath expression finds the expected value at least once.
    PathAny { path: &'static str, expected: &'static str },
    /// The answer is the error of this wire code.
    Error { code: &'static str },
}

/// How waiting ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiterState {
    Success,
    Failure,
}

/// The kind of a value, with what is known about its content.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Structure(&'static Structure),
    List(&'static List),
    String(&'static Text),
    /// A whole number of 32 bits.
    Integer,
    Double,
    Boolean,
    Timestamp,
}

/// A set of named members.
#[derive(Debug)]
pub struct Structure {
    pub name: &'static str,
    /// In the order of the description, which is also the order of elements in answers.
    pub members: &'static [Member],
}

impl Structure {
    /// The member of that exact name.
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    pub name: &'static str,
    /// The name on the wire. It differs from `name` only for `LogDeliveryConfigurations` among the
    /// pending modifications of a cluster or replication group.
    pub location: &'static str,
    pub shape: Shape,
    pub required: bool,
}

impl Member {
    pub(crate) const fn optional(name: &'static str, shape: Shape) -> Self {
        Self { name, location: name, shape, required: false }
    }

    pub(crate) const fn required(name: &'static str, shape: Shape) -> Self {
        Self { required: true, ..Self::optional(name, shape) }
    }

    /// The same member under another name on the wire.
    pub(crate) const fn at(self, location: &'static str) -> Self {
        Self { location, ..self }
    }
}

/// A list: always wrapped in an element, never flattened.
#[derive(Debug)]
pub struct List {
    pub name: &'static str,
    pub member: Shape,
    /// The name of each element on the wire, in requests and answers alike (`W8`, `W17`).
    pub member_name: &'static str,
    /// Fewest elements, where the description says so.
    pub min: Option<u32>,
    /// Most elements, where the description says so.
    pub max: Option<u32>,
}

/// A string, with its constraints where the description has any.
#[derive(Debug)]
pub struct Text {
    pub name: &'static str,
    /// The values that the description lists; empty for free text.
    pub values: &'static [&'static str],
    /// A regular expression that the whole text matches.
    pub pattern: Option<&'static str>,
    /// Shortest length in characters.
    pub min: Option<u32>,
    /// Greatest length in characters.
    pub max: Option<u32>,
}
