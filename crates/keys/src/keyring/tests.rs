use super::*;
use std::sync::atomic::{AtomicU64, Ordering};
use valkeep_domain::time::Timestamp;
use valkeep_ports::catalog::{Record, Table};
use valkeep_ports::memory::MemoryCatalog;

const NOW: Timestamp = Timestamp::from_ms(1_700_000_000_000);

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        NOW
    }
}

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Ids for Counting {
    fn random(&self) -> [u8; 16] {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed)).to_be_bytes()
    }
}

/// A master key, and keyrings over it and one catalog.
struct Bench {
    directory: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), store: Store::new(Arc::new(MemoryCatalog::default())) }
    }

    fn keyring(&self) -> Keyring {
        self.keyring_in("us-east-1", "master.key")
    }

    fn keyring_in(&self, region: &str, master: &str) -> Keyring {
        let master = MasterKey::open_or_create(&self.directory.path().join(master)).unwrap();
        let place = Place::new(region, "123456789012");
        Keyring::new(
            self.store.clone(),
            &master,
            self.directory.path().join("keys"),
            place,
            Arc::new(FixedClock),
            Arc::<Counting>::default(),
        )
    }
}

fn context(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn a_key_is_found_by_each_of_its_names_k1() {
    let keyring = Bench::new().keyring();
    let key = keyring.create("for tests", Some("alias/team/one")).await.unwrap();
    assert_eq!(key.arn, format!("arn:aws:kms:us-east-1:123456789012:key/{}", key.id));
    assert_eq!(key.id.len(), 36);
    for reference in [&key.id, &key.arn, "alias/team/one", "arn:aws:kms:us-east-1:123456789012:alias/team/one"] {
        assert_eq!(keyring.resolve(reference).await.unwrap(), key.arn, "{reference}");
        assert_eq!(keyring.describe(reference).await.unwrap(), key);
    }
}

#[tokio::test]
async fn an_unknown_key_is_not_found_k2() {
    let keyring = Bench::new().keyring();
    let key = keyring.create("", Some("alias/one")).await.unwrap();
    let elsewhere = key.arn.replace("us-east-1", "eu-west-1");
    for reference in ["", "alias/", "alias/two", "arn:", "1234", &elsewhere, &key.id[1..]] {
        let refusal = keyring.resolve(reference).await.unwrap_err().to_string();
        assert_eq!(refusal, format!("KMS key does not exist with key id: {reference}"));
        let outcome = keyring.generate_data_key(reference, &[]).await;
        assert!(matches!(outcome, Err(KeyError::NotFound(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_data_key_opens_again_also_after_a_restart() {
    let bench = Bench::new();
    let keyring = bench.keyring();
    let key = keyring.create("", None).await.unwrap();
    let fresh = keyring.generate_data_key(&key.arn, &context(&[("a", "1"), ("b", "2")])).await.unwrap();
    let again = bench.keyring();
    for pairs in [[("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")]] {
        let opened = again.unwrap_data_key(&key.arn, &fresh.wrapped, &context(&pairs)).await.unwrap();
        assert_eq!(opened, fresh.plain);
    }
    let other = keyring.generate_data_key(&key.arn, &[]).await.unwrap();
    assert_ne!(other.plain, fresh.plain);
}

#[tokio::test]
async fn a_data_key_opens_under_its_key_and_context_only() {
    let keyring = Bench::new().keyring();
    let key = keyring.create("", None).await.unwrap();
    let other = keyring.create("", None).await.unwrap();
    let own = context(&[("ab", "c"), ("d", "e")]);
    let FreshDataKey { wrapped, .. } = keyring.generate_data_key(&key.arn, &own).await.unwrap();
    let contexts: [&[(&str, &str)]; 6] = [
        &[],
        &[("ab", "c")],
        &[("a", "bc"), ("d", "e")],
        &[("ab", "c"), ("d", "E")],
        &[("ab", "c"), ("d", "e"), ("d", "e")],
        &[("ab", "cde")],
    ];
    for wrong in contexts {
        let outcome = keyring.unwrap_data_key(&key.arn, &wrapped, &context(wrong)).await;
        assert!(matches!(outcome, Err(KeyError::Unwrap(_))), "{wrong:?}");
    }
    let outcome = keyring.unwrap_data_key(&other.arn, &wrapped, &own).await;
    assert!(matches!(outcome, Err(KeyError::Unwrap(arn)) if arn == other.arn));
    for changed in [&wrapped[1..], &wrapped[..60], &[], &[0; 61]] {
        let outcome = keyring.unwrap_data_key(&key.arn, changed, &own).await;
        assert!(matches!(outcome, Err(KeyError::Unwrap(_))));
    }
}

#[tokio::test]
async fn a_disabled_key_does_nothing_until_it_is_enabled_k8() {
    let keyring = Bench::new().keyring();
    let key = keyring.create("", Some("alias/one")).await.unwrap();
    let fresh = keyring.generate_data_key(&key.arn, &[]).await.unwrap();
    keyring.set_enabled("alias/one", false).await.unwrap();
    assert!(!keyring.describe(&key.id).await.unwrap().enabled);
    let refusals = [
        keyring.resolve("alias/one").await.map(drop),
        keyring.generate_data_key(&key.arn, &[]).await.map(drop),
        keyring.unwrap_data_key(&key.arn, &fresh.wrapped, &[]).await.map(drop),
    ];
    for refusal in refusals {
        assert_eq!(refusal.unwrap_err().to_string(), format!("{} is disabled.", key.arn));
    }
    keyring.set_enabled(&key.arn, true).await.unwrap();
    assert_eq!(keyring.unwrap_data_key(&key.arn, &fresh.wrapped, &[]).await.unwrap(), fresh.plain);
    let outcome = keyring.set_enabled("alias/two", false).await;
    assert!(matches!(outcome, Err(AdminError::Key(KeyError::NotFound(_)))));
}

#[tokio::test]
async fn the_default_key_is_made_once_and_stays_enabled_k11() {
    let keyring = Bench::new().keyring();
    let arns = futures_util::future::join_all((0..16).map(|_| keyring.default_key())).await;
    let first = arns[0].as_ref().unwrap();
    assert!(arns.iter().all(|arn| arn.as_ref().unwrap() == first));
    let listed = keyring.list().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].arn, &listed[0].aliases[..]), (first, &[DEFAULT_ALIAS.to_owned()][..]));
    for reference in [first.as_str(), DEFAULT_ALIAS] {
        assert_eq!(&keyring.resolve(reference).await.unwrap(), first);
        assert!(matches!(keyring.set_enabled(reference, false).await, Err(AdminError::DefaultKey)));
    }
    assert!(keyring.describe(first).await.unwrap().enabled);
}

#[tokio::test]
async fn a_create_with_a_wrong_or_taken_alias_makes_no_key() {
    let keyring = Bench::new().keyring();
    keyring.create("", Some("alias/one")).await.unwrap();
    let long = format!("alias/{}", "x".repeat(251));
    for alias in ["", "one", "alias/", "alias/a b", "alias/\u{e4}", "alias/a:b", &long] {
        let outcome = keyring.create("", Some(alias)).await;
        assert!(matches!(outcome, Err(AdminError::InvalidAlias(_))), "{alias}");
    }
    assert!(matches!(keyring.create("", Some(DEFAULT_ALIAS)).await, Err(AdminError::ReservedAlias(_))));
    assert!(matches!(keyring.create("", Some("alias/one")).await, Err(AdminError::AliasTaken(_))));
    assert!(matches!(keyring.create(&"x".repeat(8193), None).await, Err(AdminError::DescriptionTooLong)));
    assert_eq!(keyring.list().await.unwrap().len(), 1);
    keyring.create(&"\u{e4}".repeat(8192), Some(&long[..256])).await.unwrap();
}

#[tokio::test]
async fn keys_are_listed_with_their_aliases() {
    let keyring = Bench::new().keyring();
    let one = keyring.create("one", Some("alias/one")).await.unwrap();
    let two = keyring.create("two", None).await.unwrap();
    assert_eq!((one.aliases.as_slice(), one.created_at), (&["alias/one".to_owned()][..], NOW));
    assert_eq!(keyring.list().await.unwrap(), [one, two]);
}

#[tokio::test]
async fn another_master_key_opens_nothing() {
    let bench = Bench::new();
    let keyring = bench.keyring();
    let key = keyring.create("", None).await.unwrap();
    let sealed = keyring.seal("purpose", b"secret");
    let other = bench.keyring_in("us-east-1", "other.key");
    assert!(matches!(other.generate_data_key(&key.arn, &[]).await, Err(KeyError::Unwrap(_))));
    assert!(matches!(other.open("purpose", &sealed), Err(KeyError::Unwrap(_))));
}

#[tokio::test]
async fn key_material_moved_to_another_id_does_not_open() {
    let bench = Bench::new();
    let keyring = bench.keyring();
    let (one, two) = (keyring.create("", None).await.unwrap(), keyring.create("", None).await.unwrap());
    let (from, to) = (one.id, two.id);
    let swap = move |tx: &mut Tx<'_>| {
        let wrapped = tx.get::<NamedKey>(&from)?.unwrap().wrapped;
        let target = tx.get::<NamedKey>(&to)?.unwrap();
        tx.replace(&NamedKey { wrapped, ..target })
    };
    bench.store.write::<_, CatalogError>(swap).await.unwrap();
    assert!(matches!(keyring.generate_data_key(&two.arn, &[]).await, Err(KeyError::Unwrap(_))));
}

#[test]
fn a_secret_opens_for_its_purpose_only() {
    let keyring = Bench::new().keyring();
    let sealed = keyring.seal("password/one", b"secret");
    assert_eq!(keyring.open("password/one", &sealed).unwrap().as_slice(), b"secret");
    for (purpose, text) in [("password/two", sealed.as_str()), ("password/one", &sealed[2..]), ("password/one", "x")] {
        assert!(matches!(keyring.open(purpose, text), Err(KeyError::Unwrap(_))));
    }
}

#[tokio::test]
async fn no_secret_is_shown_or_stored_in_the_clear() {
    let bench = Bench::new();
    let keyring = bench.keyring();
    let key = keyring.create("", None).await.unwrap();
    let master = std::fs::read(bench.directory.path().join("master.key")).unwrap();
    let fresh = keyring.generate_data_key(&key.arn, &[]).await.unwrap();
    let record = bench.store.read(move |tx| tx.get::<NamedKey>(&key.id)).await.unwrap().unwrap();
    assert_eq!(NamedKey::TABLE, Table::Key);
    let shown = format!("{keyring:?}{fresh:?}{}", serde_json::to_string(&record).unwrap());
    assert!(!shown.contains(&hex::encode(master)));
    assert!(!shown.contains(&hex::encode(fresh.plain.as_ref())));
    assert!(!shown.contains(&format!("{:?}", fresh.plain)));
}

#[tokio::test]
async fn keys_come_back_from_their_files() {
    let bench = Bench::new();
    let keyring = bench.keyring();
    let default = keyring.default_key().await.unwrap();
    let named = keyring.create("for tests", Some("alias/team/one")).await.unwrap();
    let disabled = keyring.create("", None).await.unwrap();
    keyring.set_enabled(&disabled.id, false).await.unwrap();
    let context = context(&[("a", "b")]);
    let FreshDataKey { plain, wrapped } = keyring.generate_data_key(&named.arn, &context).await.unwrap();

    let lost = Bench { store: Store::new(Arc::new(MemoryCatalog::default())), ..bench };
    let keyring = lost.keyring();
    assert!(keyring.list().await.unwrap().is_empty());
    assert_eq!(keyring.read_back().await.unwrap(), ReadBack { found: 3, disabled: 0 });
    assert_eq!(keyring.default_key().await.unwrap(), default);
    assert_eq!(keyring.describe("alias/team/one").await.unwrap(), named);
    assert!(!keyring.describe(&disabled.id).await.unwrap().enabled);
    assert_eq!(keyring.unwrap_data_key(&named.arn, &wrapped, &context).await.unwrap().as_ref(), plain.as_ref());
    assert_eq!(keyring.read_back().await.unwrap(), ReadBack::default());
}

#[tokio::test]
async fn a_catalog_of_before_a_key_was_disabled_does_not_enable_it() {
    let bench = Bench::new();
    let keyring = bench.keyring();
    let key = keyring.create("", None).await.unwrap();
    keyring.set_enabled(&key.id, false).await.unwrap();
    let id = key.id.clone();
    let enable = move |tx: &mut Tx<'_>| {
        let key = tx.get::<NamedKey>(&id)?.unwrap();
        tx.replace(&NamedKey { enabled: true, ..key })
    };
    bench.store.write::<_, CatalogError>(enable).await.unwrap();
    assert_eq!(keyring.read_back().await.unwrap(), ReadBack { found: 0, disabled: 1 });
    assert!(matches!(keyring.resolve(&key.id).await, Err(KeyError::Disabled(_))));
}

#[tokio::test]
async fn keys_without_a_file_are_given_one() {
    let bench = Bench::new();
    let keyring = bench.keyring();
    let key = keyring.create("", Some("alias/a")).await.unwrap();
    let path = bench.directory.path().join("keys").join(format!("{}.json", key.id));
    std::fs::remove_file(&path).unwrap();
    keyring.keep_all().await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(&key.id) && !text.contains("alias/a"), "{text}");
}

#[tokio::test]
async fn a_changed_file_or_one_of_another_master_key_or_place_is_refused() {
    let bench = Bench::new();
    let key = bench.keyring().create("", None).await.unwrap();
    let path = bench.directory.path().join("keys").join(format!("{}.json", key.id));
    assert!(bench.keyring_in("eu-west-1", "master.key").read_back().await.is_err());
    assert!(bench.keyring_in("us-east-1", "other.key").read_back().await.is_err());
    let text = std::fs::read_to_string(&path).unwrap();
    let digit = text.rfind('0').unwrap();
    std::fs::write(&path, format!("{}1{}", &text[..digit], &text[digit + 1..])).unwrap();
    assert!(bench.keyring().read_back().await.is_err());
    std::fs::write(&path, "{}").unwrap();
    assert!(bench.keyring().read_back().await.is_err());
}
