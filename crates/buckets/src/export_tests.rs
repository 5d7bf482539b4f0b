//! The port for exports, on the endpoint itself and on a client that reaches the same endpoint over HTTP.

use crate::external::{ExternalS3, ExternalSettings, Grants};
use crate::testing::{ACCOUNT, Endpoint, PEER, TestClock, TestIds, admin, caller, code, from};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use valkeep_access::policy::Context;
use valkeep_domain::arn::Place;
use valkeep_domain::export::CANONICAL_USER;
use valkeep_domain::names::BucketName;
use valkeep_ports::buckets::{BucketError, ExportBuckets, Upload, UploadedPart};
use valkeep_s3::Access;
use zeroize::Zeroizing;

pub(crate) async fn external(endpoint: &Endpoint, access_key: &str, grants: Grants) -> ExternalS3 {
    let settings = ExternalSettings {
        access: Access {
            endpoint: Some(endpoint.url.clone()),
            region: "us-east-1".to_owned(),
            credentials: Some((access_key.to_owned(), Zeroizing::new(format!("secret of {access_key}")))),
            path_style: true,
        },
        grants,
    };
    let place = Place::new("us-east-1", ACCOUNT);
    ExternalS3::new(settings, place, Arc::new(TestClock::default()), Arc::new(TestIds::default())).await
}

/// Both ways to a bucket that ElastiCache's canonical user may do everything with.
async fn both() -> (Endpoint, Client, [Box<dyn ExportBuckets>; 2]) {
    let (endpoint, client) = Endpoint::with_bucket().await;
    grant(&client, "bucket").await;
    let external = external(&endpoint, "admin", Grants::Judge).await;
    let stores: [Box<dyn ExportBuckets>; 2] = [Box::new(endpoint.s3.clone()), Box::new(external)];
    (endpoint, client, stores)
}

async fn grant(client: &Client, bucket: &str) {
    let id = format!("id={CANONICAL_USER}");
    client.put_bucket_acl().bucket(bucket).grant_full_control(id).send().await.unwrap();
}

pub(crate) fn name() -> BucketName {
    BucketName::parse("bucket").unwrap()
}

fn here() -> Context {
    from(PEER)
}

fn keys() -> Vec<String> {
    vec!["x-0001.rdb".to_owned(), "x-0002.rdb".to_owned()]
}

fn text<T: std::fmt::Debug>(result: Result<T, BucketError>) -> String {
    match result.unwrap_err() {
        BucketError::Refused(refusal) => refusal.to_string(),
        other @ (BucketError::UploadGone | BucketError::Unavailable(_) | BucketError::Failed(_)) => {
            format!("{other:?}")
        }
    }
}

#[tokio::test]
async fn an_export_appears_whole_and_under_its_id() {
    let (_endpoint, client, stores) = both().await;
    for (number, store) in stores.iter().enumerate() {
        let key = format!("x {number}/é-0001.rdb");
        let upload = store.begin(&name(), &key, "export-1").await.unwrap();
        let last = store.upload_part(&upload, 2, Bytes::from_static(b"end")).await.unwrap();
        store.upload_part(&upload, 1, Bytes::from_static(b"to be replaced")).await.unwrap();
        let first = store.upload_part(&upload, 1, vec![7; 5 << 20].into()).await.unwrap();
        assert_eq!(store.exported_by(&name(), &key).await.unwrap(), None);
        store.complete(&upload, &[first, last]).await.unwrap();
        assert_eq!(store.exported_by(&name(), &key).await.unwrap(), Some(Some("export-1".to_owned())));
        let got = client.get_object().bucket("bucket").key(&key).send().await.unwrap();
        assert_eq!(got.body.collect().await.unwrap().to_vec().len(), (5 << 20) + 3);
        store.delete(&name(), &key).await.unwrap();
        store.delete(&name(), &key).await.unwrap();
        assert_eq!(store.exported_by(&name(), &key).await.unwrap(), None);
    }
}

