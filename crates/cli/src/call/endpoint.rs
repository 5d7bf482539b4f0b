//! Where to: the address of a service in a region, and the region that its signatures name.

use std::net::Ipv6Addr;

use http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use valkeep_api::Service;

use crate::config::Setting;
use crate::credentials;
use crate::failure::Failure;
use crate::session::Session;

/// An address, and the region in the credential scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// `https://elasticache.us-east-1.amazonaws.com`; with a path once it is checked.
    pub(super) url: String,
    pub(super) region: String,
}

/// Which of the addresses of a service is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Variant {
    fips: bool,
    dualstack: bool,
}

/// A group of regions with host names of its own.
struct Partition {
    /// How the names of its regions start; a name goes on with a word and a number.
    prefixes: &'static [&'static str],
    /// Names of its regions that are built otherwise.
    others: &'static [&'static str],
    suffix: &'static str,
    dualstack_suffix: Option<&'static str>,
    /// All plain addresses are FIPS addresses already.
    is_fips: bool,
}

/// The first is taken for regions of no known partition. (Public description of the partitions, November 2026.)
const PARTITIONS: &[Partition] = &[
    Partition {
        prefixes: &["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"],
        others: &["aws-global"],
        suffix: "amazonaws.com",
        dualstack_suffix: Some("api.aws"),
        is_fips: false,
    },
    Partition {
        prefixes: &["cn-"],
        others: &["aws-cn-global"],
        suffix: "amazonaws.com.cn",
        dualstack_suffix: Some("api.amazonwebservices.com.cn"),
        is_fips: false,
    },
    Partition {
        prefixes: &["eusc-de-"],
        others: &[],
        suffix: "amazonaws.eu",
        dualstack_suffix: Some("api.amazonwebservices.eu"),
        is_fips: false,
    },
    Partition {
        prefixes: &["us-iso-"],
        others: &["aws-iso-global"],
        suffix: "c2s.ic.gov",
        dualstack_suffix: Some("api.aws.ic.gov"),
        is_fips: false,
    },
    Partition {
        prefixes: &["us-isob-"],
        others: &["aws-iso-b-global"],
        suffix: "sc2s.sgov.gov",
        dualstack_suffix: Some("api.aws.scloud"),
        is_fips: false,
    },
    Partition {
        prefixes: &["eu-isoe-"],
        others: &["aws-iso-e-global"],
        suffix: "cloud.adc-e.uk",
        dualstack_suffix: None,
        is_fips: false,
    },
    Partition {
        prefixes: &["us-isof-"],
        others: &["aws-iso-f-global"],
        suffix: "csp.hci.ic.gov",
        dualstack_suffix: None,
        is_fips: false,
    },
    Partition {
        prefixes: &["us-gov-"],
        others: &["aws-us-gov-global"],
        suffix: "amazonaws.com",
        dualstack_suffix: Some("api.aws"),
        is_fips: true,
    },
];

/// The region of the session: the flag, or the setting. An empty one is there.
/// Where nobody names one, a machine of the cloud has the one that it stands in.
pub(crate) fn region(session: Session<'_>) -> Result<Option<String>, Failure> {
    if let Some(region) = &session.globals.region {
        return Ok(Some(region.clone()));
    }
    match session.settings.get(Setting::Region)? {
        Some(region) => Ok(Some(region)),
        None => credentials::region_of_machine(session),
    }
}

/// The part of an address that the rest is looked up by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// `None` only for the one service that has an address without a region.
    name: Option<String>,
    /// The name asked for a FIPS address.
    fips: bool,
}

impl Region {
    /// # Errors
    /// A region that cannot be part of a host name.
    pub(super) fn of(session: Session<'_>) -> Result<Self, Failure> {
        let Some(name) = region(session)? else { return Ok(Self { name: None, fips: false }) };
        if !name.is_empty() && (!is_host_label(&name) || is_number(&name)) {
            let message = format!("Provided region_name '{name}' doesn't match a supported format.");
            return Err(Failure::General(message));
        }
        let fips = name.starts_with("fips-") || name.ends_with("-fips");
        let name = if fips { name.replace("fips-", "").replace("-fips", "") } else { name };
        Ok(Self { name: Some(name), fips })
    }

