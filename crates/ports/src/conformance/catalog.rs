//! The contract of [`crate::catalog`].

use crate::catalog::{CatalogError, IndexEntry, Record, Scan, Store, Table};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Bound;

/// Runs the whole suite, each part on a fresh store.
///
/// # Panics
/// At the first broken promise.
pub async fn catalog(fresh: impl Fn() -> Store) {
    a_record_is_found_after_its_insert(&fresh()).await;
    every_table_keeps_its_own_records(&fresh()).await;
    a_taken_key_is_refused_and_nothing_is_changed(&fresh()).await;
    a_missing_record_is_not_replaced(&fresh()).await;
    a_unit_may_go_on_after_a_refusal(&fresh()).await;
    remove_says_whether_the_record_was_there(&fresh()).await;
    an_error_undoes_every_write_of_its_unit(&fresh()).await;
    an_error_leaves_its_neighbours_alone(&fresh()).await;
    a_unit_sees_its_own_writes(&fresh()).await;
    a_reading_unit_changes_nothing(&fresh()).await;
    keys_are_scanned_in_the_order_of_bytes(&fresh()).await;
    bounds_and_limits_hold(&fresh()).await;
    a_scan_goes_on_after_the_last_seen(&fresh()).await;
    index_scans_see_entries_of_their_index_only(&fresh()).await;
    equal_entries_are_all_found(&fresh()).await;
    a_repeated_entry_is_one_entry(&fresh()).await;
    entries_follow_a_replace(&fresh()).await;
    entries_vanish_with_their_record(&fresh()).await;
    entries_of_an_undone_unit_vanish(&fresh()).await;
    readers_see_whole_units_only(&fresh()).await;
    concurrent_increments_lose_none(&fresh()).await;
}

/// A record with chosen key and entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sample {
    key: String,
    value: u64,
    entries: Vec<(bool, String)>,
}

const COLOUR: &str = "colour";
const SHAPE: &str = "shape";

impl Record for Sample {
    const TABLE: Table = Table::Setting;

    fn key(&self) -> String {
        self.key.clone()
    }

    fn index(&self) -> Vec<IndexEntry> {
        let name = |colour| if colour { COLOUR } else { SHAPE };
        self.entries.iter().map(|(colour, value)| IndexEntry { index: name(*colour), value: value.clone() }).collect()
    }
}

fn sample(key: &str, value: u64) -> Sample {
    Sample { key: key.to_owned(), value, entries: Vec::new() }
}

fn coloured(key: &str, colours: &[&str]) -> Sample {
    Sample { entries: colours.iter().map(|colour| (true, (*colour).to_owned())).collect(), ..sample(key, 0) }
}

/// The error of units that must not commit.
#[derive(Debug)]
struct OnPurpose;

impl From<CatalogError> for OnPurpose {
    fn from(error: CatalogError) -> Self {
        failed(error)
    }
}

async fn insert(store: &Store, records: &[Sample]) {
    let records = records.to_vec();
    store.write(move |tx| records.iter().try_for_each(|record| tx.insert(record))).await.unwrap_or_else(failed);
}

async fn get(store: &Store, key: &str) -> Option<Sample> {
    let key = key.to_owned();
    store.read(move |tx| tx.get::<Sample>(&key)).await.unwrap_or_else(failed)
}

/// The scanned texts and the keys of their records.
async fn scan(store: &Store, scan: Scan) -> Vec<(String, String)> {
    let rows = store.read(move |tx| tx.scan_at::<Sample>(&scan)).await.unwrap_or_else(failed);
    rows.into_iter().map(|(at, record)| (at, record.key)).collect()
}

async fn scanned_keys(store: &Store, wanted: Scan) -> Vec<String> {
    scan(store, wanted).await.into_iter().map(|(_, key)| key).collect()
}

#[expect(clippy::panic, reason = "a broken promise ends the test")]
fn failed<T>(error: CatalogError) -> T {
    panic!("the catalog failed: {error:?}")
}

async fn a_record_is_found_after_its_insert(store: &Store) {
    let record = Sample { key: "k\u{0} \u{e9}'\"".to_owned(), value: 7, entries: vec![(true, "\u{0}".to_owned())] };
    assert_eq!(get(store, &record.key).await, None);
    insert(store, std::slice::from_ref(&record)).await;
    assert_eq!(get(store, &record.key).await, Some(record.clone()));
    assert_eq!(scanned_keys(store, Scan::index(COLOUR, "\u{0}", 9)).await, [record.key]);
}

