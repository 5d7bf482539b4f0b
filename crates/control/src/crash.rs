//! Named places where a test can end the process at once, as a power cut would.
//!
//! Built with the feature `crash-points`, the process kills itself with SIGKILL when it reaches the place named in
//! `VALKEEP_CRASH_AT`. Without the feature a place costs nothing and does nothing.

macro_rules! points {
    ($($name:ident => $text:literal),+ $(,)?) => {
        /// A step boundary of a job.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CrashPoint { $($name),+ }

        impl CrashPoint {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

points! {
    RequestBeforeCommit => "request.before-commit",
    RequestAfterCommit => "request.after-commit",
    JobClaimed => "job.claimed",
    CreateBeforeBlobRecord => "create.before-blob-record",
    CreateBlobRecorded => "create.blob-recorded",
    CreateCaptured => "create.captured",
    CreateBlobCommitted => "create.blob-committed",
    CreateVerified => "create.verified",
    CreateFinished => "create.finished",
    CopyBeforeReferences => "copy.before-references",
    CopyBlobRecorded => "copy.blob-recorded",
    CopyBlobCommitted => "copy.blob-committed",
    CopyFinished => "copy.finished",
    ExportBeforeBegin => "export.before-begin",
    ExportBegunUnrecorded => "export.begun-unrecorded",
    ExportBegun => "export.begun",
    ExportPartUnrecorded => "export.part-unrecorded",
    ExportPartRecorded => "export.part-recorded",
    ExportBeforeComplete => "export.before-complete",
    ExportCompletedUnrecorded => "export.completed-unrecorded",
    ExportFinished => "export.finished",
    DeleteBeforeRelease => "delete.before-release",
    DeleteReleased => "delete.released",
    SweepBytesRemoved => "sweep.bytes-removed",
    StartNodeStarted => "start.node-started",
    StartFinished => "start.finished",
    RemoveNodeRemoved => "remove.node-removed",
    RemoveFinished => "remove.finished",
}

/// Ends the process here when a test asked for it.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn reached(_point: CrashPoint) {}

/// Ends the process here when a test asked for it.
#[cfg(feature = "crash-points")]
pub(crate) fn reached(point: CrashPoint) {
    static WANTED: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    let wanted = WANTED.get_or_init(|| std::env::var("VALKEEP_CRASH_AT").ok());
    if wanted.as_deref() == Some(point.name()) {
        let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        std::process::exit(if killed.is_ok() { 137 } else { 1 });
    }
}
