//! Who calls, and may they: signature verification and IAM policy evaluation.
//!
//! This crate owns two questions. [`sigv4`] turns a request head into a [`sigv4::Claim`] and a claim into a
//! [`sigv4::Proof`]; [`policy`] turns policies and an [`policy::Ask`] into a [`policy::Decision`]. Where secrets and policies
//! are kept, how requests arrive and how a refusal is written on the wire belong to others.
//!
//! Invariants: nothing here does I/O or reads a clock; every unknown form of authentication and every unknown policy
//! element is refused; a `Proof` exists only after a signature was found equal; an explicit Deny always wins.

pub mod policy;
pub mod sigv4;
