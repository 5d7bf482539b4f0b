use crate::testing::{Endpoint, code};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::EncodingType;

async fn with_keys(keys: &[&str]) -> (Endpoint, Client) {
    let (endpoint, client) = Endpoint::with_bucket().await;
    for key in keys {
        let put = client.put_object().bucket("bucket").key(*key).body(ByteStream::from_static(b"x"));
        put.send().await.unwrap();
    }
    (endpoint, client)
}

/// Everything that pages of `max` bring, keys and prefixes apart.
async fn pages(client: &Client, prefix: &str, delimiter: &str, max: i32) -> (Vec<String>, Vec<String>, usize) {
    let (mut keys, mut groups, mut count, mut token) = (vec![], vec![], 0, None);
    loop {
        let page = client.list_objects_v2().bucket("bucket").prefix(prefix).delimiter(delimiter).max_keys(max);
        let page = page.set_continuation_token(token).send().await.unwrap();
        assert_eq!(page.key_count(), Some((page.contents().len() + page.common_prefixes().len()) as i32));
        keys.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        groups.extend(page.common_prefixes().iter().map(|group| group.prefix().unwrap().to_owned()));
        count += 1;
        token = page.next_continuation_token;
        if token.is_none() {
            assert_eq!(page.is_truncated, Some(false));
            return (keys, groups, count);
        }
    }
}

const KEYS: [&str; 8] = ["a", "b/1", "b/2", "b/c/3", "b/c/\u{10ffff}\u{10ffff}", "b0", "c/1", "d"];

#[tokio::test]
async fn every_page_size_brings_the_same() {
    let (_endpoint, client) = with_keys(&KEYS).await;
    for (prefix, delimiter, keys, groups) in [
        ("", "", &KEYS[..], &[][..]),
        ("", "/", &["a", "b0", "d"], &["b/", "c/"]),
        ("b", "", &["b/1", "b/2", "b/c/3", "b/c/\u{10ffff}\u{10ffff}", "b0"], &[]),
        ("b/", "/", &["b/1", "b/2"], &["b/c/"]),
        ("b/c", "/", &[], &["b/c/"]),
        ("none", "/", &[], &[]),
    ] {
        for max in [1, 2, 3, 1000] {
            let (found, found_groups, count) = pages(&client, prefix, delimiter, max).await;
            assert_eq!(found, keys, "{prefix:?} {delimiter:?} {max}");
            assert_eq!(found_groups, groups, "{prefix:?} {delimiter:?} {max}");
            let entries = keys.len() + groups.len();
            assert_eq!(count, entries.div_ceil(max as usize).max(1), "{prefix:?} {delimiter:?} {max}");
        }
    }
}

#[tokio::test]
async fn more_records_than_one_read_are_listed() {
    let keys: Vec<String> = (0..250).map(|number| format!("k/{number:03}")).chain(["l".to_owned()]).collect();
    let (_endpoint, client) = with_keys(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(pages(&client, "", "", 1000).await.0, keys);
    assert_eq!(pages(&client, "", "/", 1000).await, (vec!["l".to_owned()], vec!["k/".to_owned()], 1));
}

#[tokio::test]
async fn the_first_version_of_the_list_goes_on_at_its_marker() {
    let (_endpoint, client) = with_keys(&KEYS).await;
    let list = || client.list_objects().bucket("bucket").delimiter("/").max_keys(2);
    let first = list().send().await.unwrap();
    assert_eq!((first.is_truncated(), first.next_marker()), (Some(true), Some("b/")));
    let second = list().marker("b/").send().await.unwrap();
    assert_eq!(second.contents()[0].key(), Some("b0"));
    assert_eq!(second.common_prefixes()[0].prefix(), Some("c/"));
}

#[tokio::test]
async fn names_are_encoded_on_request_and_lists_can_start_anywhere() {
    let (_endpoint, client) = with_keys(&["a b/ü", "z"]).await;
    let list = || client.list_objects_v2().bucket("bucket");
    let encoded = list().encoding_type(EncodingType::Url).send().await.unwrap();
    assert_eq!(encoded.contents()[0].key(), Some("a%20b/%C3%BC"));
    assert_eq!(list().start_after("b").send().await.unwrap().contents()[0].key(), Some("z"));
    assert_eq!(list().max_keys(0).send().await.unwrap().key_count(), Some(0));
    assert_eq!(code(list().max_keys(-1).send().await), "InvalidArgument");
    assert_eq!(code(list().continuation_token("!").send().await), "InvalidArgument");
    assert_eq!(code(client.list_objects_v2().bucket("none").send().await), "NoSuchBucket");
}
