//! Written by `cargo xtask model`; not to be edited by hand.

use super::{lists, strings, structures};
use crate::{Member, Shape, Structure};

pub(super) static ADD_TAGS_TO_RESOURCE_MESSAGE: Structure = Structure {
    name: "AddTagsToResourceMessage",
    members: &[
        Member::required("ResourceName", Shape::String(&strings::STRING)),
        Member::required("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static ALLOWED_NODE_TYPE_MODIFICATIONS_MESSAGE: Structure = Structure {
    name: "AllowedNodeTypeModificationsMessage",
    members: &[
        Member::optional("ScaleUpModifications", Shape::List(&lists::NODE_TYPE_LIST)),
        Member::optional("ScaleDownModifications", Shape::List(&lists::NODE_TYPE_LIST)),
    ],
};

pub(super) static AUTHENTICATION: Structure = Structure {
    name: "Authentication",
    members: &[
        Member::optional("Type", Shape::String(&strings::AUTHENTICATION_TYPE)),
        Member::optional("PasswordCount", Shape::Integer),
    ],
};

pub(super) static AUTHENTICATION_MODE: Structure = Structure {
    name: "AuthenticationMode",
    members: &[
        Member::optional("Type", Shape::String(&strings::INPUT_AUTHENTICATION_TYPE)),
        Member::optional("Passwords", Shape::List(&lists::PASSWORD_LIST_INPUT)),
    ],
};

pub(super) static AUTHORIZE_CACHE_SECURITY_GROUP_INGRESS_MESSAGE: Structure = Structure {
    name: "AuthorizeCacheSecurityGroupIngressMessage",
    members: &[
        Member::required("CacheSecurityGroupName", Shape::String(&strings::STRING)),
        Member::required("EC2SecurityGroupName", Shape::String(&strings::STRING)),
        Member::required("EC2SecurityGroupOwnerId", Shape::String(&strings::STRING)),
    ],
};

pub(super) static AUTHORIZE_CACHE_SECURITY_GROUP_INGRESS_RESULT: Structure = Structure {
    name: "AuthorizeCacheSecurityGroupIngressResult",
    members: &[Member::optional("CacheSecurityGroup", Shape::Structure(&structures::CACHE_SECURITY_GROUP))],
};

pub(super) static AVAILABILITY_ZONE: Structure =
    Structure { name: "AvailabilityZone", members: &[Member::optional("Name", Shape::String(&strings::STRING))] };

pub(super) static BATCH_APPLY_UPDATE_ACTION_MESSAGE: Structure = Structure {
    name: "BatchApplyUpdateActionMessage",
    members: &[
        Member::optional("ReplicationGroupIds", Shape::List(&lists::REPLICATION_GROUP_ID_LIST)),
        Member::optional("CacheClusterIds", Shape::List(&lists::CACHE_CLUSTER_ID_LIST)),
        Member::required("ServiceUpdateName", Shape::String(&strings::STRING)),
    ],
};

pub(super) static BATCH_STOP_UPDATE_ACTION_MESSAGE: Structure = Structure {
    name: "BatchStopUpdateActionMessage",
    members: &[
        Member::optional("ReplicationGroupIds", Shape::List(&lists::REPLICATION_GROUP_ID_LIST)),
        Member::optional("CacheClusterIds", Shape::List(&lists::CACHE_CLUSTER_ID_LIST)),
        Member::required("ServiceUpdateName", Shape::String(&strings::STRING)),
    ],
};

pub(super) static CACHE_CLUSTER: Structure = Structure {
    name: "CacheCluster",
    members: &[
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("ConfigurationEndpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("ClientDownloadLandingPage", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterStatus", Shape::String(&strings::STRING)),
        Member::optional("NumCacheNodes", Shape::Integer),
        Member::optional("PreferredAvailabilityZone", Shape::String(&strings::STRING)),
        Member::optional("PreferredOutpostArn", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterCreateTime", Shape::Timestamp),
        Member::optional("PreferredMaintenanceWindow", Shape::String(&strings::STRING)),
        Member::optional("PendingModifiedValues", Shape::Structure(&structures::PENDING_MODIFIED_VALUES)),
        Member::optional("NotificationConfiguration", Shape::Structure(&structures::NOTIFICATION_CONFIGURATION)),
        Member::optional("CacheSecurityGroups", Shape::List(&lists::CACHE_SECURITY_GROUP_MEMBERSHIP_LIST)),
        Member::optional("CacheParameterGroup", Shape::Structure(&structures::CACHE_PARAMETER_GROUP_STATUS)),
        Member::optional("CacheSubnetGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheNodes", Shape::List(&lists::CACHE_NODE_LIST)),
        Member::optional("AutoMinorVersionUpgrade", Shape::Boolean),
        Member::optional("SecurityGroups", Shape::List(&lists::SECURITY_GROUP_MEMBERSHIP_LIST)),
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("SnapshotWindow", Shape::String(&strings::STRING)),
        Member::optional("AuthTokenEnabled", Shape::Boolean),
        Member::optional("AuthTokenLastModifiedDate", Shape::Timestamp),
        Member::optional("TransitEncryptionEnabled", Shape::Boolean),
        Member::optional("AtRestEncryptionEnabled", Shape::Boolean),
        Member::optional("ARN", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupLogDeliveryEnabled", Shape::Boolean),
        Member::optional("LogDeliveryConfigurations", Shape::List(&lists::LOG_DELIVERY_CONFIGURATION_LIST)),
        Member::optional("NetworkType", Shape::String(&strings::NETWORK_TYPE)),
        Member::optional("IpDiscovery", Shape::String(&strings::IP_DISCOVERY)),
        Member::optional("TransitEncryptionMode", Shape::String(&strings::TRANSIT_ENCRYPTION_MODE)),
    ],
};

pub(super) static CACHE_CLUSTER_MESSAGE: Structure = Structure {
    name: "CacheClusterMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("CacheClusters", Shape::List(&lists::CACHE_CLUSTER_LIST)),
    ],
};

pub(super) static CACHE_ENGINE_VERSION: Structure = Structure {
    name: "CacheEngineVersion",
    members: &[
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroupFamily", Shape::String(&strings::STRING)),
        Member::optional("CacheEngineDescription", Shape::String(&strings::STRING)),
        Member::optional("CacheEngineVersionDescription", Shape::String(&strings::STRING)),
    ],
};

pub(super) static CACHE_ENGINE_VERSION_MESSAGE: Structure = Structure {
    name: "CacheEngineVersionMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("CacheEngineVersions", Shape::List(&lists::CACHE_ENGINE_VERSION_LIST)),
    ],
};

pub(super) static CACHE_NODE: Structure = Structure {
    name: "CacheNode",
    members: &[
        Member::optional("CacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeStatus", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeCreateTime", Shape::Timestamp),
        Member::optional("Endpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("ParameterGroupStatus", Shape::String(&strings::STRING)),
        Member::optional("SourceCacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("CustomerAvailabilityZone", Shape::String(&strings::STRING)),
        Member::optional("CustomerOutpostArn", Shape::String(&strings::STRING)),
    ],
};

pub(super) static CACHE_NODE_TYPE_SPECIFIC_PARAMETER: Structure = Structure {
    name: "CacheNodeTypeSpecificParameter",
    members: &[
        Member::optional("ParameterName", Shape::String(&strings::STRING)),
        Member::optional("Description", Shape::String(&strings::STRING)),
        Member::optional("Source", Shape::String(&strings::STRING)),
        Member::optional("DataType", Shape::String(&strings::STRING)),
        Member::optional("AllowedValues", Shape::String(&strings::STRING)),
        Member::optional("IsModifiable", Shape::Boolean),
        Member::optional("MinimumEngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeTypeSpecificValues", Shape::List(&lists::CACHE_NODE_TYPE_SPECIFIC_VALUE_LIST)),
        Member::optional("ChangeType", Shape::String(&strings::CHANGE_TYPE)),
    ],
};

pub(super) static CACHE_NODE_TYPE_SPECIFIC_VALUE: Structure = Structure {
    name: "CacheNodeTypeSpecificValue",
    members: &[
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Value", Shape::String(&strings::STRING)),
    ],
};

pub(super) static CACHE_NODE_UPDATE_STATUS: Structure = Structure {
    name: "CacheNodeUpdateStatus",
    members: &[
        Member::optional("CacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("NodeUpdateStatus", Shape::String(&strings::NODE_UPDATE_STATUS)),
        Member::optional("NodeDeletionDate", Shape::Timestamp),
        Member::optional("NodeUpdateStartDate", Shape::Timestamp),
        Member::optional("NodeUpdateEndDate", Shape::Timestamp),
        Member::optional("NodeUpdateInitiatedBy", Shape::String(&strings::NODE_UPDATE_INITIATED_BY)),
        Member::optional("NodeUpdateInitiatedDate", Shape::Timestamp),
        Member::optional("NodeUpdateStatusModifiedDate", Shape::Timestamp),
    ],
};

pub(super) static CACHE_PARAMETER_GROUP: Structure = Structure {
    name: "CacheParameterGroup",
    members: &[
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroupFamily", Shape::String(&strings::STRING)),
        Member::optional("Description", Shape::String(&strings::STRING)),
        Member::optional("IsGlobal", Shape::Boolean),
        Member::optional("ARN", Shape::String(&strings::STRING)),
    ],
};

pub(super) static CACHE_PARAMETER_GROUP_DETAILS: Structure = Structure {
    name: "CacheParameterGroupDetails",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("Parameters", Shape::List(&lists::PARAMETERS_LIST)),
        Member::optional(
            "CacheNodeTypeSpecificParameters",
            Shape::List(&lists::CACHE_NODE_TYPE_SPECIFIC_PARAMETERS_LIST),
        ),
    ],
};

pub(super) static CACHE_PARAMETER_GROUP_NAME_MESSAGE: Structure = Structure {
    name: "CacheParameterGroupNameMessage",
    members: &[Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING))],
};

pub(super) static CACHE_PARAMETER_GROUP_STATUS: Structure = Structure {
    name: "CacheParameterGroupStatus",
    members: &[
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("ParameterApplyStatus", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeIdsToReboot", Shape::List(&lists::CACHE_NODE_IDS_LIST)),
    ],
};

pub(super) static CACHE_PARAMETER_GROUPS_MESSAGE: Structure = Structure {
    name: "CacheParameterGroupsMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroups", Shape::List(&lists::CACHE_PARAMETER_GROUP_LIST)),
    ],
};

pub(super) static CACHE_SECURITY_GROUP: Structure = Structure {
    name: "CacheSecurityGroup",
    members: &[
        Member::optional("OwnerId", Shape::String(&strings::STRING)),
        Member::optional("CacheSecurityGroupName", Shape::String(&strings::STRING)),
        Member::optional("Description", Shape::String(&strings::STRING)),
        Member::optional("EC2SecurityGroups", Shape::List(&lists::EC2_SECURITY_GROUP_LIST)),
        Member::optional("ARN", Shape::String(&strings::STRING)),
    ],
};

pub(super) static CACHE_SECURITY_GROUP_MEMBERSHIP: Structure = Structure {
    name: "CacheSecurityGroupMembership",
    members: &[
        Member::optional("CacheSecurityGroupName", Shape::String(&strings::STRING)),
        Member::optional("Status", Shape::String(&strings::STRING)),
    ],
};

pub(super) static CACHE_SECURITY_GROUP_MESSAGE: Structure = Structure {
    name: "CacheSecurityGroupMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("CacheSecurityGroups", Shape::List(&lists::CACHE_SECURITY_GROUPS)),
    ],
};

pub(super) static CACHE_SUBNET_GROUP: Structure = Structure {
    name: "CacheSubnetGroup",
    members: &[
        Member::optional("CacheSubnetGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheSubnetGroupDescription", Shape::String(&strings::STRING)),
        Member::optional("VpcId", Shape::String(&strings::STRING)),
        Member::optional("Subnets", Shape::List(&lists::SUBNET_LIST)),
        Member::optional("ARN", Shape::String(&strings::STRING)),
        Member::optional("SupportedNetworkTypes", Shape::List(&lists::NETWORK_TYPE_LIST)),
    ],
};

pub(super) static CACHE_SUBNET_GROUP_MESSAGE: Structure = Structure {
    name: "CacheSubnetGroupMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("CacheSubnetGroups", Shape::List(&lists::CACHE_SUBNET_GROUPS)),
    ],
};

