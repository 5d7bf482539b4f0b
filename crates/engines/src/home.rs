//! The directory of a node: its configuration, its data, its log, and the proof of whose process it is.
//!
//! The log is the node's standard output, and the process holds it locked for as long as it (or a child of it) lives: the
//! lock goes with the open file that it inherits. So "does it run" is a question to the kernel, and two starts cannot both
//! begin a process. The pid file is removed before a start, under the lock, and written by the server itself: while the log
//! is locked, it names the process that holds the lock, or is not there yet. Neither survives a process in a wrong state.

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use valkeep_ports::engines::EngineError;

use crate::link::printable;

/// Names of the files, relative to the directory.
pub(crate) const CONFIG_FILE: &str = "node.conf";
pub(crate) const PID_FILE: &str = "node.pid";
const LOG_FILE: &str = "node.log";
/// There until the node is taken into service.
const NEW_FILE: &str = "node.new";

/// The append-only file of a node, which it makes when it first starts: the manifest of it, or before Redis 7 the file itself.
/// Without it a server starts empty.
const DATA_FILES: [&str; 2] = ["appendonlydir/appendonly.aof.manifest", "appendonly.aof"];

/// As much of the end of a log as explains a failure.
const LAST_WORDS_BYTES: u64 = 1000;

/// A log that is larger is begun anew at the next start.
const LOG_BYTES_MAX: u64 = 4 << 20;

/// The directory of a node.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
}

/// The right to start a process here: nobody else has one. It is handed on as the standard output of the process.
#[derive(Debug)]
pub(crate) struct Vacancy {
    pub(crate) log: File,
}

