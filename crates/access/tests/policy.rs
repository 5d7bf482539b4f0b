//! The policy table: what each element, wildcard, operator and principal means, and what is refused.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use valkeep_access::policy::{
    Ask, Context, Decision, MAX_POLICY_BYTES, Policy, Principal, PrincipalId, ResourcePolicy, combine, denial_text,
    evaluate, evaluate_resource,
};

use Decision::{Allow, ExplicitDeny, ImplicitDeny};

const ACCOUNT: &str = "123456789012";
const PROD: &str = "arn:aws:elasticache:us-east-1:123456789012:snapshot:prod-1";
const COPY: &str = "elasticache:CopySnapshot";

fn ann() -> Principal {
    Principal {
        arn: "arn:aws:iam::123456789012:user/ann".to_owned(),
        account: ACCOUNT.to_owned(),
        user_id: "AIDAANN".to_owned(),
        username: Some("ann".to_owned()),
    }
}

fn context(pairs: &[(&str, &str)]) -> Context {
    let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().expect("a date");
    let mut context = Context::at(now);
    for (key, value) in pairs {
        context.insert(key, *value);
    }
    context
}

fn parse(statements: &str) -> Policy {
    let json = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
    Policy::parse(&json).expect(&json)
}

fn decide(policy: &Policy, action: &str, resource: &str, pairs: &[(&str, &str)]) -> Decision {
    let (principal, context) = (ann(), context(pairs));
    evaluate([policy], &Ask { principal: PrincipalId::Identity(&principal), action, resource, context: &context })
}

