//! ElastiCache's tables, written by `cargo xtask model` from botocore's service description.

mod faults;
mod lists;
mod operations;
mod service;
mod strings;
mod structures;

pub(crate) use faults::FAULTS;
pub use faults::Fault;
pub(crate) use operations::OPERATIONS;
pub use operations::Operation;
pub use service::ELASTICACHE;
