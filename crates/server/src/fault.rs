//! From a refusal to the fault that the caller sees. The one place that knows both.

use valkeep_access::sigv4::SignatureError;
use valkeep_api::Fault;
use valkeep_api::query::DecodeError;
use valkeep_control::{Refusal, error_chain};
use valkeep_domain::arn::ResourceKind;

/// An error answer: what stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Answer {
    pub(crate) fn new(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self { code, status, message: message.into() }
    }

    fn of(fault: Fault, message: impl Into<String>) -> Self {
        Self::new(fault.code(), fault.status(), message)
    }

    /// W24.
    pub(crate) fn sender(&self) -> bool {
        self.status < 500
    }

    pub(crate) fn invalid_value(message: impl Into<String>) -> Self {
        Self::of(Fault::InvalidParameterValueException, message)
    }

    pub(crate) fn invalid_combination(message: impl Into<String>) -> Self {
        Self::of(Fault::InvalidParameterCombinationException, message)
    }

    /// W31.
    pub(crate) fn missing_action() -> Self {
        Self::new("MissingAction", 400, "Missing Action")
    }

    /// W31.
    pub(crate) fn invalid_action(action: &str, version: &str) -> Self {
        Self::new("InvalidAction", 400, format!("Could not find operation {action} for version {version}"))
    }

    pub(crate) fn not_implemented(operation: &str) -> Self {
        Self::new("NotImplemented", 501, format!("The operation {operation} is not implemented by this service."))
    }

    pub(crate) fn too_large(limit_bytes: usize) -> Self {
        Self::new("RequestEntityTooLarge", 413, format!("The request body is longer than {limit_bytes} bytes."))
    }

    pub(crate) fn incomplete_body() -> Self {
        Self::new("IncompleteBody", 400, "The request body ended early.")
    }

    pub(crate) fn slow_body() -> Self {
        Self::new("RequestTimeout", 400, "The request body was not received in time.")
    }

    pub(crate) fn internal() -> Self {
        Self::new("InternalFailure", 500, "The request processing has failed because of an internal error.")
    }
}

impl From<&SignatureError> for Answer {
    fn from(error: &SignatureError) -> Self {
        let status = match error {
            SignatureError::IncompleteSignature(_) | SignatureError::RequestExpired(_) => 400,
            SignatureError::MissingAuthenticationToken
            | SignatureError::InvalidClientTokenId
            | SignatureError::SignatureDoesNotMatch(_) => 403,
        };
        Self::new(error.code(), status, error.message())
    }
}

impl From<DecodeError> for Answer {
    fn from(error: DecodeError) -> Self {
        Self::new(error.code(), error.status(), error.to_string())
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        use Refusal as R;
        let text = refusal.to_string();
        match refusal {
            R::Denied(_) => Self::new("AccessDenied", 403, text),
            R::SnapshotNotFound(_) => Self::of(Fault::SnapshotNotFoundFault, text),
            R::SnapshotExists(_) => Self::of(Fault::SnapshotAlreadyExistsFault, text),
            R::SnapshotState { .. } => Self::of(Fault::InvalidSnapshotStateFault, text),
            R::SnapshotQuota(_) => Self::of(Fault::SnapshotQuotaExceededFault, text),
            R::SnapshotsNotSupported(_) => Self::of(Fault::SnapshotFeatureNotSupportedFault, text),
            R::ClusterNotFound(_) => Self::of(Fault::CacheClusterNotFoundFault, text),
            R::ClusterExists(_) => Self::of(Fault::CacheClusterAlreadyExistsFault, text),
            R::ClusterState(_) => Self::of(Fault::InvalidCacheClusterStateFault, text),
            R::GroupNotFound(_) => Self::of(Fault::ReplicationGroupNotFoundFault, text),
            R::GroupExists(_) => Self::of(Fault::ReplicationGroupAlreadyExistsFault, text),
            R::GroupState(_) => Self::of(Fault::InvalidReplicationGroupStateFault, text),
            R::NodeQuota(_) => Self::of(Fault::NodeQuotaForCustomerExceededFault, text),
            R::ParameterGroupNotFound(_) => Self::of(Fault::CacheParameterGroupNotFoundFault, text),
            R::SubnetGroupNotFound(_) => Self::of(Fault::CacheSubnetGroupNotFoundFault, text),
            R::ResourceNotFound { kind, .. } => Self::of(not_found(kind), text),
            R::InvalidArn(_) => Self::of(Fault::InvalidARNFault, text),
            R::TagQuota(_) => Self::of(Fault::TagQuotaPerResourceExceeded, text),
            R::TagNotFound { .. } => Self::of(Fault::TagNotFoundFault, text),
            // The page prints texts, not codes; IPV is the modelled fault that fits (section 4.1).
            R::Export(_) | R::InvalidValue(_) => Self::invalid_value(text),
            R::InvalidCombination(_) => Self::invalid_combination(text),
            R::Internal(cause) => {
                tracing::error!(error = error_chain(cause.as_ref()), "a request was not done");
                Self::internal()
            }
        }
    }
}

/// The fault of a resource that a tagging call names (W27).
fn not_found(kind: ResourceKind) -> Fault {
    match kind {
        ResourceKind::Cluster => Fault::CacheClusterNotFoundFault,
        ResourceKind::ReplicationGroup => Fault::ReplicationGroupNotFoundFault,
        ResourceKind::Snapshot => Fault::SnapshotNotFoundFault,
        ResourceKind::ParameterGroup => Fault::CacheParameterGroupNotFoundFault,
        ResourceKind::SubnetGroup => Fault::CacheSubnetGroupNotFoundFault,
        ResourceKind::SecurityGroup => Fault::CacheSecurityGroupNotFoundFault,
        ResourceKind::User => Fault::UserNotFoundFault,
        ResourceKind::UserGroup => Fault::UserGroupNotFoundFault,
        ResourceKind::ReservedInstance => Fault::ReservedCacheNodeNotFoundFault,
        ResourceKind::ServerlessCache => Fault::ServerlessCacheNotFoundFault,
        ResourceKind::ServerlessCacheSnapshot => Fault::ServerlessCacheSnapshotNotFoundFault,
        ResourceKind::GlobalReplicationGroup => Fault::InvalidARNFault,
    }
}
