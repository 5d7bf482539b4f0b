//! Folders of JSON files in which fetched credentials and tokens wait for the next command.

use super::retrieved::missing;
use crate::document::Document;
use crate::failure::Failure;
use crate::files;
use crate::python::json;
use crate::session::Session;
use aws_lc_rs::digest;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// One folder. The reference reads what is written here, and the other way round.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Credentials that were fetched.
    pub(super) fn of_credentials(session: Session<'_>) -> Self {
        Self { folder: session.surroundings.expand_home("~/.aws/cli/cache") }
    }

    /// Tokens of sign-on portals.
    pub(super) fn of_tokens(session: Session<'_>) -> Self {
        Self { folder: session.surroundings.expand_home("~/.aws/sso/cache") }
    }

    /// What is kept under `key`; `None` when nothing is.
    ///
    /// # Errors
    /// The file cannot be read, or is no JSON. The text is the key in quotes, like the reference's.
    pub(super) fn read(&self, key: &str) -> Result<Option<Document>, Failure> {
        let path = self.path(key);
        if !path.is_file() {
            return Ok(None);
        }
        let text = files::read_text(&path).map_err(|_| missing(key))?;
        json::parse(&text).map(Some).map_err(|_| missing(key))
    }

    /// Keeps `document` under `key`. Others see the old file or the whole new one, and only its owner may read it.
    pub(super) fn write(&self, key: &str, document: &Document) -> Result<(), Failure> {
        DirBuilder::new().recursive(true).create(&self.folder).map_err(|error| files::refused(&error, &self.folder))?;
        let path = self.path(key);
        let written = replace(&path, &json::compact(document));
        written.map_err(|error| files::refused(&error, &path))
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }
}

/// The key of a text: the name of its file.
pub(super) fn key(text: &str) -> String {
    hex::encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
}

/// The key of arguments, which come in any order.
pub(super) fn key_of_arguments(arguments: &[(&str, Document)]) -> String {
    let mut sorted = arguments.to_vec();
    sorted.sort_by_key(|(name, _)| *name);
    key(&json::compact(&Document::Map(sorted.into_iter().collect())))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    // A command that was killed may have left one.
    drop(fs::remove_file(&beside));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        drop(fs::remove_file(&beside));
    }
    written
}
