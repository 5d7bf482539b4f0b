//! Bodies whose clients go away.

use crate::testing::{Endpoint, code};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use valkeep_ports::blobs::{BlobRecord, BlobState};
use valkeep_ports::catalog::{CatalogError, Scan, Tx};

/// More than one segment and more than one piece that is hashed.
const SENT_BYTES: usize = 3 << 20;

async fn states(endpoint: &Endpoint) -> Vec<BlobState> {
    let unit = |tx: &mut Tx<'_>| tx.scan::<BlobRecord>(&Scan::keys("", 100));
    let records = endpoint.s3.store.read::<_, CatalogError>(unit).await.unwrap();
    records.into_iter().map(|record| record.state).collect()
}

/// Waits until the blobs are in these states.
async fn eventually(endpoint: &Endpoint, wanted: &[BlobState]) {
    let looked = async {
        while states(endpoint).await != wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looked).await.expect("the blobs come to these states");
}

/// Sends the head and the first bytes of a longer body.
async fn begin_sending(endpoint: &Endpoint, request: &PresignedRequest) -> TcpStream {
    let address = endpoint.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let path = request.uri().strip_prefix(&endpoint.url).unwrap();
    let head = format!("PUT {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n", SENT_BYTES + 1);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'x'; SENT_BYTES]).await.unwrap();
    stream
}

#[tokio::test]
async fn what_a_client_began_to_send_and_did_not_end_is_left_to_the_sweeper() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let upload = client.create_multipart_upload().bucket("bucket").key("x").send().await.unwrap().upload_id.unwrap();
    let soon = || PresigningConfig::expires_in(Duration::from_secs(600)).unwrap();
    let object = client.put_object().bucket("bucket").key("x").presigned(soon()).await.unwrap();
    let part = client.upload_part().bucket("bucket").key("x").upload_id(&upload).part_number(1);
    let part = part.presigned(soon()).await.unwrap();
    let mut left = Vec::new();
    for request in [&object, &part] {
        let stream = begin_sending(&endpoint, request).await;
        left.push(BlobState::Writing { job: None });
        left.sort_by_key(|state| *state != BlobState::Dead);
        eventually(&endpoint, &left).await;
        drop(stream);
        left.pop();
        left.push(BlobState::Dead);
        eventually(&endpoint, &left).await;
    }
    assert_eq!(code(client.get_object().bucket("bucket").key("x").send().await), "NoSuchKey");
    let parts = client.list_parts().bucket("bucket").key("x").upload_id(&upload).send().await.unwrap();
    assert!(parts.parts().is_empty());
}

#[tokio::test]
async fn a_job_that_gives_up_waiting_for_its_part_leaves_no_blob_without_an_owner() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let upload = client.create_multipart_upload().bucket("bucket").key("x").send().await.unwrap().upload_id.unwrap();
    let at = crate::embedded::uploads::At { bucket: "bucket".to_owned(), key: "x".to_owned(), upload };
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let body = futures_util::stream::once(async {
        ended.await.ok();
        Ok(bytes::Bytes::from_static(b"the part"))
    });
    let storing = endpoint.s3.store_part(at, 1, Default::default(), body);
    tokio::select! {
        _ = storing => unreachable!("the body has no end yet"),
        () = eventually(&endpoint, &[BlobState::Writing { job: None }]) => {}
    }
    end.send(()).unwrap();
    eventually(&endpoint, &[BlobState::Sealed { references: 1 }]).await;
}
