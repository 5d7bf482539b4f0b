//! `valkeep verify`, `scrub` and `repair`: the commands on what is stored.
//!
//! Exit codes: 0 when all is sound, 1 when damage was found, 2 when something could not be checked.

use crate::Data;
use anyhow::Context;
use clap::{ArgGroup, Args, ValueEnum};
use serde_json::Value;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use valkeep_server::admin::{Command, Progress, command, verify_file};

/// What a sealed blob begins with (docs/blob-format.md).
pub(crate) const BLOB_MAGIC: &[u8; 8] = b"valkblob";

/// Reads stored snapshots or files in full and checks every byte.
///
/// A word with a dot or a slash in it is a file; names of snapshots have neither. A file is an RDB file, which needs no
/// service, or a sealed blob, which needs the keys of the data directory.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("what").required(true).args(["subject", "all"])))]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Verify {
    /// Name of a snapshot, or a file.
    #[arg(value_name = "SNAPSHOT|FILE")]
    subject: Option<String>,
    /// Verify every snapshot that has bytes.
    #[arg(long)]
    all: bool,
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
    #[command(flatten)]
    data: Data,
}

/// Shows when each stored blob was last read and found sound, the longest unchecked first.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Scrub {
    /// Verify all of them now, at the rate that the configuration gives the scrub.
    #[arg(long)]
    now: bool,
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
    #[command(flatten)]
    data: Data,
}

/// Lists blobs that the catalog does not know, and makes snapshots of them again.
///
/// Such blobs are there after the catalog was lost, or put back from an older backup. Nothing is ever deleted.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Repair {
    /// Verify them in full, and make a snapshot of those that are complete and sound. A name that is taken gets
    /// `-recovered-1` behind it.
    #[arg(long)]
    apply: bool,
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
    #[command(flatten)]
    data: Data,
}

const EXIT_CODES: &str = "Exit codes: 0 all sound, 1 damage found, 2 something could not be checked.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
}

/// What an answer tells.
struct Report {
    /// Member of the answer that has the rows.
    rows: &'static str,
    columns: &'static [&'static str],
    /// For a table without rows.
    empty: &'static str,
}

const SHARDS: Report = Report {
    rows: "Shards",
    columns: &["File", "Snapshot", "Shard", "Bytes", "Keys", "Format", "EngineVersion", "Sha256", "Seconds", "Verdict"],
    empty: "no snapshot has bytes here",
};
const BLOBS: Report = Report {
    rows: "Blobs",
    columns: &["Blob", "Snapshot", "Shard", "Snapshots", "Bytes", "CheckedAt"],
    empty: "no blob is stored here",
};
const ORPHANS: Report = Report {
    rows: "Blobs",
    columns: &["Blob", "Snapshot", "Shard", "Fate", "MadeAs"],
    empty: "the catalog knows every blob that is stored; there is nothing to repair",
};

impl Verify {
    pub(crate) async fn run(self) -> ExitCode {
        let Self { subject, data, output, .. } = self;
        let answer = match subject {
            None => ask(&data, Command::Verify { snapshot: None }).await,
            Some(name) if !name.contains(['.', '/']) || name.starts_with("automatic.") => {
                let hint = Path::new(&name).exists().then(|| format!("the file of that name is ./{name}"));
                let answer = ask(&data, Command::Verify { snapshot: Some(name) }).await;
                match hint {
                    Some(hint) => answer.context(hint),
                    None => answer,
                }
            }
            Some(file) => verify_any_file(&data, Path::new(&file)).await,
        };
        show(answer, &SHARDS, output)
    }
}

impl Scrub {
    pub(crate) async fn run(self) -> ExitCode {
        let answer = ask(&self.data, Command::Scrub { now: self.now }).await;
        show(answer, if self.now { &SHARDS } else { &BLOBS }, self.output)
    }
}

impl Repair {
    pub(crate) async fn run(self) -> ExitCode {
        let answer = ask(&self.data, Command::Repair { apply: self.apply }).await;
        show(answer, &ORPHANS, self.output)
    }
}

async fn ask(data: &Data, asked: Command) -> anyhow::Result<Value> {
    let mut bar = Bar::new();
    Ok(command(&data.directory, &data.load_config()?, asked, |progress| bar.show(progress)).await?)
}

