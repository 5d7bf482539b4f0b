use super::*;

fn retries(attempts_max: u32) -> Retries {
    Retries { attempts_max, budget: BUDGET }
}

fn answer(status: u16, code: &str) -> Trouble<'_> {
    Trouble::Answer { status, code }
}

#[test]
fn what_may_pass_is_tried_again() {
    let again = [
        Trouble::Transport { timeout: true },
        answer(500, "InternalFailure"),
        answer(504, "504"),
        answer(400, "Throttling"),
        answer(429, "TooManyRequestsException"),
        answer(429, "Foo"),
        answer(400, "RequestTimeout"),
    ];
    for trouble in again {
        assert!(retries(3).pause_by_chance(1, trouble, 1.0).is_some(), "{trouble:?}");
    }
    let never = [
        answer(404, "SnapshotNotFoundFault"),
        answer(501, "501"),
        answer(599, "x"),
        answer(403, "ExpiredToken"),
        answer(400, "throttling"),
    ];
    for trouble in never {
        assert_eq!(retries(3).pause_by_chance(1, trouble, 1.0), None, "{trouble:?}");
    }
}

#[test]
fn pauses_double_up_to_twenty_seconds() {
    let mut retries = retries(100);
    let pauses: Vec<_> = (1..=7).map(|attempt| retries.pause_by_chance(attempt, answer(500, "x"), 1.0)).collect();
    assert_eq!(pauses, [1, 2, 4, 8, 16, 20, 20].map(|seconds| Some(Duration::from_secs(seconds))));
    assert_eq!(retries.pause_by_chance(1, answer(500, "x"), 0.0), Some(Duration::ZERO));
}

#[test]
fn the_last_try_is_the_last() {
    assert!(!retries(3).is_spent(2));
    assert!(retries(3).is_spent(3));
    assert_eq!(retries(3).pause_by_chance(3, answer(500, "x"), 0.0), None);
}

#[test]
fn the_budget_ends_and_successes_fill_it() {
    let mut retries = retries(1000);
    let spent = (1..).take_while(|attempt| retries.pause_by_chance(*attempt, answer(500, "x"), 0.0).is_some()).count();
    assert_eq!(spent, 100);
    retries.succeeded();
    assert!(retries.pause_by_chance(1, answer(500, "x"), 0.0).is_some());
    assert!(retries.pause_by_chance(1, Trouble::Transport { timeout: true }, 0.0).is_none());
}

#[test]
fn numbers_of_tries_are_pythons_and_at_least_one() {
    for (text, expected) in [("1", 1), (" 3", 3), ("1_0", 10), ("+2", 2), ("99999999999999999999", u32::MAX)] {
        assert_eq!(attempts(text), Ok(expected));
    }
    let cases = [
        ("two", "invalid literal for int() with base 10: 'two'"),
        ("", "invalid literal for int() with base 10: ''"),
        ("0", "Value provided to \"max_attempts\": 0 must be an integer greater than or equal to one."),
        ("-1", "Value provided to \"max_attempts\": -1 must be an integer greater than or equal to one."),
    ];
    for (text, expected) in cases {
        assert_eq!(attempts(text), Err(Failure::general(expected)));
    }
}

#[test]
fn an_interrupted_try_is_the_last() {
    let mut retries = Retries { attempts_max: 3, budget: BUDGET };
    assert_eq!(retries.pause(1, Trouble::of(&TransportError::Interrupted)), None);
}
