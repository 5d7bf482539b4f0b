//! Generated policies, decided twice: by the crate and by a slow evaluator that works on the JSON itself and shares no
//! code with it. They must agree (promise P13).

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use valkeep_access::policy::{Ask, Context, Decision, Policy, Principal, PrincipalId, evaluate};

const ACTIONS: &[&str] = &["elasticache:CopySnapshot", "elasticache:DeleteSnapshot", "s3:GetObject", "s3:PutObject"];
const ACTION_PATTERNS: &[&str] = &[
    "*",
    "elasticache:*",
    "elasticache:copysnapshot",
    "ElastiCache:*Snapshot",
    "elasticache:C?py*",
    "s3:?etObject",
    "s3:*t",
    "s3:GetObject",
    "elasticache:DeleteSnapshot",
    "elasticache:**Sn*t",
];
const RESOURCES: &[&str] = &[
    "arn:aws:elasticache:r:123456789012:snapshot:a",
    "arn:aws:elasticache:r:123456789012:snapshot:ab",
    "arn:aws:s3:::a/b",
    "arn:aws:s3:::ann/b",
    "arn:aws:s3:::*/b",
];
const RESOURCE_PATTERNS: &[&str] = &[
    "*",
    "arn:aws:elasticache:*:*:snapshot:a*",
    "arn:aws:elasticache:r:123456789012:snapshot:a",
    "arn:aws:s3:::*",
    "arn:aws:s3:::${aws:username}/*",
    "arn:aws:s3:::${k:one}/b",
    "arn:aws:s3:::${k:two,'a'}/?",
    "arn:aws:s3:::${*}/b",
    "arn:aws:*:*:*:*b",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "Bool",
    "IpAddress",
    "NotIpAddress",
];
const KEYS: &[&str] = &["k:one", "k:two", "K:One", "aws:username", "elasticache:CacheNodeType"];
const TEXTS: &[&str] =
    &["a", "A", "ab", "a*", "?", "*", "ann", "${k:one}", "${k:two}*", "${aws:username}", "${k:none,'a'}", ""];
const NUMBERS: &[&str] = &["1", "2", "2.0", "-3"];
const NETWORKS: &[&str] = &["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0"];
const VALUES: &[&str] = &["a", "A", "ab", "*", "ann", "1", "2", "true", "FALSE", "10.1.2.3", "10.2.0.1", ""];

type Pairs = Vec<(&'static str, &'static str)>;

fn some(of: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        select(of).prop_map(|one| json!(one)),
        prop::collection::vec(select(of), 1..4).prop_map(|many| json!(many)),
    ]
}

fn condition() -> impl Strategy<Value = (String, String, Value)> {
    let null =
        (select(KEYS), any::<bool>()).prop_map(|(key, absent)| ("Null".to_owned(), key.to_owned(), json!(absent)));
    let prefix = select(&["", "", "ForAllValues:", "ForAnyValue:"][..]);
    let suffix = select(&["", "", "IfExists"][..]);
    let comparison =
        (prefix, select(OPERATORS), suffix, select(KEYS)).prop_flat_map(|(prefix, operator, suffix, key)| {
            let values = match operator {
                "Bool" => some(&["true", "false"]),
                _ if operator.starts_with("Numeric") => some(NUMBERS),
                _ if operator.contains("IpAddress") => some(NETWORKS),
                _ => some(TEXTS),
            };
            values.prop_map(move |values| (format!("{prefix}{operator}{suffix}"), key.to_owned(), values))
        });
    prop_oneof![1 => null, 8 => comparison]
}

fn statement() -> impl Strategy<Value = Value> {
    let effect = select(&["Allow", "Allow", "Deny"][..]);
    let action = select(&["Action", "Action", "NotAction"][..]);
    let resource = select(&["Resource", "Resource", "NotResource"][..]);
    let conditions = prop::collection::vec(condition(), 0..3);
    (effect, action, some(ACTION_PATTERNS), resource, some(RESOURCE_PATTERNS), conditions).prop_map(
        |(effect, action, actions, resource, resources, conditions)| {
            let mut statement = json!({"Effect": effect, action: actions, resource: resources});
            for (operator, key, values) in conditions {
                statement["Condition"][operator][key] = values;
            }
            statement
        },
    )
}

