//! The lines of `--debug`, on standard error. No secret is ever in them.

use std::io::Write;

use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName};

use crate::session::Session;

/// What stands for a secret.
const MASK: &str = "*****";

/// Parameters whose values are secrets, by the last part of their names.
const SECRET_PARAMETERS: &[&str] = &["AuthToken", "Passwords", "WebIdentityToken", "SAMLAssertion"];

/// Elements of answers whose texts are secrets.
const SECRET_ELEMENTS: &[&str] = &["SecretAccessKey", "SessionToken", "AuthToken"];

/// Header fields whose values are secrets.
const SECRET_HEADERS: &[&str] = &["x-amz-security-token", "x-aws-ec2-metadata-token"];

/// Writes one line when `--debug` is given. `text` is not made otherwise.
pub(crate) fn line(session: Session<'_>, text: impl FnOnce() -> String) {
    if !session.globals.debug {
        return;
    }
    let now = (session.surroundings.now)().format("%Y-%m-%d %H:%M:%S,%3f");
    // Nobody can be told that standard error is closed.
    writeln!(std::io::stderr().lock(), "{now} - valkeep - DEBUG - {}", text()).ok();
}

/// The words of the command, without the values of its options: some are secrets.
pub(crate) fn words(session: Session<'_>, words: &[String]) {
    let is_option = |word: &&String| word.starts_with("--");
    let commands = words.iter().take_while(|word| !is_option(word));
    let options = words.iter().filter(is_option).map(|word| word.split('=').next().unwrap_or_default());
    line(session, || {
        let shown: Vec<&str> = commands.map(String::as_str).chain(options).collect();
        format!("{} {}: {}", session.surroundings.program, env!("CARGO_PKG_VERSION"), shown.join(" "))
    });
}

/// The pairs of a request, secrets masked.
pub(crate) fn parameters(pairs: &[(String, String)]) -> String {
    let is_secret = |name: &str| name.split('.').any(|part| SECRET_PARAMETERS.contains(&part));
    let shown = pairs.iter().map(|(name, value)| {
        let value = if is_secret(name) { MASK } else { value };
        format!("{name}={value}")
    });
    shown.collect::<Vec<_>>().join("&")
}

/// The fields of a head, secrets masked.
pub(crate) fn headers(headers: &HeaderMap) -> String {
    let shown = headers.iter().map(|(name, value)| {
        let text = String::from_utf8_lossy(value.as_bytes());
        format!("{name}: {}", masked(name, &text))
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The body of an answer, secrets masked.
pub(crate) fn body(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::new();
    for part in text.split_inclusive('<') {
        let secret = SECRET_ELEMENTS.iter().find_map(|name| part.strip_prefix(name)?.split_once('>'));
        match secret {
            Some((_, value)) if !matches!(value, "" | "<") => {
                shown.push_str(&part[..part.len() - value.len()]);
                shown.push_str(MASK);
                shown.extend(value.ends_with('<').then_some('<'));
            }
            _ => shown.push_str(part),
        }
    }
    shown
}

/// An authorization keeps all but its signature.
fn masked(name: &HeaderName, value: &str) -> String {
    match value.split_once("Signature=") {
        Some((scope, _)) if *name == AUTHORIZATION => format!("{scope}Signature={MASK}"),
        _ if *name == AUTHORIZATION || *name == PROXY_AUTHORIZATION => MASK.to_owned(),
        _ if SECRET_HEADERS.contains(&name.as_str()) => MASK.to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn secret_parameters_are_masked() {
        let pair = |name: &str| (name.to_owned(), "x".to_owned());
        let pairs = [pair("Action"), pair("AuthToken"), pair("Passwords.member.1")];
        assert_eq!(parameters(&pairs), "Action=x&AuthToken=*****&Passwords.member.1=*****");
    }

    #[test]
    fn secret_elements_of_answers_are_masked() {
        let cases = [
            (
                "<a><SecretAccessKey>x</SecretAccessKey><b>y</b></a>",
                "<a><SecretAccessKey>*****</SecretAccessKey><b>y</b></a>",
            ),
            ("<SessionToken xmlns=\"u\">x", "<SessionToken xmlns=\"u\">*****"),
            ("<SessionToken/><a>", "<SessionToken/><a>"),
            ("no elements", "no elements"),
        ];
        for (answer, shown) in cases {
            assert_eq!(body(answer.as_bytes()), shown);
        }
    }

    #[test]
    fn signatures_and_tokens_are_masked() {
        let mut map = HeaderMap::new();
        map.insert("host", HeaderValue::from_static("h"));
        map.insert(AUTHORIZATION, HeaderValue::from_static("AWS4-HMAC-SHA256 Credential=c, Signature=secret"));
        map.insert("x-amz-security-token", HeaderValue::from_static("secret"));
        map.insert(PROXY_AUTHORIZATION, HeaderValue::from_static("Basic secret"));
        let shown = headers(&map);
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("host: h") && shown.contains("Credential=c, Signature=*****"), "{shown}");
    }
}
