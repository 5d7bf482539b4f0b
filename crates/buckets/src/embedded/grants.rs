//! Bucket ACLs as requests write them: canned names, headers, XML.

use super::error::{Refusal, refuse, unsupported};
use crate::acl::{Grant, Permission};
use s3s::S3ErrorCode;
use s3s::dto;

/// Most lines of an ACL (S3 User Guide, "Access control list (ACL) overview").
const MAX_GRANTS: usize = 100;

/// An ACL as a request gives it.
#[derive(Debug, Default)]
pub(super) struct AclRequest {
    pub(super) canned: Option<dto::BucketCannedACL>,
    pub(super) document: Option<dto::AccessControlPolicy>,
    pub(super) full_control: Option<String>,
    pub(super) read: Option<String>,
    pub(super) read_acp: Option<String>,
    pub(super) write: Option<String>,
    pub(super) write_acp: Option<String>,
}

impl AclRequest {
    /// The list that the request asks for; `None` when it says nothing.
    ///
    /// # Errors
    /// `InvalidRequest` for more than one way at once, `MalformedACLError`, `InvalidArgument`, `AccessDenied` for the
    /// public, `NotImplemented` for grantees that are no canonical user.
    pub(super) fn grants(self, owner_id: &str) -> Result<Option<Vec<Grant>>, Refusal> {
        let headers = [
            (Permission::FullControl, self.full_control),
            (Permission::Read, self.read),
            (Permission::ReadAcp, self.read_acp),
            (Permission::Write, self.write),
            (Permission::WriteAcp, self.write_acp),
        ];
        let by_header = headers.iter().any(|(_, value)| value.is_some());
        let grants = match (self.canned, self.document, by_header) {
            (None, None, false) => return Ok(None),
            (Some(canned), None, false) => from_canned(canned.as_str(), owner_id)?,
            (None, Some(document), false) => from_document(document, owner_id)?,
            (None, None, true) => from_headers(headers)?,
            _ => {
                let text = "Specifying both Canned ACLs and Header Grants is not allowed";
                return Err(refuse(S3ErrorCode::InvalidRequest, text));
            }
        };
        if grants.len() > MAX_GRANTS {
            return Err(malformed());
        }
        Ok(Some(grants))
    }
}

/// The list of a new bucket: the owner and nobody else.
pub(super) fn private(owner_id: &str) -> Vec<Grant> {
    vec![Grant { grantee: owner_id.to_owned(), permission: Permission::FullControl }]
}

fn from_canned(name: &str, owner_id: &str) -> Result<Vec<Grant>, Refusal> {
    match name {
        dto::BucketCannedACL::PRIVATE => Ok(private(owner_id)),
        dto::BucketCannedACL::PUBLIC_READ
        | dto::BucketCannedACL::PUBLIC_READ_WRITE
        | dto::BucketCannedACL::AUTHENTICATED_READ => Err(public()),
        _ => Err(refuse(S3ErrorCode::InvalidArgument, "The canned ACL is not valid for a bucket.")),
    }
}

fn from_document(document: dto::AccessControlPolicy, owner_id: &str) -> Result<Vec<Grant>, Refusal> {
    if document.owner.and_then(|owner| owner.id).is_some_and(|id| id != owner_id) {
        return Err(refuse(S3ErrorCode::AccessDenied, "Access Denied"));
    }
    document.grants.unwrap_or_default().into_iter().map(from_line).collect()
}

fn from_line(line: dto::Grant) -> Result<Grant, Refusal> {
    let permission = line.permission.and_then(|permission| Permission::parse(permission.as_str()));
    let grantee = line.grantee.ok_or_else(malformed)?;
    match grantee.type_.as_str() {
        dto::Type::CANONICAL_USER => canonical(grantee.id.ok_or_else(malformed)?, permission.ok_or_else(malformed)?),
        dto::Type::GROUP => Err(public()),
        _ => Err(unsupported("grantees other than canonical users")),
    }
}

fn from_headers(headers: [(Permission, Option<String>); 5]) -> Result<Vec<Grant>, Refusal> {
    let mut grants = Vec::new();
    for (permission, value) in headers {
        for grantee in value.iter().flat_map(|value| value.split(',')) {
            let (kind, name) = grantee.trim().split_once('=').ok_or_else(malformed)?;
            let name = name.trim().trim_matches('"').to_owned();
            grants.push(match kind.trim() {
                "id" => canonical(name, permission)?,
                "uri" => return Err(public()),
                _ => return Err(unsupported("grantees other than canonical users")),
            });
        }
    }
    Ok(grants)
}

fn canonical(grantee: String, permission: Permission) -> Result<Grant, Refusal> {
    if grantee.len() == 64 && grantee.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(Grant { grantee: grantee.to_ascii_lowercase(), permission })
    } else {
        Err(refuse(S3ErrorCode::InvalidArgument, "Invalid id"))
    }
}

fn malformed() -> Refusal {
    let text = "The XML you provided was not well-formed or did not validate against our published schema";
    refuse(S3ErrorCode::MalformedACLError, text)
}

/// Groups are the public in one form or another; S3 itself blocks public access to new buckets.
fn public() -> Refusal {
    refuse(S3ErrorCode::AccessDenied, "Public access is blocked on every bucket of this endpoint.")
}

/// The list as answers carry it.
pub(super) fn to_answer(grants: &[Grant]) -> Vec<dto::Grant> {
    let line = |grant: &Grant| dto::Grant {
        grantee: Some(dto::Grantee {
            display_name: None,
            email_address: None,
            id: Some(grant.grantee.clone()),
            type_: dto::Type::from_static(dto::Type::CANONICAL_USER),
            uri: None,
        }),
        permission: Some(dto::Permission::from_static(grant.permission.as_str())),
    };
    grants.iter().map(line).collect()
}
