//! `--output table`: titled sections within each other, drawn with `-`, `|` and `+`.

mod build;
mod draw;
mod section;
mod width;

use super::Colors;
use crate::document::Document;
use crate::failure::Failure;

/// The table of `document` under `title`; empty when there is nothing to show. A table wider than
/// `terminal_columns` shows its structures as one row per key instead of one column per key.
pub(super) fn render(
    title: &str,
    document: &Document,
    terminal_columns: usize,
    colors: Colors,
) -> Result<String, Failure> {
    let mut sections = build::sections(title, document)?;
    if draw::columns(&sections) > terminal_columns {
        sections.iter_mut().for_each(section::Section::turn);
    }
    Ok(draw::draw(&sections, colors))
}