#[tokio::test]
async fn of_two_exports_to_one_key_the_second_is_refused() {
    let (_endpoint, _client, stores) = both().await;
    for (number, store) in stores.iter().enumerate() {
        let key = format!("x{number}-0001.rdb");
        let one = store.begin(&name(), &key, "one").await.unwrap();
        let two = store.begin(&name(), &key, "two").await.unwrap();
        let part_one = store.upload_part(&one, 1, Bytes::from_static(b"one")).await.unwrap();
        let part_two = store.upload_part(&two, 1, Bytes::from_static(b"two")).await.unwrap();
        store.complete(&one, &[part_one]).await.unwrap();
        let refused = text(store.complete(&two, &[part_two]).await);
        assert_eq!(refused, format!("The S3 bucket bucket already contains an object with key {key}."));
        store.abort(&two).await.unwrap();
        assert_eq!(store.exported_by(&name(), &key).await.unwrap(), Some(Some("one".to_owned())));
    }
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_is_repeated_with_success() {
    let (_endpoint, _client, stores) = both().await;
    for (number, store) in stores.iter().enumerate() {
        let key = format!("x{number}-0001.rdb");
        let upload = store.begin(&name(), &key, "one").await.unwrap();
        let again = store.begin(&name(), &key, "one").await.unwrap();
        let part = store.upload_part(&upload, 1, Bytes::from_static(b"one")).await.unwrap();
        let part_again = store.upload_part(&again, 1, Bytes::from_static(b"one")).await.unwrap();
        for _ in 0..2 {
            store.complete(&upload, std::slice::from_ref(&part)).await.unwrap();
        }
        // The same export under another upload, complete (412) and gone (404).
        store.complete(&again, std::slice::from_ref(&part_again)).await.unwrap();
        store.abort(&again).await.unwrap();
        store.complete(&again, &[part_again]).await.unwrap();
        store.delete(&name(), &key).await.unwrap();
        assert!(matches!(store.complete(&again, &[]).await, Err(BucketError::UploadGone)));
    }
}

#[tokio::test]
async fn a_callers_address_decides_where_a_policy_asks_for_it() {
    let (_endpoint, _client, stores) = both().await;
    let local = caller(
        ACCOUNT,
        "local",
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:PutObject","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}"#,
    );
    let away = from("198.51.100.1");
    for store in &stores {
        assert_eq!(store.check("bucket", &keys(), &local, &here()).await.unwrap(), name());
        let refused = text(store.check("bucket", &keys(), &local, &away).await);
        assert!(refused.contains("does not have sufficient permissions"), "{refused}");
    }
}

#[tokio::test]
async fn an_aborted_upload_is_gone_and_may_be_aborted_again() {
    let (_endpoint, _client, stores) = both().await;
    for store in &stores {
        let upload = store.begin(&name(), "x-0001.rdb", "id").await.unwrap();
        store.abort(&upload).await.unwrap();
        store.abort(&upload).await.unwrap();
        let part = UploadedPart { number: 1, etag: "\"00\"".to_owned() };
        assert!(matches!(store.upload_part(&upload, 1, vec![1].into()).await, Err(BucketError::UploadGone)));
        assert!(matches!(store.complete(&upload, &[part]).await, Err(BucketError::UploadGone)));
    }
}