#[test]
fn actions_and_resources_select_as_documented() {
    // statements, action, resource, decision
    let table: &[(&str, &str, &str, Decision)] = &[
        (r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, COPY, PROD, Allow),
        (r#"[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]"#, COPY, PROD, Allow),
        (r#"{"Effect":"Allow","Action":"elasticache:*","Resource":"*"}"#, COPY, PROD, Allow),
        (r#"{"Effect":"Allow","Action":"elasticache:*","Resource":"*"}"#, "s3:GetObject", PROD, ImplicitDeny),
        (r#"{"Effect":"Allow","Action":"elasticache:copysnapshot","Resource":"*"}"#, COPY, PROD, Allow),
        (r#"{"Effect":"Allow","Action":"ElastiCache:COPY*","Resource":"*"}"#, COPY, PROD, Allow),
        (r#"{"Effect":"Allow","Action":"elasticache:CopySnapsho?","Resource":"*"}"#, COPY, PROD, Allow),
        (r#"{"Effect":"Allow","Action":"elasticache:CopySnapshot?","Resource":"*"}"#, COPY, PROD, ImplicitDeny),
        (r#"{"Effect":"Allow","Action":"elasticache:*Snap*","Resource":"*"}"#, COPY, PROD, Allow),
        (r#"{"Effect":"Allow","Action":"elasticache:Copy","Resource":"*"}"#, COPY, PROD, ImplicitDeny),
        (r#"{"Effect":"Allow","Action":["s3:*","elasticache:Copy*"],"Resource":"*"}"#, COPY, PROD, Allow),
        (r#"{"Effect":"Allow","NotAction":"elasticache:Delete*","Resource":"*"}"#, COPY, PROD, Allow),
        (r#"{"Effect":"Allow","NotAction":["s3:*","elasticache:*"],"Resource":"*"}"#, COPY, PROD, ImplicitDeny),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:elasticache:us-east-1:123456789012:snapshot:prod-*"}"#,
            COPY,
            PROD,
            Allow,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:elasticache:us-east-1:123456789012:snapshot:PROD-1"}"#,
            COPY,
            PROD,
            ImplicitDeny,
        ),
        (r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:elasticache:*:*:snapshot:*"}"#, COPY, PROD, Allow),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:elasticache:us-east-1:123456789012:cluster:*"}"#,
            COPY,
            PROD,
            ImplicitDeny,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:elasticache:us-east-1:123456789012:snapshot:prod-?"}"#,
            COPY,
            PROD,
            Allow,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:elasticache:*:*:snapshot:prod-*"}"#,
            COPY,
            PROD,
            ImplicitDeny,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:elasticache:*:*:snapshot:dev-*"}"#,
            COPY,
            PROD,
            Allow,
        ),
        (
            r#"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"elasticache:CopySnapshot","Resource":"*"}]"#,
            COPY,
            PROD,
            ExplicitDeny,
        ),
        (
            r#"[{"Effect":"Deny","Action":"elasticache:CopySnapshot","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]"#,
            COPY,
            PROD,
            ExplicitDeny,
        ),
        (
            r#"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"elasticache:Delete*","Resource":"*"}]"#,
            COPY,
            PROD,
            Allow,
        ),
        (
            r#"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","NotAction":"elasticache:Describe*","Resource":"*"}]"#,
            COPY,
            PROD,
            ExplicitDeny,
        ),
        (r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#, COPY, PROD, ExplicitDeny),
        // policy variables
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::home/${aws:username}/*"}"#,
            "s3:GetObject",
            "arn:aws:s3:::home/ann/x",
            Allow,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::home/${AWS:UserName}/*"}"#,
            "s3:GetObject",
            "arn:aws:s3:::home/ann/x",
            Allow,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::home/${aws:username}/*"}"#,
            "s3:GetObject",
            "arn:aws:s3:::home/bob/x",
            ImplicitDeny,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:PrincipalAccount}-${aws:userid}"}"#,
            "s3:ListBucket",
            "arn:aws:s3:::123456789012-AIDAANN",
            Allow,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:PrincipalTag/team}/x"}"#,
            "s3:GetObject",
            "arn:aws:s3:::a/x",
            ImplicitDeny,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:PrincipalTag/team, 'all'}/x"}"#,
            "s3:GetObject",
            "arn:aws:s3:::all/x",
            Allow,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${*}"}"#,
            "s3:GetObject",
            "arn:aws:s3:::b/x",
            ImplicitDeny,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${*}${?}${$}"}"#,
            "s3:GetObject",
            "arn:aws:s3:::b/*?$",
            Allow,
        ),
        // A variable without a value must not turn a negated Allow into an Allow of everything.
        (
            r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::${aws:PrincipalTag/team}"}"#,
            COPY,
            PROD,
            ImplicitDeny,
        ),
        (
            r#"{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::${aws:PrincipalTag/team}"}"#,
            COPY,
            PROD,
            ExplicitDeny,
        ),
    ];
    for (statements, action, resource, expected) in table {
        assert_eq!(decide(&parse(statements), action, resource, &[]), *expected, "{statements} {action} {resource}");
    }
}

#[test]
fn conditions_hold_as_documented() {
    // condition, context, holds
    type Row = (&'static str, &'static [(&'static str, &'static str)], bool);
    let table: &[Row] = &[
        (r#"{"StringEquals":{"aws:ResourceTag/env":"prod"}}"#, &[("aws:ResourceTag/env", "prod")], true),
        (r#"{"StringEquals":{"aws:ResourceTag/env":"prod"}}"#, &[("aws:ResourceTag/env", "Prod")], false),
        (r#"{"StringEquals":{"aws:ResourceTag/env":"prod"}}"#, &[], false),
        (r#"{"StringEquals":{"AWS:resourcetag/ENV":"prod"}}"#, &[("aws:ResourceTag/Env", "prod")], true),
        (r#"{"StringEquals":{"aws:ResourceTag/env":["dev","prod"]}}"#, &[("aws:ResourceTag/env", "prod")], true),
        (r#"{"StringEquals":{"aws:ResourceTag/env":"p*"}}"#, &[("aws:ResourceTag/env", "prod")], false),
        (r#"{"StringEquals":{"a:x":"1","a:y":"2"}}"#, &[("a:x", "1"), ("a:y", "2")], true),
        (r#"{"StringEquals":{"a:x":"1","a:y":"2"}}"#, &[("a:x", "1"), ("a:y", "3")], false),
        (r#"{"StringEquals":{"a:x":"1"},"StringLike":{"a:y":"2*"}}"#, &[("a:x", "1"), ("a:y", "3")], false),
        (r#"{"StringEquals":{"a:x":true}}"#, &[("a:x", "true")], true),
        (r#"{"StringNotEquals":{"a:x":"1"}}"#, &[("a:x", "2")], true),
        (r#"{"StringNotEquals":{"a:x":["1","2"]}}"#, &[("a:x", "2")], false),
        (r#"{"StringNotEquals":{"a:x":"1"}}"#, &[], true),
        (r#"{"StringEqualsIgnoreCase":{"a:x":"ABC"}}"#, &[("a:x", "abc")], true),
        (r#"{"StringNotEqualsIgnoreCase":{"a:x":"ABC"}}"#, &[("a:x", "abc")], false),
        (r#"{"StringLike":{"a:x":["q","a*c?"]}}"#, &[("a:x", "abbcd")], true),
        (r#"{"StringLike":{"a:x":"a*c"}}"#, &[("a:x", "abcd")], false),
        (r#"{"StringNotLike":{"a:x":"a*"}}"#, &[("a:x", "abc")], false),
        (r#"{"StringNotLike":{"a:x":"a*"}}"#, &[], true),
        // A wildcard inside a substituted value is plain text.
        (r#"{"StringLike":{"a:x":"${a:tag}"}}"#, &[("a:x", "anything"), ("a:tag", "*")], false),
        (r#"{"StringLike":{"a:x":"${a:tag}"}}"#, &[("a:x", "*"), ("a:tag", "*")], true),
        (r#"{"StringLike":{"a:x":"${a:tag}/*"}}"#, &[("a:x", "p?/y"), ("a:tag", "p?")], true),
        (r#"{"StringLike":{"a:x":"${a:tag}/*"}}"#, &[("a:x", "pp/y"), ("a:tag", "p?")], false),
        (r#"{"StringEquals":{"a:x":"${aws:username}"}}"#, &[("a:x", "ann")], true),
        (r#"{"StringEquals":{"a:x":"${a:many}"}}"#, &[("a:x", "1"), ("a:many", "1"), ("a:many", "2")], false),
        (r#"{"StringNotEquals":{"a:x":"${a:none}"}}"#, &[("a:x", "1")], false),
        (r#"{"StringEqualsIfExists":{"a:x":"1"}}"#, &[], true),
        (r#"{"StringEqualsIfExists":{"a:x":"1"}}"#, &[("a:x", "2")], false),
        (r#"{"NumericEquals":{"a:n":"5"}}"#, &[("a:n", "5.0")], true),
        (r#"{"NumericEquals":{"a:n":5}}"#, &[("a:n", "5")], true),
        (r#"{"NumericNotEquals":{"a:n":"5"}}"#, &[("a:n", "5")], false),
        (r#"{"NumericNotEquals":{"a:n":"5"}}"#, &[("a:n", "many")], false),
        (r#"{"NumericLessThan":{"a:n":"5"}}"#, &[("a:n", "5")], false),
        (r#"{"NumericLessThanEquals":{"a:n":"5"}}"#, &[("a:n", "5")], true),
        (r#"{"NumericGreaterThan":{"a:n":"5"}}"#, &[("a:n", "10")], true),
        (r#"{"NumericGreaterThanEquals":{"a:n":"5"}}"#, &[("a:n", "-5")], false),
        (r#"{"NumericLessThan":{"a:n":"5"}}"#, &[("a:n", "x")], false),
        (r#"{"NumericLessThanIfExists":{"a:n":"5"}}"#, &[], true),
        (r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-11-22T11:59:59Z"}}"#, &[], true),
        (r#"{"DateLessThan":{"aws:CurrentTime":"2026-11-22"}}"#, &[], false),
        (r#"{"DateLessThanEquals":{"aws:CurrentTime":"2026-11-22T13:00:00+01:00"}}"#, &[], true),
        (r#"{"DateEquals":{"aws:EpochTime":"2026-11-22T12:00Z"}}"#, &[], true),
        (r#"{"DateNotEquals":{"aws:CurrentTime":1795348800}}"#, &[], false),
        (r#"{"DateGreaterThanEquals":{"aws:EpochTime":"1795348800"}}"#, &[], true),
        (r#"{"Bool":{"elasticache:MultiAZEnabled":"true"}}"#, &[("elasticache:MultiAZEnabled", "True")], true),
        (r#"{"Bool":{"elasticache:MultiAZEnabled":true}}"#, &[("elasticache:MultiAZEnabled", "false")], false),
        (r#"{"Bool":{"elasticache:MultiAZEnabled":"false"}}"#, &[], false),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, &[("aws:SourceIp", "203.0.113.77")], true),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, &[("aws:SourceIp", "203.0.114.1")], false),
        (r#"{"IpAddress":{"aws:SourceIp":["10.0.0.1","2001:db8::/32"]}}"#, &[("aws:SourceIp", "2001:db8::1")], true),
        (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, &[("aws:SourceIp", "1.2.3.4")], true),
        (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, &[("aws:SourceIp", "::1")], false),
        (r#"{"IpAddress":{"aws:SourceIp":"::/0"}}"#, &[("aws:SourceIp", "::1")], true),
        (
            r#"{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.168.0.0/16"]}}"#,
            &[("aws:SourceIp", "192.168.1.1")],
            false,
        ),
        (r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, &[("aws:SourceIp", "no address")], false),
        (
            r#"{"ArnLike":{"a:k":"arn:aws:kms:*:123456789012:key/*"}}"#,
            &[("a:k", "arn:aws:kms:us-east-1:123456789012:key/1")],
            true,
        ),
        (r#"{"ArnLike":{"a:k":"arn:aws:kms:*:key/1"}}"#, &[("a:k", "arn:aws:kms:us-east-1:123456789012:key/1")], false),
        (
            r#"{"ArnLike":{"a:k":"arn:aws:s*:123456789012:key:1"}}"#,
            &[("a:k", "arn:aws:s3:r:123456789012:key:1")],
            false,
        ),
        (r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/*"}}"#, &[], true),
        (r#"{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/ann"}}"#, &[], false),
        (r#"{"ArnNotLike":{"a:k":"arn:aws:iam::*:user/*"}}"#, &[], true),
        (r#"{"ArnLike":{"a:k":"${aws:PrincipalArn}"}}"#, &[("a:k", "arn:aws:iam::123456789012:user/ann")], true),
        (r#"{"Null":{"a:x":"true"}}"#, &[], true),
        (r#"{"Null":{"a:x":true}}"#, &[("a:x", "1")], false),
        (r#"{"Null":{"a:x":"false"}}"#, &[("a:x", "")], true),
        (
            r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#,
            &[("aws:TagKeys", "a"), ("aws:TagKeys", "b")],
            true,
        ),
        (
            r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#,
            &[("aws:TagKeys", "a"), ("aws:TagKeys", "c")],
            false,
        ),
        (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#, &[], true),
        (
            r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}}"#,
            &[("aws:TagKeys", "c"), ("aws:TagKeys", "b")],
            true,
        ),
        (r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}}"#, &[], false),
        (r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":"a"}}"#, &[("aws:TagKeys", "a"), ("aws:TagKeys", "b")], true),
        (
            r#"{"ForAllValues:StringNotLike":{"aws:TagKeys":"a*"}}"#,
            &[("aws:TagKeys", "b"), ("aws:TagKeys", "ab")],
            false,
        ),
        (r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":"a"}}"#, &[], false),
        (r#"{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":"a"}}"#, &[], true),
        // P6: two keys are compared without case.
        (
            r#"{"StringEquals":{"elasticache:CacheNodeType":"cache.R7G.large"}}"#,
            &[("elasticache:CacheNodeType", "cache.r7g.LARGE")],
            true,
        ),
        (
            r#"{"StringLike":{"elasticache:CacheParameterGroupName":"Default.*"}}"#,
            &[("elasticache:CacheParameterGroupName", "default.valkey8")],
            true,
        ),
        (
            r#"{"StringNotEquals":{"elasticache:CacheNodeType":"CACHE.t4g.micro"}}"#,
            &[("elasticache:CacheNodeType", "cache.t4g.micro")],
            false,
        ),
        (r#"{"StringEquals":{"elasticache:KmsKeyId":"K"}}"#, &[("elasticache:KmsKeyId", "k")], false),
        // The caller's own keys cannot be set from outside.
        (r#"{"StringEquals":{"aws:username":"root"}}"#, &[("aws:username", "root")], false),
        (r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#, &[("aws:PrincipalIsAWSService", "true")], true),
        (r#"{"StringEquals":{"aws:PrincipalType":"User"}}"#, &[], true),
    ];
    for (condition, pairs, holds) in table {
        let statement = format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#);
        let expected = if *holds { Allow } else { ImplicitDeny };
        assert_eq!(decide(&parse(&statement), COPY, PROD, pairs), expected, "{condition} {pairs:?}");
    }
}

#[test]
fn a_deny_in_any_policy_wins_over_all_others() {
    let allow = parse(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let deny = parse(
        r#"{"Effect":"Deny","Action":"elasticache:CopySnapshot","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/Project":"XYZ","aws:RequestTag/Service":"Elasticache"}}}"#,
    );
    let (principal, tagged) =
        (ann(), context(&[("aws:ResourceTag/Project", "XYZ"), ("aws:RequestTag/Service", "Elasticache")]));
    let ask = Ask { principal: PrincipalId::Identity(&principal), action: COPY, resource: PROD, context: &tagged };
    assert_eq!(evaluate([&allow, &deny], &ask), ExplicitDeny);
    assert_eq!(evaluate([&deny, &allow], &ask), ExplicitDeny);
    let half = context(&[("aws:ResourceTag/Project", "XYZ")]);
    assert_eq!(evaluate([&deny, &allow], &Ask { context: &half, ..ask }), Allow);
    assert_eq!(evaluate([], &ask), ImplicitDeny);
}

#[test]
fn variables_are_plain_text_before_version_2012() {
    for head in [r#""Version":"2008-10-17","#, ""] {
        let json = format!(
            r#"{{{head}"Statement":{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${{aws:username}}"}}}}"#
        );
        let policy = Policy::parse(&json).unwrap();
        assert_eq!(decide(&policy, "s3:ListBucket", "arn:aws:s3:::ann", &[]), ImplicitDeny);
        assert_eq!(decide(&policy, "s3:ListBucket", "arn:aws:s3:::${aws:username}", &[]), Allow);
    }
}

#[test]
fn many_wildcards_do_not_multiply_the_work() {
    let stars = "*a".repeat(500);
    let policy = parse(&format!(r#"{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{stars}b"}}"#));
    let resource = format!("arn:aws:s3:::{}", "a".repeat(2000));
    assert_eq!(decide(&policy, "s3:GetObject", &resource, &[]), ImplicitDeny);
}

#[test]
fn resource_policies_reach_the_principals_they_name() {
    let (ann, root) = (ann(), Principal { arn: "arn:aws:iam::123456789012:root".to_owned(), username: None, ..ann() });
    let stranger = Principal {
        arn: "arn:aws:iam::999999999999:user/eve".to_owned(),
        account: "999999999999".to_owned(),
        user_id: "AIDAEVE".to_owned(),
        username: Some("eve".to_owned()),
    };
    let (ann, root, eve) =
        (PrincipalId::Identity(&ann), PrincipalId::Identity(&root), PrincipalId::Identity(&stranger));
    let export = PrincipalId::Service("us-east-1.elasticache-snapshot.amazonaws.com");
    let other_region = PrincipalId::Service("eu-west-1.elasticache-snapshot.amazonaws.com");
    let canonical = PrincipalId::Canonical("540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353");
    let service = r#"{"Service":"us-east-1.elasticache-snapshot.amazonaws.com"}"#;
    let user_id = r#"{"CanonicalUser":"540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353"}"#;
    // effect, principal, who, decision
    let table: &[(&str, &str, PrincipalId<'_>, Decision)] = &[
        ("Allow", r#""*""#, ann, Allow),
        ("Allow", r#""*""#, export, Allow),
        ("Deny", r#""*""#, export, ExplicitDeny),
        ("Allow", r#"{"AWS":"*"}"#, eve, Allow),
        ("Allow", r#"{"AWS":"arn:aws:iam::123456789012:user/ann"}"#, ann, Allow),
        ("Allow", r#"{"AWS":["999999999999","arn:aws:iam::123456789012:user/ann"]}"#, ann, Allow),
        ("Allow", r#"{"AWS":"arn:aws:iam::123456789012:user/bob"}"#, ann, ImplicitDeny),
        ("Allow", r#"{"AWS":"arn:aws:iam::123456789012:user/bob"}"#, root, ImplicitDeny),
        // The owner's account: its users need their own Allow, its root does not, a Deny reaches all.
        ("Allow", r#"{"AWS":"123456789012"}"#, ann, ImplicitDeny),
        ("Allow", r#"{"AWS":"arn:aws:iam::123456789012:root"}"#, ann, ImplicitDeny),
        ("Allow", r#"{"AWS":"123456789012"}"#, root, Allow),
        ("Deny", r#"{"AWS":"arn:aws:iam::123456789012:root"}"#, ann, ExplicitDeny),
        // Another account: all its principals.
        ("Allow", r#"{"AWS":"999999999999"}"#, eve, Allow),
        ("Allow", r#"{"AWS":"999999999999"}"#, ann, ImplicitDeny),
        ("Allow", service, export, Allow),
        ("Deny", service, export, ExplicitDeny),
        ("Allow", service, other_region, ImplicitDeny),
        ("Allow", service, ann, ImplicitDeny),
        ("Allow", user_id, canonical, Allow),
        ("Allow", user_id, export, ImplicitDeny),
        ("Allow", service, canonical, ImplicitDeny),
    ];
    let empty = Context::default();
    for (effect, principal, who, expected) in table {
        let json = format!(
            r#"{{"Version":"2012-10-17","Id":"i","Statement":[{{"Sid":"s","Effect":"{effect}","Principal":{principal},"Action":["s3:PutObject","s3:GetBucketAcl"],"Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]}}]}}"#
        );
        let policy = ResourcePolicy::parse(&json, ACCOUNT).unwrap_or_else(|error| panic!("{json}: {error}"));
        let ask = Ask { principal: *who, action: "s3:PutObject", resource: "arn:aws:s3:::bucket/x", context: &empty };
        assert_eq!(evaluate_resource(&policy, &ask), *expected, "{json} {who:?}");
        assert_eq!(evaluate_resource(&policy, &Ask { action: "s3:GetObject", ..ask }), ImplicitDeny);
        assert_eq!(evaluate_resource(&policy, &Ask { resource: "arn:aws:s3:::bucket2", ..ask }), ImplicitDeny);
    }
}

#[test]
fn either_side_allows_within_an_account_and_both_must_across() {
    // identity, resource, same account, other account
    let table = [
        (Allow, Allow, Allow, Allow),
        (Allow, ImplicitDeny, Allow, ImplicitDeny),
        (ImplicitDeny, Allow, Allow, ImplicitDeny),
        (ImplicitDeny, ImplicitDeny, ImplicitDeny, ImplicitDeny),
        (ExplicitDeny, Allow, ExplicitDeny, ExplicitDeny),
        (Allow, ExplicitDeny, ExplicitDeny, ExplicitDeny),
        (ExplicitDeny, ImplicitDeny, ExplicitDeny, ExplicitDeny),
        (ImplicitDeny, ExplicitDeny, ExplicitDeny, ExplicitDeny),
        (ExplicitDeny, ExplicitDeny, ExplicitDeny, ExplicitDeny),
    ];
    for (identity, resource, same, other) in table {
        assert_eq!(combine(identity, resource, true), same, "{identity:?} {resource:?}");
        assert_eq!(combine(identity, resource, false), other, "{identity:?} {resource:?}");
    }
}

#[test]
fn denials_are_worded_like_those_of_aws() {
    let (arn, cluster) = ("arn:aws:iam::123456789012:user/ann", "arn:aws:elasticache:us-east-1:123456789012:cluster:*");
    let text = |decision| denial_text(decision, arn, "elasticache:DescribeCacheClusters", cluster);
    assert_eq!(
        text(ImplicitDeny).as_deref(),
        Some(
            "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: elasticache:DescribeCacheClusters on resource: arn:aws:elasticache:us-east-1:123456789012:cluster:* because no identity-based policy allows the elasticache:DescribeCacheClusters action"
        )
    );
    assert_eq!(
        text(ExplicitDeny).as_deref(),
        Some(
            "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: elasticache:DescribeCacheClusters on resource: arn:aws:elasticache:us-east-1:123456789012:cluster:* with an explicit deny in an identity-based policy"
        )
    );
    assert_eq!(text(Allow), None);
}

#[test]
fn what_is_not_understood_is_refused() {
    // statement, part of the refusal
    let table: &[(&str, &str)] = &[
        (r#"[]"#, "no statement"),
        (r#""x""#, "invalid type"),
        (r#"{"Action":"*","Resource":"*"}"#, "Effect"),
        (r#"{"Effect":"allow","Action":"*","Resource":"*"}"#, "allow"),
        (r#"{"Effect":"Allow","Resource":"*"}"#, "exactly one of Action"),
        (r#"{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}"#, "exactly one of Action"),
        (r#"{"Effect":"Allow","Action":"*"}"#, "exactly one of Resource"),
        (r#"{"Effect":"Allow","Action":[],"Resource":"*"}"#, "Action must not be empty"),
        (r#"{"Effect":"Allow","Action":"CopySnapshot","Resource":"*"}"#, "not a valid Action"),
        (r#"{"Effect":"Allow","Action":"*:CopySnapshot","Resource":"*"}"#, "not a valid Action"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"bucket/*"}"#, "not a valid Resource"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3"}"#, "not a valid Resource"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}"#, "must not have a Principal"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","NotPrincipal":"*"}"#, "NotPrincipal"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","Extra":1}"#, "Extra"),
        (r#"{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}"#, "duplicate field"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":null}"#, "null"),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:x":"1"},"StringEquals":{"a:x":"2"}}}"#,
            "given twice",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:x":[]}}}"#,
            "at least one value",
        ),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:x":null}}}"#, "null"),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"BinaryEquals":{"a:x":"QQ=="}}}"#,
            "'BinaryEquals' is not supported",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForNoValue:StringEquals":{"a:x":"1"}}}"#,
            "not supported",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NullIfExists":{"a:x":"true"}}}"#,
            "not supported",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericEquals":{"a:x":"NaN"}}}"#,
            "cannot read",
        ),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateEquals":{"a:x":"soon"}}}"#, "cannot read"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a:x":"1"}}}"#, "cannot read"),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"a:x":"10.0.0.0/33"}}}"#,
            "cannot read",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:x":"${aws:username"}}}"#,
            "unclosed variable",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:x":"${}"}}}"#,
            "malformed variable",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:x":"${a:b, none}"}}}"#,
            "malformed variable",
        ),
        (
            r#"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"x","Resource":"*"}]"#,
            "statement 2",
        ),
    ];
    for (statement, part) in table {
        let error = Policy::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#));
        let text = error.expect_err(statement).to_string();
        assert!(text.contains(part), "{statement}: {text}");
    }
}

#[test]
fn documents_of_another_shape_are_refused() {
    let statement = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    let long = format!(r#"{{"Statement":{statement},"Id":"{}"}}"#, "x".repeat(MAX_POLICY_BYTES));
    let table = [
        ("", "malformed"),
        ("[]", "malformed"),
        ("{}", "Statement"),
        (&format!(r#"{{"Version":"2020-01-01","Statement":{statement}}}"#), "version '2020-01-01'"),
        (&format!(r#"{{"Version":null,"Statement":{statement}}}"#), "null"),
        (&format!(r#"{{"Statement":{statement},"Statement":{statement}}}"#), "duplicate field"),
        (&format!(r#"{{"Statement":{statement}}} x"#), "trailing"),
        (&"[".repeat(60_000), "malformed"),
        (&format!(r#"{{"Statement":{}"#, "[".repeat(60_000)), "malformed"),
        (&long, "longer than 65536 bytes"),
    ];
    for (json, part) in table {
        let text = Policy::parse(json).expect_err(part).to_string();
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn principals_that_are_not_understood_are_refused() {
    let table = [
        ("", "needs a Principal"),
        (r#""Principal":{},"#, "must not be empty"),
        (r#""Principal":"ann","#, "malformed"),
        (r#""Principal":{"AWS":"arn:aws:iam::123456789012:user/*"},"#, "without wildcards"),
        (r#""Principal":{"AWS":"ann"},"#, "must be an account"),
        (r#""Principal":{"Service":"*"},"#, "must name one principal"),
        (r#""Principal":{"Federated":"idp"},"#, "Federated is not supported"),
        (r#""NotPrincipal":{"AWS":"*"},"#, "NotPrincipal"),
    ];
    for (principal, part) in table {
        let json = format!(r#"{{"Statement":{{{principal}"Effect":"Allow","Action":"s3:*","Resource":"*"}}}}"#);
        let text = ResourcePolicy::parse(&json, ACCOUNT).expect_err(principal).to_string();
        assert!(text.contains(part), "{principal}: {text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_or_the_evaluator_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"Version\":\"2012-10-17\"", "\"Statement\":", "\"Effect\":\"Allow\"", "\"Action\":\"*\"",
            "\"Resource\":\"*\"", "\"Condition\":", "\"DateEquals\":{\"a:x\":", "\"NumericEquals\":{\"a:x\":", "\"1e999\"", "1e999",
            "\"${a:x\"", "\"${a:x}\"", "9223372036854775807", "18446744073709551615", "null", "true", "\"\u{130}\"",
        ]), 0..24),
        value in "\\PC{0,12}",
    ) {
        let free = parts.concat();
        let conditioned = format!(r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{free}}}}}}}"#);
        for json in [&free, &conditioned] {
            if let Ok(policy) = Policy::parse(json) {
                let decided = decide(&policy, COPY, PROD, &[("a:x", &value)]);
                prop_assert_ne!(decided, ExplicitDeny);
            }
        }
    }
}
