//! The server programs of this machine, and which of them runs a node.

use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;
use valkeep_domain::engine::{Engine, EngineVersion};
use valkeep_ports::engines::InstalledEngine;

/// Names that are looked for on PATH.
const NAMES: [&str; 2] = ["valkey-server", "redis-server"];

/// Longest time a program may take to tell its version. Source: our choice.
const VERSION_LIMIT: Duration = Duration::from_secs(5);

/// The program to run a node of that engine and version: the very version when it is named whole and is there, else the
/// highest one of the same major version (of the same minor version too when `strict`).
pub fn choose<'a>(
    installed: &'a [InstalledEngine],
    engine: Engine,
    version: &EngineVersion,
    strict: bool,
) -> Option<&'a InstalledEngine> {
    let minor_fits = |found: &EngineVersion| version.minor().is_none() || found.minor() == version.minor();
    installed
        .iter()
        .filter(|found| found.engine == engine && found.version.major() == version.major())
        .filter(|found| !strict || minor_fits(&found.version))
        .max_by_key(|found| (found.version == *version, &found.version))
}

/// The programs in words: `redis 7.0.15, valkey 9.1.2`.
pub(crate) fn list(installed: &[InstalledEngine]) -> String {
    let words: Vec<_> = installed.iter().map(|found| format!("{} {}", found.engine, found.version)).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// The configured programs, then those on PATH; the first of each engine and version. All are asked at the same time.
pub(crate) async fn find(configured: &[PathBuf]) -> Vec<InstalledEngine> {
    let candidates = configured.iter().cloned().chain(on_path());
    let asked: Vec<_> = candidates.map(|program| tokio::spawn(async move { identify(&program).await })).collect();
    let mut installed: Vec<InstalledEngine> = Vec::new();
    for (position, answer) in asked.into_iter().enumerate() {
        match (answer.await.ok().flatten(), configured.get(position)) {
            (Some(found), _) => add(&mut installed, found),
            (None, Some(program)) => {
                tracing::warn!(program = %program.display(), "no server program of Valkey or Redis")
            }
            (None, None) => {}
        }
    }
    installed
}

fn add(installed: &mut Vec<InstalledEngine>, found: InstalledEngine) {
    if !installed.iter().any(|known| known.engine == found.engine && known.version == found.version) {
        installed.push(found);
    }
}

fn on_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = Vec::new();
    // `/bin` is often a link to `/usr/bin`.
    for directory in std::env::split_paths(&path).filter_map(|directory| directory.canonicalize().ok()) {
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    let candidates = directories.iter().flat_map(|directory| NAMES.map(|name| directory.join(name)));
    candidates.filter(|program| program.is_file()).collect()
}

/// Asks the program who it is. Links are not followed: Debian's server is a link to a program that goes by its name.
async fn identify(program: &Path) -> Option<InstalledEngine> {
    let program = std::path::absolute(program).ok()?;
    let answer = Command::new(&program).arg("--version").kill_on_drop(true).output();
    let output = tokio::time::timeout(VERSION_LIMIT, answer).await.ok()?.ok()?;
    let (engine, version) = parse(&String::from_utf8_lossy(&output.stdout))?;
    Some(InstalledEngine { engine, version, program })
}

/// Reads `Redis server v=7.0.15 sha=…` or `Valkey server v=9.1.2 …` (measured: Redis 7.0.15, Valkey 8.1.8 and 9.1.2).
fn parse(text: &str) -> Option<(Engine, EngineVersion)> {
    let (name, rest) = text.split_once(" server v=")?;
    let engine = Engine::parse(name.trim()).filter(|engine| *engine != Engine::Memcached)?;
    let version = EngineVersion::parse(numbers_of(rest)).ok()?;
    Some((engine, version))
}

/// The numbers and dots that a version begins with: `9.0.0` of `9.0.0-rc1`.
pub(crate) fn numbers_of(version: &str) -> &str {
    let end = version.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(version.len());
    &version[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> EngineVersion {
        EngineVersion::parse(text).unwrap()
    }

    #[test]
    fn programs_tell_engine_and_version() {
        let redis = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0\n";
        assert_eq!(parse(redis), Some((Engine::Redis, version("7.0.15"))));
        assert_eq!(parse("Valkey server v=9.0.0-rc1 sha=0"), Some((Engine::Valkey, version("9.0.0"))));
        for other in ["", "redis-cli 7.0.15", "Memcached server v=1.6.0", "Redis server v=new"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_node_runs_on_the_best_program_of_its_major_version() {
        let installed: Vec<_> = ["redis 6.2.14", "redis 7.0.15", "redis 7.0.9", "redis 7.2.4", "valkey 9.1.2"]
            .into_iter()
            .map(|words| {
                let (engine, number) = words.split_once(' ').unwrap();
                let engine = Engine::parse(engine).unwrap();
                InstalledEngine { engine, version: version(number), program: PathBuf::from(words) }
            })
            .collect();
        let cases = [
            (Engine::Redis, "7", false, Some("7.2.4")),
            (Engine::Redis, "7", true, Some("7.2.4")),
            (Engine::Redis, "7.0", false, Some("7.2.4")),
            (Engine::Redis, "7.0", true, Some("7.0.15")),
            (Engine::Redis, "7.0.9", false, Some("7.0.9")),
            (Engine::Redis, "7.0.9", true, Some("7.0.9")),
            (Engine::Redis, "7.0.7", true, Some("7.0.15")),
            (Engine::Redis, "7.4", false, Some("7.2.4")),
            (Engine::Redis, "7.4", true, None),
            (Engine::Redis, "6.x", true, Some("6.2.14")),
            (Engine::Redis, "5.0.6", false, None),
            (Engine::Valkey, "9.0", false, Some("9.1.2")),
            (Engine::Valkey, "7", false, None),
        ];
        for (engine, wanted, strict, expected) in cases {
            let chosen = choose(&installed, engine, &version(wanted), strict).map(|found| found.version.to_string());
            assert_eq!(chosen.as_deref(), expected, "{engine} {wanted} strict={strict}");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_none_is_left_out() {
        assert_eq!(find(&[PathBuf::from("/bin/true"), PathBuf::from("/nonexistent")]).await, find(&[]).await);
    }
}
