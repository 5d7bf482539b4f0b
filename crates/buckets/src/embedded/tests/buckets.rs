use crate::embedded::canonical_id;
use crate::testing::{ACCOUNT, Endpoint, code};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    AccessControlPolicy, BucketCannedAcl, BucketLocationConstraint, CreateBucketConfiguration, Grant, Grantee, Owner,
    Permission, Type,
};
use valkeep_domain::export::CANONICAL_USER;

#[tokio::test]
async fn buckets_are_made_listed_located_and_removed() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let region = BucketLocationConstraint::EuWest1;
    let away = client
        .create_bucket()
        .bucket("away")
        .create_bucket_configuration(CreateBucketConfiguration::builder().location_constraint(region.clone()).build());
    away.send().await.unwrap();
    let location = |name: &str| client.get_bucket_location().bucket(name).send();
    assert_eq!(location("away").await.unwrap().location_constraint, Some(region));
    assert_eq!(location("bucket").await.unwrap().location_constraint.unwrap().as_str(), "");
    assert_eq!(client.head_bucket().bucket("away").send().await.unwrap().bucket_region(), Some("eu-west-1"));
    let list = client.list_buckets().send().await.unwrap();
    assert_eq!(list.buckets().iter().map(|bucket| bucket.name().unwrap()).collect::<Vec<_>>(), ["away", "bucket"]);
    assert_eq!(list.owner().unwrap().id(), Some(canonical_id(ACCOUNT).as_str()));
    assert!(endpoint.client("stranger").list_buckets().send().await.unwrap().buckets().is_empty());
    assert_eq!(code(client.create_bucket().bucket("bucket").send().await), "BucketAlreadyOwnedByYou");
    let stolen = endpoint.client("stranger").create_bucket().bucket("bucket").send().await;
    assert_eq!(code(stolen), "BucketAlreadyExists");
    client.put_object().bucket("away").key("x").body(ByteStream::from_static(b"x")).send().await.unwrap();
    assert_eq!(code(client.delete_bucket().bucket("away").send().await), "BucketNotEmpty");
    client.delete_bucket().bucket("bucket").send().await.unwrap();
    assert_eq!(code(client.head_bucket().bucket("bucket").send().await), "404");
}

#[tokio::test]
async fn an_acl_is_put_in_three_ways_and_read_back() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    let granted = || async {
        let acl = client.get_bucket_acl().bucket("bucket").send().await.unwrap();
        let line = |grant: &Grant| {
            let id = grant.grantee().unwrap().id().unwrap().to_owned();
            (id, grant.permission().unwrap().as_str().to_owned())
        };
        acl.grants().iter().map(line).collect::<Vec<_>>()
    };
    let own = (canonical_id(ACCOUNT), "FULL_CONTROL".to_owned());
    assert_eq!(granted().await, vec![own.clone()]);
    let put = || client.put_bucket_acl().bucket("bucket");
    let id = format!("id={CANONICAL_USER}");
    put().grant_read(&id).grant_write(&id).grant_read_acp(format!("id=\"{CANONICAL_USER}\"")).send().await.unwrap();
    let permissions: Vec<_> = granted().await.into_iter().map(|(_, permission)| permission).collect();
    assert_eq!(permissions, ["READ", "READ_ACP", "WRITE"]);
    let grantee = Grantee::builder().r#type(Type::CanonicalUser).id(CANONICAL_USER).build().unwrap();
    let grant = Grant::builder().grantee(grantee).permission(Permission::FullControl).build();
    let owner = Owner::builder().id(canonical_id(ACCOUNT)).build();
    let document = AccessControlPolicy::builder().owner(owner).grants(grant).build();
    put().access_control_policy(document).send().await.unwrap();
    assert_eq!(granted().await, [(CANONICAL_USER.to_owned(), "FULL_CONTROL".to_owned())]);
    put().acl(BucketCannedAcl::Private).send().await.unwrap();
    assert_eq!(granted().await, vec![own]);
    assert_eq!(code(put().acl(BucketCannedAcl::PublicRead).send().await), "AccessDenied");
    assert_eq!(code(put().grant_read("emailAddress=\"a@b\"").send().await), "NotImplemented");
    assert_eq!(code(put().grant_read("id=short").send().await), "InvalidArgument");
}

fn policy(effect: &str, principal: &str, action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{principal},"Action":"{action}","Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]}}]}}"#
    )
}

