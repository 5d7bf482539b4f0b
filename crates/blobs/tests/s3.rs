//! Blobs on S3 keep the contract of their port, and survive what stores do (P9).
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod fake_s3;

use fake_s3::{FakeS3, Operation, Trouble};
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use valkeep_blobs::s3::{OpenError, Patience, S3Blobs, S3Place, Tuning};
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, Blobs};
use valkeep_ports::conformance;
use valkeep_s3::Access;

const ID: BlobId = BlobId([0xab; 16]);
const PART_BYTES: usize = 64 << 10;

/// Trouble is over quickly here.
const PATIENCE: Patience = Patience {
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(4),
    total: Duration::from_millis(300),
    attempt: Duration::from_secs(60),
};

const TUNING: Tuning = Tuning { first_part_bytes: PART_BYTES as u64, writing: PATIENCE, asking: PATIENCE };

async fn open_as(store: &FakeS3, spool: &TempDir, prefix: &str, owner: &str) -> Result<S3Blobs, OpenError> {
    open_with(store, spool, prefix, owner, TUNING).await
}

async fn open_with(
    store: &FakeS3,
    spool: &TempDir,
    prefix: &str,
    owner: &str,
    tuning: Tuning,
) -> Result<S3Blobs, OpenError> {
    let credentials = Some(("key".to_owned(), "secret".to_owned().into()));
    let access =
        Access { endpoint: Some(store.url.clone()), region: "us-east-1".to_owned(), credentials, path_style: true };
    let place =
        S3Place { access, bucket: "bucket".to_owned(), prefix: prefix.to_owned(), spool: spool.path().join("spool") };
    S3Blobs::open(place, owner, tuning).await
}

/// A store, and blobs below `our/` in it.
struct Bench {
    store: FakeS3,
    spool: TempDir,
    blobs: S3Blobs,
}

impl Bench {
    async fn new() -> Self {
        let (store, spool) = (FakeS3::start().await, tempfile::tempdir().unwrap());
        let blobs = open_as(&store, &spool, "our/", "us").await.unwrap();
        Self { store, spool, blobs }
    }

    async fn restarted(self) -> Self {
        let blobs = open_as(&self.store, &self.spool, "our/", "us").await.unwrap();
        Self { blobs, ..self }
    }

    async fn write(&self, bytes: &[u8]) -> Result<(), BlobError> {
        let mut writer = self.blobs.create(ID).await?;
        for piece in bytes.chunks(50_000) {
            writer.write(piece.to_vec().into()).await?;
        }
        writer.commit().await
    }

    async fn read(&self) -> Vec<u8> {
        let reader = self.blobs.open(ID).await.unwrap();
        reader.read_at(0, usize::try_from(reader.len_bytes()).unwrap()).await.unwrap().to_vec()
    }

    fn uploads(&self) -> usize {
        self.store.state().uploads.len()
    }

    fn spooled(&self) -> usize {
        std::fs::read_dir(self.spool.path().join("spool")).unwrap().count()
    }
}

