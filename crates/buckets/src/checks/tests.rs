use super::*;
use std::sync::Arc;
use valkeep_access::policy::{Policy, Principal};
use valkeep_domain::export::CANONICAL_USER;

fn caller(actions: &str) -> Caller {
    let policy =
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":"*"}}]}}"#);
    let principal = Principal {
        arn: "arn:aws:iam::123456789012:user/ann".to_owned(),
        account: "123456789012".to_owned(),
        user_id: "AIDAANN".to_owned(),
        username: Some("ann".to_owned()),
    };
    Caller { principal, policies: Arc::new([Arc::new(Policy::parse(&policy).unwrap())]) }
}

/// Everything the guide asks of a caller.
fn able_caller() -> Caller {
    caller(
        r#"["s3:GetBucketLocation","s3:ListAllMyBuckets","s3:PutObject","s3:GetObject","s3:DeleteObject","s3:ListBucket"]"#,
    )
}

fn policy(statements: &str) -> ResourcePolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    ResourcePolicy::parse(&text, "123456789012").unwrap()
}

fn statement(effect: &str, principal: &str, actions: &str) -> String {
    format!(
        r#"{{"Effect":"{effect}","Principal":{principal},"Action":{actions},"Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]}}"#
    )
}

const SERVICE: &str = r#"{"Service":"us-east-1.elasticache-snapshot.amazonaws.com"}"#;
const ALL_OF_THE_GUIDE: &str = r#"["s3:PutObject","s3:GetObject","s3:ListBucket","s3:GetBucketAcl","s3:ListMultipartUploadParts","s3:ListBucketMultipartUploads"]"#;

fn facts(permissions: &[Permission], policy: Option<ResourcePolicy>) -> BucketFacts {
    let grant = |permission: &Permission| Grant { grantee: CANONICAL_USER.to_owned(), permission: *permission };
    BucketFacts {
        region: "us-east-1".to_owned(),
        is_own: true,
        grants: permissions.iter().map(grant).collect(),
        policy,
    }
}

fn all_granted() -> BucketFacts {
    facts(&[Permission::Read, Permission::Write, Permission::ReadAcp], None)
}

fn judge(found: Option<&BucketFacts>, caller: &Caller, voices: Voices) -> Result<(), String> {
    judge_from("192.0.2.1", found, caller, voices)
}

/// The caller's request came from that address.
fn judge_from(address: &str, found: Option<&BucketFacts>, caller: &Caller, voices: Voices) -> Result<(), String> {
    let mut context = Context::default();
    context.insert("aws:SourceIp", address);
    let place = Place::new("us-east-1", "123456789012");
    let asked = Asked {
        place: &place,
        bucket: "bucket",
        keys: &["x-0001.rdb".to_owned(), "x-0002.rdb".to_owned()],
        caller,
        voices,
        context: &context,
        service_context: &service_context(&place, Timestamp::from_ms(1_767_323_045_678)),
    };
    asked.judge(found).map(|_| ()).map_err(|refusal| refusal.to_string())
}

const NO_BUCKET: &str = "The S3 bucket bucket does not exist.";
const OUTSIDE: &str = "The S3 bucket bucket is outside of the region.";
const NOT_VALIDATED: &str = "Elasticache was unable to validate the authenticated user has access on the S3 bucket";
const NOT_OWNED: &str = "The S3 bucket bucket is not owned by the authenticated user.";
const LACKS: &str = "The authenticated user does not have sufficient permissions to perform the desired activity.";
const NO_READ: &str = "ElastiCache has not been granted READ permissions bucket on the S3 Bucket.";
const NO_WRITE: &str = "ElastiCache has not been granted WRITE permissions bucket on the S3 Bucket.";
const NO_READ_ACP: &str = "ElastiCache has not been granted READ_ACP permissions bucket on the S3 Bucket.";

/// A bucket and a caller, each with the defects of a set of rows; later rows only when all before are sound.
fn with_defects(defects: &[&str]) -> Result<(), String> {
    let has = |defect| defects.contains(&defect);
    let permissions: Vec<Permission> =
        [(NO_READ, Permission::Read), (NO_WRITE, Permission::Write), (NO_READ_ACP, Permission::ReadAcp)]
            .into_iter()
            .filter(|(defect, _)| !has(*defect))
            .map(|(_, permission)| permission)
            .collect();
    let mut facts = facts(&permissions, None);
    if has(OUTSIDE) {
        facts.region = "eu-west-1".to_owned();
    }
    if has(NOT_OWNED) {
        facts.is_own = false;
    }
    let mut actions = vec!["s3:GetBucketLocation", "s3:PutObject", "s3:GetObject", "s3:DeleteObject"];
    if !has(LACKS) {
        actions.push("s3:ListBucket");
    }
    if !has(NOT_VALIDATED) {
        actions.push("s3:ListAllMyBuckets");
    }
    let caller = caller(&serde_json::to_string(&actions).unwrap());
    judge((!has(NO_BUCKET)).then_some(&facts), &caller, Voices::IdentityAndBucket)
}

const ORDER: [&str; 8] = [NO_BUCKET, OUTSIDE, NOT_VALIDATED, NOT_OWNED, LACKS, NO_READ, NO_WRITE, NO_READ_ACP];

#[test]
fn each_defect_has_its_text_and_the_earlier_of_two_wins_e5_to_e12() {
    assert_eq!(with_defects(&[]), Ok(()));
    for (place, first) in ORDER.iter().enumerate() {
        assert_eq!(with_defects(&[first]), Err((*first).to_owned()));
        for second in &ORDER[place..] {
            assert_eq!(with_defects(&[first, second]), Err((*first).to_owned()), "{second}");
        }
    }
}

