//! Configuration: one TOML file, overridden by `VALKEEP_…` variables. See `docs/configuration.md`.

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Everything the operator can set. Absent fields have the defaults below.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Config {
    pub listen: SocketAddr,
    pub region: String,
    pub account_id: String,
    /// Defaults to the region with an `a` behind it.
    pub zone: Option<String>,
    /// Allows a plain-text listener on an address that other machines reach.
    pub allow_plaintext_remote: bool,
    pub tls: Tls,
    pub engines: Engines,
    pub capture: Capture,
    pub export: Export,
    pub blobs: Blobs,
    pub quotas: Quotas,
    pub scrub: Scrub,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tls {
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Engines {
    pub programs: Vec<PathBuf>,
    pub strict_versions: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Capture {
    pub connect_s: Option<u64>,
    pub first_byte_s: Option<u64>,
    pub idle_s: Option<u64>,
    pub total_s: Option<u64>,
    pub max_bytes: Option<u64>,
}

/// An external S3 for exports. Without an endpoint exports go to the embedded one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Export {
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<String>,
    pub path_style: bool,
    pub grants: Grants,
}

/// How the service's rights on a bucket are found out (E20).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grants {
    /// From the ACL and the policy of the bucket.
    #[default]
    Judge,
    /// By writing, reading and deleting a small object.
    Probe,
}

/// Where and how snapshots are stored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Blobs {
    pub store: BlobStore,
    pub bucket: Option<String>,
    pub prefix: String,
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<String>,
    pub path_style: bool,
    pub compression: Compression,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobStore {
    /// The data directory.
    #[default]
    Local,
    /// A bucket of an S3-compatible store.
    S3,
}

/// Whether new blobs are compressed before they are sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// zstd where it pays, and as long as it does not hold up the node.
    #[default]
    Adaptive,
    /// zstd tried on every segment.
    Zstd,
    None,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Quotas {
    pub manual_snapshots_per_node_per_day: u32,
    pub nodes: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { manual_snapshots_per_node_per_day: 20, nodes: 300 }
    }
}

/// How stored blobs are read again.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Scrub {
    pub every_days: u32,
    pub rate_mib_s: u32,
}

impl Default for Scrub {
    fn default() -> Self {
        Self { every_days: 7, rate_mib_s: 32 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8360)),
            region: "us-east-1".to_owned(),
            account_id: "123456789012".to_owned(),
            zone: None,
            allow_plaintext_remote: false,
            tls: Tls::default(),
            engines: Engines::default(),
            capture: Capture::default(),
            export: Export::default(),
            blobs: Blobs::default(),
            quotas: Quotas::default(),
            scrub: Scrub::default(),
        }
    }
}

/// What a field holds, to read it from a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Flag,
    /// Joined by colons in a variable, as in PATH.
    Paths,
}

/// Every field, by its path in the file. The variable of `a.b` is `VALKEEP_A_B`.
const FIELDS: &[(&str, Kind)] = &[
    ("listen", Kind::Text),
    ("region", Kind::Text),
    ("account_id", Kind::Text),
    ("zone", Kind::Text),
    ("allow_plaintext_remote", Kind::Flag),
    ("tls.cert", Kind::Text),
    ("tls.key", Kind::Text),
    ("engines.programs", Kind::Paths),
    ("engines.strict_versions", Kind::Flag),
    ("capture.connect_s", Kind::Number),
    ("capture.first_byte_s", Kind::Number),
    ("capture.idle_s", Kind::Number),
    ("capture.total_s", Kind::Number),
    ("capture.max_bytes", Kind::Number),
    ("export.endpoint", Kind::Text),
    ("export.region", Kind::Text),
    ("export.access_key_id", Kind::Text),
    ("export.secret_access_key", Kind::Text),
    ("export.path_style", Kind::Flag),
    ("export.grants", Kind::Text),
    ("blobs.compression", Kind::Text),
    ("blobs.store", Kind::Text),
    ("blobs.bucket", Kind::Text),
    ("blobs.prefix", Kind::Text),
    ("blobs.endpoint", Kind::Text),
    ("blobs.region", Kind::Text),
    ("blobs.access_key_id", Kind::Text),
    ("blobs.secret_access_key", Kind::Text),
    ("blobs.path_style", Kind::Flag),
    ("quotas.manual_snapshots_per_node_per_day", Kind::Number),
    ("quotas.nodes", Kind::Number),
    ("scrub.every_days", Kind::Number),
    ("scrub.rate_mib_s", Kind::Number),
];

/// Variables that are no fields: the data directory, what is logged, and what tests use.
const OTHER_VARIABLES: [&str; 3] = ["VALKEEP_DATA", "VALKEEP_LOG", "VALKEEP_CRASH_AT"];

