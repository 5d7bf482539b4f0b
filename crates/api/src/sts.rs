//! The one operation of AWS STS that clients use to learn who they are.

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

const TEXT: Shape = Shape::String(&Text { name: "String", values: &[], pattern: None, min: None, max: None });