#[test]
fn a_text_that_no_bucket_can_be_named_does_not_exist() {
    assert_eq!(
        existing("No_Bucket", Some(())).map_err(|refusal| refusal.to_string()),
        Err("The S3 bucket No_Bucket does not exist.".to_owned())
    );
}

#[test]
fn each_right_of_the_caller_is_needed_e15() {
    let rights = ["s3:GetBucketLocation", "s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"];
    for missing in rights {
        let mut actions: Vec<&str> = rights.into_iter().filter(|right| *right != missing).collect();
        actions.push("s3:ListAllMyBuckets");
        let caller = caller(&serde_json::to_string(&actions).unwrap());
        assert_eq!(judge(Some(&all_granted()), &caller, Voices::Identity), Err(LACKS.to_owned()), "{missing}");
    }
}

#[test]
fn the_policy_of_the_bucket_speaks_for_the_caller_only_where_its_principals_are_ours() {
    let ann = r#"{"AWS":"arn:aws:iam::123456789012:user/ann"}"#;
    let mut facts = all_granted();
    facts.policy = Some(policy(&statement("Allow", ann, r#""s3:*""#)));
    let caller = caller(r#""s3:ListAllMyBuckets""#);
    assert_eq!(judge(Some(&facts), &caller, Voices::IdentityAndBucket), Ok(()));
    assert_eq!(judge(Some(&facts), &caller, Voices::Identity), Err(LACKS.to_owned()));
    facts.policy = Some(policy(&statement("Deny", ann, r#""s3:DeleteObject""#)));
    assert_eq!(judge(Some(&facts), &able_caller(), Voices::IdentityAndBucket), Err(LACKS.to_owned()));
    assert_eq!(judge(Some(&facts), &able_caller(), Voices::Identity), Ok(()));
}

#[test]
fn policy_and_acl_each_suffice_for_one_permission_e19() {
    use Permission::{FullControl, Read, ReadAcp, Write};
    let allow = |actions: &str| Some(policy(&statement("Allow", SERVICE, actions)));
    let canonical = format!(r#"{{"CanonicalUser":"{CANONICAL_USER}"}}"#);
    let other_region = r#"{"Service":"eu-west-1.elasticache-snapshot.amazonaws.com"}"#;
    let one_object = r#"{"Effect":"Allow","Principal":{"Service":"us-east-1.elasticache-snapshot.amazonaws.com"},
        "Action":"s3:*","Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/x-0001.rdb"]}"#;
    for (permissions, policy, expected) in [
        (&[FullControl][..], None, None),
        (&[], allow(ALL_OF_THE_GUIDE), None),
        (&[], Some(policy(&statement("Allow", &canonical, ALL_OF_THE_GUIDE))), None),
        (&[], Some(policy(&statement("Allow", other_region, ALL_OF_THE_GUIDE))), Some(NO_READ)),
        (&[], allow(r#""s3:ListBucket""#), Some(NO_READ)),
        (&[], allow(r#"["s3:ListBucket","s3:GetObject"]"#), Some(NO_WRITE)),
        (&[Write], allow(r#"["s3:ListBucket","s3:GetObject"]"#), Some(NO_READ_ACP)),
        (&[Write, ReadAcp], allow(r#"["s3:ListBucket","s3:GetObject"]"#), None),
        (&[Read, Write], allow(r#""s3:GetBucketAcl""#), None),
        (&[FullControl], Some(policy(&statement("Deny", SERVICE, r#""s3:GetObject""#))), Some(NO_READ)),
        (&[FullControl], Some(policy(&statement("Deny", r#""*""#, r#""s3:PutObject""#))), Some(NO_WRITE)),
        (&[FullControl], Some(policy(&statement("Deny", &canonical, r#""s3:GetBucketAcl""#))), Some(NO_READ_ACP)),
        (&[], Some(policy(one_object)), Some(NO_READ)),
    ] {
        let facts = facts(permissions, policy);
        let expected = expected.map_or(Ok(()), |text: &str| Err(text.to_owned()));
        assert_eq!(judge(Some(&facts), &able_caller(), Voices::Identity), expected, "{facts:?}");
    }
}

#[test]
fn the_callers_conditions_bind_the_caller_and_not_the_service() {
    let from_here = |who: &str, effect: &str, operator: &str| {
        format!(
            r#"{{"Effect":"{effect}","Principal":{who},"Action":"s3:*","Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"],
                "Condition":{{"{operator}":{{"aws:SourceIp":"192.0.2.0/24"}}}}}}"#
        )
    };
    let ann = r#"{"AWS":"arn:aws:iam::123456789012:user/ann"}"#;
    let mut facts = all_granted();
    facts.policy = Some(policy(&from_here(ann, "Deny", "NotIpAddress")));
    assert_eq!(judge_from("192.0.2.1", Some(&facts), &able_caller(), Voices::IdentityAndBucket), Ok(()));
    let elsewhere = judge_from("198.51.100.1", Some(&facts), &able_caller(), Voices::IdentityAndBucket);
    assert_eq!(elsewhere, Err(LACKS.to_owned()));
    // The service writes from an address of its own: the caller's gives it no right.
    facts = self::facts(&[], Some(policy(&from_here(SERVICE, "Allow", "IpAddress"))));
    assert_eq!(judge_from("192.0.2.1", Some(&facts), &able_caller(), Voices::Identity), Err(NO_READ.to_owned()));
}
