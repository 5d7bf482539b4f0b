//! Streams: what holds between the parts of one value. Source: `t_stream.c` and `rdb.c` of the servers.

use crate::error::{Fault, Reason, Structure};
use crate::string::Sink;

/// Milliseconds and sequence number of an entry, most significant byte first.
pub(crate) const ID_BYTES: usize = 16;

/// What was read of one stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stream {
    pub(crate) nodes: NodeIds,
    group: Pending,
    /// What the consumers of the group have; each begins anew.
    consumers: Pending,
}

impl Stream {
    /// An entry that is pending in the group.
    pub(crate) fn pending(&mut self, id: u128) -> Result<(), Reason> {
        self.group.push(id)
    }

    /// The entries of the next consumer follow, or those that no consumer owns.
    pub(crate) fn begin_consumer(&mut self) {
        self.consumers.last = None;
    }

    /// An entry that is pending with a consumer, or with nobody.
    pub(crate) fn owned(&mut self, id: u128) -> Result<(), Reason> {
        self.consumers.push(id)
    }

    /// Each entry that is pending in the group must be pending once in what follows it, and no other.
    pub(crate) fn end_group(&mut self) -> Result<(), Reason> {
        let is_same = (self.group.count, self.group.sum) == (self.consumers.count, self.consumers.sum);
        (self.group, self.consumers) = (Pending::default(), Pending::default());
        if is_same { Ok(()) } else { Err(broken(Structure::ConsumerGroup, Fault::Pending)) }
    }

    /// The count of entries that the value tells.
    pub(crate) fn length(told: u64, seen: u64) -> Result<(), Reason> {
        if told == seen { Ok(()) } else { Err(broken(Structure::Stream, Fault::Count)) }
    }
}

/// A set of ids in constant memory: two sets with the same count and the same sum of scattered ids are taken to be the same.
#[derive(Clone, Copy, Debug, Default)]
struct Pending {
    count: u64,
    sum: u64,
    last: Option<u128>,
}

impl Pending {
    fn push(&mut self, id: u128) -> Result<(), Reason> {
        if self.last.is_some_and(|last| id <= last) {
            return Err(broken(Structure::ConsumerGroup, Fault::Order));
        }
        self.last = Some(id);
        self.count += 1;
        self.sum = self.sum.wrapping_add(scatter((id >> 64) as u64).wrapping_add(scatter(!(id as u64))));
        Ok(())
    }
}

/// A bijection that leaves no pattern of its argument. Source: the finalizer of SplitMix64.
fn scatter(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ number >> 31
}

/// The keys of the nodes: ids in ascending order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NodeIds {
    last: Option<u128>,
    id: u128,
}

impl Sink for NodeIds {
    const LOOKS: bool = true;

    fn begin(&mut self, bytes: u64) -> Result<(), Reason> {
        self.id = 0;
        if bytes == ID_BYTES as u64 { Ok(()) } else { Err(broken(Structure::Stream, Fault::Size)) }
    }

    fn part(&mut self, part: &mut &[u8]) -> Result<(), Reason> {
        self.id = part.iter().fold(self.id, |id, byte| id << 8 | u128::from(*byte));
        *part = &[];
        Ok(())
    }

    fn end(&mut self) -> Result<(), Reason> {
        if self.last.is_some_and(|last| self.id <= last) {
            return Err(broken(Structure::Stream, Fault::Order));
        }
        self.last = Some(self.id);
        Ok(())
    }
}

fn broken(structure: Structure, fault: Fault) -> Reason {
    Reason::Broken { structure, fault }
}
