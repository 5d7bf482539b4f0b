//! Chores of this repository: `cargo xtask model` and `cargo xtask layers`.

mod layers;
mod model;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage:
  cargo xtask model [--check] [DATA]  write crates/api/src/generated from botocore's service description;
                                      --check only compares; DATA is botocore's `data` directory
  cargo xtask layers                  check the dependencies between the crates of this workspace";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["model"] => model::write(None),
        ["model", "--check"] => model::check(None),
        ["model", "--check", data] | ["model", data, "--check"] => model::check(Some(data)),
        ["model", data] if !data.starts_with('-') => model::write(Some(data)),
        ["layers"] => layers::check(),
        _ => bail!("{USAGE}"),
    }
}
