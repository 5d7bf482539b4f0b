//! The operations of AWS STS that clients use: who they are, and how they take a role.

use crate::{Member, OperationModel, Service, Shape, Structure, Text};

/// AWS Security Token Service, as far as `GetCallerIdentity` (API Reference of STS, 2011-06-15).
pub static STS: Service = Service {
    name: "sts",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    operations: &[OperationModel {
        name: "GetCallerIdentity",
        input: &Structure { name: "GetCallerIdentityRequest", members: &[] },
        output: Some(&Structure {
            name: "GetCallerIdentityResponse",
            members: &[
                Member::optional("UserId", TEXT),
                Member::optional("Account", TEXT),
                Member::optional("Arn", TEXT),
            ],
        }),
        result_wrapper: Some("GetCallerIdentityResult"),
        errors: &[],
        paginator: None,
    }],
    waiters: &[],
};

/// `AssumeRole`, with the parameters that a profile can set.
///
/// It stands outside of [`STS`], whose operations a server of ours answers.
pub static ASSUME_ROLE: OperationModel = OperationModel {
    name: "AssumeRole",
    input: &Structure {
        name: "AssumeRoleRequest",
        members: &[
            Member::required("RoleArn", ROLE_ARN),
            Member::required("RoleSessionName", SESSION_NAME),
            Member::optional("DurationSeconds", Shape::Integer),
            Member::optional(
                "ExternalId",
                Shape::String(&Text {
                    name: "externalIdType",
                    values: &[],
                    pattern: None,
                    min: Some(2),
                    max: Some(1224),
                }),
            ),
            Member::optional(
                "SerialNumber",
                Shape::String(&Text {
                    name: "serialNumberType",
                    values: &[],
                    pattern: None,
                    min: Some(9),
                    max: Some(256),
                }),
            ),
            Member::optional(
                "TokenCode",
                Shape::String(&Text { name: "tokenCodeType", values: &[], pattern: None, min: Some(6), max: Some(6) }),
            ),
        ],
    },
    output: Some(&Structure {
        name: "AssumeRoleResponse",
        members: &[
            Member::optional("Credentials", CREDENTIALS),
            Member::optional("AssumedRoleUser", ASSUMED_ROLE_USER),
            Member::optional("PackedPolicySize", Shape::Integer),
            Member::optional("SourceIdentity", TEXT),
        ],
    }),
    result_wrapper: Some("AssumeRoleResult"),
    errors: &[],
    paginator: None,
};

/// `AssumeRoleWithWebIdentity`, with the parameters that a profile can set. Its requests are not signed.
pub static ASSUME_ROLE_WITH_WEB_IDENTITY: OperationModel = OperationModel {
    name: "AssumeRoleWithWebIdentity",
    input: &Structure {
        name: "AssumeRoleWithWebIdentityRequest",
        members: &[
            Member::required("RoleArn", ROLE_ARN),
            Member::required("RoleSessionName", SESSION_NAME),
            Member::required(
                "WebIdentityToken",
                Shape::String(&Text {
                    name: "clientTokenType",
                    values: &[],
                    pattern: None,
                    min: Some(4),
                    max: Some(20000),
                }),
            ),
        ],
    },
    output: Some(&Structure {
        name: "AssumeRoleWithWebIdentityResponse",
        members: &[
            Member::optional("Credentials", CREDENTIALS),
            Member::optional("SubjectFromWebIdentityToken", TEXT),
            Member::optional("AssumedRoleUser", ASSUMED_ROLE_USER),
            Member::optional("PackedPolicySize", Shape::Integer),
            Member::optional("Provider", TEXT),
            Member::optional("Audience", TEXT),
            Member::optional("SourceIdentity", TEXT),
        ],
    }),
    result_wrapper: Some("AssumeRoleWithWebIdentityResult"),
    errors: &[],
    paginator: None,
};

const CREDENTIALS: Shape = Shape::Structure(&Structure {
    name: "Credentials",
    members: &[
        Member::required("AccessKeyId", TEXT),
        Member::required("SecretAccessKey", TEXT),
        Member::required("SessionToken", TEXT),
        Member::required("Expiration", Shape::Timestamp),
    ],
});

const ASSUMED_ROLE_USER: Shape = Shape::Structure(&Structure {
    name: "AssumedRoleUser",
    members: &[Member::required("AssumedRoleId", TEXT), Member::required("Arn", TEXT)],
});

const TEXT: Shape = Shape::String(&Text { name: "String", values: &[], pattern: None, min: None, max: None });

const ROLE_ARN: Shape =
    Shape::String(&Text { name: "arnType", values: &[], pattern: None, min: Some(20), max: Some(2048) });

const SESSION_NAME: Shape =
    Shape::String(&Text { name: "roleSessionNameType", values: &[], pattern: None, min: Some(2), max: Some(64) });