fn document() -> impl Strategy<Value = Value> {
    let version = select(&["2012-10-17", "2012-10-17", "2008-10-17"][..]);
    (version, prop::collection::vec(statement(), 1..4))
        .prop_map(|(version, statements)| json!({"Version": version, "Statement": statements}))
}

/// The slow evaluator. Unknown outcomes are `None`, as in three-valued logic.
struct Slow<'a> {
    pairs: &'a Pairs,
    variables: bool,
}

impl Slow<'_> {
    fn decide(documents: &[Value], action: &str, resource: &str, pairs: &Pairs) -> Decision {
        let mut applying = vec![];
        for document in documents {
            let slow = Slow { pairs, variables: document["Version"] == "2012-10-17" };
            for statement in document["Statement"].as_array().expect("a list") {
                if slow.applies(statement, action, resource) {
                    applying.push(statement["Effect"].as_str().expect("an effect"));
                }
            }
        }
        match (applying.contains(&"Deny"), applying.contains(&"Allow")) {
            (true, _) => Decision::ExplicitDeny,
            (false, true) => Decision::Allow,
            (false, false) => Decision::ImplicitDeny,
        }
    }

    fn applies(&self, statement: &Value, action: &str, resource: &str) -> bool {
        // What stays unknown keeps an Allow from applying; it lets a Deny apply only through a negation.
        let settle = |truth: Option<bool>, negation: bool| truth.unwrap_or(negation && statement["Effect"] == "Deny");
        let plain = Slow { pairs: self.pairs, variables: false };
        let lower = |value: &str| value.to_lowercase();
        let mut all = true;
        for (name, negation) in [("Action", false), ("NotAction", true)] {
            if let Some(values) = statement.get(name) {
                let found =
                    or(texts(values).iter().map(|value| plain.like(&lower(value), &lower(action), true, false)));
                all &= settle(not_if(negation, found), negation);
            }
        }
        for (name, negation) in [("Resource", false), ("NotResource", true)] {
            if let Some(values) = statement.get(name) {
                let found = or(texts(values).iter().map(|value| self.like(value, resource, true, false)));
                all &= settle(not_if(negation, found), negation);
            }
        }
        for (operator, keys) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
            for (key, wanted) in keys.as_object().expect("an object") {
                all &= self.condition(operator, key, &texts(wanted), &settle);
            }
        }
        all
    }

    fn condition(
        &self,
        operator: &str,
        key: &str,
        wanted: &[String],
        settle: &dyn Fn(Option<bool>, bool) -> bool,
    ) -> bool {
        let found = self.values(key);
        if operator == "Null" {
            return (wanted == ["true"]) == found.is_empty();
        }
        if operator.ends_with("IfExists") && found.is_empty() {
            return true;
        }
        let name = operator.trim_end_matches("IfExists").rsplit(':').next().expect("a name");
        let negation = name.contains("Not");
        let one = |value: &String| or(wanted.iter().map(|wanted| self.compare(name, key, wanted, value)));
        if operator.starts_with("ForAllValues:") {
            return found.iter().all(|value| settle(not_if(negation, one(value)), negation));
        }
        if operator.starts_with("ForAnyValue:") {
            return found.iter().any(|value| settle(not_if(negation, one(value)), negation));
        }
        settle(not_if(negation, or(found.iter().map(one))), negation)
    }

    fn compare(&self, name: &str, key: &str, wanted: &str, value: &str) -> Option<bool> {
        if name.contains("String") {
            let fold = name.contains("IgnoreCase") || key.eq_ignore_ascii_case("elasticache:CacheNodeType");
            return self.like(wanted, value, name.contains("Like"), fold);
        }
        if name == "Bool" {
            return Some(value.eq_ignore_ascii_case(wanted));
        }
        if name.contains("IpAddress") {
            let (base, bits) = wanted.split_once('/').unwrap_or((wanted, "32"));
            let address = |text: &str| text.parse::<std::net::Ipv4Addr>().ok().map(|ip| u64::from(u32::from(ip)));
            let size = 1_u64 << (32 - bits.parse::<u32>().expect("a prefix"));
            return Some(address(value)? / size == address(base).expect("an address") / size);
        }
        let (value, wanted): (f64, f64) = (value.parse().ok()?, wanted.parse().expect("a number"));
        Some(match name {
            "NumericEquals" | "NumericNotEquals" => (value - wanted).abs() < f64::EPSILON,
            "NumericLessThan" => value < wanted,
            "NumericLessThanEquals" => value <= wanted,
            "NumericGreaterThan" => value > wanted,
            _ => value >= wanted,
        })
    }

    fn values(&self, key: &str) -> Vec<String> {
        if key.eq_ignore_ascii_case("aws:username") {
            return vec!["ann".to_owned()];
        }
        let named = self.pairs.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        named.map(|(_, value)| (*value).to_owned()).collect()
    }

    /// Rewrites the pattern into characters and wildcards (`None` is `*`, `Some(None)` is `?`), then recurses.
    fn like(&self, pattern: &str, text: &str, wildcards: bool, fold: bool) -> Option<bool> {
        let mut glyphs: Vec<Option<Option<char>>> = vec![];
        let mut rest = pattern;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix("${").filter(|_| self.variables) {
                let end = inside.find('}').expect("closed");
                let (name, default) = inside[..end].split_once(",'").unwrap_or((&inside[..end], ""));
                let values = self.values(name);
                let value = match (name, &values[..]) {
                    ("*", _) => "*",
                    (_, [value]) => value,
                    _ if default.is_empty() => return None,
                    _ => default.trim_end_matches('\''),
                };
                glyphs.extend(value.chars().map(|c| Some(Some(c))));
                rest = &inside[end + 1..];
                continue;
            }
            let c = rest.chars().next().expect("not empty");
            glyphs.push(match c {
                '*' if wildcards => None,
                '?' if wildcards => Some(None),
                c => Some(Some(c)),
            });
            rest = &rest[c.len_utf8()..];
        }
        let text: Vec<char> = text.chars().collect();
        Some(same(&glyphs, &text, fold))
    }
}

