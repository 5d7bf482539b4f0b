//! `configure import`: keys from a CSV file, as the console hands them out.
//!
//! The reference's CSV knows no quotes: lines are cut at every comma.

use super::edit::Edit;
use super::{files, say};
use crate::config::split_lines;
use crate::failure::Failure;
use crate::python::trim;
use crate::session::Session;
use std::path::Path;

/// The columns that are needed, in any order and any case of letters.
const COLUMNS: [&str; 3] = ["User Name", "Access Key ID", "Secret Access key"];

const FORGOTTEN_PREFIX: &str = "You may be passing a file to import without the 'file://' prefix. \
                                To import a CSV file, use --csv file://path/to/file.csv";

/// A row: the profile's name, and its keys.
struct Row<'a> {
    name: &'a str,
    access_key: &'a str,
    secret_key: &'a str,
}

/// Sets the keys of every row in the profile that is called `prefix` and the row's name.
///
/// # Errors
/// A column is missing, or a row has no value in one; such rows are left out when `skip_invalid`.
/// Nothing is written then.
pub(crate) fn run(session: Session<'_>, csv: &str, prefix: &str, skip_invalid: bool) -> Result<u8, Failure> {
    let rows = rows(csv, skip_invalid)?;
    for row in &rows {
        let edits =
            vec![Edit::set("aws_access_key_id", row.access_key), Edit::set("aws_secret_access_key", row.secret_key)];
        files::set_in_credentials(session, &format!("{prefix}{}", row.name), edits)?;
    }
    if !rows.is_empty() {
        files::warn_of_others(session);
    }
    say(&format!("Successfully imported {} profile(s)\n", rows.len())).map(|()| 0)
}

fn rows(csv: &str, skip_invalid: bool) -> Result<Vec<Row<'_>>, Failure> {
    let csv = csv.trim_start_matches('\u{feff}');
    let mut lines = split_lines(csv);
    let header = lines.next().filter(|_| !trim(csv).is_empty());
    let header = header.ok_or_else(|| Failure::general("Provided CSV contains no contents"))?;
    let columns = columns(header).map_err(|missing| match Path::new(csv).is_file() {
        true => Failure::general(FORGOTTEN_PREFIX),
        false => missing,
    })?;
    let mut rows = Vec::new();
    for (place, line) in lines.enumerate() {
        match row(line, columns) {
            Ok(row) => rows.push(row),
            Err(_) if skip_invalid => {}
            Err(column) => {
                return Err(Failure::general(format!(
                    "Failed to parse entry #{}: Row missing value for header \"{column}\"",
                    place + 1
                )));
            }
        }
    }
    Ok(rows)
}

/// Where each of [`COLUMNS`] stands.
fn columns(header: &str) -> Result<[usize; 3], Failure> {
    let mut columns = [0; 3];
    for (place, column) in columns.iter_mut().zip(COLUMNS) {
        *place = cells(header)
            .position(|cell| cell.eq_ignore_ascii_case(column))
            .ok_or_else(|| Failure::general(format!("Expected header \"{column}\" not found")))?;
    }
    Ok(columns)
}

/// The row of a line, or the column that has no value.
fn row(line: &str, columns: [usize; 3]) -> Result<Row<'_>, &'static str> {
    let cell = |column: usize| {
        let cell = cells(line).nth(columns[column]).filter(|cell| !cell.is_empty());
        cell.ok_or(COLUMNS[column])
    };
    Ok(Row { name: cell(0)?, access_key: cell(1)?, secret_key: cell(2)? })
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(trim)
}
