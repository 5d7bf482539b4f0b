//! The header that tells of the work on a snapshot: an extension of our own, beside the answer of the API.

use http::HeaderValue;
use valkeep_control::jobs::{Moved, MovingJob, Total};
use valkeep_control::snapshots::describe::SnapshotWork;

/// Name of the header.
pub(crate) const HEADER: &str = "x-valkeep-work";

/// A reason with its escapes is at most this long, without its quotes. Unit: bytes. Our choice.
const MAX_REASON_BYTES: usize = 300;

/// Value of the header.
pub(crate) fn header(work: &SnapshotWork) -> HeaderValue {
    let text = match work {
        SnapshotWork::Running(Moved { job, done_bytes, total }) => {
            let total = match total {
                Some(Total::Exact(bytes)) => format!("; total={bytes}"),
                Some(Total::Estimate(bytes)) => format!("; estimate={bytes}"),
                None => String::new(),
            };
            format!("job={}; state=running; done={done_bytes}{total}", word(*job))
        }
        SnapshotWork::Failed { job, reason } => {
            format!("job={}; state=failed; reason=\"{}\"", word(*job), escaped(reason))
        }
    };
    HeaderValue::try_from(text).expect("words, numbers and an escaped reason are printable ASCII")
}

const fn word(job: MovingJob) -> &'static str {
    match job {
        MovingJob::Create => "create",
        MovingJob::Copy => "copy",
        MovingJob::Export => "export",
    }
}

/// Printable ASCII with quotes and backslashes behind a backslash, cut between characters; `?` for what is not printable.
fn escaped(reason: &str) -> String {
    let mut text = String::new();
    for character in reason.chars() {
        let shown = if matches!(character, ' '..='~') { character } else { '?' };
        let escape = matches!(shown, '"' | '\\').then_some('\\');
        if text.len() + usize::from(escape.is_some()) + 1 > MAX_REASON_BYTES {
            break;
        }
        text.extend(escape.into_iter().chain([shown]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(work: &SnapshotWork) -> String {
        header(work).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_running_job_tells_its_bytes_and_the_total_where_it_is_known() {
        let running = |job, total| shown(&SnapshotWork::Running(Moved { job, done_bytes: 1 << 20, total }));
        let exact = |bytes| Some(Total::Exact(bytes));
        assert_eq!(
            running(MovingJob::Export, exact(5 << 20)),
            "job=export; state=running; done=1048576; total=5242880"
        );
        assert_eq!(running(MovingJob::Copy, exact(1 << 20)), "job=copy; state=running; done=1048576; total=1048576");
        let estimate = Some(Total::Estimate(5 << 20));
        assert_eq!(running(MovingJob::Create, estimate), "job=create; state=running; done=1048576; estimate=5242880");
        assert_eq!(running(MovingJob::Create, None), "job=create; state=running; done=1048576");
    }

    #[test]
    fn a_reason_is_printable_escaped_and_short() {
        let long = "a".repeat(299);
        for (reason, expected) in [
            ("The S3 bucket b does not exist.", "The S3 bucket b does not exist.".to_owned()),
            (r#"key "a\b""#, r#"key \"a\\b\""#.to_owned()),
            ("a\r\nx: y\tü\u{7f}\0", "a??x: y????".to_owned()),
            (&format!("{long}bc"), format!("{long}b")),
            // An escape is not cut in two.
            (&format!("{long}\"c"), long.clone()),
        ] {
            let shown = shown(&SnapshotWork::Failed { job: MovingJob::Export, reason: reason.to_owned() });
            assert_eq!(shown, format!("job=export; state=failed; reason=\"{expected}\""));
        }
    }
}
