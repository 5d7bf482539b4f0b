//! A capture against nodes that follow a script. Time stands still but where a script lets it pass.

use super::*;
use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::JoinSet;

const LIMITS: CaptureLimits =
    CaptureLimits { connect_s: 1, first_byte_s: 30, idle_s: 10, total_s: 1000, max_bytes: 1 << 20 };
const MARK: &str = "0123456789abcdef0123456789abcdef01234567";
const FILE: &[u8] = b"REDIS0011 a file of some bytes";

const TOO_SLOW: &str = "TimedOut { what: \"the next 64 KiB of its data\", limit_s: 10 }";

/// One move of the node.
#[derive(Clone, Debug)]
enum Move {
    /// Reads this command.
    Hear(&'static str),
    Say(Vec<u8>),
    Wait(u64),
    /// Says this for ever.
    Flood(&'static [u8]),
    /// Says this for ever, with a pause of so many seconds before each time.
    Drip(u64, &'static [u8]),
    /// Stays, and says nothing.
    Hold,
}
use Move::{Drip, Flood, Hear, Hold, Say, Wait};

fn say(text: impl AsRef<[u8]>) -> Move {
    Say(text.as_ref().to_vec())
}

/// The announcements with these answers.
fn announcements(version: &str, eof: &str, rdb_only: &str) -> Vec<Move> {
    [("REPLCONF version 99.0.0", version), ("REPLCONF capa eof", eof), ("REPLCONF rdb-only 1", rdb_only)]
        .into_iter()
        .flat_map(|(command, answer)| [Hear(command), say(format!("{answer}\r\n"))])
        .collect()
}

/// A node that understands all announcements and answers SYNC with these moves.
fn modern(moves: &[Move]) -> Vec<Move> {
    [announcements("+OK", "+OK", "+OK"), vec![Hear("SYNC")], moves.to_vec()].concat()
}

async fn perform(mut node: DuplexStream, moves: Vec<Move>) {
    for next in moves {
        match next {
            Hear(command) => hear(&mut node, command).await,
            Say(bytes) => {
                if node.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Wait(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            Flood(bytes) => while node.write_all(bytes).await.is_ok() {},
            Drip(seconds, bytes) => {
                while node.write_all(bytes).await.is_ok() {
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                }
            }
            Hold => std::future::pending().await,
        }
    }
}

async fn hear(node: &mut DuplexStream, command: &str) {
    let words: Vec<_> = command.split(' ').map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
    let expected = format!("*{}\r\n{}", words.len(), words.concat());
    let mut heard = vec![0; expected.len()];
    node.read_exact(&mut heard).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), expected);
}

/// Knows where the file ends by its length.
#[derive(Debug)]
struct Lengthy {
    length: usize,
    bytes: Vec<u8>,
    /// How long it takes for each push.
    pause: Duration,
}

impl Lengthy {
    fn new(length: usize) -> Self {
        Self { length, bytes: Vec::new(), pause: Duration::ZERO }
    }
}

#[async_trait]
impl RdbSink for Lengthy {
    async fn push(&mut self, bytes: &[u8]) -> Result<usize, EngineError> {
        tokio::time::sleep(self.pause).await;
        let taken = bytes.len().min(self.length - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn is_complete(&self) -> bool {
        self.bytes.len() == self.length
    }
}

/// Captures from a node that makes these moves, over a pipe of `width` bytes.
async fn run(moves: Vec<Move>, sink: &mut Lengthy, width: usize) -> Result<(), EngineError> {
    run_within(&LIMITS, moves, sink, width).await
}

async fn run_within(
    limits: &CaptureLimits,
    moves: Vec<Move>,
    sink: &mut Lengthy,
    width: usize,
) -> Result<(), EngineError> {
    let (ours, theirs) = tokio::io::duplex(width);
    let mut node = JoinSet::new();
    node.spawn(perform(theirs, moves));
    let link = Link::new(ours, limits.idle_s);
    let captured = within("the whole capture", limits.total_s, capture(link, limits, sink)).await;
    // A script that met an unexpected command has panicked.
    if let Some(performed) = node.try_join_next() {
        performed.unwrap();
    }
    captured
}

async fn outcome(moves: Vec<Move>) -> String {
    let mut sink = Lengthy::new(FILE.len());
    match run(moves, &mut sink, 4096).await {
        Ok(()) if sink.bytes == FILE => "whole".to_owned(),
        Ok(()) => "other bytes".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

fn marked(after: &str) -> Vec<u8> {
    [b"$EOF:", MARK.as_bytes(), b"\r\n", FILE, MARK.as_bytes(), after.as_bytes()].concat()
}

fn sized(length: usize, after: &str) -> Vec<u8> {
    [format!("${length}\r\n").as_bytes(), FILE, after.as_bytes()].concat()
}

#[tokio::test(start_paused = true)]
async fn both_framings_arrive_whole_at_every_split() {
    for answer in [marked(""), marked("\n\n"), sized(FILE.len(), ""), sized(FILE.len(), "\n")] {
        for split in 0..=answer.len() {
            let (first, second) = answer.split_at(split);
            let moves = modern(&[say("\n"), say(first), Wait(1), say(second)]);
            assert_eq!(outcome(moves).await, "whole", "{:?} | {:?}", printed(first), printed(second));
        }
    }
}

fn printed(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(start_paused = true)]
async fn bytes_arrive_whole_one_by_one() {
    let mut sink = Lengthy::new(FILE.len());
    run(modern(&[say(marked("\n"))]), &mut sink, 1).await.unwrap();
    assert_eq!(sink.bytes, FILE);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_answers_rightly_gives_the_whole_file() {
    let old = announcements("-ERR Unrecognized REPLCONF option: version", "+OK", "-ERR Unrecognized REPLCONF option");
    let old = |moves: &[Move]| [old.clone(), vec![Hear("SYNC")], moves.to_vec()].concat();
    let psync = [Hear("PSYNC ? -1"), say(format!("+FULLRESYNC {MARK} 7\r\n\n\n")), Say(marked(""))];
    let cases = [
        ("keep-alives", modern(&[Wait(9), say("\n"), Wait(9), say("\n"), Wait(9), Say(marked(""))])),
        ("no close", modern(&[Say(marked("")), Hold])),
        ("newlines without end", modern(&[Say(marked("")), Drip(1, b"\n")])),
        ("an old node goes on, marked", old(&[Say(marked("*1\r\n$4\r\nping\r\n")), Drip(1, b"*1\r\n$4\r\nping\r\n")])),
        ("an old node goes on, sized", old(&[Say(sized(FILE.len(), "*1\r\n$4\r\nping\r\n")), Hold])),
        ("SYNC not permitted", modern(&[&[say("-NOPERM no 'sync'\r\n")], psync.as_slice()].concat())),
    ];
    for (name, moves) in cases {
        assert_eq!(outcome(moves).await, "whole", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mark_inside_the_data_does_not_end_the_file() {
    let file = [FILE, MARK.as_bytes(), b"\n", MARK.as_bytes(), FILE].concat();
    let answer = [b"$EOF:", MARK.as_bytes(), b"\r\n", &file, MARK.as_bytes()].concat();
    for split in 0..answer.len() {
        let mut sink = Lengthy::new(file.len());
        run(modern(&[say(&answer[..split]), Wait(1), say(&answer[split..])]), &mut sink, 4096).await.unwrap();
        assert_eq!(sink.bytes, file);
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_goes_away_is_unreachable_at_each_stage() {
    let whole = modern(&[Say(marked(""))]);
    for length in 0..whole.len() {
        let seen = outcome(whole[..length].to_vec()).await;
        assert!(seen.starts_with("Unreachable"), "after {length} moves: {seen}");
    }
    for answer in [marked(""), sized(FILE.len(), "")] {
        for length in 0..answer.len() {
            let seen = outcome(modern(&[say(&answer[..length])])).await;
            assert!(seen.starts_with("Unreachable"), "after {length} bytes: {seen}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_misbehaves_is_told_why() {
    let wrong_mark = [b"$EOF:", MARK.as_bytes(), b"\r\n", FILE, MARK.replace('7', "8").as_bytes()].concat();
    let refused = |answer: &str| announcements("+OK", "+OK", answer);
    let cases = [
        ("wrong mark", modern(&[Say(wrong_mark)]), "Broken(\"the announced mark does not follow"),
        ("bytes after the mark", modern(&[Say(marked("x"))]), "Broken(\"more follows"),
        ("bytes after newlines", modern(&[Say(marked("\n\n")), Wait(0), say("x")]), "Broken(\"more follows"),
        ("bytes after the length", modern(&[Say(sized(FILE.len(), "x"))]), "Broken(\"more follows"),
        ("commands after the file", modern(&[Say(marked("*1\r\n$4\r\nping\r\n"))]), "Broken(\"more follows"),
        (
            "announced too short",
            modern(&[Say(sized(FILE.len() - 1, ""))]),
            "Broken(\"it announced 29 bytes, the file is",
        ),
        (
            "announced too long",
            modern(&[Say(sized(FILE.len() + 1, "x"))]),
            "Broken(\"it announced 31 bytes, the file ends",
        ),
        ("empty", modern(&[say("$0\r\n")]), "Broken(\"it announced a length"),
        ("no number", modern(&[say("$\r\n")]), "Broken(\"it announced a length"),
        ("negative", modern(&[say("$-1\r\n")]), "Broken(\"it announced a length"),
        ("signed", modern(&[say("$+30\r\n")]), "Broken(\"it announced a length"),
        ("absurd", modern(&[say("$9223372036854775807\r\n")]), "Broken(\"it is larger"),
        ("beyond numbers", modern(&[say("$99999999999999999999\r\n")]), "Broken(\"it announced a length"),
        ("mark too short", modern(&[say("$EOF:0123\r\n")]), "Broken(\"it announced a mark"),
        ("mark too long", modern(&[say(format!("$EOF:{MARK}0\r\n"))]), "Broken(\"it announced a mark"),
        ("no mark", modern(&[say("$EOF:\r\n")]), "Broken(\"it announced a mark"),
        ("mark of other signs", modern(&[say(format!("$EOF:{}\r\n", "z".repeat(40)))]), "Broken(\"it announced a mark"),
        ("a line without end", modern(&[Flood(b"x")]), "Refused"),
        ("not an answer", modern(&[say(":1\r\n")]), "Refused"),
        ("dual channel", modern(&[say("+DUALCHANNELSYNC\r\n")]), "Refused"),
        ("loading", modern(&[say("-LOADING Redis is loading\r\n")]), "NotReady(\"LOADING"),
        ("no link", modern(&[say("-NOMASTERLINK Can't SYNC\r\n")]), "NotReady(\"NOMASTERLINK"),
        ("login wanted", refused("-NOAUTH Authentication required."), "LoginRefused(\"NOAUTH"),
        ("REPLCONF not permitted", refused("-NOPERM no"), "NotPermitted { command: \"REPLCONF\""),
        ("silence for ever", modern(&[Hold]), "TimedOut { what: \"silence\", limit_s: 10 }"),
        ("no file, newlines", modern(&[Drip(1, b"\n")]), "TimedOut { what: \"its first byte\", limit_s: 30 }"),
        ("no file, newlines without end", modern(&[Flood(b"\n")]), "Refused(\"newlines without end"),
        ("stops in the file", modern(&[say(&marked("")[..50]), Hold]), TOO_SLOW),
        ("stops in the mark", modern(&[say(&marked("")[..80]), Hold]), TOO_SLOW),
        ("a byte a second", modern(&[say(&marked("")[..50]), Drip(1, b"x")]), TOO_SLOW),
    ];
    for (name, moves, expected) in cases {
        let seen = outcome(moves).await;
        assert!(seen.starts_with(expected), "{name}: {seen}");
    }
}

#[tokio::test(start_paused = true)]
async fn neither_permission_is_a_refusal() {
    let moves = modern(&[say("-NOPERM no 'sync'\r\n"), Hear("PSYNC ? -1"), say("-NOPERM no 'psync'\r\n")]);
    assert!(outcome(moves).await.starts_with("NotPermitted { command: \"SYNC or PSYNC\""));
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_end_ends_at_the_limit() {
    let endless = modern(&[say(format!("$EOF:{MARK}\r\n")), Flood(&[b'x'; 4096])]);
    let mut sink = Lengthy::new(usize::MAX);
    let seen = run(endless, &mut sink, 4096).await.unwrap_err();
    assert!(matches!(&seen, EngineError::Broken(why) if why == "it is larger than 1048576 bytes"), "{seen:?}");
    assert_eq!(sink.bytes.len() as u64, LIMITS.max_bytes);
}

#[tokio::test(start_paused = true)]
async fn a_slow_stream_ends_at_the_limit_of_the_whole() {
    let trickle = modern(&[say(format!("$EOF:{MARK}\r\n")), Drip(99, &[b'x'; 64 << 10])]);
    let limits = CaptureLimits { idle_s: 100, ..LIMITS };
    let seen = run_within(&limits, trickle, &mut Lengthy::new(usize::MAX), 4096).await.unwrap_err();
    assert!(matches!(seen, EngineError::TimedOut { what: "the whole capture", limit_s: 1000 }), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_sink_neither_stops_the_node_nor_counts_as_its_silence() {
    let file = [FILE; 1000].concat();
    let answer = [b"$EOF:", MARK.as_bytes(), b"\r\n", &file, MARK.as_bytes()].concat();
    let (ours, theirs) = tokio::io::duplex(1000);
    let mut node = JoinSet::new();
    node.spawn(async move {
        perform(theirs, modern(&[Say(answer)])).await;
        tokio::time::Instant::now()
    });
    let begun = tokio::time::Instant::now();
    let mut sink = Lengthy { pause: Duration::from_secs(15), ..Lengthy::new(file.len()) };
    capture(Link::new(ours, LIMITS.idle_s), &LIMITS, &mut sink).await.unwrap();
    assert_eq!(sink.bytes, file);
    let said_all = node.join_next().await.unwrap().unwrap();
    assert_eq!(said_all, begun, "the node waited for the sink");
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_fails_ends_the_capture() {
    #[derive(Debug)]
    struct Failing;
    #[async_trait]
    impl RdbSink for Failing {
        async fn push(&mut self, _bytes: &[u8]) -> Result<usize, EngineError> {
            Err(EngineError::Sink("no room".into()))
        }
        fn is_complete(&self) -> bool {
            false
        }
    }
    let (ours, theirs) = tokio::io::duplex(1000);
    let node = tokio::spawn(perform(theirs, modern(&[say(format!("$EOF:{MARK}\r\n")), Flood(b"x")])));
    let seen = capture(Link::new(ours, LIMITS.idle_s), &LIMITS, &mut Failing).await;
    assert!(matches!(seen, Err(EngineError::Sink(_))));
    node.await.unwrap();
}
