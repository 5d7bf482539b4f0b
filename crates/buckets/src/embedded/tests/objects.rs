use crate::embedded::records::ObjectRecord;
use crate::testing::{Endpoint, code};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, Delete, ObjectIdentifier, ServerSideEncryption};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use valkeep_ports::blobs::{BlobRecord, BlobState};
use valkeep_ports::catalog::{Catalog, CatalogError, Outcome, Scan, Unit};
use valkeep_ports::memory::MemoryCatalog;

async fn put(client: &Client, key: &str, body: &[u8]) -> String {
    let put = client.put_object().bucket("bucket").key(key).body(ByteStream::from(body.to_vec()));
    put.send().await.unwrap().e_tag.unwrap()
}

async fn get(client: &Client, key: &str) -> Vec<u8> {
    client.get_object().bucket("bucket").key(key).send().await.unwrap().body.collect().await.unwrap().to_vec()
}

/// Bytes that no segment repeats.
pub(super) fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

async fn states(endpoint: &Endpoint) -> Vec<BlobState> {
    let unit = |tx: &mut valkeep_ports::catalog::Tx<'_>| tx.scan::<BlobRecord>(&Scan::keys("", 100));
    let records = endpoint.s3.store.read::<_, CatalogError>(unit).await.unwrap();
    records.into_iter().map(|record| record.state).collect()
}

#[tokio::test]
async fn an_object_comes_back_as_it_went_with_all_that_describes_it() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let body = bytes(3_000_000);
    let put = client
        .put_object()
        .bucket("bucket")
        .key("a/b c+ü.rdb")
        .body(ByteStream::from(body.clone()))
        .content_type("application/x-rdb")
        .content_language("de")
        .cache_control("no-store")
        .content_disposition("attachment")
        .expires(DateTime::from_secs(1_800_000_000))
        .metadata("colour", "blue");
    let put = put.send().await.unwrap();
    assert_eq!(put.server_side_encryption, Some(ServerSideEncryption::Aes256));
    let got = client.get_object().bucket("bucket").key("a/b c+ü.rdb").send().await.unwrap();
    assert_eq!(got.e_tag, put.e_tag);
    assert_eq!(got.content_type(), Some("application/x-rdb"));
    assert_eq!(got.content_language(), Some("de"));
    assert_eq!(got.cache_control(), Some("no-store"));
    assert_eq!(got.content_disposition(), Some("attachment"));
    assert_eq!(got.expires_string(), Some("Fri, 15 Jan 2027 08:00:00 GMT"));
    assert_eq!(got.metadata().unwrap()["colour"], "blue");
    assert_eq!(got.last_modified().unwrap().secs(), 1_767_323_045);
    assert!(got.body.collect().await.unwrap().to_vec() == body);
}

#[tokio::test]
async fn the_entity_tag_is_the_md5() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    assert_eq!(put(&client, "hello", b"hello").await, "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(put(&client, "empty", b"").await, "\"d41d8cd98f00b204e9800998ecf8427e\"");
    assert_eq!(get(&client, "empty").await, b"");
}

#[tokio::test]
async fn every_checksum_is_verified_kept_and_returned() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        let put = client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"hello"));
        let put = put.checksum_algorithm(algorithm.clone()).send().await.unwrap();
        let head = client.head_object().bucket("bucket").key("x").checksum_mode(ChecksumMode::Enabled);
        let head = head.send().await.unwrap();
        let sums = [
            (put.checksum_crc32, head.checksum_crc32),
            (put.checksum_crc32_c, head.checksum_crc32_c),
            (put.checksum_crc64_nvme, head.checksum_crc64_nvme),
            (put.checksum_sha1, head.checksum_sha1),
            (put.checksum_sha256, head.checksum_sha256),
        ];
        assert!(sums.iter().all(|(put, head)| put == head), "{algorithm}");
        assert_eq!(sums.iter().filter(|(put, _)| put.is_some()).count(), 1, "{algorithm}");
        // The client verifies what it reads.
        let got =
            client.get_object().bucket("bucket").key("x").checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
        assert_eq!(got.body.collect().await.unwrap().to_vec(), b"hello");
    }
}

#[tokio::test]
async fn a_streamed_body_brings_its_checksum_in_a_trailer() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let file = std::env::temp_dir().join(format!("valkeep-buckets-{}", std::process::id()));
    let body = bytes(2_500_000);
    std::fs::write(&file, &body).unwrap();
    let stream = ByteStream::from_path(&file).await.unwrap();
    let put = client.put_object().bucket("bucket").key("x").body(stream).checksum_algorithm(ChecksumAlgorithm::Sha256);
    let put = put.send().await;
    std::fs::remove_file(&file).unwrap();
    assert!(put.unwrap().checksum_sha256.is_some());
    assert!(get(&client, "x").await == body);
}

