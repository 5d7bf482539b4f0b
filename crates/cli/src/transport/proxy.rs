//! Which way a request takes: straight, or by a proxy that the environment names.
//!
//! The rules are those of Python's `urllib`: lower-case variables beat upper-case ones, and `NO_PROXY` lists host
//! names, which stand for their subdomains as well.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;

use super::TransportError;
use crate::Surroundings;

/// The proxies that the environment names.
#[derive(Debug)]
pub(super) struct Proxies {
    http: Option<String>,
    https: Option<String>,
    exempt: Exempt,
}

/// The hosts that are reached without a proxy.
#[derive(Debug)]
enum Exempt {
    All,
    Hosts(Vec<String>),
}

/// The way to the other side. Two requests with the same route can share a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) target: Place,
    /// Whether the target is spoken to in TLS.
    pub(super) tls: bool,
    pub(super) proxy: Option<Proxy>,
}

/// A host, without the brackets of an IPv6 address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) host: String,
    pub(super) port: u16,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) place: Place,
    /// Whether the proxy itself is spoken to in TLS.
    pub(super) tls: bool,
    /// User and password, as they stand in the address.
    login: Option<(String, String)>,
    address: String,
}

impl Proxies {
    pub(super) fn of(surroundings: &Surroundings) -> Self {
        // A program that answers web requests has HTTP_PROXY set by whoever asks.
        let asked_over_web = surroundings.variable("REQUEST_METHOD").is_some();
        let exempt = match variable(surroundings, "no", true) {
            Some("*") => Exempt::All,
            names => Exempt::Hosts(names.unwrap_or_default().split(',').filter_map(exempt_name).collect()),
        };
        let proxy = |kind, upper_case| variable(surroundings, kind, upper_case).map(str::to_owned);
        Self { http: proxy("http", !asked_over_web), https: proxy("https", true), exempt }
    }

    pub(super) fn none() -> Self {
        Self { http: None, https: None, exempt: Exempt::All }
    }

    pub(super) fn route(&self, address: &Uri) -> Result<Route, TransportError> {
        let tls = address.scheme_str() == Some("https");
        let target = Place::of(address, tls).ok_or_else(|| TransportError::Connect { url: address.to_string() })?;
        let named = if tls { &self.https } else { &self.http };
        let proxy = match named {
            Some(proxy) if !self.exempt.covers(address) => Some(Proxy::parse(proxy)?),
            _ => None,
        };
        Ok(Route { target, tls, proxy })
    }
}

/// The value of `<kind>_proxy`; an empty lower-case one hides the upper-case one.
fn variable<'a>(surroundings: &'a Surroundings, kind: &str, upper_case: bool) -> Option<&'a str> {
    let lower = surroundings.variable(&format!("{kind}_proxy"));
    let upper = || surroundings.variable(&format!("{kind}_proxy").to_uppercase()).filter(|_| upper_case);
    lower.or_else(upper).filter(|value| !value.is_empty())
}

fn exempt_name(name: &str) -> Option<String> {
    let name = name.trim();
    (!name.is_empty()).then(|| name.trim_start_matches('.').to_lowercase())
}

impl Exempt {
    fn covers(&self, address: &Uri) -> bool {
        let Self::Hosts(names) = self else { return true };
        let whole = address.authority().map_or("", |authority| authority.as_str()).to_lowercase();
        let bare = match whole.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => &whole,
        };
        let below = |host: &str, name: &str| host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
        names.iter().any(|name| bare == name || whole == *name || below(bare, name) || below(&whole, name))
    }
}

impl Place {
    fn of(address: &Uri, tls: bool) -> Option<Self> {
        let host = address.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = address.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Some(Self { host, port })
    }
}

impl Route {
    /// The proxy that is told the whole address of every request, not one that opens a tunnel.
    pub(super) fn forwarding_proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|_| !self.tls)
    }
}

