use super::*;
use valkeep_api::Operation;

fn told(status: u16, body: &str) -> Result<(String, String), Failure> {
    let status = StatusCode::from_u16(status).expect("a status");
    complaint(status, body.as_bytes()).map(|told| (told.code, told.message))
}

fn inside(error: &str) -> Result<(String, String), Failure> {
    told(400, &format!("<ErrorResponse><Error>{error}</Error><RequestId>r</RequestId></ErrorResponse>"))
}

#[test]
fn errors_are_found_in_every_form_that_services_send() {
    let cases = [
        (inside("<Code>A</Code><Message>m</Message>"), "A", "m"),
        (inside("<Code>A</Code><Message> a\nb </Message><Type>Sender</Type>"), "A", " a\nb "),
        (inside("<Code>A</Code>"), "A", "Unknown"),
        (inside("<Code>A</Code><Message/>"), "A", "None"),
        (inside("<Message>m</Message>"), "Unknown", "m"),
        (inside("<Code/><Message>m</Message>"), "None", "m"),
        (inside("<Code>A</Code><Message>t<b>x</b>u</Message>"), "A", "{'b': 'x'}"),
        (inside("<Code>A</Code><Message>m</Message><Message>n</Message>"), "A", "{}"),
        (told(400, "<R><Errors><Error><Code>A</Code><Message>a</Message></Error></Errors></R>"), "A", "a"),
        (told(400, "<R><Error><Code>A</Code></Error><Error><Code>B</Code></Error></R>"), "A", "Unknown"),
        (told(400, "<Error><Code>A</Code><Message>m</Message></Error>"), "Unknown", "Unknown"),
        (told(400, "<html><body>x</body></html>"), "Unknown", "Unknown"),
        (told(302, "<CopySnapshotResponse/>"), "Unknown", "Unknown"),
    ];
    for (seen, code, message) in cases {
        assert_eq!(seen, Ok((code.to_owned(), message.to_owned())));
    }
}

#[test]
fn a_server_error_without_xml_is_its_status() {
    let cases = [
        (500, "", "Internal Server Error"),
        (502, "<html><body>Bad Gateway</body></html>", "Bad Gateway"),
        (503, " \n", "Service Unavailable"),
        (504, "\n <html>x</html>", "Gateway Timeout"),
        (599, "", ""),
    ];
    for (status, body, message) in cases {
        assert_eq!(told(status, body), Ok((status.to_string(), message.to_owned())));
    }
    let upper = told(500, "<HTML/>");
    assert_eq!(upper, Ok(("Unknown".to_owned(), "Unknown".to_owned())));
}

#[test]
fn errors_that_make_no_sense_end_in_pythons_words() {
    let cases = [
        (inside("text"), "'str' object has no attribute 'get'"),
        (inside(""), "'NoneType' object has no attribute 'get'"),
        (told(400, "<R><Errors/></R>"), "'NoneType' object is not iterable"),
        (inside("<Code><A>1</A></Code>"), "cannot use 'dict' as a dict key (unhashable type: 'dict')"),
        (
            told(404, ""),
            "Unable to parse response (no element found: line 1, column 0), invalid XML received. \
             Further retries may succeed:\nb''",
        ),
        (
            told(500, "oops & <"),
            "Unable to parse response (syntax error: line 1, column 0), invalid XML received. \
             Further retries may succeed:\nb'oops & <'",
        ),
    ];
    for (seen, expected) in cases {
        assert_eq!(seen, Err(Failure::general(expected)));
    }
}

#[test]
fn results_that_make_no_sense_end_in_pythons_words() {
    let cases = [
        ("<Nope/>", "'CopySnapshotResult'"),
        (
            "<R><CopySnapshotResult><Snapshot><Port>x</Port></Snapshot></CopySnapshotResult></R>",
            "invalid literal for int() with base 10: 'x'",
        ),
        (
            "<R><CopySnapshotResult><Snapshot><CacheClusterCreateTime>soon</CacheClusterCreateTime></Snapshot>\
          </CopySnapshotResult></R>",
            "Invalid timestamp \"soon\": Unknown string format: soon",
        ),
    ];
    for (body, expected) in cases {
        let seen = result(Operation::CopySnapshot.model(), body.as_bytes(), TimestampFormat::Iso8601);
        assert_eq!(seen, Err(Failure::general(expected)));
    }
}

#[test]
fn an_error_with_very_many_parts_is_told_at_once() {
    let parts: String = (0..50_000).map(|number| format!("<a{number}>x</a{number}>")).collect();
    let (code, message) = inside(&format!("<Code>A</Code><Message>{parts}</Message>")).expect("an error");
    assert_eq!(code, "A");
    assert!(message.starts_with("{'a0': 'x', 'a1': 'x', ") && message.ends_with("'a49999': 'x'}"), "{message}");
}
