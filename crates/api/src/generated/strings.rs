//! Written by `cargo xtask model`; not to be edited by hand.

use crate::Text;

pub(super) static AZ_MODE: Text =
    Text { name: "AZMode", values: &["single-az", "cross-az"], pattern: None, min: None, max: None };

pub(super) static ACCESS_STRING: Text =
    Text { name: "AccessString", values: &[], pattern: Some(".*\\S.*"), min: None, max: None };

pub(super) static ALLOWED_NODE_GROUP_ID: Text =
    Text { name: "AllowedNodeGroupId", values: &[], pattern: Some("\\d+"), min: Some(1), max: Some(4) };

pub(super) static AUTH_TOKEN_UPDATE_STATUS: Text =
    Text { name: "AuthTokenUpdateStatus", values: &["SETTING", "ROTATING"], pattern: None, min: None, max: None };

pub(super) static AUTH_TOKEN_UPDATE_STRATEGY_TYPE: Text = Text {
    name: "AuthTokenUpdateStrategyType",
    values: &["SET", "ROTATE", "DELETE"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static AUTHENTICATION_TYPE: Text = Text {
    name: "AuthenticationType",
    values: &["password", "no-password", "iam"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static AUTOMATIC_FAILOVER_STATUS: Text = Text {
    name: "AutomaticFailoverStatus",
    values: &["enabled", "disabled", "enabling", "disabling"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static CHANGE_TYPE: Text =
    Text { name: "ChangeType", values: &["immediate", "requires-reboot"], pattern: None, min: None, max: None };

pub(super) static CLUSTER_MODE: Text =
    Text { name: "ClusterMode", values: &["enabled", "disabled", "compatible"], pattern: None, min: None, max: None };

pub(super) static CONNECTION_TYPE: Text =
    Text { name: "ConnectionType", values: &["vpc", "public"], pattern: None, min: None, max: None };

pub(super) static DATA_STORAGE_UNIT: Text =
    Text { name: "DataStorageUnit", values: &["GB"], pattern: None, min: None, max: None };

pub(super) static DATA_TIERING_STATUS: Text =
    Text { name: "DataTieringStatus", values: &["enabled", "disabled"], pattern: None, min: None, max: None };

pub(super) static DESTINATION_TYPE: Text = Text {
    name: "DestinationType",
    values: &["cloudwatch-logs", "kinesis-firehose"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static DURABILITY: Text =
    Text { name: "Durability", values: &["default", "async", "sync", "disabled"], pattern: None, min: None, max: None };

pub(super) static EFFECTIVE_DURABILITY: Text =
    Text { name: "EffectiveDurability", values: &["async", "sync", "disabled"], pattern: None, min: None, max: None };

pub(super) static ENGINE_TYPE: Text =
    Text { name: "EngineType", values: &[], pattern: Some("[a-zA-Z]*"), min: None, max: None };

pub(super) static FILTER_NAME: Text =
    Text { name: "FilterName", values: &[], pattern: Some(".*\\S.*"), min: None, max: None };

pub(super) static FILTER_VALUE: Text =
    Text { name: "FilterValue", values: &[], pattern: Some(".*\\S.*"), min: None, max: None };

pub(super) static INPUT_AUTHENTICATION_TYPE: Text = Text {
    name: "InputAuthenticationType",
    values: &["password", "no-password-required", "iam"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static INTEGRATION_STATUS: Text = Text {
    name: "IntegrationStatus",
    values: &["enabled", "disabled", "enabling", "disabling", "failed"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static INTEGRATION_TYPE: Text =
    Text { name: "IntegrationType", values: &["dynamodb"], pattern: None, min: None, max: None };

pub(super) static IP_DISCOVERY: Text =
    Text { name: "IpDiscovery", values: &["ipv4", "ipv6"], pattern: None, min: None, max: None };

pub(super) static LOG_DELIVERY_CONFIGURATION_STATUS: Text = Text {
    name: "LogDeliveryConfigurationStatus",
    values: &["active", "enabling", "modifying", "disabling", "error"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static LOG_FORMAT: Text =
    Text { name: "LogFormat", values: &["text", "json"], pattern: None, min: None, max: None };

pub(super) static LOG_TYPE: Text =
    Text { name: "LogType", values: &["slow-log", "engine-log"], pattern: None, min: None, max: None };

pub(super) static MULTI_AZ_STATUS: Text =
    Text { name: "MultiAZStatus", values: &["enabled", "disabled"], pattern: None, min: None, max: None };

pub(super) static NETWORK_TYPE: Text =
    Text { name: "NetworkType", values: &["ipv4", "ipv6", "dual_stack"], pattern: None, min: None, max: None };

pub(super) static NODE_UPDATE_INITIATED_BY: Text =
    Text { name: "NodeUpdateInitiatedBy", values: &["system", "customer"], pattern: None, min: None, max: None };

pub(super) static NODE_UPDATE_STATUS: Text = Text {
    name: "NodeUpdateStatus",
    values: &["not-applied", "waiting-to-start", "in-progress", "stopping", "stopped", "complete"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static OUTPOST_MODE: Text =
    Text { name: "OutpostMode", values: &["single-outpost", "cross-outpost"], pattern: None, min: None, max: None };

pub(super) static PENDING_AUTOMATIC_FAILOVER_STATUS: Text = Text {
    name: "PendingAutomaticFailoverStatus",
    values: &["enabled", "disabled"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static SERVICE_UPDATE_SEVERITY: Text = Text {
    name: "ServiceUpdateSeverity",
    values: &["critical", "important", "medium", "low"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static SERVICE_UPDATE_STATUS: Text = Text {
    name: "ServiceUpdateStatus",
    values: &["available", "cancelled", "expired"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static SERVICE_UPDATE_TYPE: Text =
    Text { name: "ServiceUpdateType", values: &["security-update"], pattern: None, min: None, max: None };

pub(super) static SLA_MET: Text =
    Text { name: "SlaMet", values: &["yes", "no", "n/a"], pattern: None, min: None, max: None };

pub(super) static SOURCE_TYPE: Text = Text {
    name: "SourceType",
    values: &[
        "cache-cluster",
        "cache-parameter-group",
        "cache-security-group",
        "cache-subnet-group",
        "replication-group",
        "serverless-cache",
        "serverless-cache-snapshot",
        "user",
        "user-group",
    ],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static STORAGE_ENCRYPTION_TYPE: Text = Text {
    name: "StorageEncryptionType",
    values: &["none", "sse-elasticache", "sse-kms"],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static STRING: Text = Text { name: "String", values: &[], pattern: None, min: None, max: None };

pub(super) static TLS_MODE: Text =
    Text { name: "TlsMode", values: &["none", "verify-ca"], pattern: None, min: None, max: None };

pub(super) static TRANSIT_ENCRYPTION_MODE: Text =
    Text { name: "TransitEncryptionMode", values: &["preferred", "required"], pattern: None, min: None, max: None };

pub(super) static UPDATE_ACTION_STATUS: Text = Text {
    name: "UpdateActionStatus",
    values: &[
        "not-applied",
        "waiting-to-start",
        "in-progress",
        "stopping",
        "stopped",
        "complete",
        "scheduling",
        "scheduled",
        "not-applicable",
    ],
    pattern: None,
    min: None,
    max: None,
};

pub(super) static USER_GROUP_ID: Text =
    Text { name: "UserGroupId", values: &[], pattern: Some("[a-zA-Z][a-zA-Z0-9\\-]*"), min: Some(1), max: None };

pub(super) static USER_ID: Text =
    Text { name: "UserId", values: &[], pattern: Some("[a-zA-Z][a-zA-Z0-9\\-]*"), min: Some(1), max: None };

pub(super) static USER_NAME: Text = Text { name: "UserName", values: &[], pattern: None, min: Some(1), max: None };
