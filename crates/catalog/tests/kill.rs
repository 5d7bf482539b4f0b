//! What was answered survives SIGKILL: a child writes and says what was answered; its parent ends it in the middle.
#![expect(clippy::unwrap_used, reason = "test code outside of test functions")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use valkeep_catalog::SqliteCatalog;
use valkeep_ports::catalog::{CatalogError, IndexEntry, Record, Scan, Store, Table};

const DIRECTORY: &str = "VALKEEP_KILL_TEST_DIRECTORY";
const ROUND: &str = "VALKEEP_KILL_TEST_ROUND";
const ROUNDS: u64 = 30;
const TASKS: u64 = 8;

/// Written in pairs: a reader must find both halves or none.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
struct Half {
    key: String,
    pair: String,
}

impl Record for Half {
    const TABLE: Table = Table::Job;

    fn key(&self) -> String {
        self.key.clone()
    }

    fn index(&self) -> Vec<IndexEntry> {
        vec![IndexEntry { index: "pair", value: self.pair.clone() }]
    }
}

/// Not a test by itself: what the child does. Without its directory it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let round = std::env::var(ROUND).unwrap();
    let store = Store::new(SqliteCatalog::open(Path::new(&directory)).unwrap());
    let writers: Vec<_> =
        (0..TASKS).map(|task| tokio::spawn(write_pairs(store.clone(), format!("{round}-{task}")))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

async fn write_pairs(store: Store, name: String) {
    for n in 0_u64.. {
        let pair = format!("{name}-{n}");
        let halves = ["a", "b"].map(|half| Half { key: format!("{pair}-{half}"), pair: pair.clone() });
        let outcome: Result<(), CatalogError> =
            store.write(move |tx| halves.iter().try_for_each(|half| tx.insert(half))).await;
        outcome.unwrap();
        println!("answered {pair}");
    }
}

#[tokio::test]
async fn nothing_that_was_answered_is_lost_by_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut answered = Vec::new();
    for round in 0..ROUNDS {
        // Between 1 and 400 answers: early and late kills, also during the recovery from the last one.
        answered.extend(answers_until_killed(directory.path(), round, 1 + round * 7919 % 400));
    }
    let catalog = SqliteCatalog::open(directory.path()).unwrap();
    assert!(!catalog.stopped_cleanly());
    catalog.integrity().await.unwrap();
    let all = Scan::index("pair", "", usize::MAX);
    let stored = Store::new(catalog).read(move |tx| tx.scan_at::<Half>(&all)).await.unwrap();
    let pairs: Vec<&str> = stored.chunks(2).map(|halves| halves[0].0.as_str()).collect();
    assert!(stored.chunks(2).all(|halves| halves.len() == 2 && halves[0].0 == halves[1].0), "half a unit was kept");
    assert!(answered.len() >= ROUNDS as usize);
    for pair in answered {
        assert!(pairs.binary_search(&pair.as_str()).is_ok(), "{pair} was answered and is lost");
    }
}

/// Starts the child, kills it after that many answers, and returns all that it had given by then.
fn answers_until_killed(directory: &Path, round: u64, count: u64) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut answers = Vec::new();
    while (answers.len() as u64) < count {
        let line = lines.next().expect("the child writes until it is killed");
        answers.extend(line.strip_prefix("answered ").map(str::to_owned));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    answers.extend(lines.filter_map(|line| Some(line.strip_prefix("answered ")?.to_owned())));
    answers
}
