//! Facts as text for people: plain ASCII, nothing wider than its longest name.

use super::{FileReport, ShardReport};
use chrono::DateTime;
use std::fmt::Write;
use valkeep_rdb::facts::{BigKey, Counts};
use valkeep_rdb::{Facts, Load, Verdict};

/// Databases of a server that is not configured otherwise. Source: redis.conf, valkey.conf.
const DATABASES_DEFAULT: u32 = 16;

/// Characters of a full bar.
const BAR: usize = 20;

pub(super) fn of_file(report: &FileReport) -> String {
    let verdict = match &report.damage {
        None => "whole".to_owned(),
        Some(damage) => format!("DAMAGED at byte {}: {}", grouped(damage.offset), damage.reason),
    };
    let without = if report.whole { "none in the file" } else { "none was reached" };
    format!("{}: {verdict}\n\n{}", report.file, of_facts(&report.facts, &report.loads, without))
}

pub(super) fn of_shard(snapshot: &str, report: &ShardReport) -> String {
    let ShardReport { shard, blob, facts, loads } = report;
    format!("{snapshot}, shard {shard:04}, blob {blob}\n\n{}\n", of_facts(facts, loads, "none in the file"))
}

/// `without`: what to say where there is no checksum.
fn of_facts(facts: &Facts, loads: &[Load], without: &str) -> String {
    let mut out = columns(&overview(facts, loads, without), &[Align::Left, Align::Left]);
    section(&mut out, &shares("Type", facts.types.iter().map(|one| (one.name.clone(), one.counts))));
    section(&mut out, &shares("Encoding", facts.encodings.iter().map(|one| (one.name.clone(), one.counts))));
    if facts.database_list.len() > 1 {
        let named = facts.database_list.iter().map(|one| (one.number.to_string(), one.counts));
        section(&mut out, &shares("Database", named.chain(others(facts.other_databases))));
    }
    section(&mut out, &shares("Prefix", prefixes(facts)));
    let (keys, bytes) = (facts.prefixes.low_by_keys, facts.prefixes.low_by_bytes);
    if keys > 0 || bytes > 0 {
        let (keys, bytes) = (grouped(keys), size(bytes));
        writeln!(out, "There are very many prefixes: each may have up to {keys} keys and {bytes} more.")
            .expect("a String");
    }
    big_keys(&mut out, "Biggest keys", &facts.biggest_by_bytes);
    let collections: Vec<BigKey> = facts.biggest_by_elements.iter().filter(|key| key.elements > 1).cloned().collect();
    big_keys(&mut out, "Most elements", &collections);
    expiries(&mut out, facts);
    out
}

type Row = Vec<String>;

