//! The lines that were run from the prompt before, in a file that only its owner can read.

use crate::Surroundings;
use crate::completion::Line;
use reedline::{FileBackedHistory, History as _, HistoryItem};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Lines that are kept.
const MOST: usize = 1000;
/// Bytes that are read of the file.
const MOST_BYTES: u64 = 1 << 20;
/// A line with one of these holds a secret and is not kept.
const SECRETS: [&str; 4] = ["--auth-token", "--passwords", "aws_secret_access_key", "aws_session_token"];

#[derive(Debug)]
pub(super) struct History {
    path: PathBuf,
    lines: Vec<String>,
}

impl History {
    /// The lines of the file; none when it cannot be read.
    pub(super) fn load(surroundings: &Surroundings) -> Self {
        let path = surroundings.expand_home("~/.aws/cli/prompt_history");
        let lines = read(&path).unwrap_or_default();
        Self { path, lines }
    }

    pub(super) fn for_editor(&self) -> Box<dyn reedline::History> {
        let mut history = FileBackedHistory::new(MOST).unwrap_or_default();
        for line in &self.lines {
            // A history in memory takes every line.
            history.save(HistoryItem::from_command_line(line)).ok();
        }
        Box::new(history)
    }

    /// Keeps a line. A history that cannot be written is no reason not to run the command.
    pub(super) fn add(&mut self, line: &str) {
        let line = line.trim();
        let repeated = self.lines.last().is_some_and(|last| last == line);
        if line.is_empty() || line.contains('\n') || repeated || is_secret(line) {
            return;
        }
        self.lines.push(line.to_owned());
        let old = self.lines.len().saturating_sub(MOST);
        self.lines.drain(..old);
        write(&self.path, &self.lines).ok();
    }
}

/// Whether an option or a setting in the line is a secret, an abbreviated option included.
fn is_secret(line: &str) -> bool {
    Line::parse(line).words.iter().any(|word| {
        let name = word.split('=').next().unwrap_or(word);
        let begins = |secret: &str| name.starts_with("--") && name.len() > 3 && secret.starts_with(name);
        SECRETS.iter().any(|secret| name.ends_with(secret) || begins(secret))
    })
}

fn read(path: &Path) -> io::Result<Vec<String>> {
    let mut text = String::new();
    io::Read::read_to_string(&mut io::Read::take(fs::File::open(path)?, MOST_BYTES), &mut text)?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn write(path: &Path, lines: &[String]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all((lines.join("\n") + "\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    fn at(home: &Path) -> Surroundings {
        Surroundings {
            program: "valkeep".to_owned(),
            arguments: Vec::new(),
            variables: BTreeMap::from([("HOME".to_owned(), home.display().to_string())]),
            now: chrono::Utc::now,
        }
    }

    #[test]
    fn lines_are_kept_for_the_owner_alone() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let surroundings = at(home.path());
        let mut history = History::load(&surroundings);
        ["help", "help", "", "  sts get-caller-identity "].into_iter().for_each(|line| history.add(line));
        let again = History::load(&surroundings);
        assert_eq!(again.lines, ["help", "sts get-caller-identity"]);
        let mode = fs::metadata(&again.path).expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn the_oldest_lines_go_first() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let mut history = History::load(&at(home.path()));
        history.lines = (0..MOST).map(|number| number.to_string()).collect();
        history.add("new");
        assert_eq!((history.lines.len(), history.lines[0].as_str()), (MOST, "1"));
    }

    #[test]
    fn lines_with_secrets_are_not_kept() {
        for (line, secret) in [
            ("elasticache create-cache-cluster --auth-token x", true),
            ("elasticache create-cache-cluster --auth-token=x", true),
            ("elasticache create-user --pass x", true),
            ("configure set aws_secret_access_key x", true),
            ("configure set profile.work.aws_session_token x", true),
            ("elasticache copy-snapshot --source-snapshot-name a", false),
            ("elasticache copy-snapshot --profile a", false),
        ] {
            assert_eq!(is_secret(line), secret, "{line}");
        }
    }
}