impl Proxy {
    /// Reads an address; without a scheme it is one of plain HTTP.
    fn parse(text: &str) -> Result<Self, TransportError> {
        let address = match text {
            _ if text.starts_with("http:") || text.starts_with("https:") => text.to_owned(),
            _ if text.starts_with("//") => format!("http:{text}"),
            _ => format!("http://{text}"),
        };
        let unusable = || TransportError::Unusable { reason: format!("Failed to parse: {address}") };
        let uri: Uri = address.parse().map_err(|_| unusable())?;
        let port = uri.authority().and_then(|authority| authority.as_str().rsplit_once(':'));
        if uri.port().is_none() && port.is_some_and(|(_, port)| !port.is_empty() && !port.ends_with(']')) {
            return Err(unusable());
        }
        let tls = uri.scheme_str() == Some("https");
        let place = Place::of(&uri, tls).ok_or_else(unusable)?;
        let login = uri.authority().and_then(|authority| authority.as_str().rsplit_once('@'));
        let login = login.and_then(|(login, _)| login.split_once(':'));
        let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
        Ok(Self { place, tls, login, address })
    }

    /// The header that says who asks, where the address names a user.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let (user, password) = self.login.as_ref()?;
        let mut login = percent_decode_str(user).collect::<Vec<_>>();
        login.push(b':');
        login.extend(percent_decode_str(password));
        let mut header = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(login))).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// The failure to go along this proxy, which names its address without its user.
    pub(super) fn failure(&self) -> TransportError {
        let url = match &self.login {
            // The reference masks the first place that reads like each of them, wherever it is.
            Some((user, password)) => self.address.replacen(user, "***", 1).replacen(password, "***", 1),
            None => self.address.clone(),
        };
        TransportError::Proxy { url }
    }
}

/// Without the password.
impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("place", &self.place).field("tls", &self.tls).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(variables: &[(&str, &str)]) -> Surroundings {
        Surroundings {
            program: String::new(),
            arguments: Vec::new(),
            variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            now: chrono::Utc::now,
        }
    }

    /// The proxy for `address`, as the text of its failure names it.
    fn proxy(variables: &[(&str, &str)], address: &'static str) -> Option<String> {
        let route = Proxies::of(&surroundings(variables)).route(&Uri::from_static(address)).expect("a route");
        route.proxy.map(|proxy| proxy.failure().to_string().replace("Failed to connect to proxy URL: ", ""))
    }

    type Case = (&'static [(&'static str, &'static str)], Option<&'static str>);

    #[test]
    fn lower_case_variables_beat_upper_case_ones() {
        let cases: [Case; 6] = [
            (&[("HTTP_PROXY", "http://a:1")], Some("\"http://a:1\"")),
            (&[("HTTP_PROXY", "http://a:1"), ("http_proxy", "b:1")], Some("\"http://b:1\"")),
            (&[("HTTP_PROXY", "http://a:1"), ("http_proxy", "")], None),
            (&[("HTTP_PROXY", "http://a:1"), ("REQUEST_METHOD", "GET")], None),
            (&[("HTTPS_PROXY", "http://a:1"), ("ALL_PROXY", "http://a:1")], None),
            (&[("HTTP_PROXY", "//a:1")], Some("\"http://a:1\"")),
        ];
        for (variables, expected) in cases {
            assert_eq!(proxy(variables, "http://h/").as_deref(), expected, "{variables:?}");
        }
    }

    #[test]
    fn hosts_can_be_exempt() {
        let cases = [
            ("*", true),
            ("127.0.0.1", true),
            ("127.0.0.1:80", true),
            (".0.0.1, x", true),
            ("x,0.0.1", true),
            ("7.0.0.1", false),
            ("127.0.0.1:81", false),
            ("", false),
            (" , ", false),
        ];
        for (names, expected) in cases {
            let variables = [("HTTP_PROXY", "http://a:1"), ("NO_PROXY", names)];
            assert_eq!(proxy(&variables, "http://127.0.0.1:80/").is_none(), expected, "{names}");
        }
    }

    #[test]
    fn users_are_told_to_the_proxy_and_to_nobody_else() {
        let proxy = Proxy::parse("http://user:pass%40@h:1").expect("an address");
        let header = proxy.authorization().expect("a user");
        assert_eq!(header.to_str().expect("text"), "Basic dXNlcjpwYXNzQA==");
        assert_eq!(proxy.failure().to_string(), "Failed to connect to proxy URL: \"http://***:***@h:1\"");
        assert!(!format!("{proxy:?}").contains("pass"));
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        let error = Proxy::parse("http://127.0.0.1:x").expect_err("no port");
        let expected = "An HTTP Client raised an unhandled exception: Failed to parse: http://127.0.0.1:x";
        assert_eq!(error.to_string(), expected);
        assert!(Proxy::parse("foo bar").is_err());
        assert!(Proxy::parse("http://[::1]").is_ok());
    }
}