#[tokio::test]
async fn a_body_that_breaks_its_promise_leaves_no_object() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let put = || client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"hello"));
    assert_eq!(code(put().checksum_sha256("AAAA").send().await), "BadDigest");
    assert_eq!(code(put().content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await), "BadDigest");
    assert_eq!(code(client.head_object().bucket("bucket").key("x").send().await), "404");
    assert_eq!(states(&endpoint).await, [BlobState::Dead, BlobState::Dead]);
}

#[tokio::test]
async fn bytes_lie_sealed_and_replaced_or_deleted_ones_are_left_to_the_sweeper() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    put(&client, "x", b"the same plaintext").await;
    let blob = endpoint.s3.blobs.list().await.unwrap()[0];
    let reader = endpoint.s3.blobs.open(blob).await.unwrap();
    let stored = reader.read_at(0, usize::try_from(reader.len_bytes()).unwrap()).await.unwrap();
    assert!(!stored.windows(4).any(|window| window == b"same"));
    assert_eq!(states(&endpoint).await, [BlobState::Sealed { references: 1 }]);
    put(&client, "x", b"other").await;
    assert_eq!(states(&endpoint).await, [BlobState::Dead, BlobState::Sealed { references: 1 }]);
    client.delete_object().bucket("bucket").key("x").send().await.unwrap();
    assert_eq!(states(&endpoint).await, [BlobState::Dead, BlobState::Dead]);
    client.delete_object().bucket("bucket").key("x").send().await.unwrap();
}

#[tokio::test]
async fn ranges_cross_segments() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let body = bytes(2_500_000);
    put(&client, "x", &body).await;
    for (range, span, header) in [
        ("bytes=0-0", 0..1, "bytes 0-0/2500000"),
        ("bytes=1048570-1048580", 1_048_570..1_048_581, "bytes 1048570-1048580/2500000"),
        ("bytes=2499999-", 2_499_999..2_500_000, "bytes 2499999-2499999/2500000"),
        ("bytes=-3", 2_499_997..2_500_000, "bytes 2499997-2499999/2500000"),
        ("bytes=5-99999999", 5..2_500_000, "bytes 5-2499999/2500000"),
    ] {
        let got = client.get_object().bucket("bucket").key("x").range(range).send().await.unwrap();
        assert_eq!(got.content_range(), Some(header));
        assert!(got.body.collect().await.unwrap().to_vec() == body[span], "{range}");
    }
    let behind = client.get_object().bucket("bucket").key("x").range("bytes=2500000-").send().await;
    assert_eq!(code(behind), "InvalidRange");
}

#[tokio::test]
async fn reads_keep_their_conditions() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let etag = put(&client, "x", b"hello").await;
    let get = || client.get_object().bucket("bucket").key("x");
    assert!(get().if_match(&etag).send().await.is_ok());
    assert_eq!(code(get().if_match("\"other\"").send().await), "PreconditionFailed");
    assert_eq!(code(get().if_none_match(&etag).send().await), "304");
    let (before, after) = (DateTime::from_secs(1_767_000_000), DateTime::from_secs(1_768_000_000));
    assert_eq!(code(get().if_modified_since(after).send().await), "304");
    assert_eq!(code(get().if_unmodified_since(before).send().await), "PreconditionFailed");
    assert!(get().if_match(&etag).if_unmodified_since(before).send().await.is_ok());
}

#[tokio::test]
async fn only_the_first_conditional_write_succeeds() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let put = |body: &'static [u8]| client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(body));
    let (one, two) = tokio::join!(put(b"one").if_none_match("*").send(), put(b"two").if_none_match("*").send());
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1);
    let etag = one.ok().or(two.ok()).unwrap().e_tag.unwrap();
    assert_eq!(code(put(b"three").if_none_match("*").send().await), "PreconditionFailed");
    assert_eq!(code(put(b"three").if_match("\"other\"").send().await), "PreconditionFailed");
    assert!(put(b"three").if_match(etag).send().await.is_ok());
    assert_eq!(get(&client, "x").await, b"three");
}