pub(super) static CACHE_USAGE_LIMITS: Structure = Structure {
    name: "CacheUsageLimits",
    members: &[
        Member::optional("DataStorage", Shape::Structure(&structures::DATA_STORAGE)),
        Member::optional("ECPUPerSecond", Shape::Structure(&structures::ECPU_PER_SECOND)),
    ],
};

pub(super) static CLOUD_WATCH_LOGS_DESTINATION_DETAILS: Structure = Structure {
    name: "CloudWatchLogsDestinationDetails",
    members: &[Member::optional("LogGroup", Shape::String(&strings::STRING))],
};

pub(super) static COMPLETE_MIGRATION_MESSAGE: Structure = Structure {
    name: "CompleteMigrationMessage",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("Force", Shape::Boolean),
    ],
};

pub(super) static COMPLETE_MIGRATION_RESPONSE: Structure = Structure {
    name: "CompleteMigrationResponse",
    members: &[
        Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP)),
        Member::optional("ServerlessCache", Shape::Structure(&structures::SERVERLESS_CACHE)),
    ],
};

pub(super) static CONFIGURE_SHARD: Structure = Structure {
    name: "ConfigureShard",
    members: &[
        Member::required("NodeGroupId", Shape::String(&strings::ALLOWED_NODE_GROUP_ID)),
        Member::required("NewReplicaCount", Shape::Integer),
        Member::optional("PreferredAvailabilityZones", Shape::List(&lists::PREFERRED_AVAILABILITY_ZONE_LIST)),
        Member::optional("PreferredOutpostArns", Shape::List(&lists::PREFERRED_OUTPOST_ARN_LIST)),
    ],
};

