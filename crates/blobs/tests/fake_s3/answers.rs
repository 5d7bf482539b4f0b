//! What a store in order answers.

use super::{Asked, Object, Operation, State, Upload};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use std::fmt::Write;

/// Entries of one page of a list: small, so that lists have several.
const PAGE: usize = 2;

const MARK: &str = "x-amz-meta-valkeep-first-part-sha256";

type Answer = Response<Full<Bytes>>;

fn answer(status: u16, body: String) -> Answer {
    Response::builder().status(status).body(Full::new(body.into())).unwrap()
}

pub(super) fn error(status: u16, code: &str) -> Answer {
    answer(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
}

fn tagged(etag: &str, body: String) -> Answer {
    Response::builder().header("etag", etag).body(Full::new(body.into())).unwrap()
}

fn etag_of(bytes: &[u8]) -> String {
    let hex: String = digest(&SHA256, bytes).as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Does what is asked, as S3 does it.
pub(super) fn work(state: &mut State, asked: &Asked) -> Answer {
    let conditional = asked.header("if-none-match").is_some();
    if conditional && state.knows_no_conditions {
        return error(501, "NotImplemented");
    }
    if conditional && state.objects.contains_key(&asked.key) {
        return error(412, "PreconditionFailed");
    }
    match asked.operation {
        Operation::Put => put(state, asked),
        Operation::Head | Operation::Get => get(state, asked),
        Operation::Delete => {
            state.objects.remove(&asked.key);
            answer(204, String::new())
        }
        Operation::List => list(state, asked),
        Operation::Versioning => answer(200, "<VersioningConfiguration/>".to_owned()),
        Operation::Begin => begin(state, asked),
        Operation::Part => part(state, asked),
        Operation::Complete => complete(state, asked),
        Operation::Abort => match state.uploads.remove(&asked.query["uploadId"]) {
            Some(_) => answer(204, String::new()),
            None => error(404, "NoSuchUpload"),
        },
        Operation::Uploads => uploads(state, asked),
    }
}

fn put(state: &mut State, asked: &Asked) -> Answer {
    let etag = etag_of(&asked.body);
    let object = Object { bytes: asked.body.clone(), etag: etag.clone(), mark: asked.header(MARK) };
    state.objects.insert(asked.key.clone(), object);
    tagged(&etag, String::new())
}

fn get(state: &State, asked: &Asked) -> Answer {
    let Some(object) = state.objects.get(&asked.key) else { return error(404, "NoSuchKey") };
    if asked.header("if-match").is_some_and(|tag| tag != object.etag) {
        return error(412, "PreconditionFailed");
    }
    let mut response = Response::builder().header("etag", &object.etag);
    if let Some(mark) = &object.mark {
        response = response.header(MARK, mark);
    }
    let bytes = match asked.header("range") {
        None => object.bytes.clone(),
        Some(range) => {
            let (from, to) = range.trim_start_matches("bytes=").split_once('-').unwrap();
            response = response.status(206);
            object.bytes.slice(from.parse::<usize>().unwrap()..=to.parse::<usize>().unwrap())
        }
    };
    response = response.header("content-length", bytes.len());
    let body = if asked.operation == Operation::Head { Bytes::new() } else { bytes };
    response.body(Full::new(body)).unwrap()
}

fn list(state: &State, asked: &Asked) -> Answer {
    let prefix = asked.query.get("prefix").map_or("", String::as_str);
    let after = asked.query.get("start-after").map_or("", String::as_str);
    let keys: Vec<_> = state.objects.keys().filter(|key| key.starts_with(prefix) && key.as_str() > after).collect();
    let mut body = format!("<ListBucketResult><IsTruncated>{}</IsTruncated>", keys.len() > PAGE);
    for key in keys.iter().take(PAGE) {
        write!(body, "<Contents><Key>{key}</Key></Contents>").unwrap();
    }
    answer(200, body + "</ListBucketResult>")
}

fn begin(state: &mut State, asked: &Asked) -> Answer {
    state.next += 1;
    let id = format!("upload-{:04}", state.next);
    let upload = Upload { key: asked.key.clone(), mark: asked.header(MARK), parts: Default::default() };
    state.uploads.insert(id.clone(), upload);
    let body = format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
    answer(200, body)
}

fn part(state: &mut State, asked: &Asked) -> Answer {
    let Some(upload) = state.uploads.get_mut(&asked.query["uploadId"]) else { return error(404, "NoSuchUpload") };
    upload.parts.insert(asked.query["partNumber"].parse().unwrap(), asked.body.clone());
    tagged(&etag_of(&asked.body), String::new())
}

fn complete(state: &mut State, asked: &Asked) -> Answer {
    let id = &asked.query["uploadId"];
    let Some(upload) = state.uploads.get(id) else { return error(404, "NoSuchUpload") };
    let named: Vec<(u32, String)> = String::from_utf8(asked.body.to_vec())
        .unwrap()
        .split("<Part>")
        .skip(1)
        .map(|part| {
            let field = |name: &str| part.split(&format!("<{name}>")).nth(1).unwrap().split('<').next().unwrap();
            (field("PartNumber").parse().unwrap(), field("ETag").replace("&quot;", "\""))
        })
        .collect();
    assert!(named.is_sorted(), "parts are named in order");
    let mut whole = Vec::new();
    for (number, etag) in named {
        match upload.parts.get(&number) {
            Some(bytes) if etag_of(bytes) == etag => whole.extend_from_slice(bytes),
            _ => return error(400, "InvalidPart"),
        }
    }
    let etag = etag_of(&whole);
    let object = Object { bytes: whole.into(), etag: etag.clone(), mark: upload.mark.clone() };
    state.objects.insert(asked.key.clone(), object);
    state.uploads.remove(id);
    let body = format!("<CompleteMultipartUploadResult><ETag>{etag}</ETag></CompleteMultipartUploadResult>");
    answer(200, body)
}

fn uploads(state: &State, asked: &Asked) -> Answer {
    let prefix = asked.query.get("prefix").map_or("", String::as_str);
    let after = (asked.query.get("key-marker").cloned(), asked.query.get("upload-id-marker").cloned());
    let mut found: Vec<(Option<String>, Option<String>)> = state
        .uploads
        .iter()
        .filter(|(_, upload)| upload.key.starts_with(prefix))
        .map(|(id, upload)| (Some(upload.key.clone()), Some(id.clone())))
        .filter(|at| *at > after)
        .collect();
    found.sort();
    let mut body = format!("<ListMultipartUploadsResult><IsTruncated>{}</IsTruncated>", found.len() > PAGE);
    let page: Vec<(String, String)> =
        found.into_iter().take(PAGE).map(|(key, id)| (key.unwrap(), id.unwrap())).collect();
    for (key, id) in &page {
        write!(body, "<Upload><Key>{key}</Key><UploadId>{id}</UploadId></Upload>").unwrap();
    }
    if let Some((key, id)) = page.last() {
        write!(body, "<NextKeyMarker>{key}</NextKeyMarker><NextUploadIdMarker>{id}</NextUploadIdMarker>").unwrap();
    }
    answer(200, body + "</ListMultipartUploadsResult>")
}
