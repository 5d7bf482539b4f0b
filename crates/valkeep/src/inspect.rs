//! `valkeep inspect`: what an RDB file holds, and whether it is whole; or what is known of a stored snapshot.

mod table;

use crate::Data;
use crate::stored::BLOB_MAGIC;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use valkeep_rdb::{Facts, Inspector, Load};
use valkeep_server::admin::{Command, command};

/// Bytes of a file in one read. Our choice.
const PIECE_BYTES: usize = 1 << 20;

const EXIT_CODES: &str = "Exit codes: 0 the file is whole, 1 it is damaged, 2 it cannot be read.";

/// Shows what an RDB file holds and whether it is whole, or what is known of a stored snapshot.
///
/// A file is walked and checked to its last byte, in constant memory; no service is needed. When there is no such file, the word
/// is the name of a snapshot, and the facts that were stored with it are shown; `valkeep verify` reads its data.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Inspect {
    /// An RDB file, `-` for standard input, or the name of a snapshot.
    #[arg(value_name = "FILE|SNAPSHOT")]
    subject: String,
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
    #[command(flatten)]
    data: Data,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
}

/// What is known of a file. The names are documented in docs/inspect.md.
#[derive(Debug, Serialize)]
struct FileReport {
    file: String,
    whole: bool,
    damage: Option<Damage>,
    /// Of a damaged file, those up to the damage.
    facts: Facts,
    loads: Vec<Load>,
}

/// Why a file is not whole.
#[derive(Debug, Serialize)]
struct Damage {
    /// Bytes of the file that were read when the damage showed.
    offset: u64,
    reason: String,
}

#[derive(Debug, Serialize)]
struct SnapshotReport {
    snapshot: String,
    shards: Vec<ShardReport>,
}

#[derive(Debug, Serialize)]
struct ShardReport {
    shard: u32,
    blob: String,
    facts: Facts,
    loads: Vec<Load>,
}

/// What the service answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    shards: Vec<AnsweredShard>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AnsweredShard {
    shard: u32,
    blob: String,
    facts: Facts,
}

impl Inspect {
    pub(crate) async fn run(self) -> ExitCode {
        match self.report().await {
            Ok(code) => code,
            Err(error) => {
                eprintln!("valkeep: {error:#}");
                ExitCode::from(2)
            }
        }
    }

    async fn report(self) -> anyhow::Result<ExitCode> {
        let Self { subject, output, data } = self;
        let file = match subject.as_str() {
            "-" => Some(inspect(io::stdin().lock(), "standard input")?),
            path if Path::new(path).exists() => {
                let file = File::open(path).with_context(|| format!("{path} cannot be read"))?;
                Some(inspect(file, path)?)
            }
            _ => None,
        };
        let Some(report) = file else {
            let report = ask(&data, subject).await?;
            let table = || report.shards.iter().map(|shard| table::of_shard(&report.snapshot, shard)).collect();
            print(&report, table, output)?;
            return Ok(ExitCode::SUCCESS);
        };
        print(&report, || table::of_file(&report), output)?;
        Ok(if report.whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

fn print(report: &impl Serialize, table: impl FnOnce() -> String, output: Output) -> anyhow::Result<()> {
    let text = match output {
        Output::Table => table(),
        Output::Json => serde_json::to_string_pretty(report)? + "\n",
    };
    Ok(io::stdout().write_all(text.as_bytes())?)
}

/// Walks a file to its end, or to where it is damaged.
fn inspect(mut input: impl Read, name: &str) -> anyhow::Result<FileReport> {
    let mut magic = Vec::new();
    input.by_ref().take(8).read_to_end(&mut magic).with_context(|| format!("{name} cannot be read"))?;
    if magic == BLOB_MAGIC {
        bail!("{name} is a sealed blob: name its snapshot, or let `valkeep verify` check it");
    }
    let mut input = magic.as_slice().chain(input);
    let mut inspector = Inspector::new();
    let mut piece = vec![0; PIECE_BYTES];
    let damage = loop {
        let read = match input.read(&mut piece) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.with_context(|| format!("{name} cannot be read"))?,
        };
        match inspector.push(&piece[..read]) {
            Ok(used) if used < read => break Some(trailing(inspector.facts_so_far().bytes)),
            Ok(_) if read > 0 => {}
            Ok(_) => break inspector.check().err().map(Damage::from),
            Err(error) => break Some(Damage::from(error)),
        }
    };
    let facts = inspector.facts_so_far();
    Ok(FileReport { file: name.to_owned(), whole: damage.is_none(), damage, loads: facts.loads(), facts })
}

fn trailing(offset: u64) -> Damage {
    Damage { offset, reason: "bytes follow the end of the file".to_owned() }
}

impl From<valkeep_rdb::RdbError> for Damage {
    fn from(error: valkeep_rdb::RdbError) -> Self {
        Self { offset: error.offset, reason: error.reason.to_string() }
    }
}

/// Asks for the facts of a snapshot.
async fn ask(data: &Data, name: String) -> anyhow::Result<SnapshotReport> {
    let asked = Command::Inspect { snapshot: name.clone() };
    let answer = command(&data.directory, &data.load_config()?, asked, |_| ())
        .await
        .with_context(|| format!("there is no file {name}, and a snapshot of this name cannot be shown"))?;
    let shards = serde_json::from_value::<Answer>(answer)?.shards.into_iter();
    let report = |AnsweredShard { shard, blob, facts }| ShardReport { shard, blob, loads: facts.loads(), facts };
    Ok(SnapshotReport { snapshot: name, shards: shards.map(report).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One key in a file without a checksum.
    const FILE: &[u8] = b"REDIS0011\x00\x03key\x05value\xFF\0\0\0\0\0\0\0\0";

    fn damage(file: &[u8]) -> Option<(u64, String)> {
        let report = inspect(file, "file").unwrap();
        assert_eq!(report.whole, report.damage.is_none());
        assert_eq!(report.facts.keys, 1);
        report.damage.map(|damage| (damage.offset, damage.reason))
    }

    #[test]
    fn a_whole_file_has_no_damage_and_a_damaged_one_a_place_and_a_reason() {
        assert_eq!(damage(FILE), None);
        assert_eq!(damage(&FILE[..FILE.len() - 3]), Some((26, "the file ends too early".to_owned())));
        assert_eq!(damage(&[FILE, b"x"].concat()), Some((29, "bytes follow the end of the file".to_owned())));
        let unknown = [&FILE[..20], &[242]].concat();
        assert_eq!(damage(&unknown), Some((21, "REDIS0011 has no opcode 242".to_owned())));
    }

    #[test]
    fn a_sealed_blob_is_no_damaged_file() {
        assert!(inspect(&b"valkblob and more"[..], "file").unwrap_err().to_string().contains("sealed blob"));
    }

    #[test]
    fn trailing_bytes_in_a_read_of_their_own_are_seen() {
        let report = inspect(FILE.chain(b"x".as_slice()), "file").unwrap();
        assert!(!report.whole);
    }
}