    /// The address of `service` by the rules alone, whoever else names one.
    ///
    /// # Errors
    /// No region, or one without addresses of the wanted kind.
    pub(super) fn endpoint(self, session: Session<'_>, service: &Service) -> Result<Endpoint, Failure> {
        let settings = session.settings;
        let fips = settings.is_true(Setting::UseFipsEndpoint)? || self.fips;
        let variant = Variant { fips, dualstack: settings.is_true(Setting::UseDualstackEndpoint)? };
        match self.name {
            Some(region) => computed(service.name, region, variant),
            None if service.name == "sts" => computed(service.name, "aws-global".to_owned(), variant),
            None => Err(Failure::NoRegion),
        }
    }
}

impl Endpoint {
    /// The address that the user names instead, if there is one. The signing region stays.
    ///
    /// # Errors
    /// The address has no scheme or no host.
    pub(super) fn or_configured(self, session: Session<'_>, service: &Service) -> Result<Self, Failure> {
        let url = configured(session, service)?.unwrap_or(self.url);
        Ok(Self { url: checked(&url)?, region: self.region })
    }

    /// The address as requests go to it.
    ///
    /// # Errors
    /// A port or a scheme that nobody can be reached by. The reference finds these late.
    pub(super) fn uri(&self) -> Result<Uri, Failure> {
        let url = &self.url;
        let unusable = |why: &dyn std::fmt::Display| {
            Failure::General(format!("An HTTP Client raised an unhandled exception: {why}"))
        };
        let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        check_port(authority)?;
        if scheme != "http" && scheme != "https" {
            return Err(unusable(&format_args!("Not supported URL scheme {scheme}")));
        }
        let path = without_parameters(path.split('#').next().unwrap_or_default());
        format!("{scheme}://{authority}{}", escaped(&path))
            .parse()
            .map_err(|error: http::uri::InvalidUri| unusable(&error))
    }
}

/// The address that the user names. The environment beats the profile, and a service's own beats the one of all.
fn configured(session: Session<'_>, service: &Service) -> Result<Option<String>, Failure> {
    if let Some(url) = &session.globals.endpoint_url {
        return Ok(Some(url.clone()));
    }
    let settings = session.settings;
    if settings.is_true(Setting::IgnoreConfiguredEndpointUrls)? {
        return Ok(None);
    }
    let given = |url: &&str| !url.is_empty();
    let own = format!("AWS_ENDPOINT_URL_{}", service.name.to_uppercase());
    let variables = [own.as_str(), "AWS_ENDPOINT_URL"];
    if let Some(url) = variables.iter().filter_map(|name| session.surroundings.variable(name)).find(given) {
        return Ok(Some(url.to_owned()));
    }
    let Some(profile) = settings.selected_profile()? else { return Ok(None) };
    let of_service = match profile.text("services") {
        Some(name) => in_services(session, name, service)?,
        None => None,
    };
    Ok(of_service.filter(given).or(profile.text("endpoint_url")).filter(given).map(str::to_owned))
}

/// The address of a service in the section of services `name`, which must exist.
fn in_services<'a>(session: Session<'a>, name: &str, service: &Service) -> Result<Option<&'a str>, Failure> {
    let services = session.settings.profiles().services(name).ok_or_else(|| {
        Failure::General(format!(
            "The profile is configured to use the services section but the \"{name}\" services configuration does not \
             exist."
        ))
    })?;
    match services.text(service.name) {
        Some(_) => Err(Failure::general("'str' object has no attribute 'get'")),
        None => Ok(services.nested(service.name, "endpoint_url")),
    }
}

/// The address that a service of that name has by the rules alone, for a user who wants the settings' variant of it.
///
/// # Errors
/// The region has no addresses of the wanted kind.
pub(crate) fn address_of(session: Session<'_>, service: &str, region: &str) -> Result<String, Failure> {
    let settings = session.settings;
    let fips = settings.is_true(Setting::UseFipsEndpoint)?;
    let variant = Variant { fips, dualstack: settings.is_true(Setting::UseDualstackEndpoint)? };
    Ok(computed(service, region.to_owned(), variant)?.url)
}

