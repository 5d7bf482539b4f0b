//! ElastiCache's operations by name and by table row.

use crate::generated::OPERATIONS;
use crate::{Fault, Operation, OperationModel};

impl Operation {
    pub fn model(self) -> &'static OperationModel {
        &OPERATIONS[self as usize]
    }

    /// The value of the `Action` parameter.
    pub fn name(self) -> &'static str {
        self.model().name
    }

    /// The operation of that exact name.
    pub fn parse(name: &str) -> Option<Self> {
        let place = Self::ALL.binary_search_by_key(&name, |operation| operation.name()).ok()?;
        Some(Self::ALL[place])
    }

    /// The faults that the description lists for the operation (`W27`).
    pub fn faults(self) -> &'static [Fault] {
        self.model().errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ELASTICACHE, STS, Service};

    #[test]
    fn every_operation_is_its_own_row_and_found_by_name() {
        assert_eq!(Operation::ALL.len(), 77);
        for operation in Operation::ALL {
            assert_eq!(operation.name(), format!("{operation:?}"));
            assert_eq!(Operation::parse(operation.name()), Some(operation));
        }
        assert_eq!(Operation::parse("copysnapshot"), None);
    }

    #[test]
    fn operations_are_sorted_and_wrap_exactly_their_outputs() {
        let services: [&Service; 2] = [&ELASTICACHE, &STS];
        for service in services {
            assert!(service.operations.is_sorted_by(|a, b| a.name < b.name));
            for operation in service.operations {
                assert_eq!(operation.output.is_some(), operation.result_wrapper.is_some());
                let found = service.operation(operation.name).expect("looked up by its own name");
                assert_eq!(found.name, operation.name);
            }
        }
    }

    #[test]
    fn copy_snapshot_is_as_described() {
        let model = Operation::CopySnapshot.model();
        let members: Vec<_> = model.input.members.iter().map(|m| (m.name, m.required)).collect();
        assert_eq!(
            members,
            [
                ("SourceSnapshotName", true),
                ("TargetSnapshotName", true),
                ("TargetBucket", false),
                ("KmsKeyId", false),
                ("Tags", false),
            ]
        );
        assert_eq!(model.result_wrapper, Some("CopySnapshotResult"));
        assert_eq!(Operation::CopySnapshot.faults().len(), 7);
    }

    #[test]
    fn clients_find_paginators_and_waiters() {
        let paginator = Operation::DescribeSnapshots.model().paginator.as_ref();
        let paginator = paginator.expect("DescribeSnapshots has pages");
        assert_eq!((paginator.input_token, paginator.result_key), ("Marker", "Snapshots"));
        let waiters: Vec<_> = ELASTICACHE.waiters.iter().map(|w| (w.name, w.delay_s)).collect();
        assert_eq!(
            waiters,
            [
                ("CacheClusterAvailable", 15),
                ("CacheClusterDeleted", 15),
                ("ReplicationGroupAvailable", 15),
                ("ReplicationGroupDeleted", 15),
            ]
        );
    }
}
