//! Nodes of real servers: run, captured, ended. They need a server program, on PATH or named in `VALKEEP_TEST_SERVERS` (paths
//! joined by colons). Without one they say that they are skipped, or fail when `VALKEEP_REQUIRE_SERVERS` is 1.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use async_trait::async_trait;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use valkeep_domain::cluster::{NodeRole, NodeTls};
use valkeep_domain::engine::{Engine, EngineVersion};
use valkeep_engines::{CaptureLimits, EnginesConfig, LocalEngines, StartLimits};
use valkeep_ports::engines::{EngineError, Engines, InstalledEngine, NodeAccess, NodeSpec, RdbSink};
use valkeep_rdb::{Facts, Inspector};

/// The engines of this machine, with a directory for nodes.
struct Bench {
    engines: LocalEngines,
    directory: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let engines = engines_in(directory.path()).await;
        Self { engines, directory }
    }

    /// The installed servers; all the tests of this file run on each of them.
    fn servers(&self) -> Vec<InstalledEngine> {
        let servers = self.engines.installed();
        if servers.is_empty() {
            let required = std::env::var("VALKEEP_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
            assert!(!required, "VALKEEP_REQUIRE_SERVERS is set, and there is no server");
            eprintln!("skipped: no server");
        }
        servers
    }

    /// A node to be, on a free port.
    fn spec(&self, server: &InstalledEngine, id: &str) -> NodeSpec {
        NodeSpec {
            id: id.to_owned(),
            engine: server.engine,
            version: server.version.clone(),
            port: self.engines.free_port(None).unwrap(),
            follow: None,
            maxmemory_bytes: Some(256 << 20),
        }
    }

    async fn started(&self, server: &InstalledEngine, id: &str) -> NodeSpec {
        let node = self.spec(server, id);
        self.engines.start(&node).await.unwrap();
        node
    }

    fn pid(&self, node: &NodeSpec) -> String {
        std::fs::read_to_string(self.directory.path().join(&node.id).join("node.pid")).unwrap().trim().to_owned()
    }
}

impl Drop for Bench {
    /// Ends what a failed test leaves.
    fn drop(&mut self) {
        for entry in std::fs::read_dir(self.directory.path()).into_iter().flatten().flatten() {
            let pid = std::fs::read_to_string(entry.path().join("node.pid")).unwrap_or_default();
            signal("-KILL", pid.trim());
        }
    }
}

async fn engines_in(directory: &Path) -> LocalEngines {
    let named = std::env::var_os("VALKEEP_TEST_SERVERS").unwrap_or_default();
    let programs = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty()).collect();
    let limits = CaptureLimits { connect_s: 5, first_byte_s: 30, idle_s: 10, total_s: 120, max_bytes: 1 << 30 };
    let config = EnginesConfig { programs, limits, start: StartLimits { ready_s: 30, stop_s: 10 } };
    LocalEngines::new(directory.to_path_buf(), config).await.unwrap()
}

fn signal(name: &str, pid: &str) {
    if !pid.is_empty() {
        Command::new("kill").args([name, pid]).stderr(Stdio::null()).status().unwrap();
    }
}

fn access(port: u16) -> NodeAccess {
    NodeAccess { host: "127.0.0.1".to_owned(), port, username: None, password: None, tls: None, spawned_as: None }
}

/// What a client does to a node.
struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(port: u16) -> Self {
        Self(BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.unwrap()))
    }

    /// One command in words, one answer; that of a bulk string is its content.
    async fn answer_to(&mut self, text: &str) -> String {
        self.0.write_all(&spoken(text)).await.unwrap();
        self.answer().await
    }

    async fn answer(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        let Some(length) = line.strip_prefix('$').and_then(|length| length.trim().parse::<usize>().ok()) else {
            return line.trim_end().to_owned();
        };
        let mut bytes = vec![0; length + 2];
        self.0.read_exact(&mut bytes).await.unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    /// Many commands at a time, whose answers are not errors.
    async fn tell_all(&mut self, commands: &[Vec<u8>]) {
        for some in commands.chunks(1000) {
            self.0.write_all(&some.concat()).await.unwrap();
            for _ in some {
                let answer = self.answer().await;
                assert!(!answer.starts_with('-'), "{answer}");
            }
        }
    }
}

