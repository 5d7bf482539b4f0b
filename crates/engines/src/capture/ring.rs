//! Keeps reading from the node while the sink is busy: a node drops a replica that takes nothing for a minute
//! (`repl-timeout`), and its fork costs memory for as long as it lives.

use crate::link::{SILENCE, within};
use bytes::BytesMut;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::task::JoinSet;
use valkeep_ports::engines::EngineError;

/// Bytes that may wait for the sink. Source: our choice, a tenth of a second of a fast node.
const RING_BYTES: usize = 8 << 20;

/// Bytes of one read, and of one piece for the sink.
const READ_BYTES: usize = 256 << 10;

/// The bytes of a node, in order. Dropped, it closes the connection.
#[derive(Debug)]
pub(super) struct Ring {
    bytes: BufReader<DuplexStream>,
    /// One task, which ends with the connection.
    reader: JoinSet<Result<(), EngineError>>,
}

impl Ring {
    /// Reads `stream` until its end; the `early` bytes were read already.
    pub(super) fn start<S: AsyncRead + Unpin + Send + 'static>(stream: S, early: BytesMut, idle_s: u64) -> Self {
        let (entry, exit) = tokio::io::duplex(RING_BYTES);
        let mut reader = JoinSet::new();
        reader.spawn(read_all(stream, early, entry, idle_s));
        Self { bytes: BufReader::with_capacity(READ_BYTES, exit), reader }
    }

    /// The next bytes; none after the end.
    ///
    /// # Errors
    /// `Unreachable`, `TimedOut`, once all bytes before were consumed.
    pub(super) async fn bytes(&mut self) -> Result<&[u8], EngineError> {
        let ended = self.bytes.fill_buf().await.map_err(EngineError::Unreachable)?.is_empty();
        if ended && let Some(end) = self.reader.join_next().await {
            end.map_err(|error| EngineError::Local(std::io::Error::other(error)))??;
        }
        Ok(self.bytes.buffer())
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        self.bytes.consume(bytes);
    }
}

async fn read_all<S: AsyncRead + Unpin>(
    mut stream: S,
    early: BytesMut,
    mut entry: DuplexStream,
    idle_s: u64,
) -> Result<(), EngineError> {
    let mut buffer = vec![0; READ_BYTES];
    let mut sent = entry.write_all(&early).await;
    drop(early);
    // When nobody reads the ring any more, nobody asks for the outcome either.
    while sent.is_ok() {
        let read = within(SILENCE, idle_s, async { stream.read(&mut buffer).await.map_err(EngineError::Unreachable) });
        match read.await? {
            0 => break,
            length => sent = entry.write_all(&buffer[..length]).await,
        }
    }
    Ok(())
}
