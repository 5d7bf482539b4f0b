//! The client alone, under the name of the program whose twin it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(valkeep_cli::run(valkeep_cli::Surroundings::of_this_process()))
}
