//! Command lines with what the reference sent for them, or said instead.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use valkeep_api::{ELASTICACHE, Shape, query};

use super::*;
use crate::Surroundings;
use crate::arguments::CliInput;
use crate::config::Settings;
use crate::globals::Globals;
use crate::names::kebab;

const CASES: &str = include_str!("../../tests/data/input.json");

/// One command line, in a folder of its own.
struct Case<'a> {
    case: &'a Json,
    folder: tempfile::TempDir,
}

impl Case<'_> {
    fn text(&self, text: &str) -> String {
        text.replace("{dir}", &self.folder.path().to_string_lossy())
    }

    fn strings(&self, name: &str) -> Vec<String> {
        let list = self.case[name].as_array().map_or(&[][..], Vec::as_slice);
        list.iter().map(|word| self.text(word.as_str().expect("a text"))).collect()
    }

    fn write_files(&self) {
        for (name, content) in self.case["files"].as_object().into_iter().flatten() {
            let content = content.as_str().expect("a text");
            let bytes = match self.case["latin"].as_bool() {
                Some(true) => content.chars().map(|c| u8::try_from(u32::from(c)).expect("a byte")).collect(),
                _ => content.as_bytes().to_vec(),
            };
            let path = self.folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, bytes).expect("a file");
        }
    }

    fn surroundings(&self) -> Surroundings {
        let mut variables = BTreeMap::from([("HOME".to_owned(), self.text("{dir}"))]);
        for (name, value) in self.case["env"].as_object().into_iter().flatten() {
            variables.insert(name.clone(), value.as_str().expect("a text").to_owned());
        }
        Surroundings { variables, ..Surroundings::of_this_process() }
    }

    fn run(&self) -> Result<Vec<(String, String)>, Failure> {
        self.write_files();
        let words = self.strings("words");
        let operation =
            ELASTICACHE.operations.iter().find(|operation| kebab(operation.name) == words[0]).expect("an operation");
        let (given, document) = given(operation, &words[1..]);
        let surroundings = self.surroundings();
        let settings = Settings::load(&surroundings)?;
        let session = Session { surroundings: &surroundings, settings: &settings, globals: &Globals::default() };
        let mut parameters = parameters(session, operation, &given)?;
        if let Some(document) = document {
            complete(&mut parameters, session, &document)?;
        }
        let value = validate(operation.input, &parameters)?;
        Ok(query::encode(&ELASTICACHE, operation, &value))
    }
}

type Options = (Vec<(&'static Member, Given)>, Option<CliInput>);

/// Options as the argument parser hands them over: each is followed by its words, or holds one behind `=`.
fn given(operation: &'static OperationModel, words: &[String]) -> Options {
    let (mut given, mut document) = (Vec::new(), None);
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let (option, mut values) = match word.split_once('=') {
            Some((option, value)) => (option, vec![value.to_owned()]),
            None => (word.as_str(), Vec::new()),
        };
        while let Some(value) = words.next_if(|word| !is_option(word)) {
            values.push(value.clone());
        }
        match option {
            "--cli-input-json" => document = Some(CliInput::Json(values.remove(0))),
            "--cli-input-yaml" => document = Some(CliInput::Yaml(values.remove(0))),
            option => given.push(one(operation, option.trim_start_matches("--"), values)),
        }
    }
    (given, document)
}

fn is_option(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn one(operation: &'static OperationModel, option: &str, mut values: Vec<String>) -> (&'static Member, Given) {
    let named = |name: &str| operation.input.members.iter().find(|member| kebab(member.name) == name);
    let member = named(option).or_else(|| named(option.trim_start_matches("no-"))).expect("an option");
    let given = if matches!(member.shape, Shape::Boolean) {
        Given::Flag(!option.starts_with("no-") || member.name.starts_with("No"))
    } else if matches!(member.shape, Shape::List(_)) {
        Given::Words(values)
    } else {
        Given::Word(values.remove(0))
    };
    (member, given)
}

#[test]
fn every_command_line_ends_as_with_the_reference() {
    let cases: Vec<Json> = serde_json::from_str(CASES).expect("a list of cases");
    let mut wrong = Vec::new();
    for case in &cases {
        let case = Case { case, folder: tempfile::tempdir().expect("a folder") };
        let expected = match case.case["says"].as_str() {
            Some(says) => Err((case.case["exit"].as_u64(), case.text(says))),
            None => Ok(case.case["sent"].clone()),
        };
        let seen = match case.run() {
            Ok(pairs) => Ok(serde_json::json!(pairs[2..])),
            Err(failure) => {
                let (Failure::Validation(text) | Failure::General(text)) = &failure else {
                    panic!("{:?}: {failure:?}", case.strings("words"));
                };
                Err((Some(failure.exit_code().into()), text.trim_end_matches('\n').to_owned()))
            }
        };
        if seen != expected {
            wrong.push(format!("{:?}\n  expected {expected:?}\n      seen {seen:?}", case.case["words"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
