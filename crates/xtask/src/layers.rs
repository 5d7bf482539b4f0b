//! `cargo xtask layers`: dependencies between the crates of this workspace point down only.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;

/// The floors from the ground up: what stands in one row may depend on the rows before it.
const FLOORS: &[&[&str]] = &[
    &["domain", "api", "access", "rdb", "seal"],
    &["ports", "s3"],
    &["catalog", "blobs", "keys", "engines", "buckets"],
    &["control"],
    &["server", "cli"],
    &["valkeep"],
];

/// Crates that may use everything, and that nothing may use outside its tests.
const TOOLS: &[&str] = &["testkit", "xtask"];

/// One arrow, with the reason for its entry.
struct Arrow {
    from: &'static str,
    to: &'static str,
    reason: &'static str,
}

/// Arrows that point down and are refused all the same.
const FORBIDDEN: &[Arrow] = &[
    Arrow { from: "control", to: "catalog", reason: ADAPTER },
    Arrow { from: "control", to: "blobs", reason: ADAPTER },
    Arrow { from: "control", to: "keys", reason: ADAPTER },
    Arrow { from: "control", to: "engines", reason: ADAPTER },
    Arrow { from: "control", to: "buckets", reason: ADAPTER },
    Arrow { from: "control", to: "api", reason: "the use cases do not know the wire" },
];
const ADAPTER: &str = "the use cases know the ports, not what stands behind them";

/// Arrows inside one floor that are allowed.
const ALLOWED: &[Arrow] = &[];

/// A crate of the workspace, and the crates of the workspace that it is built from.
struct Room {
    name: String,
    uses: Vec<String>,
}

/// Reads the workspace with `cargo metadata` and fails when an arrow points up or sideways.
pub(crate) fn check() -> Result<()> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .context("run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let rooms = rooms(&serde_json::from_slice(&output.stdout)?)?;
    for room in &rooms {
        println!("{:<8} {:<8} -> {}", place(&room.name), room.name, room.uses.join(", "));
    }
    let faults: Vec<String> = rooms.iter().flat_map(faults).collect();
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    println!("{} crates, every arrow points down", rooms.len());
    Ok(())
}

fn place(name: &str) -> String {
    match floor(name) {
        Some(floor) => format!("floor {floor}"),
        None if TOOLS.contains(&name) => "tool".to_owned(),
        None => "unknown".to_owned(),
    }
}

/// Dependencies for tests are free: they are not part of what is built.
fn rooms(metadata: &Json) -> Result<Vec<Room>> {
    let packages = metadata["packages"].as_array().context("cargo metadata has packages")?;
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let room = |package: &Json| {
        let dependencies = package["dependencies"].as_array().context("a package has dependencies")?;
        let uses = dependencies
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .filter_map(|dependency| dependency["name"].as_str())
            .filter(|name| names.contains(name))
            .map(short);
        Ok(Room { name: short(package["name"].as_str().context("a package has a name")?), uses: uses.collect() })
    };
    packages.iter().map(room).collect()
}

fn short(package: &str) -> String {
    package.strip_prefix("valkeep-").unwrap_or(package).to_owned()
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|crates| crates.contains(&name))
}

/// What is wrong with the arrows that leave `room`, one sentence each.
fn faults(room: &Room) -> Vec<String> {
    let name = room.name.as_str();
    if TOOLS.contains(&name) {
        return Vec::new();
    }
    let Some(from) = floor(name) else {
        return vec![format!("{name} stands on no floor; give it one in the table of xtask's layers")];
    };
    room.uses.iter().filter_map(|to| fault(name, from, to)).collect()
}

fn fault(name: &str, from: usize, target: &str) -> Option<String> {
    let listed = |arrows: &'static [Arrow]| arrows.iter().find(|arrow| arrow.from == name && arrow.to == target);
    if let Some(arrow) = listed(FORBIDDEN) {
        return Some(format!("{name} may not use {target}: {}", arrow.reason));
    }
    match floor(target) {
        None if TOOLS.contains(&target) => Some(format!("{name} may use {target} in its tests only")),
        None => Some(format!("{name} uses {target}, which stands on no floor")),
        Some(to) if to < from => None,
        Some(to) if to == from && listed(ALLOWED).is_some() => None,
        Some(to) => Some(format!("{name} (floor {from}) may not use {target} (floor {to}): arrows point down")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault_of(name: &str, target: &str) -> String {
        let room = Room { name: name.to_owned(), uses: vec![target.to_owned()] };
        faults(&room).join("; ")
    }

    #[test]
    fn arrows_that_point_down_are_fine() {
        let arrows = [
            ("valkeep", "server"),
            ("server", "api"),
            ("control", "ports"),
            ("control", "seal"),
            ("buckets", "access"),
            ("ports", "domain"),
            ("xtask", "control"),
        ];
        for (from, to) in arrows {
            assert_eq!(fault_of(from, to), "", "{from} -> {to}");
        }
    }

    #[test]
    fn arrows_that_point_up_or_sideways_are_faults() {
        let cases = [
            ("ports", "catalog", "ports (floor 1) may not use catalog (floor 2): arrows point down"),
            ("seal", "domain", "seal (floor 0) may not use domain (floor 0): arrows point down"),
            ("catalog", "blobs", "catalog (floor 2) may not use blobs (floor 2): arrows point down"),
            ("control", "api", "control may not use api: the use cases do not know the wire"),
            ("server", "testkit", "server may use testkit in its tests only"),
            ("server", "attic", "server uses attic, which stands on no floor"),
            ("attic", "domain", "attic stands on no floor; give it one in the table of xtask's layers"),
        ];
        for (from, to, expected) in cases {
            assert_eq!(fault_of(from, to), expected);
        }
        for adapter in FLOORS[2] {
            assert!(fault_of("control", adapter).contains("the ports"), "{adapter}");
        }
    }

    #[test]
    fn dependencies_for_tests_and_of_others_are_left_out() {
        let metadata = json!({"packages": [
            {"name": "valkeep-ports", "dependencies": [
                {"name": "valkeep-domain", "kind": null},
                {"name": "valkeep-catalog", "kind": "dev"},
                {"name": "valkeep-seal", "kind": "build"},
                {"name": "serde", "kind": null},
            ]},
            {"name": "valkeep-domain", "dependencies": []},
            {"name": "valkeep-catalog", "dependencies": []},
            {"name": "valkeep-seal", "dependencies": []},
        ]});
        let rooms = rooms(&metadata).expect("well formed");
        assert_eq!(rooms[0].name, "ports");
        assert_eq!(rooms[0].uses, ["domain", "seal"]);
    }
}
