//! Written by `cargo xtask model`; not to be edited by hand.

use super::{strings, structures};
use crate::{List, Shape};

pub(super) static AVAILABILITY_ZONES_LIST: List = List {
    name: "AvailabilityZonesList",
    member: Shape::String(&strings::STRING),
    member_name: "AvailabilityZone",
    min: None,
    max: None,
};

pub(super) static CACHE_CLUSTER_ID_LIST: List = List {
    name: "CacheClusterIdList",
    member: Shape::String(&strings::STRING),
    member_name: "member",
    min: None,
    max: Some(20),
};

pub(super) static CACHE_CLUSTER_LIST: List = List {
    name: "CacheClusterList",
    member: Shape::Structure(&structures::CACHE_CLUSTER),
    member_name: "CacheCluster",
    min: None,
    max: None,
};

pub(super) static CACHE_ENGINE_VERSION_LIST: List = List {
    name: "CacheEngineVersionList",
    member: Shape::Structure(&structures::CACHE_ENGINE_VERSION),
    member_name: "CacheEngineVersion",
    min: None,
    max: None,
};

pub(super) static CACHE_NODE_IDS_LIST: List = List {
    name: "CacheNodeIdsList",
    member: Shape::String(&strings::STRING),
    member_name: "CacheNodeId",
    min: None,
    max: None,
};

pub(super) static CACHE_NODE_LIST: List = List {
    name: "CacheNodeList",
    member: Shape::Structure(&structures::CACHE_NODE),
    member_name: "CacheNode",
    min: None,
    max: None,
};

pub(super) static CACHE_NODE_TYPE_SPECIFIC_PARAMETERS_LIST: List = List {
    name: "CacheNodeTypeSpecificParametersList",
    member: Shape::Structure(&structures::CACHE_NODE_TYPE_SPECIFIC_PARAMETER),
    member_name: "CacheNodeTypeSpecificParameter",
    min: None,
    max: None,
};

pub(super) static CACHE_NODE_TYPE_SPECIFIC_VALUE_LIST: List = List {
    name: "CacheNodeTypeSpecificValueList",
    member: Shape::Structure(&structures::CACHE_NODE_TYPE_SPECIFIC_VALUE),
    member_name: "CacheNodeTypeSpecificValue",
    min: None,
    max: None,
};

pub(super) static CACHE_NODE_UPDATE_STATUS_LIST: List = List {
    name: "CacheNodeUpdateStatusList",
    member: Shape::Structure(&structures::CACHE_NODE_UPDATE_STATUS),
    member_name: "CacheNodeUpdateStatus",
    min: None,
    max: None,
};

pub(super) static CACHE_PARAMETER_GROUP_LIST: List = List {
    name: "CacheParameterGroupList",
    member: Shape::Structure(&structures::CACHE_PARAMETER_GROUP),
    member_name: "CacheParameterGroup",
    min: None,
    max: None,
};

pub(super) static CACHE_SECURITY_GROUP_MEMBERSHIP_LIST: List = List {
    name: "CacheSecurityGroupMembershipList",
    member: Shape::Structure(&structures::CACHE_SECURITY_GROUP_MEMBERSHIP),
    member_name: "CacheSecurityGroup",
    min: None,
    max: None,
};

pub(super) static CACHE_SECURITY_GROUP_NAME_LIST: List = List {
    name: "CacheSecurityGroupNameList",
    member: Shape::String(&strings::STRING),
    member_name: "CacheSecurityGroupName",
    min: None,
    max: None,
};

pub(super) static CACHE_SECURITY_GROUPS: List = List {
    name: "CacheSecurityGroups",
    member: Shape::Structure(&structures::CACHE_SECURITY_GROUP),
    member_name: "CacheSecurityGroup",
    min: None,
    max: None,
};

pub(super) static CACHE_SUBNET_GROUPS: List = List {
    name: "CacheSubnetGroups",
    member: Shape::Structure(&structures::CACHE_SUBNET_GROUP),
    member_name: "CacheSubnetGroup",
    min: None,
    max: None,
};