fn variable_of(path: &str) -> String {
    format!("VALKEEP_{}", path.replace('.', "_").to_uppercase())
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {path} cannot be read")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the configuration file is not TOML")]
    Syntax(#[source] toml::de::Error),
    #[error("unknown field {field} in the configuration; the nearest known one is {nearest}")]
    Unknown { field: String, nearest: &'static str },
    #[error("unknown variable {variable}; the nearest known one is {nearest}")]
    UnknownVariable { variable: String, nearest: String },
    #[error("{variable} must be {expected}")]
    Variable { variable: String, expected: &'static str },
    #[error("the configuration has a wrong value")]
    Value(#[source] toml::de::Error),
    #[error("{0}")]
    Invalid(String),
}

impl Config {
    /// Reads the file, if there is one, and puts the variables over it: those of the environment, of which only the ones
    /// that begin with `VALKEEP_` count.
    ///
    /// # Errors
    /// Which field, and what is wrong with it.
    pub fn load(file: Option<&Path>, variables: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let text = match file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?,
            None => String::new(),
        };
        Self::parse(&text, variables)
    }

    fn parse(text: &str, variables: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut table: toml::Table = text.parse().map_err(ConfigError::Syntax)?;
        check_known(&table, "")?;
        for (name, value) in variables.filter(|(name, _)| name.starts_with("VALKEEP_")) {
            match FIELDS.iter().find(|(path, _)| variable_of(path) == name) {
                Some((path, kind)) => put(&mut table, path, parse_variable(*kind, &name, &value)?),
                None if OTHER_VARIABLES.contains(&name.as_str()) => {}
                None => return Err(ConfigError::UnknownVariable { nearest: nearest_variable(&name), variable: name }),
            }
        }
        let config: Self = table.try_into().map_err(ConfigError::Value)?;
        config.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let invalid = |text: &str| Err(ConfigError::Invalid(text.to_owned()));
        if self.account_id.len() != 12 || !self.account_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return invalid("account_id must be twelve digits");
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.region.is_empty() || self.region.len() > 32 || !self.region.chars().all(plain) {
            return invalid("region must be lower-case letters, digits and hyphens");
        }
        let Capture { connect_s, first_byte_s, idle_s, total_s, max_bytes } = &self.capture;
        let limits = [connect_s, first_byte_s, idle_s, total_s, max_bytes];
        if limits.into_iter().any(|limit| *limit == Some(0)) || self.quotas.nodes == 0 {
            return invalid("the limits of capture and quotas.nodes must be greater than 0");
        }
        if self.scrub.rate_mib_s == 0 {
            return invalid("scrub.rate_mib_s must be greater than 0; scrub.every_days = 0 turns the scrub off");
        }
        let web = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        if [&self.export.endpoint, &self.blobs.endpoint].into_iter().flatten().any(|url| !web(url)) {
            return invalid("export.endpoint and blobs.endpoint must be http or https URLs");
        }
        let zone = self.zone.as_ref().and_then(|zone| zone.strip_prefix(&self.region)).map(str::as_bytes);
        if self.zone.is_some() && !matches!(zone, Some([b'a'..=b'z'])) {
            return invalid("zone must be the region and a letter");
        }
        if self.tls.cert.is_some() != self.tls.key.is_some() {
            return invalid("tls.cert and tls.key belong together");
        }
        if self.export.access_key_id.is_some() != self.export.secret_access_key.is_some() {
            return invalid("export.access_key_id and export.secret_access_key belong together");
        }
        self.blobs.check().map_err(|text| ConfigError::Invalid(text.to_owned()))?;
        Ok(self)
    }
}

impl Blobs {
    fn check(&self) -> Result<(), &'static str> {
        if (self.store == BlobStore::S3) != self.bucket.is_some() {
            return Err("blobs.bucket is given exactly when blobs.store is s3");
        }
        if self.access_key_id.is_some() != self.secret_access_key.is_some() {
            return Err("blobs.access_key_id and blobs.secret_access_key belong together");
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
        if self.prefix.len() > 512 || !self.prefix.chars().all(plain) || self.prefix.starts_with('/') {
            return Err("blobs.prefix must be letters, digits and /-_. and not begin with /");
        }
        if !self.prefix.is_empty() && !self.prefix.ends_with('/') {
            return Err("blobs.prefix must end with /");
        }
        Ok(())
    }
}

fn check_known(table: &toml::Table, above: &str) -> Result<(), ConfigError> {
    for (name, value) in table {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        let section =
            FIELDS.iter().any(|(field, _)| field.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.')));
        let known = FIELDS.iter().any(|(field, _)| *field == path);
        if let Some(inner) = value.as_table().filter(|_| section) {
            check_known(inner, &path)?;
        } else if !known {
            return Err(ConfigError::Unknown { nearest: nearest(&path), field: path });
        }
    }
    Ok(())
}

fn nearest(path: &str) -> &'static str {
    FIELDS.iter().map(|(field, _)| *field).min_by_key(|field| distance(path, field)).unwrap_or_default()
}

fn nearest_variable(name: &str) -> String {
    FIELDS.iter().map(|(field, _)| variable_of(field)).min_by_key(|known| distance(name, known)).unwrap_or_default()
}

/// Edit distance (Levenshtein) of two short texts.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            let nearest = change.min(row[j + 1] + 1).min(row[j] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], nearest);
        }
    }
    row[b.len()]
}

