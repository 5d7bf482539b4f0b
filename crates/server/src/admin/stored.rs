//! The commands on what is stored: inspect, verify, scrub, repair. Each answers with rows that name blob, snapshot and verdict.

use super::{Progress, chained};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;
use tokio::sync::watch;
use valkeep_blobs::open_file;
use valkeep_control::repair::{Fate, Orphan};
use valkeep_control::snapshots::verified::{Check, Found};
use valkeep_control::snapshots::verify::{ShardReport, Verdict, Verifying};
use valkeep_control::{Control, Scrubbed, error_chain};
use valkeep_domain::names::SnapshotName;
use valkeep_domain::time::Timestamp;
use valkeep_keys::Keyring;

/// Bytes of a file in one read. Our choice.
const PIECE_BYTES: usize = 1 << 20;

/// The facts of each shard.
pub(super) async fn inspect(control: &Control, name: &str) -> Result<Value, String> {
    let name = SnapshotName::parse(name).map_err(|error| format!("{name}: {error}"))?;
    let shards = control.inspect(&name).await.map_err(chained)?;
    let shown = shards
        .iter()
        .map(|shard| json!({ "Shard": shard.shard, "Blob": shard.blob.to_string(), "Facts": shard.facts }));
    Ok(json!({ "Shards": shown.collect::<Vec<_>>() }))
}

/// One snapshot, or all.
pub(super) async fn verify(
    control: &Control,
    snapshot: Option<String>,
    progress: &watch::Sender<Progress>,
) -> Result<Value, String> {
    let name =
        snapshot.map(|name| SnapshotName::parse(&name).map_err(|error| format!("{name}: {error}"))).transpose()?;
    let reports = control.verify(name.as_ref(), &tell(progress)).await.map_err(chained)?;
    Ok(json!({ "Shards": reports.iter().map(shown_report).collect::<Vec<_>>() }))
}

/// A sealed blob in a file.
pub(super) async fn verify_blob(
    control: &Control,
    file: &Path,
    progress: &watch::Sender<Progress>,
) -> Result<Value, String> {
    let blob = open_file(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let row = match control.verify_blob(blob, &tell(progress)).await {
        Ok(Some(report)) => shown_report(&report),
        Ok(None) => return Err(format!("{}: the blob holds no shard of a snapshot", file.display())),
        Err(cause) => {
            let verdict = if cause.is_damage() { "damaged" } else { "unchecked" };
            json!({ "Verdict": verdict, "Reason": error_chain(&cause) })
        }
    };
    Ok(json!({ "Shards": [with_file(row, file)] }))
}

pub(super) async fn scrub(control: &Control, now: bool, progress: &watch::Sender<Progress>) -> Result<Value, String> {
    if now {
        let reports = control.scrub_now(&tell(progress)).await.map_err(chained)?;
        return Ok(json!({ "Shards": reports.iter().map(shown_report).collect::<Vec<_>>() }));
    }
    let blobs = control.scrubbed().await.map_err(chained)?;
    Ok(json!({ "Blobs": blobs.iter().map(shown_blob).collect::<Vec<_>>() }))
}

pub(super) async fn repair(
    control: &Control,
    keyring: &Keyring,
    apply: bool,
    progress: &watch::Sender<Progress>,
) -> Result<Value, String> {
    if apply {
        keyring.read_back().await.map_err(chained)?;
    }
    let orphans = control.repair(apply, &tell(progress)).await.map_err(chained)?;
    Ok(json!({ "Blobs": orphans.iter().map(shown_orphan).collect::<Vec<_>>() }))
}

fn tell(progress: &watch::Sender<Progress>) -> impl Fn(Verifying) + Send + Sync + '_ {
    |Verifying { done_bytes, total_bytes }| {
        progress.send_replace(Progress { done_bytes, total_bytes });
    }
}

