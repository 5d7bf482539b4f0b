//! Keeps reading from the node while the sink is busy: a node drops a replica that takes nothing for a minute
//! (`repl-timeout`), and its fork costs memory for as long as it lives.

use bytes::{Buf, BytesMut};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use valkeep_ports::engines::EngineError;

/// Size of a block, which is the most that one read brings. Source: our choice.
const BLOCK_BYTES: usize = 256 << 10;

/// Blocks that may wait for the sink: 8 MiB. Source: our choice, a tenth of a second of a fast node.
const BLOCKS: usize = 32;

/// The least that a node brings within the longest silence: who sends slower is as good as silent. Source: our choice; the
/// slowest network that a replica could live on brings a hundred times that.
const LEAST_BYTES: usize = 64 << 10;

/// What a node is told to have taken too long for.
const LEAST: &str = "the next 64 KiB of its data";

/// The bytes of a node, in order. Dropped, it closes the connection.
#[derive(Debug)]
pub(super) struct Ring {
    current: BytesMut,
    blocks: mpsc::Receiver<BytesMut>,
    /// Where a consumed block goes, to be filled again.
    consumed: mpsc::Sender<BytesMut>,
    /// One task, which ends with the connection.
    reader: JoinSet<Result<(), EngineError>>,
}

impl Ring {
    /// Reads `stream` until its end; the `early` bytes were read already.
    pub(super) fn start<S: AsyncRead + Unpin + Send + 'static>(stream: S, early: BytesMut, idle_s: u64) -> Self {
        let (filled, blocks) = mpsc::channel(BLOCKS);
        let (consumed, empty) = mpsc::channel(BLOCKS);
        let mut reader = JoinSet::new();
        reader.spawn(read_all(stream, filled, empty, idle_s));
        Self { current: early, blocks, consumed, reader }
    }

    /// The next bytes; none after the end.
    ///
    /// # Errors
    /// `Unreachable`, `TimedOut`, once all bytes before were consumed.
    pub(super) async fn bytes(&mut self) -> Result<&[u8], EngineError> {
        while self.current.is_empty() {
            match self.blocks.recv().await {
                Some(block) => {
                    // A block more than there is room for is not needed any more.
                    self.consumed.try_send(std::mem::replace(&mut self.current, block)).ok();
                }
                None => {
                    self.outcome().await?;
                    break;
                }
            }
        }
        Ok(&self.current)
    }

    /// How the connection ended.
    async fn outcome(&mut self) -> Result<(), EngineError> {
        match self.reader.join_next().await {
            Some(joined) => joined.map_err(|error| EngineError::Local(std::io::Error::other(error)))?,
            None => Ok(()),
        }
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        self.current.advance(bytes);
    }
}

/// Hands on a block when it is full, or when nothing more is there to read; while the sink is behind, it goes on filling.
async fn read_all<S: AsyncRead + Unpin>(
    mut stream: S,
    filled: mpsc::Sender<BytesMut>,
    mut empty: mpsc::Receiver<BytesMut>,
    idle_s: u64,
) -> Result<(), EngineError> {
    let mut pace = Pace::new(idle_s);
    let mut block = BytesMut::with_capacity(BLOCK_BYTES);
    loop {
        tokio::select! {
            biased;
            read = pace.read(&mut stream, &mut block), if block.len() < BLOCK_BYTES => {
                if !matches!(read, Ok(1..)) {
                    // When nobody takes the last block, nobody asks for the outcome either.
                    return filled.send(block).await.map_or(Ok(()), |()| read.map(|_| ()));
                }
            }
            room = filled.reserve(), if !block.is_empty() => match room {
                Ok(room) => {
                    if block.len() == BLOCK_BYTES {
                        // Nothing was read while the sink was behind.
                        pace.begin_anew();
                    }
                    let mut next = empty.try_recv().unwrap_or_default();
                    next.reserve(BLOCK_BYTES);
                    room.send(std::mem::replace(&mut block, next));
                }
                Err(_) => return Ok(()),
            },
        }
    }
}

/// How fast a node must send.
#[derive(Debug)]
struct Pace {
    idle_s: u64,
    /// When what is missing must be here.
    due: Instant,
    missing_bytes: usize,
}

impl Pace {
    fn new(idle_s: u64) -> Self {
        Self { idle_s, due: Instant::now() + Duration::from_secs(idle_s), missing_bytes: LEAST_BYTES }
    }

    fn begin_anew(&mut self) {
        *self = Self::new(self.idle_s);
    }

    /// Reads what is there; nothing at the end.
    async fn read<S: AsyncRead + Unpin>(&mut self, stream: &mut S, block: &mut BytesMut) -> Result<usize, EngineError> {
        let read = timeout_at(self.due, stream.read_buf(block)).await;
        let slow = |_| EngineError::TimedOut { what: LEAST, limit_s: self.idle_s };
        let bytes = read.map_err(slow)?.map_err(EngineError::Unreachable)?;
        match self.missing_bytes.checked_sub(bytes) {
            Some(missing @ 1..) => self.missing_bytes = missing,
            Some(0) | None => self.begin_anew(),
        }
        Ok(bytes)
    }
}
