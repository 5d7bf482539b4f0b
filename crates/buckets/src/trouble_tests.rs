//! An external store that misbehaves: an upload ends complete, or is taken back and leaves nothing.

use crate::export_tests::{external, name};
use crate::external::Grants;
use crate::testing::Endpoint;
use crate::testing::Misbehaviour::{self, Answers, LosesAnswer, Resets};
use bytes::Bytes;
use valkeep_domain::export::ExportRefusal;
use valkeep_ports::buckets::{BucketError, ExportBuckets};

const KEY: &str = "x-0001.rdb";

/// More than the client tries a request by itself.
const ALWAYS: usize = 100;

/// What the job makes of it.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Complete,
    /// It is tried again, a little later.
    TriedAgain,
    /// It fails now.
    Fails,
    BucketGone,
}

fn ended<T>(outcome: Result<T, BucketError>) -> Ended {
    match outcome {
        Ok(_) => Ended::Complete,
        Err(BucketError::UploadGone | BucketError::Unavailable(_)) => Ended::TriedAgain,
        Err(BucketError::Refused(ExportRefusal::NoSuchBucket(_))) => Ended::BucketGone,
        Err(BucketError::Refused(_) | BucketError::Failed(_)) => Ended::Fails,
    }
}

fn error(code: &'static str) -> String {
    format!("<Error><Code>{code}</Code><Message>on purpose</Message></Error>")
}

/// An upload of one part, while `times` requests of that method go wrong.
async fn upload(method: &'static str, times: usize, misbehaviour: Misbehaviour) -> Ended {
    let case = format!("{method} {times} {misbehaviour:?}");
    let (endpoint, client) = Endpoint::with_bucket().await;
    let store = external(&endpoint, "admin", Grants::Judge).await;
    let upload = store.begin(&name(), KEY, "export").await.unwrap();
    endpoint.trouble.choose(method, times, misbehaviour);
    let outcome = async {
        let part = store.upload_part(&upload, 1, Bytes::from_static(b"part")).await?;
        store.complete(&upload, &[part]).await
    };
    let outcome = ended(outcome.await);
    endpoint.trouble.choose(method, 0, misbehaviour);
    // What the job does in the end, whatever the outcome.
    store.abort(&upload).await.unwrap();
    let open = client.list_multipart_uploads().bucket("bucket").send().await.unwrap();
    assert!(open.uploads().is_empty(), "{case}: an upload is left");
    let object = client.get_object().bucket("bucket").key(KEY).send().await;
    match object {
        Ok(object) => assert_eq!(object.body.collect().await.unwrap().to_vec(), b"part", "{case}"),
        Err(_) => assert_ne!(outcome, Ended::Complete, "{case}: no object"),
    }
    outcome
}

#[tokio::test]
async fn what_passes_by_itself_is_passed() {
    for misbehaviour in [
        Answers(500, ""),
        Answers(503, "<Error><Code>SlowDown</Code></Error>"),
        Answers(400, "<Error><Code>RequestTimeout</Code></Error>"),
        Resets,
        LosesAnswer,
    ] {
        for method in ["PUT", "POST"] {
            assert_eq!(upload(method, 1, misbehaviour).await, Ended::Complete, "{method} {misbehaviour:?}");
        }
    }
    // A completion that did not succeed although its status says so.
    let failed = Answers(200, "<Error><Code>InternalError</Code></Error>");
    assert_ne!(upload("POST", 1, failed).await, Ended::Fails);
}

#[tokio::test]
async fn what_lasts_is_tried_again_or_fails_by_its_cause() {
    for (method, status, code, expected) in [
        ("PUT", 500, "InternalError", Ended::TriedAgain),
        ("PUT", 503, "SlowDown", Ended::TriedAgain),
        ("POST", 200, "InternalError", Ended::TriedAgain),
        ("PUT", 403, "RequestTimeTooSkewed", Ended::TriedAgain),
        ("PUT", 400, "ExpiredToken", Ended::TriedAgain),
        ("PUT", 404, "NoSuchUpload", Ended::TriedAgain),
        ("PUT", 403, "AccessDenied", Ended::Fails),
        ("POST", 403, "AccessDenied", Ended::Fails),
        // The tags of the parts are not those that the store has.
        ("POST", 400, "InvalidPart", Ended::Fails),
        // Not followed: nothing listens there, and the next attempt would be `TriedAgain`.
        ("PUT", 301, "PermanentRedirect", Ended::Fails),
        ("PUT", 307, "TemporaryRedirect", Ended::Fails),
        ("PUT", 404, "NoSuchBucket", Ended::BucketGone),
        ("POST", 404, "NoSuchBucket", Ended::BucketGone),
    ] {
        let body: &'static str = error(code).leak();
        assert_eq!(upload(method, ALWAYS, Answers(status, body)).await, expected, "{method} {code}");
    }
    assert_eq!(upload("PUT", ALWAYS, Resets).await, Ended::TriedAgain);
}

#[tokio::test]
async fn with_the_bucket_its_uploads_are_gone() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let store = external(&endpoint, "admin", Grants::Judge).await;
    let since = endpoint.s3.clock.now();
    let upload = store.begin(&name(), KEY, "export").await.unwrap();
    endpoint.trouble.choose("DELETE", ALWAYS, Answers(404, "<Error><Code>NoSuchBucket</Code></Error>"));
    assert_eq!(ended(store.abort(&upload).await), Ended::BucketGone);
    endpoint.trouble.choose("GET", ALWAYS, Answers(404, "<Error><Code>NoSuchBucket</Code></Error>"));
    assert_eq!(ended(store.abort_unrecorded(&name(), KEY, "export", since).await), Ended::BucketGone);
    endpoint.trouble.choose("GET", 0, Resets);
    let listed = client.list_multipart_uploads().bucket("bucket").send().await.unwrap();
    assert_eq!(listed.uploads().len(), 1, "the trouble hid it");
}