/// The same key in every table, through the raw rows.
async fn every_table_keeps_its_own_records(store: &Store) {
    macro_rules! in_each_table {
        ($($record:ident => $table:ident),+ $(,)?) => {$({
            #[derive(Serialize, Deserialize)]
            struct $record(String);
            impl Record for $record {
                const TABLE: Table = Table::$table;
                fn key(&self) -> String {
                    "same".to_owned()
                }
            }
            let name = Table::$table.name();
            store.write(move |tx| tx.insert(&$record(name.to_owned()))).await.unwrap_or_else(failed);
            let found = store.read(|tx| tx.get::<$record>("same")).await.unwrap_or_else(failed);
            assert_eq!(found.map(|record| record.0).as_deref(), Some(name));
        })+};
    }
    in_each_table! {
        A => Snapshot, B => ReplicationGroup, C => CacheCluster, D => Tags, E => Job, F => Blob, G => Key, H => KeyAlias,
        I => Identity, J => Bucket, K => Object, L => Upload, M => Part, N => Setting, O => SnapshotTaken,
    }
}

async fn a_taken_key_is_refused_and_nothing_is_changed(store: &Store) {
    insert(store, &[sample("taken", 1)]).await;
    let outcome = store
        .write(|tx| {
            tx.insert(&sample("other", 1))?;
            tx.insert(&coloured("taken", &["red"]))
        })
        .await;
    assert!(
        matches!(&outcome, Err(CatalogError::AlreadyExists { table: Table::Setting, key }) if key == "taken"),
        "{outcome:?}"
    );
    assert_eq!(get(store, "taken").await, Some(sample("taken", 1)));
    assert_eq!(get(store, "other").await, None);
    assert!(scan(store, Scan::index(COLOUR, "", 9)).await.is_empty());
}

async fn a_missing_record_is_not_replaced(store: &Store) {
    let outcome = store
        .write(|tx| {
            tx.insert(&sample("other", 1))?;
            tx.replace(&coloured("missing", &["red"]))
        })
        .await;
    assert!(
        matches!(&outcome, Err(CatalogError::NotFound { table: Table::Setting, key }) if key == "missing"),
        "{outcome:?}"
    );
    assert!(scan(store, Scan::keys("", 9)).await.is_empty());
    assert!(scan(store, Scan::index(COLOUR, "", 9)).await.is_empty());
}

async fn a_unit_may_go_on_after_a_refusal(store: &Store) {
    insert(store, &[sample("taken", 1)]).await;
    let refused = store
        .write(|tx| {
            tx.insert(&sample("before", 1))?;
            let refused = tx.insert(&sample("taken", 2)).is_err();
            tx.insert(&sample("behind", 1))?;
            Ok::<_, CatalogError>(refused)
        })
        .await;
    assert!(refused.unwrap_or_else(failed));
    assert_eq!(scanned_keys(store, Scan::keys("", 9)).await, ["before", "behind", "taken"]);
    assert_eq!(get(store, "taken").await, Some(sample("taken", 1)));
}

async fn remove_says_whether_the_record_was_there(store: &Store) {
    insert(store, &[sample("a", 1)]).await;
    for there in [true, false] {
        assert_eq!(store.write(|tx| tx.remove::<Sample>("a")).await.unwrap_or_else(failed), there);
        assert_eq!(get(store, "a").await, None);
    }
}

