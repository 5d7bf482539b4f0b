//! Waiting.
use crate::arguments::WaiterCall;
use crate::call::Client;
use crate::document::Map;
use crate::failure::Failure;
use crate::session::Session;
pub fn run(_s: Session<'_>, _c: &WaiterCall) -> Result<u8, Failure> { Err(Failure::general("no")) }
pub fn for_work(_s: Session<'_>, _c: &mut Client<'_>, _o: &'static valkeep_api::OperationModel, _p: &Map) -> Result<(), Failure> { Ok(()) }