fn overview(facts: &Facts, loads: &[Load], without: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = |name: &str, text: String| rows.push(vec![name.to_owned(), text]);
    row("Format", if facts.format.is_empty() { "not known".to_owned() } else { facts.format.clone() });
    row("Size", format!("{} ({} bytes)", size(facts.bytes), grouped(facts.bytes)));
    row("Checksum", facts.crc64.clone().unwrap_or_else(|| without.to_owned()));
    if let Some(version) = &facts.engine_version {
        let engine = facts.engine.as_deref().map_or("", proper);
        row("Written by", format!("{engine} {version}").trim_start().to_owned());
    }
    if let Some(at) = facts.created_at_s.and_then(|at_s| i64::try_from(at_s).ok()) {
        row("Begun", time(at.saturating_mul(1000)));
    }
    if let Some(bytes) = facts.used_memory_bytes {
        row("Memory then", size(bytes));
    }
    if let (Some(id), Some(offset)) = (&facts.replication_id, facts.replication_offset) {
        row("Replication", format!("{id} at {}", grouped(offset)));
    }
    row("Keys", format!("{}, {} of them expire", grouped(facts.keys), grouped(facts.expires)));
    row(
        "Databases",
        match facts.highest_database {
            Some(highest) if highest > 0 => format!("{}, the highest is {highest}", facts.databases),
            _ => facts.databases.to_string(),
        },
    );
    if facts.functions > 0 {
        row("Functions", format!("{} libraries, {}", facts.functions, size(facts.function_bytes)));
    }
    row("Slots", format!("{} of 16,384 have keys", grouped(facts.slots.used.into())));
    let hints = [("sizes", facts.size_hints_agree), ("slots", facts.slots.hints_agree)];
    for (of, agree) in hints.iter().filter_map(|(of, agree)| agree.map(|agree| (of, agree))) {
        row("Hints", format!("{of} {}", if agree { "are as announced" } else { "are NOT as announced" }));
    }
    let mut needs: Vec<String> =
        facts.modules.iter().map(|module| format!("module type {} version {}", module.name, module.version)).collect();
    needs.extend(facts.has_more_modules.then(|| "more modules".to_owned()));
    needs.extend(
        facts
            .highest_database
            .filter(|highest| *highest >= DATABASES_DEFAULT)
            .map(|highest| format!("a server with more than {highest} databases")),
    );
    for (verdict, name) in [(Verdict::Yes, "Loads in"), (Verdict::WhenRelaxed, "If relaxed")] {
        let ranges = ranges(loads, verdict);
        if !ranges.is_empty() {
            row(name, ranges.join(", "));
        }
    }
    needs.into_iter().for_each(|need| row("Needs", need));
    rows
}

/// Release lines of one verdict, neighbours as a range.
fn ranges(loads: &[Load], verdict: Verdict) -> Vec<String> {
    let groups = loads.chunk_by(|one, next| one.engine == next.engine && one.verdict == next.verdict);
    let named = groups.filter(|group| group[0].verdict == verdict).map(|group| match group {
        [only] => format!("{} {}", proper(only.engine), only.version),
        [first, .., last] => format!("{} {} to {}", proper(first.engine), first.version, last.version),
        [] => String::new(),
    });
    named.collect()
}

fn proper(engine: &str) -> &str {
    match engine {
        "redis" => "Redis",
        "valkey" => "Valkey",
        other => other,
    }
}

fn prefixes(facts: &Facts) -> Vec<(String, Counts)> {
    let list = facts.prefixes.list.iter().map(|one| (one.prefix.clone(), one.counts));
    let none = (facts.prefixes.none.keys > 0).then(|| ("(none)".to_owned(), facts.prefixes.none));
    list.chain(others(facts.prefixes.others)).chain(none).collect()
}

fn others(counts: Counts) -> Option<(String, Counts)> {
    (counts.keys > 0).then(|| ("(others)".to_owned(), counts))
}

/// Groups of keys, with their share of all of them.
fn shares(heading: &str, groups: impl IntoIterator<Item = (String, Counts)>) -> Vec<Row> {
    let groups: Vec<(String, Counts)> = groups.into_iter().collect();
    if groups.is_empty() {
        return Vec::new();
    }
    let all: u64 = groups.iter().fold(0, |sum, (_, counts)| sum.saturating_add(counts.bytes));
    let head = [heading, "Keys", "Expire", "Elements", "Bytes", "Share", ""].map(str::to_owned).to_vec();
    let row = |(name, counts): (String, Counts)| {
        let share = counts.bytes as f64 / all.max(1) as f64;
        vec![
            name,
            grouped(counts.keys),
            grouped(counts.expires),
            grouped(counts.elements),
            size(counts.bytes),
            format!("{:.1} %", share * 100.0),
            "#".repeat((share * BAR as f64).round() as usize),
        ]
    };
    [head].into_iter().chain(groups.into_iter().map(row)).collect()
}

fn section(out: &mut String, rows: &[Row]) {
    use Align::{Left, Right};
    if !rows.is_empty() {
        out.push('\n');
        out.push_str(&columns(rows, &[Left, Right, Right, Right, Right, Right, Left]));
    }
}

