//! Measures the catalog: durable units per second of 16 tasks, CPU time of a read. Arguments: directory, records.

use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use valkeep_catalog::SqliteCatalog;
use valkeep_ports::catalog::{CatalogError, IndexEntry, Record, Store, Table};

const TASKS: u64 = 16;
const UNITS_PER_TASK: u64 = 2_000;
const READS: u64 = 50_000;

/// As large as the record of a snapshot and with the same indexes, under a random-looking key.
#[derive(serde::Serialize, serde::Deserialize)]
struct Sample {
    number: u64,
    filler: String,
}

fn mixed(number: u64) -> u64 {
    let x = (number ^ number >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^ x >> 29
}

fn key_of(number: u64) -> String {
    format!("{:016x}", mixed(number))
}

impl Record for Sample {
    const TABLE: Table = Table::Snapshot;

    fn key(&self) -> String {
        key_of(self.number)
    }

    fn index(&self) -> Vec<IndexEntry> {
        let entry = |index, prefix: String| IndexEntry { index, value: format!("{prefix}{:016}", self.number) };
        let cluster = format!("cluster-{:03}/", mixed(self.number) % 500);
        vec![entry("created", String::new()), entry("cluster", cluster), entry("source", "manual/".to_owned())]
    }
}

fn sample(number: u64) -> Sample {
    Sample { number, filler: "x".repeat(700) }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), CatalogError> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, directory, records] = arguments.as_slice() else {
        eprintln!("usage: measure DIRECTORY RECORDS");
        process::exit(2);
    };
    let records: u64 = records.parse().unwrap_or(100);
    let catalog = SqliteCatalog::open(Path::new(directory))?;
    let store = Store::new(catalog.clone());
    fill(&store, records).await?;
    println!("idle: {} KiB resident", status("VmRSS:"));
    writes(&store, records).await?;
    reads(&store, records).await?;
    println!("after: {} KiB resident", status("VmRSS:"));
    catalog.close().await;
    Ok(())
}

async fn fill(store: &Store, records: u64) -> Result<(), CatalogError> {
    for first in (0..records).step_by(1000) {
        store.write(move |tx| (first..records.min(first + 1000)).try_for_each(|n| tx.insert(&sample(n)))).await?;
    }
    Ok(())
}

async fn writes(store: &Store, records: u64) -> Result<(), CatalogError> {
    let slowest_us = AtomicU64::new(0);
    let begin = (Instant::now(), cpu_us());
    let tasks = (0..TASKS).map(|task| {
        let (store, slowest_us) = (store.clone(), &slowest_us);
        async move {
            for n in 0..UNITS_PER_TASK {
                let begin = Instant::now();
                let new = (1 << 50) + (task * UNITS_PER_TASK + n) * 2;
                let old = mixed(new) % records;
                store.write(move |tx| unit(tx, new, old, records)).await?;
                slowest_us.fetch_max(begin.elapsed().as_micros() as u64, Ordering::Relaxed);
            }
            Ok(())
        }
    });
    for outcome in futures_util::future::join_all(tasks).await {
        outcome?;
    }
    report("durable units", TASKS * UNITS_PER_TASK, begin);
    println!("slowest unit: {} us", slowest_us.into_inner());
    Ok(())
}

fn unit(tx: &mut valkeep_ports::catalog::Tx<'_>, new: u64, old: u64, records: u64) -> Result<(), CatalogError> {
    tx.get::<Sample>(&key_of(old))?;
    tx.get::<Sample>(&key_of((old + 1) % records))?;
    tx.insert(&sample(new))?;
    tx.insert(&sample(new + 1))?;
    tx.replace(&sample(old))
}

async fn reads(store: &Store, records: u64) -> Result<(), CatalogError> {
    let begin = (Instant::now(), cpu_us());
    for n in 0..READS {
        let key = key_of(mixed(n) % records);
        store.read(move |tx| tx.get::<Sample>(&key)).await?;
    }
    report("reads", READS, begin);
    Ok(())
}

fn report(what: &str, count: u64, (begin, cpu_begin): (Instant, u64)) {
    let (elapsed, cpu) = (begin.elapsed(), cpu_us() - cpu_begin);
    let per_s = count as f64 / elapsed.as_secs_f64();
    println!("{what}: {per_s:.0} per s, {:.1} us of CPU time each", cpu as f64 / count as f64);
}

/// CPU time of this process, from `/proc/self/schedstat` of its threads, in microseconds.
fn cpu_us() -> u64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum::<u64>()
        / 1000
}

fn status(field: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.unwrap_or_default().trim().trim_end_matches(" kB").to_owned()
}
