//! Captures from servers that mean harm, over real sockets: each ends with the right error, and memory does not grow.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use std::future::Future;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use valkeep_domain::cluster::NodeTls;
use valkeep_engines::{CaptureLimits, EnginesConfig, LocalEngines};
use valkeep_ports::engines::{EngineError, Engines, NodeAccess, RdbSink};
use valkeep_rdb::Walker;

/// More than the file of any of these servers may have, and more than a capture may need.
const MAX_BYTES: u64 = 96 << 20;

/// Most that all captures together may add to the memory of this process. The promise is 64 MiB for each.
const MOST_GROWTH_KIB: u64 = 48 << 10;

const LIMITS: CaptureLimits =
    CaptureLimits { connect_s: 1, first_byte_s: 2, idle_s: 1, total_s: 60, max_bytes: MAX_BYTES };

const FRAMED: &[u8] = b"$EOF:0123456789abcdef0123456789abcdef01234567\r\n";

/// A version 11 file that is cut where the bytes of a value should come: a string with a length of 64 bits.
const ENDLESS_STRING: &[u8] = b"REDIS0011\x00\x01k\x81\x00\x00\x01\x00\x00\x00\x00\x00";

/// The same with a string that says to be compressed, and to become as long.
const ENDLESS_COMPRESSED: &[u8] =
    b"REDIS0011\x00\x01k\xc3\x81\x00\x00\x01\x00\x00\x00\x00\x00\x81\x00\x00\x01\x00\x00\x00\x00\x00";

/// A list that says to have as many elements, of 63 bytes when all that follows is that number.
const ENDLESS_LIST: &[u8] = b"REDIS0011\x01\x01k\x81\x00\x00\x01\x00\x00\x00\x00\x00";

struct Walked(Walker);

#[async_trait]
impl RdbSink for Walked {
    async fn push(&mut self, bytes: &[u8]) -> Result<usize, EngineError> {
        self.0.push(bytes).map_err(|error| EngineError::Broken(error.to_string()))
    }

    fn is_complete(&self) -> bool {
        self.0.is_complete()
    }
}

/// A node that does this with whoever connects first.
async fn node<F: Future<Output = ()> + Send + 'static>(
    tls: Option<NodeTls>,
    serve: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (NodeAccess, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut server = JoinSet::new();
    server.spawn(async move { serve(listener.accept().await.unwrap().0).await });
    let host = "127.0.0.1".to_owned();
    (NodeAccess { host, port, username: None, password: None, tls, spawned_as: None }, server)
}

/// What a capture from a server that does this says.
async fn told<F: Future<Output = ()> + Send + 'static>(
    engines: &LocalEngines,
    tls: Option<NodeTls>,
    serve: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> String {
    let (node, _server) = node(tls, serve).await;
    match engines.capture(&node, &mut Walked(Walker::new())).await {
        Ok(()) => "whole".to_owned(),
        Err(error) => error.told(),
    }
}

/// Answers the handshake, then says this.
async fn answer(socket: &mut TcpStream, said: &[u8]) {
    for answer in [&b"+OK\r\n"[..], b"+OK\r\n", b"+OK\r\n", said] {
        let mut heard = [0; 1024];
        if socket.read(&mut heard).await.unwrap() == 0 || socket.write_all(answer).await.is_err() {
            return;
        }
    }
}

async fn flood(mut socket: TcpStream, begin: Vec<u8>, bytes: u8) {
    answer(&mut socket, &begin).await;
    let more = vec![bytes; 1 << 20];
    while socket.write_all(&more).await.is_ok() {}
}

async fn told_of_flood(engines: &LocalEngines, begin: &[&[u8]], bytes: u8) -> String {
    let begin = begin.concat();
    told(engines, None, move |socket| flood(socket, begin, bytes)).await
}

fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn servers_that_mean_harm_are_told_of_and_take_no_memory() {
    let directory = tempfile::tempdir().unwrap();
    let config = EnginesConfig { limits: LIMITS, ..EnginesConfig::default() };
    let engines = &LocalEngines::new(directory.path().to_owned(), config).await.unwrap();
    let any_certificate = || Some(NodeTls { ca_pem: None, server_name: None });
    let before = peak_memory_kib();

    let too_large = format!("the node sent a broken snapshot: it is larger than {MAX_BYTES} bytes");
    assert_eq!(told_of_flood(engines, &[FRAMED, ENDLESS_STRING], b'x').await, too_large, "a string");
    assert_eq!(told_of_flood(engines, &[FRAMED, ENDLESS_LIST], 63).await, too_large, "a list");
    assert_eq!(told_of_flood(engines, &[b"$1099511627777\r\n"], b'x').await, too_large, "announced");
    let compressed = told_of_flood(engines, &[FRAMED, ENDLESS_COMPRESSED], 0).await;
    assert!(compressed.starts_with("the node sent a broken snapshot: "), "{compressed}");
    assert_eq!(told_of_flood(engines, &[], b'x').await, "the node refused to give its data", "a line");
    assert_eq!(told_of_flood(engines, &[], b'\n').await, "the node refused to give its data", "newlines");

    let newer = told_of_flood(engines, &[FRAMED, b"VALKEY099"], 0).await;
    assert_eq!(newer, "the node sent a broken snapshot: RDB at byte 9: format VALKEY099 is not known");

    let reset = told(engines, None, |mut socket| async move {
        answer(&mut socket, &[FRAMED, ENDLESS_STRING].concat()).await;
        socket.set_zero_linger().unwrap();
    });
    assert_eq!(reset.await, "the node broke off the connection");
    let closed = told(engines, None, |mut socket| async move { answer(&mut socket, FRAMED).await });
    assert_eq!(closed.await, "the node broke off the connection");

    let mute = told(engines, None, |socket| async move {
        std::future::pending::<()>().await;
        drop(socket);
    });
    assert_eq!(mute.await, "the node took longer than 1 s (silence)");
    let slow = told(engines, None, |mut socket| async move {
        answer(&mut socket, &[FRAMED, ENDLESS_STRING].concat()).await;
        std::future::pending::<()>().await;
    });
    assert_eq!(slow.await, "the node took longer than 1 s (the next 64 KiB of its data)");

    let mute = told(engines, any_certificate(), |socket| async move {
        std::future::pending::<()>().await;
        drop(socket);
    });
    assert_eq!(mute.await, "the node took longer than 1 s (connecting)");
    let plain = told(engines, any_certificate(), |socket| flood(socket, b"-ERR".to_vec(), b'x'));
    assert_eq!(plain.await, "the node refused to give its data");

    let growth = peak_memory_kib() - before;
    assert!(growth < MOST_GROWTH_KIB, "{growth} KiB");
}

/// Never silent for long, and never done.
async fn drip(mut socket: TcpStream) {
    let mut heard = [0; 1024];
    if socket.read(&mut heard).await.unwrap() == 0 || socket.write_all(b"$1000000\r\n").await.is_err() {
        return;
    }
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    while socket.write_all(b"x").await.is_ok() {
        tick.tick().await;
    }
}

#[tokio::test]
async fn a_node_that_drips_is_not_listened_to_for_ever() {
    let directory = tempfile::tempdir().unwrap();
    let config = EnginesConfig { limits: LIMITS, ..EnginesConfig::default() };
    let engines = LocalEngines::new(directory.path().to_owned(), config).await.unwrap();
    let (node, _server) = node(None, drip).await;
    let error = engines.inspect(&node).await.unwrap_err();
    assert_eq!(error.told(), "the node took longer than 2 s (what it says of itself)");
}
