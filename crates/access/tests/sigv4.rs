//! Requests signed by botocore must pass; the same requests, changed in any way, must not.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde::Deserialize;
use valkeep_access::sigv4::{
    Claim, Proof, RequestHead, SecretKey, SignatureError, SigningKey, claim, payload_sha256_hex,
};

#[derive(Deserialize)]
struct Vectors {
    now: DateTime<Utc>,
    access_key: String,
    secret: String,
    region: String,
    cases: Vec<Request>,
}

#[derive(Clone, Deserialize)]
struct Request {
    name: String,
    service: String,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    fn with_head<T>(&self, use_it: impl FnOnce(&RequestHead<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        use_it(&RequestHead { method: &self.method, path: &self.path, query: &self.query, headers: &headers })
    }

    fn claim(&self, now: DateTime<Utc>) -> Result<Claim, SignatureError> {
        self.with_head(|head| claim(head, now))
    }

    fn verify(&self, vectors: &Vectors) -> Result<Proof, SignatureError> {
        let claim = self.claim(vectors.now)?;
        let secret = SecretKey::new(vectors.secret.clone());
        let payload = payload_sha256_hex(self.body.as_bytes());
        self.with_head(|head| claim.verify(head, &secret, &vectors.region, &payload))
    }

    fn header(&mut self, name: &str) -> &mut String {
        let found = self.headers.iter_mut().find(|(header, _)| header == name);
        &mut found.expect("the vector has this header").1
    }

    /// Replaces a part of the `Authorization` header; the part must be there.
    fn edit(&mut self, from: &str, to: &str) {
        let value = self.header("authorization");
        assert!(value.contains(from), "{value} has no {from}");
        *value = value.replace(from, to);
    }

    fn edit_query(&mut self, from: &str, to: &str) {
        assert!(self.query.contains(from), "{} has no {from}", self.query);
        self.query = self.query.replace(from, to);
    }

    fn add(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../testdata/sigv4.json")).expect("the vectors are JSON")
}

fn named(vectors: &Vectors, name: &str) -> Request {
    vectors.cases.iter().find(|case| case.name == name).expect("the vector exists").clone()
}

#[test]
fn every_request_signed_by_botocore_is_proven() {
    let vectors = vectors();
    for case in vectors.cases.iter().filter(|case| case.service != "s3") {
        let proof = case.verify(&vectors).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        assert_eq!(proof.access_key(), vectors.access_key, "{}", case.name);
    }
}

#[test]
fn every_request_of_any_service_is_claimed() {
    let vectors = vectors();
    for case in &vectors.cases {
        let claim = case.claim(vectors.now).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        assert_eq!(claim.access_key, vectors.access_key);
        assert_eq!((claim.scope.service.as_str(), claim.scope.date.as_str()), (case.service.as_str(), "20261122"));
        assert_eq!(claim.signed_at, vectors.now);
    }
}

#[test]
fn a_cached_signing_key_proves_like_the_secret() {
    let vectors = vectors();
    let case = named(&vectors, "post form");
    let claim = case.claim(vectors.now).unwrap();
    let key = SigningKey::derive(&SecretKey::new(vectors.secret.clone()), &claim.scope);
    let payload = payload_sha256_hex(case.body.as_bytes());
    assert!(case.with_head(|head| key.verify(&claim, head, &vectors.region, &payload)).is_ok());
}

/// The refusal's code and a part of its text.
fn refusal(request: &Request, vectors: &Vectors) -> (&'static str, String) {
    let error = request.verify(vectors).expect_err("the request is refused");
    (error.code(), error.message())
}

type Change = fn(&mut Request);

#[test]
fn a_changed_header_form_is_refused() {
    let vectors = vectors();
    let table: &[(&str, Change, &str, &str)] = &[
        ("body", |r| r.body.push('x'), "SignatureDoesNotMatch", "calculated"),
        ("method", |r| r.method = "GET".into(), "SignatureDoesNotMatch", "calculated"),
        ("path", |r| r.path = "/x".into(), "SignatureDoesNotMatch", "calculated"),
        ("query", |r| r.query = "Action=DeleteSnapshot".into(), "SignatureDoesNotMatch", "calculated"),
        ("signed header", |r| r.header("content-type").push('x'), "SignatureDoesNotMatch", "calculated"),
        ("repeated signed header", |r| r.add("content-type", "x"), "SignatureDoesNotMatch", "calculated"),
        ("host", |r| *r.header("host") = "other".into(), "SignatureDoesNotMatch", "calculated"),
        ("date", |r| *r.header("x-amz-date") = "20261122T123601Z".into(), "SignatureDoesNotMatch", "calculated"),
        ("region", |r| r.edit("us-east-1", "eu-west-1"), "SignatureDoesNotMatch", "valid region, not 'eu-west-1'"),
        ("service", |r| r.edit("elasticache", "sts"), "SignatureDoesNotMatch", "calculated"),
        ("scope date", |r| r.edit("20261122", "20261121"), "SignatureDoesNotMatch", "'20261121' != '20261122'"),
        ("terminator", |r| r.edit("aws4_request", "aws5"), "SignatureDoesNotMatch", "valid terminator"),
        ("access key", |r| r.edit("AKIDEXAMPLE", ""), "IncompleteSignature", "exactly 5"),
        ("scope with four parts", |r| r.edit("/us-east-1", ""), "IncompleteSignature", "exactly 5"),
        ("scope with six parts", |r| r.edit("us-east-1", "us/east"), "IncompleteSignature", "exactly 5"),
        (
            "long credential",
            |r| {
                let long = "A".repeat(300);
                r.edit("AKIDEXAMPLE", &long)
            },
            "IncompleteSignature",
            "exactly 5",
        ),
        (
            "other algorithm",
            |r| r.edit("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
            "IncompleteSignature",
            "Unsupported",
        ),
        ("basic", |r| *r.header("authorization") = "Basic YTpi".into(), "IncompleteSignature", "Unsupported"),
        ("version 2", |r| *r.header("authorization") = "AWS AKID:c2ln".into(), "IncompleteSignature", "Unsupported"),
        (
            "bare algorithm",
            |r| *r.header("authorization") = "AWS4-HMAC-SHA256".into(),
            "IncompleteSignature",
            "malformed",
        ),
        ("empty authorization", |r| r.header("authorization").clear(), "IncompleteSignature", "Unsupported"),
        ("no credential", |r| r.edit("Credential=", "Cred="), "IncompleteSignature", "unknown"),
        (
            "no signature",
            |r| {
                let cut = r.header("authorization").find(", Signature").unwrap();
                r.header("authorization").truncate(cut)
            },
            "IncompleteSignature",
            "requires 'Signature'",
        ),
        (
            "repeated parameter",
            |r| r.header("authorization").push_str(", Signature=00"),
            "IncompleteSignature",
            "repeats",
        ),
        (
            "short signature",
            |r| {
                r.header("authorization").pop();
            },
            "SignatureDoesNotMatch",
            "calculated",
        ),
        (
            "upper-case signature",
            |r| {
                let value = r.header("authorization");
                let at = value.len() - 64;
                *value = value[..at].to_owned() + &value[at..].to_uppercase()
            },
            "SignatureDoesNotMatch",
            "calculated",
        ),
        (
            "unsigned amz header",
            |r| r.add("x-amz-copy-source", "v"),
            "SignatureDoesNotMatch",
            "not signed: x-amz-copy-source",
        ),
        ("host unsigned", |r| r.edit("host;", ""), "SignatureDoesNotMatch", "'Host'"),
        ("second host", |r| r.add("host", "evil"), "SignatureDoesNotMatch", "'Host'"),
        ("date unsigned", |r| r.edit(";x-amz-date", ""), "SignatureDoesNotMatch", "not signed: x-amz-date"),
        (
            "absent signed header",
            |r| r.edit("x-amz-date,", "x-amz-date;zz,"),
            "SignatureDoesNotMatch",
            "'zz' is not in",
        ),
        ("upper-case signed headers", |r| r.edit("host;", "Host;"), "IncompleteSignature", "lower-case"),
        (
            "unsorted signed headers",
            |r| r.edit("content-type;host", "host;content-type"),
            "IncompleteSignature",
            "sorted",
        ),
        ("repeated signed headers", |r| r.edit("host;", "host;host;"), "IncompleteSignature", "repetition"),
        ("empty signed headers", |r| r.edit("content-type;host;x-amz-date", ""), "IncompleteSignature", "lower-case"),
        (
            "two authorizations",
            |r| {
                let value = r.header("authorization").clone();
                r.add("authorization", &value)
            },
            "IncompleteSignature",
            "more than once",
        ),
        ("two dates", |r| r.add("x-amz-date", "20261122T123600Z"), "IncompleteSignature", "more than once"),
        (
            "garbage date",
            |r| *r.header("x-amz-date") = "2026-11-22T12:36:00Z".into(),
            "IncompleteSignature",
            "ISO-8601",
        ),
        ("no date", |r| r.headers.retain(|(name, _)| name != "x-amz-date"), "IncompleteSignature", "existence"),
        ("both forms", |r| r.query = "X-Amz-Signature=00".into(), "IncompleteSignature", "Only one"),
        ("session token", |r| r.add("x-amz-security-token", "t"), "InvalidClientTokenId", "security token"),
        (
            "no authorization",
            |r| r.headers.retain(|(name, _)| name != "authorization"),
            "MissingAuthenticationToken",
            "missing",
        ),
    ];
    for (name, change, code, text) in table {
        let mut request = named(&vectors, "post form");
        change(&mut request);
        let (found_code, found_text) = refusal(&request, &vectors);
        assert_eq!(found_code, *code, "{name}: {found_text}");
        assert!(found_text.contains(text), "{name}: {found_text}");
    }
}

#[test]
fn a_changed_presigned_form_is_refused() {
    let vectors = vectors();
    let table: &[(&str, Change, &str, &str)] = &[
        ("action", |r| r.edit_query("DescribeSnapshots", "DeleteSnapshot"), "SignatureDoesNotMatch", "calculated"),
        ("added parameter", |r| r.query.push_str("&SnapshotName=x"), "SignatureDoesNotMatch", "calculated"),
        ("body", |r| r.body = "Action=DeleteSnapshot".into(), "SignatureDoesNotMatch", "calculated"),
        ("longer life", |r| r.edit_query("Expires=3600", "Expires=7200"), "SignatureDoesNotMatch", "calculated"),
        ("zero life", |r| r.edit_query("Expires=3600", "Expires=0"), "IncompleteSignature", "X-Amz-Expires"),
        (
            "life of more than a week",
            |r| r.edit_query("Expires=3600", "Expires=604801"),
            "IncompleteSignature",
            "X-Amz-Expires",
        ),
        ("signed life", |r| r.edit_query("Expires=3600", "Expires=%2B3600"), "IncompleteSignature", "X-Amz-Expires"),
        ("garbage life", |r| r.edit_query("Expires=3600", "Expires="), "IncompleteSignature", "X-Amz-Expires"),
        ("no life", |r| r.edit_query("X-Amz-Expires", "X-Amz-Other"), "IncompleteSignature", "'X-Amz-Expires'"),
        ("no algorithm", |r| r.edit_query("X-Amz-Algorithm", "X-Other"), "IncompleteSignature", "'X-Amz-Algorithm'"),
        ("other algorithm", |r| r.edit_query("AWS4-HMAC-SHA256", "NONE"), "IncompleteSignature", "Unsupported"),
        ("repeated signature", |r| r.query.push_str("&X-Amz-Signature=00"), "IncompleteSignature", "more than once"),
        (
            "repeated credential",
            |r| r.query.insert_str(0, "X-Amz-Credential=a&"),
            "IncompleteSignature",
            "more than once",
        ),
        ("escaped repetition", |r| r.query.push_str("&X-Amz%2DDate=00"), "IncompleteSignature", "more than once"),
        ("invalid utf-8", |r| r.edit_query("Expires=3600", "Expires=%FF"), "IncompleteSignature", "UTF-8"),
        ("second date", |r| r.add("x-amz-date", "20261122T123600Z"), "IncompleteSignature", "both as a header"),
        ("unsigned amz header", |r| r.add("x-amz-meta-a", "v"), "SignatureDoesNotMatch", "not signed"),
        (
            "host unsigned",
            |r| r.edit_query("SignedHeaders=host", "SignedHeaders=date"),
            "SignatureDoesNotMatch",
            "'Host'",
        ),
        ("session token", |r| r.query.push_str("&X-Amz-Security-Token=t"), "InvalidClientTokenId", "security token"),
        ("both forms", |r| r.add("authorization", "AWS4-HMAC-SHA256 Credential=a"), "IncompleteSignature", "Only one"),
    ];
    for (name, change, code, text) in table {
        let mut request = named(&vectors, "presigned get");
        change(&mut request);
        let (found_code, found_text) = refusal(&request, &vectors);
        assert_eq!(found_code, *code, "{name}: {found_text}");
        assert!(found_text.contains(text), "{name}: {found_text}");
    }
}

#[test]
fn another_secret_or_region_proves_nothing() {
    let mut vectors = vectors();
    let case = named(&vectors, "post form");
    vectors.secret.push('x');
    assert_eq!(refusal(&case, &vectors).0, "SignatureDoesNotMatch");
    let mut vectors = self::vectors();
    vectors.region = "eu-west-1".to_owned();
    assert!(refusal(&case, &vectors).1.contains("valid region"));
}

#[test]
fn a_header_added_after_the_claim_is_refused() {
    let vectors = vectors();
    let mut case = named(&vectors, "post form");
    let claim = case.claim(vectors.now).unwrap();
    case.add("x-amz-late", "v");
    let payload = payload_sha256_hex(case.body.as_bytes());
    let secret = SecretKey::new(vectors.secret.clone());
    assert!(case.with_head(|head| claim.verify(head, &secret, &vectors.region, &payload)).is_err());
}

#[test]
fn the_clock_bounds_are_exact() {
    let vectors = vectors();
    // request, seconds from signing to arrival, expected start of the refusal
    let table: &[(&str, i64, Option<&str>)] = &[
        ("post form", 900, None),
        (
            "post form",
            901,
            Some(
                "Signature expired: 20261122T123600Z is now earlier than 20261122T123601Z (20261122T125101Z - 15 min.)",
            ),
        ),
        ("post form", -900, None),
        (
            "post form",
            -901,
            Some(
                "Signature not yet current: 20261122T123600Z is still later than 20261122T123559Z (20261122T122059Z + 15 min.)",
            ),
        ),
        ("date header", 901, Some("Signature expired")),
        ("presigned get", 3600, None),
        ("presigned get", 3601, Some("Request has expired")),
        ("presigned get", -900, None),
        ("presigned get", -901, Some("Signature not yet current")),
        ("s3 presigned get", 3601, Some("Request has expired")),
    ];
    for (name, late_s, refusal) in table {
        let found = named(&vectors, name).claim(vectors.now + TimeDelta::seconds(*late_s));
        match refusal {
            None => assert!(found.is_ok(), "{name} {late_s}: {found:?}"),
            Some(text) => {
                let message = found.expect_err("refused").message();
                assert!(message.starts_with(text), "{name} {late_s}: {message}");
            }
        }
    }
}

#[test]
fn an_expired_presigned_url_has_its_own_code() {
    let vectors = vectors();
    let error = named(&vectors, "presigned get").claim(vectors.now + TimeDelta::days(1)).unwrap_err();
    assert_eq!(error.code(), "RequestExpired");
}

#[test]
fn a_plus_and_an_escaped_space_are_one_request() {
    let vectors = vectors();
    let mut case = named(&vectors, "get with encoded query");
    case.edit_query("%20", "+");
    assert!(case.verify(&vectors).is_ok());
    case.edit_query("%2B", "+");
    assert!(case.verify(&vectors).is_err());
}

#[test]
fn secrets_are_not_printed() {
    let secret = SecretKey::new("planted".to_owned());
    let scope = vectors().cases[0].claim(vectors().now).unwrap().scope;
    let printed = format!("{secret:?} {:?}", SigningKey::derive(&secret, &scope));
    assert_eq!(printed, "SecretKey(..) SigningKey(..)");
}

/// Text that looks enough like a signature to reach the inner parsers.
fn fragment() -> impl Strategy<Value = String> {
    let tokens = prop::sample::select(vec![
        "AWS4-HMAC-SHA256",
        " ",
        "Credential=",
        "SignedHeaders=",
        "Signature=",
        ",",
        "/",
        ";",
        "=",
        "&",
        "%",
        "%2F",
        "host",
        "x-amz-date",
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "AKID/20261122/us-east-1/elasticache/aws4_request",
        "20261122T123600Z",
        "3600",
        "\u{e9}",
        "+",
        "20261122T123660Z",
        "Sun, 22 Nov 2026 12:36:00 -0000",
    ]);
    prop::collection::vec(prop_oneof![4 => tokens.prop_map(str::to_owned), 1 => "\\PC{0,8}"], 0..24)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn claim_never_panics(
        method in "\\PC{0,8}",
        path in fragment(),
        query in fragment(),
        authorization in fragment(),
        others in prop::collection::vec((prop::sample::select(vec!["host", "date", "x-amz-date", "authorization", "x-amz-a"]),
            prop::collection::vec(any::<u8>(), 0..24)), 0..6),
        date in fragment(),
    ) {
        let mut headers: Vec<(&str, &[u8])> = vec![("authorization", authorization.as_bytes()), ("x-amz-date", date.as_bytes())];
        headers.extend(others.iter().map(|(name, value)| (*name, value.as_slice())));
        let now = vectors().now;
        for headers in [&headers[..], &headers[1..], &headers[2..]] {
            let head = RequestHead { method: &method, path: &path, query: &query, headers };
            if let Ok(claim) = claim(&head, now) {
                let secret = SecretKey::new("secret".to_owned());
                prop_assert!(claim.verify(&head, &secret, "us-east-1", &payload_sha256_hex(b"")).is_err());
            }
        }
    }
}
