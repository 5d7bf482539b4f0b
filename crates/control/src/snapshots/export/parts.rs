//! The parts of an upload: how large they are, and which are stored.

use crate::Control;
use crate::jobs::{Held, Job, StepError};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use valkeep_domain::ids::JobId;
use valkeep_ports::buckets::UploadedPart;
use valkeep_ports::catalog::{CatalogError, Record, Scan, Table, Tx};

/// Smallest part, in bytes. The store asks for 5 MiB at least. Our choice.
const MIN_PART_BYTES: u64 = 8 << 20;

/// Sizes of parts are multiples of this, in bytes. Our choice.
const PART_STEP_BYTES: u64 = 1 << 20;

/// Most parts of an upload (S3 User Guide, "Amazon S3 multipart upload limits").
const MAX_PARTS: u64 = 10_000;

/// Bytes of parts that one export keeps in memory. It bounds the size of a part too, so that an object has less than 469
/// GiB: more than the memory of the largest node whose snapshots can be exported. Our choice.
const MAX_MEMORY_BYTES: u32 = 48 << 20;

/// Most parts that are in memory at once: read, or on their way. The embedded endpoint needs about as much again to seal
/// each of them (measured: a fourth costs an export 16 MiB). Our choice.
const MAX_AT_ONCE: u32 = 3;

/// Size of the parts of an object of that size; `None` when it is too large.
pub(super) fn part_bytes(object_bytes: u64) -> Option<NonZeroU32> {
    let bytes = object_bytes.div_ceil(MAX_PARTS).next_multiple_of(PART_STEP_BYTES).max(MIN_PART_BYTES);
    NonZeroU32::new(u32::try_from(bytes).ok()?).filter(|bytes| bytes.get() <= MAX_MEMORY_BYTES)
}

/// How many parts of that size may be in memory.
pub(super) fn at_once(part_bytes: NonZeroU32) -> usize {
    (MAX_MEMORY_BYTES / part_bytes).clamp(1, MAX_AT_ONCE) as usize
}

/// The numbers of the parts of an object and their sizes, in order.
pub(super) fn cut(object_bytes: u64, part_bytes: NonZeroU32) -> impl Iterator<Item = (u16, u64)> {
    let part_bytes = u64::from(part_bytes.get());
    (1..)
        .zip(0..object_bytes.div_ceil(part_bytes))
        .map(move |(number, before)| (number, part_bytes.min(object_bytes - before * part_bytes)))
}

/// A part of the upload on record that is stored. Each has a record of its own, so that the next one costs the same however
/// many there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPart {
    pub job: JobId,
    #[serde(flatten)]
    pub part: UploadedPart,
}

impl Record for ExportPart {
    const TABLE: Table = Table::ExportPart;

    fn key(&self) -> String {
        format!("{}{:05}", keys_of(self.job), self.part.number)
    }
}

fn keys_of(job: JobId) -> String {
    format!("{job}/")
}

fn parts_of(tx: &mut Tx<'_>, job: JobId) -> Result<Vec<ExportPart>, CatalogError> {
    tx.scan(&Scan::keys(&keys_of(job), MAX_PARTS as usize))
}

/// The parts that are stored, in the order of their numbers.
pub(super) async fn recorded(control: &Control, held: Held) -> Result<Vec<UploadedPart>, StepError> {
    let parts = held.read(control, move |tx| Ok(parts_of(tx, held.id())?)).await?;
    Ok(parts.into_iter().map(|stored| stored.part).collect())
}

/// Records parts that were stored. Progress makes earlier errors void.
pub(super) async fn record(control: &Control, held: Held, parts: Vec<UploadedPart>) -> Result<(), StepError> {
    held.write(control, move |tx, job| {
        for part in &parts {
            tx.put(&ExportPart { job: job.id, part: part.clone() })?;
        }
        if job.errors > 0 {
            tx.replace(&Job { errors: 0, ..job })?;
        }
        Ok(())
    })
    .await
}

/// Removes the record of every part.
pub(super) fn remove(tx: &mut Tx<'_>, job: JobId) -> Result<(), CatalogError> {
    for part in parts_of(tx, job)? {
        tx.remove::<ExportPart>(&part.key())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn parts_grow_with_the_object_and_memory_does_not() {
        for (object_bytes, expected) in [
            (1, Some((8, 3))),
            (80_000 * MIB, Some((8, 3))),
            (80_000 * MIB + 1, Some((9, 3))),
            (120_000 * MIB, Some((12, 3))),
            (160_000 * MIB, Some((16, 3))),
            (250_000 * MIB, Some((25, 1))),
            (480_000 * MIB, Some((48, 1))),
            (480_000 * MIB + 1, None),
            (u64::MAX / 2, None),
        ] {
            let found = part_bytes(object_bytes).map(|bytes| (u64::from(bytes.get()) / MIB, at_once(bytes)));
            assert_eq!(found, expected, "{object_bytes}");
        }
    }

    #[test]
    fn a_cut_covers_every_byte_once() {
        let part_bytes = NonZeroU32::new(10).unwrap();
        for (object_bytes, expected) in
            [(0, vec![]), (1, vec![(1, 1)]), (10, vec![(1, 10)]), (25, vec![(1, 10), (2, 10), (3, 5)])]
        {
            assert_eq!(cut(object_bytes, part_bytes).collect::<Vec<_>>(), expected, "{object_bytes}");
        }
        let largest = part_bytes_of_largest();
        assert_eq!(cut(480_000 * MIB, largest).last(), Some((10_000, 48 * MIB)));
    }

    fn part_bytes_of_largest() -> NonZeroU32 {
        part_bytes(480_000 * MIB).unwrap()
    }
}
