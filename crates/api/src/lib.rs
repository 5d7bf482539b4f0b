//! ElastiCache as data, and the codecs over it.
//!
//! Owns the service's description (operations, shapes, members, faults, paginators, waiters) as
//! static tables, and what turns them into wire text and back: the Query form of requests and the
//! XML of answers. Knows nothing of what an operation means, of HTTP, or of signatures.
//!
//! Invariants: the tables in `generated/` are written by `cargo xtask model` and never by hand;
//! nothing here does I/O, reads a clock, panics on outside data, or recurses deeper than the shapes
//! do (which `xtask model` checks to be free of cycles).

mod fault;
mod generated;
mod model;
mod operation;
mod parameters;
pub mod query;
mod sts;
mod timestamp;
mod value;
pub mod xml;

pub use generated::{ELASTICACHE, Fault, Operation};
pub use model::{
    Acceptor, List, Member, OperationModel, Paginator, Service, Shape, Structure, Text, Waiter, WaiterCondition,
    WaiterState,
};
pub use parameters::Parameters;
pub use sts::{ASSUME_ROLE, ASSUME_ROLE_WITH_WEB_IDENTITY, STS};
pub use value::Value;
