//! What `valkeep serve` tells of the work on a snapshot, in a header field beside its description.
//!
//! `job=export; state=running; done=1048576; total=5242880`, with `estimate` for a total that is not known for sure, or `job=export; state=failed; reason="…"`. Amazon's
//! service has no such field, and what is not of this form is passed over.

/// The header field.
pub(crate) const FIELD: &str = "x-valkeep-work";

/// How far the work is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Running {
        /// Bytes.
        done: u64,
        total: Option<Total>,
    },
    Failed {
        reason: String,
    },
}

/// How much there is to do, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Total {
    Exact(u64),
    Estimate(u64),
}

impl Work {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (fields, reason) = match text.split_once("reason=\"") {
            Some((fields, rest)) => (fields, Some(unescape(rest)?)),
            None => (text, None),
        };
        let field = |name: &str| {
            let named = fields.split(';').filter_map(|field| field.trim().split_once('='));
            named.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
        };
        match field("state")? {
            "running" => Some(Self::Running {
                done: field("done")?.parse().ok()?,
                total: match (field("total"), field("estimate")) {
                    (Some(exact), _) => Some(Total::Exact(exact.parse().ok()?)),
                    (None, Some(estimate)) => Some(Total::Estimate(estimate.parse().ok()?)),
                    (None, None) => None,
                },
            }),
            "failed" => Some(Self::Failed { reason: reason? }),
            _ => None,
        }
    }
}

/// The text up to the closing quotation mark. A backslash stands before a quotation mark or a backslash.
fn unescape(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some(plain),
            '\\' => plain.push(letters.next()?),
            letter => plain.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_and_other_texts_are_passed_over() {
        let running = |done, total| Some(Work::Running { done, total });
        let failed = |reason: &str| Some(Work::Failed { reason: reason.to_owned() });
        for (text, expected) in [
            ("job=export; state=running; done=10; total=20", running(10, Some(Total::Exact(20)))),
            ("job=create; state=running; done=10; estimate=20", running(10, Some(Total::Estimate(20)))),
            ("job=create; state=running; done=10; estimate=some", None),
            ("job=create; state=running; done=10", running(10, None)),
            (
                "job=export; state=failed; reason=\"The \\\"b\\\\c\\\" is gone; state=running\"",
                failed("The \"b\\c\" is gone; state=running"),
            ),
            ("job=export; state=failed", None),
            ("job=export; state=failed; reason=\"cut", None),
            ("job=copy; state=running; done=many", None),
            ("job=copy; state=running; done=1; total=-1", None),
            ("job=copy; state=asleep", None),
            ("", None),
        ] {
            assert_eq!(Work::parse(text), expected, "{text}");
        }
    }
}
