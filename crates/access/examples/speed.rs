//! Prints what one verification and one evaluation cost. Run: `cargo run --release -p valkeep-access --example speed`

use std::hint::black_box;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde_json::Value;
use valkeep_access::policy::{Ask, Context, Policy, Principal, PrincipalId, evaluate};
use valkeep_access::sigv4::{RequestHead, SecretKey, SigningKey, claim, payload_sha256_hex};

const ROUNDS: u32 = 50_000;

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["elasticache:Describe*","elasticache:List*","elasticache:CopySnapshot"],
   "Resource":["arn:aws:elasticache:*:123456789012:snapshot:${aws:username}-*","arn:aws:elasticache:*:*:cluster:*"],
   "Condition":{"StringLike":{"aws:ResourceTag/team":["a*","b*"]},"DateGreaterThan":{"aws:CurrentTime":"2020-01-01"}}},
  {"Effect":"Deny","Action":"elasticache:Delete*","Resource":"*"}]}"#;

fn main() {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/sigv4.json")).expect("the vectors are JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let now: DateTime<Utc> = text(&vectors["now"]).parse().expect("a date");
    let case = &vectors["cases"][0];
    let owned: Vec<(String, String)> = serde_json::from_value(case["headers"].clone()).expect("headers");
    let headers: Vec<(&str, &[u8])> = owned.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let head = RequestHead { method: "POST", path: "/", query: "", headers: &headers };
    let (secret, body) = (SecretKey::new(text(&vectors["secret"])), text(&case["body"]));

    report("verify, key derived each time", || {
        let claim = claim(&head, now).expect("a claim");
        claim.verify(&head, &secret, "us-east-1", &payload_sha256_hex(body.as_bytes())).expect("a proof")
    });
    let key = SigningKey::derive(&secret, &claim(&head, now).expect("a claim").scope);
    report("verify, key cached", || {
        let claim = claim(&head, now).expect("a claim");
        key.verify(&claim, &head, "us-east-1", &payload_sha256_hex(body.as_bytes())).expect("a proof")
    });

    let policy = Policy::parse(POLICY).expect("a policy");
    let principal = Principal {
        arn: "arn:aws:iam::123456789012:user/ann".to_owned(),
        account: "123456789012".to_owned(),
        user_id: "AIDAANN".to_owned(),
        username: Some("ann".to_owned()),
    };
    let mut context = Context::at(now);
    context.insert("aws:ResourceTag/team", "blue");
    let resource = "arn:aws:elasticache:us-east-1:123456789012:snapshot:ann-nightly";
    let action = "elasticache:CopySnapshot";
    let ask = Ask { principal: PrincipalId::Identity(&principal), action, resource, context: &context };
    report("evaluate", || evaluate([&policy], &ask));
    report("parse policy", || Policy::parse(POLICY).expect("a policy"));
}

fn report<T>(name: &str, mut work: impl FnMut() -> T) {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(work());
    }
    println!("{name}: {:.2} us", start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
}