#[tokio::test]
async fn the_checks_refuse_with_the_texts_of_the_page() {
    let (endpoint, client, stores) = both().await;
    client.create_bucket().bucket("ungranted").send().await.unwrap();
    let away = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
    client.create_bucket().bucket("away").create_bucket_configuration(away).send().await.unwrap();
    endpoint.client("stranger").create_bucket().bucket("theirs").send().await.unwrap();
    let open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"s3:*","Resource":["arn:aws:s3:::theirs","arn:aws:s3:::theirs/*"]}]}"#;
    endpoint.client("stranger").put_bucket_policy().bucket("theirs").policy(open).send().await.unwrap();
    let few = caller(ACCOUNT, "few", r#"{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}"#);
    let none = caller(ACCOUNT, "none", r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#);
    for (number, store) in stores.iter().enumerate() {
        assert_eq!(store.check("bucket", &keys(), &admin(), &here()).await.unwrap(), name());
        for (bucket, caller, expected) in [
            ("none", admin(), "The S3 bucket none does not exist."),
            ("Not_A_Name", admin(), "The S3 bucket Not_A_Name does not exist."),
            ("away", admin(), "The S3 bucket away is outside of the region."),
            (
                "bucket",
                none.clone(),
                "Elasticache was unable to validate the authenticated user has access on the S3 bucket",
            ),
            ("theirs", admin(), "The S3 bucket theirs is not owned by the authenticated user."),
            (
                "bucket",
                few.clone(),
                "The authenticated user does not have sufficient permissions to perform the desired activity.",
            ),
            ("ungranted", admin(), "ElastiCache has not been granted READ permissions ungranted on the S3 Bucket."),
        ] {
            assert_eq!(text(store.check(bucket, &keys(), &caller, &here()).await), expected, "{number}");
        }
    }
    client.put_object().bucket("bucket").key("x-0002.rdb").body(ByteStream::from_static(b"x")).send().await.unwrap();
    for store in &stores {
        let refused = text(store.check("bucket", &keys(), &admin(), &here()).await);
        assert_eq!(refused, "The S3 bucket bucket already contains an object with key x-0002.rdb.");
        assert_eq!(store.exported_by(&name(), "x-0002.rdb").await.unwrap(), Some(None));
    }
}

#[tokio::test]
async fn a_probe_finds_out_by_doing_and_leaves_nothing() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let nobody = caller(ACCOUNT, "none", r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#);
    let probe = external(&endpoint, "admin", Grants::Probe).await;
    assert_eq!(probe.check("bucket", &keys(), &nobody, &here()).await.unwrap(), name());
    assert_eq!(text(probe.check("none", &keys(), &nobody, &here()).await), "The S3 bucket none does not exist.");
    let listed = client.list_objects_v2().bucket("bucket").send().await.unwrap();
    assert!(listed.contents().is_empty());
    let deny = |action: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"{action}","Resource":"arn:aws:s3:::bucket/*"}}]}}"#
        );
        client.put_bucket_policy().bucket("bucket").policy(text).send()
    };
    for (action, expected) in [
        ("s3:PutObject", "ElastiCache has not been granted WRITE permissions bucket on the S3 Bucket."),
        ("s3:GetObject", "ElastiCache has not been granted READ permissions bucket on the S3 Bucket."),
        (
            "s3:DeleteObject",
            "The authenticated user does not have sufficient permissions to perform the desired activity.",
        ),
    ] {
        deny(action).await.unwrap();
        assert_eq!(text(probe.check("bucket", &keys(), &nobody, &here()).await), expected);
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_may_be_back_later() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut endpoint = Endpoint::start().await;
    endpoint.url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let store = external(&endpoint, "admin", Grants::Judge).await;
    assert!(matches!(store.exported_by(&name(), "x").await, Err(BucketError::Unavailable(_))));
    let lost = Endpoint::start().await;
    let wrong = external(&lost, "reader", Grants::Judge).await;
    assert!(matches!(wrong.begin(&name(), "x", "id").await, Err(BucketError::Refused(_))));
    assert_eq!(code(lost.client("reader").list_buckets().send().await), "AccessDenied");
}

