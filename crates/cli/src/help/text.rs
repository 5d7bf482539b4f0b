//! The words of the help pages, read from the files beside this one.
//!
//! A file is blocks between blank lines. A block that begins with `# ` opens an entry: its name, and below it the
//! line that says what it is. Within an entry, a block of `--option: text` lines describes options, one of `.Field: text`
//! lines the fields of a structure, `> title` begins an example, `Answer: ` says what comes back, `$ ` is shown as it stands, and everything else is a paragraph.

use std::sync::LazyLock;

const FILES: [&str; 9] = [
    include_str!("text/commands.txt"),
    include_str!("text/operations.txt"),
    include_str!("text/snapshots.txt"),
    include_str!("text/cache-clusters.txt"),
    include_str!("text/replication-groups.txt"),
    include_str!("text/tags.txt"),
    include_str!("text/options.txt"),
    include_str!("text/globals.txt"),
    include_str!("text/fields.txt"),
];

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| FILES.into_iter().flat_map(parse).collect());

/// What the files say about one thing.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub name: &'static str,
    pub line: &'static str,
    pub description: Vec<Block>,
    pub options: Vec<OptionText>,
    pub examples: Vec<Example>,
    pub answer: Option<&'static str>,
}

/// A piece of a description.
#[derive(Debug)]
pub(super) enum Block {
    Paragraph(&'static str),
    Literal(&'static str),
}

/// What is said about one option, or one field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OptionText {
    /// The option with its dashes, and the name of its value where it has one: `--region <name>`.
    pub head: &'static str,
    pub text: &'static str,
}

impl OptionText {
    /// The option alone, `--region`.
    pub(crate) fn option(&self) -> &'static str {
        self.head.split(' ').next().unwrap_or_default()
    }
}

#[derive(Debug)]
pub(super) struct Example {
    pub title: &'static str,
    pub lines: &'static str,
}

impl Entry {
    pub(super) fn option(&self, option: &str) -> Option<OptionText> {
        self.options.iter().copied().find(|known| known.option() == option)
    }

    /// What is said about the field of a structure; nothing for most.
    pub(super) fn field(&self, field: &str) -> Option<&'static str> {
        let known = self.options.iter().find(|known| known.head.strip_prefix('.') == Some(field));
        known.map(|known| known.text)
    }
}

#[cfg(test)]
pub(super) fn entries() -> &'static [Entry] {
    &ENTRIES
}

/// The entry of that name. An entry that is missing reads as an empty one, which the tests find.
pub(super) fn entry(name: &str) -> &'static Entry {
    static EMPTY: LazyLock<Entry> = LazyLock::new(Entry::default);
    ENTRIES.iter().find(|entry| entry.name == name).unwrap_or(&EMPTY)
}

fn parse(file: &'static str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for block in file.split("\n\n").map(str::trim_end).filter(|block| !block.is_empty()) {
        if let Some(head) = block.strip_prefix("# ") {
            let (name, line) = head.split_once('\n').unwrap_or((head, ""));
            entries.push(Entry { name, line, ..Entry::default() });
        } else if let Some(entry) = entries.last_mut() {
            add(entry, block);
        }
    }
    entries
}

fn add(entry: &mut Entry, block: &'static str) {
    if block.starts_with("--") || block.starts_with('.') {
        let options = block.lines().filter_map(|line| line.split_once(": "));
        entry.options.extend(options.map(|(head, text)| OptionText { head, text }));
    } else if let Some(example) = block.strip_prefix("> ") {
        let (title, lines) = example.split_once('\n').unwrap_or((example, ""));
        entry.examples.push(Example { title, lines });
    } else if let Some(answer) = block.strip_prefix("Answer: ") {
        entry.answer = Some(answer);
    } else if block.starts_with("$ ") {
        entry.description.push(Block::Literal(block));
    } else {
        entry.description.push(Block::Paragraph(block));
    }
}