fn encoded(words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn spoken(text: &str) -> Vec<u8> {
    encoded(&text.split(' ').map(str::as_bytes).collect::<Vec<_>>())
}

/// Walks the file that arrives.
struct Walking(Inspector);

#[async_trait]
impl RdbSink for Walking {
    async fn push(&mut self, bytes: &[u8]) -> Result<usize, EngineError> {
        self.0.push(bytes).map_err(|error| EngineError::Broken(error.to_string()))
    }

    fn is_complete(&self) -> bool {
        self.0.is_complete()
    }
}

async fn captured(engines: &LocalEngines, node: &NodeAccess) -> Result<Facts, EngineError> {
    let mut sink = Walking(Inspector::new());
    engines.capture(node, &mut sink).await?;
    let facts = sink.0.finish().unwrap();
    assert!(facts.crc64.is_some());
    Ok(facts)
}

/// Six keys of six types, one that expires.
async fn fill(port: u16) {
    let large = "v".repeat(3_000_000);
    let commands = [
        format!("SET large {large}"),
        "SET volatile x EX 10000".to_owned(),
        "HSET hash a 1 b 2".to_owned(),
        "RPUSH list a b c".to_owned(),
        "ZADD sorted 1.5 a 2 b".to_owned(),
        "XADD stream * field value".to_owned(),
    ];
    Client::connect(port).await.tell_all(&commands.map(|command| spoken(&command))).await;
}

#[tokio::test]
async fn a_node_is_started_taken_over_restarted_and_removed() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let node = bench.started(&server, "node").await;
        let first = bench.pid(&node);
        fill(node.port).await;

        let later_life = engines_in(bench.directory.path()).await;
        later_life.start(&node).await.unwrap();
        assert_eq!(bench.pid(&node), first, "a running node is kept");
        assert!(matches!(later_life.free_port(Some(node.port)), Err(EngineError::Local(_))));

        Client::connect(node.port).await.answer_to("WAITAOF 1 0 5000").await;
        signal("-TERM", &first);
        later_life.revive(&NodeSpec { maxmemory_bytes: None, ..node.clone() }).await.unwrap();
        while bench.pid(&node) == first {
            later_life.revive(&node).await.unwrap();
        }
        assert_eq!(Client::connect(node.port).await.answer_to("DBSIZE").await, ":6", "{server:?}");

        later_life.remove(&node.id).await.unwrap();
        assert!(!bench.directory.path().join(&node.id).exists());
        assert_eq!(bench.engines.free_port(Some(node.port)).unwrap(), node.port);
        later_life.remove(&node.id).await.unwrap();
    }
}

/// Where the test below tells the service that it runs to keep its nodes.
const LIFE: &str = "VALKEEP_TEST_LIFE";

#[tokio::test]
async fn a_node_outlives_the_kill_of_the_service_that_started_it() {
    if let Some(directory) = std::env::var_os(LIFE) {
        return live_until_killed(Path::new(&directory)).await;
    }
    let bench = Bench::new().await;
    let Some(server) = bench.servers().into_iter().next() else { return };
    let mut service = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_node_outlives_the_kill_of_the_service_that_started_it", "--nocapture"])
        .env(LIFE, bench.directory.path())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next_line().await.unwrap().expect("the service starts its node");
        if let Some((_, port)) = line.split_once("node on port ") {
            break port.parse().unwrap();
        }
    };
    service.kill().await.unwrap();

    let node = NodeSpec { port, ..bench.spec(&server, "node") };
    let pid = bench.pid(&node);
    bench.engines.start(&node).await.unwrap();
    assert_eq!(bench.pid(&node), pid);
    bench.engines.remove(&node.id).await.unwrap();
    assert!(bench.engines.inspect(&access(port)).await.is_err());
}

async fn live_until_killed(directory: &Path) {
    let engines = engines_in(directory).await;
    let port = engines.free_port(None).unwrap();
    let server = engines.installed().swap_remove(0);
    let (id, maxmemory_bytes) = ("node".to_owned(), None);
    let node = NodeSpec { id, engine: server.engine, version: server.version, port, follow: None, maxmemory_bytes };
    engines.start(&node).await.unwrap();
    println!("node on port {port}");
    std::future::pending().await
}

