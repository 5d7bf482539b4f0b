//! Engines and their versions (V8-V12).

use serde::{Deserialize, Serialize};
use std::fmt;

/// A cache engine, by its name in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Redis,
    Valkey,
    Memcached,
}

impl Engine {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Valkey => "valkey",
            Self::Memcached => "memcached",
        }
    }

    /// The engine of that name, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Redis, Self::Valkey, Self::Memcached]
            .into_iter()
            .find(|engine| engine.as_str().eq_ignore_ascii_case(text))
    }

    /// Name of the default parameter group without cluster mode (V12).
    pub fn default_parameter_group(self, version: &EngineVersion) -> String {
        match (self, version.major(), version.minor()) {
            (Self::Redis, 7.., _) => format!("default.redis{}", version.major()),
            (Self::Redis, 6, _) => "default.redis6.x".to_owned(),
            (Self::Redis, major, minor) => format!("default.redis{major}.{}", minor.unwrap_or(0)),
            (Self::Valkey, major, _) => format!("default.valkey{major}"),
            (Self::Memcached, major, minor) => format!("default.memcached{major}.{}", minor.unwrap_or(0)),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `major`, `major.minor` or `major.minor.patch`; `6.x` reads as `6`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EngineVersion(Vec<u16>);

/// The text is not a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an engine version")]
pub struct InvalidEngineVersion(String);

impl EngineVersion {
    /// # Errors
    /// When the text is not one to three numbers joined by dots (the second may be `x`).
    pub fn parse(text: &str) -> Result<Self, InvalidEngineVersion> {
        let invalid = || InvalidEngineVersion(text.to_owned());
        let parts = text.strip_suffix(".x").unwrap_or(text).split('.');
        let numbers: Option<Vec<u16>> =
            parts.map(|part| part.parse().ok().filter(|_| !part.starts_with('+'))).collect();
        let numbers = numbers.ok_or_else(invalid)?;
        if (1..=3).contains(&numbers.len()) { Ok(Self(numbers)) } else { Err(invalid()) }
    }

    pub fn major(&self) -> u16 {
        self.0[0]
    }

    pub fn minor(&self) -> Option<u16> {
        self.0.get(1).copied()
    }

    /// Whether a request names a patch level, as `7.0.7` does.
    pub fn names_patch(&self) -> bool {
        self.0.len() == 3
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, number) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            write!(f, "{number}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for EngineVersion {
    type Error = InvalidEngineVersion;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<EngineVersion> for String {
    fn from(version: EngineVersion) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_compared_and_printed() {
        let parse = |text| EngineVersion::parse(text).unwrap();
        assert!(parse("7.0.15") > parse("7.0"));
        assert!(parse("6.x") < parse("6.2"));
        assert_eq!(parse("3.2.4").to_string(), "3.2.4");
        for bad in ["", "7.", "x", "1.2.3.4", "7.0-rc1", "+7.0"] {
            assert!(EngineVersion::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn default_parameter_groups_follow_the_family_v12() {
        let group = |engine: Engine, text| engine.default_parameter_group(&EngineVersion::parse(text).unwrap());
        assert_eq!(group(Engine::Redis, "3.2.4"), "default.redis3.2");
        assert_eq!(group(Engine::Redis, "6.2"), "default.redis6.x");
        assert_eq!(group(Engine::Redis, "7.0.15"), "default.redis7");
        assert_eq!(group(Engine::Valkey, "9.1.2"), "default.valkey9");
    }
}
