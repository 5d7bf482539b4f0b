use super::*;

fn print(text: &str) -> Result<String, String> {
    TimestampFormat::Iso8601.print(text)
}

#[test]
fn points_in_time_are_printed_in_iso_8601() {
    let cases = [
        ("2016-12-21T22:24:04.955Z", "2016-12-21T22:24:04.955000+00:00"),
        ("2016-12-21T22:24:04.955123456Z", "2016-12-21T22:24:04.955123+00:00"),
        ("2016-12-21T22:24:04.999999999Z", "2016-12-21T22:24:04.999999+00:00"),
        ("2016-12-21T22:24:04.0000001Z", "2016-12-21T22:24:04+00:00"),
        ("2016-12-21T22:24:04.000Z", "2016-12-21T22:24:04+00:00"),
        ("2016-12-21T22:24:04,5Z", "2016-12-21T22:24:04.500000+00:00"),
        ("2016-12-21T22:24:04+02:00", "2016-12-21T22:24:04+02:00"),
        ("2016-12-21T22:24:04.955+0530", "2016-12-21T22:24:04.955000+05:30"),
        ("2016-12-21T22:24:04-08", "2016-12-21T22:24:04-08:00"),
        ("2016-12-21T22:24:04-00:00", "2016-12-21T22:24:04+00:00"),
        ("2016-12-21T22:24:04+23:59", "2016-12-21T22:24:04+23:59"),
        ("2016-12-21T22:24Z", "2016-12-21T22:24:00+00:00"),
        ("2016-12-21T22Z", "2016-12-21T22:00:00+00:00"),
        ("2016-12-21 22:24:04", "2016-12-21T22:24:04"),
        ("2016-12-21T22:24:04 Z", "2016-12-21T22:24:04+00:00"),
        ("2016-12-21t22:24:04z", "2016-12-21T22:24:04+00:00"),
        ("2016-12-21T22:24:04 EST", "2016-12-21T22:24:04"),
        ("2016-12-21T22:24:04UTC", "2016-12-21T22:24:04+00:00"),
        ("2016-1-2T3:4:5Z", "2016-01-02T03:04:05+00:00"),
        ("2016-12-21", "2016-12-21T00:00:00"),
        ("2016-12-21T", "2016-12-21T00:00:00"),
        ("2016/12/21", "2016-12-21T00:00:00"),
        ("20161221T222404Z", "2016-12-21T22:24:04+00:00"),
        ("20161221T222404.5Z", "2016-12-21T22:24:04.500000+00:00"),
        (" 2016-12-21T22:24:04Z ", "2016-12-21T22:24:04+00:00"),
        ("Wed, 21 Dec 2016 22:24:04 GMT", "2016-12-21T22:24:04+00:00"),
        ("21 Dec 2016 22:24:04 +0100", "2016-12-21T22:24:04+01:00"),
        ("Wed, 21 Dec 2016 22:24:04", "2016-12-21T22:24:04"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
    ];
    for (wire, expected) in cases {
        assert_eq!(print(wire).as_deref(), Ok(expected), "{wire}");
    }
}

#[test]
fn numbers_are_seconds_since_1970() {
    let cases = [
        ("1482359044", "2016-12-21T22:24:04"),
        ("1482359044.5", "2016-12-21T22:24:04.500000"),
        ("1482359044.123456789", "2016-12-21T22:24:04.123457"),
        ("-1", "1969-12-31T23:59:59"),
        ("1e9", "2001-09-09T01:46:40"),
        ("20161221", "1970-08-22T08:20:21"),
    ];
    for (wire, expected) in cases {
        let (local, offset) = read(wire).expect("a number");
        let utc = local - offset.expect("the zone of this machine");
        assert_eq!(iso((utc, None)), expected, "{wire}");
    }
}

#[test]
fn what_is_no_point_in_time_is_refused_in_the_references_words() {
    let cases = [
        ("soon", "Unknown string format"),
        ("nan", "Unknown string format"),
        ("2016-12-21T22:24:04Zulu", "Unknown string format"),
        ("2016-12-21T22:24:04.Z", "Unknown string format"),
        ("2016-12-21T22:24:04.955Z x", "Unknown string format"),
        ("2016-12-21T22:24:04+01:30:15", "Unknown string format"),
        ("2016-W51-3", "Unknown string format"),
        ("ä", "Unknown string format"),
        ("", "String does not contain a date"),
        ("  ", "String does not contain a date"),
        ("2016-12-21T22:24:60Z", "second must be in 0..59"),
        ("2016-12-21T24:00:00Z", "hour must be in 0..23"),
        ("2016-13-21T22:24:04Z", "month must be in 1..12"),
        ("2016-02-30T22:24:04Z", "day is out of range for month"),
        ("0000-01-01T00:00:00Z", "year 0 is out of range"),
        ("10000-01-01T00:00:00Z", "year 10000 is out of range"),
    ];
    for (wire, why) in cases {
        assert_eq!(print(wire), Err(format!("Invalid timestamp \"{wire}\": {why}: {wire}")));
    }
    for wire in ["inf", "1482359044000", "-1e300"] {
        let expected = format!("Unable to calculate correct timezone offset for \"{wire}\"");
        assert_eq!(print(wire), Err(expected));
    }
}

#[test]
fn the_wire_format_passes_everything() {
    assert_eq!(TimestampFormat::Wire.print("soon"), Ok("soon".to_owned()));
}
