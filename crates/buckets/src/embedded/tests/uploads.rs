use super::objects::bytes;
use crate::testing::{Endpoint, code};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart};
use valkeep_ports::blobs::{BlobRecord, BlobState};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};

const PART: usize = 5 << 20;

async fn begin(client: &Client) -> String {
    client.create_multipart_upload().bucket("bucket").key("x").send().await.unwrap().upload_id.unwrap()
}

async fn part(client: &Client, upload: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let part = client.upload_part().bucket("bucket").key("x").upload_id(upload).part_number(number);
    let part = part.body(ByteStream::from(body)).send().await.unwrap();
    CompletedPart::builder().part_number(number).set_e_tag(part.e_tag).set_checksum_crc32(part.checksum_crc32).build()
}

fn list(parts: &[&CompletedPart]) -> CompletedMultipartUpload {
    let parts = parts.iter().map(|part| (*part).clone()).collect();
    CompletedMultipartUpload::builder().set_parts(Some(parts)).build()
}

async fn living_blobs(endpoint: &Endpoint) -> usize {
    let unit = |tx: &mut Tx<'_>| tx.scan::<BlobRecord>(&Scan::keys("", 100));
    let records = endpoint.s3.store.read::<_, CatalogError>(unit).await.unwrap();
    records.iter().filter(|record| record.state == BlobState::Sealed { references: 1 }).count()
}

#[tokio::test]
async fn parts_become_one_object_that_can_be_read_anywhere() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let body = bytes(2 * PART + 1000);
    let upload = begin(&client).await;
    // Out of order, one replaced, one never named.
    let two = part(&client, &upload, 2, body[PART..2 * PART].to_vec()).await;
    part(&client, &upload, 7, b"wrong".to_vec()).await;
    let seven = part(&client, &upload, 7, body[2 * PART..].to_vec()).await;
    let one = part(&client, &upload, 1, body[..PART].to_vec()).await;
    part(&client, &upload, 9, b"unused".to_vec()).await;
    let complete = client.complete_multipart_upload().bucket("bucket").key("x").upload_id(&upload);
    let done = complete.multipart_upload(list(&[&one, &two, &seven])).send().await.unwrap();
    assert!(done.e_tag().unwrap().ends_with("-3\""));
    assert_eq!(living_blobs(&endpoint).await, 3);
    let get = || client.get_object().bucket("bucket").key("x");
    assert!(get().send().await.unwrap().body.collect().await.unwrap().to_vec() == body);
    let (first, last) = (PART - 3, 2 * PART + 5);
    let got = get().range(format!("bytes={first}-{last}")).send().await.unwrap();
    assert!(got.body.collect().await.unwrap().to_vec() == body[first..=last]);
    let third = get().part_number(3).send().await.unwrap();
    assert_eq!(third.parts_count(), Some(3));
    assert!(third.body.collect().await.unwrap().to_vec() == body[2 * PART..]);
    client.delete_object().bucket("bucket").key("x").send().await.unwrap();
    assert_eq!(living_blobs(&endpoint).await, 0);
}

#[tokio::test]
async fn a_completion_repeated_succeeds_and_a_conditional_one_never_replaces() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let (first, second) = (begin(&client).await, begin(&client).await);
    let one = part(&client, &first, 1, b"first".to_vec()).await;
    let other = part(&client, &second, 1, b"second".to_vec()).await;
    let complete = |upload: &str, part: &CompletedPart| {
        let complete = client.complete_multipart_upload().bucket("bucket").key("x").upload_id(upload);
        complete.if_none_match("*").multipart_upload(list(&[part])).send()
    };
    let done = complete(&first, &one).await.unwrap();
    assert_eq!(complete(&first, &one).await.unwrap().e_tag, done.e_tag);
    assert_eq!(code(complete(&second, &other).await), "PreconditionFailed");
    assert_eq!(living_blobs(&endpoint).await, 2);
}