/// What the store said of a read that failed.
fn said<T: std::fmt::Debug>(outcome: Result<T, BlobError>) -> String {
    match outcome {
        Err(BlobError::Failed(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn sample(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// Two full parts and a rest.
fn three_parts() -> Vec<u8> {
    sample(2 * PART_BYTES + 1000)
}

#[tokio::test]
async fn blobs_on_s3_keep_the_contract() {
    let store = FakeS3::start().await;
    let spools: Vec<TempDir> = (0..32).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut empty: Vec<Arc<dyn Blobs>> = Vec::new();
    for (number, spool) in spools.iter().enumerate() {
        empty.push(Arc::new(open_as(&store, spool, &format!("{number}/"), "us").await.unwrap()));
    }
    let empty = Mutex::new(empty);
    conformance::blobs(|| empty.lock().unwrap().pop().unwrap()).await;
}

#[tokio::test]
async fn a_blob_of_any_length_is_whole_and_leaves_nothing_behind() {
    let bench = Bench::new().await;
    for (len, parts) in [(0, 0), (1, 0), (PART_BYTES - 1, 0), (PART_BYTES, 1), (PART_BYTES + 1, 2), (5 * PART_BYTES, 5)]
    {
        bench.store.trouble(|_, _| None);
        bench.write(&sample(len)).await.unwrap();
        assert_eq!(bench.read().await, sample(len), "{len}");
        assert_eq!((bench.uploads(), bench.spooled(), bench.store.asked(Operation::Part)), (0, 0, parts), "{len}");
        bench.blobs.delete(ID).await.unwrap();
    }
    assert_eq!(bench.store.state().objects.keys().collect::<Vec<_>>(), ["our/owner"]);
}

#[tokio::test]
async fn trouble_that_passes_is_waited_out() {
    let kinds = [
        Trouble::Answer(500, "InternalError"),
        Trouble::Answer(400, "RequestTimeout"),
        Trouble::Answer(403, "RequestTimeTooSkewed"),
        Trouble::SlowDown,
        Trouble::Reset,
        Trouble::LostAnswer,
        Trouble::ErrorIn200,
    ];
    let bench = Bench::new().await;
    for bytes in [three_parts(), sample(10)] {
        for operation in [Operation::Head, Operation::Begin, Operation::Part, Operation::Complete, Operation::Put] {
            for kind in kinds {
                // A HEAD has no body, so the status is all that it tells.
                let told_by_body = matches!(kind, Trouble::ErrorIn200 | Trouble::Answer(400..=499, _));
                if operation == Operation::Head && told_by_body {
                    continue;
                }
                for nth in 0..3 {
                    bench.store.trouble(move |met, count| (met == operation && count == nth).then_some(kind));
                    let outcome = bench.write(&bytes).await;
                    assert!(outcome.is_ok(), "{operation:?} {nth} {kind:?}: {outcome:?}");
                    bench.store.no_trouble();
                    assert!(bench.read().await == bytes, "{operation:?} {nth} {kind:?}");
                    // An upload whose beginning was never told goes with its blob.
                    bench.blobs.delete(ID).await.unwrap();
                    assert_eq!((bench.uploads(), bench.spooled()), (0, 0), "{operation:?} {nth} {kind:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn trouble_that_lasts_loses_the_blob_and_leaves_no_upload() {
    let kinds = [
        Trouble::Answer(403, "AccessDenied"),
        Trouble::Answer(500, "InternalError"),
        Trouble::SlowDown,
        Trouble::Reset,
        Trouble::LostAnswer,
        Trouble::WrongEtag,
    ];
    let bench = Bench::new().await;
    for operation in [Operation::Begin, Operation::Part, Operation::Complete, Operation::Put] {
        for kind in kinds {
            bench.store.trouble(move |met, _| (met == operation).then_some(kind));
            let bytes = if operation == Operation::Put { sample(10) } else { three_parts() };
            let outcome = bench.write(&bytes).await;
            bench.store.no_trouble();
            // What stands after all is the blob, or nothing is there.
            match &outcome {
                Ok(()) => assert!(bench.read().await == bytes, "{operation:?} {kind:?}"),
                Err(error) => {
                    assert!(matches!(error, BlobError::Failed(_)), "{operation:?} {kind:?}: {error:?}");
                    assert!(
                        matches!(bench.blobs.open(ID).await, Err(BlobError::NotFound(ID))),
                        "{operation:?} {kind:?}"
                    );
                }
            }
            let untold = operation == Operation::Begin && matches!(kind, Trouble::LostAnswer);
            assert!(untold || bench.uploads() == 0, "{operation:?} {kind:?}");
            bench.blobs.delete(ID).await.unwrap();
            assert_eq!((bench.uploads(), bench.spooled()), (0, 0), "{operation:?} {kind:?}");
            assert_eq!(bench.store.state().objects.len(), 1, "{operation:?} {kind:?}");
        }
    }
}

#[tokio::test]
async fn an_abort_that_fails_is_made_up_for_by_the_deletion() {
    let bench = Bench::new().await;
    bench.store.trouble(|met, _| {
        let completing = (met == Operation::Complete).then_some(Trouble::Answer(403, "AccessDenied"));
        completing.or((met == Operation::Abort).then_some(Trouble::Answer(500, "InternalError")))
    });
    assert!(bench.write(&three_parts()).await.is_err());
    assert_eq!(bench.uploads(), 1);
    bench.store.no_trouble();
    assert_eq!(bench.blobs.list().await.unwrap(), [ID]);
    bench.blobs.delete(ID).await.unwrap();
    assert_eq!(bench.blobs.list().await.unwrap(), []);
}

#[tokio::test]
async fn a_blob_whose_store_says_nothing_is_given_up_in_time() {
    let bench = Bench::new().await;
    let impatient = Patience { attempt: Duration::from_millis(300), total: Duration::ZERO, ..PATIENCE };
    let tuning = Tuning { writing: impatient, ..TUNING };
    let blobs = open_with(&bench.store, &bench.spool, "our/", "us", tuning).await.unwrap();
    for silent in [Operation::Put, Operation::Begin, Operation::Part, Operation::Complete] {
        bench.store.trouble(move |met, _| (met == silent).then_some(Trouble::Silence));
        let bytes = if silent == Operation::Put { sample(10) } else { three_parts() };
        let mut writer = blobs.create(ID).await.unwrap();
        let written = writer.write(bytes.into()).await;
        assert!(written.is_err() || writer.commit().await.is_err(), "{silent:?}");
        bench.store.no_trouble();
        blobs.delete(ID).await.unwrap();
        assert_eq!(blobs.list().await.unwrap(), [], "{silent:?}");
    }
}

#[tokio::test]
async fn who_asks_a_store_that_says_nothing_hears_so_in_time() {
    let bench = Bench::new().await;
    bench.write(&sample(10)).await.unwrap();
    let impatient = Patience { attempt: Duration::from_secs(2), total: Duration::ZERO, ..PATIENCE };
    let tuning = Tuning { asking: impatient, ..TUNING };
    let blobs = open_with(&bench.store, &bench.spool, "our/", "us", tuning).await.unwrap();
    let reader = blobs.open(ID).await.unwrap();
    bench.store.trouble(|_, _| Some(Trouble::Silence));
    let (read, created, opened, listed, deleted, tidied, started) = tokio::join!(
        reader.read_at(0, 10),
        blobs.create(BlobId([1; 16])),
        blobs.open(ID),
        blobs.list(),
        blobs.delete(ID),
        blobs.tidy(),
        open_with(&bench.store, &bench.spool, "our/", "us", tuning),
    );
    assert_eq!(said(read), "the store did not answer in time");
    assert!(created.is_err() && opened.is_err() && listed.is_err() && deleted.is_err() && tidied.is_err());
    assert!(started.is_err());
}

#[tokio::test]
async fn an_upload_that_nobody_writes_goes_when_the_store_is_tidied_up_and_no_other() {
    let bench = Bench::new().await;
    let mut killed = bench.blobs.create(BlobId([1; 16])).await.unwrap();
    killed.write(three_parts().into()).await.unwrap();
    bench.store.until(|state| state.uploads.len() == 1).await;
    // A process that is killed drops nothing; and the next start cannot take back what it left.
    std::mem::forget(killed);
    bench.store.trouble(|met, _| (met == Operation::Abort).then_some(Trouble::Answer(500, "InternalError")));
    let bench = bench.restarted().await;
    bench.store.no_trouble();
    let mut writer = bench.blobs.create(ID).await.unwrap();
    writer.write(three_parts().into()).await.unwrap();
    bench.store.until(|state| state.uploads.len() == 2).await;
    bench.blobs.tidy().await.unwrap();
    assert_eq!(
        bench.store.state().uploads.values().map(|upload| &upload.key).collect::<Vec<_>>(),
        [&format!("our/{ID}")]
    );
    writer.commit().await.unwrap();
    assert!(bench.read().await == three_parts());
    bench.blobs.tidy().await.unwrap();
    assert_eq!(bench.uploads(), 0);
}

#[tokio::test]
async fn a_store_without_conditions_is_written_to_without() {
    let bench = Bench::new().await;
    bench.store.state().knows_no_conditions = true;
    for bytes in [three_parts(), sample(10)] {
        bench.write(&bytes).await.unwrap();
        assert!(bench.read().await == bytes);
        bench.blobs.delete(ID).await.unwrap();
    }
}

#[tokio::test]
async fn another_object_in_the_way_is_not_replaced() {
    let bench = Bench::new().await;
    for bytes in [three_parts(), sample(10)] {
        let mut writer = bench.blobs.create(ID).await.unwrap();
        let rival = vec![7; bytes.len()];
        bench.write(&rival).await.unwrap();
        writer.write(bytes.into()).await.unwrap();
        // Of the same length, so that only the mark tells it apart.
        assert!(matches!(writer.commit().await, Err(BlobError::Failed(_))));
        assert!(bench.read().await == rival);
        assert_eq!(bench.uploads(), 0);
        bench.blobs.delete(ID).await.unwrap();
    }
}

#[tokio::test]
async fn a_writer_never_waits_for_the_store() {
    let bench = Bench::new().await;
    // The trouble lasts for as long as this machine takes for the writes.
    let patient = Tuning { writing: Patience { total: Duration::from_secs(60), ..PATIENCE }, ..TUNING };
    let blobs = open_with(&bench.store, &bench.spool, "our/", "us", patient).await.unwrap();
    let down = |met: Operation, _| matches!(met, Operation::Begin | Operation::Part).then_some(Trouble::Reset);
    let mut writer = blobs.create(ID).await.unwrap();
    bench.store.trouble(down);
    for _ in 0..20 {
        writer.write(sample(PART_BYTES).into()).await.unwrap();
    }
    bench.store.no_trouble();
    writer.commit().await.unwrap();
    assert!(bench.read().await == sample(PART_BYTES).repeat(20));
}

#[tokio::test]
async fn a_writer_hears_early_that_the_store_refuses() {
    let bench = Bench::new().await;
    let mut writer = bench.blobs.create(ID).await.unwrap();
    bench.store.trouble(|met, _| (met == Operation::Begin).then_some(Trouble::Answer(403, "AccessDenied")));
    let mut refused = None;
    while refused.is_none() {
        refused = writer.write(sample(PART_BYTES).into()).await.err();
    }
    assert!(matches!(refused, Some(BlobError::Failed(error)) if error.to_string().contains("403 AccessDenied")));
    assert!(writer.write(vec![1].into()).await.is_err());
    assert!(writer.commit().await.is_err());
}

#[tokio::test]
async fn a_dropped_writer_aborts_its_upload() {
    let bench = Bench::new().await;
    let mut writer = bench.blobs.create(ID).await.unwrap();
    writer.write(three_parts().into()).await.unwrap();
    bench.store.until(|state| !state.uploads.is_empty()).await;
    drop(writer);
    bench.store.until(|state| state.uploads.is_empty()).await;
    assert_eq!(bench.store.state().objects.len(), 1);
}

#[tokio::test]
async fn what_a_killed_process_left_goes_with_the_next_start_and_nothing_else() {
    let bench = Bench::new().await;
    let foreign =
        ["other/key", "our/notes", &format!("our/{ID}.bak"), &format!("our/{}", ID.to_string().to_uppercase())];
    for number in 0..5_u8 {
        let mut writer = bench.blobs.create(BlobId([number; 16])).await.unwrap();
        writer.write(three_parts().into()).await.unwrap();
        // A process that is killed drops nothing.
        std::mem::forget(writer);
    }
    bench.store.until(|state| state.uploads.len() == 5).await;
    for key in foreign {
        bench.store.put_foreign(key);
    }
    assert_eq!(bench.blobs.list().await.unwrap(), [0, 1, 2, 3, 4].map(|number| BlobId([number; 16])));
    let bench = bench.restarted().await;
    assert_eq!((bench.uploads(), bench.spooled()), (foreign.len(), 0));
    assert_eq!(bench.blobs.list().await.unwrap(), []);
    bench.blobs.delete(ID).await.unwrap();
    assert_eq!((bench.uploads(), bench.store.state().objects.len()), (foreign.len(), foreign.len() + 1));
}

#[tokio::test]
async fn a_deleted_blob_fails_its_writer() {
    let bench = Bench::new().await;
    for bytes in [three_parts(), sample(10)] {
        let mut writer = bench.blobs.create(ID).await.unwrap();
        writer.write(bytes.into()).await.unwrap();
        bench.blobs.delete(ID).await.unwrap();
        assert!(matches!(writer.commit().await, Err(BlobError::Failed(_))));
        assert!(matches!(bench.blobs.open(ID).await, Err(BlobError::NotFound(ID))));
    }
}

#[tokio::test]
async fn reading_waits_trouble_out_and_never_gives_other_bytes() {
    let bench = Bench::new().await;
    bench.write(&three_parts()).await.unwrap();
    let reader = bench.blobs.open(ID).await.unwrap();
    for kind in [
        Trouble::SlowDown,
        Trouble::Reset,
        Trouble::LostAnswer,
        Trouble::CutBody,
        Trouble::Answer(500, "InternalError"),
    ] {
        bench.store.trouble(move |met, count| (met == Operation::Get && count < 2).then_some(kind));
        assert_eq!(reader.read_at(5, 1000).await.unwrap(), three_parts()[5..1005], "{kind:?}");
        bench.store.trouble(move |met, _| (met == Operation::Get).then_some(kind));
        assert!(matches!(reader.read_at(5, 1000).await, Err(BlobError::Failed(_))), "{kind:?}");
    }
    bench.store.trouble(|met, _| (met == Operation::Get).then_some(Trouble::WrongEtag));
    assert!(said(reader.read_at(5, 1000).await).contains("another object"));
    bench.store.no_trouble();
    // Another object of the same length under the key.
    bench.store.replace_bytes(&format!("our/{ID}"), sample(3 * PART_BYTES)[..three_parts().len()].to_vec());
    assert!(said(reader.read_at(5, 1000).await).contains("412"));
}

#[tokio::test]
async fn a_prefix_has_one_owner() {
    let bench = Bench::new().await;
    let refused = open_as(&bench.store, &tempfile::tempdir().unwrap(), "our/", "them").await.unwrap_err();
    let told = refused.to_string();
    assert!(told.contains("our/owner") && told.contains("us") && told.contains("them"), "{told}");
    open_as(&bench.store, &tempfile::tempdir().unwrap(), "their/", "them").await.unwrap();
    bench.restarted().await;
}

#[tokio::test]
async fn a_bucket_that_cannot_be_used_is_told_at_the_start() {
    for (operation, told) in [
        (Operation::Put, "writing an object"),
        (Operation::Get, "reading an object"),
        (Operation::Delete, "deleting an object"),
        (Operation::List, "listing blobs"),
        (Operation::Uploads, "listing uploads"),
    ] {
        let store = FakeS3::start().await;
        store.trouble(move |met, _| (met == operation).then_some(Trouble::Answer(403, "AccessDenied")));
        let refused = open_as(&store, &tempfile::tempdir().unwrap(), "our/", "us").await.unwrap_err();
        assert_eq!(refused.to_string(), "the bucket bucket cannot hold blobs");
        let cause = refused.source().unwrap().to_string();
        assert_eq!(cause, format!("{told} failed: 403 AccessDenied"), "{operation:?}");
    }
}