#[tokio::test]
async fn a_policy_is_put_enforced_and_removed() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"x")).send().await.unwrap();
    let put = |text: String| client.put_bucket_policy().bucket("bucket").policy(text).send();
    let read = |who: &str| endpoint.client(who).get_object().bucket("bucket").key("x").send();
    assert_eq!(code(client.get_bucket_policy().bucket("bucket").send().await), "NoSuchBucketPolicy");
    assert_eq!(code(put("{".to_owned()).await), "MalformedPolicy");
    assert_eq!(code(read("stranger").await), "AccessDenied");
    let stranger = policy("Allow", r#"{"AWS":"210987654321"}"#, "s3:GetObject");
    put(stranger.clone()).await.unwrap();
    assert_eq!(client.get_bucket_policy().bucket("bucket").send().await.unwrap().policy(), Some(stranger.as_str()));
    assert!(read("stranger").await.is_ok());
    put(policy("Deny", r#""*""#, "s3:GetObject")).await.unwrap();
    assert_eq!(code(read("admin").await), "AccessDenied");
    client.delete_bucket_policy().bucket("bucket").send().await.unwrap();
    assert!(read("admin").await.is_ok());
}

#[tokio::test]
async fn callers_can_do_what_their_policies_say_and_nothing_else() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"x")).send().await.unwrap();
    let reader = endpoint.client("reader");
    assert!(reader.get_object().bucket("bucket").key("x").send().await.is_ok());
    assert_eq!(code(reader.put_object().bucket("bucket").key("y").send().await), "AccessDenied");
    assert_eq!(code(reader.list_objects_v2().bucket("bucket").send().await), "AccessDenied");
    assert_eq!(code(reader.list_buckets().send().await), "AccessDenied");
    assert_eq!(code(reader.create_bucket().bucket("other").send().await), "AccessDenied");
    assert_eq!(
        code(reader.copy_object().bucket("bucket").key("y").copy_source("bucket/x").send().await),
        "AccessDenied"
    );
    assert_eq!(code(endpoint.client("nobody").list_buckets().send().await), "InvalidAccessKeyId");
    assert_eq!(code(endpoint.client_with("admin", "wrong").list_buckets().send().await), "SignatureDoesNotMatch");
    let elsewhere = client.get_object().bucket("bucket").key("x").expected_bucket_owner("210987654321").send().await;
    assert_eq!(code(elsewhere), "AccessDenied");
}

#[tokio::test]
async fn the_source_of_a_copy_must_be_readable_too() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"x")).send().await.unwrap();
    let stranger = endpoint.client("stranger");
    stranger.create_bucket().bucket("theirs").send().await.unwrap();
    let copy = || stranger.copy_object().bucket("theirs").key("x").copy_source("bucket/x").send();
    assert_eq!(code(copy().await), "AccessDenied");
    let allowed = policy("Allow", r#"{"AWS":"210987654321"}"#, "s3:GetObject");
    client.put_bucket_policy().bucket("bucket").policy(allowed).send().await.unwrap();
    assert!(copy().await.is_ok());
}

#[tokio::test]
async fn a_grant_reaches_the_account_of_its_canonical_user() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    let list = || endpoint.client("stranger").list_objects_v2().bucket("bucket").send();
    assert_eq!(code(list().await), "AccessDenied");
    let id = format!("id={}", canonical_id("210987654321"));
    client.put_bucket_acl().bucket("bucket").grant_read(id).send().await.unwrap();
    assert!(list().await.is_ok());
}

#[tokio::test]
async fn anonymous_requests_need_a_policy_for_everybody() {
    let (endpoint, client) = Endpoint::with_bucket().await;
    client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"open")).send().await.unwrap();
    let anonymous = endpoint.anonymous();
    let read = || anonymous.get_object().bucket("bucket").key("x").send();
    assert_eq!(code(read().await), "AccessDenied");
    client.put_bucket_policy().bucket("bucket").policy(policy("Allow", r#""*""#, "s3:GetObject")).send().await.unwrap();
    assert!(read().await.is_ok());
    assert_eq!(code(anonymous.list_buckets().send().await), "AccessDenied");
    assert_eq!(code(anonymous.head_bucket().bucket("none").send().await), "403");
}

#[tokio::test]
async fn the_address_of_a_request_is_known_to_policies() {
    let (_endpoint, client) = Endpoint::with_bucket().await;
    client.put_object().bucket("bucket").key("x").body(ByteStream::from_static(b"x")).send().await.unwrap();
    let deny = |addresses: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::bucket/*","Condition":{{"IpAddress":{{"aws:SourceIp":"{addresses}"}}}}}}]}}"#
        )
    };
    let put = |text: String| client.put_bucket_policy().bucket("bucket").policy(text).send();
    let get = || client.get_object().bucket("bucket").key("x").send();
    put(deny("198.51.100.0/24")).await.unwrap();
    assert!(get().await.is_ok());
    put(deny("192.0.2.0/24")).await.unwrap();
    assert_eq!(code(get().await), "AccessDenied");
}