pub(super) static COPY_SERVERLESS_CACHE_SNAPSHOT_REQUEST: Structure = Structure {
    name: "CopyServerlessCacheSnapshotRequest",
    members: &[
        Member::required("SourceServerlessCacheSnapshotName", Shape::String(&strings::STRING)),
        Member::required("TargetServerlessCacheSnapshotName", Shape::String(&strings::STRING)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static COPY_SERVERLESS_CACHE_SNAPSHOT_RESPONSE: Structure = Structure {
    name: "CopyServerlessCacheSnapshotResponse",
    members: &[Member::optional("ServerlessCacheSnapshot", Shape::Structure(&structures::SERVERLESS_CACHE_SNAPSHOT))],
};

pub(super) static COPY_SNAPSHOT_MESSAGE: Structure = Structure {
    name: "CopySnapshotMessage",
    members: &[
        Member::required("SourceSnapshotName", Shape::String(&strings::STRING)),
        Member::required("TargetSnapshotName", Shape::String(&strings::STRING)),
        Member::optional("TargetBucket", Shape::String(&strings::STRING)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static COPY_SNAPSHOT_RESULT: Structure = Structure {
    name: "CopySnapshotResult",
    members: &[Member::optional("Snapshot", Shape::Structure(&structures::SNAPSHOT))],
};

pub(super) static CREATE_CACHE_CLUSTER_MESSAGE: Structure = Structure {
    name: "CreateCacheClusterMessage",
    members: &[
        Member::required("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("AZMode", Shape::String(&strings::AZ_MODE)),
        Member::optional("PreferredAvailabilityZone", Shape::String(&strings::STRING)),
        Member::optional("PreferredAvailabilityZones", Shape::List(&lists::PREFERRED_AVAILABILITY_ZONE_LIST)),
        Member::optional("NumCacheNodes", Shape::Integer),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheSubnetGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheSecurityGroupNames", Shape::List(&lists::CACHE_SECURITY_GROUP_NAME_LIST)),
        Member::optional("SecurityGroupIds", Shape::List(&lists::SECURITY_GROUP_IDS_LIST)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
        Member::optional("SnapshotArns", Shape::List(&lists::SNAPSHOT_ARNS_LIST)),
        Member::optional("SnapshotName", Shape::String(&strings::STRING)),
        Member::optional("PreferredMaintenanceWindow", Shape::String(&strings::STRING)),
        Member::optional("Port", Shape::Integer),
        Member::optional("NotificationTopicArn", Shape::String(&strings::STRING)),
        Member::optional("AutoMinorVersionUpgrade", Shape::Boolean),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("SnapshotWindow", Shape::String(&strings::STRING)),
        Member::optional("AuthToken", Shape::String(&strings::STRING)),
        Member::optional("OutpostMode", Shape::String(&strings::OUTPOST_MODE)),
        Member::optional("PreferredOutpostArn", Shape::String(&strings::STRING)),
        Member::optional("PreferredOutpostArns", Shape::List(&lists::PREFERRED_OUTPOST_ARN_LIST)),
        Member::optional("LogDeliveryConfigurations", Shape::List(&lists::LOG_DELIVERY_CONFIGURATION_REQUEST_LIST)),
        Member::optional("TransitEncryptionEnabled", Shape::Boolean),
        Member::optional("NetworkType", Shape::String(&strings::NETWORK_TYPE)),
        Member::optional("IpDiscovery", Shape::String(&strings::IP_DISCOVERY)),
    ],
};

pub(super) static CREATE_CACHE_CLUSTER_RESULT: Structure = Structure {
    name: "CreateCacheClusterResult",
    members: &[Member::optional("CacheCluster", Shape::Structure(&structures::CACHE_CLUSTER))],
};

pub(super) static CREATE_CACHE_PARAMETER_GROUP_MESSAGE: Structure = Structure {
    name: "CreateCacheParameterGroupMessage",
    members: &[
        Member::required("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::required("CacheParameterGroupFamily", Shape::String(&strings::STRING)),
        Member::required("Description", Shape::String(&strings::STRING)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static CREATE_CACHE_PARAMETER_GROUP_RESULT: Structure = Structure {
    name: "CreateCacheParameterGroupResult",
    members: &[Member::optional("CacheParameterGroup", Shape::Structure(&structures::CACHE_PARAMETER_GROUP))],
};

pub(super) static CREATE_CACHE_SECURITY_GROUP_MESSAGE: Structure = Structure {
    name: "CreateCacheSecurityGroupMessage",
    members: &[
        Member::required("CacheSecurityGroupName", Shape::String(&strings::STRING)),
        Member::required("Description", Shape::String(&strings::STRING)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static CREATE_CACHE_SECURITY_GROUP_RESULT: Structure = Structure {
    name: "CreateCacheSecurityGroupResult",
    members: &[Member::optional("CacheSecurityGroup", Shape::Structure(&structures::CACHE_SECURITY_GROUP))],
};

pub(super) static CREATE_CACHE_SUBNET_GROUP_MESSAGE: Structure = Structure {
    name: "CreateCacheSubnetGroupMessage",
    members: &[
        Member::required("CacheSubnetGroupName", Shape::String(&strings::STRING)),
        Member::required("CacheSubnetGroupDescription", Shape::String(&strings::STRING)),
        Member::required("SubnetIds", Shape::List(&lists::SUBNET_IDENTIFIER_LIST)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static CREATE_CACHE_SUBNET_GROUP_RESULT: Structure = Structure {
    name: "CreateCacheSubnetGroupResult",
    members: &[Member::optional("CacheSubnetGroup", Shape::Structure(&structures::CACHE_SUBNET_GROUP))],
};

pub(super) static CREATE_GLOBAL_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "CreateGlobalReplicationGroupMessage",
    members: &[
        Member::required("GlobalReplicationGroupIdSuffix", Shape::String(&strings::STRING)),
        Member::optional("GlobalReplicationGroupDescription", Shape::String(&strings::STRING)),
        Member::required("PrimaryReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static CREATE_GLOBAL_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "CreateGlobalReplicationGroupResult",
    members: &[Member::optional("GlobalReplicationGroup", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP))],
};

pub(super) static CREATE_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "CreateReplicationGroupMessage",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("ReplicationGroupDescription", Shape::String(&strings::STRING)),
        Member::optional("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("PrimaryClusterId", Shape::String(&strings::STRING)),
        Member::optional("AutomaticFailoverEnabled", Shape::Boolean),
        Member::optional("MultiAZEnabled", Shape::Boolean),
        Member::optional("NumCacheClusters", Shape::Integer),
        Member::optional("PreferredCacheClusterAZs", Shape::List(&lists::AVAILABILITY_ZONES_LIST)),
        Member::optional("NumNodeGroups", Shape::Integer),
        Member::optional("ReplicasPerNodeGroup", Shape::Integer),
        Member::optional("NodeGroupConfiguration", Shape::List(&lists::NODE_GROUP_CONFIGURATION_LIST)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheSubnetGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheSecurityGroupNames", Shape::List(&lists::CACHE_SECURITY_GROUP_NAME_LIST)),
        Member::optional("SecurityGroupIds", Shape::List(&lists::SECURITY_GROUP_IDS_LIST)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
        Member::optional("SnapshotArns", Shape::List(&lists::SNAPSHOT_ARNS_LIST)),
        Member::optional("SnapshotName", Shape::String(&strings::STRING)),
        Member::optional("PreferredMaintenanceWindow", Shape::String(&strings::STRING)),
        Member::optional("Port", Shape::Integer),
        Member::optional("NotificationTopicArn", Shape::String(&strings::STRING)),
        Member::optional("AutoMinorVersionUpgrade", Shape::Boolean),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("SnapshotWindow", Shape::String(&strings::STRING)),
        Member::optional("AuthToken", Shape::String(&strings::STRING)),
        Member::optional("TransitEncryptionEnabled", Shape::Boolean),
        Member::optional("AtRestEncryptionEnabled", Shape::Boolean),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("UserGroupIds", Shape::List(&lists::USER_GROUP_ID_LIST_INPUT)),
        Member::optional("LogDeliveryConfigurations", Shape::List(&lists::LOG_DELIVERY_CONFIGURATION_REQUEST_LIST)),
        Member::optional("DataTieringEnabled", Shape::Boolean),
        Member::optional("NetworkType", Shape::String(&strings::NETWORK_TYPE)),
        Member::optional("IpDiscovery", Shape::String(&strings::IP_DISCOVERY)),
        Member::optional("TransitEncryptionMode", Shape::String(&strings::TRANSIT_ENCRYPTION_MODE)),
        Member::optional("ClusterMode", Shape::String(&strings::CLUSTER_MODE)),
        Member::optional("ServerlessCacheSnapshotName", Shape::String(&strings::STRING)),
        Member::optional("Durability", Shape::String(&strings::DURABILITY)),
    ],
};

pub(super) static CREATE_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "CreateReplicationGroupResult",
    members: &[Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP))],
};

pub(super) static CREATE_SERVERLESS_CACHE_REQUEST: Structure = Structure {
    name: "CreateServerlessCacheRequest",
    members: &[
        Member::required("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("Description", Shape::String(&strings::STRING)),
        Member::required("Engine", Shape::String(&strings::STRING)),
        Member::optional("MajorEngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheUsageLimits", Shape::Structure(&structures::CACHE_USAGE_LIMITS)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("SecurityGroupIds", Shape::List(&lists::SECURITY_GROUP_IDS_LIST)),
        Member::optional("SnapshotArnsToRestore", Shape::List(&lists::SNAPSHOT_ARNS_LIST)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
        Member::optional("UserGroupId", Shape::String(&strings::STRING)),
        Member::optional("SubnetIds", Shape::List(&lists::SUBNET_IDS_LIST)),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("DailySnapshotTime", Shape::String(&strings::STRING)),
        Member::optional("NetworkType", Shape::String(&strings::NETWORK_TYPE)),
        Member::optional("ConnectionType", Shape::String(&strings::CONNECTION_TYPE)),
        Member::optional("Integrations", Shape::List(&lists::INTEGRATION_REQUEST_LIST)),
    ],
};

pub(super) static CREATE_SERVERLESS_CACHE_RESPONSE: Structure = Structure {
    name: "CreateServerlessCacheResponse",
    members: &[Member::optional("ServerlessCache", Shape::Structure(&structures::SERVERLESS_CACHE))],
};

pub(super) static CREATE_SERVERLESS_CACHE_SNAPSHOT_REQUEST: Structure = Structure {
    name: "CreateServerlessCacheSnapshotRequest",
    members: &[
        Member::required("ServerlessCacheSnapshotName", Shape::String(&strings::STRING)),
        Member::required("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static CREATE_SERVERLESS_CACHE_SNAPSHOT_RESPONSE: Structure = Structure {
    name: "CreateServerlessCacheSnapshotResponse",
    members: &[Member::optional("ServerlessCacheSnapshot", Shape::Structure(&structures::SERVERLESS_CACHE_SNAPSHOT))],
};

pub(super) static CREATE_SNAPSHOT_MESSAGE: Structure = Structure {
    name: "CreateSnapshotMessage",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::required("SnapshotName", Shape::String(&strings::STRING)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static CREATE_SNAPSHOT_RESULT: Structure = Structure {
    name: "CreateSnapshotResult",
    members: &[Member::optional("Snapshot", Shape::Structure(&structures::SNAPSHOT))],
};

pub(super) static CREATE_USER_GROUP_MESSAGE: Structure = Structure {
    name: "CreateUserGroupMessage",
    members: &[
        Member::required("UserGroupId", Shape::String(&strings::STRING)),
        Member::required("Engine", Shape::String(&strings::ENGINE_TYPE)),
        Member::optional("UserIds", Shape::List(&lists::USER_ID_LIST_INPUT)),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static CREATE_USER_MESSAGE: Structure = Structure {
    name: "CreateUserMessage",
    members: &[
        Member::required("UserId", Shape::String(&strings::USER_ID)),
        Member::required("UserName", Shape::String(&strings::USER_NAME)),
        Member::required("Engine", Shape::String(&strings::ENGINE_TYPE)),
        Member::optional("Passwords", Shape::List(&lists::PASSWORD_LIST_INPUT)),
        Member::required("AccessString", Shape::String(&strings::ACCESS_STRING)),
        Member::optional("NoPasswordRequired", Shape::Boolean),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
        Member::optional("AuthenticationMode", Shape::Structure(&structures::AUTHENTICATION_MODE)),
    ],
};

pub(super) static CUSTOMER_NODE_ENDPOINT: Structure = Structure {
    name: "CustomerNodeEndpoint",
    members: &[Member::optional("Address", Shape::String(&strings::STRING)), Member::optional("Port", Shape::Integer)],
};

pub(super) static DATA_STORAGE: Structure = Structure {
    name: "DataStorage",
    members: &[
        Member::optional("Maximum", Shape::Integer),
        Member::optional("Minimum", Shape::Integer),
        Member::required("Unit", Shape::String(&strings::DATA_STORAGE_UNIT)),
    ],
};

pub(super) static DECREASE_NODE_GROUPS_IN_GLOBAL_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "DecreaseNodeGroupsInGlobalReplicationGroupMessage",
    members: &[
        Member::required("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("NodeGroupCount", Shape::Integer),
        Member::optional("GlobalNodeGroupsToRemove", Shape::List(&lists::GLOBAL_NODE_GROUP_ID_LIST)),
        Member::optional("GlobalNodeGroupsToRetain", Shape::List(&lists::GLOBAL_NODE_GROUP_ID_LIST)),
        Member::required("ApplyImmediately", Shape::Boolean),
    ],
};

pub(super) static DECREASE_NODE_GROUPS_IN_GLOBAL_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "DecreaseNodeGroupsInGlobalReplicationGroupResult",
    members: &[Member::optional("GlobalReplicationGroup", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP))],
};

pub(super) static DECREASE_REPLICA_COUNT_MESSAGE: Structure = Structure {
    name: "DecreaseReplicaCountMessage",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("NewReplicaCount", Shape::Integer),
        Member::optional("ReplicaConfiguration", Shape::List(&lists::REPLICA_CONFIGURATION_LIST)),
        Member::optional("ReplicasToRemove", Shape::List(&lists::REMOVE_REPLICAS_LIST)),
        Member::required("ApplyImmediately", Shape::Boolean),
    ],
};

pub(super) static DECREASE_REPLICA_COUNT_RESULT: Structure = Structure {
    name: "DecreaseReplicaCountResult",
    members: &[Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP))],
};

pub(super) static DELETE_CACHE_CLUSTER_MESSAGE: Structure = Structure {
    name: "DeleteCacheClusterMessage",
    members: &[
        Member::required("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("FinalSnapshotIdentifier", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DELETE_CACHE_CLUSTER_RESULT: Structure = Structure {
    name: "DeleteCacheClusterResult",
    members: &[Member::optional("CacheCluster", Shape::Structure(&structures::CACHE_CLUSTER))],
};

pub(super) static DELETE_CACHE_PARAMETER_GROUP_MESSAGE: Structure = Structure {
    name: "DeleteCacheParameterGroupMessage",
    members: &[Member::required("CacheParameterGroupName", Shape::String(&strings::STRING))],
};

pub(super) static DELETE_CACHE_SECURITY_GROUP_MESSAGE: Structure = Structure {
    name: "DeleteCacheSecurityGroupMessage",
    members: &[Member::required("CacheSecurityGroupName", Shape::String(&strings::STRING))],
};

pub(super) static DELETE_CACHE_SUBNET_GROUP_MESSAGE: Structure = Structure {
    name: "DeleteCacheSubnetGroupMessage",
    members: &[Member::required("CacheSubnetGroupName", Shape::String(&strings::STRING))],
};

pub(super) static DELETE_GLOBAL_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "DeleteGlobalReplicationGroupMessage",
    members: &[
        Member::required("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("RetainPrimaryReplicationGroup", Shape::Boolean),
    ],
};

pub(super) static DELETE_GLOBAL_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "DeleteGlobalReplicationGroupResult",
    members: &[Member::optional("GlobalReplicationGroup", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP))],
};

pub(super) static DELETE_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "DeleteReplicationGroupMessage",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("RetainPrimaryCluster", Shape::Boolean),
        Member::optional("FinalSnapshotIdentifier", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DELETE_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "DeleteReplicationGroupResult",
    members: &[Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP))],
};

pub(super) static DELETE_SERVERLESS_CACHE_REQUEST: Structure = Structure {
    name: "DeleteServerlessCacheRequest",
    members: &[
        Member::required("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("FinalSnapshotName", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DELETE_SERVERLESS_CACHE_RESPONSE: Structure = Structure {
    name: "DeleteServerlessCacheResponse",
    members: &[Member::optional("ServerlessCache", Shape::Structure(&structures::SERVERLESS_CACHE))],
};

pub(super) static DELETE_SERVERLESS_CACHE_SNAPSHOT_REQUEST: Structure = Structure {
    name: "DeleteServerlessCacheSnapshotRequest",
    members: &[Member::required("ServerlessCacheSnapshotName", Shape::String(&strings::STRING))],
};

pub(super) static DELETE_SERVERLESS_CACHE_SNAPSHOT_RESPONSE: Structure = Structure {
    name: "DeleteServerlessCacheSnapshotResponse",
    members: &[Member::optional("ServerlessCacheSnapshot", Shape::Structure(&structures::SERVERLESS_CACHE_SNAPSHOT))],
};

pub(super) static DELETE_SNAPSHOT_MESSAGE: Structure = Structure {
    name: "DeleteSnapshotMessage",
    members: &[Member::required("SnapshotName", Shape::String(&strings::STRING))],
};

pub(super) static DELETE_SNAPSHOT_RESULT: Structure = Structure {
    name: "DeleteSnapshotResult",
    members: &[Member::optional("Snapshot", Shape::Structure(&structures::SNAPSHOT))],
};

pub(super) static DELETE_USER_GROUP_MESSAGE: Structure = Structure {
    name: "DeleteUserGroupMessage",
    members: &[Member::required("UserGroupId", Shape::String(&strings::STRING))],
};

pub(super) static DELETE_USER_MESSAGE: Structure =
    Structure { name: "DeleteUserMessage", members: &[Member::required("UserId", Shape::String(&strings::USER_ID))] };

pub(super) static DESCRIBE_CACHE_CLUSTERS_MESSAGE: Structure = Structure {
    name: "DescribeCacheClustersMessage",
    members: &[
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("ShowCacheNodeInfo", Shape::Boolean),
        Member::optional("ShowCacheClustersNotInReplicationGroups", Shape::Boolean),
    ],
};

pub(super) static DESCRIBE_CACHE_ENGINE_VERSIONS_MESSAGE: Structure = Structure {
    name: "DescribeCacheEngineVersionsMessage",
    members: &[
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroupFamily", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("DefaultOnly", Shape::Boolean),
    ],
};

pub(super) static DESCRIBE_CACHE_PARAMETER_GROUPS_MESSAGE: Structure = Structure {
    name: "DescribeCacheParameterGroupsMessage",
    members: &[
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_CACHE_PARAMETERS_MESSAGE: Structure = Structure {
    name: "DescribeCacheParametersMessage",
    members: &[
        Member::required("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("Source", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_CACHE_SECURITY_GROUPS_MESSAGE: Structure = Structure {
    name: "DescribeCacheSecurityGroupsMessage",
    members: &[
        Member::optional("CacheSecurityGroupName", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_CACHE_SUBNET_GROUPS_MESSAGE: Structure = Structure {
    name: "DescribeCacheSubnetGroupsMessage",
    members: &[
        Member::optional("CacheSubnetGroupName", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_ENGINE_DEFAULT_PARAMETERS_MESSAGE: Structure = Structure {
    name: "DescribeEngineDefaultParametersMessage",
    members: &[
        Member::required("CacheParameterGroupFamily", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_ENGINE_DEFAULT_PARAMETERS_RESULT: Structure = Structure {
    name: "DescribeEngineDefaultParametersResult",
    members: &[Member::optional("EngineDefaults", Shape::Structure(&structures::ENGINE_DEFAULTS))],
};

pub(super) static DESCRIBE_EVENTS_MESSAGE: Structure = Structure {
    name: "DescribeEventsMessage",
    members: &[
        Member::optional("SourceIdentifier", Shape::String(&strings::STRING)),
        Member::optional("SourceType", Shape::String(&strings::SOURCE_TYPE)),
        Member::optional("StartTime", Shape::Timestamp),
        Member::optional("EndTime", Shape::Timestamp),
        Member::optional("Duration", Shape::Integer),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_GLOBAL_REPLICATION_GROUPS_MESSAGE: Structure = Structure {
    name: "DescribeGlobalReplicationGroupsMessage",
    members: &[
        Member::optional("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("ShowMemberInfo", Shape::Boolean),
    ],
};

pub(super) static DESCRIBE_GLOBAL_REPLICATION_GROUPS_RESULT: Structure = Structure {
    name: "DescribeGlobalReplicationGroupsResult",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("GlobalReplicationGroups", Shape::List(&lists::GLOBAL_REPLICATION_GROUP_LIST)),
    ],
};

pub(super) static DESCRIBE_REPLICATION_GROUPS_MESSAGE: Structure = Structure {
    name: "DescribeReplicationGroupsMessage",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_RESERVED_CACHE_NODES_MESSAGE: Structure = Structure {
    name: "DescribeReservedCacheNodesMessage",
    members: &[
        Member::optional("ReservedCacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("ReservedCacheNodesOfferingId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Duration", Shape::String(&strings::STRING)),
        Member::optional("ProductDescription", Shape::String(&strings::STRING)),
        Member::optional("OfferingType", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_RESERVED_CACHE_NODES_OFFERINGS_MESSAGE: Structure = Structure {
    name: "DescribeReservedCacheNodesOfferingsMessage",
    members: &[
        Member::optional("ReservedCacheNodesOfferingId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Duration", Shape::String(&strings::STRING)),
        Member::optional("ProductDescription", Shape::String(&strings::STRING)),
        Member::optional("OfferingType", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_SERVERLESS_CACHE_SNAPSHOTS_REQUEST: Structure = Structure {
    name: "DescribeServerlessCacheSnapshotsRequest",
    members: &[
        Member::optional("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("ServerlessCacheSnapshotName", Shape::String(&strings::STRING)),
        Member::optional("SnapshotType", Shape::String(&strings::STRING)),
        Member::optional("NextToken", Shape::String(&strings::STRING)),
        Member::optional("MaxResults", Shape::Integer),
    ],
};

pub(super) static DESCRIBE_SERVERLESS_CACHE_SNAPSHOTS_RESPONSE: Structure = Structure {
    name: "DescribeServerlessCacheSnapshotsResponse",
    members: &[
        Member::optional("NextToken", Shape::String(&strings::STRING)),
        Member::optional("ServerlessCacheSnapshots", Shape::List(&lists::SERVERLESS_CACHE_SNAPSHOT_LIST)),
    ],
};

pub(super) static DESCRIBE_SERVERLESS_CACHES_REQUEST: Structure = Structure {
    name: "DescribeServerlessCachesRequest",
    members: &[
        Member::optional("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("MaxResults", Shape::Integer),
        Member::optional("NextToken", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_SERVERLESS_CACHES_RESPONSE: Structure = Structure {
    name: "DescribeServerlessCachesResponse",
    members: &[
        Member::optional("NextToken", Shape::String(&strings::STRING)),
        Member::optional("ServerlessCaches", Shape::List(&lists::SERVERLESS_CACHE_LIST)),
    ],
};

pub(super) static DESCRIBE_SERVICE_UPDATES_MESSAGE: Structure = Structure {
    name: "DescribeServiceUpdatesMessage",
    members: &[
        Member::optional("ServiceUpdateName", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdateStatus", Shape::List(&lists::SERVICE_UPDATE_STATUS_LIST)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_SNAPSHOTS_LIST_MESSAGE: Structure = Structure {
    name: "DescribeSnapshotsListMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("Snapshots", Shape::List(&lists::SNAPSHOT_LIST)),
    ],
};

pub(super) static DESCRIBE_SNAPSHOTS_MESSAGE: Structure = Structure {
    name: "DescribeSnapshotsMessage",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("SnapshotName", Shape::String(&strings::STRING)),
        Member::optional("SnapshotSource", Shape::String(&strings::STRING)),
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("ShowNodeGroupConfig", Shape::Boolean),
    ],
};

pub(super) static DESCRIBE_UPDATE_ACTIONS_MESSAGE: Structure = Structure {
    name: "DescribeUpdateActionsMessage",
    members: &[
        Member::optional("ServiceUpdateName", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupIds", Shape::List(&lists::REPLICATION_GROUP_ID_LIST)),
        Member::optional("CacheClusterIds", Shape::List(&lists::CACHE_CLUSTER_ID_LIST)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdateStatus", Shape::List(&lists::SERVICE_UPDATE_STATUS_LIST)),
        Member::optional("ServiceUpdateTimeRange", Shape::Structure(&structures::TIME_RANGE_FILTER)),
        Member::optional("UpdateActionStatus", Shape::List(&lists::UPDATE_ACTION_STATUS_LIST)),
        Member::optional("ShowNodeLevelUpdateStatus", Shape::Boolean),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_USER_GROUPS_MESSAGE: Structure = Structure {
    name: "DescribeUserGroupsMessage",
    members: &[
        Member::optional("UserGroupId", Shape::String(&strings::STRING)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_USER_GROUPS_RESULT: Structure = Structure {
    name: "DescribeUserGroupsResult",
    members: &[
        Member::optional("UserGroups", Shape::List(&lists::USER_GROUP_LIST)),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_USERS_MESSAGE: Structure = Structure {
    name: "DescribeUsersMessage",
    members: &[
        Member::optional("Engine", Shape::String(&strings::ENGINE_TYPE)),
        Member::optional("UserId", Shape::String(&strings::USER_ID)),
        Member::optional("Filters", Shape::List(&lists::FILTER_LIST)),
        Member::optional("MaxRecords", Shape::Integer),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESCRIBE_USERS_RESULT: Structure = Structure {
    name: "DescribeUsersResult",
    members: &[
        Member::optional("Users", Shape::List(&lists::USER_LIST)),
        Member::optional("Marker", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DESTINATION_DETAILS: Structure = Structure {
    name: "DestinationDetails",
    members: &[
        Member::optional("CloudWatchLogsDetails", Shape::Structure(&structures::CLOUD_WATCH_LOGS_DESTINATION_DETAILS)),
        Member::optional("KinesisFirehoseDetails", Shape::Structure(&structures::KINESIS_FIREHOSE_DESTINATION_DETAILS)),
    ],
};

pub(super) static DISASSOCIATE_GLOBAL_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "DisassociateGlobalReplicationGroupMessage",
    members: &[
        Member::required("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("ReplicationGroupRegion", Shape::String(&strings::STRING)),
    ],
};

pub(super) static DISASSOCIATE_GLOBAL_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "DisassociateGlobalReplicationGroupResult",
    members: &[Member::optional("GlobalReplicationGroup", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP))],
};

pub(super) static EC2_SECURITY_GROUP: Structure = Structure {
    name: "EC2SecurityGroup",
    members: &[
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional("EC2SecurityGroupName", Shape::String(&strings::STRING)),
        Member::optional("EC2SecurityGroupOwnerId", Shape::String(&strings::STRING)),
    ],
};

pub(super) static ECPU_PER_SECOND: Structure = Structure {
    name: "ECPUPerSecond",
    members: &[Member::optional("Maximum", Shape::Integer), Member::optional("Minimum", Shape::Integer)],
};

pub(super) static ENDPOINT: Structure = Structure {
    name: "Endpoint",
    members: &[Member::optional("Address", Shape::String(&strings::STRING)), Member::optional("Port", Shape::Integer)],
};

pub(super) static ENGINE_DEFAULTS: Structure = Structure {
    name: "EngineDefaults",
    members: &[
        Member::optional("CacheParameterGroupFamily", Shape::String(&strings::STRING)),
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("Parameters", Shape::List(&lists::PARAMETERS_LIST)),
        Member::optional(
            "CacheNodeTypeSpecificParameters",
            Shape::List(&lists::CACHE_NODE_TYPE_SPECIFIC_PARAMETERS_LIST),
        ),
    ],
};

pub(super) static EVENT: Structure = Structure {
    name: "Event",
    members: &[
        Member::optional("SourceIdentifier", Shape::String(&strings::STRING)),
        Member::optional("SourceType", Shape::String(&strings::SOURCE_TYPE)),
        Member::optional("Message", Shape::String(&strings::STRING)),
        Member::optional("Date", Shape::Timestamp),
    ],
};

pub(super) static EVENTS_MESSAGE: Structure = Structure {
    name: "EventsMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("Events", Shape::List(&lists::EVENT_LIST)),
    ],
};

pub(super) static EXPORT_SERVERLESS_CACHE_SNAPSHOT_REQUEST: Structure = Structure {
    name: "ExportServerlessCacheSnapshotRequest",
    members: &[
        Member::required("ServerlessCacheSnapshotName", Shape::String(&strings::STRING)),
        Member::required("S3BucketName", Shape::String(&strings::STRING)),
    ],
};

pub(super) static EXPORT_SERVERLESS_CACHE_SNAPSHOT_RESPONSE: Structure = Structure {
    name: "ExportServerlessCacheSnapshotResponse",
    members: &[Member::optional("ServerlessCacheSnapshot", Shape::Structure(&structures::SERVERLESS_CACHE_SNAPSHOT))],
};

pub(super) static FAILOVER_GLOBAL_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "FailoverGlobalReplicationGroupMessage",
    members: &[
        Member::required("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("PrimaryRegion", Shape::String(&strings::STRING)),
        Member::required("PrimaryReplicationGroupId", Shape::String(&strings::STRING)),
    ],
};

pub(super) static FAILOVER_GLOBAL_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "FailoverGlobalReplicationGroupResult",
    members: &[Member::optional("GlobalReplicationGroup", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP))],
};

pub(super) static FILTER: Structure = Structure {
    name: "Filter",
    members: &[
        Member::required("Name", Shape::String(&strings::FILTER_NAME)),
        Member::required("Values", Shape::List(&lists::FILTER_VALUE_LIST)),
    ],
};

pub(super) static GLOBAL_NODE_GROUP: Structure = Structure {
    name: "GlobalNodeGroup",
    members: &[
        Member::optional("GlobalNodeGroupId", Shape::String(&strings::STRING)),
        Member::optional("Slots", Shape::String(&strings::STRING)),
    ],
};

pub(super) static GLOBAL_REPLICATION_GROUP: Structure = Structure {
    name: "GlobalReplicationGroup",
    members: &[
        Member::optional("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("GlobalReplicationGroupDescription", Shape::String(&strings::STRING)),
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("Members", Shape::List(&lists::GLOBAL_REPLICATION_GROUP_MEMBER_LIST)),
        Member::optional("ClusterEnabled", Shape::Boolean),
        Member::optional("GlobalNodeGroups", Shape::List(&lists::GLOBAL_NODE_GROUP_LIST)),
        Member::optional("AuthTokenEnabled", Shape::Boolean),
        Member::optional("TransitEncryptionEnabled", Shape::Boolean),
        Member::optional("AtRestEncryptionEnabled", Shape::Boolean),
        Member::optional("ARN", Shape::String(&strings::STRING)),
    ],
};

pub(super) static GLOBAL_REPLICATION_GROUP_INFO: Structure = Structure {
    name: "GlobalReplicationGroupInfo",
    members: &[
        Member::optional("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("GlobalReplicationGroupMemberRole", Shape::String(&strings::STRING)),
    ],
};

pub(super) static GLOBAL_REPLICATION_GROUP_MEMBER: Structure = Structure {
    name: "GlobalReplicationGroupMember",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupRegion", Shape::String(&strings::STRING)),
        Member::optional("Role", Shape::String(&strings::STRING)),
        Member::optional("AutomaticFailover", Shape::String(&strings::AUTOMATIC_FAILOVER_STATUS)),
        Member::optional("Status", Shape::String(&strings::STRING)),
    ],
};

pub(super) static INCREASE_NODE_GROUPS_IN_GLOBAL_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "IncreaseNodeGroupsInGlobalReplicationGroupMessage",
    members: &[
        Member::required("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("NodeGroupCount", Shape::Integer),
        Member::optional("RegionalConfigurations", Shape::List(&lists::REGIONAL_CONFIGURATION_LIST)),
        Member::required("ApplyImmediately", Shape::Boolean),
    ],
};

pub(super) static INCREASE_NODE_GROUPS_IN_GLOBAL_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "IncreaseNodeGroupsInGlobalReplicationGroupResult",
    members: &[Member::optional("GlobalReplicationGroup", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP))],
};

pub(super) static INCREASE_REPLICA_COUNT_MESSAGE: Structure = Structure {
    name: "IncreaseReplicaCountMessage",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("NewReplicaCount", Shape::Integer),
        Member::optional("ReplicaConfiguration", Shape::List(&lists::REPLICA_CONFIGURATION_LIST)),
        Member::required("ApplyImmediately", Shape::Boolean),
    ],
};

pub(super) static INCREASE_REPLICA_COUNT_RESULT: Structure = Structure {
    name: "IncreaseReplicaCountResult",
    members: &[Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP))],
};

pub(super) static INTEGRATION: Structure = Structure {
    name: "Integration",
    members: &[
        Member::optional("IntegrationType", Shape::String(&strings::INTEGRATION_TYPE)),
        Member::optional("Status", Shape::String(&strings::INTEGRATION_STATUS)),
    ],
};

pub(super) static INTEGRATION_REQUEST: Structure = Structure {
    name: "IntegrationRequest",
    members: &[Member::optional("IntegrationType", Shape::String(&strings::INTEGRATION_TYPE))],
};

pub(super) static KINESIS_FIREHOSE_DESTINATION_DETAILS: Structure = Structure {
    name: "KinesisFirehoseDestinationDetails",
    members: &[Member::optional("DeliveryStream", Shape::String(&strings::STRING))],
};

pub(super) static LIST_ALLOWED_NODE_TYPE_MODIFICATIONS_MESSAGE: Structure = Structure {
    name: "ListAllowedNodeTypeModificationsMessage",
    members: &[
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
    ],
};

pub(super) static LIST_TAGS_FOR_RESOURCE_MESSAGE: Structure = Structure {
    name: "ListTagsForResourceMessage",
    members: &[Member::required("ResourceName", Shape::String(&strings::STRING))],
};

pub(super) static LOG_DELIVERY_CONFIGURATION: Structure = Structure {
    name: "LogDeliveryConfiguration",
    members: &[
        Member::optional("LogType", Shape::String(&strings::LOG_TYPE)),
        Member::optional("DestinationType", Shape::String(&strings::DESTINATION_TYPE)),
        Member::optional("DestinationDetails", Shape::Structure(&structures::DESTINATION_DETAILS)),
        Member::optional("LogFormat", Shape::String(&strings::LOG_FORMAT)),
        Member::optional("Status", Shape::String(&strings::LOG_DELIVERY_CONFIGURATION_STATUS)),
        Member::optional("Message", Shape::String(&strings::STRING)),
    ],
};

pub(super) static LOG_DELIVERY_CONFIGURATION_REQUEST: Structure = Structure {
    name: "LogDeliveryConfigurationRequest",
    members: &[
        Member::optional("LogType", Shape::String(&strings::LOG_TYPE)),
        Member::optional("DestinationType", Shape::String(&strings::DESTINATION_TYPE)),
        Member::optional("DestinationDetails", Shape::Structure(&structures::DESTINATION_DETAILS)),
        Member::optional("LogFormat", Shape::String(&strings::LOG_FORMAT)),
        Member::optional("Enabled", Shape::Boolean),
    ],
};

pub(super) static MIGRATION_SUMMARY: Structure = Structure {
    name: "MigrationSummary",
    members: &[
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional("MigrationEndpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("CutoverMode", Shape::String(&strings::STRING)),
    ],
};

pub(super) static MODIFY_CACHE_CLUSTER_MESSAGE: Structure = Structure {
    name: "ModifyCacheClusterMessage",
    members: &[
        Member::required("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("NumCacheNodes", Shape::Integer),
        Member::optional("CacheNodeIdsToRemove", Shape::List(&lists::CACHE_NODE_IDS_LIST)),
        Member::optional("AZMode", Shape::String(&strings::AZ_MODE)),
        Member::optional("NewAvailabilityZones", Shape::List(&lists::PREFERRED_AVAILABILITY_ZONE_LIST)),
        Member::optional("CacheSecurityGroupNames", Shape::List(&lists::CACHE_SECURITY_GROUP_NAME_LIST)),
        Member::optional("SecurityGroupIds", Shape::List(&lists::SECURITY_GROUP_IDS_LIST)),
        Member::optional("PreferredMaintenanceWindow", Shape::String(&strings::STRING)),
        Member::optional("NotificationTopicArn", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("NotificationTopicStatus", Shape::String(&strings::STRING)),
        Member::optional("ApplyImmediately", Shape::Boolean),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("AutoMinorVersionUpgrade", Shape::Boolean),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("SnapshotWindow", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("AuthToken", Shape::String(&strings::STRING)),
        Member::optional("AuthTokenUpdateStrategy", Shape::String(&strings::AUTH_TOKEN_UPDATE_STRATEGY_TYPE)),
        Member::optional("LogDeliveryConfigurations", Shape::List(&lists::LOG_DELIVERY_CONFIGURATION_REQUEST_LIST)),
        Member::optional("IpDiscovery", Shape::String(&strings::IP_DISCOVERY)),
        Member::optional("ScaleConfig", Shape::Structure(&structures::SCALE_CONFIG)),
    ],
};

pub(super) static MODIFY_CACHE_CLUSTER_RESULT: Structure = Structure {
    name: "ModifyCacheClusterResult",
    members: &[Member::optional("CacheCluster", Shape::Structure(&structures::CACHE_CLUSTER))],
};

pub(super) static MODIFY_CACHE_PARAMETER_GROUP_MESSAGE: Structure = Structure {
    name: "ModifyCacheParameterGroupMessage",
    members: &[
        Member::required("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::required("ParameterNameValues", Shape::List(&lists::PARAMETER_NAME_VALUE_LIST)),
    ],
};

pub(super) static MODIFY_CACHE_SUBNET_GROUP_MESSAGE: Structure = Structure {
    name: "ModifyCacheSubnetGroupMessage",
    members: &[
        Member::required("CacheSubnetGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheSubnetGroupDescription", Shape::String(&strings::STRING)),
        Member::optional("SubnetIds", Shape::List(&lists::SUBNET_IDENTIFIER_LIST)),
    ],
};

pub(super) static MODIFY_CACHE_SUBNET_GROUP_RESULT: Structure = Structure {
    name: "ModifyCacheSubnetGroupResult",
    members: &[Member::optional("CacheSubnetGroup", Shape::Structure(&structures::CACHE_SUBNET_GROUP))],
};

pub(super) static MODIFY_GLOBAL_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "ModifyGlobalReplicationGroupMessage",
    members: &[
        Member::required("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("ApplyImmediately", Shape::Boolean),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("GlobalReplicationGroupDescription", Shape::String(&strings::STRING)),
        Member::optional("AutomaticFailoverEnabled", Shape::Boolean),
    ],
};

pub(super) static MODIFY_GLOBAL_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "ModifyGlobalReplicationGroupResult",
    members: &[Member::optional("GlobalReplicationGroup", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP))],
};

pub(super) static MODIFY_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "ModifyReplicationGroupMessage",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupDescription", Shape::String(&strings::STRING)),
        Member::optional("PrimaryClusterId", Shape::String(&strings::STRING)),
        Member::optional("SnapshottingClusterId", Shape::String(&strings::STRING)),
        Member::optional("AutomaticFailoverEnabled", Shape::Boolean),
        Member::optional("MultiAZEnabled", Shape::Boolean),
        Member::optional("NodeGroupId", Shape::String(&strings::STRING)),
        Member::optional("CacheSecurityGroupNames", Shape::List(&lists::CACHE_SECURITY_GROUP_NAME_LIST)),
        Member::optional("SecurityGroupIds", Shape::List(&lists::SECURITY_GROUP_IDS_LIST)),
        Member::optional("PreferredMaintenanceWindow", Shape::String(&strings::STRING)),
        Member::optional("NotificationTopicArn", Shape::String(&strings::STRING)),
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("NotificationTopicStatus", Shape::String(&strings::STRING)),
        Member::optional("ApplyImmediately", Shape::Boolean),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("AutoMinorVersionUpgrade", Shape::Boolean),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("SnapshotWindow", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("AuthToken", Shape::String(&strings::STRING)),
        Member::optional("AuthTokenUpdateStrategy", Shape::String(&strings::AUTH_TOKEN_UPDATE_STRATEGY_TYPE)),
        Member::optional("UserGroupIdsToAdd", Shape::List(&lists::USER_GROUP_ID_LIST)),
        Member::optional("UserGroupIdsToRemove", Shape::List(&lists::USER_GROUP_ID_LIST)),
        Member::optional("RemoveUserGroups", Shape::Boolean),
        Member::optional("LogDeliveryConfigurations", Shape::List(&lists::LOG_DELIVERY_CONFIGURATION_REQUEST_LIST)),
        Member::optional("IpDiscovery", Shape::String(&strings::IP_DISCOVERY)),
        Member::optional("TransitEncryptionEnabled", Shape::Boolean),
        Member::optional("TransitEncryptionMode", Shape::String(&strings::TRANSIT_ENCRYPTION_MODE)),
        Member::optional("ClusterMode", Shape::String(&strings::CLUSTER_MODE)),
        Member::optional("Durability", Shape::String(&strings::DURABILITY)),
    ],
};

pub(super) static MODIFY_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "ModifyReplicationGroupResult",
    members: &[Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP))],
};

pub(super) static MODIFY_REPLICATION_GROUP_SHARD_CONFIGURATION_MESSAGE: Structure = Structure {
    name: "ModifyReplicationGroupShardConfigurationMessage",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("NodeGroupCount", Shape::Integer),
        Member::required("ApplyImmediately", Shape::Boolean),
        Member::optional("ReshardingConfiguration", Shape::List(&lists::RESHARDING_CONFIGURATION_LIST)),
        Member::optional("NodeGroupsToRemove", Shape::List(&lists::NODE_GROUPS_TO_REMOVE_LIST)),
        Member::optional("NodeGroupsToRetain", Shape::List(&lists::NODE_GROUPS_TO_RETAIN_LIST)),
    ],
};

pub(super) static MODIFY_REPLICATION_GROUP_SHARD_CONFIGURATION_RESULT: Structure = Structure {
    name: "ModifyReplicationGroupShardConfigurationResult",
    members: &[Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP))],
};

pub(super) static MODIFY_SERVERLESS_CACHE_REQUEST: Structure = Structure {
    name: "ModifyServerlessCacheRequest",
    members: &[
        Member::required("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("Description", Shape::String(&strings::STRING)),
        Member::optional("CacheUsageLimits", Shape::Structure(&structures::CACHE_USAGE_LIMITS)),
        Member::optional("RemoveUserGroup", Shape::Boolean),
        Member::optional("UserGroupId", Shape::String(&strings::STRING)),
        Member::optional("SecurityGroupIds", Shape::List(&lists::SECURITY_GROUP_IDS_LIST)),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("DailySnapshotTime", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("MajorEngineVersion", Shape::String(&strings::STRING)),
    ],
};

pub(super) static MODIFY_SERVERLESS_CACHE_RESPONSE: Structure = Structure {
    name: "ModifyServerlessCacheResponse",
    members: &[Member::optional("ServerlessCache", Shape::Structure(&structures::SERVERLESS_CACHE))],
};

pub(super) static MODIFY_USER_GROUP_MESSAGE: Structure = Structure {
    name: "ModifyUserGroupMessage",
    members: &[
        Member::required("UserGroupId", Shape::String(&strings::STRING)),
        Member::optional("UserIdsToAdd", Shape::List(&lists::USER_ID_LIST_INPUT)),
        Member::optional("UserIdsToRemove", Shape::List(&lists::USER_ID_LIST_INPUT)),
        Member::optional("Engine", Shape::String(&strings::ENGINE_TYPE)),
    ],
};

pub(super) static MODIFY_USER_MESSAGE: Structure = Structure {
    name: "ModifyUserMessage",
    members: &[
        Member::required("UserId", Shape::String(&strings::USER_ID)),
        Member::optional("AccessString", Shape::String(&strings::ACCESS_STRING)),
        Member::optional("AppendAccessString", Shape::String(&strings::ACCESS_STRING)),
        Member::optional("Passwords", Shape::List(&lists::PASSWORD_LIST_INPUT)),
        Member::optional("NoPasswordRequired", Shape::Boolean),
        Member::optional("AuthenticationMode", Shape::Structure(&structures::AUTHENTICATION_MODE)),
        Member::optional("Engine", Shape::String(&strings::ENGINE_TYPE)),
    ],
};

pub(super) static NODE_GROUP: Structure = Structure {
    name: "NodeGroup",
    members: &[
        Member::optional("NodeGroupId", Shape::String(&strings::STRING)),
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional("PrimaryEndpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("ReaderEndpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("Slots", Shape::String(&strings::STRING)),
        Member::optional("NodeGroupMembers", Shape::List(&lists::NODE_GROUP_MEMBER_LIST)),
    ],
};

pub(super) static NODE_GROUP_CONFIGURATION: Structure = Structure {
    name: "NodeGroupConfiguration",
    members: &[
        Member::optional("NodeGroupId", Shape::String(&strings::ALLOWED_NODE_GROUP_ID)),
        Member::optional("Slots", Shape::String(&strings::STRING)),
        Member::optional("ReplicaCount", Shape::Integer),
        Member::optional("PrimaryAvailabilityZone", Shape::String(&strings::STRING)),
        Member::optional("ReplicaAvailabilityZones", Shape::List(&lists::AVAILABILITY_ZONES_LIST)),
        Member::optional("PrimaryOutpostArn", Shape::String(&strings::STRING)),
        Member::optional("ReplicaOutpostArns", Shape::List(&lists::OUTPOST_ARNS_LIST)),
    ],
};

pub(super) static NODE_GROUP_MEMBER: Structure = Structure {
    name: "NodeGroupMember",
    members: &[
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("ReadEndpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("PreferredAvailabilityZone", Shape::String(&strings::STRING)),
        Member::optional("PreferredOutpostArn", Shape::String(&strings::STRING)),
        Member::optional("CurrentRole", Shape::String(&strings::STRING)),
    ],
};

pub(super) static NODE_GROUP_MEMBER_UPDATE_STATUS: Structure = Structure {
    name: "NodeGroupMemberUpdateStatus",
    members: &[
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("NodeUpdateStatus", Shape::String(&strings::NODE_UPDATE_STATUS)),
        Member::optional("NodeDeletionDate", Shape::Timestamp),
        Member::optional("NodeUpdateStartDate", Shape::Timestamp),
        Member::optional("NodeUpdateEndDate", Shape::Timestamp),
        Member::optional("NodeUpdateInitiatedBy", Shape::String(&strings::NODE_UPDATE_INITIATED_BY)),
        Member::optional("NodeUpdateInitiatedDate", Shape::Timestamp),
        Member::optional("NodeUpdateStatusModifiedDate", Shape::Timestamp),
    ],
};

pub(super) static NODE_GROUP_UPDATE_STATUS: Structure = Structure {
    name: "NodeGroupUpdateStatus",
    members: &[
        Member::optional("NodeGroupId", Shape::String(&strings::STRING)),
        Member::optional("NodeGroupMemberUpdateStatus", Shape::List(&lists::NODE_GROUP_MEMBER_UPDATE_STATUS_LIST)),
    ],
};

pub(super) static NODE_SNAPSHOT: Structure = Structure {
    name: "NodeSnapshot",
    members: &[
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("NodeGroupId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("NodeGroupConfiguration", Shape::Structure(&structures::NODE_GROUP_CONFIGURATION)),
        Member::optional("CacheSize", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeCreateTime", Shape::Timestamp),
        Member::optional("SnapshotCreateTime", Shape::Timestamp),
    ],
};

pub(super) static NOTIFICATION_CONFIGURATION: Structure = Structure {
    name: "NotificationConfiguration",
    members: &[
        Member::optional("TopicArn", Shape::String(&strings::STRING)),
        Member::optional("TopicStatus", Shape::String(&strings::STRING)),
    ],
};

pub(super) static PARAMETER: Structure = Structure {
    name: "Parameter",
    members: &[
        Member::optional("ParameterName", Shape::String(&strings::STRING)),
        Member::optional("ParameterValue", Shape::String(&strings::STRING)),
        Member::optional("Description", Shape::String(&strings::STRING)),
        Member::optional("Source", Shape::String(&strings::STRING)),
        Member::optional("DataType", Shape::String(&strings::STRING)),
        Member::optional("AllowedValues", Shape::String(&strings::STRING)),
        Member::optional("IsModifiable", Shape::Boolean),
        Member::optional("MinimumEngineVersion", Shape::String(&strings::STRING)),
        Member::optional("ChangeType", Shape::String(&strings::CHANGE_TYPE)),
    ],
};

pub(super) static PARAMETER_NAME_VALUE: Structure = Structure {
    name: "ParameterNameValue",
    members: &[
        Member::optional("ParameterName", Shape::String(&strings::STRING)),
        Member::optional("ParameterValue", Shape::String(&strings::STRING)),
    ],
};

pub(super) static PENDING_LOG_DELIVERY_CONFIGURATION: Structure = Structure {
    name: "PendingLogDeliveryConfiguration",
    members: &[
        Member::optional("LogType", Shape::String(&strings::LOG_TYPE)),
        Member::optional("DestinationType", Shape::String(&strings::DESTINATION_TYPE)),
        Member::optional("DestinationDetails", Shape::Structure(&structures::DESTINATION_DETAILS)),
        Member::optional("LogFormat", Shape::String(&strings::LOG_FORMAT)),
    ],
};

pub(super) static PENDING_MODIFIED_VALUES: Structure = Structure {
    name: "PendingModifiedValues",
    members: &[
        Member::optional("NumCacheNodes", Shape::Integer),
        Member::optional("CacheNodeIdsToRemove", Shape::List(&lists::CACHE_NODE_IDS_LIST)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("AuthTokenStatus", Shape::String(&strings::AUTH_TOKEN_UPDATE_STATUS)),
        Member::optional("LogDeliveryConfigurations", Shape::List(&lists::PENDING_LOG_DELIVERY_CONFIGURATION_LIST))
            .at("PendingLogDeliveryConfiguration"),
        Member::optional("TransitEncryptionEnabled", Shape::Boolean),
        Member::optional("TransitEncryptionMode", Shape::String(&strings::TRANSIT_ENCRYPTION_MODE)),
        Member::optional("ScaleConfig", Shape::Structure(&structures::SCALE_CONFIG)),
    ],
};

pub(super) static PREPARE_MIGRATION_REQUEST: Structure = Structure {
    name: "PrepareMigrationRequest",
    members: &[
        Member::required("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::required("CustomerNodeEndpointList", Shape::List(&lists::CUSTOMER_NODE_ENDPOINT_LIST)),
        Member::optional(
            "SourceAuthenticationConfiguration",
            Shape::Structure(&structures::SOURCE_AUTHENTICATION_CONFIGURATION),
        ),
        Member::optional("SourceTlsConfiguration", Shape::Structure(&structures::SOURCE_TLS_CONFIGURATION)),
    ],
};

pub(super) static PREPARE_MIGRATION_RESPONSE: Structure = Structure {
    name: "PrepareMigrationResponse",
    members: &[Member::optional("ServerlessCache", Shape::Structure(&structures::SERVERLESS_CACHE))],
};

pub(super) static PROCESSED_UPDATE_ACTION: Structure = Structure {
    name: "ProcessedUpdateAction",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdateName", Shape::String(&strings::STRING)),
        Member::optional("UpdateActionStatus", Shape::String(&strings::UPDATE_ACTION_STATUS)),
    ],
};

pub(super) static PURCHASE_RESERVED_CACHE_NODES_OFFERING_MESSAGE: Structure = Structure {
    name: "PurchaseReservedCacheNodesOfferingMessage",
    members: &[
        Member::required("ReservedCacheNodesOfferingId", Shape::String(&strings::STRING)),
        Member::optional("ReservedCacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeCount", Shape::Integer),
        Member::optional("Tags", Shape::List(&lists::TAG_LIST)),
    ],
};

pub(super) static PURCHASE_RESERVED_CACHE_NODES_OFFERING_RESULT: Structure = Structure {
    name: "PurchaseReservedCacheNodesOfferingResult",
    members: &[Member::optional("ReservedCacheNode", Shape::Structure(&structures::RESERVED_CACHE_NODE))],
};

pub(super) static REBALANCE_SLOTS_IN_GLOBAL_REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "RebalanceSlotsInGlobalReplicationGroupMessage",
    members: &[
        Member::required("GlobalReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("ApplyImmediately", Shape::Boolean),
    ],
};

pub(super) static REBALANCE_SLOTS_IN_GLOBAL_REPLICATION_GROUP_RESULT: Structure = Structure {
    name: "RebalanceSlotsInGlobalReplicationGroupResult",
    members: &[Member::optional("GlobalReplicationGroup", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP))],
};

pub(super) static REBOOT_CACHE_CLUSTER_MESSAGE: Structure = Structure {
    name: "RebootCacheClusterMessage",
    members: &[
        Member::required("CacheClusterId", Shape::String(&strings::STRING)),
        Member::required("CacheNodeIdsToReboot", Shape::List(&lists::CACHE_NODE_IDS_LIST)),
    ],
};

pub(super) static REBOOT_CACHE_CLUSTER_RESULT: Structure = Structure {
    name: "RebootCacheClusterResult",
    members: &[Member::optional("CacheCluster", Shape::Structure(&structures::CACHE_CLUSTER))],
};

pub(super) static RECURRING_CHARGE: Structure = Structure {
    name: "RecurringCharge",
    members: &[
        Member::optional("RecurringChargeAmount", Shape::Double),
        Member::optional("RecurringChargeFrequency", Shape::String(&strings::STRING)),
    ],
};

pub(super) static REGIONAL_CONFIGURATION: Structure = Structure {
    name: "RegionalConfiguration",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("ReplicationGroupRegion", Shape::String(&strings::STRING)),
        Member::required("ReshardingConfiguration", Shape::List(&lists::RESHARDING_CONFIGURATION_LIST)),
    ],
};

pub(super) static REMOVE_TAGS_FROM_RESOURCE_MESSAGE: Structure = Structure {
    name: "RemoveTagsFromResourceMessage",
    members: &[
        Member::required("ResourceName", Shape::String(&strings::STRING)),
        Member::required("TagKeys", Shape::List(&lists::KEY_LIST)),
    ],
};

pub(super) static REPLICATION_GROUP: Structure = Structure {
    name: "ReplicationGroup",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("Description", Shape::String(&strings::STRING)),
        Member::optional("GlobalReplicationGroupInfo", Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP_INFO)),
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional(
            "PendingModifiedValues",
            Shape::Structure(&structures::REPLICATION_GROUP_PENDING_MODIFIED_VALUES),
        ),
        Member::optional("MemberClusters", Shape::List(&lists::CLUSTER_ID_LIST)),
        Member::optional("NodeGroups", Shape::List(&lists::NODE_GROUP_LIST)),
        Member::optional("SnapshottingClusterId", Shape::String(&strings::STRING)),
        Member::optional("AutomaticFailover", Shape::String(&strings::AUTOMATIC_FAILOVER_STATUS)),
        Member::optional("MultiAZ", Shape::String(&strings::MULTI_AZ_STATUS)),
        Member::optional("ConfigurationEndpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("SnapshotWindow", Shape::String(&strings::STRING)),
        Member::optional("ClusterEnabled", Shape::Boolean),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("AuthTokenEnabled", Shape::Boolean),
        Member::optional("AuthTokenLastModifiedDate", Shape::Timestamp),
        Member::optional("TransitEncryptionEnabled", Shape::Boolean),
        Member::optional("AtRestEncryptionEnabled", Shape::Boolean),
        Member::optional("MemberClustersOutpostArns", Shape::List(&lists::REPLICATION_GROUP_OUTPOST_ARN_LIST)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("StorageEncryptionType", Shape::String(&strings::STORAGE_ENCRYPTION_TYPE)),
        Member::optional("ARN", Shape::String(&strings::STRING)),
        Member::optional("UserGroupIds", Shape::List(&lists::USER_GROUP_ID_LIST)),
        Member::optional("LogDeliveryConfigurations", Shape::List(&lists::LOG_DELIVERY_CONFIGURATION_LIST)),
        Member::optional("ReplicationGroupCreateTime", Shape::Timestamp),
        Member::optional("DataTiering", Shape::String(&strings::DATA_TIERING_STATUS)),
        Member::optional("AutoMinorVersionUpgrade", Shape::Boolean),
        Member::optional("NetworkType", Shape::String(&strings::NETWORK_TYPE)),
        Member::optional("IpDiscovery", Shape::String(&strings::IP_DISCOVERY)),
        Member::optional("TransitEncryptionMode", Shape::String(&strings::TRANSIT_ENCRYPTION_MODE)),
        Member::optional("ClusterMode", Shape::String(&strings::CLUSTER_MODE)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("Durability", Shape::String(&strings::DURABILITY)),
        Member::optional("EffectiveDurability", Shape::String(&strings::EFFECTIVE_DURABILITY)),
    ],
};

pub(super) static REPLICATION_GROUP_MESSAGE: Structure = Structure {
    name: "ReplicationGroupMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroups", Shape::List(&lists::REPLICATION_GROUP_LIST)),
    ],
};

pub(super) static REPLICATION_GROUP_PENDING_MODIFIED_VALUES: Structure = Structure {
    name: "ReplicationGroupPendingModifiedValues",
    members: &[
        Member::optional("PrimaryClusterId", Shape::String(&strings::STRING)),
        Member::optional("AutomaticFailoverStatus", Shape::String(&strings::PENDING_AUTOMATIC_FAILOVER_STATUS)),
        Member::optional("Resharding", Shape::Structure(&structures::RESHARDING_STATUS)),
        Member::optional("AuthTokenStatus", Shape::String(&strings::AUTH_TOKEN_UPDATE_STATUS)),
        Member::optional("UserGroups", Shape::Structure(&structures::USER_GROUPS_UPDATE_STATUS)),
        Member::optional("LogDeliveryConfigurations", Shape::List(&lists::PENDING_LOG_DELIVERY_CONFIGURATION_LIST))
            .at("PendingLogDeliveryConfiguration"),
        Member::optional("TransitEncryptionEnabled", Shape::Boolean),
        Member::optional("TransitEncryptionMode", Shape::String(&strings::TRANSIT_ENCRYPTION_MODE)),
        Member::optional("ClusterMode", Shape::String(&strings::CLUSTER_MODE)),
    ],
};

pub(super) static RESERVED_CACHE_NODE: Structure = Structure {
    name: "ReservedCacheNode",
    members: &[
        Member::optional("ReservedCacheNodeId", Shape::String(&strings::STRING)),
        Member::optional("ReservedCacheNodesOfferingId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("StartTime", Shape::Timestamp),
        Member::optional("Duration", Shape::Integer),
        Member::optional("FixedPrice", Shape::Double),
        Member::optional("UsagePrice", Shape::Double),
        Member::optional("CacheNodeCount", Shape::Integer),
        Member::optional("ProductDescription", Shape::String(&strings::STRING)),
        Member::optional("OfferingType", Shape::String(&strings::STRING)),
        Member::optional("State", Shape::String(&strings::STRING)),
        Member::optional("RecurringCharges", Shape::List(&lists::RECURRING_CHARGE_LIST)),
        Member::optional("ReservationARN", Shape::String(&strings::STRING)),
    ],
};

pub(super) static RESERVED_CACHE_NODE_MESSAGE: Structure = Structure {
    name: "ReservedCacheNodeMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("ReservedCacheNodes", Shape::List(&lists::RESERVED_CACHE_NODE_LIST)),
    ],
};

pub(super) static RESERVED_CACHE_NODES_OFFERING: Structure = Structure {
    name: "ReservedCacheNodesOffering",
    members: &[
        Member::optional("ReservedCacheNodesOfferingId", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Duration", Shape::Integer),
        Member::optional("FixedPrice", Shape::Double),
        Member::optional("UsagePrice", Shape::Double),
        Member::optional("ProductDescription", Shape::String(&strings::STRING)),
        Member::optional("OfferingType", Shape::String(&strings::STRING)),
        Member::optional("RecurringCharges", Shape::List(&lists::RECURRING_CHARGE_LIST)),
    ],
};

pub(super) static RESERVED_CACHE_NODES_OFFERING_MESSAGE: Structure = Structure {
    name: "ReservedCacheNodesOfferingMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("ReservedCacheNodesOfferings", Shape::List(&lists::RESERVED_CACHE_NODES_OFFERING_LIST)),
    ],
};

pub(super) static RESET_CACHE_PARAMETER_GROUP_MESSAGE: Structure = Structure {
    name: "ResetCacheParameterGroupMessage",
    members: &[
        Member::required("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("ResetAllParameters", Shape::Boolean),
        Member::optional("ParameterNameValues", Shape::List(&lists::PARAMETER_NAME_VALUE_LIST)),
    ],
};

pub(super) static RESHARDING_CONFIGURATION: Structure = Structure {
    name: "ReshardingConfiguration",
    members: &[
        Member::optional("NodeGroupId", Shape::String(&strings::ALLOWED_NODE_GROUP_ID)),
        Member::optional("PreferredAvailabilityZones", Shape::List(&lists::AVAILABILITY_ZONES_LIST)),
    ],
};

pub(super) static RESHARDING_STATUS: Structure = Structure {
    name: "ReshardingStatus",
    members: &[Member::optional("SlotMigration", Shape::Structure(&structures::SLOT_MIGRATION))],
};

pub(super) static REVOKE_CACHE_SECURITY_GROUP_INGRESS_MESSAGE: Structure = Structure {
    name: "RevokeCacheSecurityGroupIngressMessage",
    members: &[
        Member::required("CacheSecurityGroupName", Shape::String(&strings::STRING)),
        Member::required("EC2SecurityGroupName", Shape::String(&strings::STRING)),
        Member::required("EC2SecurityGroupOwnerId", Shape::String(&strings::STRING)),
    ],
};

pub(super) static REVOKE_CACHE_SECURITY_GROUP_INGRESS_RESULT: Structure = Structure {
    name: "RevokeCacheSecurityGroupIngressResult",
    members: &[Member::optional("CacheSecurityGroup", Shape::Structure(&structures::CACHE_SECURITY_GROUP))],
};

pub(super) static SCALE_CONFIG: Structure = Structure {
    name: "ScaleConfig",
    members: &[
        Member::optional("ScalePercentage", Shape::Integer),
        Member::optional("ScaleIntervalMinutes", Shape::Integer),
    ],
};

pub(super) static SECRET_MANAGER_AUTH_CONFIG: Structure = Structure {
    name: "SecretManagerAuthConfig",
    members: &[Member::optional("SecretArn", Shape::String(&strings::STRING))],
};

pub(super) static SECURITY_GROUP_MEMBERSHIP: Structure = Structure {
    name: "SecurityGroupMembership",
    members: &[
        Member::optional("SecurityGroupId", Shape::String(&strings::STRING)),
        Member::optional("Status", Shape::String(&strings::STRING)),
    ],
};

pub(super) static SERVERLESS_CACHE: Structure = Structure {
    name: "ServerlessCache",
    members: &[
        Member::optional("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("Description", Shape::String(&strings::STRING)),
        Member::optional("CreateTime", Shape::Timestamp),
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("MajorEngineVersion", Shape::String(&strings::STRING)),
        Member::optional("FullEngineVersion", Shape::String(&strings::STRING)),
        Member::optional("CacheUsageLimits", Shape::Structure(&structures::CACHE_USAGE_LIMITS)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("StorageEncryptionType", Shape::String(&strings::STORAGE_ENCRYPTION_TYPE)),
        Member::optional("SecurityGroupIds", Shape::List(&lists::SECURITY_GROUP_IDS_LIST)),
        Member::optional("Endpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("ReaderEndpoint", Shape::Structure(&structures::ENDPOINT)),
        Member::optional("ARN", Shape::String(&strings::STRING)),
        Member::optional("UserGroupId", Shape::String(&strings::STRING)),
        Member::optional("SubnetIds", Shape::List(&lists::SUBNET_IDS_LIST)),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("DailySnapshotTime", Shape::String(&strings::STRING)),
        Member::optional("NetworkType", Shape::String(&strings::NETWORK_TYPE)),
        Member::optional("ConnectionType", Shape::String(&strings::CONNECTION_TYPE)),
        Member::optional("Migration", Shape::Structure(&structures::MIGRATION_SUMMARY)),
        Member::optional("Integrations", Shape::List(&lists::INTEGRATION_LIST)),
    ],
};

pub(super) static SERVERLESS_CACHE_CONFIGURATION: Structure = Structure {
    name: "ServerlessCacheConfiguration",
    members: &[
        Member::optional("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("MajorEngineVersion", Shape::String(&strings::STRING)),
    ],
};

pub(super) static SERVERLESS_CACHE_SNAPSHOT: Structure = Structure {
    name: "ServerlessCacheSnapshot",
    members: &[
        Member::optional("ServerlessCacheSnapshotName", Shape::String(&strings::STRING)),
        Member::optional("ARN", Shape::String(&strings::STRING)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("SnapshotType", Shape::String(&strings::STRING)),
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional("CreateTime", Shape::Timestamp),
        Member::optional("ExpiryTime", Shape::Timestamp),
        Member::optional("BytesUsedForCache", Shape::String(&strings::STRING)),
        Member::optional("ServerlessCacheConfiguration", Shape::Structure(&structures::SERVERLESS_CACHE_CONFIGURATION)),
    ],
};

pub(super) static SERVICE_UPDATE: Structure = Structure {
    name: "ServiceUpdate",
    members: &[
        Member::optional("ServiceUpdateName", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdateReleaseDate", Shape::Timestamp),
        Member::optional("ServiceUpdateEndDate", Shape::Timestamp),
        Member::optional("ServiceUpdateSeverity", Shape::String(&strings::SERVICE_UPDATE_SEVERITY)),
        Member::optional("ServiceUpdateRecommendedApplyByDate", Shape::Timestamp),
        Member::optional("ServiceUpdateStatus", Shape::String(&strings::SERVICE_UPDATE_STATUS)),
        Member::optional("ServiceUpdateDescription", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdateType", Shape::String(&strings::SERVICE_UPDATE_TYPE)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("AutoUpdateAfterRecommendedApplyByDate", Shape::Boolean),
        Member::optional("EstimatedUpdateTime", Shape::String(&strings::STRING)),
    ],
};

pub(super) static SERVICE_UPDATES_MESSAGE: Structure = Structure {
    name: "ServiceUpdatesMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdates", Shape::List(&lists::SERVICE_UPDATE_LIST)),
    ],
};

pub(super) static SLOT_MIGRATION: Structure =
    Structure { name: "SlotMigration", members: &[Member::optional("ProgressPercentage", Shape::Double)] };

pub(super) static SNAPSHOT: Structure = Structure {
    name: "Snapshot",
    members: &[
        Member::optional("SnapshotName", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupDescription", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("SnapshotStatus", Shape::String(&strings::STRING)),
        Member::optional("SnapshotSource", Shape::String(&strings::STRING)),
        Member::optional("CacheNodeType", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
        Member::optional("EngineVersion", Shape::String(&strings::STRING)),
        Member::optional("NumCacheNodes", Shape::Integer),
        Member::optional("PreferredAvailabilityZone", Shape::String(&strings::STRING)),
        Member::optional("PreferredOutpostArn", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterCreateTime", Shape::Timestamp),
        Member::optional("PreferredMaintenanceWindow", Shape::String(&strings::STRING)),
        Member::optional("TopicArn", Shape::String(&strings::STRING)),
        Member::optional("Port", Shape::Integer),
        Member::optional("CacheParameterGroupName", Shape::String(&strings::STRING)),
        Member::optional("CacheSubnetGroupName", Shape::String(&strings::STRING)),
        Member::optional("VpcId", Shape::String(&strings::STRING)),
        Member::optional("AutoMinorVersionUpgrade", Shape::Boolean),
        Member::optional("SnapshotRetentionLimit", Shape::Integer),
        Member::optional("SnapshotWindow", Shape::String(&strings::STRING)),
        Member::optional("NumNodeGroups", Shape::Integer),
        Member::optional("AutomaticFailover", Shape::String(&strings::AUTOMATIC_FAILOVER_STATUS)),
        Member::optional("NodeSnapshots", Shape::List(&lists::NODE_SNAPSHOT_LIST)),
        Member::optional("KmsKeyId", Shape::String(&strings::STRING)),
        Member::optional("ARN", Shape::String(&strings::STRING)),
        Member::optional("DataTiering", Shape::String(&strings::DATA_TIERING_STATUS)),
        Member::optional("Durability", Shape::String(&strings::DURABILITY)),
    ],
};

pub(super) static SOURCE_AUTHENTICATION_CONFIGURATION: Structure = Structure {
    name: "SourceAuthenticationConfiguration",
    members: &[Member::optional("SecretManagerConfig", Shape::Structure(&structures::SECRET_MANAGER_AUTH_CONFIG))],
};

pub(super) static SOURCE_TLS_CONFIGURATION: Structure = Structure {
    name: "SourceTlsConfiguration",
    members: &[
        Member::optional("SourceTlsMode", Shape::String(&strings::TLS_MODE)),
        Member::optional("SourceTlsCertificate", Shape::String(&strings::STRING)),
    ],
};

pub(super) static START_MIGRATION_MESSAGE: Structure = Structure {
    name: "StartMigrationMessage",
    members: &[
        Member::optional("ServerlessCacheName", Shape::String(&strings::STRING)),
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("CustomerNodeEndpointList", Shape::List(&lists::CUSTOMER_NODE_ENDPOINT_LIST)),
        Member::optional("AutoCutover", Shape::Boolean),
        Member::optional("ClearTargetCacheData", Shape::Boolean),
    ],
};

pub(super) static START_MIGRATION_RESPONSE: Structure = Structure {
    name: "StartMigrationResponse",
    members: &[
        Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP)),
        Member::optional("ServerlessCache", Shape::Structure(&structures::SERVERLESS_CACHE)),
    ],
};

pub(super) static STOP_MIGRATION_REQUEST: Structure = Structure {
    name: "StopMigrationRequest",
    members: &[Member::required("ServerlessCacheName", Shape::String(&strings::STRING))],
};

pub(super) static STOP_MIGRATION_RESPONSE: Structure = Structure {
    name: "StopMigrationResponse",
    members: &[Member::optional("ServerlessCache", Shape::Structure(&structures::SERVERLESS_CACHE))],
};

pub(super) static SUBNET: Structure = Structure {
    name: "Subnet",
    members: &[
        Member::optional("SubnetIdentifier", Shape::String(&strings::STRING)),
        Member::optional("SubnetAvailabilityZone", Shape::Structure(&structures::AVAILABILITY_ZONE)),
        Member::optional("SubnetOutpost", Shape::Structure(&structures::SUBNET_OUTPOST)),
        Member::optional("SupportedNetworkTypes", Shape::List(&lists::NETWORK_TYPE_LIST)),
    ],
};

pub(super) static SUBNET_OUTPOST: Structure = Structure {
    name: "SubnetOutpost",
    members: &[Member::optional("SubnetOutpostArn", Shape::String(&strings::STRING))],
};

pub(super) static TAG: Structure = Structure {
    name: "Tag",
    members: &[
        Member::optional("Key", Shape::String(&strings::STRING)),
        Member::optional("Value", Shape::String(&strings::STRING)),
    ],
};

pub(super) static TAG_LIST_MESSAGE: Structure =
    Structure { name: "TagListMessage", members: &[Member::optional("TagList", Shape::List(&lists::TAG_LIST))] };

pub(super) static TEST_FAILOVER_MESSAGE: Structure = Structure {
    name: "TestFailoverMessage",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("NodeGroupId", Shape::String(&strings::ALLOWED_NODE_GROUP_ID)),
    ],
};

pub(super) static TEST_FAILOVER_RESULT: Structure = Structure {
    name: "TestFailoverResult",
    members: &[Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP))],
};

pub(super) static TEST_MIGRATION_MESSAGE: Structure = Structure {
    name: "TestMigrationMessage",
    members: &[
        Member::required("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::required("CustomerNodeEndpointList", Shape::List(&lists::CUSTOMER_NODE_ENDPOINT_LIST)),
    ],
};

pub(super) static TEST_MIGRATION_RESPONSE: Structure = Structure {
    name: "TestMigrationResponse",
    members: &[Member::optional("ReplicationGroup", Shape::Structure(&structures::REPLICATION_GROUP))],
};

pub(super) static TIME_RANGE_FILTER: Structure = Structure {
    name: "TimeRangeFilter",
    members: &[Member::optional("StartTime", Shape::Timestamp), Member::optional("EndTime", Shape::Timestamp)],
};

pub(super) static UNPROCESSED_UPDATE_ACTION: Structure = Structure {
    name: "UnprocessedUpdateAction",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdateName", Shape::String(&strings::STRING)),
        Member::optional("ErrorType", Shape::String(&strings::STRING)),
        Member::optional("ErrorMessage", Shape::String(&strings::STRING)),
    ],
};

pub(super) static UPDATE_ACTION: Structure = Structure {
    name: "UpdateAction",
    members: &[
        Member::optional("ReplicationGroupId", Shape::String(&strings::STRING)),
        Member::optional("CacheClusterId", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdateName", Shape::String(&strings::STRING)),
        Member::optional("ServiceUpdateReleaseDate", Shape::Timestamp),
        Member::optional("ServiceUpdateSeverity", Shape::String(&strings::SERVICE_UPDATE_SEVERITY)),
        Member::optional("ServiceUpdateStatus", Shape::String(&strings::SERVICE_UPDATE_STATUS)),
        Member::optional("ServiceUpdateRecommendedApplyByDate", Shape::Timestamp),
        Member::optional("ServiceUpdateType", Shape::String(&strings::SERVICE_UPDATE_TYPE)),
        Member::optional("UpdateActionAvailableDate", Shape::Timestamp),
        Member::optional("UpdateActionStatus", Shape::String(&strings::UPDATE_ACTION_STATUS)),
        Member::optional("NodesUpdated", Shape::String(&strings::STRING)),
        Member::optional("UpdateActionStatusModifiedDate", Shape::Timestamp),
        Member::optional("SlaMet", Shape::String(&strings::SLA_MET)),
        Member::optional("NodeGroupUpdateStatus", Shape::List(&lists::NODE_GROUP_UPDATE_STATUS_LIST)),
        Member::optional("CacheNodeUpdateStatus", Shape::List(&lists::CACHE_NODE_UPDATE_STATUS_LIST)),
        Member::optional("EstimatedUpdateTime", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::STRING)),
    ],
};

pub(super) static UPDATE_ACTION_RESULTS_MESSAGE: Structure = Structure {
    name: "UpdateActionResultsMessage",
    members: &[
        Member::optional("ProcessedUpdateActions", Shape::List(&lists::PROCESSED_UPDATE_ACTION_LIST)),
        Member::optional("UnprocessedUpdateActions", Shape::List(&lists::UNPROCESSED_UPDATE_ACTION_LIST)),
    ],
};

pub(super) static UPDATE_ACTIONS_MESSAGE: Structure = Structure {
    name: "UpdateActionsMessage",
    members: &[
        Member::optional("Marker", Shape::String(&strings::STRING)),
        Member::optional("UpdateActions", Shape::List(&lists::UPDATE_ACTION_LIST)),
    ],
};

pub(super) static USER: Structure = Structure {
    name: "User",
    members: &[
        Member::optional("UserId", Shape::String(&strings::STRING)),
        Member::optional("UserName", Shape::String(&strings::STRING)),
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::ENGINE_TYPE)),
        Member::optional("MinimumEngineVersion", Shape::String(&strings::STRING)),
        Member::optional("AccessString", Shape::String(&strings::STRING)),
        Member::optional("UserGroupIds", Shape::List(&lists::USER_GROUP_ID_LIST)),
        Member::optional("Authentication", Shape::Structure(&structures::AUTHENTICATION)),
        Member::optional("ARN", Shape::String(&strings::STRING)),
    ],
};

pub(super) static USER_GROUP: Structure = Structure {
    name: "UserGroup",
    members: &[
        Member::optional("UserGroupId", Shape::String(&strings::STRING)),
        Member::optional("Status", Shape::String(&strings::STRING)),
        Member::optional("Engine", Shape::String(&strings::ENGINE_TYPE)),
        Member::optional("UserIds", Shape::List(&lists::USER_ID_LIST)),
        Member::optional("MinimumEngineVersion", Shape::String(&strings::STRING)),
        Member::optional("PendingChanges", Shape::Structure(&structures::USER_GROUP_PENDING_CHANGES)),
        Member::optional("ReplicationGroups", Shape::List(&lists::UG_REPLICATION_GROUP_ID_LIST)),
        Member::optional("ServerlessCaches", Shape::List(&lists::UG_SERVERLESS_CACHE_ID_LIST)),
        Member::optional("ARN", Shape::String(&strings::STRING)),
    ],
};

pub(super) static USER_GROUP_PENDING_CHANGES: Structure = Structure {
    name: "UserGroupPendingChanges",
    members: &[
        Member::optional("UserIdsToRemove", Shape::List(&lists::USER_ID_LIST)),
        Member::optional("UserIdsToAdd", Shape::List(&lists::USER_ID_LIST)),
    ],
};

pub(super) static USER_GROUPS_UPDATE_STATUS: Structure = Structure {
    name: "UserGroupsUpdateStatus",
    members: &[
        Member::optional("UserGroupIdsToAdd", Shape::List(&lists::USER_GROUP_ID_LIST)),
        Member::optional("UserGroupIdsToRemove", Shape::List(&lists::USER_GROUP_ID_LIST)),
    ],
};
