//! The conversation of a command: one line asks, a line a second says how far a long command is, the last line answers.

use super::{Command, CommandError, Operator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Longest command or answer: a policy document and its wrapping, a list of identities, the facts of 500 shards. Unit: bytes.
const MAX_LINE_BYTES: u64 = 32 << 20;

/// A command may wait for a server that is being attached. One that reads what is stored may take as long as it tells how
/// far it is.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How often is told how far a command is.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// How far a command is, in bytes of RDB files.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    pub done_bytes: u64,
    pub total_bytes: u64,
}

/// One line of the service.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Message {
    Progress(Progress),
    Answer(Result<Value, String>),
}

/// Asks for one command and waits for its answer.
///
/// # Errors
/// `Refused` with the words of the other side; `Connection`.
pub(super) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    command: &Command,
    mut told: impl FnMut(Progress),
) -> Result<Value, CommandError> {
    let (reading, mut writing) = tokio::io::split(stream);
    let mut line = Zeroizing::new(serde_json::to_vec(command).map_err(io::Error::from)?);
    line.push(b'\n');
    writing.write_all(&line).await?;
    let mut reading = BufReader::new(reading);
    loop {
        let mut line = Vec::new();
        let mut limited = (&mut reading).take(MAX_LINE_BYTES);
        let read = limited.read_until(b'\n', &mut line);
        tokio::time::timeout(TIMEOUT, read).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        match serde_json::from_slice(&line).map_err(io::Error::from)? {
            Message::Progress(progress) => told(progress),
            Message::Answer(answer) => return answer.map_err(CommandError::Refused),
        }
    }
}

/// Takes one command and answers it. It ends when the other side is gone, and a long command when the service stops.
pub(super) async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    operator: Operator,
    stop: watch::Receiver<bool>,
) {
    let answer = match tokio::time::timeout(TIMEOUT, read_command(&mut stream)).await {
        Ok(Ok(command)) => match answer(&mut stream, &operator, command, stop).await {
            Some(answer) => answer,
            None => return,
        },
        Ok(Err(error)) => Err(format!("the command cannot be read: {error}")),
        Err(_) => return,
    };
    if let Err(error) = tell(&mut stream, &Message::Answer(answer)).await {
        tracing::warn!(%error, "the answer to an operator's command was not taken");
    }
}

async fn read_command(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Command> {
    let mut line = Zeroizing::new(Vec::new());
    BufReader::new(stream.take(MAX_LINE_BYTES)).read_until(b'\n', &mut line).await?;
    Ok(serde_json::from_slice(&line)?)
}

/// Runs the command and tells how far it is; `None` when nobody hears it any more.
async fn answer(
    stream: &mut (impl AsyncWrite + Unpin),
    operator: &Operator,
    command: Command,
    mut stop: watch::Receiver<bool>,
) -> Option<Result<Value, String>> {
    let is_long = command.is_long();
    let progress = watch::Sender::new(Progress::default());
    let mut told = progress.subscribe();
    let mut running = pin!(operator.run(command, &progress));
    let ends = tokio::time::Instant::now() + TIMEOUT;
    let mut ticks = tokio::time::interval(TELL_EVERY);
    loop {
        tokio::select! {
            answer = &mut running => return Some(answer),
            Ok(()) = stop.changed(), if is_long => return Some(Err("the service stops".to_owned())),
            () = tokio::time::sleep_until(ends), if !is_long => return None,
            _ = ticks.tick(), if is_long => {
                let so_far = *told.borrow_and_update();
                tell(stream, &Message::Progress(so_far)).await.ok()?;
            }
        }
    }
}

async fn tell(stream: &mut (impl AsyncWrite + Unpin), message: &Message) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    tokio::time::timeout(TIMEOUT, stream.write_all(&line))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}
