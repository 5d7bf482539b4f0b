//! Parameters of DescribeEvents (L69).

use super::{PageLimits, page};
use crate::fault::Answer;
use valkeep_api::Parameters;
use valkeep_control::events::{DescribeEvents, EventsOf};
use valkeep_domain::event::{KEPT_MS, SourceType};
use valkeep_domain::time::Timestamp;

/// W21.
const EVENTS: PageLimits = PageLimits { default: 100, max: 100 };

const MINUTE_MS: i64 = 60_000;

/// How far back events are shown unless the caller says otherwise: an hour.
const DEFAULT_MINUTES: i64 = 60;

pub(crate) fn describe(now: Timestamp, given: &Parameters<'_>) -> Result<DescribeEvents, Answer> {
    let (from, to) = period(now, given)?;
    Ok(DescribeEvents { of: events_of(given)?, from, to, page: page(given, EVENTS)? })
}

fn events_of(given: &Parameters<'_>) -> Result<EventsOf, Answer> {
    let kind = given.string("SourceType").map(|word| {
        SourceType::parse(word)
            .ok_or_else(|| Answer::invalid_value(format!("Invalid value {word} for the parameter SourceType.")))
    });
    match (kind.transpose()?, given.string("SourceIdentifier")) {
        (None, None) => Ok(EventsOf::Everything),
        (Some(kind), None) => Ok(EventsOf::Type(kind)),
        // Identifiers are kept in lower case (N1).
        (Some(kind), Some(id)) => Ok(EventsOf::Source(kind, id.to_ascii_lowercase())),
        (None, Some(_)) => Err(Answer::invalid_combination("SourceIdentifier cannot be specified without SourceType.")),
    }
}

/// First and last moment. A duration counts back from the end, or on from the start when only that is given.
fn period(now: Timestamp, given: &Parameters<'_>) -> Result<(Timestamp, Timestamp), Answer> {
    let moment = |name| given.timestamp(name).map(Timestamp::from_ms);
    let (start, end, minutes) = (moment("StartTime"), moment("EndTime"), minutes(given)?);
    match (start, end, minutes) {
        (Some(_), Some(_), Some(_)) => {
            Err(Answer::invalid_combination("Duration cannot be specified together with both StartTime and EndTime."))
        }
        (Some(start), Some(end), None) if start > end => {
            Err(Answer::invalid_combination("StartTime must not be later than EndTime."))
        }
        (Some(start), Some(end), None) => Ok((start, end)),
        (Some(start), None, Some(minutes)) => Ok((start, start.plus_ms(minutes * MINUTE_MS))),
        (Some(start), None, None) => Ok((start, now)),
        (None, end, minutes) => {
            let end = end.unwrap_or(now);
            Ok((end.plus_ms(-minutes.unwrap_or(DEFAULT_MINUTES) * MINUTE_MS), end))
        }
    }
}

fn minutes(given: &Parameters<'_>) -> Result<Option<i64>, Answer> {
    const MOST: i64 = KEPT_MS / MINUTE_MS;
    match given.integer("Duration") {
        Some(minutes) if !(1..=MOST).contains(&minutes) => {
            Err(Answer::invalid_value(format!("Invalid value {minutes} for Duration. Must be between 1 and {MOST}.")))
        }
        minutes => Ok(minutes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use valkeep_api::query::{decode, pairs};
    use valkeep_api::{ELASTICACHE, Operation};

    const NOW_MS: i64 = 1_700_000_000_000;
    const HOUR_MS: i64 = 3_600_000;

    /// The events asked for at [`NOW_MS`]: first and last moment relative to that, or the code of the fault.
    fn asked(query: &str) -> Result<(i64, i64, EventsOf), &'static str> {
        let operation = ELASTICACHE.operation(Operation::DescribeEvents.name()).unwrap();
        let pairs = pairs(query.as_bytes()).unwrap();
        let given = decode(operation, &pairs).map_err(|error| error.code())?;
        let asked = describe(Timestamp::from_ms(NOW_MS), &given).map_err(|answer| answer.code)?;
        Ok((asked.from.ms() - NOW_MS, asked.to.ms() - NOW_MS, asked.of))
    }

    #[test]
    fn the_last_hour_is_shown_unless_another_period_is_asked_for_l69() {
        // 2023-11-14T22:13:20Z is now.
        let cases = [
            ("", (-HOUR_MS, 0)),
            ("Duration=1440", (-24 * HOUR_MS, 0)),
            ("EndTime=2023-11-14T21:13:20Z", (-2 * HOUR_MS, -HOUR_MS)),
            ("EndTime=2023-11-14T21:13:20Z&Duration=120", (-3 * HOUR_MS, -HOUR_MS)),
            ("StartTime=2023-11-14T12:13:20Z", (-10 * HOUR_MS, 0)),
            ("StartTime=2023-11-14T12:13:20Z&Duration=60", (-10 * HOUR_MS, -9 * HOUR_MS)),
            ("StartTime=2023-11-14T12:13:20Z&EndTime=2023-11-14T13:13:20Z", (-10 * HOUR_MS, -9 * HOUR_MS)),
        ];
        for (query, expected) in cases {
            let (from, to, _) = asked(query).unwrap();
            assert_eq!((from, to), expected, "{query}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_l69() {
        let cases = [
            ("Duration=0", "InvalidParameterValue"),
            ("Duration=-5", "InvalidParameterValue"),
            ("Duration=20161", "InvalidParameterValue"),
            ("Duration=many", "MalformedInput"),
            ("StartTime=yesterday", "MalformedInput"),
            ("MaxRecords=19", "InvalidParameterValue"),
            ("MaxRecords=101", "InvalidParameterValue"),
            ("SourceType=snapshot", "InvalidParameterValue"),
            ("SourceIdentifier=c", "InvalidParameterCombination"),
            ("StartTime=2023-11-14T12:13:20Z&EndTime=2023-11-14T12:13:19Z", "InvalidParameterCombination"),
            ("StartTime=2023-11-14T12:13:20Z&EndTime=2023-11-14T12:13:21Z&Duration=1", "InvalidParameterCombination"),
        ];
        for (query, code) in cases {
            assert_eq!(asked(query).err(), Some(code), "{query}");
        }
    }

    #[test]
    fn a_source_has_a_type_and_is_found_in_any_case() {
        assert!(matches!(asked("").unwrap().2, EventsOf::Everything));
        assert!(matches!(asked("SourceType=user").unwrap().2, EventsOf::Type(_)));
        let EventsOf::Source(kind, id) = asked("SourceType=cache-cluster&SourceIdentifier=My-C").unwrap().2 else {
            panic!("no source")
        };
        assert_eq!((kind, id.as_str()), (SourceType::CACHE_CLUSTER, "my-c"));
    }
}