#[tokio::test]
async fn broken_completions_are_refused() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let upload = begin(&client).await;
    let one = part(&client, &upload, 1, b"small".to_vec()).await;
    let two = part(&client, &upload, 2, b"last".to_vec()).await;
    let wrong = CompletedPart::builder().part_number(1).e_tag("\"00000000000000000000000000000000\"").build();
    let missing = CompletedPart::builder().part_number(3).set_e_tag(one.e_tag.clone()).build();
    let complete = |parts: &[&CompletedPart]| {
        let complete = client.complete_multipart_upload().bucket("bucket").key("x").upload_id(&upload);
        complete.multipart_upload(list(parts)).send()
    };
    assert_eq!(code(complete(&[&one, &two]).await), "EntityTooSmall");
    assert_eq!(code(complete(&[&two, &one]).await), "InvalidPartOrder");
    assert_eq!(code(complete(&[&wrong]).await), "InvalidPart");
    assert_eq!(code(complete(&[&one, &missing]).await), "InvalidPart");
    assert_eq!(code(complete(&[]).await), "MalformedXML");
    let other = client.complete_multipart_upload().bucket("bucket").key("y").upload_id(&upload);
    assert_eq!(code(other.multipart_upload(list(&[&one])).send().await), "NoSuchUpload");
    let number = client.upload_part().bucket("bucket").key("x").upload_id(&upload).part_number(10_001);
    assert_eq!(code(number.send().await), "InvalidArgument");
    assert!(complete(&[&one]).await.is_ok());
}

#[tokio::test]
async fn an_aborted_upload_is_gone_with_its_parts() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let upload = begin(&client).await;
    part(&client, &upload, 1, b"x".to_vec()).await;
    let abort = || client.abort_multipart_upload().bucket("bucket").key("x").upload_id(&upload).send();
    abort().await.unwrap();
    assert_eq!(living_blobs(&endpoint).await, 0);
    assert_eq!(code(abort().await), "NoSuchUpload");
    let late = client.upload_part().bucket("bucket").key("x").upload_id(&upload).part_number(1);
    assert_eq!(code(late.send().await), "NoSuchUpload");
}

#[tokio::test]
async fn full_and_composite_checksums_of_an_upload() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    for (kind, expected) in [(ChecksumType::FullObject, false), (ChecksumType::Composite, true)] {
        let begun = client.create_multipart_upload().bucket("bucket").key("x");
        let begun =
            begun.checksum_algorithm(ChecksumAlgorithm::Crc32).checksum_type(kind.clone()).send().await.unwrap();
        let upload = begun.upload_id.unwrap();
        let one = part(&client, &upload, 1, bytes(PART)).await;
        let two = part(&client, &upload, 2, b"end".to_vec()).await;
        let complete = client.complete_multipart_upload().bucket("bucket").key("x").upload_id(&upload);
        let done = complete.multipart_upload(list(&[&one, &two])).send().await.unwrap();
        assert_eq!(done.checksum_type, Some(kind));
        assert_eq!(done.checksum_crc32().unwrap().ends_with("-2"), expected);
        // The client verifies a full checksum when it reads.
        let got = client.get_object().bucket("bucket").key("x").checksum_mode(ChecksumMode::Enabled);
        assert_eq!(got.send().await.unwrap().body.collect().await.unwrap().to_vec().len(), PART + 3);
    }
}

#[tokio::test]
async fn parts_and_uploads_are_listed_page_by_page() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let upload = begin(&client).await;
    for number in [3, 1, 2] {
        part(&client, &upload, number, b"x".to_vec()).await;
    }
    let parts = || client.list_parts().bucket("bucket").key("x").upload_id(&upload).max_parts(2);
    let first = parts().send().await.unwrap();
    let numbers: Vec<_> = first.parts().iter().map(|part| part.part_number().unwrap()).collect();
    assert_eq!((numbers, first.is_truncated()), (vec![1, 2], Some(true)));
    let rest = parts().part_number_marker(first.next_part_number_marker().unwrap()).send().await.unwrap();
    assert_eq!((rest.parts()[0].part_number(), rest.is_truncated()), (Some(3), Some(false)));
    let second = begin(&client).await;
    let uploads = || client.list_multipart_uploads().bucket("bucket").max_uploads(1);
    let one = uploads().send().await.unwrap();
    assert_eq!(one.uploads()[0].upload_id(), Some(upload.as_str()));
    let two = uploads().set_key_marker(one.next_key_marker).set_upload_id_marker(one.next_upload_id_marker);
    let two = two.send().await.unwrap();
    assert_eq!(two.uploads()[0].upload_id(), Some(second.as_str()));
    assert_eq!(two.is_truncated(), Some(false));
    assert!(uploads().key_marker("x").send().await.unwrap().uploads().is_empty());
}