pub(super) static CLUSTER_ID_LIST: List = List {
    name: "ClusterIdList",
    member: Shape::String(&strings::STRING),
    member_name: "ClusterId",
    min: None,
    max: None,
};

pub(super) static CUSTOMER_NODE_ENDPOINT_LIST: List = List {
    name: "CustomerNodeEndpointList",
    member: Shape::Structure(&structures::CUSTOMER_NODE_ENDPOINT),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static EC2_SECURITY_GROUP_LIST: List = List {
    name: "EC2SecurityGroupList",
    member: Shape::Structure(&structures::EC2_SECURITY_GROUP),
    member_name: "EC2SecurityGroup",
    min: None,
    max: None,
};

pub(super) static EVENT_LIST: List = List {
    name: "EventList",
    member: Shape::Structure(&structures::EVENT),
    member_name: "Event",
    min: None,
    max: None,
};

pub(super) static FILTER_LIST: List = List {
    name: "FilterList",
    member: Shape::Structure(&structures::FILTER),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static FILTER_VALUE_LIST: List = List {
    name: "FilterValueList",
    member: Shape::String(&strings::FILTER_VALUE),
    member_name: "member",
    min: Some(1),
    max: None,
};

pub(super) static GLOBAL_NODE_GROUP_ID_LIST: List = List {
    name: "GlobalNodeGroupIdList",
    member: Shape::String(&strings::STRING),
    member_name: "GlobalNodeGroupId",
    min: None,
    max: None,
};

pub(super) static GLOBAL_NODE_GROUP_LIST: List = List {
    name: "GlobalNodeGroupList",
    member: Shape::Structure(&structures::GLOBAL_NODE_GROUP),
    member_name: "GlobalNodeGroup",
    min: None,
    max: None,
};

pub(super) static GLOBAL_REPLICATION_GROUP_LIST: List = List {
    name: "GlobalReplicationGroupList",
    member: Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP),
    member_name: "GlobalReplicationGroup",
    min: None,
    max: None,
};

pub(super) static GLOBAL_REPLICATION_GROUP_MEMBER_LIST: List = List {
    name: "GlobalReplicationGroupMemberList",
    member: Shape::Structure(&structures::GLOBAL_REPLICATION_GROUP_MEMBER),
    member_name: "GlobalReplicationGroupMember",
    min: None,
    max: None,
};

pub(super) static INTEGRATION_LIST: List = List {
    name: "IntegrationList",
    member: Shape::Structure(&structures::INTEGRATION),
    member_name: "Integration",
    min: None,
    max: None,
};

pub(super) static INTEGRATION_REQUEST_LIST: List = List {
    name: "IntegrationRequestList",
    member: Shape::Structure(&structures::INTEGRATION_REQUEST),
    member_name: "IntegrationRequest",
    min: None,
    max: None,
};

pub(super) static KEY_LIST: List =
    List { name: "KeyList", member: Shape::String(&strings::STRING), member_name: "member", min: None, max: None };

pub(super) static LOG_DELIVERY_CONFIGURATION_LIST: List = List {
    name: "LogDeliveryConfigurationList",
    member: Shape::Structure(&structures::LOG_DELIVERY_CONFIGURATION),
    member_name: "LogDeliveryConfiguration",
    min: None,
    max: None,
};

pub(super) static LOG_DELIVERY_CONFIGURATION_REQUEST_LIST: List = List {
    name: "LogDeliveryConfigurationRequestList",
    member: Shape::Structure(&structures::LOG_DELIVERY_CONFIGURATION_REQUEST),
    member_name: "LogDeliveryConfigurationRequest",
    min: None,
    max: None,
};

pub(super) static NETWORK_TYPE_LIST: List = List {
    name: "NetworkTypeList",
    member: Shape::String(&strings::NETWORK_TYPE),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static NODE_GROUP_CONFIGURATION_LIST: List = List {
    name: "NodeGroupConfigurationList",
    member: Shape::Structure(&structures::NODE_GROUP_CONFIGURATION),
    member_name: "NodeGroupConfiguration",
    min: None,
    max: None,
};

pub(super) static NODE_GROUP_LIST: List = List {
    name: "NodeGroupList",
    member: Shape::Structure(&structures::NODE_GROUP),
    member_name: "NodeGroup",
    min: None,
    max: None,
};

pub(super) static NODE_GROUP_MEMBER_LIST: List = List {
    name: "NodeGroupMemberList",
    member: Shape::Structure(&structures::NODE_GROUP_MEMBER),
    member_name: "NodeGroupMember",
    min: None,
    max: None,
};

pub(super) static NODE_GROUP_MEMBER_UPDATE_STATUS_LIST: List = List {
    name: "NodeGroupMemberUpdateStatusList",
    member: Shape::Structure(&structures::NODE_GROUP_MEMBER_UPDATE_STATUS),
    member_name: "NodeGroupMemberUpdateStatus",
    min: None,
    max: None,
};

pub(super) static NODE_GROUP_UPDATE_STATUS_LIST: List = List {
    name: "NodeGroupUpdateStatusList",
    member: Shape::Structure(&structures::NODE_GROUP_UPDATE_STATUS),
    member_name: "NodeGroupUpdateStatus",
    min: None,
    max: None,
};

pub(super) static NODE_GROUPS_TO_REMOVE_LIST: List = List {
    name: "NodeGroupsToRemoveList",
    member: Shape::String(&strings::ALLOWED_NODE_GROUP_ID),
    member_name: "NodeGroupToRemove",
    min: None,
    max: None,
};

pub(super) static NODE_GROUPS_TO_RETAIN_LIST: List = List {
    name: "NodeGroupsToRetainList",
    member: Shape::String(&strings::ALLOWED_NODE_GROUP_ID),
    member_name: "NodeGroupToRetain",
    min: None,
    max: None,
};

pub(super) static NODE_SNAPSHOT_LIST: List = List {
    name: "NodeSnapshotList",
    member: Shape::Structure(&structures::NODE_SNAPSHOT),
    member_name: "NodeSnapshot",
    min: None,
    max: None,
};

pub(super) static NODE_TYPE_LIST: List =
    List { name: "NodeTypeList", member: Shape::String(&strings::STRING), member_name: "member", min: None, max: None };

pub(super) static OUTPOST_ARNS_LIST: List = List {
    name: "OutpostArnsList",
    member: Shape::String(&strings::STRING),
    member_name: "OutpostArn",
    min: None,
    max: None,
};

pub(super) static PARAMETER_NAME_VALUE_LIST: List = List {
    name: "ParameterNameValueList",
    member: Shape::Structure(&structures::PARAMETER_NAME_VALUE),
    member_name: "ParameterNameValue",
    min: None,
    max: None,
};

pub(super) static PARAMETERS_LIST: List = List {
    name: "ParametersList",
    member: Shape::Structure(&structures::PARAMETER),
    member_name: "Parameter",
    min: None,
    max: None,
};

pub(super) static PASSWORD_LIST_INPUT: List = List {
    name: "PasswordListInput",
    member: Shape::String(&strings::STRING),
    member_name: "member",
    min: Some(1),
    max: None,
};

pub(super) static PENDING_LOG_DELIVERY_CONFIGURATION_LIST: List = List {
    name: "PendingLogDeliveryConfigurationList",
    member: Shape::Structure(&structures::PENDING_LOG_DELIVERY_CONFIGURATION),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static PREFERRED_AVAILABILITY_ZONE_LIST: List = List {
    name: "PreferredAvailabilityZoneList",
    member: Shape::String(&strings::STRING),
    member_name: "PreferredAvailabilityZone",
    min: None,
    max: None,
};

pub(super) static PREFERRED_OUTPOST_ARN_LIST: List = List {
    name: "PreferredOutpostArnList",
    member: Shape::String(&strings::STRING),
    member_name: "PreferredOutpostArn",
    min: None,
    max: None,
};

pub(super) static PROCESSED_UPDATE_ACTION_LIST: List = List {
    name: "ProcessedUpdateActionList",
    member: Shape::Structure(&structures::PROCESSED_UPDATE_ACTION),
    member_name: "ProcessedUpdateAction",
    min: None,
    max: None,
};

pub(super) static RECURRING_CHARGE_LIST: List = List {
    name: "RecurringChargeList",
    member: Shape::Structure(&structures::RECURRING_CHARGE),
    member_name: "RecurringCharge",
    min: None,
    max: None,
};

pub(super) static REGIONAL_CONFIGURATION_LIST: List = List {
    name: "RegionalConfigurationList",
    member: Shape::Structure(&structures::REGIONAL_CONFIGURATION),
    member_name: "RegionalConfiguration",
    min: None,
    max: None,
};

pub(super) static REMOVE_REPLICAS_LIST: List = List {
    name: "RemoveReplicasList",
    member: Shape::String(&strings::STRING),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static REPLICA_CONFIGURATION_LIST: List = List {
    name: "ReplicaConfigurationList",
    member: Shape::Structure(&structures::CONFIGURE_SHARD),
    member_name: "ConfigureShard",
    min: None,
    max: None,
};

pub(super) static REPLICATION_GROUP_ID_LIST: List = List {
    name: "ReplicationGroupIdList",
    member: Shape::String(&strings::STRING),
    member_name: "member",
    min: None,
    max: Some(20),
};

pub(super) static REPLICATION_GROUP_LIST: List = List {
    name: "ReplicationGroupList",
    member: Shape::Structure(&structures::REPLICATION_GROUP),
    member_name: "ReplicationGroup",
    min: None,
    max: None,
};

pub(super) static REPLICATION_GROUP_OUTPOST_ARN_LIST: List = List {
    name: "ReplicationGroupOutpostArnList",
    member: Shape::String(&strings::STRING),
    member_name: "ReplicationGroupOutpostArn",
    min: None,
    max: None,
};

pub(super) static RESERVED_CACHE_NODE_LIST: List = List {
    name: "ReservedCacheNodeList",
    member: Shape::Structure(&structures::RESERVED_CACHE_NODE),
    member_name: "ReservedCacheNode",
    min: None,
    max: None,
};

pub(super) static RESERVED_CACHE_NODES_OFFERING_LIST: List = List {
    name: "ReservedCacheNodesOfferingList",
    member: Shape::Structure(&structures::RESERVED_CACHE_NODES_OFFERING),
    member_name: "ReservedCacheNodesOffering",
    min: None,
    max: None,
};

pub(super) static RESHARDING_CONFIGURATION_LIST: List = List {
    name: "ReshardingConfigurationList",
    member: Shape::Structure(&structures::RESHARDING_CONFIGURATION),
    member_name: "ReshardingConfiguration",
    min: None,
    max: None,
};

pub(super) static SECURITY_GROUP_IDS_LIST: List = List {
    name: "SecurityGroupIdsList",
    member: Shape::String(&strings::STRING),
    member_name: "SecurityGroupId",
    min: None,
    max: None,
};

pub(super) static SECURITY_GROUP_MEMBERSHIP_LIST: List = List {
    name: "SecurityGroupMembershipList",
    member: Shape::Structure(&structures::SECURITY_GROUP_MEMBERSHIP),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static SERVERLESS_CACHE_LIST: List = List {
    name: "ServerlessCacheList",
    member: Shape::Structure(&structures::SERVERLESS_CACHE),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static SERVERLESS_CACHE_SNAPSHOT_LIST: List = List {
    name: "ServerlessCacheSnapshotList",
    member: Shape::Structure(&structures::SERVERLESS_CACHE_SNAPSHOT),
    member_name: "ServerlessCacheSnapshot",
    min: None,
    max: None,
};

pub(super) static SERVICE_UPDATE_LIST: List = List {
    name: "ServiceUpdateList",
    member: Shape::Structure(&structures::SERVICE_UPDATE),
    member_name: "ServiceUpdate",
    min: None,
    max: None,
};

pub(super) static SERVICE_UPDATE_STATUS_LIST: List = List {
    name: "ServiceUpdateStatusList",
    member: Shape::String(&strings::SERVICE_UPDATE_STATUS),
    member_name: "member",
    min: None,
    max: Some(3),
};

pub(super) static SNAPSHOT_ARNS_LIST: List = List {
    name: "SnapshotArnsList",
    member: Shape::String(&strings::STRING),
    member_name: "SnapshotArn",
    min: None,
    max: None,
};

pub(super) static SNAPSHOT_LIST: List = List {
    name: "SnapshotList",
    member: Shape::Structure(&structures::SNAPSHOT),
    member_name: "Snapshot",
    min: None,
    max: None,
};

pub(super) static SUBNET_IDENTIFIER_LIST: List = List {
    name: "SubnetIdentifierList",
    member: Shape::String(&strings::STRING),
    member_name: "SubnetIdentifier",
    min: None,
    max: None,
};

pub(super) static SUBNET_IDS_LIST: List = List {
    name: "SubnetIdsList",
    member: Shape::String(&strings::STRING),
    member_name: "SubnetId",
    min: None,
    max: None,
};

pub(super) static SUBNET_LIST: List = List {
    name: "SubnetList",
    member: Shape::Structure(&structures::SUBNET),
    member_name: "Subnet",
    min: None,
    max: None,
};

pub(super) static TAG_LIST: List =
    List { name: "TagList", member: Shape::Structure(&structures::TAG), member_name: "Tag", min: None, max: None };

pub(super) static UG_REPLICATION_GROUP_ID_LIST: List = List {
    name: "UGReplicationGroupIdList",
    member: Shape::String(&strings::STRING),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static UG_SERVERLESS_CACHE_ID_LIST: List = List {
    name: "UGServerlessCacheIdList",
    member: Shape::String(&strings::STRING),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static UNPROCESSED_UPDATE_ACTION_LIST: List = List {
    name: "UnprocessedUpdateActionList",
    member: Shape::Structure(&structures::UNPROCESSED_UPDATE_ACTION),
    member_name: "UnprocessedUpdateAction",
    min: None,
    max: None,
};

pub(super) static UPDATE_ACTION_LIST: List = List {
    name: "UpdateActionList",
    member: Shape::Structure(&structures::UPDATE_ACTION),
    member_name: "UpdateAction",
    min: None,
    max: None,
};

pub(super) static UPDATE_ACTION_STATUS_LIST: List = List {
    name: "UpdateActionStatusList",
    member: Shape::String(&strings::UPDATE_ACTION_STATUS),
    member_name: "member",
    min: None,
    max: Some(9),
};

pub(super) static USER_GROUP_ID_LIST: List = List {
    name: "UserGroupIdList",
    member: Shape::String(&strings::USER_GROUP_ID),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static USER_GROUP_ID_LIST_INPUT: List = List {
    name: "UserGroupIdListInput",
    member: Shape::String(&strings::USER_GROUP_ID),
    member_name: "member",
    min: Some(1),
    max: None,
};

pub(super) static USER_GROUP_LIST: List = List {
    name: "UserGroupList",
    member: Shape::Structure(&structures::USER_GROUP),
    member_name: "member",
    min: None,
    max: None,
};

pub(super) static USER_ID_LIST: List =
    List { name: "UserIdList", member: Shape::String(&strings::USER_ID), member_name: "member", min: None, max: None };

pub(super) static USER_ID_LIST_INPUT: List = List {
    name: "UserIdListInput",
    member: Shape::String(&strings::USER_ID),
    member_name: "member",
    min: Some(1),
    max: None,
};

pub(super) static USER_LIST: List =
    List { name: "UserList", member: Shape::Structure(&structures::USER), member_name: "member", min: None, max: None };
