//! Errors in the words of S3: the XML of an error, and messages for codes that come without one.

use http::{HeaderValue, Response, StatusCode, header};
use s3s::Body;

/// An error answer, for requests that do not reach the endpoint.
pub fn refused(status: StatusCode, code: &str, message: &str, request_id: &str) -> Response<Body> {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{}</Code><Message>{}</Message>\
         <RequestId>{}</RequestId></Error>",
        escaped(code),
        escaped(message),
        escaped(request_id)
    );
    let mut response = Response::new(Body::from(xml));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Puts a message into an error answer of the endpoint that has none; clients would print `Unknown`.
#[must_use]
pub fn worded(response: Response<Body>) -> Response<Body> {
    let Some(body) = response.body().bytes().filter(|_| response.status().as_u16() >= 400) else { return response };
    let (start, end) = ("<Code>", "</Code>");
    let text = String::from_utf8_lossy(&body);
    let code = text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map(|(code, _)| code);
    let Some(code) = code.filter(|_| !text.contains("<Message>")) else { return response };
    let with_message = text.replacen(end, &format!("{end}<Message>{}</Message>", message(code)), 1);
    let mut response = response.map(|_| Body::from(with_message));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

/// The words of S3 for codes that the endpoint gives none for (Amazon S3 API Reference, "Error responses").
fn message(code: &str) -> &'static str {
    match code {
        "SignatureDoesNotMatch" => {
            "The request signature that the server calculated does not match the signature that you provided."
        }
        "InvalidAccessKeyId" => "The access key ID that you provided does not exist in our records.",
        "KeyTooLongError" => "Your key is too long.",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "NoSuchBucket" => "The specified bucket does not exist.",
        "NoSuchKey" => "The specified key does not exist.",
        "RequestTimeTooSkewed" => "The difference between the request time and the server's time is too large.",
        "InvalidRange" => "The requested range cannot be satisfied.",
        "PreconditionFailed" => "At least one of the preconditions that you specified did not hold.",
        "MalformedXML" => "The XML that you provided was not well formed or did not validate.",
        "AccessDenied" => "Access Denied",
        "InternalError" => "An internal error occurred. Try again.",
        _ => "The request was refused.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(response: &Response<Body>) -> String {
        String::from_utf8(response.body().bytes().unwrap().to_vec()).unwrap()
    }

    fn answer(status: u16, xml: &str) -> Response<Body> {
        Response::builder().status(status).header("content-length", xml.len()).body(Body::from(xml.to_owned())).unwrap()
    }

    #[test]
    fn only_an_error_without_a_message_gets_one() {
        let silent = worded(answer(404, "<Error><Code>NoSuchKey</Code></Error>"));
        let expected = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
        assert_eq!(text(&silent), expected);
        assert!(!silent.headers().contains_key("content-length"));
        for (status, xml) in [
            (404, "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"),
            (200, "<Answer><Code>x</Code></Answer>"),
            (500, "not XML"),
        ] {
            assert_eq!(text(&worded(answer(status, xml))), xml);
        }
    }

    #[test]
    fn a_refusal_escapes_what_the_client_wrote() {
        let response = refused(StatusCode::FORBIDDEN, "AccessDenied", "<a> & b", "id");
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(text(&response).contains("<Message>&lt;a&gt; &amp; b</Message><RequestId>id</RequestId>"));
    }
}
