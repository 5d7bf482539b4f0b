//! What a modelled fault is on the wire.

use crate::Fault;
use crate::generated::FAULTS;

/// One row of the fault table.
#[derive(Debug)]
pub(crate) struct FaultModel {
    pub(crate) shape_name: &'static str,
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) sender: bool,
}

impl Fault {
    fn model(self) -> &'static FaultModel {
        &FAULTS[self as usize]
    }

    /// The name of the shape, which is also the name of the SDKs' exception.
    pub fn shape_name(self) -> &'static str {
        self.model().shape_name
    }

    /// The code that goes over the wire; often not the shape's name (`W25`).
    pub fn code(self) -> &'static str {
        self.model().code
    }

    /// The HTTP status (`W26`).
    pub fn status(self) -> u16 {
        self.model().status
    }

    /// Whether the fault is the caller's (`W24`).
    pub fn sender(self) -> bool {
        self.model().sender
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_its_own_row() {
        for fault in Fault::ALL {
            assert_eq!(fault.shape_name(), format!("{fault:?}"));
        }
    }

    #[test]
    fn codes_and_statuses_are_those_of_the_service() {
        let cases = [
            (Fault::CacheClusterNotFoundFault, "CacheClusterNotFound", 404),
            (Fault::InvalidSnapshotStateFault, "InvalidSnapshotState", 400),
            (Fault::InvalidARNFault, "InvalidARN", 400),
            (Fault::InvalidParameterValueException, "InvalidParameterValue", 400),
            (Fault::SnapshotNotFoundFault, "SnapshotNotFoundFault", 404),
            (Fault::SnapshotAlreadyExistsFault, "SnapshotAlreadyExistsFault", 400),
            (Fault::CacheSubnetGroupNotFoundFault, "CacheSubnetGroupNotFoundFault", 400),
            (Fault::ReservedCacheNodeAlreadyExistsFault, "ReservedCacheNodeAlreadyExists", 404),
            (Fault::InvalidCredentialsException, "InvalidCredentialsException", 408),
        ];
        for (fault, code, status) in cases {
            assert_eq!((fault.code(), fault.status()), (code, status));
            assert!(fault.sender());
        }
    }
}
