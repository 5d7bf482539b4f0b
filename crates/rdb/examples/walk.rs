//! `walk FILE [--repeat N]`: walks a file that lies in memory, N times over, and says how fast.
//!
//! Speed is that of the CPU time of this thread, so neighbours do not count.

use std::error::Error;
use std::time::Duration;

use valkeep_rdb::{Event, Walker};

/// What a replication link hands over at a time.
const PIECE_BYTES: usize = 256 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("walk FILE [--repeat N]")?;
    let rounds: u32 = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => 1,
        (Some("--repeat"), Some(rounds)) => rounds.parse()?,
        _ => return Err("walk FILE [--repeat N]".into()),
    };
    let bytes = std::fs::read(file)?;
    for _ in 0..rounds {
        let before = cpu_time()?;
        let counts = walk(&bytes)?;
        let spent = (cpu_time()? - before).as_secs_f64();
        let speed = bytes.len() as f64 / spent / 1e9;
        println!("{speed:.2} GB/s, {spent:.3} CPU seconds, {} bytes, {counts}", bytes.len());
    }
    Ok(())
}

fn walk(bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let mut walker = Walker::new();
    let (mut keys, mut elements) = (0_u64, 0_u64);
    for mut piece in bytes.chunks(PIECE_BYTES) {
        while !piece.is_empty() {
            let (used, event) = walker.advance(piece)?;
            piece = &piece[used..];
            if let Event::Key(_) = event {
                keys += 1;
            } else if let Event::Value(value) = event {
                elements += value.elements;
            } else if let Event::End(checksum) = event {
                return if piece.is_empty() {
                    Ok(format!("{keys} keys, {elements} elements, {checksum:?}"))
                } else {
                    Err("bytes after the end".into())
                };
            }
        }
    }
    Err("the file ends too early".into())
}

/// CPU time of this thread. Source: proc(5), nanoseconds on the run queue's clock.
fn cpu_time() -> Result<Duration, Box<dyn Error>> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = statistics.split_whitespace().next().ok_or("no schedstat")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}
