//! What a node says, as a fuzzer makes it up: to the capture client, in pieces of any size, and of its cluster.
#![expect(clippy::unwrap_used, reason = "a fuzzer and a test learn of a fault by a panic")]

use crate::CaptureLimits;
use crate::capture::capture;
use crate::cluster;
use crate::link::{Link, within};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, DuplexStream};
use tokio::runtime::Builder;
use valkeep_domain::slots::SlotRanges;
use valkeep_ports::engines::{ClusterNode, EngineError, RdbSink};
use valkeep_rdb::Walker;

const LIMITS: CaptureLimits =
    CaptureLimits { connect_s: 1, first_byte_s: 30, idle_s: 10, total_s: 100, max_bytes: 1 << 20 };

/// The sink of a snapshot, without its blob.
#[derive(Debug)]
struct Walked {
    walker: Walker,
    taken_bytes: usize,
}

#[async_trait]
impl RdbSink for Walked {
    async fn push(&mut self, bytes: &[u8]) -> Result<usize, EngineError> {
        let taken = self.walker.push(bytes).map_err(|error| EngineError::Broken(error.to_string()))?;
        self.taken_bytes += taken;
        Ok(taken)
    }

    fn is_complete(&self) -> bool {
        self.walker.is_complete()
    }
}

/// Captures from a node that says `data` after its first two bytes: the first is the size of the pieces in which it does, the
/// second how long it pauses after each. Time is not waited for.
///
/// # Panics
/// When the capture does not end within its limits, takes more than was said, or succeeds without a whole file.
pub fn capture_from(data: &[u8]) {
    let [width, pause, said @ ..] = data else { return };
    let (width, pause) = (usize::from(*width) + 1, Duration::from_millis(u64::from(*pause)));
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let mut sink = Walked { walker: Walker::new(), taken_bytes: 0 };
        let link = Link::new(ours, LIMITS.idle_s);
        let whole = within("the whole capture", LIMITS.total_s, capture(link, &LIMITS, &mut sink));
        let (captured, ()) = tokio::join!(whole, say(theirs, said, width, pause));
        assert!(sink.taken_bytes <= said.len(), "it took {} bytes of {}", sink.taken_bytes, said.len());
        if captured.is_ok() {
            sink.walker.finish().unwrap();
        }
    });
}

/// Reads `text` as a cluster.
///
/// # Panics
/// When a node or a slot is taken twice.
pub fn cluster_from(text: &[u8]) {
    let Ok(view) = cluster::parse(&String::from_utf8_lossy(text), "node.example") else { return };
    let all: Vec<&ClusterNode> = view.others.iter().chain([&view.own]).collect();
    SlotRanges::union(all.iter().map(|node| &node.slots)).unwrap();
    let different: BTreeSet<&str> = all.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(different.len(), all.len(), "a node stands twice among {all:?}");
}

async fn say(mut node: DuplexStream, said: &[u8], width: usize, pause: Duration) {
    for piece in said.chunks(width) {
        if node.write_all(piece).await.is_err() {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// How many seeds of a target were fed to `taken`.
    fn feed(target: &str, taken: fn(&[u8])) -> usize {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
        std::fs::read_dir(seeds).unwrap().map(|seed| taken(&std::fs::read(seed.unwrap().path()).unwrap())).count()
    }

    #[test]
    fn every_seed_of_the_fuzzer_is_taken() {
        assert!(feed("capture", capture_from) > 10);
        assert!(feed("cluster", cluster_from) > 1);
    }
}
