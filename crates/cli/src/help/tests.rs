use super::text::{self, Block};
use super::*;
use crate::names::kebab;
use std::collections::BTreeSet;
use valkeep_api::{ELASTICACHE, Shape, Structure};

const PLAIN: Look = Look { width: 80, bold: false };

fn every_topic() -> Vec<Topic> {
    let mut topics = vec![Topic::Program];
    let mut next = 0;
    while let Some(topic) = topics.get(next).copied() {
        topics.extend(topic.below());
        next += 1;
    }
    topics
}

fn find(command: &str) -> Topic {
    Topic::find(command.split(' ')).expect("the test names a command")
}

#[test]
fn every_command_has_a_line() {
    for topic in every_topic() {
        assert!(topic.line().ends_with('.'), "{}", topic.command());
    }
}

#[test]
fn every_option_has_a_text() {
    for topic in every_topic() {
        for member in topic.members() {
            assert!(!topic.member_text(member).is_empty(), "{} {}", topic.command(), member.name);
        }
    }
}

#[test]
fn no_text_is_about_an_option_that_its_command_does_not_have() {
    for topic in every_topic().into_iter().filter(|topic| matches!(topic, Topic::Operation(..))) {
        let known: BTreeSet<_> = topic.members().iter().map(|member| format!("--{}", kebab(member.name))).collect();
        for option in &topic.entry().options {
            assert!(known.contains(option.option()), "{} {}", topic.command(), option.head);
        }
    }
}

#[test]
fn the_general_options_are_exactly_those_of_the_model() {
    let members = ELASTICACHE.operations.iter().flat_map(|operation| operation.input.members);
    let model: BTreeSet<_> = members.map(|member| format!("--{}", kebab(member.name))).collect();
    let told: Vec<_> = text::entry("options").options.iter().map(|option| option.option().to_owned()).collect();
    assert_eq!(told.len(), told.iter().collect::<BTreeSet<_>>().len(), "an option is told twice");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), model);
}

#[test]
fn no_entry_is_about_what_does_not_exist() {
    let shared = ["program", "options", "globals", "input", "paging", "waiting"].map(str::to_owned);
    let structures = structures().into_iter().map(|structure| structure.name.to_owned());
    let mut known: BTreeSet<_> = every_topic().into_iter().flat_map(|topic| [topic.word(), topic.command()]).collect();
    known.extend(shared.into_iter().chain(structures));
    let mut told = BTreeSet::new();
    for entry in text::entries() {
        assert!(known.contains(entry.name), "{}", entry.name);
        assert!(told.insert(entry.name), "{} is told twice", entry.name);
    }
}

/// The structures in what operations answer.
fn structures() -> Vec<&'static Structure> {
    let mut shapes: Vec<_> = ELASTICACHE.operations.iter().filter_map(|operation| operation.output).collect();
    let mut next = 0;
    while let Some(structure) = shapes.get(next).copied() {
        for member in structure.members {
            let inner = if let Shape::List(list) = member.shape { list.member } else { member.shape };
            if let Shape::Structure(inner) = inner {
                shapes.push(inner);
            }
        }
        next += 1;
    }
    shapes
}

#[test]
fn a_structure_that_is_told_of_is_told_of_whole() {
    let told: Vec<_> =
        structures().into_iter().filter(|structure| !text::entry(structure.name).name.is_empty()).collect();
    assert!(told.iter().any(|structure| structure.name == "Snapshot"));
    for structure in told {
        let fields: BTreeSet<_> = structure.members.iter().map(|member| format!(".{}", member.name)).collect();
        let texts = text::entry(structure.name).options.iter();
        assert_eq!(texts.map(|field| field.option().to_owned()).collect::<BTreeSet<_>>(), fields, "{}", structure.name);
    }
}

#[test]
fn options_in_running_text_exist() {
    let members = ELASTICACHE.operations.iter().flat_map(|operation| operation.input.members);
    let known: BTreeSet<_> = members.map(|member| format!("--{}", kebab(member.name))).collect();
    for entry in text::entries() {
        let paragraphs = entry.description.iter().filter_map(|block| match block {
            Block::Paragraph(words) => Some(*words),
            Block::Literal(_) => None,
        });
        let examples = entry.examples.iter().map(|example| example.lines);
        let words = paragraphs.chain(examples).flat_map(|text| text.split_whitespace());
        let options = words.map(|word| word.trim_matches(|c: char| !c.is_ascii_lowercase() && c != '-'));
        for option in options.filter(|word| word.starts_with("--")) {
            let global = global_options().iter().any(|global| global.option() == option);
            assert!(known.contains(option) || global, "{}: {option}", entry.name);
        }
    }
}

#[test]
fn a_page_has_its_sections_in_order() {
    let page = page(find("elasticache copy-snapshot"), "valkeep", PLAIN);
    let headings: Vec<_> = page.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    let expected = ["NAME", "DESCRIPTION", "SYNOPSIS", "OPTIONS", "GLOBAL OPTIONS", "EXAMPLES", "OUTPUT"];
    assert_eq!(headings, expected);
}

#[test]
fn a_page_names_required_options_values_and_syntax() {
    let copy = page(find("elasticache copy-snapshot"), "aws", PLAIN);
    for part in [
        "       --source-snapshot-name <value> (string, required)\n",
        "         [--target-bucket <value>]\n",
        "                Key=string,Value=string ...\n",
        "         $ aws elasticache copy-snapshot \\\n",
        "         SnapshotName (string)\n",
    ] {
        assert!(copy.contains(part), "{part}");
    }
    let create = page(find("elasticache create-cache-cluster"), "aws", PLAIN);
    assert!(create.contains("              Values: single-az, cross-az\n"));
    let list = page(find("elasticache describe-snapshots"), "aws", PLAIN);
    assert!(list.contains("--starting-token <token>") && list.contains("--show-node-group-config | --no-"));
}

#[test]
fn filled_text_keeps_within_the_width() {
    for width in [60, 80, 132] {
        let page = page(Topic::Program, "valkeep", Look { width, bold: false });
        assert!(page.lines().all(|line| line.len() <= width), "{width}");
    }
}

#[test]
fn headings_and_terms_are_bold_where_that_can_be_seen() {
    let page = page(find("elasticache wait"), "valkeep", Look { width: 80, bold: true });
    assert!(page.starts_with("\x1b[1mNAME\x1b[0m\n"));
    assert!(page.contains("       \x1b[1mcache-cluster-available\x1b[0m\n              Waits until"));
}
