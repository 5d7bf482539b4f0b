//! The words of a connection to a node: commands out, lines and bulk strings in, all of them bounded.

use crate::command::Command;
use bytes::{Buf, BytesMut};
use std::future::Future;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use valkeep_ports::engines::EngineError;

/// Longest line that is read. Source: our choice; servers' own lines are shorter than 200 bytes.
const LINE_BYTES_MAX: usize = 1024;

/// Most newlines that are skipped before a line. Source: our choice; a node sends one a second while it prepares.
const NEWLINES_MAX: usize = 1 << 16;

/// Longest bulk string that is read. Source: our choice; INFO gives about 6 KB.
const BULK_BYTES_MAX: usize = 1 << 20;

/// A connection on which questions are asked one at a time.
#[derive(Debug)]
pub(crate) struct Link<S> {
    stream: S,
    received: BytesMut,
    idle_s: u64,
}

/// An answer of one line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// `+OK`
    Status(String),
    /// `-ERR no`
    Error(String),
    /// `$…`: the announcement of a bulk string, without the sign.
    Bulk(String),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Link<S> {
    /// A connection where the node may be silent for `idle_s`.
    pub(crate) fn new(stream: S, idle_s: u64) -> Self {
        Self { stream, received: BytesMut::new(), idle_s }
    }

    /// Sends the command and reads the first line of the answer.
    ///
    /// # Errors
    /// `Unreachable`, `TimedOut`; `Refused` for what is no answer.
    pub(crate) async fn ask(&mut self, command: Command<'_>) -> Result<Answer, EngineError> {
        let bytes = command.encode();
        within(SILENCE, self.idle_s, async {
            self.stream.write_all(&bytes).await.map_err(EngineError::Unreachable)?;
            self.stream.flush().await.map_err(EngineError::Unreachable)
        })
        .await?;
        self.answer().await
    }

    /// The next line, after any number of bare newlines, which are keep-alives.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub(crate) async fn answer(&mut self) -> Result<Answer, EngineError> {
        let mut line = self.line().await?;
        let kind = if line.is_empty() { 0 } else { line.get_u8() };
        let text = printable(&line);
        match kind {
            b'+' => Ok(Answer::Status(text)),
            b'-' => Ok(Answer::Error(text)),
            b'$' => Ok(Answer::Bulk(text)),
            _ => Err(EngineError::Refused(format!("not an answer: {}{text}", char::from(kind).escape_default()))),
        }
    }

    /// A line without its end.
    async fn line(&mut self) -> Result<BytesMut, EngineError> {
        let mut skipped = 0;
        loop {
            let newlines = self.received.iter().take_while(|byte| **byte == b'\n').count();
            self.received.advance(newlines);
            skipped += newlines;
            if skipped > NEWLINES_MAX {
                return Err(EngineError::Refused("newlines without end".to_owned()));
            }
            if let Some(end) = self.received.iter().take(LINE_BYTES_MAX).position(|byte| *byte == b'\n') {
                let mut line = self.received.split_to(end + 1);
                line.truncate(end);
                if line.ends_with(b"\r") {
                    line.truncate(end - 1);
                }
                return Ok(line);
            }
            if self.received.len() >= LINE_BYTES_MAX {
                return Err(EngineError::Refused("a line without end".to_owned()));
            }
            self.read().await?;
        }
    }

    /// The bulk string whose announcement was just read.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub(crate) async fn bulk(&mut self, announced: &str) -> Result<BytesMut, EngineError> {
        let length = announced.parse().ok().filter(|length| *length <= BULK_BYTES_MAX);
        let length: usize = length.ok_or_else(|| EngineError::Refused(format!("an answer of {announced} bytes")))?;
        while self.received.len() < length + 2 {
            self.read().await?;
        }
        let bytes = self.received.split_to(length);
        self.received.advance(2);
        Ok(bytes)
    }

    async fn read(&mut self) -> Result<(), EngineError> {
        self.received.reserve(4096);
        let read = within(SILENCE, self.idle_s, async {
            self.stream.read_buf(&mut self.received).await.map_err(EngineError::Unreachable)
        });
        if read.await? == 0 { Err(gone()) } else { Ok(()) }
    }

    /// The connection itself, and what was received beyond the last answer.
    pub(crate) fn into_parts(self) -> (S, BytesMut) {
        (self.stream, self.received)
    }
}