fn same(pattern: &[Option<Option<char>>], text: &[char], fold: bool) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((None, rest)) => (0..=text.len()).any(|skip| same(rest, &text[skip..], fold)),
        Some((Some(glyph), rest)) => {
            let fits = |c: char| glyph.is_none_or(|glyph| glyph == c || (fold && glyph.eq_ignore_ascii_case(&c)));
            text.first().is_some_and(|c| fits(*c)) && same(rest, &text[1..], fold)
        }
    }
}

fn or(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let truths: Vec<_> = truths.collect();
    if truths.contains(&Some(true)) {
        Some(true)
    } else if truths.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn not_if(negation: bool, truth: Option<bool>) -> Option<bool> {
    truth.map(|truth| truth != negation)
}

fn texts(values: &Value) -> Vec<String> {
    if let Some(many) = values.as_array() {
        return many.iter().flat_map(texts).collect();
    }
    vec![values.as_str().map_or_else(|| values.to_string(), str::to_owned)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_evaluators_decide_alike(
        documents in prop::collection::vec(document(), 1..3),
        pairs in prop::collection::vec((select(KEYS), select(VALUES)), 0..4),
    ) {
        let policies: Vec<Policy> = documents
            .iter()
            .map(|document| Policy::parse(&document.to_string()).unwrap_or_else(|error| panic!("{document}: {error}")))
            .collect();
        let principal = Principal {
            arn: "arn:aws:iam::123456789012:user/ann".to_owned(),
            account: "123456789012".to_owned(),
            user_id: "AIDAANN".to_owned(),
            username: Some("ann".to_owned()),
        };
        let mut context = Context::default();
        for (key, value) in &pairs {
            context.insert(key, *value);
        }
        for action in ACTIONS {
            for resource in RESOURCES {
                let ask = Ask { principal: PrincipalId::Identity(&principal), action, resource, context: &context };
                let slow = Slow::decide(&documents, action, resource, &pairs);
                prop_assert_eq!(evaluate(&policies, &ask), slow, "{} {}", action, resource);
            }
        }
    }
}