/// The same port on another maker's server, which `VALKEEP_TEST_S3_URL` names: `moto_server`, for example.
#[tokio::test]
async fn another_makers_server_takes_an_export() {
    let Ok(url) = std::env::var("VALKEEP_TEST_S3_URL") else {
        eprintln!("skipped: VALKEEP_TEST_S3_URL is not set");
        return;
    };
    let mut endpoint = Endpoint::start().await;
    endpoint.url = url;
    let client = endpoint.client("admin");
    client.create_bucket().bucket("bucket").send().await.unwrap();
    for grants in [Grants::Judge, Grants::Probe] {
        let store = external(&endpoint, "admin", grants).await;
        assert_eq!(text(store.check("none", &keys(), &admin(), &here()).await), "The S3 bucket none does not exist.");
        if grants == Grants::Judge {
            let refused = text(store.check("bucket", &keys(), &admin(), &here()).await);
            assert_eq!(refused, "ElastiCache has not been granted READ permissions bucket on the S3 Bucket.");
            let id = |id: &str| format!("id={id}");
            let owner = client.get_bucket_acl().bucket("bucket").send().await.unwrap().owner.unwrap().id.unwrap();
            let acl = client.put_bucket_acl().bucket("bucket").grant_full_control(id(&owner));
            acl.grant_read(id(CANONICAL_USER))
                .grant_write(id(CANONICAL_USER))
                .grant_read_acp(id(CANONICAL_USER))
                .send()
                .await
                .unwrap();
        }
        assert_eq!(store.check("bucket", &keys(), &admin(), &here()).await.unwrap(), name());
        let upload = store.begin(&name(), &keys()[0], "export-1").await.unwrap();
        let one = store.upload_part(&upload, 1, vec![7; 5 << 20].into()).await.unwrap();
        let two = store.upload_part(&upload, 2, Bytes::from_static(b"end")).await.unwrap();
        store.complete(&upload, &[one, two]).await.unwrap();
        assert_eq!(store.exported_by(&name(), &keys()[0]).await.unwrap(), Some(Some("export-1".to_owned())));
        assert!(text(store.check("bucket", &keys(), &admin(), &here()).await).ends_with("object with key x-0001.rdb."));
        let late = store.begin(&name(), &keys()[0], "export-2").await.unwrap();
        let part = store.upload_part(&late, 1, Bytes::from_static(b"late")).await.unwrap();
        assert!(text(store.complete(&late, &[part]).await).ends_with("object with key x-0001.rdb."));
        store.abort(&late).await.unwrap();
        store.abort(&late).await.unwrap();
        store.delete(&name(), &keys()[0]).await.unwrap();
    }
    client.delete_bucket().bucket("bucket").send().await.unwrap();
}

#[tokio::test]
async fn an_upload_that_nobody_recorded_is_aborted_and_others_stay() {
    let (endpoint, client, stores) = both().await;
    for (store, export) in stores.iter().zip(["one", "two"]) {
        let key = format!("{export}-0001.rdb");
        let since = endpoint.s3.clock.now();
        let upload = store.begin(&name(), &key, export).await.unwrap();
        let other = store.begin(&name(), "other-0001.rdb", "other").await.unwrap();
        store.abort_unrecorded(&name(), &key, export, since).await.unwrap();
        assert!(matches!(store.upload_part(&upload, 1, vec![1].into()).await, Err(BucketError::UploadGone)));
        store.upload_part(&other, 1, vec![1].into()).await.unwrap();
        store.abort(&other).await.unwrap();
    }
    assert!(client.list_multipart_uploads().bucket("bucket").send().await.unwrap().uploads().is_empty());
}

/// A store that knows no conditional completion, breaks off the answer of any other, and keeps one object.
async fn unconditional_store() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stored = Arc::new(AtomicBool::new(false));
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let stored = stored.clone();
            let answer = service_fn(move |request: http::Request<Incoming>| {
                let conditional = request.headers().contains_key("if-none-match");
                let response = http::Response::builder();
                let response = match (request.method().as_str(), stored.load(Ordering::Relaxed)) {
                    ("POST", _) if conditional => {
                        response.status(501).body("<Error><Code>NotImplemented</Code></Error>")
                    }
                    ("POST", _) => {
                        stored.store(true, Ordering::Relaxed);
                        response.body("<CompleteMultip")
                    }
                    (_, true) => response.header("x-amz-meta-valkeep-export", "mine").body(""),
                    (_, false) => response.status(404).body(""),
                };
                async move { Ok::<_, Infallible>(response.unwrap().map(|text| s3s::Body::from(text.to_owned()))) }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), answer));
        }
    });
    url
}

#[tokio::test]
async fn a_store_without_conditions_is_looked_at_before_and_after() {
    let mut endpoint = Endpoint::start().await;
    endpoint.url = unconditional_store().await;
    let store = external(&endpoint, "admin", Grants::Judge).await;
    let of = |export_id: &str| Upload {
        bucket: name(),
        key: "x-0001.rdb".to_owned(),
        upload_id: "upload".to_owned(),
        export_id: export_id.to_owned(),
    };
    let parts = [UploadedPart { number: 1, etag: "\"00\"".to_owned() }];
    // The first answer cannot be read, the second attempt finds the object there.
    store.complete(&of("mine"), &parts).await.unwrap();
    store.complete(&of("mine"), &parts).await.unwrap();
    assert!(text(store.complete(&of("other"), &parts).await).contains("already contains an object"));
}