#[tokio::test]
async fn a_node_that_hangs_is_removed_and_one_that_ends_leaves_no_zombie() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let node = bench.started(&server, "node").await;
        let pid = bench.pid(&node);
        signal("-STOP", &pid);
        let directory = bench.directory.path().to_path_buf();
        let hurried = EnginesConfig { start: StartLimits { ready_s: 1, stop_s: 1 }, ..EnginesConfig::default() };
        LocalEngines::new(directory, hurried).await.unwrap().remove(&node.id).await.unwrap();
        let gone = async {
            while Path::new("/proc").join(&pid).exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the process is reaped");
    }
}

#[tokio::test]
async fn a_stranger_that_took_the_port_of_a_node_is_never_captured_for_it() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let node = bench.started(&server, "node").await;
        fill(node.port).await;
        let own = NodeAccess { spawned_as: Some(node.id.clone()), ..access(node.port) };
        assert_eq!(captured(&bench.engines, &own).await.unwrap().keys, 6);
        let stranger = bench.started(&server, "stranger").await;
        let usurped = NodeAccess { port: stranger.port, ..own.clone() };
        assert!(matches!(captured(&bench.engines, &usurped).await, Err(EngineError::NotReady(_))));
        assert!(matches!(bench.engines.inspect(&usurped).await, Err(EngineError::NotReady(_))));
        for id in ["node", "stranger"] {
            bench.engines.remove(id).await.unwrap();
        }
        assert!(matches!(captured(&bench.engines, &own).await, Err(EngineError::Unreachable(_))));
    }
}

#[tokio::test]
async fn a_node_whose_port_is_taken_does_not_start_and_harms_nobody() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let first = bench.started(&server, "first").await;
        let second = NodeSpec { port: first.port, ..bench.spec(&server, "second") };
        let refused = bench.engines.start(&second).await;
        assert!(matches!(&refused, Err(EngineError::NotStarted(_))), "{refused:?}");
        bench.engines.remove(&second.id).await.unwrap();
        assert_eq!(Client::connect(first.port).await.answer_to("PING").await, "+PONG");
        bench.engines.remove(&first.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_primary_without_its_data_is_not_brought_back_empty() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let primary = bench.started(&server, "primary").await;
        fill(primary.port).await;
        assert!(bench.directory.path().join("primary/node.new").exists());
        bench.engines.revive(&primary).await.unwrap();
        bench.engines.abandon(&primary.id).await.unwrap();
        let replica = NodeSpec { follow: Some(primary.port), ..bench.spec(&server, "replica") };
        bench.engines.revive(&replica).await.unwrap();
        assert_eq!(captured(&bench.engines, &access(replica.port)).await.unwrap().keys, 6);
        assert_eq!(bench.engines.kept().unwrap().len(), 2);
        for id in ["replica", "primary"] {
            bench.engines.remove(id).await.unwrap();
        }
        for emptied in [false, true] {
            if emptied {
                std::fs::create_dir(bench.directory.path().join("primary")).unwrap();
            }
            let refused = bench.engines.revive(&primary).await;
            assert!(matches!(&refused, Err(EngineError::NotStarted(_))), "{refused:?}");
        }
        bench.engines.remove("primary").await.unwrap();
    }
}

#[tokio::test]
async fn an_engine_that_is_not_installed_is_named() {
    let bench = Bench::new().await;
    let node = NodeSpec {
        id: "node".to_owned(),
        engine: Engine::Memcached,
        version: EngineVersion::parse("1.6").unwrap(),
        port: 1,
        follow: None,
        maxmemory_bytes: None,
    };
    let refused = bench.engines.start(&node).await.unwrap_err().to_string();
    assert!(refused.starts_with("no installed memcached of version 1.6; installed: "), "{refused}");
}