#[tokio::test]
async fn a_copy_keeps_or_replaces_what_describes_it() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let source = client.put_object().bucket("bucket").key("a").body(ByteStream::from_static(b"hello"));
    source.metadata("colour", "blue").send().await.unwrap();
    let copy = |key: &str| client.copy_object().bucket("bucket").key(key).copy_source("bucket/a");
    copy("b").send().await.unwrap();
    let replaced = copy("c").metadata_directive(aws_sdk_s3::types::MetadataDirective::Replace).metadata("size", "xl");
    replaced.send().await.unwrap();
    assert_eq!(get(&client, "b").await, b"hello");
    let colours = |key: &'static str| {
        let head = client.head_object().bucket("bucket").key(key);
        async move { head.send().await.unwrap().metadata.unwrap().into_keys().collect::<Vec<_>>() }
    };
    assert_eq!(colours("b").await, ["colour"]);
    assert_eq!(colours("c").await, ["size"]);
    assert_eq!(code(copy("a").send().await), "InvalidRequest");
    assert_eq!(code(copy("d").copy_source("bucket/none").send().await), "NoSuchKey");
}

#[tokio::test]
async fn many_objects_go_at_once() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    for key in ["a", "b", "c"] {
        put(&client, key, b"x").await;
    }
    let wish = |key: &str| ObjectIdentifier::builder().key(key).build().unwrap();
    let delete = Delete::builder().objects(wish("a")).objects(wish("b")).objects(wish("none")).build().unwrap();
    let gone = client.delete_objects().bucket("bucket").delete(delete.clone()).send().await.unwrap();
    assert_eq!((gone.deleted().len(), gone.errors().len()), (3, 0));
    let refused = endpoint.client("reader").delete_objects().bucket("bucket").delete(delete).send().await.unwrap();
    assert!(refused.errors().iter().all(|error| error.code() == Some("AccessDenied")));
    assert_eq!(refused.errors().len(), 3);
    let left =
        endpoint.s3.store.read::<_, CatalogError>(|tx| tx.scan::<ObjectRecord>(&Scan::keys("", 9))).await.unwrap();
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_honoured_is_refused() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let put = || client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"x"));
    assert_eq!(code(put().tagging("a=b").send().await), "NotImplemented");
    assert_eq!(code(put().server_side_encryption(ServerSideEncryption::AwsKms).send().await), "NotImplemented");
    assert_eq!(code(put().acl(aws_sdk_s3::types::ObjectCannedAcl::PublicRead).send().await), "NotImplemented");
    assert_eq!(code(put().storage_class(aws_sdk_s3::types::StorageClass::Glacier).send().await), "NotImplemented");
    assert_eq!(code(client.get_object().bucket("bucket").key("x").version_id("1").send().await), "NoSuchVersion");
    assert_eq!(code(client.get_object_tagging().bucket("bucket").key("x").send().await), "NotImplemented");
    assert_eq!(code(client.get_bucket_versioning().bucket("bucket").send().await), "NotImplemented");
    let large = client.put_object().bucket("bucket").key("x").metadata("big", "x".repeat(2048));
    assert_eq!(code(large.send().await), "MetadataTooLarge");
    assert_eq!(code(client.head_object().bucket("bucket").key("x").send().await), "404");
}

/// A catalog that commits, and loses the answer of one write.
#[derive(Debug, Default)]
struct Forgetful {
    catalog: MemoryCatalog,
    /// Writes until that one; zero loses none.
    until: AtomicUsize,
}

#[async_trait]
impl Catalog for Forgetful {
    async fn write(&self, unit: Unit) -> Result<Outcome, CatalogError> {
        let outcome = self.catalog.write(unit).await?;
        match self.until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(1) => Err(CatalogError::Unavailable("the answer is lost".into())),
            Ok(_) | Err(_) => Ok(outcome),
        }
    }

    async fn read(&self, unit: Unit) -> Result<Outcome, CatalogError> {
        self.catalog.read(unit).await
    }
}

#[tokio::test]
async fn an_object_whose_commit_lost_its_answer_keeps_its_bytes() {
    let catalog = Arc::new(Forgetful::default());
    let endpoint = Endpoint::start_on(catalog.clone()).await;
    let client = endpoint.client("admin");
    client.create_bucket().bucket("bucket").send().await.unwrap();
    // The first write records the blob, the second shows the object.
    catalog.until.store(2, Ordering::Relaxed);
    let put = client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"kept")).send().await;
    assert_eq!(code(put), "ServiceUnavailable");
    assert_eq!(states(&endpoint).await, [BlobState::Sealed { references: 1 }]);
    assert_eq!(get(&client, "x").await, b"kept");
}