async fn an_error_undoes_every_write_of_its_unit(store: &Store) {
    insert(store, &[sample("kept", 1), sample("removed", 1)]).await;
    let outcome: Result<(), OnPurpose> = store
        .write(|tx| {
            tx.insert(&sample("new", 1))?;
            tx.replace(&sample("kept", 2))?;
            tx.remove::<Sample>("removed")?;
            Err(OnPurpose)
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(scanned_keys(store, Scan::keys("", 9)).await, ["kept", "removed"]);
    assert_eq!(get(store, "kept").await, Some(sample("kept", 1)));
}

async fn an_error_leaves_its_neighbours_alone(store: &Store) {
    let outcomes = join_all((0..64_u64).map(|n| {
        store.write(move |tx| {
            tx.insert(&sample(&format!("{n:02}"), n))?;
            if n % 3 == 0 { Err(OnPurpose) } else { Ok(()) }
        })
    }))
    .await;
    for (n, outcome) in (0..).zip(outcomes) {
        assert_eq!(outcome.is_ok(), n % 3 != 0, "{outcome:?}");
        assert_eq!(get(store, &format!("{n:02}")).await.is_some(), n % 3 != 0);
    }
}

async fn a_unit_sees_its_own_writes(store: &Store) {
    insert(store, &[coloured("old", &["red"])]).await;
    let outcome: Result<(), CatalogError> = store
        .write(|tx| {
            tx.insert(&coloured("new", &["red"]))?;
            assert_eq!(tx.get::<Sample>("new")?, Some(coloured("new", &["red"])));
            tx.remove::<Sample>("old")?;
            assert_eq!(tx.scan::<Sample>(&Scan::index(COLOUR, "red", 9))?, [coloured("new", &["red"])]);
            tx.put(&coloured("new", &["blue"]))?;
            assert_eq!(tx.scan::<Sample>(&Scan::index(COLOUR, "", 9))?, [coloured("new", &["blue"])]);
            Ok(())
        })
        .await;
    outcome.unwrap_or_else(failed);
}

async fn a_reading_unit_changes_nothing(store: &Store) {
    let outcome = store.read(|tx| tx.insert(&sample("a", 1))).await;
    assert!(matches!(outcome, Err(CatalogError::Unavailable(_))), "{outcome:?}");
    assert_eq!(get(store, "a").await, None);
}

/// Texts whose order differs between bytes, letters, UTF-16 and numbers.
const IN_ORDER: [&str; 9] = ["", "10", "9", "B", "a", "a\u{0}", "ab", "\u{ffff}", "\u{1f600}"];

async fn keys_are_scanned_in_the_order_of_bytes(store: &Store) {
    let keys: Vec<String> = IN_ORDER.iter().map(|text| format!("k{text}")).collect();
    let records: Vec<Sample> = keys.iter().rev().map(|key| coloured(key, &[key])).collect();
    insert(store, &records).await;
    assert_eq!(scanned_keys(store, Scan::keys("", 99)).await, keys);
    assert_eq!(scanned_keys(store, Scan::index(COLOUR, "", 99)).await, keys);
    assert_eq!(scanned_keys(store, Scan::keys("ka", 99)).await, ["ka", "ka\u{0}", "kab"]);
}

async fn bounds_and_limits_hold(store: &Store) {
    let letters = ["a", "b", "c", "d"];
    insert(store, &letters.map(|letter| coloured(letter, &[letter]))).await;
    let at = |letter: &str| letter.to_owned();
    for index in [None, Some(COLOUR)] {
        for (from, to, limit, found) in [
            (Bound::Unbounded, Bound::Unbounded, usize::MAX, "abcd"),
            (Bound::Unbounded, Bound::Unbounded, 3, "abc"),
            (Bound::Unbounded, Bound::Unbounded, 0, ""),
            (Bound::Included(at("b")), Bound::Unbounded, 9, "bcd"),
            (Bound::Excluded(at("b")), Bound::Unbounded, 9, "cd"),
            (Bound::Unbounded, Bound::Included(at("b")), 9, "ab"),
            (Bound::Unbounded, Bound::Excluded(at("b")), 9, "a"),
            (Bound::Included(at("b")), Bound::Included(at("c")), 9, "bc"),
            (Bound::Excluded(at("a")), Bound::Excluded(at("d")), 1, "b"),
            (Bound::Included(at("c")), Bound::Included(at("b")), 9, ""),
        ] {
            let wanted = Scan { index, from, to, limit };
            assert_eq!(scanned_keys(store, wanted.clone()).await.concat(), found, "{wanted:?}");
        }
    }
}

async fn a_scan_goes_on_after_the_last_seen(store: &Store) {
    let keys: Vec<String> = (0..10).map(|n| format!("p/{n}")).collect();
    insert(store, &keys.iter().map(|key| sample(key, 0)).collect::<Vec<_>>()).await;
    insert(store, &[sample("q", 0)]).await;
    let mut seen: Vec<String> = Vec::new();
    loop {
        let page = Scan::keys("p/", 3);
        let page = seen.last().map_or(page.clone(), |last| page.after(last));
        let rows = scan(store, page).await;
        if rows.is_empty() {
            break;
        }
        seen.extend(rows.into_iter().map(|(at, _)| at));
    }
    assert_eq!(seen, keys);
}

async fn index_scans_see_entries_of_their_index_only(store: &Store) {
    let both = vec![(true, "red".to_owned()), (false, "round".to_owned()), (true, "white".to_owned())];
    insert(store, &[Sample { entries: both, ..sample("k", 0) }, sample("bare", 0)]).await;
    let found = |at: &str| (at.to_owned(), "k".to_owned());
    assert_eq!(scan(store, Scan::index(COLOUR, "", 9)).await, [found("red"), found("white")]);
    assert_eq!(scan(store, Scan::index(SHAPE, "", 9)).await, [found("round")]);
    assert!(scan(store, Scan::index("other", "", 9)).await.is_empty());
}

async fn equal_entries_are_all_found(store: &Store) {
    insert(store, &["c", "a", "b"].map(|key| coloured(key, &["red"]))).await;
    let found: BTreeSet<String> = scanned_keys(store, Scan::index(COLOUR, "red", 9)).await.into_iter().collect();
    assert_eq!(found, ["a", "b", "c"].map(str::to_owned).into());
}

async fn a_repeated_entry_is_one_entry(store: &Store) {
    insert(store, &[coloured("k", &["red", "red"])]).await;
    assert_eq!(scanned_keys(store, Scan::index(COLOUR, "", 9)).await, ["k"]);
    store.write(|tx| tx.remove::<Sample>("k")).await.unwrap_or_else(failed);
    assert!(scan(store, Scan::index(COLOUR, "", 9)).await.is_empty());
}

async fn entries_follow_a_replace(store: &Store) {
    insert(store, &[coloured("k", &["red", "white"]), coloured("other", &["red"])]).await;
    store.write(|tx| tx.replace(&coloured("k", &["white", "blue"]))).await.unwrap_or_else(failed);
    let found = |at: &str, key: &str| (at.to_owned(), key.to_owned());
    let expected = [found("blue", "k"), found("red", "other"), found("white", "k")];
    assert_eq!(scan(store, Scan::index(COLOUR, "", 9)).await, expected);
    let changed = Sample { value: 5, ..coloured("k", &["white", "blue"]) };
    let body = changed.clone();
    store.write(move |tx| tx.replace(&body)).await.unwrap_or_else(failed);
    assert_eq!(scan(store, Scan::index(COLOUR, "", 9)).await, expected);
    assert_eq!(get(store, "k").await, Some(changed));
}

async fn entries_vanish_with_their_record(store: &Store) {
    insert(store, &[coloured("k", &["red", "white"]), coloured("other", &["red"])]).await;
    store.write(|tx| tx.remove::<Sample>("k")).await.unwrap_or_else(failed);
    assert_eq!(scanned_keys(store, Scan::index(COLOUR, "", 9)).await, ["other"]);
    insert(store, &[sample("k", 1)]).await;
    assert_eq!(scanned_keys(store, Scan::index(COLOUR, "", 9)).await, ["other"]);
}

async fn entries_of_an_undone_unit_vanish(store: &Store) {
    insert(store, &[coloured("k", &["red"])]).await;
    let outcome: Result<(), OnPurpose> = store
        .write(|tx| {
            tx.replace(&coloured("k", &["blue"]))?;
            tx.insert(&coloured("new", &["red"]))?;
            Err(OnPurpose)
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(scan(store, Scan::index(COLOUR, "", 9)).await, [("red".to_owned(), "k".to_owned())]);
}

/// Two records always change together; no reader may ever see them differ.
async fn readers_see_whole_units_only(store: &Store) {
    insert(store, &[sample("left", 0), sample("right", 0)]).await;
    let writes = join_all((1..=100).map(|n| {
        store.write(move |tx| {
            tx.replace(&sample("left", n))?;
            tx.replace(&sample("right", n))
        })
    }));
    let reads = join_all((0..100).map(|_| {
        store.read(|tx| {
            let left = tx.get::<Sample>("left")?.map(|record| record.value);
            Ok::<_, CatalogError>((left, tx.get::<Sample>("right")?.map(|record| record.value)))
        })
    }));
    let (writes, reads) = futures_util::future::join(writes, reads).await;
    writes.into_iter().for_each(|outcome| outcome.unwrap_or_else(failed));
    for outcome in reads {
        let (left, right) = outcome.unwrap_or_else(failed);
        assert_eq!(left, right);
    }
}

async fn concurrent_increments_lose_none(store: &Store) {
    insert(store, &[sample("count", 0)]).await;
    let outcomes = join_all((0..64).map(|_| {
        store.write(|tx| {
            let count = tx.get::<Sample>("count")?.map_or(0, |record| record.value) + 1;
            tx.replace(&sample("count", count))?;
            Ok::<_, CatalogError>(count)
        })
    }))
    .await;
    let counts: BTreeSet<u64> = outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(failed)).collect();
    assert_eq!(counts, (1..=64).collect());
    assert_eq!(get(store, "count").await, Some(sample("count", 64)));
}
