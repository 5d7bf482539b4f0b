//! How a page looks: headings at the margin, everything else indented and filled to the width.

use unicode_width::UnicodeWidthStr;

/// Columns before a text below a heading.
pub(super) const TEXT: usize = 7;
/// Columns before what explains a term.
pub(super) const INNER: usize = 14;

/// Where a page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Columns.
    pub width: usize,
    /// Whether headings and terms are bold.
    pub bold: bool,
}

/// A page in the making.
#[derive(Debug)]
pub(super) struct Page {
    look: Look,
    text: String,
}

impl Page {
    pub(super) fn new(look: Look) -> Self {
        Self { look, text: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn heading(&mut self, heading: &str) {
        self.gap();
        self.emphasised(0, heading);
    }

    /// A term, to be explained below it.
    pub(super) fn term(&mut self, indent: usize, term: &str) {
        self.gap_below_text();
        self.emphasised(indent, term);
    }

    /// A term and, on the same line, what it is.
    pub(super) fn item(&mut self, indent: usize, term: &str, kind: &str) {
        let term = self.strong(term);
        self.line(indent, &format!("{term} {kind}"));
    }

    /// Words filled into lines. A word that is wider than a line has one of its own.
    pub(super) fn paragraph(&mut self, indent: usize, words: &str) {
        self.gap_below_text();
        self.filled(indent, words);
    }

    /// Words filled into lines, directly below what is there.
    pub(super) fn filled(&mut self, indent: usize, words: &str) {
        let room = self.look.width.saturating_sub(indent).max(20);
        let mut line = String::new();
        for word in words.split(' ') {
            if !line.is_empty() && line.width() + 1 + word.width() > room {
                self.line(indent, &line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(indent, &line);
    }

    /// Lines as they stand.
    pub(super) fn literal(&mut self, indent: usize, lines: &str) {
        self.gap_below_text();
        lines.lines().for_each(|line| self.line(indent, line));
    }

    fn emphasised(&mut self, indent: usize, text: &str) {
        let text = self.strong(text);
        self.line(indent, &text);
    }

    fn strong(&self, text: &str) -> String {
        if self.look.bold { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A blank line, except directly below a heading.
    fn gap_below_text(&mut self) {
        let last = self.text.lines().last().unwrap_or_default();
        if last.starts_with(' ') {
            self.gap();
        }
    }
}