/// The address of `service` in a region that needs not be known.
fn computed(service: &str, region: String, variant: Variant) -> Result<Endpoint, Failure> {
    let Variant { fips, dualstack } = variant;
    if service == "sts" && region == "aws-global" && !fips && !dualstack {
        return Ok(Endpoint { url: "https://sts.amazonaws.com".to_owned(), region: "us-east-1".to_owned() });
    }
    let partition = partition(&region);
    let suffix = match partition.dualstack_suffix {
        _ if !dualstack => partition.suffix,
        Some(suffix) => suffix,
        None => {
            let variants = if fips { "['dualstack', 'fips']" } else { "['dualstack']" };
            let message = format!("Unable to construct a modeled endpoint with the following variant(s) {variants}: ");
            return Err(Failure::general(message));
        }
    };
    let is_plain = !fips || partition.is_fips && !dualstack;
    let name = if is_plain { service.to_owned() } else { format!("{service}-fips") };
    let host = format!("{name}.{region}.{suffix}").to_lowercase();
    Ok(Endpoint { url: format!("https://{host}"), region })
}

fn partition(region: &str) -> &'static Partition {
    let is_of = |partition: &&Partition| {
        let regular = |prefix: &&str| {
            let rest = region.strip_prefix(prefix).and_then(|rest| rest.split_once('-'));
            rest.is_some_and(|(word, number)| is_word(word) && !number.is_empty() && is_number(number))
        };
        partition.others.contains(&region) || partition.prefixes.iter().any(regular)
    };
    PARTITIONS.iter().find(is_of).unwrap_or(&PARTITIONS[0])
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_alphanumeric() || character == '_')
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text can stand between the dots of a host name.
fn is_host_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// The address with a path, as the reference shows it.
fn checked(url: &str) -> Result<String, Failure> {
    let invalid = || Failure::General(format!("Invalid endpoint: {url}"));
    let blanks = |character: char| character <= ' ';
    let (scheme, rest) = url.trim_start_matches(blanks).split_once("://").ok_or_else(invalid)?;
    let scheme = scheme.to_ascii_lowercase();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (host, _) = place(authority);
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if let Some(inside) = inside.filter(|inside| inside.parse::<Ipv6Addr>().is_err()) {
        let inside = crate::python::str_repr(inside);
        return Err(Failure::General(format!("{inside} does not appear to be an IPv4 or IPv6 address")));
    }
    if !is_scheme || !(is_host(host) || inside.is_some()) || url.contains(['\t', '\r', '\n']) {
        return Err(invalid());
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(format!("{scheme}://{}{slash}{path}", authority.to_lowercase()))
}

/// Host and port of an authority, without its user.
fn place(authority: &str) -> (&str, &str) {
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let bracket = place.find(']').unwrap_or(0);
    match place[bracket..].find(':') {
        Some(colon) => (&place[..bracket + colon], &place[bracket + colon + 1..]),
        None => (place, ""),
    }
}

/// A path and a query without what stands behind a semicolon in the last part of the path.
fn without_parameters(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let last = path.rfind('/').unwrap_or(0);
    let end = path[last..].find(';').map_or(path.len(), |semicolon| last + semicolon);
    format!("{}{query}", &path[..end])
}

/// A path as it goes over the wire: what cannot stand there is escaped, and so is every percent sign when one of them
/// escapes nothing.
fn escaped(path: &str) -> String {
    const MARKS: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'[').add(b']').add(b'^');
    const UNSAFE: &AsciiSet = &MARKS.add(b'`').add(b'{').add(b'|').add(b'}').add(b'\\');
    const UNSAFE_OR_PERCENT: &AsciiSet = &UNSAFE.add(b'%');
    let escapes = |percent: &[u8]| percent.get(1..3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    let bytes = path.as_bytes();
    let is_escaped = (0..bytes.len()).filter(|at| bytes[*at] == b'%').all(|at| escapes(&bytes[at..]));
    percent_encode(bytes, if is_escaped { UNSAFE } else { UNSAFE_OR_PERCENT }).to_string()
}

fn is_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.len() <= 255 && host.split('.').all(is_host_label)
}

fn check_port(authority: &str) -> Result<(), Failure> {
    let (_, port) = place(authority);
    match port.parse::<u16>() {
        Ok(_) => Ok(()),
        Err(_) if port.is_empty() => Ok(()),
        Err(_) if is_number(port) => Err(Failure::general("Port out of range 0-65535")),
        Err(_) => {
            let port = crate::python::str_repr(port);
            Err(Failure::general(format!("Port could not be cast to integer value as {port}")))
        }
    }
}

#[cfg(test)]
mod tests;
