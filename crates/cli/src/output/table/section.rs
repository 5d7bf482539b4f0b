//! One titled part of a table, with rows of equal length.

use super::width::width;
use crate::document::Document;
use crate::failure::Failure;
use crate::python::{self, Maps};

/// What a cell has beside its text: two blanks on its left and, with its edge, two columns on its right.
const CELL_PADDING: usize = 4;

/// The edges of a section.
const BORDERS: usize = 2;

#[derive(Debug)]
pub(super) struct Section {
    pub title: String,
    /// How many sections are around this one.
    pub level: usize,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// The width of the widest text in each column; `None` before the first row or header.
    widths: Option<Vec<usize>>,
}

impl Section {
    pub(super) fn new(title: &str, level: usize) -> Self {
        Self { title: title.to_owned(), level, header: Vec::new(), rows: Vec::new(), widths: None }
    }

    /// Sets the header. A second one may not be longer than the first.
    pub(super) fn set_header(&mut self, keys: &[&str]) -> Result<(), Failure> {
        let header: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
        if self.widths.as_ref().is_some_and(|widths| widths.len() < header.len()) {
            return Err(Failure::general("list index out of range"));
        }
        self.widths = Some(self.widened(&header));
        self.header = header;
        Ok(())
    }

    pub(super) fn add_row(&mut self, cells: &[&Document]) -> Result<(), Failure> {
        let row: Vec<String> = cells.iter().map(|cell| python::str(cell, Maps::Dict)).collect();
        self.add_texts(row)
    }

    pub(super) fn add_texts(&mut self, row: Vec<String>) -> Result<(), Failure> {
        let columns = self.widths.as_ref().map_or(row.len(), Vec::len);
        if row.len() != columns {
            let text = format!("Row should have {columns} elements, instead it has {}", row.len());
            return Err(Failure::General(text));
        }
        self.widths = Some(self.widened(&row));
        self.rows.push(row);
        Ok(())
    }

    /// The widths of the columns once `texts` are among them.
    fn widened(&self, texts: &[String]) -> Vec<usize> {
        let mut widths = self.widths.clone().unwrap_or_else(|| vec![0; texts.len()]);
        for (widest, text) in widths.iter_mut().zip(texts) {
            *widest = width(text).max(*widest);
        }
        widths
    }

    /// Turns a header with one row below it into one row per key.
    pub(super) fn turn(&mut self) {
        let ([row], false) = (self.rows.as_slice(), self.header.is_empty()) else {
            return;
        };
        let mut turned = Self::new(&self.title, self.level);
        turned.rows = self.header.iter().zip(row).map(|(key, value)| vec![key.clone(), value.clone()]).collect();
        for place in 0..turned.rows.len() {
            turned.widths = Some(turned.widened(&turned.rows[place]));
        }
        *self = turned;
    }

    /// The least columns of a terminal that the section and the bars beside it need.
    pub(super) fn least_columns(&self) -> usize {
        let cells: usize = self.widths.iter().flatten().map(|width| width + CELL_PADDING).sum();
        width(&self.title).max(cells) + BORDERS + 2 * self.level
    }

    /// The width of each column, edges included, when the section is stretched to `columns` altogether.
    pub(super) fn columns(&self, columns: usize) -> Vec<usize> {
        let cells: Vec<usize> = self.widths.iter().flatten().map(|width| width + CELL_PADDING).collect();
        stretch(&cells, columns)
    }
}

/// Multiplies all widths by one factor so that they sum up to `total`. What rounding leaves over is taken
/// from the first columns or given to the last, one by one.
fn stretch(widths: &[usize], total: usize) -> Vec<usize> {
    let factor = total as f64 / widths.iter().sum::<usize>() as f64;
    let mut stretched: Vec<usize> =
        widths.iter().map(|&width| (factor * width as f64).round_ties_even() as usize).collect();
    let sum: usize = stretched.iter().sum();
    stretched.iter_mut().take(sum.saturating_sub(total)).for_each(|width| *width -= 1);
    stretched.iter_mut().rev().take(total.saturating_sub(sum)).for_each(|width| *width += 1);
    stretched
}
