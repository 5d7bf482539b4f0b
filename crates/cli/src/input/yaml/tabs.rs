//! Tabs between values: outside of brackets and braces the reference takes none, where libyaml does.

use libyaml_safer::{Event, EventData, MappingStyle, ScalarStyle, SequenceStyle};

/// Watches the events of one text for tabs.
pub(super) struct Tabs {
    /// The characters of the text; none when it has no tab, and nothing is to be watched.
    characters: Vec<char>,
    /// The character behind the last event.
    at: usize,
    /// For each open list or map, whether it stands in brackets or braces.
    flows: Vec<bool>,
}

impl Tabs {
    pub(super) fn of(text: &str) -> Self {
        let characters = if text.contains('\t') { text.chars().collect() } else { Vec::new() };
        Self { characters, at: 0, flows: Vec::new() }
    }

    /// Whether a tab stands in the text of the next event, or before it, where none may.
    pub(super) fn forbid(&mut self, event: &Event) -> bool {
        let place = |index: u64| usize::try_from(index).unwrap_or(usize::MAX).min(self.characters.len());
        let (start, end) = (place(event.start_mark.index), place(event.end_mark.index));
        let is_plain = matches!(event.data, EventData::Scalar { style: ScalarStyle::Plain, .. });
        let to = if is_plain { end } else { start };
        let watched = self.characters.get(self.at..to).filter(|_| !self.flows.contains(&true)).unwrap_or_default();
        let forbidden = watched.split(|c| *c == '\n').any(|line| {
            let comment = line.iter().position(|c| *c == '#').filter(|_| !is_plain).unwrap_or(line.len());
            line[..comment].contains(&'\t')
        });
        self.at = self.at.max(end);
        match event.data {
            EventData::SequenceStart { style, .. } => self.flows.push(style == SequenceStyle::Flow),
            EventData::MappingStart { style, .. } => self.flows.push(style == MappingStyle::Flow),
            EventData::SequenceEnd | EventData::MappingEnd => drop(self.flows.pop()),
            EventData::StreamStart { .. }
            | EventData::StreamEnd
            | EventData::DocumentStart { .. }
            | EventData::DocumentEnd { .. }
            | EventData::Alias { .. }
            | EventData::Scalar { .. } => {}
        }
        forbidden
    }
}