fn big_keys(out: &mut String, heading: &str, keys: &[BigKey]) {
    use Align::{Left, Right};
    if keys.is_empty() {
        return;
    }
    let head = [heading, "Elements", "Type", "Database", "Key"].map(str::to_owned).to_vec();
    let row = |key: &BigKey| {
        let is_cut = key.name_bytes > 64;
        let name = if is_cut { format!("{}... ({} bytes)", key.name, key.name_bytes) } else { key.name.clone() };
        vec![size(key.bytes), grouped(key.elements), key.value_type.clone(), key.database.to_string(), name]
    };
    let rows: Vec<Row> = [head].into_iter().chain(keys.iter().map(row)).collect();
    out.push('\n');
    out.push_str(&columns(&rows, &[Right, Right, Left, Right, Left]));
}

fn expiries(out: &mut String, facts: &Facts) {
    use Align::{Left, Right};
    if facts.expires == 0 {
        return;
    }
    let mut rows = vec![["Expire", "Keys", "Share", ""].map(str::to_owned).to_vec()];
    for within in &facts.expiries.within {
        let share = within.keys as f64 / facts.expires as f64;
        rows.push(vec![
            bound(within.up_to_s),
            grouped(within.keys),
            format!("{:.1} %", share * 100.0),
            "#".repeat((share * BAR as f64).round() as usize),
        ]);
    }
    if rows.len() > 1 {
        out.push('\n');
        out.push_str(&columns(&rows, &[Left, Right, Right, Left]));
    }
    if let (Some(first), Some(last)) = (facts.expiries.first_at_ms, facts.expiries.last_at_ms) {
        writeln!(out, "\nThe first key expires {}, the last {}.", time(first), time(last)).expect("a String");
    }
}

fn bound(up_to_s: Option<u64>) -> String {
    match up_to_s {
        None => "later".to_owned(),
        Some(0) => "had expired".to_owned(),
        Some(60) => "within a minute".to_owned(),
        Some(3600) => "within an hour".to_owned(),
        Some(86_400) => "within a day".to_owned(),
        Some(seconds) if seconds % 86_400 == 0 => format!("within {} days", seconds / 86_400),
        Some(seconds) => format!("within {seconds} s"),
    }
}

#[derive(Clone, Copy)]
enum Align {
    Left,
    Right,
}

/// Lines with columns as wide as their widest cell, two spaces apart.
fn columns(rows: &[Row], aligns: &[Align]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..aligns.len()).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(aligns).zip(&widths).map(|((cell, align), width)| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes with three digits or so.
fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut amount, mut unit) = (bytes as f64, "B");
    for larger in units {
        if amount < 1024.0 {
            break;
        }
        (amount, unit) = (amount / 1024.0, larger);
    }
    match unit {
        "B" => format!("{bytes} B"),
        unit if amount < 9.995 => format!("{amount:.2} {unit}"),
        unit if amount < 99.95 => format!("{amount:.1} {unit}"),
        unit => format!("{amount:.0} {unit}"),
    }
}

fn time(at_ms: i64) -> String {
    match DateTime::from_timestamp_millis(at_ms) {
        Some(at) => at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => format!("at {at_ms} ms since 1970"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_are_short() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        let table = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KiB"),
            (10_240, "10.0 KiB"),
            (123_456, "121 KiB"),
            (1_188_914_279, "1.11 GiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (bytes, shown) in table {
            assert_eq!(size(bytes), shown);
        }
    }

    #[test]
    fn neighbouring_release_lines_are_a_range() {
        let loads = Facts { format: "REDIS0012".to_owned(), ..Facts::default() }.loads();
        assert_eq!(ranges(&loads, Verdict::Yes), ["Redis 7.4 to 8.8"]);
        assert_eq!(ranges(&loads, Verdict::WhenRelaxed), ["Valkey 9.0 to 9.1"]);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["Type", "Keys"], ["a", "1,000"], ["longer", "2"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns(&rows, &[Align::Left, Align::Right]), "Type     Keys\na       1,000\nlonger      2\n");
    }
}
