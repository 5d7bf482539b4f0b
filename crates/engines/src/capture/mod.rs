//! The replica's side of a full synchronisation: announce, ask, take the file, check what follows it.
//!
//! The end of the file is found by its structure, which the sink knows, never by the mark that the node names: a node uses
//! one mark for all its life, so that its data may hold it (measured: Redis 7.0.15, Valkey 9.1.2).

mod ring;
#[cfg(test)]
mod tests;

use crate::CaptureLimits;
use crate::command::{Announcement, Command};
use crate::link::{Answer, Link, gone, refusal, within};
use ring::Ring;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use valkeep_ports::engines::{EngineError, RdbSink};

/// Length of the mark that follows a file of unknown length.
const MARK_BYTES: usize = 40;

/// How long a node that was told to send nothing more is watched for doing so; it closes at once. Source: our choice.
const WATCH: Duration = Duration::from_secs(1);

/// How the node says where the file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// These bytes come after it.
    Marked([u8; MARK_BYTES]),
    /// It has this length, in bytes.
    Sized(u64),
}

/// Brings the data set of the node behind `link` into `sink`.
///
/// # Errors
/// As `Engines::capture` says.
pub(crate) async fn capture<S>(
    mut link: Link<S>,
    limits: &CaptureLimits,
    sink: &mut dyn RdbSink,
) -> Result<(), EngineError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let only_the_file = within("the handshake", limits.idle_s, announce(&mut link)).await?;
    sink.ready().await?;
    let framing = within("its first byte", limits.first_byte_s, request(&mut link)).await?;
    let (stream, early) = link.into_parts();
    let mut ring = Ring::start(stream, early, limits.idle_s);
    match framing {
        Framing::Sized(length) => take_sized(&mut ring, sink, length, limits.max_bytes).await?,
        Framing::Marked(mark) => take_marked(&mut ring, sink, mark, limits.max_bytes).await?,
    }
    // A node that knows no `rdb-only` (before Redis 6.2) goes on with its commands; we just leave.
    if only_the_file { expect_nothing_more(&mut ring).await } else { Ok(()) }
}

/// Tells the node what we understand; says whether it will send the file and nothing more. Nodes refuse what they do not
/// know, which does no harm.
async fn announce<S: AsyncRead + AsyncWrite + Unpin>(link: &mut Link<S>) -> Result<bool, EngineError> {
    let mut only_the_file = false;
    for announcement in Announcement::ALL {
        match link.ask(Command::Announce(announcement)).await? {
            Answer::Error(text) if text.starts_with("NOAUTH") || text.starts_with("NOPERM") => {
                return Err(refusal("REPLCONF", text));
            }
            Answer::Error(_) | Answer::Bulk(_) => {}
            Answer::Status(_) => only_the_file = announcement == Announcement::RdbOnly,
        }
    }
    Ok(only_the_file)
}

/// Asks for the data set; by PSYNC when the user may not SYNC (each is its own permission, measured: Redis 7.0.15).
async fn request<S: AsyncRead + AsyncWrite + Unpin>(link: &mut Link<S>) -> Result<Framing, EngineError> {
    let answer = link.ask(Command::Sync).await.map_err(given_up)?;
    let forbidden = matches!(&answer, Answer::Error(text) if text.starts_with("NOPERM"));
    if forbidden { request_by_psync(link).await } else { framing(answer) }
}

async fn request_by_psync<S: AsyncRead + AsyncWrite + Unpin>(link: &mut Link<S>) -> Result<Framing, EngineError> {
    let answer = link.ask(Command::Psync).await.map_err(given_up)?;
    let full = matches!(&answer, Answer::Status(text) if text.starts_with("FULLRESYNC "));
    framing(if full { link.answer().await.map_err(given_up)? } else { answer })
}

/// A node that cannot save closes the connection without a word (measured: Valkey 9.1.2).
fn given_up(error: EngineError) -> EngineError {
    if !matches!(&error, EngineError::Unreachable(cause) if cause.kind() == io::ErrorKind::UnexpectedEof) {
        return error;
    }
    let text = "the node closed the connection before it sent a snapshot; its own log tells why";
    EngineError::Unreachable(io::Error::new(io::ErrorKind::UnexpectedEof, text))
}

