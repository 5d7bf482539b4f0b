//! `cargo xtask model`: ElastiCache's tables from botocore's service description.
//!
//! The description's prose stays behind; everything else of it is either turned into the tables or
//! refused, so that a description that says something new cannot be half understood.

mod description;
mod render;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;

const SERVICE: &str = "elasticache/2015-02-02";

/// Writes the generated files.
pub(crate) fn write(data: Option<&str>) -> Result<()> {
    let directory = generated_directory();
    for (name, text) in generate(data)? {
        let path = directory.join(name);
        std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Fails when the generated files differ from what [`write`] would write.
pub(crate) fn check(data: Option<&str>) -> Result<()> {
    let directory = generated_directory();
    let files = generate(data)?;
    for (name, text) in &files {
        let path = directory.join(name);
        let found = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        ensure!(
            found == *text,
            "{} is not what this botocore describes; run `cargo xtask model` and read the difference",
            path.display()
        );
    }
    for entry in std::fs::read_dir(&directory)? {
        let name = entry?.file_name();
        ensure!(
            files.iter().any(|(known, _)| name == *known),
            "{} holds {}, which no generator writes",
            directory.display(),
            name.display()
        );
    }
    println!("the {} generated files are up to date", files.len());
    Ok(())
}

fn generated_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("api").join("src/generated")
}

fn generate(data: Option<&str>) -> Result<Vec<(&'static str, String)>> {
    let directory = match data {
        Some(data) => PathBuf::from(data),
        None => botocore_data()?,
    };
    let directory = directory.join(SERVICE);
    let description = description::Description::read(
        &json(&directory, "service-2.json")?,
        &json(&directory, "paginators-1.json")?,
        &json(&directory, "waiters-2.json")?,
    )?;
    render::files(&description)
        .into_iter()
        .map(|(name, text)| Ok((name, rustfmt(&text).with_context(|| format!("format {name}"))?)))
        .collect()
}

/// The data directory of the botocore that `python3` imports.
fn botocore_data() -> Result<PathBuf> {
    const SCRIPT: &str = "import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), 'data'))";
    let output = Command::new("python3")
        .args(["-c", SCRIPT])
        .output()
        .context("python3 does not run; install python3 and botocore, or name botocore's data directory")?;
    ensure!(
        output.status.success(),
        "botocore is not installed for python3; `pip install botocore`, or name botocore's data directory"
    );
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim_end()))
}

/// Reads a JSON file that may also lie there compressed.
fn json(directory: &Path, name: &str) -> Result<Json> {
    let plain = directory.join(name);
    let packed = directory.join(format!("{name}.gz"));
    let text = if packed.exists() {
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&packed)?)
            .read_to_string(&mut text)
            .with_context(|| format!("unpack {}", packed.display()))?;
        text
    } else {
        std::fs::read_to_string(&plain).with_context(|| format!("read {}", plain.display()))?
    };
    serde_json::from_str(&text).with_context(|| format!("parse {name}"))
}

/// Formats as `cargo fmt` would: rustfmt looks for its settings above the current directory.
fn rustfmt(text: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("rustfmt does not run")?;
    // rustfmt reads all of its input before it writes, so the pipes cannot block each other.
    child.stdin.take().context("rustfmt's input")?.write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("rustfmt refused the generated text");
    }
    Ok(String::from_utf8(output.stdout)?)
}