#[tokio::test]
async fn a_replica_is_started_in_step_and_captured() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let primary = bench.started(&server, "primary").await;
        fill(primary.port).await;
        let replica = NodeSpec { follow: Some(primary.port), ..bench.spec(&server, "replica") };
        bench.engines.start(&replica).await.unwrap();
        let facts = bench.engines.inspect(&access(replica.port)).await.unwrap();
        assert_eq!((facts.engine, &facts.version), (server.engine, &server.version));
        assert_eq!((facts.role, facts.in_step, facts.loading), (NodeRole::Replica, true, false));
        assert!(facts.cluster.is_none() && facts.memory.data_bytes > 3_000_000, "{facts:?}");
        assert_eq!(captured(&bench.engines, &access(replica.port)).await.unwrap().keys, 6);

        bench.engines.remove(&primary.id).await.unwrap();
        let cut_off = captured(&bench.engines, &access(replica.port)).await;
        assert!(matches!(&cut_off, Err(EngineError::NotReady(why)) if why.starts_with("NOMASTERLINK")), "{cut_off:?}");
        bench.engines.remove(&replica.id).await.unwrap();
    }
}

#[tokio::test]
async fn mixed_data_are_captured_without_touching_the_node() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let node = bench.started(&server, "node").await;
        fill(node.port).await;
        let facts = captured(&bench.engines, &access(node.port)).await.unwrap();
        assert_eq!((facts.keys, facts.expires, facts.databases), (6, 1, 1));
        assert_eq!(facts.engine_version, Some(server.version.to_string()));
        assert!(!bench.directory.path().join("node/dump.rdb").exists());

        // The other framing: the node saves to its disk first and announces the length.
        let told = Client::connect(node.port).await.answer_to("CONFIG SET repl-diskless-sync no").await;
        assert_eq!(told, "+OK");
        assert_eq!(captured(&bench.engines, &access(node.port)).await.unwrap().keys, 6);
        bench.engines.remove(&node.id).await.unwrap();
    }
}

#[tokio::test]
async fn data_that_hold_the_mark_of_the_node_are_captured_whole() {
    const TRAPS: u64 = 60_000;
    let bench = Bench::new().await;
    for server in bench.servers() {
        let node = bench.started(&server, "node").await;
        let mark = mark_of(node.port).await;
        let traps: Vec<_> = (0..TRAPS).map(|n| encoded(&[b"SET", format!("trap:{n}").as_bytes(), &mark])).collect();
        Client::connect(node.port).await.tell_all(&traps).await;
        assert_eq!(mark_of(node.port).await, mark, "the trap is none");
        assert_eq!(captured(&bench.engines, &access(node.port)).await.unwrap().keys, TRAPS);
        bench.engines.remove(&node.id).await.unwrap();
    }
}

/// The mark that the node ends its files with.
async fn mark_of(port: u16) -> Vec<u8> {
    let mut client = Client::connect(port).await;
    client.tell_all(&[spoken("REPLCONF capa eof"), spoken("REPLCONF rdb-only 1")]).await;
    client.0.write_all(b"SYNC\r\n").await.unwrap();
    loop {
        let mut line = String::new();
        client.0.read_line(&mut line).await.unwrap();
        match line.trim_end().strip_prefix("$EOF:") {
            Some(mark) => return mark.as_bytes().to_vec(),
            None => assert_eq!(line, "\n"),
        }
    }
}

#[tokio::test]
async fn users_of_the_node_need_password_and_one_of_two_permissions() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let node = bench.started(&server, "node").await;
        fill(node.port).await;
        let mut client = Client::connect(node.port).await;
        for user in ["syncs +sync +replconf", "psyncs +psync +replconf", "looks +info +replconf", "mute +sync"] {
            assert_eq!(client.answer_to(&format!("ACL SETUSER {user} on >secret")).await, "+OK");
        }
        assert_eq!(client.answer_to("CONFIG SET requirepass another").await, "+OK");
        let enter = |username: Option<&str>, password: &str| NodeAccess {
            username: username.map(str::to_owned),
            password: Some(password.to_owned().into()),
            ..access(node.port)
        };
        for whole in [enter(Some("syncs"), "secret"), enter(Some("psyncs"), "secret"), enter(None, "another")] {
            assert_eq!(captured(&bench.engines, &whole).await.unwrap().keys, 6);
        }
        let login = "the node refused the user name or the password";
        let refusals = [
            (enter(Some("syncs"), "wrong"), login),
            (enter(None, "wrong"), login),
            (enter(Some("looks"), "secret"), "the user may not run SYNC or PSYNC on the node"),
            (enter(Some("mute"), "secret"), "the user may not run REPLCONF on the node"),
            (access(node.port), login),
        ];
        for (refused, told) in refusals {
            assert_eq!(captured(&bench.engines, &refused).await.unwrap_err().told(), told);
        }
        let blind = bench.engines.inspect(&enter(Some("syncs"), "secret")).await.unwrap_err();
        assert_eq!(blind.told(), "the user may not run INFO on the node");
        assert!(bench.engines.inspect(&enter(Some("looks"), "secret")).await.is_ok());
        bench.engines.remove(&node.id).await.unwrap();
    }
}

