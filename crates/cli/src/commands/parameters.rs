//! The parameters of a call, from all places where they may be given.

use crate::arguments::OperationCall;
use crate::document::Map;
use crate::failure::Failure;
use crate::input;
use crate::output;
use crate::session::Session;

/// What the options and the document say together.
pub(super) fn read(session: Session<'_>, call: &OperationCall) -> Result<Map, Failure> {
    let mut parameters = input::parameters(session, call.operation, &call.given)?;
    call.paging.join(&mut parameters);
    if let Some(warning) = call.paging.warning() {
        output::to_stderr(&format!("{warning}\n"));
    }
    if let Some(document) = call.cli_input()? {
        input::complete(&mut parameters, session, document)?;
    }
    Ok(parameters)
}
