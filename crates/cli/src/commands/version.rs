//! `--version`

use crate::failure::Failure;
use crate::output;

/// The version of the AWS CLI whose behaviour the golden records hold.
const REFERENCE: &str = "2.38.5";

/// Prints the version in the form that scripts expect of the reference, with our own behind it.
pub(super) fn print() -> Result<u8, Failure> {
    let (own, system, machine) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    output::to_stdout(&format!("aws-cli/{REFERENCE} valkeep/{own} {system}/{machine}\n"))?;
    Ok(0)
}
