//! Filtered files in real servers: what they load is what was asked for. They need a server program, on PATH or named in
//! `VALKEEP_TEST_SERVERS` (paths joined by colons). Without one they say that they are skipped, or fail when
//! `VALKEEP_REQUIRE_SERVERS` is 1.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use valkeep_rdb::{Filter, Glob, Selection, Type};

const SAMPLES: [(&str, &[u8]); 2] = [
    ("REDIS0009", include_bytes!("../testdata/redis-6.2.14.rdb")),
    ("REDIS0010", include_bytes!("../testdata/redis-7.0.15.rdb")),
];

const DATABASES: u32 = 16;

/// A server that loaded a file.
struct Server {
    process: Child,
    link: BufReader<UnixStream>,
    _directory: tempfile::TempDir,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reply {
    Text(Vec<u8>),
    List(Vec<Reply>),
}

impl Server {
    fn with(program: &Path, file: &[u8]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("dump.rdb"), file).unwrap();
        let socket = directory.path().join("socket");
        let mut command = Command::new(program);
        command.args(["--port", "0", "--save", "", "--appendonly", "no", "--databases", "16"]);
        if !is_version_6(program) {
            command.args(["--enable-debug-command", "local"]);
        }
        command.arg("--dir").arg(directory.path()).arg("--unixsocket").arg(&socket);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let lines: Vec<String> =
            log.by_ref().take_while(|line| !line.to_lowercase().contains("ready to accept")).collect();
        let link = UnixStream::connect(&socket).unwrap_or_else(|error| panic!("{error}: {}", lines.join("\n")));
        // The rest of the log is read away, so that the server never waits for us.
        std::thread::spawn(move || log.for_each(drop));
        Self { process, link: BufReader::new(link), _directory: directory }
    }

    fn ask(&mut self, words: &[&[u8]]) -> Reply {
        let mut request = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            request.extend([format!("${}\r\n", word.len()).as_bytes(), word, b"\r\n"].concat());
        }
        self.link.get_mut().write_all(&request).unwrap();
        self.reply()
    }

    fn reply(&mut self) -> Reply {
        let mut line = String::new();
        self.link.read_line(&mut line).unwrap();
        let (kind, rest) = line.trim_end().split_at(1);
        match kind {
            "$" => {
                let mut text = vec![0; rest.parse::<usize>().unwrap() + 2];
                self.link.read_exact(&mut text).unwrap();
                text.truncate(text.len() - 2);
                Reply::Text(text)
            }
            "*" => Reply::List((0..rest.parse().unwrap()).map(|_| self.reply()).collect()),
            "-" => panic!("{rest}"),
            _ => Reply::Text(rest.as_bytes().to_vec()),
        }
    }

    fn keys(&mut self, pattern: &[u8]) -> BTreeSet<Vec<u8>> {
        let Reply::List(names) = self.ask(&[b"KEYS", pattern]) else { panic!("KEYS gives a list") };
        let name = |reply| match reply {
            Reply::Text(name) => name,
            Reply::List(_) => panic!("a name is no list"),
        };
        names.into_iter().map(name).collect()
    }

    /// Every key of every database, with digests of its value and when it expires.
    fn contents(&mut self) -> BTreeMap<(u32, Vec<u8>), (Reply, Reply)> {
        let mut contents = BTreeMap::new();
        for database in 0..DATABASES {
            self.ask(&[b"SELECT", database.to_string().as_bytes()]);
            for name in self.keys(b"*") {
                let digest = self.ask(&[b"DEBUG", b"DIGEST-VALUE", &name]);
                let expires = match self.ask(&[b"TTL", &name]) {
                    Reply::Text(seconds) if seconds == b"-1" => Reply::Text(seconds),
                    Reply::Text(_) | Reply::List(_) => Reply::Text(b"some time".to_vec()),
                };
                contents.insert((database, name), (digest, expires));
            }
        }
        contents
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let ended = self.process.kill().and_then(|()| self.process.wait());
        ended.unwrap();
    }
}