fn parse_variable(kind: Kind, name: &str, value: &str) -> Result<toml::Value, ConfigError> {
    let wrong = |expected| ConfigError::Variable { variable: name.to_owned(), expected };
    match kind {
        Kind::Text => Ok(toml::Value::String(value.to_owned())),
        Kind::Number => value.parse().map(toml::Value::Integer).map_err(|_| wrong("a whole number")),
        Kind::Flag => value.parse().map(toml::Value::Boolean).map_err(|_| wrong("true or false")),
        Kind::Paths => {
            let paths = value.split(':').filter(|path| !path.is_empty());
            Ok(toml::Value::Array(paths.map(|path| toml::Value::String(path.to_owned())).collect()))
        }
    }
}

fn put(table: &mut toml::Table, path: &str, value: toml::Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((section, field)) => {
            let section = table.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let toml::Value::Table(inner) = section {
                inner.insert(field.to_owned(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> std::iter::Empty<(String, String)> {
        std::iter::empty()
    }

    fn given(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        pairs.into_iter()
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        let config = Config::parse("", none()).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8360");
        assert_eq!(config.quotas.manual_snapshots_per_node_per_day, 20);
    }

    #[test]
    fn an_unknown_field_names_the_nearest_known_one() {
        for (text, field, near) in [
            ("regoin = 'x'", "regoin", "region"),
            ("[quotas]\nnode = 3", "quotas.node", "quotas.nodes"),
            ("[engine]\nprograms = []", "engine", "region"),
        ] {
            match Config::parse(text, none()) {
                Err(ConfigError::Unknown { field: found, nearest }) => {
                    assert_eq!((found.as_str(), nearest), (field, near), "{text}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn variables_override_the_file() {
        let variables = given(&[
            ("VALKEEP_QUOTAS_NODES", "7"),
            ("VALKEEP_ENGINES_PROGRAMS", "/a:/b"),
            ("VALKEEP_LOG", "debug"),
            ("HOME", "/"),
        ]);
        let config = Config::parse("[quotas]\nnodes = 3", variables).unwrap();
        assert_eq!(config.quotas.nodes, 7);
        assert_eq!(config.engines.programs, [PathBuf::from("/a"), PathBuf::from("/b")]);
        for (name, value, text) in [
            ("VALKEEP_QUOTAS_NODES", "many", "VALKEEP_QUOTAS_NODES must be a whole number"),
            (
                "VALKEEP_CAPTURE_IDEL_S",
                "3",
                "unknown variable VALKEEP_CAPTURE_IDEL_S; the nearest known one is VALKEEP_CAPTURE_IDLE_S",
            ),
        ] {
            assert_eq!(Config::parse("", given(&[(name, value)])).unwrap_err().to_string(), text);
        }
    }

    #[test]
    fn values_that_cannot_work_are_refused() {
        for text in [
            "account_id = '12'",
            "region = 'US'",
            "zone = 'eu-west-1a'",
            "[capture]\nidle_s = 0",
            "[quotas]\nnodes = 0",
            "[export]\nendpoint = 'file:///etc'",
            "[export]\naccess_key_id = 'a'",
            "[tls]\ncert = 'x'",
            "[blobs]\nstore = 's3'",
            "[blobs]\nbucket = 'b'",
            "[blobs]\nprefix = 'a'",
            "[blobs]\nprefix = '/'",
            "[blobs]\nprefix = '?/'",
            "[blobs]\nendpoint = 'file:///etc'",
            "[blobs]\naccess_key_id = 'a'",
        ] {
            assert!(matches!(Config::parse(text, none()), Err(ConfigError::Invalid(_))), "{text}");
        }
    }

    #[test]
    fn every_field_is_documented() {
        let guide = include_str!("../../../docs/configuration.md");
        for (path, _) in FIELDS {
            assert!(guide.contains(&format!("`{path}`")), "{path} is missing in docs/configuration.md");
        }
    }
}
