//! The lines of a table.

use super::section::Section;
use super::width::width;
use crate::output::Colors;

/// How wide a terminal must be for `sections`, in columns.
pub(super) fn columns(sections: &[Section]) -> usize {
    sections.iter().map(Section::least_columns).max().unwrap_or(0)
}

/// All sections, each as wide as the widest of them needs; nothing when there is none.
pub(super) fn draw(sections: &[Section], colors: Colors) -> String {
    let mut canvas = Canvas { text: String::new(), colors, level: 0 };
    if sections.is_empty() {
        return canvas.text;
    }
    let columns = columns(sections);
    canvas.put(&format!("{}\n", "-".repeat(columns)));
    for section in sections {
        canvas.level = section.level;
        canvas.section(section, columns - 2 * section.level);
    }
    canvas.text
}

struct Canvas {
    text: String,
    colors: Colors,
    /// How many bars are on either side of each line.
    level: usize,
}

impl Canvas {
    fn section(&mut self, section: &Section, columns: usize) {
        self.line(&cell(&section.title, width(&section.title), columns, true, Align::Center));
        if section.header.is_empty() && section.rows.is_empty() {
            self.line(&format!("+{}+", "-".repeat(columns - 2)));
        }
        let widths = section.columns(columns);
        if !section.header.is_empty() {
            self.rule(&widths);
            self.row(&section.header, &widths, Align::Center);
        }
        if !section.rows.is_empty() && !widths.is_empty() {
            self.rule(&widths);
            for row in &section.rows {
                self.row(row, &widths, Align::Left);
            }
            self.rule(&widths);
        }
    }

    fn rule(&mut self, widths: &[usize]) {
        let mut rule = String::from("+");
        for (place, width) in widths.iter().enumerate() {
            rule += &"-".repeat(width.saturating_sub(if place == 0 { 2 } else { 1 }));
            rule.push('+');
        }
        self.line(&rule);
    }

    fn row(&mut self, texts: &[String], widths: &[usize], align: Align) {
        let mut row = String::new();
        for (place, (text, columns)) in texts.iter().zip(widths).enumerate() {
            let shown = match align {
                Align::Center => text.clone(),
                Align::Left => self.colors.value(text),
            };
            row += &cell(&shown, width(text), *columns, place == 0, align);
        }
        self.line(&row);
    }

    /// A line between its bars.
    fn line(&mut self, content: &str) {
        let bars = self.colors.bar().repeat(self.level);
        for part in [&bars, content, &bars, "\n"] {
            self.put(part);
        }
    }

    fn put(&mut self, part: &str) {
        self.text += part;
        self.text += self.colors.end_of_part();
    }
}

#[derive(Clone, Copy)]
enum Align {
    Left,
    Center,
}

/// `text`, which fills `text_columns`, in a cell of `columns` with its right edge, and its left one if it is
/// the `first` of its row.
fn cell(text: &str, text_columns: usize, columns: usize, first: bool, align: Align) -> String {
    let edge = if first { "|" } else { "" };
    let before = match align {
        Align::Center => (columns / 2).saturating_sub(text_columns / 2 + 1),
        Align::Left if columns > edge.len() + 2 + text_columns => 2,
        Align::Left => 0,
    };
    let after = columns.saturating_sub(edge.len() + before + text_columns + 1);
    format!("{edge}{}{text}{}|", " ".repeat(before), " ".repeat(after))
}