fn is_version_6(program: &Path) -> bool {
    let version = Command::new(program).arg("--version").output().unwrap();
    String::from_utf8_lossy(&version.stdout).contains("v=6.")
}

/// The installed servers.
fn servers() -> Vec<PathBuf> {
    let named = std::env::var_os("VALKEEP_TEST_SERVERS").unwrap_or_default();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path)
        .flat_map(|directory| ["redis-server", "valkey-server"].map(|name| directory.join(name)));
    let servers: Vec<PathBuf> =
        std::env::split_paths(&named).chain(on_path).filter(|program| program.is_file()).collect();
    if servers.is_empty() {
        let required = std::env::var("VALKEEP_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
        assert!(!required, "VALKEEP_REQUIRE_SERVERS is set, and there is no server");
        eprintln!("skipped: no server");
    }
    servers
}

fn filter(selection: Selection, file: &[u8]) -> Vec<u8> {
    let mut filter = Filter::new(selection);
    let mut out = Vec::new();
    assert_eq!(filter.push(file, &mut out), Ok(file.len()));
    filter.finish().unwrap();
    out
}

#[test]
fn servers_load_exactly_the_keys_that_were_asked_for() {
    type Judge = fn(u32, &[u8]) -> bool;
    let table: [(Selection, Judge); 4] = [
        (Selection::default(), |_, _| true),
        (Selection { databases: Some(BTreeSet::from([3, 15])), ..Selection::default() }, |database, _| database > 0),
        (
            Selection { patterns: Some(vec![Glob::new(b"stream:*"), Glob::new(b"*big")]), ..Selection::default() },
            |_, name| name.starts_with(b"stream:") || name.ends_with(b"big"),
        ),
        (Selection { types: Some(BTreeSet::from([Type::Set])), ..Selection::default() }, |_, name| {
            name.starts_with(b"set:")
        }),
    ];
    for program in servers() {
        for (format, sample) in SAMPLES {
            if format == "REDIS0010" && is_version_6(&program) {
                continue;
            }
            let whole = Server::with(&program, sample).contents();
            for (selection, is_asked_for) in &table {
                let expected: BTreeMap<_, _> =
                    whole.clone().into_iter().filter(|((database, name), _)| is_asked_for(*database, name)).collect();
                assert!(!expected.is_empty());
                let loaded = Server::with(&program, &filter(selection.clone(), sample)).contents();
                assert_eq!(loaded, expected, "{} {format} {selection:?}", program.display());
            }
        }
    }
}

/// The empty name is left out: `KEYS *` finds it and `KEYS **` does not (measured: Redis 7.0.15), where ours match it both.
#[test]
fn patterns_match_what_the_keys_command_finds() {
    let names: &[&[u8]] =
        &[b"a", b"b", b"ab", b"abc", b"a]", b"]", b"^", b"-", b"a-c", b"\\", b"a\\", b"*", b"\xFF\x00", b"aXbXc", b"_"];
    let patterns: &[&[u8]] = &[
        b"*",
        b"?",
        b"a*",
        b"*b*",
        b"[ab]",
        b"[^ab]",
        b"[a-b]",
        b"[b-a]",
        b"[a-]",
        b"[]",
        b"[^]",
        b"[",
        b"[^",
        b"[a",
        b"[]a]",
        b"[\\]]",
        b"[a\\-c]",
        b"[\\",
        b"a\\",
        b"\\",
        b"\\*",
        b"**",
        b"*?*",
        b"a*b*c",
        b"[a-c]*",
        b"?\x00",
        b"[^a",
        b"*]",
        b"[\xF0-\xFF]*",
    ];
    for program in servers() {
        let mut server = Server::with(&program, b"REDIS0006\xFF\0\0\0\0\0\0\0\0");
        for name in names {
            server.ask(&[b"SET", name, b"1"]);
        }
        for pattern in patterns {
            let glob = Glob::new(pattern);
            let matched: BTreeSet<Vec<u8>> =
                names.iter().filter(|name| glob.matches(name)).map(|name| name.to_vec()).collect();
            assert_eq!(matched, server.keys(pattern), "{}", String::from_utf8_lossy(pattern));
        }
    }
}
