use super::*;
use crate::help::global_options;
use crate::names::kebab;
use std::cell::RefCell;

/// The candidates at the end of `line`, when the service has the names that the test gives.
fn at_the_end_of(line: &str) -> Vec<String> {
    let words = Line::parse(line).words;
    let known = |kind| match kind {
        Kind::Profile => vec!["default".to_owned(), "work".to_owned()],
        Kind::Region => vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
        Kind::Snapshot => vec!["nightly".to_owned(), "weekly".to_owned()],
        Kind::CacheCluster => vec!["cache-1".to_owned()],
        Kind::ReplicationGroup => vec!["group-1".to_owned()],
    };
    candidates(&words, &known).into_iter().map(|candidate| candidate.text).collect()
}

#[test]
fn what_can_stand_at_the_cursor() {
    for (line, expected) in [
        ("", vec!["elasticache", "configure", "sts", "completion", "help"]),
        ("el", vec!["elasticache"]),
        ("elasticache copy-", vec!["copy-serverless-cache-snapshot", "copy-snapshot"]),
        ("elasticache wa", vec!["wait"]),
        ("elasticache wait cache-cluster-", vec!["cache-cluster-available", "cache-cluster-deleted"]),
        ("configure list", vec!["list", "list-profiles"]),
        ("completion f", vec!["fish"]),
        ("elasticache copy-snapshot --so", vec!["--source-snapshot-name"]),
        ("elasticache copy-snapshot --source-snapshot-name a --so", vec![]),
        ("elasticache copy-snapshot --source-snapshot-name ", vec!["nightly", "weekly"]),
        ("elasticache copy-snapshot --source-snapshot-name=ni", vec!["--source-snapshot-name=nightly"]),
        ("elasticache copy-snapshot --target-snapshot-name ", vec![]),
        ("elasticache create-snapshot --snapshot-name ", vec![]),
        ("elasticache create-snapshot --cache-cluster-id c", vec!["cache-1"]),
        ("elasticache create-replication-group --replication-group-id ", vec![]),
        ("elasticache create-cache-cluster --replication-group-id ", vec!["group-1"]),
        ("elasticache describe-update-actions --cache-cluster-ids a ", vec!["cache-1"]),
        ("elasticache describe-update-actions --cache-cluster-ids a --en", vec!["--engine", "--endpoint-url"]),
        ("elasticache describe-update-actions --update-action-status st", vec!["stopping", "stopped"]),
        ("elasticache create-cache-cluster --az-mode ", vec!["single-az", "cross-az"]),
        ("elasticache create-cache-cluster --engine va", vec!["valkey"]),
        ("elasticache describe-snapshots --no-show", vec!["--no-show-node-group-config"]),
        ("elasticache describe-snapshots --show-node-group-config --pag", vec!["--page-size"]),
        ("elasticache copy-snapshot --pag", vec![]),
        ("--region e", vec!["eu-west-1"]),
        ("--region eu-west-1 elasticache delete-sn", vec!["delete-snapshot"]),
        ("elasticache --profile w", vec!["work"]),
        ("elasticache describe-snapshots --output y", vec!["yaml", "yaml-stream"]),
        ("elasticache describe-snapshots --endpoint-url ", vec![]),
        ("elasticache describe-snapshots --endpoint-url --de", vec![]),
        ("s3 cp ", vec![]),
    ] {
        assert_eq!(at_the_end_of(line), expected, "{line}");
    }
}

#[test]
fn required_options_come_first() {
    let options = at_the_end_of("elasticache create-snapshot ");
    assert_eq!(options[..2], ["--snapshot-name", "--replication-group-id"]);
    assert!(options.contains(&"--debug".to_owned()));
}

#[test]
fn names_are_asked_for_only_where_they_can_stand() {
    let asked = RefCell::new(Vec::new());
    let names = |kind| {
        asked.borrow_mut().push(kind);
        Vec::new()
    };
    for line in ["elasticache ", "elasticache copy-snapshot --", "elasticache copy-snapshot --source-snapshot-name "] {
        candidates(&Line::parse(line).words, &names);
    }
    assert_eq!(*asked.borrow(), [Kind::Snapshot]);
}

#[test]
fn options_with_words_or_names_exist() {
    let members = valkeep_api::ELASTICACHE.operations.iter().flat_map(|operation| operation.input.members);
    let mut known: Vec<_> = members.map(|member| format!("--{}", kebab(member.name))).collect();
    known.extend(global_options().iter().map(|option| option.option().to_owned()));
    known.push("--generate-cli-skeleton".to_owned());
    for option in candidates::OPTIONS_WITH_NAMES.iter().map(|(option, _)| option) {
        assert!(known.iter().any(|known| known == option), "{option}");
    }
    for option in candidates::OPTIONS_WITH_WORDS.iter().map(|(option, _)| option) {
        assert!(known.iter().any(|known| known == option), "{option}");
    }
}

#[test]
fn every_option_says_what_it_is() {
    let all = candidates(&Line::parse("elasticache create-replication-group --").words, &|_| Vec::new());
    assert!(all.len() > 60 && all.iter().all(|candidate| !candidate.about.is_empty()));
}

#[test]
fn bash_is_told_only_what_follows_its_word_breaks() {
    let candidate = Candidate { text: "--output=json".to_owned(), about: "" };
    assert_eq!(Shell::Bash.line(&candidate, "--output=js"), "json\n");
    assert_eq!(Shell::Bash.line(&candidate, "--out"), "--output=json\n");
    assert_eq!(Shell::Fish.line(&candidate, "--output=js"), "--output=json\t\n");
}

#[test]
fn a_candidate_with_a_blank_is_quoted_as_its_shell_wants_it() {
    let candidate = Candidate { text: "my profile".to_owned(), about: "" };
    assert_eq!(Shell::Bash.line(&candidate, "m"), "my\\ profile\n");
    assert_eq!(Shell::Fish.line(&candidate, "m"), "my profile\t\n");
    assert_eq!(Shell::Power.line(&candidate, "m"), "'my profile'\t\n");
}

#[test]
fn scripts_call_the_program_by_its_name() {
    for name in ["bash", "zsh", "fish", "powershell"] {
        let script = Shell::parse(name).expect("a shell that is known").script("valkeep");
        assert!(script.contains(&format!("valkeep completion candidates {name}")), "{name}");
        assert!(!script.contains("PROGRAM"), "{name}");
    }
}
