//! A value of any shape, as it stands between the wire and the use cases.

/// A value of any shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The members that are there, by their model names. An absent member is not listed.
    Structure(Vec<(&'static str, Value)>),
    List(Vec<Value>),
    String(String),
    Integer(i64),
    Double(f64),
    Boolean(bool),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}
