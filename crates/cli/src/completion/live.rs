//! Names that are known to this machine or to the service, for completion only: quickly, and without a word on failure.

use super::Kind;
use crate::Surroundings;
use crate::call::{Client, Identity};
use crate::config::Settings;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::globals::Globals;
use crate::session::Session;
use valkeep_api::{ELASTICACHE, Operation};

/// The regions of AWS.
const REGIONS: [&str; 38] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The names of a kind; none when they cannot be had. `words` are those of the line, whose profile, region and endpoint
/// count.
pub(crate) fn names(surroundings: &Surroundings, words: &[String], kind: Kind) -> Vec<String> {
    let found = match kind {
        Kind::Region => Ok(REGIONS.map(str::to_owned).into()),
        Kind::Profile => Settings::load(surroundings).map(|settings| profiles(&settings)),
        Kind::Snapshot => described(surroundings, words, Operation::DescribeSnapshots, "Snapshots", "SnapshotName"),
        Kind::CacheCluster => {
            described(surroundings, words, Operation::DescribeCacheClusters, "CacheClusters", "CacheClusterId")
        }
        Kind::ReplicationGroup => described(
            surroundings,
            words,
            Operation::DescribeReplicationGroups,
            "ReplicationGroups",
            "ReplicationGroupId",
        ),
    };
    found.unwrap_or_default()
}

fn profiles(settings: &Settings) -> Vec<String> {
    settings.profiles().names().map(str::to_owned).collect()
}

/// The names on the first page of a Describe operation, from one try that takes two seconds at most.
fn described(
    surroundings: &Surroundings,
    words: &[String],
    operation: Operation,
    list: &str,
    name: &str,
) -> Result<Vec<String>, Failure> {
    let hurried = hurried(surroundings);
    let globals = globals(words);
    let mut settings = Settings::load(&hurried)?;
    if let Some(profile) = &globals.profile {
        settings.select_profile(profile);
    }
    let session = Session { surroundings: &hurried, settings: &settings, globals: &globals };
    let mut client = Client::new(session, &ELASTICACHE, Identity::OfSession)?;
    let answer = client.call(operation.model(), &Map::new())?;
    Ok(names_in(&answer, list, name))
}

fn names_in(answer: &Document, list: &str, name: &str) -> Vec<String> {
    let Some(Document::List(entries)) = field(answer, list) else {
        return Vec::new();
    };
    let name = |entry| if let Some(Document::String(name)) = field(entry, name) { Some(name.clone()) } else { None };
    entries.iter().filter_map(name).collect()
}

fn field<'a>(document: &'a Document, name: &str) -> Option<&'a Document> {
    if let Document::Map(map) = document { map.get(name) } else { None }
}

/// The same surroundings, in which a call is tried once.
fn hurried(surroundings: &Surroundings) -> Surroundings {
    let mut hurried = surroundings.clone();
    hurried.variables.insert("AWS_MAX_ATTEMPTS".to_owned(), "1".to_owned());
    hurried
}

/// The global options on the line that decide whom to ask.
fn globals(words: &[String]) -> Globals {
    let flag = |name: &str| words.iter().any(|word| word == name);
    let value = |name: &str| {
        let apart = words.iter().position(|word| word == name).and_then(|place| words.get(place + 1));
        let joined = || words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        apart.map(String::as_str).or_else(joined).map(str::to_owned)
    };
    Globals {
        endpoint_url: value("--endpoint-url"),
        verify_ssl: !flag("--no-verify-ssl"),
        profile: value("--profile"),
        region: value("--region"),
        sign_request: !flag("--no-sign-request"),
        ca_bundle: value("--ca-bundle"),
        read_timeout_s: Some(1),
        connect_timeout_s: Some(1),
        ..Globals::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_on_the_line_decide_whom_to_ask() {
        let words = ["elasticache", "--region", "eu-west-1", "--profile=work", "--no-verify-ssl", "--endpoint-url"];
        let globals = globals(&words.map(str::to_owned));
        assert_eq!(globals.region.as_deref(), Some("eu-west-1"));
        assert_eq!(globals.profile.as_deref(), Some("work"));
        assert_eq!(globals.endpoint_url, None);
        assert!(!globals.verify_ssl && globals.sign_request);
    }

    #[test]
    fn names_are_read_from_an_answer_and_anything_else_has_none() {
        let entry = |name: &str| Document::Map([("SnapshotName", name)].into_iter().collect());
        let list = Document::from(vec![entry("a"), Document::Null, entry("b")]);
        let answer = Document::Map([("Snapshots", list)].into_iter().collect());
        assert_eq!(names_in(&answer, "Snapshots", "SnapshotName"), ["a", "b"]);
        assert!(names_in(&answer, "CacheClusters", "CacheClusterId").is_empty());
        assert!(names_in(&Document::Null, "Snapshots", "SnapshotName").is_empty());
    }
}
