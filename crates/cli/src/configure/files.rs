//! Replacing a configuration file by its edited text.

use super::edit::{self, Edit};
use crate::config::read_text;
use crate::failure::Failure;
use crate::files;
use crate::output;
use crate::session::Session;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Sets keys in the section `[header]` of the configuration file.
pub(crate) fn set_in_config(session: Session<'_>, header: &str, edits: Vec<Edit>) -> Result<(), Failure> {
    set(session.settings.config_file(), header, edits)
}

/// Sets keys in the section `[header]` of the credentials file.
pub(crate) fn set_in_credentials(session: Session<'_>, header: &str, edits: Vec<Edit>) -> Result<(), Failure> {
    set(session.settings.credentials_file(), header, edits)
}

/// Warns when others can open the credentials file.
pub(crate) fn warn_of_others(session: Session<'_>) {
    let path = session.settings.credentials_file();
    let others = fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
    if others {
        let (program, path) = (output::NAME, path.display());
        output::to_stderr(&format!(
            "\n{program}: [WARNING]: The file '{path}' is accessible by other users. Consider running \
             'chmod 600 {path}' to restrict access to only your user.\n"
        ));
    }
}

fn set(path: &Path, header: &str, edits: Vec<Edit>) -> Result<(), Failure> {
    edit::check(header, &edits)?;
    let text = read_text(path)?.unwrap_or_default();
    let text = edit::apply(&text, header, edits)?;
    make_folder_of(path)?;
    write(path, &text).map_err(|error| files::refused(&error, path))
}

fn make_folder_of(path: &Path) -> Result<(), Failure> {
    let Some(folder) = path.parent() else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| files::refused(&error, folder))
}

/// Writes the whole text next to the file and renames it to the file's name. The reference writes into
/// the file itself, so that a command that is killed can leave half of it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {
            let target = fs::canonicalize(path)?;
            // A file that is mounted, or whose folder is not ours to change, can only be written into.
            replace(&target, text, found.permissions()).or_else(|_| fs::write(&target, text))
        }
        Ok(_) => fs::write(path, text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => replace(path, text, Permissions::from_mode(0o600)),
        Err(error) => Err(error),
    }
}

fn replace(path: &Path, text: &str, permissions: Permissions) -> io::Result<()> {
    let draft = draft(path);
    let written = write_draft(&draft, text, permissions).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // What matters is why the draft could not be used, not whether it could be taken away.
        drop(fs::remove_file(&draft));
    }
    written
}

fn draft(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.draft", std::process::id()));
    path.with_file_name(name)
}

fn write_draft(draft: &Path, text: &str, permissions: Permissions) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()
}