/// Verifies an RDB file that lies anywhere; no service is needed. Blocks. `told` hears how far it is.
///
/// # Errors
/// When the file cannot be read; what is wrong with its data is in the answer.
pub fn verify_file(file: &Path, mut told: impl FnMut(Progress)) -> io::Result<Value> {
    let began = Instant::now();
    let mut input = File::open(file)?;
    let mut so_far = Progress { done_bytes: 0, total_bytes: input.metadata()?.len() };
    let (mut check, mut piece) = (Check::new(), vec![0; PIECE_BYTES]);
    let found = loop {
        let read = match input.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read == 0 {
            break check.finish();
        }
        if let Err(error) = check.push(&piece[..read]) {
            break Err(error);
        }
        so_far.done_bytes += read as u64;
        told(so_far);
    };
    let row = match found {
        Ok(found) => {
            let mut row = shown_found(&found);
            row["Bytes"] = json!(found.facts.bytes);
            row["Seconds"] = json!(began.elapsed().as_secs_f64());
            row["Verdict"] = json!("sound");
            row
        }
        Err(cause) => json!({ "Verdict": "damaged", "Reason": error_chain(&cause) }),
    };
    Ok(json!({ "Shards": [with_file(row, file)] }))
}

fn with_file(mut row: Value, file: &Path) -> Value {
    row["File"] = json!(file.display().to_string());
    row
}

fn shown_report(report: &ShardReport) -> Value {
    let ShardReport { shard, verdict, took_ms } = report;
    let mut row = match verdict {
        Verdict::Sound(found) => shown_found(found),
        Verdict::Damaged(_) | Verdict::Unchecked(_) => json!({}),
    };
    let (word, reason) = match verdict {
        Verdict::Sound(_) => ("sound", None),
        Verdict::Damaged(reason) => ("damaged", Some(reason)),
        Verdict::Unchecked(reason) => ("unchecked", Some(reason)),
    };
    row["Snapshot"] = json!(shard.snapshot.as_str());
    row["Shard"] = json!(format!("{:04}", u32::from(shard.position) + 1));
    row["Blob"] = json!(shard.stored.blob.to_string());
    row["Bytes"] = json!(shard.stored.rdb_bytes.0);
    row["Seconds"] = json!(std::time::Duration::from_millis(took_ms.unsigned_abs()).as_secs_f64());
    row["Verdict"] = json!(word);
    if let Some(reason) = reason {
        row["Reason"] = json!(reason);
    }
    row
}

fn shown_found(Found { facts, sha256 }: &Found) -> Value {
    json!({
        "Keys": facts.keys,
        "Format": facts.format,
        "EngineVersion": facts.engine_version,
        "Sha256": sha256,
    })
}

fn shown_blob(blob: &Scrubbed) -> Value {
    json!({
        "Blob": blob.shard.stored.blob.to_string(),
        "Snapshot": blob.shard.snapshot.as_str(),
        "Shard": format!("{:04}", u32::from(blob.shard.position) + 1),
        "Snapshots": blob.owners,
        "Bytes": blob.shard.stored.rdb_bytes.0,
        "CheckedAt": blob.checked_at.and_then(moment),
    })
}

fn moment(at: Timestamp) -> Option<String> {
    Some(chrono::DateTime::from_timestamp_millis(at.ms())?.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

fn shown_orphan(orphan: &Orphan) -> Value {
    let (fate, detail) = match &orphan.fate {
        Fate::CanBeMade => ("can-be-made", None),
        Fate::Made(snapshot) => ("made", Some(("MadeAs", snapshot.as_str()))),
        Fate::Incomplete => ("incomplete", None),
        Fate::Superseded => ("superseded", None),
        Fate::NotAShard => ("not-a-shard", None),
        Fate::Damaged(reason) => ("damaged", Some(("Reason", reason.as_str()))),
        Fate::Unchecked(reason) => ("unchecked", Some(("Reason", reason.as_str()))),
    };
    let mut row = json!({ "Blob": orphan.blob.to_string(), "Fate": fate });
    if let Some((snapshot, shard)) = &orphan.shard {
        row["Snapshot"] = json!(snapshot.as_str());
        row["Shard"] = json!(format!("{shard:04}"));
    }
    if let Some((name, text)) = detail {
        row[name] = json!(text);
    }
    row
}