impl Home {
    /// Makes the directory of a new node, for us alone, where it is missing.
    ///
    /// # Errors
    /// `Local`, also when the id is not fit to be a file name.
    pub(crate) fn create(directory: &Path, node_id: &str) -> Result<Self, EngineError> {
        let path = path(directory, node_id).map_err(EngineError::Local)?;
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => File::create(path.join(NEW_FILE)).map(drop).map_err(EngineError::Local)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(EngineError::Local(error)),
        }
        Ok(Self { path })
    }

    /// From now on the directory holds what somebody may miss.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn take_into_service(&self) -> io::Result<()> {
        match fs::remove_file(self.path.join(NEW_FILE)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Whether it was taken into service. One that was made and has nothing in it was not.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn is_in_service(&self) -> io::Result<bool> {
        Ok(!self.path.join(NEW_FILE).try_exists()? && self.has_data()?)
    }

    /// The directory, where there is one.
    ///
    /// # Errors
    /// As [`Home::create`].
    pub(crate) fn find(directory: &Path, node_id: &str) -> Result<Option<Self>, EngineError> {
        let path = path(directory, node_id).map_err(EngineError::Local)?;
        let there = path.try_exists().map_err(EngineError::Local)?;
        Ok(there.then_some(Self { path }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a node that ran here left its data.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn has_data(&self) -> io::Result<bool> {
        for file in DATA_FILES {
            if self.path.join(file).try_exists()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The right to start a process, when none runs.
    ///
    /// # Errors
    /// `Local`.
    pub(crate) fn vacancy(&self) -> Result<Option<Vacancy>, EngineError> {
        let log =
            OpenOptions::new().create(true).append(true).open(self.path.join(LOG_FILE)).map_err(EngineError::Local)?;
        match log.try_lock() {
            Ok(()) => Ok(Some(Vacancy { log })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(EngineError::Local(error)),
        }
    }

    /// Writes the configuration and clears what the last process left. The data stay.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn prepare(&self, vacancy: &Vacancy, config: &str) -> io::Result<()> {
        match fs::remove_file(self.path.join(PID_FILE)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        if vacancy.log.metadata()?.len() > LOG_BYTES_MAX {
            vacancy.log.set_len(0)?;
        }
        fs::write(self.path.join(CONFIG_FILE), config)
    }

    /// The process that runs here, once it has said which one it is. A server that is just writing its file has not yet.
    ///
    /// # Errors
    /// `Local` when the file is there and cannot be read: that says nothing of the process.
    pub(crate) fn process_id(&self) -> Result<Option<i32>, EngineError> {
        match fs::read_to_string(self.path.join(PID_FILE)) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(EngineError::Local(error)),
        }
    }

    /// Signals the process that runs here. The pid is pinned before it is proved, by its working directory, to be ours, so
    /// that no stranger is hit who was given the same number. Nothing happens when there is no such process.
    ///
    /// # Errors
    /// `Local`.
    pub(crate) fn signal(&self, signal: Signal) -> Result<(), EngineError> {
        let Some(pid) = self.process_id()?.and_then(Pid::from_raw) else { return Ok(()) };
        let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return Ok(()) };
        let lives_here = fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())).is_ok_and(|cwd| cwd == self.path);
        if !lives_here {
            return Ok(());
        }
        match pidfd_send_signal(&process, signal) {
            Err(error) if error != rustix::io::Errno::SRCH => Err(EngineError::Local(error.into())),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The end of the log, on one line.
    pub(crate) fn last_words(&self) -> String {
        let mut bytes = Vec::new();
        let read = File::open(self.path.join(LOG_FILE)).and_then(|mut log| {
            let length = log.metadata()?.len();
            log.seek(SeekFrom::Start(length.saturating_sub(LAST_WORDS_BYTES)))?;
            log.take(LAST_WORDS_BYTES).read_to_end(&mut bytes)
        });
        match read {
            Ok(0) => "it said nothing".to_owned(),
            Ok(_) => printable(&bytes).trim().to_owned(),
            Err(error) => format!("its log cannot be read: {error}"),
        }
    }

    /// Removes the directory with all in it.
    ///
    /// # Errors
    /// `Local`.
    pub(crate) async fn remove(&self, vacancy: Vacancy) -> Result<(), EngineError> {
        let removed = tokio::fs::remove_dir_all(&self.path).await;
        drop(vacancy);
        removed.map_err(EngineError::Local)
    }
}

/// The id becomes a path only when it is a plain word.
fn path(directory: &Path, node_id: &str) -> io::Result<PathBuf> {
    let plain = !node_id.is_empty() && node_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain {
        Ok(directory.join(node_id))
    } else {
        Err(io::Error::new(ErrorKind::InvalidInput, "the node id is no file name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Command};

    #[test]
    fn only_plain_words_become_directories() {
        let directory = tempfile::tempdir().unwrap();
        for bad in ["", ".", "..", "a/b", "../a", "a.b", "a\0"] {
            assert!(Home::create(directory.path(), bad).is_err(), "{bad:?}");
            assert!(Home::find(directory.path(), bad).is_err(), "{bad:?}");
        }
        let home = Home::create(directory.path(), "cache-001").unwrap();
        assert_eq!(fs::metadata(home.path()).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(Home::create(directory.path(), "cache-001").is_ok());
        assert!(Home::find(directory.path(), "cache-002").unwrap().is_none());
    }

    #[test]
    fn a_home_has_one_vacancy() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::create(directory.path(), "a").unwrap();
        let vacancy = home.vacancy().unwrap().unwrap();
        assert!(home.vacancy().unwrap().is_none());
        drop(vacancy);
        assert!(home.vacancy().unwrap().is_some());
    }

    #[test]
    fn a_process_that_lives_elsewhere_is_not_signalled() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::create(&directory.path().canonicalize().unwrap(), "a").unwrap();
        let mut here = sleeper(home.path());
        let mut elsewhere = sleeper(directory.path());
        name_process(&home, &elsewhere);
        home.signal(Signal::TERM).unwrap();
        name_process(&home, &here);
        home.signal(Signal::TERM).unwrap();
        assert_eq!(here.wait().unwrap().signal(), Some(Signal::TERM.as_raw()));
        home.signal(Signal::TERM).unwrap();
        elsewhere.kill().unwrap();
        assert_eq!(elsewhere.wait().unwrap().signal(), Some(Signal::KILL.as_raw()));
    }

    #[test]
    fn a_pid_file_that_cannot_be_read_is_not_taken_for_none() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::create(directory.path(), "a").unwrap();
        assert_eq!(home.process_id().unwrap(), None);
        for (text, id) in [("", None), ("77\n", Some(77))] {
            fs::write(home.path().join(PID_FILE), text).unwrap();
            assert_eq!(home.process_id().unwrap(), id, "{text:?}");
        }
        fs::remove_file(home.path().join(PID_FILE)).unwrap();
        fs::create_dir(home.path().join(PID_FILE)).unwrap();
        assert!(matches!(home.process_id(), Err(EngineError::Local(_))));
        assert!(matches!(home.signal(Signal::TERM), Err(EngineError::Local(_))));
    }

    fn name_process(home: &Home, process: &Child) {
        fs::write(home.path().join(PID_FILE), format!("{}\n", process.id())).unwrap();
    }

    fn sleeper(directory: &Path) -> Child {
        Command::new("sleep").arg("600").current_dir(directory).spawn().unwrap()
    }

    #[test]
    fn last_words_are_the_end_of_the_log_on_one_line() {
        let directory = tempfile::tempdir().unwrap();
        let home = Home::create(directory.path(), "a").unwrap();
        let vacancy = home.vacancy().unwrap().unwrap();
        assert_eq!(home.last_words(), "it said nothing");
        fs::write(home.path().join(LOG_FILE), format!("{}first\nlast \u{1b}[0m\n", "x".repeat(5000))).unwrap();
        assert!(home.last_words().ends_with("xfirst last  [0m"));
        assert!(home.last_words().len() as u64 <= LAST_WORDS_BYTES);
        drop(vacancy);
    }
}
