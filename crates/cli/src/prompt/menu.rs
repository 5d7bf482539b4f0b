//! The candidates of completion as an editor's menu.

use crate::Surroundings;
use crate::completion::{Candidate, Kind, Line, candidates, names, quote};
use reedline::{Completer, Span, Suggestion};
use std::cell::RefCell;

pub(super) struct Menu {
    surroundings: Surroundings,
    /// They stay the same while a word is typed.
    last: RefCell<Option<Asked>>,
}

/// What was asked for, behind which words, and the names that came.
struct Asked {
    kind: Kind,
    before: Vec<String>,
    names: Vec<String>,
}

impl Menu {
    pub(super) fn new(surroundings: &Surroundings) -> Self {
        Self { surroundings: surroundings.clone(), last: RefCell::new(None) }
    }

    fn names(&self, words: &[String], kind: Kind) -> Vec<String> {
        let before = words.split_last().map_or(&[][..], |(_, before)| before);
        let mut last = self.last.borrow_mut();
        if let Some(asked) = last.as_ref().filter(|asked| asked.kind == kind && asked.before == before) {
            return asked.names.clone();
        }
        let names = names(&self.surroundings, words, kind);
        *last = Some(Asked { kind, before: before.to_vec(), names: names.clone() });
        names
    }
}

impl Completer for Menu {
    fn complete(&mut self, line: &str, position: usize) -> Vec<Suggestion> {
        let before = line.get(..position).unwrap_or(line);
        let Line { words, last_start, .. } = Line::parse(before);
        let found = candidates(&words, &|kind| self.names(&words, kind));
        let span = Span::new(last_start, before.len());
        found.into_iter().map(|candidate| suggestion(candidate, span)).collect()
    }
}

fn suggestion(candidate: Candidate, span: Span) -> Suggestion {
    Suggestion {
        value: quote(&candidate.text),
        description: (!candidate.about.is_empty()).then(|| candidate.about.to_owned()),
        span,
        append_whitespace: true,
        ..Suggestion::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_suggestion_replaces_the_word_at_the_cursor() {
        let surroundings = Surroundings {
            program: "valkeep".to_owned(),
            arguments: Vec::new(),
            variables: BTreeMap::new(),
            now: chrono::Utc::now,
        };
        let line = "elasticache describe-snapshots --output ya";
        let found = Menu::new(&surroundings).complete(line, line.len());
        let values: Vec<_> = found.iter().map(|suggestion| suggestion.value.as_str()).collect();
        assert_eq!(values, ["yaml", "yaml-stream"]);
        assert_eq!(found[0].span, Span::new(line.len() - 2, line.len()));
        let found = Menu::new(&surroundings).complete("elasticache copy-sn", 19);
        assert_eq!(found[0].description.as_deref(), Some("Copies a snapshot, or exports it to an S3 bucket."));
    }
}
