//! Written by `cargo xtask model`; not to be edited by hand.

use super::OPERATIONS;
use crate::{Acceptor, Service, Waiter, WaiterCondition, WaiterState};

/// Amazon ElastiCache.
pub static ELASTICACHE: Service = Service {
    name: "elasticache",
    version: "2015-02-02",
    namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/",
    operations: &OPERATIONS,
    waiters: &[
        Waiter {
            name: "CacheClusterAvailable",
            operation: "DescribeCacheClusters",
            delay_s: 15,
            max_attempts: 40,
            acceptors: &[
                Acceptor {
                    condition: WaiterCondition::PathAll {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "available",
                    },
                    state: WaiterState::Success,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "deleted",
                    },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "deleting",
                    },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "incompatible-network",
                    },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "restore-failed",
                    },
                    state: WaiterState::Failure,
                },
            ],
        },
        Waiter {
            name: "CacheClusterDeleted",
            operation: "DescribeCacheClusters",
            delay_s: 15,
            max_attempts: 40,
            acceptors: &[
                Acceptor {
                    condition: WaiterCondition::PathAll {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "deleted",
                    },
                    state: WaiterState::Success,
                },
                Acceptor {
                    condition: WaiterCondition::Error { code: "CacheClusterNotFound" },
                    state: WaiterState::Success,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "available",
                    },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "creating",
                    },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "incompatible-network",
                    },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "modifying",
                    },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "restore-failed",
                    },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny {
                        path: "CacheClusters[].CacheClusterStatus",
                        expected: "snapshotting",
                    },
                    state: WaiterState::Failure,
                },
            ],
        },
        Waiter {
            name: "ReplicationGroupAvailable",
            operation: "DescribeReplicationGroups",
            delay_s: 15,
            max_attempts: 40,
            acceptors: &[
                Acceptor {
                    condition: WaiterCondition::PathAll { path: "ReplicationGroups[].Status", expected: "available" },
                    state: WaiterState::Success,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny { path: "ReplicationGroups[].Status", expected: "deleted" },
                    state: WaiterState::Failure,
                },
            ],
        },
        Waiter {
            name: "ReplicationGroupDeleted",
            operation: "DescribeReplicationGroups",
            delay_s: 15,
            max_attempts: 40,
            acceptors: &[
                Acceptor {
                    condition: WaiterCondition::PathAll { path: "ReplicationGroups[].Status", expected: "deleted" },
                    state: WaiterState::Success,
                },
                Acceptor {
                    condition: WaiterCondition::PathAny { path: "ReplicationGroups[].Status", expected: "available" },
                    state: WaiterState::Failure,
                },
                Acceptor {
                    condition: WaiterCondition::Error { code: "ReplicationGroupNotFoundFault" },
                    state: WaiterState::Success,
                },
            ],
        },
    ],
};