/// What a silent node is told to have taken too long for.
pub(crate) const SILENCE: &str = "silence";

/// Runs `work`, at most for `limit_s`.
///
/// # Errors
/// That of `work`; `TimedOut`.
pub(crate) async fn within<T>(
    what: &'static str,
    limit_s: u64,
    work: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, EngineError> {
    let timed = tokio::time::timeout(Duration::from_secs(limit_s), work).await;
    timed.unwrap_or(Err(EngineError::TimedOut { what, limit_s }))
}

/// The node closed the connection.
pub(crate) fn gone() -> EngineError {
    EngineError::Unreachable(io::Error::new(io::ErrorKind::UnexpectedEof, "the node closed the connection"))
}

/// What an error of a node after `command` means for us, by its first word (Redis and Valkey, `src/server.c` and
/// `src/replication.c`).
pub(crate) fn refusal(command: &'static str, text: String) -> EngineError {
    const MAY_PASS: [&str; 6] = ["LOADING", "NOMASTERLINK", "MASTERDOWN", "BUSY", "TRYAGAIN", "MISCONF"];
    let word = text.split(' ').next().unwrap_or_default();
    let lower = text.to_ascii_lowercase();
    let passing = lower.contains("failover") || lower.contains("max number of clients");
    match word {
        _ if MAY_PASS.contains(&word) || passing => EngineError::NotReady(text),
        "NOAUTH" | "WRONGPASS" => EngineError::LoginRefused(text),
        "NOPERM" => EngineError::NotPermitted { command, answer: text },
        _ => EngineError::Refused(text),
    }
}

/// Text of a node, fit for a log.
pub(crate) fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_pass_are_told_from_those_that_do_not() {
        let cases = [
            ("LOADING Redis is loading the dataset in memory", true),
            ("NOMASTERLINK Can't SYNC while not connected with my master", true),
            ("MASTERDOWN Link with MASTER is down", true),
            ("BUSY Redis is busy running a script", true),
            ("ERR max number of clients reached", true),
            ("NOAUTH Authentication required.", false),
            ("WRONGPASS invalid username-password pair or user is disabled.", false),
            ("NOPERM User x has no permissions to run the 'sync' command", false),
            ("ERR unknown command 'SYNC'", false),
            ("", false),
        ];
        for (text, passes) in cases {
            assert_eq!(refusal("SYNC", text.to_owned()).may_pass(), passes, "{text}");
        }
    }

    #[tokio::test]
    async fn answers_are_read_across_any_split() {
        for size in 1..12 {
            let stream = tokio_test_stream(b"\n\n+OK fine\r\n-ERR no\r\n$5\r\nab\ncd\r\n:1\r\n", size);
            let mut link = Link::new(stream, 5);
            assert_eq!(link.answer().await.unwrap(), Answer::Status("OK fine".to_owned()));
            assert_eq!(link.answer().await.unwrap(), Answer::Error("ERR no".to_owned()));
            assert_eq!(link.answer().await.unwrap(), Answer::Bulk("5".to_owned()));
            assert_eq!(link.bulk("5").await.unwrap().as_ref(), b"ab\ncd");
            assert!(matches!(link.answer().await, Err(EngineError::Refused(_))));
            assert!(matches!(link.answer().await, Err(EngineError::Unreachable(_))));
        }
    }

    #[tokio::test]
    async fn lines_and_bulk_strings_without_end_are_refused() {
        let mut link = Link::new(tokio_test_stream(&[b'+'; 5000], 100), 5);
        assert!(matches!(link.answer().await, Err(EngineError::Refused(_))));
        for length in ["", "-1", "x", "1048577", "99999999999999999999999"] {
            assert!(matches!(link.bulk(length).await, Err(EngineError::Refused(_))), "{length}");
        }
    }

    /// A stream that gives these bytes in pieces of `size` bytes and ends.
    fn tokio_test_stream(bytes: &[u8], size: usize) -> tokio::io::DuplexStream {
        let (ours, mut theirs) = tokio::io::duplex(size);
        let bytes = bytes.to_vec();
        tokio::spawn(async move { theirs.write_all(&bytes).await });
        ours
    }
}