async fn verify_any_file(data: &Data, file: &Path) -> anyhow::Result<Value> {
    let read = || format!("{} cannot be read", file.display());
    let mut magic = Vec::new();
    File::open(file).and_then(|file| file.take(8).read_to_end(&mut magic)).with_context(read)?;
    if magic == BLOB_MAGIC {
        // The service may have another working directory.
        let file: PathBuf = file.canonicalize().with_context(read)?;
        return ask(data, Command::VerifyBlob { file }).await;
    }
    let mut bar = Bar::new();
    verify_file(file, |progress| bar.show(progress)).with_context(read)
}

/// A line on a terminal that says how far it is.
struct Bar {
    began: Instant,
    shown: Option<Instant>,
}

impl Bar {
    fn new() -> Self {
        Self { began: Instant::now(), shown: None }
    }

    fn show(&mut self, Progress { done_bytes, total_bytes }: Progress) {
        let fresh = self.shown.is_some_and(|shown| shown.elapsed().as_millis() < 200);
        if fresh || total_bytes == 0 || !io::stderr().is_terminal() {
            return;
        }
        self.shown = Some(Instant::now());
        let percent = done_bytes.saturating_mul(100) / total_bytes;
        let seconds = self.began.elapsed().as_secs().max(1);
        let (done, total, rate) = (done_bytes >> 20, total_bytes >> 20, (done_bytes / seconds) >> 20);
        eprint!("\r{percent:3} %  {done} of {total} MiB  {rate} MiB/s\x1b[K");
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.shown.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}

/// Prints the rows of an answer, and says by the exit code what they came to.
fn show(answer: anyhow::Result<Value>, report: &Report, output: Output) -> ExitCode {
    let printed = answer.and_then(|answer| {
        let rows = answer[report.rows].as_array().map_or(&[][..], Vec::as_slice);
        let text = match output {
            Output::Json => serde_json::to_string_pretty(&answer)? + "\n",
            Output::Table if rows.is_empty() => format!("{}\n", report.empty),
            Output::Table => table(rows, report.columns),
        };
        io::stdout().write_all(text.as_bytes())?;
        Ok(exit_code(rows))
    });
    match printed {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("valkeep: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn exit_code(rows: &[Value]) -> u8 {
    let any = |word: &str| rows.iter().any(|row| row["Verdict"] == word || row["Fate"] == word);
    match (any("damaged"), any("unchecked")) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    }
}

/// Columns that some row has, and a line for each reason.
fn table(rows: &[Value], columns: &[&str]) -> String {
    let columns: Vec<&str> =
        columns.iter().copied().filter(|column| rows.iter().any(|row| row.get(column).is_some())).collect();
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|column| (*column).to_owned()).collect()];
    lines.extend(rows.iter().map(|row| columns.iter().map(|column| cell(&row[column])).collect()));
    let widths: Vec<usize> =
        (0..columns.len()).map(|at| lines.iter().map(|line| line[at].len()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
        if let Some(reason) = at.checked_sub(1).and_then(|row| rows[row]["Reason"].as_str()) {
            text += &format!("  {reason}\n");
        }
    }
    text
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => format!("{:.2}", number.as_f64().unwrap_or_default()),
        Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn damage_outweighs_what_could_not_be_checked() {
        let rows = |words: &[&str]| words.iter().map(|word| json!({ "Verdict": word })).collect::<Vec<_>>();
        for (words, code) in [
            (&[][..], 0),
            (&["sound"], 0),
            (&["sound", "unchecked"], 2),
            (&["unchecked", "damaged"], 1),
            (&["damaged"], 1),
        ] {
            assert_eq!(exit_code(&rows(words)), code, "{words:?}");
        }
        assert_eq!(exit_code(&[json!({ "Fate": "damaged" })]), 1);
    }

    #[test]
    fn a_table_has_the_columns_that_rows_have_and_the_reasons_below_them() {
        let rows = [
            json!({ "Snapshot": "one", "Bytes": 12, "Seconds": 0.5, "Verdict": "sound" }),
            json!({ "Snapshot": "longer", "Bytes": 7, "Seconds": 0.0, "Verdict": "damaged", "Reason": "segment 3" }),
        ];
        let expected = "\
Snapshot  Bytes  Seconds  Verdict
one       12     0.50     sound
longer    7      0.00     damaged
  segment 3
";
        assert_eq!(table(&rows, SHARDS.columns), expected);
    }
}
