//! Credentials that a container is handed by its host.

use super::Method;
use super::retrieved::{Names, as_map, expiring_keys};
use super::source::{Keys, Source};
use crate::document::Document;
use crate::failure::Failure;
use crate::files;
use crate::python::json;
use crate::session::Session;
use crate::transport::Transport;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{Request, Uri};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

/// Where the agent of a container's host is.
const AGENT: &str = "http://169.254.170.2";

/// The hosts that are asked without TLS, beside those of the loopback.
const HOSTS: [&str; 4] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"];

const TRIES: u32 = 3;
const TIME_LIMIT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_secs(1);

pub(super) const NAMES: Names = Names { id: "AccessKeyId", secret: "SecretAccessKey", token: "Token" };

pub(super) fn search(session: Session<'_>) -> Result<Option<Source<'_>>, Failure> {
    let Some(address) = address(session)? else { return Ok(None) };
    Source::renewable(Method::ContainerRole, move || load(session, &address)).map(Some)
}

fn address(session: Session<'_>) -> Result<Option<String>, Failure> {
    let variable = |name| session.surroundings.variable(name);
    match (variable(RELATIVE_URI), variable(FULL_URI)) {
        (Some(path), _) => Ok(Some(format!("{AGENT}{path}"))),
        (None, Some(full)) => check_host(full).map(|()| Some(full.to_owned())),
        (None, None) => Ok(None),
    }
}

/// Without TLS, only hosts are asked that no stranger can be.
fn check_host(address: &str) -> Result<(), Failure> {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", ""));
    if scheme.eq_ignore_ascii_case("https") {
        return Ok(());
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let host = match place.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((inside, _)) => inside,
        None => place.split(':').next().unwrap_or_default(),
    };
    let host = host.to_ascii_lowercase();
    let loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if loopback || HOSTS.contains(&host.as_str()) {
        return Ok(());
    }
    let host = if host.is_empty() { "None" } else { &host };
    let allowed = HOSTS.join(", ");
    Err(Failure::general(format!(
        "Unsupported host '{host}'.  Can only retrieve metadata from a loopback address or one of these hosts: {allowed}"
    )))
}

fn load(session: Session<'_>, address: &str) -> Result<Keys, Failure> {
    let token = token(session)?;
    let transport = Transport::new(session)?.within(TIME_LIMIT).past_proxies();
    let mut tried = ask(&transport, address, token.as_deref());
    for _ in 1..TRIES {
        if tried.is_ok() {
            break;
        }
        transport.pause(PAUSE)?;
        tried = ask(&transport, address, token.as_deref());
    }
    let answer = tried.map_err(|reason| {
        let text =
            format!("Error when retrieving credentials from container-role: Error retrieving metadata: {reason}");
        Failure::general(text.trim_end())
    })?;
    expiring_keys(as_map(&answer)?, &NAMES)
}

/// The token that the host wants to see; that of the file wins.
fn token(session: Session<'_>) -> Result<Option<String>, Failure> {
    let variable = |name| session.surroundings.variable(name);
    let token = match variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => Some(files::read_text(Path::new(path))?),
        None => variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(str::to_owned),
    };
    if token.as_ref().is_some_and(|token| token.contains(['\r', '\n'])) {
        return Err(Failure::general("Auth token value is not a legal header value"));
    }
    Ok(token.filter(|token| !token.is_empty()))
}

/// One try; the error says what went wrong.
fn ask(transport: &Transport, address: &str, token: Option<&str>) -> Result<Document, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!("Received error when attempting to retrieve container metadata: {error}")
    };
    let uri: Uri = address.parse().map_err(|error: http::uri::InvalidUri| failed(&error))?;
    let mut request = Request::get(uri).header(ACCEPT, "application/json");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, token);
    }
    let request = request.body(Bytes::new()).map_err(|error| failed(&error))?;
    let answer = transport.send(request).map_err(|error| failed(&error))?;
    let body = String::from_utf8_lossy(answer.body());
    if answer.status() != 200 {
        let status = answer.status().as_u16();
        return Err(format!("Received non 200 response {status} from container metadata: {body}"));
    }
    json::parse(&body).map_err(|_| "Unable to parse JSON returned from container metadata services".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_hosts_of_this_machine_are_asked() {
        for address in [
            "http://localhost:1/x",
            "http://LOCALHOST/x",
            "http://127.1.2.3/",
            "http://[::1]:1/x",
            "http://169.254.170.23/v1",
            "http://[fd00:ec2::23]/v1",
            "https://example.com/x",
        ] {
            assert_eq!(check_host(address), Ok(()), "{address}");
        }
        let refused = [
            ("http://example.com/x", "example.com"),
            ("http://10.0.0.1:80/", "10.0.0.1"),
            ("http://localhost@example.com/", "example.com"),
            ("http://example.com#@localhost/", "example.com"),
            ("127.0.0.1:8080/x", "None"),
            ("", "None"),
        ];
        for (address, host) in refused {
            let Err(Failure::General(text)) = check_host(address) else { panic!("{address} was taken") };
            assert!(text.starts_with(&format!("Unsupported host '{host}'.  Can only")), "{text}");
        }
    }
}