#[tokio::test]
async fn hashes_whose_fields_expire_are_captured_where_there_are_any() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let node = bench.started(&server, "node").await;
        let mut client = Client::connect(node.port).await;
        client.answer_to("HSET hash a 1 b 2").await;
        let expires = client.answer_to("HEXPIRE hash 10000 FIELDS 1 a").await;
        if expires.starts_with("-ERR unknown command") {
            eprintln!("skipped: {} {} has no expiry of fields", server.engine, server.version);
        } else {
            let facts = captured(&bench.engines, &access(node.port)).await.unwrap();
            assert_eq!(facts.keys, 1);
        }
        bench.engines.remove(&node.id).await.unwrap();
    }
}

/// A server that is not ours: it runs as its owner configured it.
struct Foreign(Child, #[expect(dead_code, reason = "keeps the directory")] TempDir);

impl Drop for Foreign {
    fn drop(&mut self) {
        signal("-KILL", &self.0.id().to_string());
        self.0.wait().unwrap();
    }
}

/// Starts the server with a certificate for `node.test`; `None` when it was built without TLS.
async fn with_tls(program: PathBuf, port: u16) -> Option<(Foreign, String)> {
    let directory = tempfile::tempdir().unwrap();
    let certified = rcgen::generate_simple_self_signed(["node.test".to_owned()]).unwrap();
    let certificate = certified.cert.pem();
    std::fs::write(directory.path().join("cert.pem"), &certificate).unwrap();
    std::fs::write(directory.path().join("key.pem"), certified.signing_key.serialize_pem()).unwrap();
    let options = format!(
        "--port 0 --tls-port {port} --bind 127.0.0.1 --tls-cert-file cert.pem --tls-key-file key.pem --tls-auth-clients no \
         --repl-diskless-sync yes --repl-diskless-sync-delay 0 --save"
    );
    let child = Command::new(program)
        .args(options.split(' '))
        .arg("")
        .current_dir(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut server = Foreign(child.unwrap(), directory);
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if server.0.try_wait().unwrap().is_some() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Some((server, certificate))
}

#[tokio::test]
async fn tls_is_spoken_with_the_server_whose_certificate_is_trusted() {
    let bench = Bench::new().await;
    for server in bench.servers() {
        let port = bench.engines.free_port(None).unwrap();
        let Some((_running, certificate)) = with_tls(server.program, port).await else {
            eprintln!("skipped: {} {} has no TLS", server.engine, server.version);
            continue;
        };
        let other = rcgen::generate_simple_self_signed(["node.test".to_owned()]).unwrap().cert.pem();
        let named = Some("node.test".to_owned());
        let cases = [
            ("trusted", Some(certificate.clone()), named.clone(), true),
            ("any", None, None, true),
            ("other name", Some(certificate), None, false),
            ("other authority", Some(other), named.clone(), false),
            ("no authority", Some(String::new()), named, false),
        ];
        for (name, ca_pem, server_name, welcome) in cases {
            let node = NodeAccess { tls: Some(NodeTls { ca_pem, server_name }), ..access(port) };
            let seen = captured(&bench.engines, &node).await;
            match welcome {
                true => assert_eq!(seen.unwrap().keys, 0, "{name}"),
                false => assert!(matches!(seen, Err(EngineError::Refused(_))), "{name}: {seen:?}"),
            }
        }
        assert!(captured(&bench.engines, &access(port)).await.unwrap_err().may_pass(), "no TLS");
    }
}