fn framing(answer: Answer) -> Result<Framing, EngineError> {
    let announced = match answer {
        Answer::Bulk(announced) => announced,
        Answer::Error(text) => return Err(refusal("SYNC or PSYNC", text)),
        Answer::Status(text) => return Err(EngineError::Refused(format!("not a snapshot: +{text}"))),
    };
    if let Some(mark) = announced.strip_prefix("EOF:") {
        let mark: Option<[u8; MARK_BYTES]> = mark.as_bytes().try_into().ok();
        let mark = mark.filter(|mark| mark.iter().all(u8::is_ascii_hexdigit));
        return mark.map(Framing::Marked).ok_or_else(|| broken("it announced a mark that is none".to_owned()));
    }
    let digits = announced.bytes().all(|byte| byte.is_ascii_digit());
    let length = announced.parse().ok().filter(|length| digits && *length > 0);
    length.map(Framing::Sized).ok_or_else(|| broken("it announced a length that is none".to_owned()))
}

async fn take_sized(ring: &mut Ring, sink: &mut dyn RdbSink, length: u64, max_bytes: u64) -> Result<(), EngineError> {
    if length > max_bytes {
        return Err(too_large(max_bytes));
    }
    match take(ring, sink, length).await? {
        Some(taken) if taken == length => Ok(()),
        Some(taken) => Err(broken(format!("it announced {length} bytes, the file ends after {taken}"))),
        None => Err(broken(format!("it announced {length} bytes, the file is longer"))),
    }
}

async fn take_marked(
    ring: &mut Ring,
    sink: &mut dyn RdbSink,
    mark: [u8; MARK_BYTES],
    max_bytes: u64,
) -> Result<(), EngineError> {
    if take(ring, sink, max_bytes).await?.is_none() {
        return Err(too_large(max_bytes));
    }
    let mut missing = mark.as_slice();
    while !missing.is_empty() {
        let bytes = ring.bytes().await?;
        let length = bytes.len().min(missing.len());
        let (expected, rest) = missing.split_at(length);
        if bytes.is_empty() {
            return Err(gone());
        }
        if bytes[..length] != *expected {
            return Err(broken("the announced mark does not follow the file".to_owned()));
        }
        ring.consume(length);
        missing = rest;
    }
    Ok(())
}

/// Feeds the sink until the file is complete, and says how long it is; `None` when it is not complete after `max_bytes`.
async fn take(ring: &mut Ring, sink: &mut dyn RdbSink, max_bytes: u64) -> Result<Option<u64>, EngineError> {
    let mut taken = 0;
    while taken < max_bytes {
        let bytes = ring.bytes().await?;
        if bytes.is_empty() {
            return Err(gone());
        }
        let room = usize::try_from(max_bytes - taken).unwrap_or(usize::MAX);
        let offered = &bytes[..bytes.len().min(room)];
        let offered_bytes = offered.len();
        let used = sink.push(offered).await?;
        ring.consume(used);
        taken += used as u64;
        if sink.is_complete() {
            return Ok(Some(taken));
        }
        if used < offered_bytes {
            return Err(broken("its end was seen where none is".to_owned()));
        }
    }
    Ok(None)
}

/// After the end only newlines may come (Redis up to 7.0.5 sends some), and the connection may close.
async fn expect_nothing_more(ring: &mut Ring) -> Result<(), EngineError> {
    let watch = async {
        loop {
            match ring.bytes().await {
                // The file is whole; how the connection ends says nothing about it.
                Err(_) | Ok([]) => return Ok(()),
                Ok(bytes) if bytes.iter().any(|byte| *byte != b'\n') => {
                    return Err(broken("more follows where the file ends".to_owned()));
                }
                Ok(bytes) => {
                    let newlines = bytes.len();
                    ring.consume(newlines);
                }
            }
        }
    };
    tokio::time::timeout(WATCH, watch).await.unwrap_or(Ok(()))
}

fn too_large(max_bytes: u64) -> EngineError {
    broken(format!("it is larger than {max_bytes} bytes"))
}

fn broken(what: String) -> EngineError {
    EngineError::Broken(what)
}
