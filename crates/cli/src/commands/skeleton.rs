//! `--generate-cli-skeleton`

use crate::answer::Single;
use crate::arguments::{OperationCall, Skeleton};
use crate::call::{Client, Identity};
use crate::document::Map;
use crate::failure::Failure;
use crate::input;
use crate::output;
use crate::session::Session;

/// Prints what the input, or the answer, of the operation looks like. Nothing is sent.
pub(super) fn print(
    session: Session<'_>,
    call: &OperationCall,
    kind: Skeleton,
    parameters: &Map,
) -> Result<u8, Failure> {
    match kind {
        Skeleton::Input => output::to_stdout(&(input::skeleton::input(call.operation) + "\n"))?,
        Skeleton::YamlInput => output::to_stdout(&input::skeleton::yaml_input(call.service, call.operation))?,
        Skeleton::Output => {
            // The region, the search for credentials and the parameters must be right, as for a call.
            Client::new(session, call.service, Identity::OfSession)?;
            input::validate(call.operation.input, parameters)?;
            let mut answer = Single::new(input::skeleton::output(call.operation));
            output::print(session, call.operation.name, &mut answer)?;
        }
    }
    Ok(0)
}
